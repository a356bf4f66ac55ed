//! The policy as data: embedded files, files of users, and the page of the documentation.

use std::{collections::BTreeSet, fmt::Write as _, path::PathBuf};

use anagrafe::Ambiente;
use frontiera::{
    CORPO_MASSIMO, Politica, SUITE_TLS, TipoFault,
    politica::{INTERRUTTORI, Preset, Valore, in_toml, tabella_markdown},
};
use jiff::SignedDuration;

/// With this set, generated texts are written instead of compared.
const RISCRIVI: &str = "ANPR_SIM_RISCRIVI";

fn radice() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[track_caller]
fn uguale(file: &str, atteso: &str) {
    let percorso = radice().join(file);
    if std::env::var_os(RISCRIVI).is_some() {
        std::fs::write(&percorso, atteso).expect("written");
    }
    let scritto = std::fs::read_to_string(&percorso).expect(file);
    assert_eq!(
        scritto, atteso,
        "{file}: riscriverlo con {RISCRIVI}=1 cargo test -p frontiera --test politica"
    );
}

fn leggi(testo: &str) -> Result<Politica, String> {
    Politica::leggi(Ambiente::Test, "mia.toml", testo).map_err(|e| e.to_string())
}

fn permissiva() -> Politica {
    Politica::predefinita(Ambiente::Test, Preset::Permissive)
}

#[test]
fn embedded_files_explain_every_switch_in_the_words_of_the_table() {
    for a in Ambiente::TUTTI {
        let [f, p] = Preset::TUTTI.map(|p| Politica::predefinita(a, p));
        uguale(
            &format!("fixtures/sicurezza/{}.toml", a.chiave()),
            &in_toml(a, &f, &p),
        );
        let intero = Politica::leggi(a, "copia", &in_toml(a, &f, &p));
        assert_eq!(intero.as_ref(), Ok(&f), "a copy is the same policy");
        let copia = in_toml(a, &f, &p).replace("preset = \"faithful\"", "preset = \"permissive\"");
        assert_eq!(Politica::leggi(a, "copia", &copia).as_ref(), Ok(&p));
        // Every switch is set by the file: none is left at a value nobody wrote.
        let tabella: toml::Table = in_toml(a, &f, &p).parse().expect("TOML");
        let scritti: BTreeSet<&str> = tabella.keys().map(String::as_str).collect();
        let noti: BTreeSet<&str> = INTERRUTTORI
            .iter()
            .map(|i| i.nome)
            .chain(["preset", "permissive"])
            .collect();
        assert_eq!(scritti, noti);
    }
}

#[test]
fn the_faithful_values_of_the_specification() {
    let p = Politica::default();
    assert_eq!(p.corpo_massimo, CORPO_MASSIMO);
    assert_eq!(p.tolleranza_futuro, SignedDuration::from_secs(5));
    assert_eq!(p.durata_massima, SignedDuration::from_mins(10));
    assert_eq!(p.scarto_orologio, SignedDuration::ZERO);
    let accesi = [
        p.accetta_sha1,
        p.accetta_sha256,
        p.id_wsu_stretto,
        p.valida_schema,
        p.controlla_firme,
        p.controlla_fiducia,
        p.controlla_revoca,
        p.controlla_tempi,
        p.controlla_identita,
        p.controlla_operatore,
    ];
    assert_eq!(accesi, [true; 10]);
    let spenti = [
        p.richiedi_co_messaggio,
        p.stesso_certificato,
        p.antireplica,
        p.rete_filtrata,
    ];
    assert_eq!(spenti, [false; 4]);
    let fault = [
        p.fault_xml,
        p.fault_senza_intestazione,
        p.fault_senza_asserzione,
        p.fault_certificato_scaduto,
        p.fault_certificato_ignoto,
        p.fault_pkcs7,
    ];
    use TipoFault::{F1, F3, F7};
    assert_eq!(fault, [F3, F7, F1, F1, F1, F1]);
    assert_eq!(
        p.destinatari_s001,
        ["ANPR00", "ANPR01", "ANPR02", "ANPR03", "ANPR04", "ANPR05"]
    );
    let filtrati = Ambiente::TUTTI.map(|a| Politica::predefinita(a, Preset::Faithful).rete_filtrata);
    assert_eq!(
        filtrati,
        [false, false, true],
        "the allow-list is of the subentro only"
    );
}

#[test]
fn a_file_of_one_line_is_a_whole_policy() {
    let p = leggi("durata_massima = 480\n").expect("good");
    let atteso = Politica {
        durata_massima: SignedDuration::from_secs(480),
        ..Politica::default()
    };
    assert_eq!(p, atteso);
    assert_eq!(leggi("").expect("empty"), Politica::default());
    assert_eq!(leggi("preset = 'permissive'").expect("good"), permissiva());
    // What is written wins over the embedded preset; the file's own [permissive] wins over all.
    let p = leggi("preset = 'permissive'\ncontrolla_tempi = true\n").expect("good");
    assert_eq!((p.controlla_tempi, p.controlla_firme), (true, false));
    let p = leggi("preset = 'permissive'\ncontrolla_tempi = true\n[permissive]\ncontrolla_tempi = false\n");
    assert!(!p.expect("good").controlla_tempi);
    let p = leggi("[permissive]\ncontrolla_tempi = false\n").expect("good");
    assert_eq!(p, Politica::default(), "not in force");
}

#[test]
fn errors_name_file_key_and_what_would_do() {
    let errore = |t: &str| leggi(t).expect_err(t);
    let sconosciuta = errore("contrlla_tempi = true");
    assert!(
        sconosciuta
            .starts_with("mia.toml: chiave sconosciuta «contrlla_tempi»; le chiavi sono: rete_filtrata, "),
        "{sconosciuta}"
    );
    for i in INTERRUTTORI {
        assert!(sconosciuta.contains(i.nome), "{}", i.nome);
    }
    for (testo, atteso) in [
        (
            "[permissive]\nx = 1",
            "mia.toml: [permissive] chiave sconosciuta «x»",
        ),
        ("permissive = 1", "mia.toml: «permissive» è una tabella"),
        (
            "preset = \"severa\"",
            "mia.toml: preset: \"severa\" non va bene (ammessi: faithful, permissive)",
        ),
        (
            "controlla_tempi = 1",
            "mia.toml: controlla_tempi: 1 non va bene (ammessi: true, false)",
        ),
        (
            "durata_massima = 0",
            "mia.toml: durata_massima: 0 non va bene (ammessi: secondi, da 1 a 86400)",
        ),
        (
            "durata_massima = 1.5",
            "mia.toml: durata_massima: \"1.5\" non va bene",
        ),
        (
            "fault_xml = \"F11\"",
            "mia.toml: fault_xml: \"F11\" non va bene (ammessi: F1 … F10)",
        ),
        (
            "rete_rifiuto = \"boh\"",
            "mia.toml: rete_rifiuto: \"boh\" non va bene (ammessi: drop, close)",
        ),
        (
            "rete_indirizzi = [\"10.0.0.0/33\"]",
            "mia.toml: rete_indirizzi: [\"10.0.0.0/33\"] non va bene",
        ),
        ("destinatari_s001 = [\"ANPR 01\"]", "mia.toml: destinatari_s001: "),
        ("corpo_massimo = 10", "mia.toml: corpo_massimo: 10 non va bene"),
    ] {
        let e = errore(testo);
        assert!(e.starts_with(atteso), "{testo}: {e}");
    }
    assert!(errore("a = ").starts_with("mia.toml: "), "no TOML at all");
}

#[test]
fn every_switch_reads_back_what_it_shows() {
    for p in [Politica::default(), permissiva()] {
        let mut altra = permissiva();
        for (i, v) in p.valori() {
            altra.metti(i.nome, v).expect(i.nome);
        }
        assert_eq!(altra, p);
        for (i, v) in p.valori() {
            let json = serde_json::to_string(&v).expect("JSON");
            assert_eq!(
                serde_json::from_str::<Valore>(&json).expect("back"),
                v,
                "{}",
                i.nome
            );
        }
    }
}

#[test]
fn the_page_shows_the_table_and_the_suites() {
    let percorso = "simulator/docs/SICUREZZA.md";
    let pagina = std::fs::read_to_string(radice().join(percorso)).expect("the page");
    let mut suite = String::from("| versione | suite |\n| --- | --- |\n");
    for (versione, nome) in SUITE_TLS {
        writeln!(suite, "| {versione} | `{nome}` |").expect("in memory");
    }
    let mut nuova = pagina.clone();
    for (nome, testo) in [("interruttori", tabella_markdown()), ("suite", suite)] {
        let (inizio, fine) = (format!("<!-- {nome} -->\n"), format!("<!-- fine {nome} -->"));
        let a = nuova.find(&inizio).expect(&inizio) + inizio.len();
        let b = nuova.find(&fine).expect(&fine);
        nuova.replace_range(a..b, &testo);
    }
    uguale(percorso, &nuova);
}

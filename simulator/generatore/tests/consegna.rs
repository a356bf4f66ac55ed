//! Clean deliveries: same bytes for the same request, valid against the grammar, totals that a recount confirms, codes and
//! dates that agree with each other.

mod comune;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anagrafe::codice_fiscale::decodifica;
use anagrafe::tabelle::{ComuneInviato, Tabella, tabelle};
use anagrafe::{Data, leggi_data};
use generatore::{ErroreGeneratore, Richiesta, genera, in_memoria, leggi_anomalie, pianta_disponibili};
use proptest::prelude::*;
use roxmltree::{Document, Node};

use comune::{OGGI, espandi, richiesta};

fn testo<'a>(n: Node<'a, 'a>, percorso: &str) -> Option<&'a str> {
    let mut qui = n;
    for nome in percorso.split('/') {
        qui = qui.children().find(|c| c.has_tag_name(nome))?;
    }
    Some(qui.text().unwrap_or(""))
}

fn data(n: Node<'_, '_>) -> Data {
    leggi_data(n.text().unwrap_or("")).expect("a date")
}

fn apr(r: &Richiesta) -> Vec<(String, String)> {
    let d = in_memoria(r).expect("a delivery");
    let mut file: Vec<_> = d.file.iter().map(|(n, b)| (n.clone(), espandi(b))).collect();
    assert_eq!(
        file.iter().map(|f| f.0.clone()).collect::<Vec<_>>(),
        d.manifesto.file
    );
    file.pop();
    file.into_iter()
        .map(|(n, b)| (n, String::from_utf8(b).expect("UTF-8")))
        .collect()
}

/// Counters of one file, recounted from its elements: people, Italians, others, women, men, families, convivenze.
fn riconta(d: &Document<'_>) -> [u64; 7] {
    let conta = |f: &dyn Fn(&Node<'_, '_>) -> bool| d.descendants().filter(|n| f(n)).count() as u64;
    let sotto = |padre: &'static str, nome: &'static str| {
        conta(&move |n: &Node<'_, '_>| {
            n.has_tag_name(nome) && n.parent().is_some_and(|p| p.has_tag_name(padre))
        })
    };
    let sesso = |s: &'static str| {
        conta(&move |n: &Node<'_, '_>| {
            n.has_tag_name("sesso")
                && n.parent().is_some_and(|p| p.has_tag_name("generalitaSubIscr"))
                && n.text() == Some(s)
        })
    };
    let italiani = conta(&|n| {
        n.has_tag_name("codiceStato")
            && n.parent().is_some_and(|p| {
                p.has_tag_name("cittadinanza") && p.parent().is_some_and(|s| s.has_tag_name("soggetto"))
            })
            && n.text() == Some("100")
    });
    let soggetti = sotto("generalitaSoggetti", "soggetto");
    [
        soggetti,
        italiani,
        soggetti - italiani,
        sesso("F"),
        sesso("M"),
        sotto("famiglie", "famiglia"),
        sotto("convivenze", "convivenza"),
    ]
}

fn dichiarati(d: &Document<'_>, gruppo: &str) -> [u64; 7] {
    let g = d
        .descendants()
        .find(|n| n.has_tag_name(gruppo))
        .expect("the group");
    let numeri: Vec<u64> = g
        .children()
        .filter(|n| n.tag_name().name().starts_with("numero"))
        .map(|n| n.text().unwrap_or("").parse().expect("a number"))
        .collect();
    numeri.try_into().expect("seven counters")
}

#[test]
fn the_same_request_gives_the_same_bytes_and_another_seed_another_people() {
    let mut r = richiesta("888001", 700, 60);
    let a = in_memoria(&r).expect("a delivery");
    assert_eq!(a, in_memoria(&r).expect("again"));
    let dir = tempfile::tempdir().expect("a folder");
    let p = genera(&r, dir.path()).expect("on disk");
    for (percorso, (nome, byte)) in p.file.iter().zip(&a.file) {
        assert_eq!(percorso.file_name().and_then(|n| n.to_str()), Some(nome.as_str()));
        assert_eq!(&std::fs::read(percorso).expect("written"), byte);
    }
    let manifesto: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&p.manifesto).expect("written")).expect("JSON");
    assert_eq!(manifesto["schede"]["soggetti"], 700);
    assert_eq!(manifesto["attese"], serde_json::json!({}));
    r.seed += 1;
    assert_ne!(a.file[0].1, in_memoria(&r).expect("another").file[0].1);
    // The version is not part of the seed.
    r.seed -= 1;
    r.versione = 2;
    let v2 = apr(&r);
    assert_eq!(v2[0].0, "888001_SUBAPR_2_1_1.gz");
    let uno = String::from_utf8(espandi(&a.file[0].1)).expect("UTF-8");
    assert_eq!(
        uno.replace("<versioneFornitura>1<", "<versioneFornitura>2<"),
        v2[0].1
    );
}

#[test]
fn declared_totals_are_what_a_recount_finds() {
    for invii in [1, 3] {
        let mut r = richiesta("888003", 900, 0);
        r.invii = Some(invii);
        let file = apr(&r);
        assert_eq!(file.len(), usize::from(invii));
        let mut somma = [0; 7];
        let mut famiglie = BTreeSet::new();
        let mut persone = BTreeSet::new();
        for (_, xml) in &file {
            let d = Document::parse(xml).expect("well formed");
            let vero = riconta(&d);
            assert_eq!(dichiarati(&d, "datiInvio"), vero);
            for (s, v) in somma.iter_mut().zip(vero) {
                *s += v;
            }
            // Everybody's sheet is in the same file, and ids are never repeated in the delivery.
            let mut qui = BTreeSet::new();
            for id in d.descendants().filter(|n| n.has_tag_name("idFamigliaConvivenza")) {
                qui.insert(id.text().unwrap_or("").to_owned());
                assert!(famiglie.insert(id.text().unwrap_or("").to_owned()));
            }
            for id in d.descendants().filter(|n| n.has_tag_name("idFamConvComune")) {
                assert!(qui.contains(id.text().unwrap_or("")));
            }
            for id in d.descendants().filter(|n| n.has_tag_name("idSchedaSoggetto")) {
                assert!(persone.insert(id.text().unwrap_or("").to_owned()));
            }
        }
        for (_, xml) in &file {
            assert_eq!(
                dichiarati(&Document::parse(xml).expect("well formed"), "datiFornitura"),
                somma
            );
        }
        assert_eq!(somma[0], 900);
    }
}

/// Every code of a table is in force.
fn codici_in_tabella(s: Node<'_, '_>) {
    for (tabella, percorso) in [
        (Tabella::StatoCivile, "statoCivile/statoCivile"),
        (Tabella::MotivoIscrizione, "motivoIscrizioneAPR"),
        (Tabella::Parentela, "famiglia/legameSoggetto/codiceLegame"),
        (
            Tabella::LegameConvivenza,
            "convivenza/legameSoggetto/codiceLegame",
        ),
        (Tabella::SpecieToponimo, "residenza/indirizzo/toponimo/codSpecie"),
        (Tabella::TitoloStudio, "altriDati/titoloStudio"),
        (Tabella::Condizione, "altriDati/condizioneNonProfessionale"),
        (Tabella::Posizione, "altriDati/posizioneProfessionale"),
        (Tabella::TipoSoggiorno, "permessoSoggiorno/tipoSoggiorno"),
    ] {
        if let Some(codice) = testo(s, percorso) {
            assert!(
                tabelle().voce(tabella, codice).is_some_and(|v| v.vale_il(OGGI)),
                "{percorso} {codice}"
            );
        }
    }
}

#[test]
fn people_are_consistent_with_themselves() {
    // A real Comune with a past, and a fictitious one.
    for comune in ["058091", "888007"] {
        let file = apr(&richiesta(comune, 2500, 0));
        let d = Document::parse(&file[0].1).expect("well formed");
        let mut codici = BTreeSet::new();
        for s in d.descendants().filter(|n| n.has_tag_name("soggetto")) {
            let t = |p: &str| testo(s, p);
            let giorno = |p: &str| leggi_data(t(p).unwrap_or_else(|| panic!("{p} missing"))).expect("a date");
            let nascita = giorno("generalitaSubIscr/dataNascita");
            let cf = t("generalitaSubIscr/codiceFiscale/codFiscale").expect("a codice fiscale");
            assert!(codici.insert(cf.to_owned()), "{cf} twice");
            let letto = decodifica(cf).expect("a right codice fiscale");
            assert_eq!(
                (i16::from(letto.anno2), letto.mese, letto.giorno),
                (
                    nascita.year() % 100,
                    nascita.month().unsigned_abs(),
                    nascita.day().unsigned_abs()
                )
            );
            assert_eq!(
                letto.sesso.lettera(),
                t("generalitaSubIscr/sesso").expect("a sex")
            );
            let prima = giorno("generalitaSubIscr/dataPrimaIscrizioneComune");
            let residenza = giorno("residenza/dataDecorrenzaResidenza");
            let legame =
                t("famiglia/legameSoggetto/dataDecorrenza").or(t("convivenza/legameSoggetto/dataDecorrenza"));
            let legame = leggi_data(legame.expect("in a sheet")).expect("a date");
            let aggiornamento = giorno("dataUltimoAggiornamento");
            assert!(
                nascita.year() > 1905,
                "nobody is older than the oldest of Italy: {cf}"
            );
            assert!(
                nascita <= prima && prima <= residenza && prima <= legame && residenza <= aggiornamento,
                "{cf}"
            );
            // Nothing happens after today but the end of a document.
            for g in s
                .descendants()
                .filter(|n| n.tag_name().name().starts_with("data") && n.children().all(|c| c.is_text()))
            {
                assert!(
                    g.has_tag_name("dataScadenza") || data(g) <= OGGI,
                    "{cf}: {:?}",
                    g.tag_name()
                );
            }
            // Every Comune named with a code existed on the day it is named for.
            let esiste = |percorso: &str, quando: Data| {
                if let Some(nome) = t(&format!("{percorso}/nomeComune")) {
                    let c = ComuneInviato {
                        nome,
                        istat: t(&format!("{percorso}/codiceIstat")),
                        sigla: t(&format!("{percorso}/siglaProvinciaIstat")).unwrap_or(""),
                    };
                    let l = tabelle().comuni().luogo(&c, Some(quando));
                    assert!(l.riga.is_some() && !l.en347, "{cf}: {percorso} {nome} {quando}");
                }
            };
            esiste("generalitaSubIscr/luogoNascita/comune", nascita);
            for (comune, quando) in [
                (
                    "attoNascita/comuneRegistrazione",
                    "attoNascita/dataFormazioneAtto",
                ),
                (
                    "matrimonio/datiMatrimonio/luogoEvento/comune",
                    "matrimonio/datiMatrimonio/dataEvento",
                ),
                (
                    "matrimonio/datiMatrimonio/attoEvento/comuneRegistrazione",
                    "matrimonio/datiMatrimonio/attoEvento/dataFormazioneAtto",
                ),
                ("cartaIdentita/comuneRilascio", "cartaIdentita/dataRilascio"),
                ("permessoSoggiorno/comune", "permessoSoggiorno/dataRilascio"),
            ] {
                if t(quando).is_some() {
                    esiste(comune, giorno(quando));
                }
            }
            codici_in_tabella(s);
        }
    }
}

#[test]
fn the_population_has_the_shapes_of_a_real_one() {
    let file = apr(&richiesta("888001", 20_000, 0));
    let xml = &file[0].1;
    let quanti = |t: &str| xml.matches(t).count();
    let legami: BTreeMap<&str, usize> = ["1", "2", "3", "6", "9", "23", "28"]
        .into_iter()
        .map(|c| (c, quanti(&format!("<codiceLegame>{c}<"))))
        .collect();
    assert!(
        legami.values().all(|&n| n > 5),
        "every tie of a household: {legami:?}"
    );
    for gruppo in [
        "vedovanza",
        "separazioneAnnullamentoCessazioneMatrimonio",
        "unioneCivile",
        "convivenzaDiFatto",
        "permessoSoggiorno",
        "tipoTutoreIntestatario",
        "altraCittadinanza",
    ] {
        assert!(quanti(&format!("<{gruppo}>")) > 5, "{gruppo}");
    }
    let stranieri = quanti("<localita>");
    assert!(
        (600..4000).contains(&stranieri),
        "born abroad, spouses counted: {stranieri}"
    );
}

#[test]
fn the_official_schema_accepts_every_file() {
    let Ok(oracolo) = std::env::var("ANPR_SIM_ORACOLO") else {
        eprintln!("ANPR_SIM_ORACOLO non impostata: confronto con lo schema ufficiale saltato");
        return;
    };
    let schema = std::path::Path::new(&oracolo).join("comuni/subentro.xsd");
    assert!(
        schema.exists(),
        "ANPR_SIM_ORACOLO non contiene comuni/subentro.xsd"
    );
    let dir = tempfile::tempdir().expect("a folder");
    let mut percorsi = Vec::new();
    let mut scrivi = |nome: String, xml: &str| {
        let percorso = dir.path().join(nome);
        std::fs::write(&percorso, xml).expect("written");
        percorsi.push(percorso);
    };
    for (comune, abitanti, invii) in [("888001", 4000, 1), ("058091", 1500, 2), ("888002", 1, 1)] {
        let mut r = richiesta(comune, abitanti, 0);
        r.invii = Some(invii);
        for (nome, xml) in apr(&r) {
            scrivi(nome, &xml);
        }
    }
    // Defects are in the data, never in the form.
    for (codice, xml) in piantati() {
        scrivi(format!("{codice}.xml"), &xml);
    }
    let esito = Command::new("xmllint")
        .args(["--noout", "--schema"])
        .arg(schema)
        .args(&percorsi)
        .output();
    let esito = esito.expect("xmllint manca: installare libxml2-utils");
    assert!(
        esito.status.success(),
        "{}",
        String::from_utf8_lossy(&esito.stderr)
    );
}

/// The planted file of one delivery for each plant of the APR.
fn piantati() -> Vec<(&'static str, String)> {
    pianta_disponibili()
        .into_iter()
        .flat_map(|codice| {
            let mut r = richiesta("888001", 1500, 40);
            r.invii = Some(2);
            r.anomalie.insert(codice.to_owned(), 1);
            // A damaged copy is listed apart, and a plant of the AIRE leaves no APR file: neither is for an XML judge.
            let piantate = in_memoria(&r).expect("a delivery").manifesto.piantate;
            let dove = piantate.into_iter().next().map(|p| p.file);
            let file = apr(&r)
                .into_iter()
                .filter(move |(nome, _)| dove.as_ref() == Some(nome));
            file.map(move |(_, xml)| (codice, xml))
        })
        .collect()
}

#[test]
fn the_own_grammar_accepts_every_file() {
    let modello =
        schema::Modello::di(schema::radici::SUBENTRO.0, schema::radici::SUBENTRO.1).expect("the grammar");
    for (_, xml) in apr(&richiesta("888001", 600, 0))
        .into_iter()
        .chain(apr(&richiesta("058091", 600, 0)))
    {
        assert_eq!(schema::valida(modello, xml.as_bytes()).len(), 0);
    }
}

#[test]
fn the_aire_file_keeps_its_layout() {
    let d = in_memoria(&richiesta("888001", 10, 500)).expect("a delivery");
    let (nome, gz) = d.file.last().expect("AIRE");
    assert_eq!(nome, "888001_SUBAIRE_1.gz");
    let testo = espandi(gz);
    assert_eq!(testo.len(), 500 * 722);
    let mut codici = BTreeSet::new();
    for riga in testo.chunks(722) {
        assert_eq!(&riga[720..], b"\r\n");
        assert!(riga[..720].iter().all(|&b| b == b' '
            || b.is_ascii_digit()
            || b.is_ascii_uppercase()
            || b"'-./,".contains(&b)
            || b >= 0xC0));
        let campo = |da: usize, len: usize| {
            std::str::from_utf8(&riga[da - 1..da - 1 + len])
                .expect("ASCII")
                .trim_end()
        };
        assert!(codici.insert(campo(27, 16).to_owned()));
        decodifica(campo(27, 16)).expect("a right codice fiscale");
        for da in [116, 313, 370, 624, 633] {
            let g = campo(da, 8);
            assert!(
                g == "00000000"
                    || leggi_data(&format!("{}-{}-{}", &g[..4], &g[4..6], &g[6..]))
                        .is_some_and(|g| g <= OGGI),
                "{g}"
            );
        }
        assert!(campo(370, 8) >= "19900701");
        assert!(
            tabelle()
                .consolato(campo(388, 7))
                .is_some_and(|c| c.sede == campo(395, 40))
        );
        assert!(tabelle().stato(campo(385, 3)).is_some_and(|s| s.residenza));
        assert!(
            tabelle()
                .voce(Tabella::MotivoIscrizioneAire, campo(361, 3))
                .is_some()
        );
    }
    let vuota = in_memoria(&richiesta("888001", 10, 0)).expect("a delivery");
    assert_eq!(espandi(&vuota.file.last().expect("AIRE").1), b"");
}

#[test]
fn impossible_requests_say_why() {
    let con = |f: &dyn Fn(&mut Richiesta)| {
        let mut r = richiesta("888001", 40, 0);
        f(&mut r);
        in_memoria(&r).expect_err("impossible")
    };
    assert!(matches!(
        con(&|r| r.abitanti = 0),
        ErroreGeneratore::FuoriLimite {
            campo: "abitanti",
            ..
        }
    ));
    assert!(matches!(
        con(&|r| r.versione = 1000),
        ErroreGeneratore::FuoriLimite {
            campo: "versione",
            ..
        }
    ));
    assert!(matches!(
        con(&|r| r.oggi = Data::constant(1999, 12, 31)),
        ErroreGeneratore::DataFuoriLimite(_)
    ));
    assert!(matches!(
        con(&|r| r.invii = Some(900)),
        ErroreGeneratore::TroppiInvii { chiesti: 900, .. }
    ));
    assert!(matches!(
        con(&|r| r.comune = anagrafe::CodiceIstat::parse("999999").expect("digits")),
        ErroreGeneratore::ComuneInesistente { .. }
    ));
    assert_eq!(
        leggi_anomalie("ES092=3, en011,ES092=1").expect("a list"),
        BTreeMap::from([("EN011".into(), 1), ("ES092".into(), 4)])
    );
    assert!(matches!(
        leggi_anomalie("ES092=tre"),
        Err(ErroreGeneratore::NumeroErrato { .. })
    ));
    assert!(matches!(
        leggi_anomalie("ES092=1,ZZ000=1"),
        Err(ErroreGeneratore::AnomaliaNonPiantabile { .. })
    ));
    let ignoto = con(&|r| r.anomalie = BTreeMap::from([("ES061".into(), 1)]));
    assert!(
        ignoto.to_string().contains("ES061") && ignoto.to_string().contains("--anomalie elenco"),
        "{ignoto}"
    );
    assert!(matches!(
        con(&|r| r.anomalie = BTreeMap::from([("EN011".into(), 2)])),
        ErroreGeneratore::PochiAdatti {
            chieste: 2,
            possibili: 1,
            ..
        }
    ));
    assert!(matches!(
        con(&|r| r.anomalie = BTreeMap::from([("EN063".into(), 1)])),
        ErroreGeneratore::PochiAdatti { possibili: 0, .. }
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_small_request_gives_a_delivery_that_counts_right(seed in any::<u64>(), abitanti in 1_u64..120, aire in 0_u64..9, anno in 2000_i16..2080, comune in 1_u16..999) {
        let mut r = richiesta(&format!("888{comune:03}"), abitanti, aire);
        r.seed = seed;
        r.oggi = Data::constant(anno, 2, 28);
        let file = apr(&r);
        let d = Document::parse(&file[0].1).expect("well formed");
        prop_assert_eq!(riconta(&d)[0], abitanti);
        prop_assert_eq!(dichiarati(&d, "datiInvio"), riconta(&d));
        prop_assert_eq!(dichiarati(&d, "datiFornitura"), riconta(&d));
    }
}

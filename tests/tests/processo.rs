//! The process as a whole (spec subentro §1.3, §3, §6, §8), the acceptance cases by their number, through the API.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anpr_sim_tests::{Banco, OGGI, apr, conta, espandi, file_gz, genera, gz};
use serde_json::{Value, json};

const ATTESA: &[&str] = &["ELABORATA_OK", "KO"];

fn nome_apr(comune: &str, resto: &str) -> String {
    format!("{comune}_SUBAPR_{resto}.gz")
}

fn nome_aire(comune: &str) -> String {
    format!("{comune}_SUBAIRE_1.gz")
}

fn id(ricevuta: &Value) -> String {
    ricevuta["fornitura"].as_str().expect("fornitura").to_owned()
}

/// The state of a delivery with its exact counts.
fn esito(banco: &Banco, fornitura: &str) -> (String, BTreeMap<String, u64>) {
    let f = banco.fornitura(fornitura);
    let conteggi = serde_json::from_value(f["conteggi"].clone()).expect("conteggi");
    (f["stato"].as_str().expect("stato").to_owned(), conteggi)
}

fn con<const N: usize>(stato: &str, conteggi: [(&str, u64); N]) -> (String, BTreeMap<String, u64>) {
    (
        stato.to_owned(),
        conteggi.into_iter().map(|(c, n)| (c.to_owned(), n)).collect(),
    )
}

fn stati_dei_file(banco: &Banco, fornitura: &str) -> BTreeMap<String, String> {
    banco.fornitura(fornitura)["file"]
        .as_array()
        .expect("file")
        .iter()
        .map(|f| {
            (
                f["nome"].as_str().expect("nome").to_owned(),
                f["stato"].as_str().expect("stato").to_owned(),
            )
        })
        .collect()
}

/// Names of the lists of a delivery with the rows the API announces.
fn liste(banco: &Banco, fornitura: &str) -> BTreeMap<String, u64> {
    banco
        .json("GET", &format!("/api/forniture/{fornitura}/liste"), "")
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| {
            (
                v["nome"].as_str().expect("nome").to_owned(),
                v["righe"].as_u64().expect("righe"),
            )
        })
        .collect()
}

/// Text of the only message of a Comune that speaks of a delivery.
fn unica_pec(banco: &Banco, comune: &str, fornitura: &str) -> (String, String) {
    let mie: Vec<Value> = banco
        .pec(comune)
        .into_iter()
        .filter(|p| p["fornitura"] == fornitura)
        .collect();
    assert_eq!(mie.len(), 1, "exactly one message for {fornitura}: {mie:?}");
    let pec = banco.json(
        "GET",
        &format!("/api/pec/{}", mie[0]["id"].as_str().expect("id")),
        "",
    );
    let testo = |c: &str| pec[c].as_str().expect("a text").to_owned();
    (testo("oggetto"), testo("testo"))
}

/// Schede loaded in an environment.
fn caricate(banco: &Banco, ambiente: &str) -> u64 {
    // This call waits for the ready Comuni, the next one does not.
    banco.json("GET", "/api/forniture", "");
    banco.json("GET", "/api/stato", "")["ambienti"][ambiente]["schede"]
        .as_u64()
        .expect("schede")
}

fn ritmo(banco: &Banco, corpo: &str) {
    banco.json("POST", "/api/elaborazione", corpo);
}

/// Checks a `Subentrati_…` list: header, one row per scheda, ids growing inside each class. Gives the ids per class.
fn subentrati(banco: &Banco, fornitura: &str, nome: &str, quante: usize) -> (Vec<u64>, Vec<u64>) {
    let (testa, righe) = banco.lista(fornitura, nome);
    assert_eq!(testa, "Tipo scheda;Prog. scheda ANPR;Prog. scheda Comune");
    assert_eq!(righe.len(), quante, "{nome}");
    let mut ids = (Vec::new(), Vec::new());
    let mut chiavi = BTreeSet::new();
    for r in &righe {
        let [tipo, anpr, comune] = r.as_slice() else {
            panic!("{r:?}")
        };
        let anpr = anpr.parse::<u64>().expect("an id");
        match tipo.as_str() {
            "Scheda Individuale APR" | "Scheda Individuale AIRE" => ids.0.push(anpr),
            "Famiglia" | "Convivenza" => ids.1.push(anpr),
            altro => panic!("{altro}"),
        }
        assert!(!comune.is_empty() && chiavi.insert((tipo.clone(), anpr)), "{r:?}");
    }
    assert!(ids.0.is_sorted() && ids.1.is_sorted());
    ids
}

#[test]
fn casi_1_2_4_22_73_i_due_file_servono_entrambi() {
    let banco = Banco::nuovo();

    // Case 1, with the lists that come back; case 2 before the AIRE file is in.
    let (uno, due) = ("888001", "888004");
    let fornitura = genera(&["--comune", uno, "--abitanti", "60", "--aire", "4"]);
    let file = file_gz(fornitura.path());
    let f = id(&banco.accetta(
        "pre",
        uno,
        &nome_apr(uno, "1_1_1"),
        fs::read(&file[0]).expect("a file"),
    ));
    thread::sleep(Duration::from_millis(300));
    assert_eq!(esito(&banco, &f), con("IN_ELABORAZIONE", []));
    assert_eq!(banco.pec(uno).len(), 0, "no message before the end");
    assert_eq!(liste(&banco, &f), BTreeMap::new());
    let prima = caricate(&banco, "pre");
    assert_eq!(
        id(&banco.accetta("pre", uno, &nome_aire(uno), fs::read(&file[1]).expect("a file"))),
        f
    );
    assert_eq!(esito(&banco, &f), con("ELABORATA_OK", []));
    assert_eq!(
        stati_dei_file(&banco, &f).into_values().collect::<BTreeSet<_>>(),
        BTreeSet::from(["ELABORATO".to_owned()])
    );
    let famiglie = banco.fornitura(&f)["schede"]["famiglie"]
        .as_u64()
        .expect("famiglie");
    let aire = String::from_utf8(espandi(&file[1])).expect("ASCII");
    // Comune of registration and family id: each pair is a family.
    let di_aire: BTreeSet<(&str, &str)> = aire.lines().map(|r| (&r[363..369], &r[335..355])).collect();
    let di_aire = di_aire.len() as u64;
    assert_eq!(banco.fornitura(&f)["schede"]["famiglieAire"], di_aire);
    assert_eq!(caricate(&banco, "pre") - prima, 64 + famiglie + di_aire);
    let attese = BTreeMap::from([
        (format!("Subentrati_{uno}_SUBAPR_1_1_1.csv"), 60 + famiglie),
        (format!("Subentrati_{uno}_SUBAIRE_1.csv"), 4 + di_aire),
    ]);
    assert_eq!(
        liste(&banco, &f),
        attese,
        "one list per file and none of anomalies"
    );
    let (persone, unita) = subentrati(
        &banco,
        &f,
        &format!("Subentrati_{uno}_SUBAPR_1_1_1.csv"),
        60 + famiglie as usize,
    );
    let (aire, famiglie_aire) = subentrati(
        &banco,
        &f,
        &format!("Subentrati_{uno}_SUBAIRE_1.csv"),
        4 + di_aire as usize,
    );
    assert!(
        aire[0] > persone[59] && famiglie_aire[0] > unita[unita.len() - 1],
        "AIRE ids follow those of the APR: {aire:?} {persone:?} {famiglie_aire:?} {unita:?}"
    );
    let (oggetto, testo) = unica_pec(&banco, uno, &f);
    assert!(
        oggetto.contains("PROVA di subentro riuscita") && oggetto.contains(uno),
        "{oggetto}"
    );
    let protocollo = banco.fornitura(&f)["protocollo"]
        .as_str()
        .expect("protocollo")
        .to_owned();
    for parte in [
        "POSITIVO",
        "pre-subentro",
        "Nessuna anomalia",
        protocollo.as_str(),
        uno,
    ] {
        assert!(testo.contains(parte), "{parte} in {testo}");
    }

    // Case 4: the AIRE file first; case 22: É in ISO-8859-1 inside it.
    let fornitura = genera(&["--comune", due, "--abitanti", "30", "--aire", "2"]);
    let file = file_gz(fornitura.path());
    let mut aire = espandi(&file[1]);
    aire[43] = 0xc9;
    let f = id(&banco.accetta("pre", due, &nome_aire(due), gz(&aire)));
    assert_eq!(esito(&banco, &f), con("IN_ELABORAZIONE", []));
    assert_eq!(
        id(&banco.accetta(
            "pre",
            due,
            &nome_apr(due, "1_1_1"),
            fs::read(&file[0]).expect("a file")
        )),
        f
    );
    assert_eq!(esito(&banco, &f), con("ELABORATA_OK", []));
    let (_, righe) = banco.lista(&f, &format!("Subentrati_{due}_SUBAIRE_1.csv"));
    let persone = righe.iter().filter(|r| r[0] == "Scheda Individuale AIRE").count();
    assert_eq!(persone, 2);

    // Case 73: nobody lives abroad.
    let tre = "888005";
    let fornitura = genera(&["--comune", tre, "--abitanti", "30"]);
    let f = id(&banco.accetta("test", tre, &nome_aire(tre), gz(b"")));
    banco.accetta(
        "test",
        tre,
        &nome_apr(tre, "1_1_1"),
        fs::read(&file_gz(fornitura.path())[0]).expect("a file"),
    );
    assert_eq!(esito(&banco, &f), con("ELABORATA_OK", []));
    assert_eq!(liste(&banco, &f)[&format!("Subentrati_{tre}_SUBAIRE_1.csv")], 0);
}

#[test]
fn caso_5_piu_file_in_qualunque_ordine() {
    let banco = Banco::nuovo();
    for (comune, ordine) in [
        ("888001", ["1", "2", "3", "AIRE"]),
        ("888004", ["3", "AIRE", "1", "2"]),
        ("888005", ["AIRE", "2", "3", "1"]),
        ("888006", ["2", "1", "AIRE", "3"]),
    ] {
        let fornitura = genera(&[
            "--comune",
            comune,
            "--abitanti",
            "90",
            "--aire",
            "3",
            "--invii",
            "3",
        ]);
        let file = file_gz(fornitura.path());
        assert_eq!(file.len(), 4);
        let mut forniture = BTreeSet::new();
        for (n, quale) in ordine.into_iter().enumerate() {
            let i = quale.parse::<usize>().map_or(3, |n| n - 1);
            let nome = file[i]
                .file_name()
                .and_then(|n| n.to_str())
                .expect("a name")
                .to_owned();
            let f = id(&banco.accetta("pre", comune, &nome, fs::read(&file[i]).expect("a file")));
            let atteso = if n == 3 { "ELABORATA_OK" } else { "IN_ELABORAZIONE" };
            assert_eq!(
                esito(&banco, &f),
                con(atteso, []),
                "{comune} {ordine:?} after {quale}"
            );
            forniture.insert(f);
        }
        assert_eq!(forniture.len(), 1, "one delivery");
        let f = forniture.pop_first().expect("one");
        assert_eq!(banco.fornitura(&f)["schede"]["soggetti"], 90);
        unica_pec(&banco, comune, &f);
        // The lists follow the progressivo, whatever came first.
        let mut ultimo = 0;
        for (nome, righe) in liste(&banco, &f) {
            if !nome.contains("SUBAPR") {
                continue;
            }
            let (persone, _) = subentrati(&banco, &f, &nome, usize::try_from(righe).expect("few"));
            assert!(persone[0] > ultimo, "{nome}");
            ultimo = persone[persone.len() - 1];
        }
    }
}

#[test]
fn casi_25_26_28_quadrature() {
    let banco = Banco::nuovo();

    // Case 25: KO though the AIRE file never comes; case 67: the monitor goes on showing the OK one before it.
    let uno = "888001";
    let sano = apr(&["--comune", uno, "--abitanti", "10", "--versione", "1"]);
    let ok = id(&banco.accetta("pre", uno, &nome_aire(uno), gz(b"")));
    banco.accetta("pre", uno, &nome_apr(uno, "1_1_1"), gz(sano.as_bytes()));
    assert_eq!(esito(&banco, &ok), con("ELABORATA_OK", []));
    banco.json("DELETE", &format!("/api/forniture/{ok}"), "");
    banco.json("POST", "/api/notte", "");
    let nove = conta(&sano, "numeroSchedeSoggettoInvio", 1);
    let ko = id(&banco.accetta("pre", uno, &nome_apr(uno, "1_1_1"), gz(nove.as_bytes())));
    assert_ne!(ko, ok);
    assert_eq!(
        esito(&banco, &ko),
        con("KO", [("EN011", 1)]),
        "though the AIRE file is not in"
    );
    let anomalia = &banco.json("GET", &format!("/api/forniture/{ko}/anomalie"), "")[0];
    let testo = anomalia["testo"].as_str().expect("testo");
    for parte in ["11", "10", &nome_apr(uno, "1_1_1")] {
        assert!(testo.contains(parte), "declared, name, calculated: {testo}");
    }
    let (oggetto, testo) = unica_pec(&banco, uno, &ko);
    assert!(
        oggetto.contains("non riuscita") && testo.contains("NEGATIVO") && testo.contains("1 × EN011"),
        "{oggetto}\n{testo}"
    );
    let cookie = banco.entra("pre", uno);
    let monitor = banco.pagina("pre", &cookie, "/combas/anomalie");
    assert!(
        monitor.contains(&format!("/combas/esiti/{ok}\"")),
        "case 67: {monitor}"
    );
    assert!(!monitor.contains(&format!("/combas/esiti/{ko}\"")), "case 67");

    // Case 26: each file is right, the total of the delivery is not.
    let due = "888004";
    let fornitura = genera(&["--comune", due, "--abitanti", "40", "--invii", "2"]);
    let file: Vec<Vec<u8>> = file_gz(fornitura.path())[..2]
        .iter()
        .map(|f| {
            gz(conta(
                &String::from_utf8(espandi(f)).expect("UTF-8"),
                "numeroTotaleSchedeSoggetto",
                1,
            )
            .as_bytes())
        })
        .collect();
    let f = id(&banco.accetta("pre", due, &nome_apr(due, "1_1_2"), file[0].clone()));
    banco.accetta("pre", due, &nome_aire(due), gz(b""));
    assert_eq!(
        esito(&banco, &f),
        con("IN_ELABORAZIONE", []),
        "nothing is known before the second file"
    );
    banco.accetta("pre", due, &nome_apr(due, "1_2_2"), file[1].clone());
    let (stato, conteggi) = esito(&banco, &f);
    assert_eq!(stato, "KO");
    assert_eq!(conteggi.keys().collect::<Vec<_>>(), ["EN012"]);
    assert!(unica_pec(&banco, due, &f).1.contains("EN012"));

    // Case 28: nobody checks the totals of Italians.
    let tre = "888005";
    let storto = apr(&["--comune", tre, "--abitanti", "20"]);
    let storto = conta(
        &conta(&storto, "numeroTotaleCittadiniItaliani", 3),
        "numeroCittadiniItalianiInvio",
        5,
    );
    let f = id(&banco.accetta("pre", tre, &nome_apr(tre, "1_1_1"), gz(storto.as_bytes())));
    banco.accetta("pre", tre, &nome_aire(tre), gz(b""));
    assert_eq!(esito(&banco, &f), con("ELABORATA_OK", []));
}

#[test]
fn casi_29_31_74_le_anomalie_delle_schede() {
    let banco = Banco::nuovo();

    // Case 29: one of ten thousand stops them all.
    let uno = "888001";
    let fornitura = genera(&["--comune", uno, "--abitanti", "10000", "--anomalie", "ES092=1"]);
    let prima = caricate(&banco, "pre");
    let f = banco.carica_tutti("pre", uno, fornitura.path());
    banco.attendi(&f, ATTESA);
    assert_eq!(esito(&banco, &f), con("KO", [("ES092", 1)]));
    assert_eq!(caricate(&banco, "pre"), prima, "nothing was loaded");
    let giorno = OGGI.replace('-', "");
    assert_eq!(
        liste(&banco, &f),
        BTreeMap::from([(format!("{uno}SchedeIndivErr{giorno}.csv"), 1)])
    );
    let (_, testo) = unica_pec(&banco, uno, &f);
    assert!(
        testo.contains("1 × ES092") && testo.contains("NEGATIVO"),
        "{testo}"
    );

    // Case 31: the same family twice: an anomaly, two ids.
    let due = "888004";
    let sano = apr(&["--comune", due, "--abitanti", "30"]);
    let prima_famiglia = sano
        .lines()
        .find(|l| l.starts_with("<famiglia><idFamigliaConvivenzaComune>"))
        .expect("a family");
    let doppio = sano.replacen("<famiglie>", &format!("<famiglie>\n{prima_famiglia}"), 1);
    let doppio = conta(
        &conta(&doppio, "numeroTotaleSchedeFamiglia", 1),
        "numeroTotaleSchedeFamigliaInvio",
        1,
    );
    let f = id(&banco.accetta("pre", due, &nome_apr(due, "1_1_1"), gz(doppio.as_bytes())));
    banco.accetta("pre", due, &nome_aire(due), gz(b""));
    let (stato, conteggi) = esito(&banco, &f);
    assert_eq!(
        (
            stato.as_str(),
            conteggi.keys().map(String::as_str).collect::<Vec<_>>()
        ),
        ("ELABORATA_OK", vec!["EF003"])
    );
    let (testa, righe) = banco.lista(&f, &format!("{due}SchedeFamConvErr{giorno}.csv"));
    assert_eq!(
        testa,
        "Prog. ANPR scheda;Prog. scheda Comune;Tipo Scheda;Codice;Descrizione"
    );
    assert_eq!(righe.len() as u64, conteggi["EF003"]);
    for r in &righe {
        assert_eq!(
            (r[1].as_str(), r[2].as_str(), r[3].as_str()),
            ("1", "Famiglia", "EF003"),
            "{r:?}"
        );
    }
    let nome = format!("Subentrati_{due}_SUBAPR_1_1_1.csv");
    let (_, righe) = banco.lista(&f, &nome);
    let con_id_1: BTreeSet<&str> = righe
        .iter()
        .filter(|r| r[0] == "Famiglia" && r[2] == "1")
        .map(|r| r[1].as_str())
        .collect();
    assert_eq!(con_id_1.len(), 2, "two ANPR ids for the two sheets");

    // Case 74: warnings in any number never block.
    let tre = "888005";
    let documento: String = apr(&["--comune", tre, "--abitanti", "100"])
        .lines()
        .map(|l| {
            let l = sostituisci(l, "<motivoIscrizioneAPR>", "99");
            let l = sostituisci(&l, "<statoCivile><statoCivile>", "0");
            sostituisci(&l, "<codSpecie>", "999") + "\n"
        })
        .collect();
    let f = id(&banco.accetta("pre", tre, &nome_apr(tre, "1_1_1"), gz(documento.as_bytes())));
    banco.accetta("pre", tre, &nome_aire(tre), gz(b""));
    assert_eq!(
        esito(&banco, &f),
        con("ELABORATA_OK", [("EC001", 100), ("EC006", 100), ("EC073", 100)])
    );
    // The monitor counts schede, not findings.
    let dentro = banco.entra("pre", tre);
    let pagina = banco.pagina("pre", &dentro, "/combas/anomalie");
    let (numero, _) = pagina
        .split_once("schede individuali con dati errati")
        .expect("the counter of the schede");
    let numero = numero
        .rsplit("<span class=\"numero\">")
        .next()
        .and_then(|t| t.split('<').next());
    assert_eq!(numero, Some("100"), "{pagina}");
    let nome = format!("{tre}SchedeIndivErr{giorno}.csv");
    assert_eq!(liste(&banco, &f)[&nome], 300);
    let (testa, righe) = banco.lista(&f, &nome);
    assert_eq!(
        testa,
        "Prog. ANPR soggetto;Progressivo APR/AIRE soggetto;Tipo Scheda;Codice;Descrizione"
    );
    assert_eq!(righe.len(), 300);
    let schede: BTreeSet<(&str, &str)> = righe.iter().map(|r| (r[0].as_str(), r[1].as_str())).collect();
    assert_eq!(schede.len(), 100);
    assert!(
        righe
            .iter()
            .all(|r| r[2] == "Scheda Individuale APR" && r[0].parse::<u64>().is_ok())
    );
    // The ids are those of the list of the loaded.
    let (_, ids) = banco.lista(&f, &format!("Subentrati_{tre}_SUBAPR_1_1_1.csv"));
    let ids: BTreeSet<(&str, &str)> = ids
        .iter()
        .filter(|r| r[0].starts_with("Scheda Individuale"))
        .map(|r| (r[1].as_str(), r[2].as_str()))
        .collect();
    assert_eq!(schede, ids);
    let (_, testo) = unica_pec(&banco, tre, &f);
    for codice in ["EC001", "EC006", "EC073"] {
        assert!(testo.contains(&format!("100 × {codice}")), "{testo}");
    }
}

/// Replaces the digits that follow a mark.
fn sostituisci(riga: &str, segno: &str, con: &str) -> String {
    match riga.split_once(segno) {
        Some((prima, dopo)) => format!(
            "{prima}{segno}{con}{}",
            dopo.trim_start_matches(|c: char| c.is_ascii_digit())
        ),
        None => riga.to_owned(),
    }
}

#[test]
fn casi_64_65_il_subentro_vero() {
    let banco = Banco::nuovo();
    let comune = "888006";
    let fornitura = genera(&["--comune", comune, "--abitanti", "40", "--aire", "2"]);
    let file = file_gz(fornitura.path());
    let apr = fs::read(&file[0]).expect("a file");
    assert_eq!(
        banco.rifiuta("sub", comune, &nome_apr(comune, "1_1_1"), apr.clone()),
        ["EN003"]
    );
    // A pre-subentro that failed opens nothing; one that ended OK does.
    let rotto = conta(
        &String::from_utf8(espandi(&file[0])).expect("UTF-8"),
        "numeroSchedeSoggettoInvio",
        1,
    );
    banco.accetta("pre", comune, &nome_apr(comune, "1_1_1"), gz(rotto.as_bytes()));
    assert_eq!(
        banco.rifiuta("sub", comune, &nome_apr(comune, "1_1_1"), apr.clone()),
        ["EN003"]
    );
    let f = banco.carica_tutti("pre", comune, fornitura.path());
    assert_eq!(esito(&banco, &f), con("ELABORATA_OK", []));
    assert_eq!(
        banco.json("GET", &format!("/api/comuni/{comune}"), "")["stato"],
        "PRESUBENTRATO"
    );
    // The rehearsal may be cancelled: what it opened stays open.
    banco.json("DELETE", &format!("/api/forniture/{f}"), "");
    banco.json("POST", "/api/notte", "");

    let f = banco.carica_tutti("sub", comune, fornitura.path());
    assert_eq!(esito(&banco, &f), con("ELABORATA_OK", []));
    assert_eq!(
        banco.json("GET", &format!("/api/comuni/{comune}"), "")["stato"],
        "SUBENTRATO"
    );
    let (oggetto, testo) = unica_pec(&banco, comune, &f);
    assert!(
        oggetto.contains("Subentro concluso") && !testo.contains("PROVA"),
        "{oggetto}\n{testo}"
    );
    for nome in [
        nome_apr(comune, "1_1_1"),
        nome_apr(comune, "2_1_1"),
        nome_aire(comune),
    ] {
        assert_eq!(
            banco.rifiuta("sub", comune, &nome, apr.clone()),
            ["EN034"],
            "{nome}"
        );
    }
    // No cancellation: not through the API, not on the page.
    assert_eq!(
        banco
            .api("DELETE", &format!("/api/forniture/{f}"), Vec::new())
            .stato,
        409
    );
    assert_eq!(banco.json("POST", "/api/notte", ""), json!({"cancellate": []}));
    assert_eq!(esito(&banco, &f).0, "ELABORATA_OK");
    let cookie = banco.entra("sub", comune);
    assert!(
        !banco
            .pagina("sub", &cookie, "/combas")
            .contains("href=\"/combas/cancellazione\"")
    );
    let cookie = banco.entra("pre", comune);
    assert!(
        banco
            .pagina("pre", &cookie, "/combas")
            .contains("href=\"/combas/cancellazione\"")
    );

    // A failed one is a mancato subentro, and the next may succeed.
    let altro = "888007";
    banco.json(
        "PUT",
        &format!("/api/comuni/{altro}"),
        r#"{"stato":"PIANIFICATO"}"#,
    );
    let fornitura = genera(&["--comune", altro, "--abitanti", "40", "--anomalie", "ES092=2"]);
    let f = banco.carica_tutti("sub", altro, fornitura.path());
    assert_eq!(esito(&banco, &f), con("KO", [("ES092", 2)]));
    assert_eq!(
        banco.json("GET", &format!("/api/comuni/{altro}"), "")["stato"],
        "MANCATO_SUBENTRO"
    );
    assert!(unica_pec(&banco, altro, &f).0.contains("Subentro non riuscito"));
    let fornitura = genera(&["--comune", altro, "--abitanti", "40", "--versione", "2"]);
    let f = banco.carica_tutti("sub", altro, fornitura.path());
    assert_eq!(esito(&banco, &f), con("ELABORATA_OK", []));
    assert_eq!(
        banco.json("GET", &format!("/api/comuni/{altro}"), "")["stato"],
        "SUBENTRATO"
    );
}

#[test]
fn i_file_in_ritardo_di_una_fornitura_fallita_non_hanno_effetto() {
    let banco = Banco::nuovo();
    let comune = "888001";
    let fornitura = genera(&[
        "--comune",
        comune,
        "--abitanti",
        "40",
        "--aire",
        "2",
        "--invii",
        "2",
    ]);
    let file = file_gz(fornitura.path());
    let byte = |i: usize| fs::read(&file[i]).expect("a file");
    let rotto = gz(conta(
        &String::from_utf8(espandi(&file[0])).expect("UTF-8"),
        "numeroSchedeSoggettoInvio",
        1,
    )
    .as_bytes());
    let ko = id(&banco.accetta("pre", comune, &nome_apr(comune, "1_1_2"), rotto));
    assert_eq!(esito(&banco, &ko), con("KO", [("EN011", 1)]));
    let prima = banco.fornitura(&ko)["schede"].clone();
    for i in [1, 2] {
        let nome = file[i]
            .file_name()
            .and_then(|n| n.to_str())
            .expect("a name")
            .to_owned();
        let r = banco.accetta("pre", comune, &nome, byte(i));
        assert_eq!(
            (&r["scartato"], r["fornitura"].as_str()),
            (&Value::Bool(true), Some(ko.as_str())),
            "{nome}"
        );
        assert_eq!(stati_dei_file(&banco, &ko)[&nome], "SCARTATO");
    }
    assert_eq!(esito(&banco, &ko), con("KO", [("EN011", 1)]));
    assert_eq!(banco.fornitura(&ko)["schede"], prima);
    assert_eq!(banco.pec(comune).len(), 1);
    let tutte = banco.json("GET", &format!("/api/forniture?ambiente=pre&comune={comune}"), "");
    assert_eq!(tutte.as_array().map(Vec::len), Some(1), "no delivery was opened");

    // A name already seen opens the next one, and the AIRE file of the failed one is not in it.
    let nuova = id(&banco.accetta("pre", comune, &nome_apr(comune, "1_1_2"), byte(0)));
    assert_ne!(nuova, ko);
    banco.accetta("pre", comune, &nome_apr(comune, "1_2_2"), byte(1));
    assert_eq!(esito(&banco, &nuova), con("IN_ELABORAZIONE", []));
    banco.accetta("pre", comune, &nome_aire(comune), byte(2));
    assert_eq!(esito(&banco, &nuova), con("ELABORATA_OK", []));
    unica_pec(&banco, comune, &nuova);
    assert_eq!(
        esito(&banco, &ko),
        con("KO", [("EN011", 1)]),
        "the old outcome stays"
    );

    // Another versione opens the next one too.
    let altro = "888004";
    let rotto = conta(
        &apr(&["--comune", altro, "--abitanti", "20"]),
        "numeroSchedeSoggettoInvio",
        1,
    );
    let ko = id(&banco.accetta("pre", altro, &nome_apr(altro, "1_1_1"), gz(rotto.as_bytes())));
    let nuova = banco.accetta(
        "pre",
        altro,
        &nome_apr(altro, "2_1_1"),
        gz(apr(&["--comune", altro, "--abitanti", "20"]).as_bytes()),
    );
    assert_eq!(nuova["scartato"], false);
    assert_ne!(id(&nuova), ko);
}

#[test]
fn i_tre_ritmi_dell_elaborazione() {
    let banco = Banco::nuovo();
    let invia = |comune: &str| {
        let fornitura = genera(&["--comune", comune, "--abitanti", "20"]);
        banco.carica_tutti("pre", comune, fornitura.path())
    };
    // Suspended: files are taken, nothing is picked up.
    ritmo(&banco, r#"{"modo":"sospesa"}"#);
    let sospesa = invia("888001");
    thread::sleep(Duration::from_millis(700));
    assert_eq!(esito(&banco, &sospesa), con("APERTA", []));
    assert_eq!(
        stati_dei_file(&banco, &sospesa)
            .into_values()
            .collect::<BTreeSet<_>>(),
        BTreeSet::from(["INSERITO_OK".to_owned()])
    );
    assert_eq!(banco.pec("888001").len(), 0);
    // An open delivery that nobody elaborated may be cancelled.
    let da_togliere = invia("888004");
    banco.json("DELETE", &format!("/api/forniture/{da_togliere}"), "");
    // At once: what was held up is done when the call returns.
    ritmo(&banco, r#"{"modo":"istantanea"}"#);
    assert_eq!(esito(&banco, &sospesa), con("ELABORATA_OK", []));
    assert_eq!(esito(&banco, &da_togliere).0, "CANCELLAZIONE_RICHIESTA");
    banco.json("POST", "/api/notte", "");
    assert_eq!(esito(&banco, &da_togliere).0, "CANCELLATA");
    assert_eq!(banco.pec("888004").len(), 0);
    // Delayed: not before its time.
    ritmo(&banco, r#"{"modo":"ritardata","secondi":2}"#);
    let inizio = Instant::now();
    let ritardata = invia("888005");
    assert_eq!(esito(&banco, &ritardata).0, "APERTA");
    banco.attendi(&ritardata, ATTESA);
    assert!(
        inizio.elapsed() >= Duration::from_secs(2),
        "{:?}",
        inizio.elapsed()
    );
    assert_eq!(esito(&banco, &ritardata), con("ELABORATA_OK", []));
    // What is no pace is refused.
    for corpo in [r#"{"modo":"mai"}"#, r#"{"modo":"ritardata","secondi":-1}"#, "{}"] {
        let r = banco.api("POST", "/api/elaborazione", corpo.as_bytes().to_vec());
        assert_eq!(r.stato, 400, "{corpo}: {}", r.testo());
    }
}

/// Files and folders below a folder.
fn sotto(cartella: &Path) -> usize {
    fs::read_dir(cartella).map_or(0, |voci| {
        voci.filter_map(Result::ok)
            .map(|v| 1 + if v.path().is_dir() { sotto(&v.path()) } else { 0 })
            .sum()
    })
}

#[test]
fn la_cancellazione_della_notte_rende_il_posto_e_il_disco() {
    let banco = Banco::nuovo();
    let comune = "888001";
    let fornitura = genera(&["--comune", comune, "--abitanti", "50", "--aire", "2"]);
    let prima = (caricate(&banco, "pre"), sotto(&banco.dati.join("forniture")));
    let mut id_anpr = Vec::new();
    for giro in 0..2 {
        let f = banco.carica_tutti("pre", comune, fornitura.path());
        assert_eq!(esito(&banco, &f), con("ELABORATA_OK", []), "{giro}");
        let (_, righe) = banco.lista(&f, &format!("Subentrati_{comune}_SUBAPR_1_1_1.csv"));
        id_anpr.push(righe[0][1].parse::<u64>().expect("an id"));
        assert!(banco.dati.join("forniture").join(&f).is_dir());
        assert_eq!(
            banco.json("DELETE", &format!("/api/forniture/{f}"), "")["stato"],
            "CANCELLAZIONE_RICHIESTA"
        );
        assert_eq!(
            banco.json("DELETE", &format!("/api/forniture/{f}"), "")["stato"],
            "CANCELLAZIONE_RICHIESTA",
            "twice is once"
        );
        assert!(caricate(&banco, "pre") > prima.0, "by day it is still there");
        assert_eq!(banco.json("POST", "/api/notte", ""), json!({"cancellate": [f]}));
        assert_eq!(banco.json("POST", "/api/notte", ""), json!({"cancellate": []}));
        let cancellata = banco.fornitura(&f);
        assert_eq!(cancellata["stato"], "CANCELLATA");
        assert_eq!(
            cancellata["file"].as_array().map(Vec::len),
            Some(2),
            "it stays readable"
        );
        assert_eq!(
            (caricate(&banco, "pre"), sotto(&banco.dati.join("forniture"))),
            prima
        );
        assert_eq!(
            banco.json("GET", &format!("/api/forniture/{f}/anomalie"), ""),
            json!([])
        );
        assert_eq!(
            banco
                .api(
                    "GET",
                    &format!("/api/forniture/{f}/liste/Subentrati_{comune}_SUBAPR_1_1_1.csv"),
                    Vec::new()
                )
                .stato,
            404
        );
    }
    assert!(id_anpr[1] > id_anpr[0], "ids are not given twice: {id_anpr:?}");
    assert_eq!(banco.pec(comune).len(), 2);

    // A KO is already thrown away: there is nothing to cancel.
    let rotto = conta(
        &apr(&["--comune", comune, "--abitanti", "20"]),
        "numeroSchedeSoggettoInvio",
        1,
    );
    let ko = id(&banco.accetta("pre", comune, &nome_apr(comune, "1_1_1"), gz(rotto.as_bytes())));
    assert_eq!(
        banco
            .api("DELETE", &format!("/api/forniture/{ko}"), Vec::new())
            .stato,
        409
    );
    assert_eq!(
        banco.api("DELETE", "/api/forniture/F999999", Vec::new()).stato,
        404
    );
}

/// A value without the instants in it: the clock runs while the ready Comuni are loaded.
fn senza_ore(v: Value) -> Value {
    match v {
        Value::Object(o) => o
            .into_iter()
            .filter(|(k, _)| !matches!(k.as_str(), "creata" | "conclusa" | "ricevuto" | "dal"))
            .map(|(k, v)| (k, senza_ore(v)))
            .collect(),
        Value::Array(a) => a.into_iter().map(senza_ore).collect(),
        altro => altro,
    }
}

#[test]
fn il_reset_torna_al_primo_avvio() {
    let banco = Banco::nuovo();
    let fotografia = || {
        let forniture = senza_ore(banco.json("GET", "/api/forniture", ""));
        let comuni = senza_ore(banco.json("GET", "/api/comuni", ""));
        let pec = banco.json("GET", "/api/pec", "");
        let ritmo = banco.json("GET", "/api/elaborazione", "");
        let oggi = banco.json("GET", "/api/orologio", "")["oggi"].clone();
        let tributaria = banco.json("GET", "/api/tributaria", "");
        (
            forniture,
            comuni,
            pec,
            ritmo,
            oggi,
            tributaria,
            sotto(&banco.dati.join("forniture")),
        )
    };
    let prima = fotografia();
    let fornitura = genera(&["--comune", "888001", "--abitanti", "50"]);
    banco.carica_tutti("pre", "888001", fornitura.path());
    banco.json("POST", "/api/comuni", r#"{"istat":"888123"}"#);
    banco.json("PUT", "/api/comuni/888002", r#"{"pec":null}"#);
    banco.json("PUT", "/api/comuni/888003/piano?ambiente=sub", "null");
    banco.json("PUT", "/api/orologio", r#"{"oggi":"2022-05-05"}"#);
    ritmo(&banco, r#"{"modo":"sospesa"}"#);
    banco.carica_tutti("test", "888001", fornitura.path());
    let id = banco.json("GET", "/api/forniture?ambiente=pre&comune=888002", "")[0]["id"]
        .as_str()
        .expect("id")
        .to_owned();
    banco.json("DELETE", &format!("/api/forniture/{id}"), "");
    banco.json("POST", "/api/notte", "");
    assert_ne!(fotografia(), prima);
    banco.json("POST", "/api/reset", "");
    let dopo = fotografia();
    assert_eq!(dopo.0, prima.0, "forniture");
    assert_eq!(dopo.1, prima.1, "comuni");
    assert_eq!(
        (dopo.2, dopo.3, dopo.4, dopo.5, dopo.6),
        (prima.2, prima.3, prima.4, prima.5, prima.6)
    );
    assert!(banco.json("GET", "/api/comuni/888003/piano?ambiente=sub", "")["inizio"].is_string());
    // And it works.
    let f = banco.carica_tutti("pre", "888001", fornitura.path());
    assert_eq!(esito(&banco, &f), con("ELABORATA_OK", []));
}

#[test]
fn l_orologio_dello_scenario_si_sposta() {
    let banco = Banco::nuovo();
    let comune = "888001";
    let nome = nome_apr(comune, "1_1_1");
    banco.json(
        "PUT",
        &format!("/api/comuni/{comune}"),
        r#"{"stato":"PIANIFICATO"}"#,
    );
    banco.json(
        "PUT",
        &format!("/api/comuni/{comune}/piano?ambiente=sub"),
        r#"{"inizio":"2021-06-01","fine":"2021-06-02"}"#,
    );
    let documento = gz(apr(&["--comune", comune, "--abitanti", "20", "--anomalie", "EC073=1"]).as_bytes());
    for (oggi, atteso) in [("2021-05-31", false), ("2021-06-03", false), ("2021-06-02", true)] {
        let o = banco.json("PUT", "/api/orologio", &format!(r#"{{"oggi":"{oggi}"}}"#));
        assert_eq!(o["oggi"], oggi);
        let r = banco.carica("sub", comune, &nome, documento.clone());
        if atteso {
            assert_eq!(r.stato, 201, "{}", r.testo());
        } else {
            assert_eq!(Banco::codici(&r), ["EN032"], "{oggi}");
            let giorno: Vec<&str> = oggi.split('-').rev().collect();
            assert!(
                r.testo().contains(&giorno.join("/")),
                "the refusal says the day: {}",
                r.testo()
            );
        }
    }
    let f = id(&banco.accetta("sub", comune, &nome_aire(comune), gz(b"")));
    let fornitura = banco.fornitura(&f);
    assert_eq!(fornitura["stato"], "ELABORATA_OK");
    for campo in ["creata", "conclusa"] {
        assert!(
            fornitura[campo]
                .as_str()
                .is_some_and(|q| q.starts_with("2021-06-02T")),
            "{fornitura}"
        );
    }
    assert_eq!(
        liste(&banco, &f)[&format!("{comune}SchedeIndivErr20210602.csv")],
        1
    );
    let pec = banco.pec(comune);
    let grezza = banco
        .cliente
        .chiedi(
            "GET",
            &format!(
                "{}/api/pec/{}",
                banco.console(),
                pec[0]["id"].as_str().expect("id")
            ),
            &[("accept", "message/rfc822")],
            Vec::new(),
        )
        .expect("a message")
        .testo();
    assert!(grezza.contains("2 Jun 2021"), "{grezza}");
    for corpo in [
        r#"{"oggi":"2021-02-30"}"#,
        r#"{"velocita":-1}"#,
        r#"{"ieri":"2021-01-01"}"#,
    ] {
        let r = banco.api("PUT", "/api/orologio", corpo.as_bytes().to_vec());
        assert_eq!(r.stato, 400, "{corpo}: {}", r.testo());
    }
    assert_eq!(banco.json("GET", "/api/orologio", "")["oggi"], "2021-06-02");
}

#[test]
fn due_comuni_nello_stesso_momento() {
    let banco = Banco::nuovo();
    let console = banco.console();
    let comuni = ["888004", "888005"];
    thread::scope(|s| {
        for (i, comune) in comuni.into_iter().enumerate() {
            s.spawn(move || {
                let abitanti = (300 + i * 100).to_string();
                let fornitura = genera(&[
                    "--comune",
                    comune,
                    "--abitanti",
                    &abitanti,
                    "--aire",
                    "5",
                    "--invii",
                    "2",
                ]);
                let cliente = anpr_sim::cliente::Cliente::nuovo(None).expect("a client");
                for file in file_gz(fornitura.path()) {
                    let nome = file
                        .file_name()
                        .and_then(|n| n.to_str())
                        .expect("a name")
                        .to_owned();
                    let url = format!("{console}/api/forniture?ambiente=pre&comune={comune}&nome={nome}");
                    let tipo = [("content-type", "application/octet-stream")];
                    let r = cliente
                        .chiedi("POST", &url, &tipo, fs::read(&file).expect("a file"))
                        .expect("a reply");
                    assert_eq!(r.stato, 201, "{}", r.testo());
                }
            });
        }
    });
    let mut ids = BTreeSet::new();
    for (i, comune) in comuni.into_iter().enumerate() {
        let tutte = banco.json("GET", &format!("/api/forniture?ambiente=pre&comune={comune}"), "");
        let f = tutte[0]["id"].as_str().expect("id").to_owned();
        banco.attendi(&f, ATTESA);
        assert_eq!(esito(&banco, &f), con("ELABORATA_OK", []));
        assert_eq!(banco.fornitura(&f)["schede"]["soggetti"], 300 + i * 100);
        unica_pec(&banco, comune, &f);
        assert_eq!(banco.pec(comune).len(), 1);
        for (nome, righe) in liste(&banco, &f) {
            assert!(nome.contains(comune), "{nome}");
            let (persone, _) = subentrati(&banco, &f, &nome, usize::try_from(righe).expect("few"));
            for p in persone {
                assert!(ids.insert(p), "id {p} given twice");
            }
        }
    }
    assert_eq!(ids.len(), 300 + 400 + 10);
}

#[test]
fn le_anomalie_si_leggono_a_pagine_e_nella_forma_preferita() {
    let comune = "888001";
    let banco = Banco::nuovo();
    let fornitura = genera(&[
        "--comune",
        comune,
        "--abitanti",
        "200",
        "--aire",
        "1",
        "--anomalie",
        "EC007=5",
    ]);
    let f = banco.carica_tutti("pre", comune, fornitura.path());
    let prendi = |percorso: &str, accept: &str| {
        let url = format!("{}{percorso}", banco.console());
        banco
            .cliente
            .chiedi("GET", &url, &[("accept", accept)], Vec::new())
            .expect("a reply")
    };
    let mut viste = Vec::new();
    let mut percorso = format!("/api/forniture/{f}/anomalie?codice=EC007&limite=2");
    let mut pagine = 0;
    loop {
        let r = prendi(&percorso, "*/*");
        assert_eq!(r.stato, 200, "{}", r.testo());
        pagine += 1;
        viste.extend(r.json().expect("JSON").as_array().expect("a list").clone());
        let Some(link) = r.intestazione("link") else { break };
        let (dentro, resto) = link
            .strip_prefix('<')
            .and_then(|l| l.split_once('>'))
            .expect("a link");
        assert_eq!(resto, "; rel=\"next\"");
        percorso = dentro.to_owned();
    }
    assert_eq!((pagine, viste.len()), (3, 5));
    let tutte = prendi(
        &format!("/api/forniture/{f}/anomalie"),
        "application/json, text/csv;q=0.5",
    );
    assert_eq!(tutte.intestazione("link"), None, "there is nothing after it");
    assert_eq!(
        tutte.json().expect("JSON, which was preferred"),
        Value::Array(viste)
    );

    // Cancelled is cancelled: there is nothing to ask for any more.
    assert_eq!(
        banco
            .api("DELETE", &format!("/api/forniture/{f}"), Vec::new())
            .stato,
        202
    );
    assert_eq!(
        banco
            .api("DELETE", &format!("/api/forniture/{f}"), Vec::new())
            .stato,
        202,
        "asked already"
    );
    banco.json("POST", "/api/notte", "");
    let r = banco.api("DELETE", &format!("/api/forniture/{f}"), Vec::new());
    assert_eq!(r.stato, 409, "{}", r.testo());
    assert_eq!(r.json().expect("JSON")["errori"][0]["codice"], "SIM012");
}

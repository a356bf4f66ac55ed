//! What deliveries come to: both files, several files, totals, anomalies of the schede, the true subentro.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, thread,
    time::Duration,
};

use anpr_sim_tests::{Banco, OGGI, apr, conta, espandi, file_gz, genera, gz};
use serde_json::{Value, json};

use super::{
    ATTESA, caricate, con, esito, id, liste, nome_aire, nome_apr, stati_dei_file, subentrati, unica_pec,
};

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

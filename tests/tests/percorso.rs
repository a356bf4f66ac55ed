//! The path of a new user, exactly as the README tells it: three blocking errors, correction, migration, the end.

use std::collections::BTreeMap;

use anpr_sim_tests::{Banco, file_gz, genera};
use serde_json::Value;

fn conteggi(fornitura: &Value) -> BTreeMap<String, u64> {
    fornitura["conteggi"]
        .as_object()
        .expect("conteggi")
        .iter()
        .map(|(c, n)| (c.clone(), n.as_u64().expect("a count")))
        .collect()
}

#[test]
fn dal_primo_errore_al_subentro() {
    let banco = Banco::nuovo();
    let comune = "888001";

    // A delivery of 5,000 with three blocking errors.
    let prima = genera(&[
        "--comune",
        comune,
        "--abitanti",
        "5000",
        "--aire",
        "40",
        "--anomalie",
        "ES092=3",
    ]);
    let id = banco.carica_tutti("pre", comune, prima.path());
    let ko = banco.attendi(&id, &["KO", "ELABORATA_OK"]);
    assert_eq!(ko["stato"], "KO");
    assert_eq!(conteggi(&ko), BTreeMap::from([("ES092".to_owned(), 3)]));
    let anomalie = banco.json("GET", &format!("/api/forniture/{id}/anomalie?codice=ES092"), "");
    let anomalie = anomalie.as_array().expect("a list");
    assert_eq!(anomalie.len(), 3);
    let manifesto: Value = serde_json::from_slice(
        &std::fs::read(prima.path().join("manifesto.json"))
            .or_else(|_| leggi_manifesto(prima.path()))
            .expect("manifesto"),
    )
    .expect("JSON");
    let mut trovate: Vec<&str> = anomalie
        .iter()
        .map(|a| a["scheda"].as_str().expect("scheda"))
        .collect();
    let mut piantate: Vec<&str> = manifesto["piantate"]
        .as_array()
        .expect("piantate")
        .iter()
        .map(|p| p["scheda"].as_str().expect("scheda"))
        .collect();
    trovate.sort_unstable();
    piantate.sort_unstable();
    assert_eq!(trovate, piantate, "the findings are exactly the planted ones");
    for a in anomalie {
        assert_eq!(a["gravita"], "E");
        assert!(
            a["riga"].as_u64().is_some_and(|r| r > 0) && a["colonna"].as_u64().is_some_and(|c| c > 0),
            "{a}"
        );
    }

    // The PEC of failure names the code.
    let pec = banco.json("GET", &format!("/api/pec?comune={comune}"), "");
    assert_eq!(pec.as_array().expect("a list").len(), 1);
    let prima_pec = banco.cliente.chiedi(
        "GET",
        &format!(
            "{}/api/pec/{}",
            banco.console(),
            pec[0]["id"].as_str().expect("id")
        ),
        &[("accept", "message/rfc822")],
        Vec::new(),
    );
    let prima_pec = prima_pec.expect("a PEC").testo();
    assert!(prima_pec.contains("SIMULATORE"), "{prima_pec}");
    assert!(prima_pec.contains("ES092"), "{prima_pec}");

    // Corrected: the same population, version 2.
    let seconda = genera(&[
        "--comune",
        comune,
        "--abitanti",
        "5000",
        "--aire",
        "40",
        "--versione",
        "2",
    ]);
    let id = banco.carica_tutti("pre", comune, seconda.path());
    let ok = banco.attendi(&id, &["KO", "ELABORATA_OK"]);
    assert_eq!(
        (&ok["stato"], conteggi(&ok)),
        (&Value::from("ELABORATA_OK"), BTreeMap::new())
    );
    assert_eq!(ok["schede"]["soggetti"], 5000);
    assert_eq!(ok["schede"]["aire"], 40);

    // The real one, inside the window of the ready Comuni.
    let id = banco.carica_tutti("sub", comune, seconda.path());
    assert_eq!(
        banco.attendi(&id, &["KO", "ELABORATA_OK"])["stato"],
        "ELABORATA_OK"
    );
    assert_eq!(
        banco.json("GET", &format!("/api/comuni/{comune}"), "")["stato"],
        "SUBENTRATO"
    );
    assert_eq!(
        banco
            .json("GET", &format!("/api/pec?comune={comune}"), "")
            .as_array()
            .map(Vec::len),
        // Three outcomes, and what ends with the subentro (INA-SAIA, AIRE centrale).
        Some(4)
    );

    // A migrated Comune can send no more.
    let terza = genera(&["--comune", comune, "--abitanti", "100", "--versione", "3"]);
    let file = file_gz(terza.path());
    let nome = file[0].file_name().and_then(|n| n.to_str()).expect("a name");
    let r = banco.carica("sub", comune, nome, std::fs::read(&file[0]).expect("a file"));
    assert_eq!(Banco::codici(&r), ["EN034"]);
}

fn leggi_manifesto(cartella: &std::path::Path) -> std::io::Result<Vec<u8>> {
    let voce = std::fs::read_dir(cartella)?
        .filter_map(Result::ok)
        .find(|v| v.path().extension().is_some_and(|e| e == "json"))
        .ok_or(std::io::ErrorKind::NotFound)?;
    std::fs::read(voce.path())
}

#[test]
fn chi_e_gia_pronto_e_chi_e_gia_subentrato() {
    let banco = Banco::nuovo();
    let comuni = banco.json("GET", "/api/comuni", "");
    assert_eq!(comuni.as_array().map(Vec::len), Some(10));
    for ambiente in ["test", "pre", "sub"] {
        for (comune, soggetti) in [("888002", 2000), ("888003", 500)] {
            let f = banco.json(
                "GET",
                &format!("/api/forniture?ambiente={ambiente}&comune={comune}"),
                "",
            );
            assert_eq!(f.as_array().map(Vec::len), Some(1), "{f}");
            assert_eq!(f[0]["stato"], "ELABORATA_OK");
            assert_eq!(f[0]["schede"]["soggetti"], soggetti);
        }
        let vuoto = banco.json(
            "GET",
            &format!("/api/forniture?ambiente={ambiente}&comune=888001"),
            "",
        );
        assert_eq!(vuoto, Value::Array(Vec::new()));
    }
}

#[test]
fn gli_stessi_comandi_danno_gli_stessi_byte() {
    let giro = || {
        let banco = Banco::con(&["--seed", "7"]);
        banco.json("PUT", "/api/orologio", r#"{"oggi":"2021-03-01","velocita":0}"#);
        let fornitura = genera(&[
            "--comune",
            "888004",
            "--abitanti",
            "300",
            "--aire",
            "5",
            "--anomalie",
            "ES092=1",
        ]);
        let id = banco.carica_tutti("pre", "888004", fornitura.path());
        let f = banco.attendi(&id, &["KO", "ELABORATA_OK"]);
        let pec = banco.json("GET", "/api/pec?comune=888004", "");
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
            .expect("a PEC")
            .testo();
        let anomalie = banco.json("GET", &format!("/api/forniture/{id}/anomalie"), "");
        (f, pec, grezza, anomalie)
    };
    assert_eq!(giro(), giro());
}

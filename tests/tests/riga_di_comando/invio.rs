//! `send` and `cert`: messages and keys.

use std::{collections::BTreeMap, fs};

use anpr_sim_tests::{Banco, esegui_bene, genera};
use frontiera::firma::{DIFETTI, STRANEZZE};
use serde_json::Value;

use super::{giro, json, manda, non_riesce, percorsi, strada};

#[test]
fn send_giusto_e_sbagliato_apposta() {
    let banco = Banco::nuovo();
    for ambiente in ["test", "pre", "sub"] {
        for firma in ["sha1", "sha256"] {
            let (codice, v) = manda(&banco, &["--ambiente", ambiente, "--firma", firma]);
            assert_eq!(
                (codice, &v["http"], &v["positiva"]),
                (Some(0), &Value::from(200), &Value::Bool(true)),
                "{v}"
            );
            assert!(
                v["corpo"]
                    .as_str()
                    .is_some_and(|c| c.contains("RispostaConnessione")),
                "{v}"
            );
        }
    }
    // The list has every name; that each leads to its answer is proved in `sicurezza.rs`.
    for (opzione, tabella) in [("--difetto", DIFETTI), ("--stranezza", STRANEZZE)] {
        let (codice, uscita, _) = giro(&["send", opzione, "elenco"]);
        assert_eq!(codice, Some(0));
        let noti: Vec<&str> = uscita
            .lines()
            .filter_map(|r| r.split_whitespace().next())
            .collect();
        assert_eq!(noti, tabella.iter().map(|v| v.nome).collect::<Vec<_>>());
    }
    let (codice, v) = manda(&banco, &["--difetto", "corpo-modificato"]);
    assert_eq!(
        (codice, &v["http"], &v["positiva"]),
        (Some(1), &Value::from(500), &Value::Bool(false)),
        "{v}"
    );
    assert_eq!(
        v["atteso"],
        serde_json::json!({"voci": ["corpo-modificato"], "risposta": "F5", "arrivata": true})
    );

    // S001: taken, then refused as a duplicate; not without its file; an operation nobody offers.
    let fornitura = genera(&["--abitanti", "30"]);
    let file = percorsi(fornitura.path());
    let s001 = ["--operazione", "S001", "--file", file[0].as_str()];
    let (codice, v) = manda(&banco, &s001);
    assert_eq!(codice, Some(0), "{v}");
    assert!(
        v["corpo"]
            .as_str()
            .is_some_and(|c| c.contains("rispostaOK") && c.contains("888001_SUBAPR_1_1_1.gz")),
        "{v}"
    );
    let (codice, v) = manda(&banco, &s001);
    assert_eq!((codice, &v["http"]), (Some(1), &Value::from(200)), "{v}");
    assert!(v["corpo"].as_str().is_some_and(|c| c.contains("EN007")), "{v}");
    let dati = strada(&banco.dati);
    non_riesce(&["send", "--data", dati, "--operazione", "S001"], &["--file"]);
    non_riesce(&["send", "--data", dati, "--operazione", "9999"], &["9999"]);
    non_riesce(&["send", "--data", dati, "--comune", "888999"], &["888999"]);
    non_riesce(&["send", "--data", dati, "--firma", "md5"], &["md5"]);
    let cartella = tempfile::tempdir().expect("a folder");
    non_riesce(&["send", "--data", strada(cartella.path())], &["serve --data"]);
}

#[test]
fn lo_sportello_dei_certificati() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let out = cartella.path().join("copie");
    let d = strada(&dati);
    non_riesce(&["cert", "list", "--data", d], &["serve --data"]);

    // Keys of their own: certificates issued here are nobody else's.
    let mut banco = Banco::con_chiavi(&dati, &dati.join("pki"));
    let elenco = json(&esegui_bene(&["cert", "list", "--data", d, "--json"]));
    assert_eq!(elenco.as_array().map(Vec::len), Some(10));
    assert!(
        elenco
            .as_array()
            .expect("a list")
            .iter()
            .all(|c| c["stato"] == "attivo"),
        "{elenco}"
    );
    let nuovo = json(&esegui_bene(&[
        "cert", "issue", "--data", d, "--comune", "888001", "--json",
    ]));
    let id = nuovo["id"].as_str().expect("id").to_owned();
    assert_eq!(id, "888001-CO-0001");
    let uscita = esegui_bene(&["cert", "export", &id, "--data", d, "--out", strada(&out)]);
    assert_eq!(fs::read_dir(&out).map_or(0, Iterator::count), 3, "{uscita}");
    non_riesce(
        &[
            "cert",
            "export",
            "888001-CO-0999",
            "--data",
            d,
            "--out",
            strada(&out),
        ],
        &["888001-CO-0999"],
    );
    let (codice, _, errore) = giro(&[
        "cert",
        "issue",
        "--data",
        d,
        "--comune",
        "888001",
        "--difetto",
        "storto",
    ]);
    assert_eq!(codice, Some(2));
    assert!(errore.contains("storto"), "{errore}");
    for difetto in [
        "scaduto",
        "futuro",
        "revocato",
        "ca-altrui",
        "altro-ambiente",
        "altro-comune",
        "senza-cn",
        "chiave-debole",
    ] {
        let v = json(&esegui_bene(&[
            "cert",
            "issue",
            "--data",
            d,
            "--comune",
            "888005",
            "--difetto",
            difetto,
            "--json",
        ]));
        assert_eq!(v["difetto"], difetto);
        assert_eq!(
            v["stato"],
            match difetto {
                "revocato" | "scaduto" | "futuro" => difetto,
                _ => "attivo",
            }
        );
    }

    // One issued with another Comune's id says at whose desk.
    let elenco = esegui_bene(&["cert", "list", "--data", d, "--comune", "888005"]);
    let riga = |difetto: &str| {
        let r = elenco.lines().find(|r| r.contains(difetto));
        r.unwrap_or_else(|| panic!("{difetto}: {elenco}")).to_owned()
    };
    assert!(
        riga("altro-comune").starts_with("888999-")
            && riga("altro-comune").ends_with("(emesso allo sportello di 888005)")
    );
    assert!(riga("ca-altrui").ends_with("  ca-altrui"));
    assert!(
        elenco
            .lines()
            .any(|r| r.contains("  futuro  ") && r.ends_with("  futuro")),
        "{elenco}"
    );

    // A revoked certificate is answered F4, and only that one.
    assert_eq!(manda(&banco, &[]).0, Some(0));
    let (codice, uscita, _) = giro(&["cert", "revoke", "888001-CO-0000", "--data", d, "--json"]);
    assert_eq!(
        (codice, &json(&uscita)["stato"]),
        (Some(0), &Value::from("revocato"))
    );
    let (codice, v) = manda(&banco, &[]);
    assert_eq!(codice, Some(1));
    assert!(
        v["corpo"]
            .as_str()
            .is_some_and(|c| c.contains("<faultstring>certificate revoked (from client)</faultstring>")),
        "{v}"
    );
    assert_eq!(manda(&banco, &["--comune", "888004"]).0, Some(0));
    let stati: BTreeMap<String, String> = json(&esegui_bene(&["cert", "list", "--data", d, "--json"]))
        .as_array()
        .expect("a list")
        .iter()
        .filter(|c| c["difetto"].is_null())
        .map(|c| {
            (
                c["id"].as_str().expect("id").to_owned(),
                c["stato"].as_str().expect("stato").to_owned(),
            )
        })
        .filter(|(_, stato)| stato != "attivo")
        .collect();
    assert_eq!(
        stati,
        BTreeMap::from([("888001-CO-0000".to_owned(), "revocato".to_owned())])
    );
    non_riesce(
        &["cert", "revoke", "888001-CO-0999", "--data", d],
        &["888001-CO-0999"],
    );

    // Without a running simulator: everything but revoking.
    assert_eq!(banco.chiudi(), Some(0));
    let quanti = json(&esegui_bene(&["cert", "list", "--data", d, "--json"]))
        .as_array()
        .map(Vec::len);
    assert_eq!(quanti, Some(10 + 1 + 8));
    let v = json(&esegui_bene(&[
        "cert", "issue", "--data", d, "--comune", "888001", "--json",
    ]));
    assert_eq!(v["id"], "888001-CO-0002");
    esegui_bene(&[
        "cert",
        "export",
        "888001-CO-0002",
        "--data",
        d,
        "--out",
        strada(&out),
    ]);
    assert_eq!(fs::read_dir(&out).map_or(0, Iterator::count), 6);
    non_riesce(
        &["cert", "revoke", "888001-CO-0002", "--data", d],
        &["serve --data"],
    );
    // What was revoked stays so over a restart.
    let banco = Banco::con_chiavi(&dati, &dati.join("pki"));
    assert!(
        manda(&banco, &[]).1["corpo"]
            .as_str()
            .is_some_and(|c| c.contains("certificate revoked"))
    );
}

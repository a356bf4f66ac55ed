//! S001 and TestConn signed by foreign code (Python: lxml and xmlsec), against the running program.

use std::{path::Path, process::Command};

use anpr_sim_tests::{Banco, attrezzo, file_gz, genera, stretto};
use serde_json::Value;

/// Runs the foreign client; `None` when its libraries are not here (and skipping is allowed).
fn client(banco: &Banco, argomenti: &[&str]) -> Option<Value> {
    if !attrezzo("python3") {
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/client_lxml.py");
    let uscita = Command::new("python3")
        .arg(script)
        .arg(banco.dati.join("ready.json"))
        .args(argomenti)
        .output()
        .expect("python3 starts");
    let errore = String::from_utf8_lossy(&uscita.stderr);
    if errore.contains("ModuleNotFoundError") && !stretto() {
        eprintln!("saltato: mancano lxml, xmlsec o cryptography (li installa `cargo xtask test`)");
        return None;
    }
    assert!(uscita.status.success(), "{errore}");
    Some(serde_json::from_slice(&uscita.stdout).expect("JSON"))
}

fn corpo(risposta: &Value) -> &str {
    risposta["corpo"].as_str().expect("corpo")
}

#[test]
fn testconn_risponde_a_chi_firma_con_librerie_estranee() {
    let banco = Banco::nuovo();
    for ambiente in ["test", "pre", "sub"] {
        for sha in [&["--sha256"][..], &[]] {
            let mut argomenti = vec![ambiente, "888001", "TEST", "--id", "4711"];
            argomenti.extend_from_slice(sha);
            let Some(r) = client(&banco, &argomenti) else {
                return;
            };
            assert_eq!(r["http"], 200, "{r}");
            assert!(corpo(&r).contains("RispostaConnessione"), "{r}");
            assert!(
                corpo(&r).contains("<idOperazioneComune>4711</idOperazioneComune>"),
                "{r}"
            );
            assert!(
                corpo(&r).contains("<esitoOperazione>0000</esitoOperazione>"),
                "{r}"
            );
            assert!(
                !corpo(&r).contains("Security"),
                "replies carry no security header: {r}"
            );
        }
    }
}

#[test]
fn s001_consegna_lo_stesso_file_in_test_e_in_pre_ma_non_in_subentro() {
    let banco = Banco::nuovo();
    let fornitura = genera(&["--comune", "888001", "--abitanti", "400"]);
    let file = file_gz(fornitura.path());
    let apr = file[0].to_str().expect("UTF-8");
    for ambiente in ["test", "pre"] {
        let Some(r) = client(&banco, &[ambiente, "888001", "S001", "--file", apr, "--id", "1"]) else {
            return;
        };
        assert_eq!(r["http"], 200, "{r}");
        assert!(corpo(&r).contains("rispostaOK"), "{r}");
        assert!(
            corpo(&r).contains("<nomeFile>888001_SUBAPR_1_1_1.gz</nomeFile>"),
            "{r}"
        );
        // Taken in charge: the AIRE file, which no web service takes, completes the delivery.
        let id = {
            let f = banco.json(
                "GET",
                &format!("/api/forniture?ambiente={ambiente}&comune=888001"),
                "",
            );
            f[0]["id"].as_str().expect("id").to_owned()
        };
        let aire = banco.carica(ambiente, "888001", "888001_SUBAIRE_1.gz", anpr_sim_tests::gz(b""));
        assert_eq!(aire.stato, 201, "{}", aire.testo());
        let f = banco.attendi(&id, &["ELABORATA_OK", "KO"]);
        assert_eq!(f["stato"], "ELABORATA_OK", "{f}");
        assert_eq!(f["schede"]["soggetti"], 400);

        // The same id again: the stored reply, nothing executed.
        let ancora =
            client(&banco, &[ambiente, "888001", "S001", "--file", apr, "--id", "1"]).expect("as before");
        assert_eq!(corpo(&ancora), corpo(&r));
    }
    let Some(r) = client(&banco, &["sub", "888001", "S001", "--file", apr, "--id", "1"]) else {
        return;
    };
    assert_eq!(r["http"], 200, "{r}");
    assert!(
        corpo(&r).contains("rispostaKO") && corpo(&r).contains("EN379"),
        "{r}"
    );
    assert_eq!(
        banco.json("GET", "/api/forniture?ambiente=sub&comune=888001", ""),
        Value::Array(Vec::new())
    );
}

#[test]
fn un_corpo_cambiato_dopo_la_firma_riceve_f5() {
    let banco = Banco::nuovo();
    let Some(r) = client(&banco, &["test", "888001", "TEST", "--altera"]) else {
        return;
    };
    assert_eq!(r["http"], 500, "{r}");
    assert!(
        corpo(&r).contains("<faultstring>Incorrect reference digest value (from client)</faultstring>"),
        "{r}"
    );
    assert_eq!(
        r["intestazioni"]["X-Backside-Transport"]
            .as_str()
            .or(r["intestazioni"]["x-backside-transport"].as_str()),
        Some("FAIL FAIL")
    );

    // The journal tells what the wire must not.
    let scambi = banco.json("GET", "/api/scambi?esito=FAULT", "");
    let n = scambi[0]["n"].as_u64().expect("n");
    let scambio = banco.json("GET", &format!("/api/scambi/{n}"), "");
    let fermato = scambio["passi"]
        .as_array()
        .expect("passi")
        .iter()
        .find(|p| p["verdetto"] == "FERMATO")
        .expect("one stops");
    assert!(
        fermato["atteso"].as_str().is_some_and(|t| !t.is_empty()),
        "{fermato}"
    );
    assert!(
        fermato["osservato"].as_str().is_some_and(|t| !t.is_empty()),
        "{fermato}"
    );
}

#[test]
fn un_tipo_invio_di_un_altro_ambiente_riceve_en148() {
    let banco = Banco::nuovo();
    let fornitura = genera(&["--comune", "888001", "--abitanti", "50"]);
    let file = file_gz(fornitura.path());
    let apr = file[0].to_str().expect("UTF-8");
    let Some(r) = client(
        &banco,
        &["pre", "888001", "S001", "--file", apr, "--tipo-invio", "PRE"],
    ) else {
        return;
    };
    assert_eq!(r["http"], 200, "{r}");
    assert!(corpo(&r).contains("EN148"), "{r}");
    assert_eq!(
        banco.json("GET", "/api/forniture?ambiente=pre&comune=888001", ""),
        Value::Array(Vec::new())
    );
}

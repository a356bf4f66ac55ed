//! `kill -9` at any moment: after a restart the elaboration ends, nothing is half-loaded, no PEC is lost or doubled.

use std::{thread, time::Duration};

use anpr_sim_tests::{Banco, file_gz, genera, gz};

const COMUNE: &str = "888005";

#[test]
fn dopo_un_kill_9_la_fornitura_arriva_in_fondo_una_volta_sola() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let fornitura = genera(&["--comune", COMUNE, "--abitanti", "3000", "--aire", "20"]);
    let file = file_gz(fornitura.path());
    let (apr, aire) = (&file[0], &file[1]);
    let nome = |p: &std::path::Path| p.file_name().and_then(|n| n.to_str()).expect("a name").to_owned();

    // Different instants after the upload that starts the elaboration: before, during, after its commit.
    for (giro, attesa_ms) in [0u64, 5, 20, 60, 150, 400].into_iter().enumerate() {
        let versione = giro + 1;
        let apr_nome = format!("{COMUNE}_SUBAPR_{versione}_1_1.gz");
        let aire_nome = format!("{COMUNE}_SUBAIRE_{versione}.gz");
        let id = {
            let mut banco = Banco::in_cartella(&dati, &[]).expect("the simulator starts");
            banco.json("POST", "/api/elaborazione", r#"{"modo":"sospesa"}"#);
            assert!(nome(apr).starts_with(COMUNE) && nome(aire).starts_with(COMUNE));
            let r = banco.carica("pre", COMUNE, &apr_nome, std::fs::read(apr).expect("a file"));
            assert_eq!(r.stato, 201, "giro {giro}: {}", r.testo());
            let r = banco.carica("pre", COMUNE, &aire_nome, std::fs::read(aire).expect("a file"));
            assert_eq!(r.stato, 201, "giro {giro}: {}", r.testo());
            let id = r.json().expect("JSON")["fornitura"]
                .as_str()
                .expect("id")
                .to_owned();
            // The pace goes back to normal on another connection; the kill comes right behind it.
            let url = format!("{}/api/elaborazione", banco.console());
            let avvia = thread::spawn(move || {
                let cliente = anpr_sim::cliente::Cliente::nuovo(None).expect("a client");
                let _ = cliente.chiedi(
                    "POST",
                    &url,
                    &[("content-type", "application/json")],
                    br#"{"modo":"istantanea"}"#.to_vec(),
                );
            });
            thread::sleep(Duration::from_millis(attesa_ms));
            banco.uccidi();
            avvia.join().expect("no panic");
            id
        };
        let banco = Banco::in_cartella(&dati, &[]).expect("the simulator starts again");
        banco.json("POST", "/api/elaborazione", r#"{"modo":"istantanea"}"#);
        let f = banco.attendi(&id, &["ELABORATA_OK", "KO"]);
        assert_eq!(f["stato"], "ELABORATA_OK", "giro {giro}: {f}");
        assert_eq!(f["schede"]["soggetti"], 3000);
        assert_eq!(f["schede"]["aire"], 20);
        let pec = banco.json("GET", &format!("/api/pec?comune={COMUNE}"), "");
        assert_eq!(
            pec.as_array().map(Vec::len),
            Some(versione),
            "giro {giro}: one PEC a delivery"
        );
        // Room for the next round.
        banco.json("DELETE", &format!("/api/forniture/{id}"), "");
        banco.json("POST", "/api/notte", "{}");
        assert_eq!(
            banco.json("GET", &format!("/api/forniture/{id}"), "")["stato"],
            "CANCELLATA"
        );
    }
}

#[test]
fn un_arresto_gentile_finisce_cio_che_ha_in_mano() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let mut banco = Banco::in_cartella(&dati, &[]).expect("the simulator starts");
    let r = banco.carica("pre", COMUNE, &format!("{COMUNE}_SUBAIRE_1.gz"), gz(b""));
    assert_eq!(r.stato, 201, "{}", r.testo());
    assert_eq!(banco.chiudi(), Some(0));
    let banco = Banco::in_cartella(&dati, &[]).expect("the simulator starts again");
    let f = banco.json("GET", &format!("/api/forniture?ambiente=pre&comune={COMUNE}"), "");
    assert_eq!(f.as_array().map(Vec::len), Some(1));
    assert_eq!(f[0]["stato"], "IN_ELABORAZIONE");
}

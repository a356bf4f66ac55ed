//! `serve --sicurezza`: the policy given at the start holds on the wire, a wrong one is said at once.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anpr_sim_tests::{Banco, esegui};

const BUSTA: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
    <a:RichiestaConnessione xmlns:a=\"http://sogei.it/ANPR/connessione\"><testataRichiesta>\
    <idOperazioneComune>1</idOperazioneComune></testataRichiesta></a:RichiestaConnessione></s:Body></s:Envelope>";

fn testconn(b: &Banco, ambiente: &str, busta: &str) -> anyhow::Result<(u16, String)> {
    let url = format!("{}/ANPRTestConn/TestConn", b.ws(ambiente));
    let r = b
        .cliente
        .chiedi("POST", &url, &[("content-type", "text/xml")], busta.into())?;
    Ok((r.stato, r.testo()))
}

#[test]
fn una_cartella_di_politiche_vale_sulla_porta_e_un_guasto_taglia_la_connessione() {
    let cartella = tempfile::tempdir().expect("a folder");
    let scrivi = |nome: &str, testo: &str| fs::write(cartella.path().join(nome), testo).expect("written");
    scrivi("test.toml", "fault_senza_intestazione = \"F3\"\n");
    scrivi(
        "sub.toml",
        "rete_filtrata = true\nrete_indirizzi = [\"192.0.2.1\"]\nrete_rifiuto = \"close\"\n",
    );
    let b = Banco::con(&["--sicurezza", cartella.path().to_str().expect("UTF-8")]);
    for (ambiente, testo) in [
        ("test", "<faultstring>Internal Error</faultstring>"),
        ("pre", "not covered by signature"),
    ] {
        let (stato, corpo) = testconn(&b, ambiente, BUSTA).expect("a fault");
        assert_eq!(stato, 500);
        assert!(corpo.contains(testo), "{ambiente}: {corpo}");
    }
    assert!(testconn(&b, "sub", BUSTA).is_err(), "closed before TLS");
    // Written behind the closed connection: looked for until it is there.
    let limite = Instant::now() + Duration::from_secs(20);
    let mut scambi = b.json("GET", "/api/scambi?esito=RIFIUTATO", "");
    while scambi.as_array().is_some_and(Vec::is_empty) && Instant::now() < limite {
        thread::sleep(Duration::from_millis(50));
        scambi = b.json("GET", "/api/scambi?esito=RIFIUTATO", "");
    }
    let scambio = scambi
        .as_array()
        .and_then(|s| s.last())
        .expect("the refusal is in the journal");
    assert_eq!(scambio["passi"][0]["nome"], "rete", "{scambio}");

    // Changed under way, without a restart.
    b.json("PUT", "/api/sicurezza?ambiente=sub", "{\"rete_filtrata\": false}");
    assert_eq!(testconn(&b, "sub", BUSTA).expect("a fault").0, 500);
    b.json(
        "PUT",
        "/api/guasti",
        "[{\"ambiente\": \"sub\", \"tipo\": \"taglio\", \"volte\": 1}]",
    );
    assert!(testconn(&b, "sub", BUSTA).is_err(), "cut without an answer");
    assert_eq!(testconn(&b, "sub", BUSTA).expect("a fault").0, 500);
}

#[test]
fn una_politica_sbagliata_si_dice_all_avvio() {
    let cartella = tempfile::tempdir().expect("a folder");
    let serve = |scelta: &Path| {
        let dati = cartella.path().join("dati");
        let fine = esegui(&[
            "serve",
            "--data",
            dati.to_str().expect("UTF-8"),
            "--pki",
            anpr_sim_tests::pki_comune().to_str().expect("UTF-8"),
            "--test-port=0",
            "--pre-port=0",
            "--sub-port=0",
            "--carta-port=0",
            "--console-port=0",
            "--sicurezza",
            scelta.to_str().expect("UTF-8"),
        ]);
        (
            fine.status.code(),
            String::from_utf8_lossy(&fine.stderr).into_owned(),
        )
    };
    let (codice, detto) = serve(Path::new("severissima"));
    assert_eq!(codice, Some(2), "{detto}");
    assert!(
        detto.contains("non è faithful, non è permissive e non è una cartella"),
        "{detto}"
    );
    let vuota = cartella.path().join("vuota");
    fs::create_dir(&vuota).expect("a folder");
    let (codice, detto) = serve(&vuota);
    assert_eq!(codice, Some(2), "{detto}");
    assert!(detto.contains("non c'è test.toml"), "{detto}");
    fs::write(vuota.join("pre.toml"), "tolleranza = 5\n").expect("written");
    let (codice, detto) = serve(&vuota);
    assert_eq!(codice, Some(2), "{detto}");
    assert!(
        detto.contains("pre.toml: chiave sconosciuta «tolleranza»; le chiavi sono: rete_filtrata,"),
        "{detto}"
    );
}

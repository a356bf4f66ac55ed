//! Long work says how far it is: in the API, on the page with and without scripts, on a terminal.

use std::{fs, process::Command, thread, time::Duration};

use anpr_sim_tests::{Banco, OGGI, esegui, file_gz, genera, programma};
use serde_json::Value;

#[test]
fn una_fornitura_grande_dice_a_che_punto_e() {
    let comune = "888001";
    let fornitura = genera(&["--comune", comune, "--abitanti", "40000", "--aire", "20"]);
    let file = file_gz(fornitura.path());
    let banco = Banco::nuovo();
    let cookie = banco.entra("pre", comune);
    // The AIRE file first: it opens the delivery, so that the reading of the APR file can be seen from outside.
    let aire = fs::read(&file[1]).expect("a file");
    let id = banco.accetta("pre", comune, &format!("{comune}_SUBAIRE_1.gz"), aire)["fornitura"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(
        banco.fornitura(&id)["avanzamento"],
        Value::Null,
        "nobody is at work"
    );
    assert!(!banco.pagina("pre", &cookie, "/combas").contains("<progress"));

    let mut visti: Vec<Value> = Vec::new();
    let mut pagina = None;
    thread::scope(|s| {
        let (cliente, console) = (&banco.cliente, banco.console());
        let apr = fs::read(&file[0]).expect("a file");
        let invio = s.spawn(move || {
            let url = format!(
                "{console}/api/forniture?ambiente=pre&comune={comune}&tipo=APR&nome={comune}_SUBAPR_1_1_1.gz"
            );
            let tipo = [("content-type", "application/octet-stream")];
            let r = cliente.chiedi("POST", &url, &tipo, apr).expect("a reply");
            assert_eq!(r.stato, 201, "{}", r.testo());
        });
        while !invio.is_finished() {
            let ora = banco.fornitura(&id)["avanzamento"].clone();
            if !ora.is_null() {
                visti.push(ora);
                let mostrata = banco.pagina("pre", &cookie, "/combas");
                if mostrata.contains("<progress") {
                    pagina = Some(mostrata);
                }
            }
            thread::sleep(Duration::from_millis(2));
        }
    });
    let fine = banco.attendi(&id, &["ELABORATA_OK", "KO"]);
    assert_eq!(
        (&fine["stato"], &fine["avanzamento"]),
        (&Value::from("ELABORATA_OK"), &Value::Null)
    );

    let mut fasi: Vec<&str> = visti.iter().map(|v| v["fase"].as_str().expect("fase")).collect();
    fasi.dedup();
    assert_eq!(
        fasi,
        ["LETTURA", "ELABORAZIONE", "CARICAMENTO"],
        "each once, in this order"
    );
    for coppia in visti.windows(2) {
        let numero = |v: &Value, campo: &str| v[campo].as_u64().expect("a number");
        if coppia[0]["fase"] == coppia[1]["fase"] {
            for campo in ["percentuale", "schede"] {
                assert!(
                    numero(&coppia[0], campo) <= numero(&coppia[1], campo),
                    "{campo} goes back: {coppia:?}"
                );
            }
        }
        assert!(
            numero(&coppia[1], "percentuale") <= 100 && numero(&coppia[1], "schede") <= 100_000,
            "{coppia:?}"
        );
    }
    let stimati = visti
        .iter()
        .filter(|v| v["schedeAlSecondo"].as_u64().is_some_and(|n| n > 0));
    assert!(stimati.clone().count() > 0, "a speed was told: {visti:?}");
    assert!(
        stimati.clone().all(|v| v["mancanoSecondi"].is_u64()),
        "with a speed comes the time left"
    );

    let pagina = pagina.expect("the page showed it too");
    for parte in [
        "<progress id=\"avanzamento\" max=\"100\" value=\"",
        "http-equiv=\"refresh\"",
        "data-attesa",
        " schede",
    ] {
        assert!(pagina.contains(parte), "{parte} in {pagina}");
    }
}

/// On a terminal there is a line, elsewhere standard error stays empty; the report is the same.
#[test]
fn check_lo_dice_solo_a_un_terminale() {
    let fornitura = genera(&["--comune", "888001", "--abitanti", "20000"]);
    let file = file_gz(fornitura.path())[0].to_str().expect("UTF-8").to_owned();
    let quieto = esegui(&["check", "--json", "--oggi", OGGI, &file]);
    assert_eq!((quieto.status.code(), &quieto.stderr[..]), (Some(0), &b""[..]));
    if !anpr_sim_tests::attrezzo("script") {
        return;
    }
    let cartella = tempfile::tempdir().expect("a folder");
    let (visto, referto) = (cartella.path().join("visto"), cartella.path().join("referto"));
    let comando = format!(
        "'{}' check --json --oggi {OGGI} '{file}' > '{}'",
        programma().display(),
        referto.display()
    );
    let stato = Command::new("script")
        .args(["-q", "-e", "-c", &comando])
        .arg(&visto)
        .env("TERM", "xterm")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .status()
        .expect("script starts");
    assert!(stato.success(), "{stato}");
    assert_eq!(fs::read(&referto).expect("the report"), quieto.stdout);
    let visto = String::from_utf8_lossy(&fs::read(&visto).expect("the terminal")).into_owned();
    for parte in ["Lettura", "%", "schede", "mancano"] {
        assert!(visto.contains(parte), "{parte} in {visto:?}");
    }
}

/// While the answers of the tax register are under way it is said how many must be back, in the API and on the page.
#[test]
fn anche_l_attesa_dell_anagrafe_tributaria_dice_a_che_punto_e() {
    let comune = "888001";
    let banco = Banco::nuovo();
    banco.json(
        "PUT",
        "/api/tributaria",
        "{\"latenzaMs\":1500,\"domandePerLotto\":100}",
    );
    let fornitura = genera(&["--comune", comune, "--abitanti", "300", "--aire", "1"]);
    let id = banco.carica_tutti("pre", comune, fornitura.path());
    let cookie = banco.entra("pre", comune);
    let mut visti: Vec<Value> = Vec::new();
    let mut pagina = String::new();
    let fine = loop {
        let f = banco.fornitura(&id);
        if f["stato"] != "IN_ELABORAZIONE" {
            break f;
        }
        if f["avanzamento"]["fase"] == "ANAGRAFE_TRIBUTARIA" {
            visti.push(f["avanzamento"].clone());
            if pagina.is_empty() {
                pagina = banco.pagina("pre", &cookie, "/combas");
            }
        }
        thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(fine["stato"], "ELABORATA_OK");
    assert!(
        pagina.contains("<progress") && pagina.contains("Anagrafe Tributaria"),
        "{pagina}"
    );
    let ultimo = visti.last().expect("the wait was seen");
    assert!(
        ultimo["percentuale"].as_u64() > visti[0]["percentuale"].as_u64(),
        "{visti:?}"
    );
    assert!(
        ultimo["schedeAlSecondo"].is_u64() && ultimo["mancanoSecondi"].is_u64(),
        "{ultimo}"
    );
}

//! Several at once, and many findings by pages.

use std::{collections::BTreeSet, fs, thread};

use anpr_sim_tests::{Banco, file_gz, genera};
use serde_json::Value;

use super::{ATTESA, con, esito, liste, subentrati, unica_pec};

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

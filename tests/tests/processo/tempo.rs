//! Pace, night, clock, reset: when things happen.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anpr_sim_tests::{Banco, apr, conta, genera, gz};
use serde_json::{Value, json};

use super::{ATTESA, caricate, con, esito, id, liste, nome_aire, nome_apr, stati_dei_file};

fn ritmo(banco: &Banco, corpo: &str) {
    banco.json("POST", "/api/elaborazione", corpo);
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

//! What the journal keeps and never keeps, and how it is read: filters, pages, HAR.

use std::{fs, path::Path, process::Command};

use anpr_sim::cliente::Ricevuta;
use anpr_sim_tests::{Banco, attrezzo, pile::c_e};
use jiff::Timestamp;
use serde_json::Value;

use super::{TEST_CONN, corpo, manda, manda_con, mittente};

/// Every file of the journal's folder.
fn su_disco(dati: &Path) -> Vec<u8> {
    fs::read_dir(dati.join("giornale"))
        .expect("the journal's folder")
        .flat_map(|v| fs::read(v.expect("an entry").path()).expect("a file"))
        .collect()
}

#[test]
fn nessun_segreto_resta_e_nulla_di_ricevuto_diventa_markup() {
    let b = Banco::nuovo();
    let mut m = mittente(&b, &corpo());
    let assalto = "<script>alert('x')</script>";
    m.messaggio.name_id = assalto.to_owned();
    let busta = m.componi().replacen(
        "<s:Header>",
        "<s:Header><w:UsernameToken xmlns:w=\"urn:x\"><w:Password>SegretaUno</w:Password></w:UsernameToken>\
         <k>-----BEGIN PRIVATE KEY-----SegretaDue-----END PRIVATE KEY-----</k>",
        1,
    );
    let testate = [
        ("content-type", "text/xml"),
        ("authorization", "Basic SegretaTre"),
        ("cookie", "sessione=SegretaQuattro"),
        ("user-agent", assalto),
    ];
    let percorso = format!("{TEST_CONN}?x=%3Cscript%3Ealert('x')%3C/script%3E");
    let r = manda_con(&b, "POST", &percorso, &testate, busta.as_bytes());
    let n = r.intestazione("x-anpr-sim-scambio").expect("n").to_owned();
    let api = b.api("GET", &format!("/api/scambi/{n}"), Vec::new()).testo();
    assert!(api.contains("alert('x')"), "the request is there: {api}");
    let mut visti = vec![api];
    for p in [
        format!("/scambi/{n}"),
        "/scambi".to_owned(),
        format!("/api/scambi/{n}/har"),
        "/api/scambi.har".to_owned(),
        "/api/scambi".to_owned(),
        format!("/scambi/{n}/richiesta"),
    ] {
        let r = b.api("GET", &p, Vec::new());
        assert_eq!(r.stato, 200, "{p}");
        let testo = r.testo();
        if p.starts_with("/scambi") && !p.ends_with("richiesta") {
            assert!(!testo.contains("<script>alert"), "{p}: {testo}");
            assert!(testo.contains("alert(&#39;x&#39;)"), "{p}: escaped, not left out");
        }
        visti.push(testo);
    }
    visti.push(String::from_utf8_lossy(&su_disco(&b.dati)).into_owned());
    for segreto in ["SegretaUno", "SegretaDue", "SegretaTre", "SegretaQuattro"] {
        for v in &visti {
            assert!(!v.contains(segreto), "{segreto}: {v}");
        }
    }
    // Nor the keys and passwords of the simulator's own.
    let chiave = fs::read_to_string(b.postazione("888001")["chiave"].as_str().expect("key")).expect("PEM");
    let parola = b.comune("888001")["operatori"][0]["password"]
        .as_str()
        .expect("password");
    for v in &visti {
        assert!(!v.contains(parola) && !v.contains(chiave.lines().nth(1).expect("a line")));
    }
}

#[test]
fn l_anello_gira_e_il_riavvio_conserva() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let opzioni = ["--giornale-voci", "16"];
    let mut b = Banco::in_cartella(&dati, &opzioni).expect("it starts");
    let n_di = |r: &Ricevuta| -> u64 {
        r.intestazione("x-anpr-sim-scambio")
            .and_then(|n| n.parse().ok())
            .expect("n")
    };
    for n in 1..=40_u64 {
        assert_eq!(n_di(&manda(&b, "<a/>")), n);
        assert_eq!(b.json("GET", &format!("/api/scambi/{n}"), "")["n"], n, "at once");
    }
    let elenco = |b: &Banco| -> Vec<u64> {
        let tutti = b.json("GET", "/api/scambi", "");
        let tutti = tutti.as_array().expect("a list");
        tutti.iter().map(|s| s["n"].as_u64().expect("n")).collect()
    };
    let restano = elenco(&b);
    assert_eq!(restano.last(), Some(&40));
    assert!((14..=16).contains(&restano.len()), "{restano:?}");
    assert_eq!(b.api("GET", "/api/scambi/1", Vec::new()).stato, 404);
    assert_eq!(b.chiudi(), Some(0));

    let mut b = Banco::in_cartella(&dati, &opzioni).expect("it starts again");
    assert_eq!(elenco(&b), restano);
    assert_eq!(n_di(&manda(&b, "<a/>")), 41);
    assert_eq!(b.json("GET", "/api/scambi/41", "")["fault"], "F3");
    b.uccidi();

    let b = Banco::in_cartella(&dati, &opzioni).expect("it starts after a kill");
    assert_eq!(elenco(&b).last(), Some(&41), "what was read was on disk");
    assert!(n_di(&manda(&b, "<a/>")) > 41, "no number is given twice");
    b.json("POST", "/api/reset", "{}");
    assert_eq!(elenco(&b), Vec::<u64>::new());
    assert_eq!(n_di(&manda(&b, "<a/>")), 1);
}

#[test]
fn filtri_e_pagine_dell_api() {
    let b = Banco::nuovo();
    let m = mittente(&b, &corpo());
    manda(&b, &m.componi());
    manda(&b, "<a/>");
    manda_con(&b, "GET", TEST_CONN, &[], b"");
    let numeri = |q: &str| -> Vec<u64> {
        let v = b.json("GET", &format!("/api/scambi?{q}"), "");
        let v = v.as_array().expect("a list");
        v.iter().map(|s| s["n"].as_u64().expect("n")).collect()
    };
    for (q, attesi) in [
        ("", &[1, 2, 3][..]),
        ("esito=OK", &[1]),
        ("esito=RIFIUTATO", &[3]),
        ("fault=f3", &[2]),
        ("comune=888001", &[1]),
        ("comune=888002", &[]),
        ("operazione=TEST&ordine=decrescente", &[3, 2, 1]),
        ("dopo=1", &[2, 3]),
        ("dopo=3&ordine=decrescente&limite=1", &[2]),
        ("testo=888001-co-0000", &[1]),
        ("percorso=/ANPRS001", &[]),
    ] {
        assert_eq!(numeri(q), attesi, "{q}");
    }
    for q in ["esito=NO", "ordine=caso", "comune=1", "dopo=x"] {
        assert_eq!(
            b.api("GET", &format!("/api/scambi?{q}"), Vec::new()).stato,
            400,
            "{q}"
        );
    }
    let pagina = b
        .api("GET", "/scambi?testo=888001-CO-0000&esito=OK&segui=1", Vec::new())
        .testo();
    assert!(pagina.contains("href=\"/scambi/1\"") && !pagina.contains("href=\"/scambi/2\""));
    assert!(pagina.contains("data-attesa"), "it says that it renews itself");
}

/// HAR 1.2: what the format demands of every entry, names and types, nothing more and nothing less.
fn e_har(har: &Value) -> usize {
    let oggetto = |v: &Value, obbligati: &[&str], liberi: &[&str]| {
        let o = v.as_object().unwrap_or_else(|| panic!("an object: {v}"));
        for c in obbligati {
            assert!(o.contains_key(*c), "{c} missing in {v}");
        }
        for c in o.keys() {
            assert!(
                obbligati.contains(&c.as_str()) || liberi.contains(&c.as_str()),
                "{c} is no field of HAR: {v}"
            );
        }
    };
    let testi = |v: &Value, campi: &[&str]| campi.iter().for_each(|c| assert!(v[c].is_string(), "{c}: {v}"));
    let numeri = |v: &Value, campi: &[&str]| campi.iter().for_each(|c| assert!(v[c].is_number(), "{c}: {v}"));
    let coppie = |v: &Value| {
        for x in v.as_array().expect("a list") {
            oggetto(x, &["name", "value"], &["comment"]);
            testi(x, &["name", "value"]);
        }
    };
    oggetto(har, &["log"], &[]);
    let log = &har["log"];
    oggetto(
        log,
        &["version", "creator", "entries"],
        &["comment", "browser", "pages"],
    );
    assert_eq!(log["version"], "1.2");
    oggetto(&log["creator"], &["name", "version"], &["comment"]);
    let voci = log["entries"].as_array().expect("entries");
    for v in voci {
        oggetto(
            v,
            &[
                "startedDateTime",
                "time",
                "request",
                "response",
                "cache",
                "timings",
            ],
            &["comment", "pageref", "serverIPAddress", "connection"],
        );
        v["startedDateTime"]
            .as_str()
            .expect("a text")
            .parse::<Timestamp>()
            .expect("an instant of ISO 8601");
        numeri(v, &["time"]);
        let comuni = ["httpVersion", "cookies", "headers", "headersSize", "bodySize"];
        let (r, s) = (&v["request"], &v["response"]);
        oggetto(
            r,
            &[&["method", "url", "queryString"][..], &comuni].concat(),
            &["postData", "comment"],
        );
        oggetto(
            s,
            &[&["status", "statusText", "content", "redirectURL"][..], &comuni].concat(),
            &["comment"],
        );
        testi(r, &["method", "url", "httpVersion"]);
        assert!(
            r["url"]
                .as_str()
                .is_some_and(|u| u.starts_with("https://localhost:")),
            "{r}"
        );
        testi(s, &["statusText", "httpVersion", "redirectURL"]);
        numeri(s, &["status", "headersSize", "bodySize"]);
        for x in [r, s] {
            coppie(&x["headers"]);
            assert_eq!(x["cookies"], Value::Array(Vec::new()));
        }
        coppie(&r["queryString"]);
        if let Some(p) = r.get("postData") {
            oggetto(p, &["mimeType"], &["params", "text", "comment"]);
            testi(p, &["mimeType", "text"]);
        }
        oggetto(
            &s["content"],
            &["size", "mimeType"],
            &["text", "encoding", "compression", "comment"],
        );
        numeri(&s["content"], &["size"]);
        oggetto(
            &v["timings"],
            &["send", "wait", "receive"],
            &["blocked", "dns", "connect", "ssl", "comment"],
        );
        numeri(&v["timings"], &["send", "wait", "receive"]);
    }
    voci.len()
}

/// What the schema of the format, as others publish it, has against a HAR; none when it is not at hand.
fn giudice_har(har: &Value) -> Option<String> {
    let cartella = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/node");
    let presente = attrezzo("node") && c_e(&cartella.join("node_modules/har-validator"), "har-validator");
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), har.to_string()).expect("written");
    presente.then(|| {
        let o = Command::new("node")
            .arg(cartella.join("har.mjs"))
            .arg(file.path())
            .output()
            .expect("node starts");
        let detto = String::from_utf8_lossy(&o.stderr).into_owned();
        assert_eq!(o.status.success(), detto.is_empty(), "{detto}");
        detto
    })
}

#[test]
fn gli_scambi_si_scaricano_in_har() {
    let b = Banco::nuovo();
    let m = mittente(&b, &corpo());
    let busta = m.componi();
    manda(&b, &busta);
    manda_con(&b, "POST", &format!("{TEST_CONN}?a=1&b"), &[], b"\xff\xfe\xfd");
    manda_con(&b, "DELETE", TEST_CONN, &[], b"");
    let r = b.api("GET", "/api/scambi/1/har", Vec::new());
    assert!(
        r.intestazione("content-disposition")
            .is_some_and(|d| d.contains("scambio-1.har"))
    );
    let har = r.json().expect("JSON");
    assert_eq!(e_har(&har), 1);
    let voce = &har["log"]["entries"][0];
    assert_eq!(
        voce["request"]["postData"]["text"],
        busta.as_str(),
        "the bytes as sent"
    );
    assert_eq!(voce["response"]["status"], 200);
    assert!(
        voce["response"]["content"]["text"]
            .as_str()
            .is_some_and(|t| t.contains("RispostaConnessione"))
    );
    let tutti = b.json("GET", "/api/scambi.har?dopo=1", "");
    assert_eq!(e_har(&tutti), 2);
    assert_eq!(
        tutti["log"]["entries"][0]["request"]["queryString"],
        serde_json::json!([{"name": "a", "value": "1"}, {"name": "b", "value": ""}])
    );
    for buono in [&har, &tutti] {
        assert!(giudice_har(buono).is_none_or(|d| d.is_empty()));
    }
    // The judge does judge.
    let mut cattivo = tutti;
    cattivo["log"]["entries"][0]["request"]["headersSize"] = "-1".into();
    assert!(
        giudice_har(&cattivo).is_none_or(|d| d.contains("headersSize") && d.contains("should be integer"))
    );
}

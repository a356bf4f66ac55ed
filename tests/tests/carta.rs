//! Login by card at `/com`: what the card listener takes, what it says to the rest, and how the session reaches the
//! environment. `curl` (OpenSSL) shows the certificates; node and `openssl s_client` look at the handshake.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anpr_sim::cliente::Ricevuta;
use anpr_sim_tests::{Banco, attrezzo, esegui};
use serde_json::{Value, json};

/// What a card or a certificate is shown with.
enum Mostra<'m> {
    Nulla,
    P12(&'m Value),
    Pem(PathBuf, PathBuf),
}

/// Lets OpenSSL load a key it thinks too small.
const SENZA_LIVELLO: &str =
    "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCipherString = DEFAULT@SECLEVEL=0\n";

struct Vista {
    http: u16,
    dove: String,
    testo: String,
}

/// A GET by curl, showing a certificate, with a jar of cookies of its own.
fn curl(banco: &Banco, url: &str, che: &Mostra<'_>, altro: &[&str]) -> Vista {
    let mut c = Command::new("curl");
    c.args(["--silent", "--show-error", "--max-time", "30", "--cacert"])
        .arg(banco.pronto["ca"].as_str().expect("ca"))
        .args(["--write-out", "\n%{http_code} %{redirect_url}%{url_effective}"])
        .args(altro);
    match che {
        Mostra::Nulla => {}
        Mostra::P12(v) => {
            let (p12, password) = (
                v["p12"].as_str().expect("p12"),
                v["password"].as_str().expect("password"),
            );
            c.args(["--cert-type", "P12", "--cert", &format!("{p12}:{password}")]);
        }
        Mostra::Pem(pem, chiave) => {
            // Weak keys are what some of these tests are about.
            let conf = pem.with_extension("cnf");
            fs::write(&conf, SENZA_LIVELLO).expect("written");
            c.env("OPENSSL_CONF", conf)
                .arg("--cert")
                .arg(pem)
                .arg("--key")
                .arg(chiave);
        }
    }
    let o: Output = c.arg(url).stdin(Stdio::null()).output().expect("curl starts");
    let tutto = String::from_utf8_lossy(&o.stdout).into_owned();
    assert!(
        o.status.success(),
        "{url}: {}\n{tutto}",
        String::from_utf8_lossy(&o.stderr)
    );
    let (testo, coda) = tutto.rsplit_once('\n').expect("a last line");
    let (http, dove) = coda.split_once(' ').expect("status and address");
    Vista {
        http: http.parse().expect("a status"),
        dove: dove.to_owned(),
        testo: testo.to_owned(),
    }
}

fn nome(banco: &Banco) -> String {
    banco.comune("888001")["operatori"][0]["nameId"]
        .as_str()
        .expect("nameId")
        .to_owned()
}

fn carta(banco: &Banco, altro: &Value) -> Value {
    let mut domanda = json!({"comune": "888001", "nameId": nome(banco)});
    for (k, v) in altro.as_object().into_iter().flatten() {
        domanda[k] = v.clone();
    }
    banco.json("POST", "/api/carte", &domanda.to_string())
}

fn operatore(banco: &Banco, nome: &str, modifica: &Value) {
    banco.json(
        "PUT",
        &format!("/api/comuni/888001/operatori/{nome}"),
        &modifica.to_string(),
    );
}

fn com(banco: &Banco, ambiente: &str, che: &Mostra<'_>) -> Vista {
    let base = banco.pronto["carta"].as_str().expect("carta").to_owned();
    curl(banco, &format!("{base}/{ambiente}/com"), che, &[])
}

fn rifiutata(v: &Vista, http: u16, titolo: &str) {
    assert_eq!(v.http, http, "{titolo}: {}", v.testo);
    assert!(
        v.testo.contains(&format!("<h1>{titolo}</h1>")),
        "{titolo}: {}",
        v.testo
    );
    assert!(v.testo.contains("SIMULATORE – dati fittizi") && v.testo.contains("<h2>Che cosa fare</h2>"));
}

#[test]
fn la_carta_apre_una_sessione_nell_ambiente() {
    if !attrezzo("curl") {
        return;
    }
    let banco = Banco::isolato(&[]);
    let sua = carta(&banco, &json!({}));
    let cartella = tempfile::tempdir().expect("a folder");
    for ambiente in ["test", "pre", "sub"] {
        let barattolo = cartella.path().join(ambiente);
        let b = barattolo.to_str().expect("UTF-8");
        let segui = ["--location", "--cookie", b, "--cookie-jar", b];
        let base = banco.ws(ambiente);
        let v = curl(&banco, &format!("{base}/com"), &Mostra::P12(&sua), &segui);
        assert_eq!(v.http, 200, "{}", v.testo);
        assert!(
            v.dove.starts_with(&format!("{base}/com/entra?biglietto=")),
            "{}",
            v.dove
        );
        assert!(v.testo.contains(&nome(&banco)), "{}", v.testo);
        let v = curl(&banco, &format!("{base}/combas"), &Mostra::Nulla, &segui);
        assert_eq!(v.http, 200);
        assert!(v.testo.contains("<h1>Stato della fornitura</h1>"), "{}", v.testo);
        let v = curl(&banco, &format!("{base}/combas/profilo"), &Mostra::Nulla, &segui);
        assert!(
            v.testo.contains("<dt>Entrato con</dt><dd>carta</dd>"),
            "{}",
            v.testo
        );

        // Whoever begins at the card listener is sent to begin at the environment, and gets there all the same.
        let diretto = cartella.path().join(format!("{ambiente}-diretto"));
        let d = diretto.to_str().expect("UTF-8");
        let porta = banco.pronto["carta"].as_str().expect("carta");
        let v = curl(
            &banco,
            &format!("{porta}/{ambiente}/com"),
            &Mostra::P12(&sua),
            &["--location", "--cookie", d, "--cookie-jar", d],
        );
        assert_eq!(v.http, 200, "{}", v.testo);
        assert!(v.dove.starts_with(&format!("{base}/com/entra")), "{}", v.dove);
    }

    // Revoked, it opens no more, and what it opened is shut.
    let b = cartella.path().join("test");
    let b = b.to_str().expect("UTF-8");
    let id = sua["id"].as_str().expect("id");
    assert_eq!(
        banco.json("DELETE", &format!("/api/carte/{id}"), "")["stato"],
        "revocato"
    );
    rifiutata(&com(&banco, "test", &Mostra::P12(&sua)), 403, "Carta revocata");
    let v = curl(
        &banco,
        &format!("{}/combas/esiti", banco.ws("test")),
        &Mostra::Nulla,
        &["--cookie", b],
    );
    assert_eq!(v.http, 401);
    assert_eq!(
        banco.json("POST", &format!("/api/carte/{id}/ripristino"), "")["stato"],
        "attivo"
    );
    assert_eq!(com(&banco, "test", &Mostra::P12(&sua)).http, 303);
}

#[test]
fn ogni_rifiuto_ha_la_sua_pagina() {
    if !(attrezzo("curl") && attrezzo("openssl")) {
        return;
    }
    let banco = Banco::isolato(&[]);
    rifiutata(
        &com(&banco, "pre", &Mostra::Nulla),
        401,
        "Nessun certificato presentato",
    );
    for (difetto, titolo) in [
        ("scaduto", "Carta scaduta"),
        ("futuro", "Carta non ancora valida"),
        ("revocato", "Carta revocata"),
        ("ca-altrui", "Certificato di un'altra autorità"),
    ] {
        let v = carta(&banco, &json!({"difetto": difetto}));
        // The template escapes the apostrophe.
        let titolo = titolo.replace('\'', "&#39;");
        rifiutata(&com(&banco, "pre", &Mostra::P12(&v)), 403, &titolo);
    }
    // A postazione is another thing, whichever its key.
    let posto = banco.postazione("888001").clone();
    rifiutata(
        &com(&banco, "pre", &Mostra::P12(&posto)),
        403,
        "È un certificato di postazione",
    );
    let debole = banco.json(
        "POST",
        "/api/certificati",
        r#"{"comune":"888001","tipo":"PC","difetto":"chiave-debole"}"#,
    );
    let file = |v: &Value, nome: &str| PathBuf::from(v[nome].as_str().expect("a file"));
    let mostra = Mostra::Pem(file(&debole, "certificato"), file(&debole, "chiave"));
    rifiutata(
        &com(&banco, "pre", &mostra),
        403,
        "È un certificato di postazione",
    );

    // An elliptic key of somebody's own: the handshake holds, the page speaks.
    let cartella = tempfile::tempdir().expect("a folder");
    let (pem, chiave) = (cartella.path().join("c.pem"), cartella.path().join("k.pem"));
    let u = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ])
        .args(["-subj", "/CN=prova", "-keyout"])
        .arg(&chiave)
        .arg("-out")
        .arg(&pem)
        .output()
        .expect("openssl starts");
    assert!(u.status.success(), "{}", String::from_utf8_lossy(&u.stderr));
    rifiutata(
        &com(&banco, "pre", &Mostra::Pem(pem, chiave)),
        403,
        "Certificato non utilizzabile",
    );

    // The operator behind a good card.
    banco.json(
        "PUT",
        "/api/comuni/888001/operatori/PROVACARTA100000",
        r#"{"funzioni":["3002"]}"#,
    );
    let sua = carta(&banco, &json!({"nameId": "PROVACARTA100000"}));
    assert_eq!(com(&banco, "pre", &Mostra::P12(&sua)).http, 303);
    operatore(&banco, "PROVACARTA100000", &json!({"ambienti": ["test"]}));
    rifiutata(
        &com(&banco, "pre", &Mostra::P12(&sua)),
        403,
        "Operatore di un altro ambiente",
    );
    assert_eq!(com(&banco, "test", &Mostra::P12(&sua)).http, 303);
    operatore(&banco, "PROVACARTA100000", &json!({"stato": "bloccato"}));
    rifiutata(
        &com(&banco, "test", &Mostra::P12(&sua)),
        403,
        "Operatore non attivo",
    );
    banco.json("POST", "/api/reset", "{}");
    rifiutata(
        &com(&banco, "test", &Mostra::P12(&sua)),
        403,
        "Operatore non censito",
    );
    assert_eq!(
        curl(
            &banco,
            &format!("{}/altro/com", banco.pronto["carta"].as_str().expect("carta")),
            &Mostra::Nulla,
            &[]
        )
        .http,
        404
    );
}

#[test]
fn chi_ha_la_scheda_da_attivare_lavora_per_servizio_web_ma_non_con_la_carta() {
    if !attrezzo("curl") {
        return;
    }
    let banco = Banco::isolato(&[]);
    let sua = carta(&banco, &json!({"daAttivare": true}));
    assert_eq!(sua["operatore"], "scheda da attivare");
    rifiutata(&com(&banco, "test", &Mostra::P12(&sua)), 403, "Carta da attivare");
    let dati = banco.dati.to_str().expect("UTF-8");
    assert_eq!(esegui(&["send", "--data", dati]).status.code(), Some(0));
    // Nor can the operator be deleted meanwhile (#3217).
    let dove = format!("/api/comuni/888001/operatori/{}", nome(&banco));
    assert_eq!(banco.api("DELETE", &dove, Vec::new()).stato, 409);
    assert_eq!(
        banco
            .api("PUT", &dove, br#"{"stato":"cancellato"}"#.to_vec())
            .stato,
        409
    );
    operatore(&banco, &nome(&banco), &json!({"stato": "attivo"}));
    assert_eq!(com(&banco, "test", &Mostra::P12(&sua)).http, 303);
    assert_eq!(banco.json("DELETE", &dove, "")["stato"], "cancellato");
    rifiutata(
        &com(&banco, "test", &Mostra::P12(&sua)),
        403,
        "Operatore non attivo",
    );
    assert_eq!(esegui(&["send", "--data", dati]).status.code(), Some(1));
}

/// The first address a reply sends to.
fn verso(r: &Ricevuta) -> String {
    assert_eq!(r.stato, 303, "{}", r.testo());
    r.intestazione("location").expect("an address").to_owned()
}

fn biscotto(r: &Ricevuta, inizio: &str) -> Option<String> {
    r.intestazioni
        .iter()
        .filter(|(n, _)| n == "set-cookie")
        .map(|(_, v)| v.split(';').next().unwrap_or_default().to_owned())
        .find(|v| v.starts_with(inizio))
}

#[test]
fn il_biglietto_vale_una_volta_in_un_ambiente_e_in_un_browser() {
    if !attrezzo("curl") {
        return;
    }
    let banco = Banco::isolato(&[]);
    let sua = carta(&banco, &json!({}));
    let inizia = |ambiente: &str| {
        let r = banco
            .cliente
            .prendi(&format!("{}/com", banco.ws(ambiente)))
            .expect("a reply");
        let legato = biscotto(&r, &format!("__Host-anpr-{ambiente}-carta=")).expect("a cookie");
        let v = curl(&banco, &verso(&r), &Mostra::P12(&sua), &[]);
        assert_eq!(v.http, 303, "{}", v.testo);
        // curl prints the address of the redirect, then the one it asked.
        let fine = v
            .dove
            .find(banco.pronto["carta"].as_str().expect("carta"))
            .expect("both");
        (legato, v.dove[..fine].to_owned())
    };
    let riscuoti = |url: &str, biscotto: &str| {
        banco
            .cliente
            .chiedi("GET", url, &[("cookie", biscotto)], Vec::new())
            .expect("a reply")
    };

    let (legato, biglietto) = inizia("pre");
    let r = riscuoti(&biglietto, &legato);
    assert_eq!(r.stato, 200, "{}", r.testo());
    assert!(biscotto(&r, "__Host-anpr-pre=").is_some());
    assert_eq!(riscuoti(&biglietto, &legato).stato, 403, "used");

    // Without the cookie of the browser that began, or with another one's: nothing, and the ticket is gone.
    for estraneo in ["", "__Host-anpr-pre-carta=0000"] {
        let (legato, biglietto) = inizia("pre");
        let r = riscuoti(&biglietto, estraneo);
        assert_eq!(r.stato, 403);
        assert!(biscotto(&r, "__Host-anpr-pre=").is_none());
        assert_eq!(riscuoti(&biglietto, &legato).stato, 403, "tried");
    }
    // In another environment.
    let (legato, biglietto) = inizia("pre");
    let altrove = biglietto.replace(banco.ws("pre"), banco.ws("sub"));
    assert_ne!(altrove, biglietto);
    assert_eq!(
        riscuoti(&altrove, &legato.replace("anpr-pre-carta", "anpr-sub-carta")).stato,
        403
    );
    // Between ticket and session the operator is changed, or the card revoked.
    let (legato, biglietto) = inizia("pre");
    operatore(&banco, &nome(&banco), &json!({"password": "un'altra password"}));
    assert_ne!(riscuoti(&biglietto, &legato).stato, 200);
    let (legato, biglietto) = inizia("pre");
    banco.json(
        "DELETE",
        &format!("/api/carte/{}", sua["id"].as_str().expect("id")),
        "",
    );
    assert_eq!(riscuoti(&biglietto, &legato).stato, 403);
}

#[test]
fn solo_la_porta_della_carta_chiede_un_certificato_e_non_ne_rifiuta() {
    if !(attrezzo("node") && attrezzo("openssl")) {
        return;
    }
    let banco = Banco::isolato(&[]);
    let sua = carta(&banco, &json!({}));
    // node: with and without, TLS 1.2 and 1.3, the handshake holds; the body tells what was seen.
    let script = r#"
const https = require("https"), fs = require("fs");
const [url, ca, pfx, passphrase, versione] = process.argv.slice(1);
const o = { ca: fs.readFileSync(ca), minVersion: versione, maxVersion: versione };
if (pfx) { o.pfx = fs.readFileSync(pfx); o.passphrase = passphrase; }
https.get(url, o, (r) => { r.resume(); console.log(r.statusCode, r.socket.getProtocol()); }).on("error", (e) => { console.error(e); process.exit(1); });
"#;
    let ca = banco.pronto["ca"].as_str().expect("ca");
    let url = format!("{}/test/com", banco.pronto["carta"].as_str().expect("carta"));
    for versione in ["TLSv1.2", "TLSv1.3"] {
        for (pfx, password, atteso) in [
            ("", "", 401),
            (
                sua["p12"].as_str().expect("p12"),
                sua["password"].as_str().expect("password"),
                303,
            ),
        ] {
            let o = Command::new("node")
                .args(["-e", script, &url, ca, pfx, password, versione])
                .stdin(Stdio::null())
                .output()
                .expect("node starts");
            assert_eq!(
                String::from_utf8_lossy(&o.stdout).trim(),
                format!("{atteso} {versione}"),
                "{}",
                String::from_utf8_lossy(&o.stderr)
            );
        }
    }
    let chiede = |base: &str| {
        let dove = base.trim_start_matches("https://");
        let o = Command::new("openssl")
            .args(["s_client", "-tls1_2", "-connect", dove, "-CAfile", ca])
            .stdin(Stdio::null())
            .output()
            .expect("openssl starts");
        let testo = String::from_utf8_lossy(&o.stdout).into_owned();
        assert!(testo.contains("Verify return code: 0 (ok)"), "{testo}");
        testo.contains("Client Certificate Types")
    };
    assert!(chiede(banco.pronto["carta"].as_str().expect("carta")));
    for ambiente in ["test", "pre", "sub"] {
        assert!(!chiede(banco.ws(ambiente)), "{ambiente}");
    }
}

#[test]
fn la_carta_dalla_riga_di_comando() {
    if !attrezzo("openssl") {
        return;
    }
    let banco = Banco::isolato(&[]);
    let (dati, out) = (
        banco.dati.to_str().expect("UTF-8"),
        tempfile::tempdir().expect("a folder"),
    );
    let dove = out.path().to_str().expect("UTF-8");
    let o = esegui(&[
        "cert", "card", "--data", dati, "--comune", "888002", "--out", dove, "--compat", "moderno",
    ]);
    assert_eq!(o.status.code(), Some(0), "{}", String::from_utf8_lossy(&o.stderr));
    let suo = banco.comune("888002")["operatori"][0]["nameId"]
        .as_str()
        .expect("nameId");
    let pem = out.path().join(format!("{suo}-0001.pem"));
    let soggetto = Command::new("openssl")
        .args([
            "x509",
            "-noout",
            "-subject",
            "-issuer",
            "-nameopt",
            "RFC2253,utf8,-esc_msb",
            "-in",
        ])
        .arg(&pem)
        .output()
        .expect("openssl starts");
    let soggetto = String::from_utf8_lossy(&soggetto.stdout).into_owned();
    assert!(
        soggetto.contains(&format!("CN={suo}")) && soggetto.contains("CN=CA Utenti SIMULATORE"),
        "{soggetto}"
    );
    assert_eq!(fs::read_dir(Path::new(dove)).map_or(0, Iterator::count), 3);
    // Who is not registered gets none.
    let o = esegui(&[
        "cert",
        "card",
        "--data",
        dati,
        "--comune",
        "888002",
        "--operatore",
        "NESSUNO1",
    ]);
    assert_eq!(o.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&o.stderr).contains("NESSUNO1"));
}

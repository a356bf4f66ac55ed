//! TLS: versions, suites, names, HTTP/2.

use std::{
    io::Write,
    net::SocketAddr,
    process::{Command, Stdio},
    time::Duration,
};

use anpr_sim::trasporto::Limiti;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::time::sleep;

use crate::aiuti::{PKI, avvia, cifra, entro, gzip};

/// `openssl s_client` with one request on its input; whether it ended well, and what it printed.
async fn s_client(dove: SocketAddr, argomenti: &[&str]) -> (bool, String) {
    let mut c = Command::new("openssl");
    c.args(["s_client", "-connect", &dove.to_string(), "-CAfile"])
        .arg(PKI.1.ca_pem())
        .args(argomenti);
    c.stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let o = tokio::task::spawn_blocking(move || {
        let mut p = c.spawn().expect("openssl was found before");
        let mut dentro = p.stdin.take().expect("piped");
        let _ = dentro.write_all(
            b"POST /porta HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab",
        );
        // Closing the input at once would end the session before the reply.
        let o = std::thread::spawn(move || p.wait_with_output());
        std::thread::sleep(Duration::from_millis(700));
        drop(dentro);
        o.join().expect("no panic").expect("ran")
    });
    let o = entro(o).await.expect("ended");
    let testo = format!(
        "{}{}",
        String::from_utf8_lossy(&o.stdout),
        String::from_utf8_lossy(&o.stderr)
    );
    (o.status.success(), testo)
}

fn ce_openssl() -> bool {
    c_e("openssl", "version")
}

fn c_e(comando: &str, prova: &str) -> bool {
    if Command::new(comando).arg(prova).output().is_ok() {
        return true;
    }
    let riga = format!("manca {comando}: apt-get install -y {comando}");
    assert!(
        !std::env::var("ANPR_SIM_STRETTO").is_ok_and(|v| v == "1"),
        "{riga}"
    );
    eprintln!("SALTATO: {riga}");
    false
}

/// OpenSSL's own name of a suite: those of TLS 1.3 are the standard's.
fn nome_openssl(suite: &str) -> String {
    match suite.strip_prefix("TLS_ECDHE_RSA_WITH_") {
        None => suite.to_owned(),
        Some("CHACHA20_POLY1305_SHA256") => "ECDHE-RSA-CHACHA20-POLY1305".to_owned(),
        Some(resto) => format!("ECDHE-RSA-{}", resto.replace("AES_", "AES").replace('_', "-")),
    }
}

#[tokio::test]
async fn versioni_e_suite_tls() {
    if !ce_openssl() {
        return;
    }
    let (_t, dove) = avvia(Limiti::default(), true);
    let nome = [
        "-servername",
        "localhost",
        "-verify_return_error",
        "-verify_hostname",
        "localhost",
    ];
    for versione in ["-tls1_2", "-tls1_3"] {
        let (ok, s) = s_client(dove, &[&nome[..], &[versione]].concat()).await;
        assert!(ok && s.contains("Verify return code: 0 (ok)"), "{versione}: {s}");
        assert!(
            s.contains("HTTP/1.1 200 OK") && s.contains("Ambiente(Test) 2"),
            "{versione}: {s}"
        );
        assert!(
            !s.contains("Client Certificate Types"),
            "no client certificate is asked for: {s}"
        );
    }
    let rifiutati: [&[&str]; 4] = [
        &[
            "-tls1_2",
            "-cipher",
            "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA256:@SECLEVEL=0",
        ],
        &[
            "-tls1_2",
            "-cipher",
            "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:@SECLEVEL=0",
        ],
        &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        &["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
    ];
    for r in rifiutati {
        let (ok, s) = s_client(dove, r).await;
        assert!(
            !ok && s.contains("alert") && !s.contains("HTTP/1.1"),
            "{r:?}: {s}"
        );
    }
    // Each suite of the list is really offered, by itself.
    for (versione, suite) in frontiera::SUITE_TLS {
        let una = nome_openssl(suite);
        let argomenti = match *versione {
            "TLS 1.3" => ["-tls1_3", "-ciphersuites", &una],
            _ => ["-tls1_2", "-cipher", &una],
        };
        let (ok, s) = s_client(dove, &argomenti).await;
        assert!(ok && s.contains(&format!("Cipher is {una}")), "{suite}: {s}");
    }
    // What s_client sends then is no HTTP/2, so only the agreement counts.
    let (_, s) = s_client(dove, &["-alpn", "h2,http/1.1"]).await;
    assert!(s.contains("ALPN protocol: h2"), "{s}");
    let (ok, s) = s_client(dove, &["-alpn", "http/1.1"]).await;
    assert!(
        ok && s.contains("ALPN protocol: http/1.1") && s.contains("HTTP/1.1 200 OK"),
        "{s}"
    );
}

#[tokio::test]
async fn il_nome_sceglie_il_certificato() {
    if !ce_openssl() {
        return;
    }
    let (_t, dove) = avvia(Limiti::default(), true);
    let soggetto = async |nome: &[&str]| {
        let (_, s) = s_client(dove, nome).await;
        s.lines()
            .find_map(|l| l.trim().strip_prefix("subject="))
            .map(|l| l.replace(' ', ""))
            .unwrap_or(s)
    };
    let vero = soggetto(&["-servername", "wstest.anpr.interno.it"]).await;
    assert!(vero.starts_with("CN=wstest.anpr.interno.it"), "{vero}");
    for altro in [
        &["-servername", "localhost"][..],
        &["-servername", "example.org"],
        &["-noservername"],
    ] {
        let s = soggetto(altro).await;
        assert!(s.starts_with("CN=localhost"), "{altro:?}: {s}");
    }
    let esatto = "ws.anpr.interno.it";
    let (ok, s) = s_client(
        dove,
        &[
            "-servername",
            esatto,
            "-verify_hostname",
            esatto,
            "-verify_return_error",
        ],
    )
    .await;
    assert!(ok, "{s}");
}

#[tokio::test]
async fn http2_con_corpo_e_chiusura() {
    let (t, dove) = avvia(Limiti::default(), true);
    let tls = cifra(dove, Some("h2")).await;
    let stretta = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls)).await;
    let (manda, c) = stretta.expect("h2");
    let guida = tokio::spawn(c);
    let chiedi = async |via: &str, codifica: Option<&str>, b: Vec<u8>| {
        let mut r = Request::post(format!("https://localhost{via}"));
        if let Some(c) = codifica {
            r = r.header("content-encoding", c);
        }
        let r = r.body(Full::new(Bytes::from(b))).expect("well formed");
        let r = entro(manda.clone().send_request(r)).await.expect("answered");
        (
            r.status().as_u16(),
            entro(r.into_body().collect()).await.expect("whole").to_bytes(),
        )
    };
    assert_eq!(
        chiedi("/conta", None, vec![0; 3_000_000]).await,
        (200, Bytes::from("3000000"))
    );
    assert_eq!(
        chiedi("/conta", Some("gzip"), gzip(&[7; 5000])).await,
        (200, Bytes::from("5000"))
    );
    assert_eq!(chiedi("/conta", Some("gzip"), b"no".to_vec()).await.0, 400);
    // A reply that comes before the body was read to its end is read whole, however long the body.
    assert_eq!(
        chiedi("/troppo", None, vec![0; 8_000_000]).await,
        (413, Bytes::from("troppo"))
    );
    let chiusura = async {
        sleep(Duration::from_millis(150)).await;
        t.chiudi().await
    };
    let (r, c) = tokio::join!(chiedi("/lento", None, b"in corso".to_vec()), chiusura);
    assert_eq!((r, c.tagliate), ((200, Bytes::from("in corso")), 0));
    let _ = entro(guida).await;
}

/// The reply to a body that is not wanted is read by a client that sends on regardless: over HTTP/2 a stream cut under its
/// hands would be all it learnt.
#[tokio::test]
async fn curl_legge_il_rifiuto_di_un_corpo_lungo() {
    if !c_e("curl", "--version") {
        return;
    }
    let (_t, dove) = avvia(Limiti::default(), true);
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(&vec![0; 40_000_000]).expect("written");
    let mut c = Command::new("curl");
    c.args(["-sS", "--http2", "--cacert"])
        .arg(PKI.1.ca_pem())
        .arg("--data-binary")
        .arg(format!("@{}", file.path().display()))
        .args(["-w", " %{http_code} %{http_version}"])
        .arg(format!("https://localhost:{}/troppo", dove.port()));
    let o = entro(tokio::task::spawn_blocking(move || c.output())).await;
    let o = o.expect("ended").expect("curl was found before");
    let errori = String::from_utf8_lossy(&o.stderr);
    assert!(o.status.success(), "{errori}");
    assert_eq!(String::from_utf8_lossy(&o.stdout), "troppo 413 2", "{errori}");
}

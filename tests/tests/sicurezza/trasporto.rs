//! Transport: TestConn in every environment, HTTP details, unknown paths, TLS.

use std::{
    fs,
    process::{Command, Stdio},
};

use anpr_sim_tests::{Banco, attrezzo, gz};
use frontiera::{TipoFault, VersioneSoap};

use super::{COMUNE, S001, TESTCONN, accettata, corpo, e_fault, firmato, manda, messaggio};

#[test]
fn casi_01_02_03_e_52_testconn_in_ogni_ambiente() {
    let banco = Banco::nuovo();
    for ambiente in ["test", "pre", "sub"] {
        // Dummy sender, receiver, operation; a tipoInvio of no environment: TestConn looks at none of them.
        for (tipo_invio, mittente) in [("TEST", COMUNE), ("BOH", "zzz"), ("PROD", "888002")] {
            let m = messaggio(&banco, corpo("TEST", tipo_invio, mittente));
            let r = manda(&banco, ambiente, TESTCONN, &firmato(&banco, &m, None));
            accettata(&r);
            let testo = r.testo();
            assert!(
                !testo.contains("Header") && !testo.contains("Security") && !testo.contains("Signature"),
                "{testo}"
            );
            assert!(
                testo.contains(&format!("<codMittente>{mittente}</codMittente>")),
                "{testo}"
            );
            assert_eq!(r.intestazione("content-type"), Some("text/xml"));
        }
    }
}

#[test]
fn casi_14_e_15_expect_pezzi_gzip_e_connessione_tenuta_con_curl() {
    if !attrezzo("curl") {
        return;
    }
    let banco = Banco::nuovo();
    let dir = tempfile::tempdir().expect("a temporary folder");
    let file = |nome: &str| dir.path().join(nome).to_str().expect("UTF-8").to_owned();
    let (uno, due) = (file("uno.xml"), file("due.xml"));
    for f in [&uno, &due] {
        let m = messaggio(&banco, corpo("TEST", "TEST", COMUNE));
        fs::write(f, firmato(&banco, &m, None)).expect("written");
    }
    let url = format!("{}{TESTCONN}", banco.ws("test"));
    let ca = banco.pronto["ca"].as_str().expect("ca");
    let curl = |altre: &[&str]| {
        let u = Command::new("curl")
            .args([
                "-sS",
                "-v",
                "--http1.1",
                "--cacert",
                ca,
                "-H",
                "Content-Type: text/xml; charset=utf-8",
                "-H",
                "SOAPAction: \"\"",
            ])
            .args(altre)
            .output()
            .expect("curl starts");
        let (fuori, detto) = (
            String::from_utf8_lossy(&u.stdout).into_owned(),
            String::from_utf8_lossy(&u.stderr).into_owned(),
        );
        assert!(u.status.success(), "{detto}");
        (fuori, detto)
    };
    // The server says when the body may come.
    let (corpo_risposta, detto) = curl(&[
        "-H",
        "Expect: 100-continue",
        "-H",
        "Transfer-Encoding: chunked",
        "--data-binary",
        &format!("@{uno}"),
        &url,
    ]);
    assert!(
        corpo_risposta.contains("RispostaConnessione"),
        "{corpo_risposta}\n{detto}"
    );
    assert!(
        detto.contains("< HTTP/1.1 100 Continue") && detto.contains("< HTTP/1.1 200 OK"),
        "{detto}"
    );
    // Two calls on one connection.
    let (corpi, detto) = curl(&["--data-binary", &format!("@{due}"), &url, &url]);
    assert_eq!(corpi.matches("<esitoOperazione>0000<").count(), 2, "{corpi}");
    assert_eq!(detto.matches("SSL connection using").count(), 1, "{detto}");
    // Compressed, and an answer that may be.
    let gz_file = file("uno.gz");
    fs::write(&gz_file, gz(&fs::read(&uno).expect("as written"))).expect("written");
    let (corpo_risposta, detto) = curl(&[
        "--compressed",
        "-H",
        "Content-Encoding: gzip",
        "--data-binary",
        &format!("@{gz_file}"),
        &url,
    ]);
    assert!(
        corpo_risposta.contains("RispostaConnessione"),
        "{corpo_risposta}\n{detto}"
    );
}

#[test]
fn caso_51_percorsi_sconosciuti() {
    let banco = Banco::nuovo();
    let m = messaggio(&banco, corpo("TEST", "TEST", COMUNE));
    let busta = firmato(&banco, &m, None);
    for percorso in [
        "/ANPRTestConn/testconn",
        "/anprtestconn/TestConn",
        "/ANPRTestConn/TestConn/",
        "/ANPR-WSP000/AnprServiceP000",
    ] {
        e_fault(
            &banco,
            &manda(&banco, "test", percorso, &busta),
            TipoFault::F3,
            VersioneSoap::V11,
        );
    }
    // The right message at another service's door is against that service's schema.
    e_fault(
        &banco,
        &manda(&banco, "test", S001, &busta),
        TipoFault::F2,
        VersioneSoap::V11,
    );
}

/// What `openssl s_client` says of a handshake.
fn stretta(banco: &Banco, ambiente: &str, altre: &[&str]) -> (bool, String) {
    let indirizzo = banco.ws(ambiente).trim_start_matches("https://").to_owned();
    let u = Command::new("openssl")
        .args([
            "s_client",
            "-connect",
            &indirizzo,
            "-CAfile",
            banco.pronto["ca"].as_str().expect("ca"),
        ])
        .args(["-verify_return_error", "-verify_hostname", "localhost"])
        .args(altre)
        .stdin(Stdio::null())
        .output()
        .expect("openssl starts");
    let detto = format!(
        "{}{}",
        String::from_utf8_lossy(&u.stdout),
        String::from_utf8_lossy(&u.stderr)
    );
    (u.status.success() && detto.contains("Verification: OK"), detto)
}

#[test]
fn casi_55_56_e_57_tls() {
    if !attrezzo("openssl") {
        return;
    }
    let banco = Banco::nuovo();
    for ambiente in ["test", "pre", "sub"] {
        // 55: the server says no, by an alert; the client, left free by its security level, would have.
        for vecchia in [
            &["-tls1", "-cipher", "ALL:@SECLEVEL=0"][..],
            &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
            &[
                "-tls1_2",
                "-cipher",
                "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA:AES128-SHA256:@SECLEVEL=0",
            ],
            &[
                "-tls1_2",
                "-cipher",
                "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA:@SECLEVEL=0",
            ],
        ] {
            let (riuscita, detto) = stretta(&banco, ambiente, vecchia);
            assert!(!riuscita, "{vecchia:?}: {detto}");
            assert!(
                detto.contains("alert protocol version") || detto.contains("alert handshake failure"),
                "{vecchia:?}: {detto}"
            );
        }
        // 57: what remains.
        for nuova in [
            &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"][..],
            &["-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"],
            &["-tls1_3"],
            &[],
        ] {
            let (riuscita, detto) = stretta(&banco, ambiente, nuova);
            assert!(riuscita, "{nuova:?}: {detto}");
            // 56: no certificate is asked of the client.
            assert!(detto.contains("No client certificate CA names sent"), "{detto}");
            assert!(!detto.contains("Requested Signature Algorithms"), "{detto}");
        }
    }
}

//! Keys and certificates as the tools of others see them: openssl and Java's keytool.
#![cfg(unix)]

use std::{
    fs,
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anpr_sim_tests::{Banco, attrezzo};
use serde_json::Value;

/// Password of the trust store `ca.p12`, the one every Java trust store is born with.
const PASSWORD_CA: &str = "changeit";

fn openssl(argomenti: &[&str]) -> Output {
    Command::new("openssl")
        .args(argomenti)
        .stdin(Stdio::null())
        .output()
        .expect("openssl starts")
}

fn testo(u: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&u.stdout),
        String::from_utf8_lossy(&u.stderr)
    )
}

fn campo<'v>(v: &'v Value, nome: &str) -> &'v str {
    v[nome].as_str().unwrap_or_else(|| panic!("{nome} in {v}"))
}

/// The ready postazioni with the ISTAT code of their Comune.
fn postazioni(banco: &Banco) -> Vec<(String, Value)> {
    let tutte: Vec<(String, Value)> = banco.pronto["comuni"]
        .as_array()
        .expect("comuni")
        .iter()
        .flat_map(|c| {
            let istat = campo(c, "istat").to_owned();
            c["postazioni"]
                .as_array()
                .expect("postazioni")
                .iter()
                .map(move |p| (istat.clone(), p.clone()))
        })
        .collect();
    assert_eq!(tutte.len(), 10, "one per ready Comune");
    tutte
}

#[test]
fn ogni_p12_si_apre_con_la_sua_password_e_la_catena_arriva_alla_ca() {
    if !attrezzo("openssl") {
        return;
    }
    let banco = Banco::nuovo();
    let ca = campo(&banco.pronto, "ca");
    for (istat, p) in postazioni(&banco) {
        let (p12, password, pem) = (campo(&p, "p12"), campo(&p, "password"), campo(&p, "certificato"));
        let giusta = format!("pass:{password}");
        let u = openssl(&["pkcs12", "-in", p12, "-passin", &giusta, "-nodes"]);
        assert!(u.status.success(), "{p12}: {}", testo(&u));
        let dentro = String::from_utf8_lossy(&u.stdout).into_owned();
        assert_eq!(
            dentro.matches("PRIVATE KEY-----").count(),
            2,
            "one key, its two lines: {p12}"
        );
        let u = openssl(&[
            "pkcs12",
            "-in",
            p12,
            "-passin",
            &format!("pass:{password}x"),
            "-nodes",
        ]);
        assert!(!u.status.success(), "{p12} opens with a wrong password");

        // The certificate of the p12, of the pem and the private key belong together.
        let cartella = tempfile::tempdir().expect("a folder");
        let estratto = cartella.path().join("estratto.pem");
        fs::write(&estratto, &dentro).expect("a file");
        let estratto = estratto.to_str().expect("UTF-8");
        let impronta = |f: &str| testo(&openssl(&["x509", "-in", f, "-noout", "-fingerprint", "-sha256"]));
        assert_eq!(impronta(estratto), impronta(pem));
        let modulo = testo(&openssl(&["x509", "-in", pem, "-noout", "-modulus"]));
        let chiave = campo(&p, "chiave");
        assert!(modulo.starts_with("Modulus="), "{modulo}");
        assert_eq!(
            modulo,
            testo(&openssl(&["rsa", "-in", chiave, "-noout", "-modulus"]))
        );

        let u = openssl(&["verify", "-CAfile", ca, pem]);
        assert!(u.status.success() && testo(&u).contains(": OK"), "{}", testo(&u));
        let soggetto = testo(&openssl(&["x509", "-in", pem, "-noout", "-subject"]));
        assert!(
            soggetto.contains(&istat) && soggetto.contains(campo(&p, "id")),
            "{soggetto}"
        );
    }
    // The chain is worth something: another root does not verify it.
    let altrove = tempfile::tempdir().expect("a folder");
    let (chiave, radice) = (altrove.path().join("k.pem"), altrove.path().join("r.pem"));
    let (chiave, radice) = (chiave.to_str().expect("UTF-8"), radice.to_str().expect("UTF-8"));
    let u = openssl(&[
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=altra",
        "-keyout",
        chiave,
        "-out",
        radice,
    ]);
    assert!(u.status.success(), "{}", testo(&u));
    let u = openssl(&[
        "verify",
        "-CAfile",
        radice,
        campo(banco.postazione("888001"), "certificato"),
    ]);
    assert!(!u.status.success(), "{}", testo(&u));
}

#[test]
fn java_legge_i_p12_e_la_ca() {
    if !attrezzo("keytool") {
        return;
    }
    let banco = Banco::nuovo();
    let elenca = |file: &str, password: &str| {
        Command::new("keytool")
            .args([
                "-J-Duser.language=en",
                "-list",
                "-storetype",
                "PKCS12",
                "-keystore",
                file,
                "-storepass",
                password,
            ])
            .stdin(Stdio::null())
            .output()
            .expect("keytool starts")
    };
    // A JVM a file: two are enough to tell a pattern from luck.
    for comune in ["888001", "888010"] {
        let p = banco.postazione(comune);
        let u = elenca(campo(p, "p12"), campo(p, "password"));
        assert!(
            u.status.success() && testo(&u).contains("PrivateKeyEntry"),
            "{}",
            testo(&u)
        );
    }
    let p = banco.postazione("888001");
    assert!(!elenca(campo(p, "p12"), "sbagliata").status.success());
    let pki = Path::new(campo(&banco.pronto, "ca"))
        .parent()
        .expect("a folder")
        .to_path_buf();
    let ca = pki.join("ca.p12");
    let u = elenca(ca.to_str().expect("UTF-8"), PASSWORD_CA);
    assert!(u.status.success(), "{}", testo(&u));
    assert!(
        testo(&u).matches("trustedCertEntry").count() >= 3,
        "a root per environment: {}",
        testo(&u)
    );
}

/// Where an address of the ready file listens.
fn porta(indirizzo: &str) -> &str {
    indirizzo
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .expect("a port")
}

#[test]
fn tls_1_2_e_1_3_su_ogni_porta_per_nome_e_per_indirizzo() {
    if !attrezzo("openssl") {
        return;
    }
    let banco = Banco::nuovo();
    let ca = campo(&banco.pronto, "ca");
    let porte: Vec<String> = ["test", "pre", "sub"]
        .iter()
        .map(|a| porta(banco.ws(a)).to_owned())
        .chain([porta(campo(&banco.pronto, "carta")).to_owned()])
        .collect();
    for numero in &porte {
        let mut chi = vec![
            (
                "localhost".to_owned(),
                vec!["-servername", "localhost", "-verify_hostname", "localhost"],
            ),
            (
                "127.0.0.1".to_owned(),
                vec!["-noservername", "-verify_ip", "127.0.0.1"],
            ),
        ];
        if TcpStream::connect(format!("[::1]:{numero}")).is_ok() {
            chi.push(("[::1]".to_owned(), vec!["-noservername", "-verify_ip", "::1"]));
        }
        for (host, verifica) in &chi {
            for (versione, segno) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
                let dove = format!("{host}:{numero}");
                let mut argomenti = vec![
                    "s_client",
                    "-connect",
                    &dove,
                    "-CAfile",
                    ca,
                    "-verify_return_error",
                    versione,
                ];
                argomenti.extend_from_slice(verifica);
                let u = openssl(&argomenti);
                let t = testo(&u);
                assert!(u.status.success(), "{dove} {versione}: {t}");
                assert!(
                    t.contains("Verify return code: 0 (ok)") && t.contains(segno),
                    "{dove} {versione}: {t}"
                );
                assert!(
                    !t.contains("Acceptable client certificate CA names"),
                    "no certificate is asked for: {t}"
                );
            }
        }
        // Another name, an older protocol, key exchange without forward secrecy: no.
        let dove = format!("127.0.0.1:{numero}");
        let u = openssl(&[
            "s_client",
            "-connect",
            &dove,
            "-CAfile",
            ca,
            "-verify_return_error",
            "-verify_hostname",
            "altro.example",
        ]);
        assert!(
            !u.status.success(),
            "a name that is not in the certificate: {}",
            testo(&u)
        );
        for rifiutato in [
            &[
                "-tls1_2",
                "-cipher",
                "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA@SECLEVEL=0",
            ][..],
            &["-tls1_1", "-cipher", "ALL@SECLEVEL=0"],
            &["-tls1", "-cipher", "ALL@SECLEVEL=0"],
        ] {
            let u = openssl(&[&["s_client", "-connect", &dove, "-CAfile", ca], rifiutato].concat());
            assert!(!u.status.success(), "{rifiutato:?}: {}", testo(&u));
            assert!(
                !testo(&u).contains("Cipher is TLS_") && !testo(&u).contains("Cipher is AES"),
                "{}",
                testo(&u)
            );
        }
    }
}

/// Every path below a folder, the folder itself first.
fn tutti(cartella: &Path) -> Vec<PathBuf> {
    let mut uscita = vec![cartella.to_path_buf()];
    for voce in fs::read_dir(cartella).expect("a folder").filter_map(Result::ok) {
        if voce.path().is_dir() {
            uscita.extend(tutti(&voce.path()));
        } else {
            uscita.push(voce.path());
        }
    }
    uscita
}

#[test]
fn le_chiavi_sono_di_chi_le_ha_fatte() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    // Keys made now, under whatever mask the tests run with.
    let banco = Banco::con_chiavi(&dati, &dati.join("pki"));
    let modo = |p: &Path| {
        fs::metadata(p)
            .unwrap_or_else(|e| panic!("{}: {e}", p.display()))
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(modo(&dati), 0o700);
    assert_eq!(modo(&dati.join("ready.json")), 0o600);
    let mut chiavi = 0;
    for p in tutti(&dati.join("pki")) {
        if p.is_dir() {
            assert_eq!(modo(&p), 0o700, "{}", p.display());
            continue;
        }
        let segreto = fs::read(&p).is_ok_and(|b| b.windows(11).any(|f| f == b"PRIVATE KEY"))
            || p.extension().is_some_and(|e| e == "p12")
            || p.file_name().is_some_and(|n| n == "indice.json");
        if segreto {
            chiavi += 1;
            assert_eq!(modo(&p), 0o600, "{}", p.display());
        }
    }
    assert!(chiavi >= 20, "a key and a p12 for each ready Comune: {chiavi}");
    for (_, p) in postazioni(&banco) {
        for nome in ["p12", "chiave"] {
            assert_eq!(modo(Path::new(campo(&p, nome))), 0o600, "{nome}");
        }
    }
}

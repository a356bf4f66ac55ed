//! Foreign judges: xmlsec1 and openssl verify what we sign, lxml + xmlsec +
//! openssl sign what we verify. They share no code with this crate.

use std::path::Path;
use std::process::{Command, Output};

use frontiera::TipoFault;
use frontiera::firma::{Algoritmo, STRANEZZE, catalogo, cms, componi};
use frontiera::security::digest::Digest;

use crate::scena::*;

/// Whether a tool answers; a missing one is an error under `ANPR_SIM_STRETTO=1`, else a message and a skip.
pub(crate) fn presente(prova: &mut Command, cosa: &str, rimedio: &str) -> bool {
    let c_e = prova.output().is_ok_and(|o| o.status.success());
    if !c_e {
        let manca = format!("manca {cosa}: installare con «{rimedio}» o con «cargo xtask test --installa»");
        assert!(
            std::env::var_os("ANPR_SIM_STRETTO").is_none_or(|v| v != "1"),
            "{manca}"
        );
        eprintln!("prova saltata, {manca}");
    }
    c_e
}

fn python() -> bool {
    let rimedio = "apt-get install python3-lxml python3-xmlsec";
    presente(
        Command::new("python3").args(["-c", "import lxml.etree, xmlsec"]),
        "python3 con lxml e xmlsec",
        rimedio,
    )
}

pub(crate) fn xmlsec1() -> bool {
    presente(
        Command::new("xmlsec1").arg("--version"),
        "xmlsec1",
        "apt-get install xmlsec1",
    )
}

fn openssl() -> bool {
    presente(
        Command::new("openssl").arg("version"),
        "openssl",
        "apt-get install openssl",
    )
}

#[track_caller]
fn riesce(o: &Output) {
    let errori = String::from_utf8_lossy(&o.stderr);
    assert!(
        o.status.success(),
        "{}\n{errori}",
        String::from_utf8_lossy(&o.stdout)
    );
}

pub(crate) fn script(nome: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/prove")
        .join(nome)
}

/// Whether xmlsec1 verifies the signature below an element of this name with the Comune's certificate.
pub(crate) fn verifica_xmlsec1(busta: &str, quale: &str) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let (cert, file) = (dir.path().join("co.der"), dir.path().join("m.xml"));
    std::fs::write(&cert, &scena().co.cert).unwrap();
    std::fs::write(&file, busta).unwrap();
    let o = Command::new("xmlsec1")
        .args(["--verify", "--pubkey-cert-der"])
        .arg(&cert)
        .args(["--id-attr:ID", "Assertion"])
        .args([
            "--id-attr:Id",
            "Timestamp",
            "--id-attr:Id",
            "Body",
            "--id-attr:Id",
            "BinarySecurityToken",
        ])
        .args([
            "--node-xpath",
            &format!("//*[local-name()='{quale}']/*[local-name()='Signature']"),
        ])
        .arg(&file)
        .output()
        .expect("xmlsec1 starts");
    o.status.success()
}

#[test]
fn xmlsec1_verifica_le_nostre_firme_e_rifiuta_le_guaste() {
    if !xmlsec1() {
        return;
    }
    for algoritmo in [Algoritmo::RsaSha1, Algoritmo::RsaSha256] {
        let mut m = messaggio();
        m.algoritmo = algoritmo;
        for (difetto, quale) in [
            ("corpo-modificato", "Security"),
            ("corpo-rientrato", "Security"),
            ("timestamp-modificato", "Security"),
            ("digest-errato", "Security"),
            ("firma-alterata", "Security"),
            ("asserzione-alterata", "Assertion"),
        ] {
            let busta = componi(&m, &chiavi_solite(), None).unwrap();
            assert!(verifica_xmlsec1(&busta, quale), "{algoritmo:?}: {quale}");
            let guasta = componi(&m, &chiavi_solite(), catalogo::difetto(difetto)).unwrap();
            assert!(!verifica_xmlsec1(&guasta, quale), "{algoritmo:?}: {difetto}");
        }
    }
}

#[test]
fn xmlsec1_verifica_ogni_stranezza() {
    if !xmlsec1() {
        return;
    }
    for v in STRANEZZE.iter().filter(|v| v.del_messaggio()) {
        let busta = componi(&messaggio(), &chiavi_solite(), Some(v)).unwrap();
        for quale in ["Security", "Assertion"] {
            assert!(verifica_xmlsec1(&busta, quale), "{}: {quale}", v.nome);
        }
    }
}

#[test]
fn openssl_verifica_i_nostri_pkcs7() {
    if !openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("p7.der");
    for digest in [Digest::Sha1, Digest::Sha256] {
        for (attributi, ber) in [(false, false), (true, false), (true, true), (false, true)] {
            let forma = cms::Forma {
                digest,
                attributi,
                ber,
                ..cms::Forma::default()
            };
            let pc = &scena().pc;
            std::fs::write(
                &file,
                cms::componi(b"888001-PC-0001", &pc.cert, &pc.chiave, forma).unwrap(),
            )
            .unwrap();
            let o = Command::new("openssl")
                .args(["cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in"])
                .arg(&file)
                .output()
                .expect("openssl starts");
            riesce(&o);
            assert_eq!(o.stdout, b"888001-PC-0001", "{forma:?}");
        }
    }
}

#[test]
fn messaggi_firmati_da_lxml_xmlsec_e_openssl() {
    if !python() || !openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for (nome, coppia) in [("co", &scena().co), ("pc", &scena().pc)] {
        std::fs::write(dir.path().join(format!("{nome}.cert.der")), &coppia.cert).unwrap();
        std::fs::write(dir.path().join(format!("{nome}.key.der")), &coppia.chiave).unwrap();
    }
    std::fs::write(dir.path().join("corpo.xml"), corpo()).unwrap();
    let o = Command::new("python3")
        .arg(script("firma.py"))
        .args([dir.path().to_str().unwrap(), ADESSO, OPERATORE])
        .output()
        .expect("python3 starts");
    riesce(&o);
    let mut buoni = 0;
    for f in std::fs::read_dir(dir.path()).unwrap().map(|f| f.unwrap().path()) {
        let nome = f.file_name().unwrap().to_string_lossy().into_owned();
        let Some(nome) = nome.strip_suffix(".busta.xml") else {
            continue;
        };
        let busta = std::fs::read_to_string(&f).unwrap();
        eprintln!("{nome}");
        passa(&esamina(&busta));
        buoni += 1;
        // The same frame with a value of the body changed after signing.
        let alterata = busta.replacen("<codMittente>zzz", "<codMittente>zzy", 1);
        cade(&esamina(&alterata), TipoFault::F5, "digest");
    }
    assert_eq!(buoni, 16, "every variant of the script was made and verified");
}

#[test]
fn una_chiave_da_1024_bit_non_firma() {
    if !openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (cert, chiave) = (dir.path().join("c.der"), dir.path().join("k.pem"));
    let o = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:1024",
            "-nodes",
            "-subj",
            "/CN=888001-CO-0000",
            "-days",
            "9000",
        ])
        .args([
            "-outform",
            "DER",
            "-out",
            cert.to_str().unwrap(),
            "-keyout",
            chiave.to_str().unwrap(),
        ])
        .output()
        .expect("openssl starts");
    riesce(&o);
    let der = dir.path().join("k.der");
    let o = Command::new("openssl")
        .args(["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"])
        .args(["-in", chiave.to_str().unwrap(), "-out", der.to_str().unwrap()])
        .output()
        .expect("openssl starts");
    riesce(&o);
    let debole = Coppia {
        cert: std::fs::read(cert).unwrap(),
        chiave: std::fs::read(der).unwrap(),
    };
    let e = esamina(&componi(&messaggio(), &chiavi(&debole, &scena().pc), None).unwrap());
    cade(&e, TipoFault::F1, "valore-firma");
    assert!(e.esito.unwrap_err().causa.contains("1024 bit"));
}

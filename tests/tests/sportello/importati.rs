//! The trust list: certificates a software house already owns, in every container they come in.

use std::{fs, path::Path, process::Command};

use anpr_sim_tests::{Banco, attrezzo, esegui, esegui_bene};
use serde_json::{Value, json};

use crate::strumenti::{BENE, Chi, F1, operatore, prova, testo};

/// A certificate of a software house's own, under a CA of its own; every container it may come in.
fn estraneo(cartella: &Path, cn: &str) {
    let ossl = |argomenti: &[&str]| {
        let o = Command::new("openssl")
            .args(argomenti)
            .current_dir(cartella)
            .output()
            .expect("openssl starts");
        assert!(o.status.success(), "{}", String::from_utf8_lossy(&o.stderr));
    };
    fs::write(
        cartella.join("est.cnf"),
        "basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n",
    )
    .expect("written");
    let (soggetto, nuova) = (
        format!("/CN={cn}/O=Casa di software (prova)"),
        ["-newkey", "rsa:2048", "-nodes"],
    );
    ossl(
        &[
            &["req", "-x509"],
            &nuova[..],
            &["-subj", "/CN=CA di prova", "-keyout", "ca.key", "-out", "ca.pem"],
        ]
        .concat(),
    );
    ossl(
        &[
            &["req"],
            &nuova[..],
            &["-subj", &soggetto, "-keyout", "k.pem", "-out", "r.csr"],
        ]
        .concat(),
    );
    ossl(&[
        "x509",
        "-req",
        "-in",
        "r.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-days",
        "30",
        "-extfile",
        "est.cnf",
        "-set_serial",
        "77",
        "-out",
        "c.pem",
    ]);
    ossl(&["x509", "-in", "c.pem", "-outform", "DER", "-out", "c.der"]);
    ossl(&[
        "crl2pkcs7",
        "-nocrl",
        "-certfile",
        "c.pem",
        "-certfile",
        "ca.pem",
        "-out",
        "c.p7b",
    ]);
    ossl(&[
        "crl2pkcs7",
        "-nocrl",
        "-certfile",
        "c.pem",
        "-outform",
        "DER",
        "-out",
        "c-der.p7b",
    ]);
    ossl(&[
        "pkcs12",
        "-export",
        "-in",
        "c.pem",
        "-inkey",
        "k.pem",
        "-certfile",
        "ca.pem",
        "-passout",
        "pass:segreta",
        "-out",
        "c.p12",
    ]);
    ossl(&[
        "pkcs12",
        "-export",
        "-legacy",
        "-in",
        "c.pem",
        "-inkey",
        "k.pem",
        "-passout",
        "pass:segreta",
        "-out",
        "c-vecchio.p12",
    ]);
    ossl(&["base64", "-in", "c.der", "-out", "c.b64"]);
    // What no perimeter would believe: a short key, an issuer that signs with SHA-1.
    for (file, chiave, digest) in [
        ("debole.pem", "rsa:1024", "-sha256"),
        ("sha1.pem", "rsa:2048", "-sha1"),
    ] {
        ossl(&[
            "req",
            "-x509",
            "-newkey",
            chiave,
            "-nodes",
            digest,
            "-subj",
            &soggetto,
            "-addext",
            "basicConstraints=critical,CA:false",
            "-keyout",
            "altra.key",
            "-out",
            file,
        ]);
    }
    ossl(&["x509", "-in", "ca.pem", "-outform", "DER", "-out", "ca.der"]);
}

#[test]
fn un_certificato_che_la_casa_di_software_ha_gia_si_importa() {
    if !attrezzo("openssl") {
        return;
    }
    let fuori = tempfile::tempdir().expect("a folder");
    let dati = fuori.path().join("dati");
    let mut banco = Banco::in_cartella(&dati, &[]).expect("it starts");
    estraneo(fuori.path(), "888001-CO-0077");
    let file = |nome: &str| fuori.path().join(nome).to_str().expect("UTF-8").to_owned();
    let d = dati.to_str().expect("UTF-8").to_owned();
    let (pem, chiave) = (fuori.path().join("c.pem"), fuori.path().join("k.pem"));
    let prova_in = |banco: &Banco, ambiente: &str| {
        let name_id = operatore(banco, "888001");
        let chi = Chi {
            id: "888001-CO-0077",
            pem: &pem,
            chiave: &chiave,
            name_id: &name_id,
        };
        prova(banco, ambiente, &chi)
    };
    assert!(prova_in(&banco, "test").contains(F1), "not before it is imported");

    // Every container gives the same certificate, in one environment only when asked.
    let importa = |nome: &str, altro: &[&str]| -> Value {
        let f = file(nome);
        let mut argomenti = vec!["cert", "import", &f, "--data", &d, "--json"];
        argomenti.extend_from_slice(altro);
        serde_json::from_str(&esegui_bene(&argomenti)).expect("JSON")
    };
    let uno = importa("c.pem", &["--ambiente", "test"]);
    assert_eq!(uno.as_array().map(Vec::len), Some(1), "{uno}");
    assert_eq!(
        (testo(&uno[0], "id"), testo(&uno[0], "stato")),
        ("888001-CO-0077".into(), "attivo".into())
    );
    let impronta = testo(&uno[0], "improntaSha256");
    assert!(prova_in(&banco, "test").contains(BENE), "at once");
    assert!(prova_in(&banco, "pre").contains(F1), "and nowhere else");
    for (nome, altro) in [
        ("c.der", &[][..]),
        ("c.p7b", &[]),
        ("c-der.p7b", &[]),
        ("c.b64", &[]),
        ("c.p12", &["--password", "segreta"]),
        ("c-vecchio.p12", &["--password", "segreta"]),
    ] {
        let v = importa(nome, altro);
        assert_eq!(v.as_array().map(Vec::len), Some(3), "{nome}: {v}");
        assert!(
            v.as_array()
                .into_iter()
                .flatten()
                .all(|i| testo(i, "improntaSha256") == impronta),
            "{nome}"
        );
    }
    assert!(prova_in(&banco, "pre").contains(BENE));
    assert!(
        !banco
            .json("GET", "/api/certificati/importati", "")
            .to_string()
            .contains("PRIVATE")
    );

    // Refused: an authority, a wrong password, no password, a certificate that names no postazione, a key.
    estraneo(
        &{
            let altro = fuori.path().join("altro");
            fs::create_dir(&altro).expect("a folder");
            altro
        },
        "nessuna postazione",
    );
    fs::write(fuori.path().join("enorme.pem"), vec![b'A'; 512 * 1024 + 1]).expect("written");
    for (nome, altro, perche) in [
        (
            "enorme.pem",
            &[][..],
            "più di 512 KiB, non è un file di certificati",
        ),
        ("debole.pem", &[], "è di 1024 bit: servono da 2048 a 8192 bit"),
        ("sha1.pem", &[], "firmato con SHA-1"),
        ("ca.pem", &[], "autorità"),
        ("ca.der", &[], "autorità"),
        ("c.p12", &["--password", "sbagliata"], "password"),
        ("c.p12", &[], "password"),
        ("altro/c.pem", &[], "CN"),
        ("k.pem", &[], "nessun certificato"),
        ("est.cnf", &[], "X.509"),
    ] {
        let f = file(nome);
        let mut argomenti = vec!["cert", "import", &f, "--data", &d];
        argomenti.extend_from_slice(altro);
        let o = esegui(&argomenti);
        let detto = String::from_utf8_lossy(&o.stderr).into_owned();
        assert_eq!(o.status.code(), Some(2), "{nome}");
        assert!(detto.contains(perche), "{nome}: {detto}");
    }

    // It survives a reset and a death; taken off, it is believed no more.
    banco.json("POST", "/api/reset", "{}");
    assert!(prova_in(&banco, "test").contains(BENE));
    banco.uccidi();
    let banco = Banco::in_cartella(&dati, &[]).expect("it starts again");
    assert!(prova_in(&banco, "test").contains(BENE));
    esegui_bene(&[
        "cert",
        "import",
        "--togli",
        &impronta,
        "--ambiente",
        "test",
        "--data",
        &d,
    ]);
    assert!(prova_in(&banco, "test").contains(F1));
    assert!(prova_in(&banco, "sub").contains(BENE));
    banco.json("DELETE", &format!("/api/certificati/importati/{impronta}"), "");
    assert!(prova_in(&banco, "sub").contains(F1));
    assert_eq!(
        banco
            .api(
                "DELETE",
                &format!("/api/certificati/importati/{impronta}"),
                Vec::new()
            )
            .stato,
        404
    );
    assert_eq!(banco.json("GET", "/api/certificati/importati", ""), json!([]));
}

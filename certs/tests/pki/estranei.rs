//! `openssl` and `keytool` judge every file of the PKI.

use std::{collections::BTreeSet, fs, path::Path, process::Command, sync::LazyLock};

use crate::strumenti::{apri, esegui, opzioni, presente, riesce, t};
use certs::{Difetto, FormaP12, NOMI_REALI, OpzioniPki, PASSWORD_CA, Pki, Postazione, RichiestaEmissione};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair, PKCS_RSA_SHA256, SanType};

/// One PKI for the tests that change nothing old in it: roots are dear.
static PKI: LazyLock<(tempfile::TempDir, Pki)> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let o = OpzioniPki {
        nomi: vec!["anpr.example".to_owned(), "192.0.2.7".to_owned()],
        nomi_reali: true,
        ..opzioni()
    };
    let pki = apri(dir.path(), &o);
    (dir, pki)
});

fn radice(quale: &str) -> std::path::PathBuf {
    PKI.0.path().join(format!("radici/ca-{quale}.pem"))
}

fn server(chi: &str) -> std::path::PathBuf {
    PKI.0.path().join(format!("server/{chi}.pem"))
}

fn emetti(difetto: Option<Difetto>, ambiente: Option<&str>) -> Postazione {
    let r = RichiestaEmissione {
        comune: "888007".to_owned(),
        tipo: "PC".to_owned(),
        numero: None,
        difetto,
        ambiente: ambiente.map(str::to_owned),
    };
    PKI.1.emetti(&r).unwrap_or_else(|e| panic!("{difetto:?}: {e}"))
}

fn verifica(ca: &Path, cert: &Path, scopo: &str) -> Result<(), String> {
    // Level 0 lets the 1024-bit key pass: what is judged here is the chain.
    let o = esegui(
        "openssl",
        &[
            "verify",
            "-auth_level",
            "0",
            "-purpose",
            scopo,
            "-CAfile",
            t(ca),
            t(cert),
        ],
    );
    if o.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&o.stderr).into_owned())
    }
}

fn testo(cert: &Path) -> String {
    riesce(
        "openssl",
        &[
            "x509",
            "-in",
            t(cert),
            "-noout",
            "-text",
            "-nameopt",
            "RFC2253,sep_comma_plus_space,utf8,-esc_msb",
        ],
    )
}

#[test]
fn le_radici_hanno_profilo_e_marchio() {
    if !presente("openssl", "openssl") {
        return;
    }
    for r in ["test", "pre", "sub", "reali"] {
        let s = testo(&radice(r));
        for atteso in [
            "Public-Key: (4096 bit)",
            "Signature Algorithm: sha256WithRSAEncryption",
            "SIMULATORE anpr-sim - dati fittizi",
            "X509v3 Basic Constraints: critical\n                CA:TRUE\n",
            "X509v3 Key Usage: critical\n                Digital Signature, Certificate Sign, CRL Sign\n",
            "X509v3 Name Constraints: critical",
            "X509v3 Subject Key Identifier",
            "X509v3 Authority Key Identifier",
        ] {
            assert!(s.contains(atteso), "{r}: manca {atteso:?} in\n{s}");
        }
        assert!(
            !s.contains("Ministero"),
            "{r}: nessuna radice finge di essere di un ministero"
        );
        assert!(!s.contains("pathlen"), "{r}");
        assert_eq!(verifica(&radice(r), &radice(r), "any"), Ok(()));
    }
    let soggetto = |r: &str| {
        let s = riesce(
            "openssl",
            &[
                "x509",
                "-in",
                t(&radice(r)),
                "-noout",
                "-subject",
                "-nameopt",
                "multiline,utf8,-esc_msb",
            ],
        );
        s.lines()
            .skip(1)
            .map(|l| l.trim().split(' ').next().unwrap_or("").to_owned())
            .collect::<Vec<_>>()
    };
    let cn_prima = [
        "commonName",
        "organizationalUnitName",
        "organizationName",
        "countryName",
    ];
    assert_eq!(soggetto("test"), cn_prima);
    assert_eq!(soggetto("pre"), cn_prima);
    assert_eq!(
        soggetto("sub"),
        [
            "countryName",
            "organizationName",
            "organizationalUnitName",
            "commonName"
        ]
    );
}

#[test]
fn la_postazione_ha_il_profilo_vero() {
    if !presente("openssl", "openssl") {
        return;
    }
    let p = PKI
        .1
        .postazione("888001-CO-0000")
        .expect("index readable")
        .expect("ready from the start");
    let s = testo(&p.pem);
    for atteso in [
        "Public-Key: (2048 bit)",
        "Signature Algorithm: sha256WithRSAEncryption",
        "X509v3 Basic Constraints: critical\n                CA:FALSE\n",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n",
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
        "SIMULATORE",
    ] {
        assert!(s.contains(atteso), "manca {atteso:?} in\n{s}");
    }
    let estensioni: BTreeSet<&str> = s
        .lines()
        .filter_map(|l| l.trim().strip_prefix("X509v3 "))
        .filter_map(|l| l.split(':').next())
        .collect();
    let solo = [
        "Authority Key Identifier",
        "Basic Constraints",
        "Extended Key Usage",
        "Key Usage",
        "Subject Key Identifier",
    ];
    assert_eq!(
        estensioni,
        solo.into_iter().chain(["extensions"]).collect::<BTreeSet<_>>()
    );
    let soggetto = riesce(
        "openssl",
        &[
            "x509",
            "-in",
            t(&p.pem),
            "-noout",
            "-subject",
            "-nameopt",
            "multiline,utf8,-esc_msb",
        ],
    );
    let righe: Vec<String> = soggetto
        .lines()
        .skip(1)
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        righe,
        [
            "commonName = 888001-CO-0000",
            "organizationalUnitName = Postazioni di lavoro SIMULATORE",
            "organizationalUnitName = Anagrafe fittizia SIMULATORE",
            "organizationName = SIMULATORE anpr-sim - dati fittizi",
            "countryName = IT",
        ]
    );
    let seriale = riesce("openssl", &["x509", "-in", t(&p.pem), "-noout", "-serial"]);
    assert_eq!(seriale.trim().len(), "serial=".len() + 16, "{seriale}");
    let impronta = riesce(
        "openssl",
        &["x509", "-in", t(&p.pem), "-noout", "-fingerprint", "-sha256"],
    );
    let impronta = impronta
        .trim()
        .rsplit('=')
        .next()
        .unwrap_or("")
        .replace(':', "")
        .to_lowercase();
    assert_eq!(p.impronta_sha256, impronta);
    assert_eq!(
        (p.non_dopo.as_second() - p.non_prima.as_second()) / 86400 / 365,
        6
    );
    assert_eq!(verifica(&radice("test"), &p.pem, "sslclient"), Ok(()));
    // One certificate serves everywhere.
    let der = PKI.1.ancore("test").remove(0);
    for a in ["test", "pre", "sub"] {
        assert!(PKI.1.ancore(a).contains(&der), "{a}");
    }
    assert_eq!(
        ["test", "pre", "sub", "boh"].map(|a| PKI.1.ancore(a).len()),
        [1, 2, 2, 0]
    );
}

#[test]
fn i_server_valgono_per_i_loro_nomi() {
    if !presente("openssl", "openssl") {
        return;
    }
    let chi: Vec<(&str, &str)> = vec![
        ("test", "test"),
        ("pre", "pre"),
        ("sub", "sub"),
        ("carta", "test"),
        ("reali", "reali"),
    ];
    for (s, r) in chi {
        assert_eq!(verifica(PKI.1.ca_pem(), &server(s), "sslserver"), Ok(()), "{s}");
        assert_eq!(verifica(&radice(r), &server(s), "sslserver"), Ok(()), "{s}");
        let scritto = testo(&server(s));
        assert!(
            scritto.contains("TLS Web Server Authentication\n") && scritto.contains("(2048 bit)"),
            "{scritto}"
        );
    }
    let vale = |cert: &Path, che: &str, nome: &str| {
        esegui(
            "openssl",
            &["verify", "-CAfile", t(PKI.1.ca_pem()), che, nome, t(cert)],
        )
        .status
        .success()
    };
    let mio = server("sub");
    assert!(vale(&mio, "-verify_hostname", "localhost"));
    assert!(vale(&mio, "-verify_hostname", "anpr.example"));
    for ip in ["127.0.0.1", "::1", "192.0.2.7"] {
        assert!(vale(&mio, "-verify_ip", ip), "{ip}");
    }
    for n in ["ws.anpr.interno.it", "example.org"] {
        assert!(!vale(&mio, "-verify_hostname", n), "{n}");
    }
    for n in NOMI_REALI {
        assert!(vale(&server("reali"), "-verify_hostname", n), "{n}");
    }
    assert!(!vale(&server("reali"), "-verify_hostname", "localhost"));
}

/// Somebody who got hold of a root's key cannot use it for other names.
#[test]
fn i_vincoli_fermano_altri_nomi() {
    if !presente("openssl", "openssl") {
        return;
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    let foglia = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).expect("a key");
    let dns = |n: &str| SanType::DnsName(n.try_into().expect("plain name"));
    let ip = |n: &str| SanType::IpAddress(n.parse().expect("an address"));
    let casi = [
        ("test", dns("localhost"), true),
        ("test", dns("anpr.example"), true),
        ("test", dns("example.org"), false),
        ("pre", dns("localhost.example.org"), false),
        ("sub", dns("ws.anpr.interno.it"), false),
        ("sub", ip("192.0.2.8"), false),
        ("sub", ip("::2"), false),
        ("sub", ip("::1"), true),
        ("reali", dns("ws.anpr.interno.it"), true),
        ("reali", dns("interno.it"), false),
        ("reali", dns("localhost"), false),
        ("reali", ip("127.0.0.1"), false),
    ];
    for (i, (r, nome, buono)) in casi.into_iter().enumerate() {
        let ca = fs::read_to_string(radice(r)).expect("root");
        let chiave = fs::read_to_string(radice(r).with_extension("key.pem")).expect("its key");
        let chiave = KeyPair::from_pem_and_sign_algo(&chiave, &PKCS_RSA_SHA256).expect("a key");
        let emittente = Issuer::from_ca_cert_pem(&ca, chiave).expect("a root");
        let mut p = CertificateParams::default();
        p.distinguished_name.push(DnType::CommonName, "prova");
        p.not_before = rcgen::date_time_ymd(2020, 1, 1);
        p.not_after = rcgen::date_time_ymd(2040, 1, 1);
        p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        p.subject_alt_names = vec![nome.clone()];
        let cert = dir.path().join(format!("{i}.pem"));
        fs::write(&cert, p.signed_by(&foglia, &emittente).expect("signed").pem()).expect("written");
        match (verifica(&radice(r), &cert, "sslserver"), buono) {
            (Ok(()), true) => {}
            (Err(e), false) => assert!(
                e.contains("permitted subtree violation") || e.contains("excluded subtree violation"),
                "{e}"
            ),
            (esito, _) => panic!("{r} {nome:?}: {esito:?}"),
        }
    }
}

#[test]
fn ogni_difetto_e_quello_che_dice() {
    if !presente("openssl", "openssl") {
        return;
    }
    let fidate = |a: &str| {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let f = dir.path().join("fidate.pem");
        let radici: &[&str] = match a {
            "test" => &["test"],
            "pre" => &["test", "pre"],
            _ => &["test", "sub"],
        };
        let pem: Vec<String> = radici
            .iter()
            .map(|r| fs::read_to_string(radice(r)).expect("root"))
            .collect();
        fs::write(&f, pem.concat()).expect("written");
        (dir, f)
    };
    let dove = |p: &Postazione| -> Vec<&str> {
        ["test", "pre", "sub"]
            .into_iter()
            .filter(|a| verifica(&fidate(a).1, &p.pem, "sslclient").is_ok())
            .collect()
    };
    let tutti = ["test", "pre", "sub"];
    let cn = |p: &Postazione| {
        let s = riesce(
            "openssl",
            &[
                "x509",
                "-in",
                t(&p.pem),
                "-noout",
                "-subject",
                "-nameopt",
                "multiline",
            ],
        );
        s.lines().find_map(|l| {
            l.trim()
                .strip_prefix("commonName")
                .map(|c| c.trim_start_matches([' ', '=']).to_owned())
        })
    };
    let perche = |p: &Postazione| verifica(&fidate("test").1, &p.pem, "sslclient").expect_err("defective");

    assert_eq!(dove(&emetti(None, None)), tutti);
    assert_eq!(dove(&emetti(None, Some("test"))), tutti);
    assert_eq!(dove(&emetti(None, Some("pre"))), ["pre"]);
    assert_eq!(dove(&emetti(None, Some("sub"))), ["sub"]);

    let p = emetti(Some(Difetto::Scaduto), None);
    assert!(perche(&p).contains("certificate has expired"));
    let p = emetti(Some(Difetto::Futuro), None);
    assert!(perche(&p).contains("certificate is not yet valid"));
    let p = emetti(Some(Difetto::Revocato), None);
    assert_eq!((dove(&p), p.difetto), (tutti.to_vec(), Some(Difetto::Revocato)));
    let p = emetti(Some(Difetto::CaAltrui), None);
    assert!(dove(&p).is_empty());
    assert_eq!(verifica(&radice("altrui"), &p.pem, "sslclient"), Ok(()));
    let fascio = fs::read_to_string(PKI.1.ca_pem()).expect("bundle");
    assert!(!fascio.contains(&fs::read_to_string(radice("altrui")).expect("foreign root")));
    for a in tutti {
        let p = emetti(Some(Difetto::AltroAmbiente), Some(a));
        assert!(
            !dove(&p).contains(&a) && dove(&p).len() == 1,
            "{a}: {:?}",
            dove(&p)
        );
    }
    let p = emetti(Some(Difetto::AltroComune), None);
    assert_eq!(cn(&p).as_deref(), Some(p.id.as_str()));
    assert!(p.comune == "888007" && p.id.starts_with("888999-PC-") && dove(&p) == tutti);
    let p = emetti(Some(Difetto::SenzaCn), None);
    assert_eq!((cn(&p), dove(&p)), (None, tutti.to_vec()));
    let p = emetti(Some(Difetto::ChiaveDebole), None);
    assert!(testo(&p.pem).contains("Public-Key: (1024 bit)"));
    assert_eq!(
        (cn(&p).as_deref(), dove(&p)),
        (Some(p.id.as_str()), tutti.to_vec())
    );
    riesce("openssl", &["rsa", "-in", t(&p.chiave), "-check", "-noout"]);
    for p in PKI.1.elenco() {
        apri_p12(&p);
    }
}

/// `openssl` finds key and certificate, and they belong together.
fn apri_p12(p: &Postazione) {
    let pass = format!("pass:{}", p.password);
    assert!(
        p.password.len() == 8
            && p.password
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
    );
    let tutto = riesce(
        "openssl",
        &["pkcs12", "-in", t(&p.p12), "-passin", &pass, "-nodes"],
    );
    assert!(tutto.contains(&format!("friendlyName: {}", p.id)), "{tutto}");
    assert_eq!(tutto.matches("BEGIN CERTIFICATE").count(), 2);
    let dal_p12 = riesce(
        "openssl",
        &[
            "pkcs12",
            "-in",
            t(&p.p12),
            "-passin",
            &pass,
            "-nodes",
            "-clcerts",
            "-nokeys",
        ],
    );
    let pem = fs::read_to_string(&p.pem).expect("certificate");
    let corpo = |s: &str| {
        s.split("-----BEGIN CERTIFICATE-----")
            .nth(1)
            .map(|c| c.replace(['\r', '\n'], ""))
    };
    assert_eq!(corpo(&dal_p12), corpo(&pem));
    let del_cert = riesce("openssl", &["x509", "-in", t(&p.pem), "-noout", "-pubkey"]);
    assert_eq!(
        riesce("openssl", &["pkey", "-in", t(&p.chiave), "-pubout"]),
        del_cert
    );
    assert!(
        fs::read_to_string(&p.chiave)
            .expect("key")
            .starts_with("-----BEGIN PRIVATE KEY-----\n")
    );
}

#[test]
fn keytool_apre_tutto() {
    if !presente("keytool", "default-jre-headless") {
        return;
    }
    let p = PKI
        .1
        .postazione("888001-CO-0000")
        .expect("index readable")
        .expect("ready from the start");
    let elenca = |file: &Path, pass: &str| {
        riesce(
            "keytool",
            &[
                "-list",
                "-v",
                "-storetype",
                "PKCS12",
                "-keystore",
                t(file),
                "-storepass",
                pass,
            ],
        )
    };
    let s = elenca(&p.p12, &p.password);
    for atteso in [
        "Alias name: 888001-co-0000",
        "Entry type: PrivateKeyEntry",
        "Certificate chain length: 2",
    ] {
        assert!(
            s.to_lowercase().contains(&atteso.to_lowercase()),
            "manca {atteso} in\n{s}"
        );
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    for forma in FormaP12::TUTTE {
        let file = dir.path().join(format!("{forma}.p12"));
        fs::write(&file, PKI.1.p12(&p, forma).expect("sealed")).expect("written");
        assert!(
            elenca(&file, &p.password).contains("Certificate chain length: 2"),
            "{forma}"
        );
        if presente("openssl", "openssl") {
            let pass = format!("pass:{}", p.password);
            let apre = |opzioni: &[&str]| {
                let altre = ["-in", t(&file), "-passin", &pass, "-nodes"];
                esegui("openssl", &[&["pkcs12"], opzioni, &altre].concat())
                    .status
                    .success()
            };
            assert!(apre(&["-legacy"]), "{forma}");
            // Without the legacy provider: all but the one made like the real files.
            assert_eq!(apre(&[]), forma != FormaP12::Antica, "{forma}");
        }
    }
    let ca = elenca(&PKI.0.path().join("ca.p12"), PASSWORD_CA);
    assert_eq!(ca.matches("Entry type: trustedCertEntry").count(), 4, "{ca}");
    for r in ["test", "pre", "sub", "reali"] {
        assert!(ca.contains(&format!("Alias name: anpr-sim-{r}")), "{r}\n{ca}");
        let s = Command::new("keytool")
            .args(["-printcert", "-file", t(&radice(r))])
            .output()
            .expect("runs");
        assert!(s.status.success(), "{r}");
    }
    let fascio = fs::read_to_string(PKI.1.ca_pem()).expect("bundle");
    assert_eq!(fascio.matches("BEGIN CERTIFICATE").count(), 4);
}

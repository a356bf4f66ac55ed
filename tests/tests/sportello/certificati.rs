//! Every form of the key store read by foreign programs; the life of a certificate as a caller sees it; "Scarica tutti".

use std::{fs, thread, time::Duration};

use anpr_sim_tests::{Banco, attrezzo, esegui, esegui_bene};
use serde_json::{Value, json};

use crate::strumenti::{BENE, F1, F4, emetti, gira, prova_con, testo};

#[test]
fn ogni_forma_del_p12_si_apre_dove_deve() {
    if !(attrezzo("openssl") && attrezzo("keytool")) {
        return;
    }
    let banco = Banco::isolato(&[]);
    let dati = banco.dati.to_str().expect("UTF-8");
    let password = testo(banco.postazione("888001"), "password");
    let pass = format!("pass:{password}");
    let cartella = tempfile::tempdir().expect("a folder");
    // Form, what it is made of, whether OpenSSL 3 opens it as it is.
    for (forma, dentro, da_solo) in [
        ("universale", "pbeWithSHA1And3-KeyTripleDES-CBC", true),
        ("moderno", "PBES2, PBKDF2, AES-256-CBC", true),
        ("antico", "pbeWithSHA1And40BitRC2-CBC", false),
    ] {
        let out = cartella.path().join(forma);
        let o = out.to_str().expect("UTF-8");
        esegui_bene(&[
            "cert",
            "export",
            "888001-CO-0000",
            "--data",
            dati,
            "--out",
            o,
            "--compat",
            forma,
        ]);
        let file = out.join("888001-CO-0000.p12");
        let f = file.to_str().expect("UTF-8");
        let (aperto, detto) = gira(
            "openssl",
            &["pkcs12", "-in", f, "-passin", &pass, "-nodes", "-info"],
        );
        assert_eq!(aperto, da_solo, "{forma}: {detto}");
        let (aperto, detto) = gira(
            "openssl",
            &["pkcs12", "-legacy", "-in", f, "-passin", &pass, "-nodes", "-info"],
        );
        assert!(aperto && detto.contains(dentro), "{forma}: {detto}");
        assert!(detto.contains("friendlyName: 888001-CO-0000"), "{forma}: {detto}");
        assert_eq!(detto.matches("-----BEGIN CERTIFICATE-----").count(), 2, "{forma}");
        let (aperto, detto) = gira(
            "keytool",
            &[
                "-J-Duser.language=en",
                "-list",
                "-v",
                "-storetype",
                "PKCS12",
                "-keystore",
                f,
                "-storepass",
                &password,
            ],
        );
        assert!(
            aperto && detto.contains("PrivateKeyEntry") && detto.contains("Certificate chain length: 2"),
            "{forma}: {detto}"
        );
        // The API hands out the same.
        let r = banco.api(
            "GET",
            &format!("/api/certificati/888001-CO-0000/p12?compat={forma}"),
            Vec::new(),
        );
        assert_eq!(r.intestazione("content-type"), Some("application/x-pkcs12"));
        fs::write(&file, &r.corpo).expect("written");
        assert!(
            gira(
                "openssl",
                &["pkcs12", "-legacy", "-in", f, "-passin", &pass, "-nodes"]
            )
            .0
        );
    }
    // What lies in the folder, and is copied without a wish, is the universal one.
    let pronto = testo(banco.postazione("888001"), "p12");
    let (aperto, detto) = gira(
        "openssl",
        &["pkcs12", "-in", &pronto, "-passin", &pass, "-nodes", "-info"],
    );
    assert!(
        aperto && detto.contains("pbeWithSHA1And3-KeyTripleDES-CBC"),
        "{detto}"
    );
    let r = banco.api(
        "GET",
        "/api/certificati/888001-CO-0000/p12?compat=altro",
        Vec::new(),
    );
    assert_eq!(r.stato, 400);
}

#[test]
fn la_vita_di_un_certificato_come_la_vede_chi_chiama() {
    let banco = Banco::isolato(&[]);
    // PC: the renewed one keeps the number, the old one stays good until somebody revokes it.
    let vecchio = emetti(&banco, &json!({"comune": "888001", "tipo": "PC"}));
    assert_eq!(testo(&vecchio, "id"), "888001-PC-0001");
    let nuovo = banco.json("POST", "/api/certificati/888001-PC-0001/rinnovo", "");
    assert_eq!(testo(&nuovo, "id"), "888001-PC-0001");
    assert_ne!(nuovo["improntaSha256"], vecchio["improntaSha256"]);
    for v in [&vecchio, &nuovo] {
        assert!(prova_con(&banco, v).contains(BENE));
    }
    let uno = format!("/api/certificati/{}", testo(&vecchio, "improntaSha256"));
    assert_eq!(banco.json("DELETE", &uno, "")["stato"], "revocato");
    assert!(prova_con(&banco, &vecchio).contains(F4));
    assert!(prova_con(&banco, &nuovo).contains(BENE));
    // By id every certificate of the postazione goes, and comes back.
    banco.json("DELETE", "/api/certificati/888001-PC-0001", "");
    assert!(prova_con(&banco, &nuovo).contains(F4));
    assert_eq!(
        banco.json("POST", "/api/certificati/888001-PC-0001/ripristino", "")["stato"],
        "attivo"
    );
    for v in [&vecchio, &nuovo] {
        assert!(prova_con(&banco, v).contains(BENE));
    }
    assert_eq!(
        banco
            .api("POST", "/api/certificati/888001-PC-0001/ripristino", Vec::new())
            .stato,
        409
    );
    // CO-9999 and CO-9998 alternate.
    let primo = emetti(&banco, &json!({"comune": "888001", "tipo": "CO", "numero": 9999}));
    assert_eq!(testo(&primo, "id"), "888001-CO-9999");
    let secondo = banco.json("POST", "/api/certificati/888001-CO-9999/rinnovo", "");
    let terzo = banco.json("POST", "/api/certificati/888001-CO-9998/rinnovo", "");
    let quarto = banco.json("POST", "/api/certificati/888001-CO-9999/rinnovo", "");
    assert_eq!(
        [&secondo, &terzo, &quarto].map(|v| testo(v, "id")),
        ["888001-CO-9998", "888001-CO-9999", "888001-CO-9998"]
    );
    for v in [&primo, &secondo, &terzo, &quarto] {
        assert!(prova_con(&banco, v).contains(BENE), "{}", v["id"]);
    }
    // A name stands for the last sound one.
    assert_eq!(
        banco.json("GET", "/api/certificati/888001-CO-9999", "")["improntaSha256"],
        terzo["improntaSha256"]
    );
    // Defective ones are refused as they should be, and not renewed.
    let scaduto = emetti(
        &banco,
        &json!({"comune": "888001", "tipo": "PC", "difetto": "scaduto"}),
    );
    assert_eq!(scaduto["stato"], "scaduto");
    assert!(prova_con(&banco, &scaduto).contains(F1));
    let dove = format!("/api/certificati/{}/rinnovo", testo(&scaduto, "improntaSha256"));
    assert_eq!(banco.api("POST", &dove, Vec::new()).stato, 409);

    // The list and its filters.
    let quanti = |filtro: &str| {
        banco
            .json("GET", &format!("/api/certificati?{filtro}"), "")
            .as_array()
            .map_or(0, Vec::len)
    };
    assert_eq!(quanti("comune=888001"), 1 + 2 + 4 + 1);
    assert_eq!(quanti("comune=888001&stato=scaduto"), 1);
    assert_eq!(quanti("comune=888001&scadeEntro=30"), 1);
    assert_eq!(quanti("comune=888001&stato=attivo"), 7);
    assert_eq!(quanti("comune=888003"), 1);
    assert_eq!(
        banco.api("GET", "/api/certificati?stato=bello", Vec::new()).stato,
        400
    );
    let dati = banco.dati.to_str().expect("UTF-8");
    let elenco = esegui_bene(&[
        "cert", "list", "--data", dati, "--comune", "888001", "--stato", "scaduto",
    ]);
    assert_eq!(elenco.lines().count(), 1, "{elenco}");
    let elenco = esegui_bene(&[
        "cert",
        "list",
        "--data",
        dati,
        "--comune",
        "888001",
        "--scade-entro",
        "3000",
    ]);
    assert_eq!(elenco.lines().count(), 8, "{elenco}");
    // The same from the command line.
    esegui_bene(&["cert", "revoke", "888001-CO-9998", "--data", dati]);
    assert!(prova_con(&banco, &quarto).contains(F4));
    esegui_bene(&["cert", "restore", "888001-CO-9998", "--data", dati]);
    assert!(prova_con(&banco, &quarto).contains(BENE));
    let rinnovato: Value = serde_json::from_str(&esegui_bene(&[
        "cert",
        "renew",
        "888001-CO-9998",
        "--data",
        dati,
        "--json",
    ]))
    .expect("JSON");
    assert_eq!(testo(&rinnovato, "id"), "888001-CO-9999");
}

#[test]
fn le_attese_dello_sportello_si_impostano() {
    let banco = Banco::isolato(&["--attesa-rilascio", "3600", "--attesa-ripristino", "3600"]);
    // Restored, it shows active and calls go on failing.
    banco.json("DELETE", "/api/certificati/888001-CO-0000", "");
    let v = banco.json("POST", "/api/certificati/888001-CO-0000/ripristino", "");
    assert_eq!(v["stato"], "attivo");
    assert!(v["effettoDal"].is_string());
    let pronto = banco.postazione("888001").clone();
    assert!(prova_con(&banco, &pronto).contains(F4));
    // A request is in hand: nothing to take home yet.
    let v = emetti(&banco, &json!({"comune": "888001", "tipo": "PC"}));
    assert_eq!(v["stato"], "in lavorazione");
    for segreto in ["p12", "password", "chiave", "certificato"] {
        assert!(v[segreto].is_null(), "{segreto}");
    }
    assert_eq!(
        banco
            .api("GET", "/api/certificati/888001-PC-0001/p12", Vec::new())
            .stato,
        409
    );
    let dati = banco.dati.to_str().expect("UTF-8");
    assert_eq!(
        esegui(&["cert", "export", "888001-PC-0001", "--data", dati])
            .status
            .code(),
        Some(2)
    );
    let zip = banco.api("GET", "/api/certificati/archivio?comune=888001", Vec::new());
    assert!(!String::from_utf8_lossy(&zip.corpo).contains("888001-PC-0001"));
    drop(banco);

    let banco = Banco::isolato(&["--attesa-rilascio", "1", "--attesa-ripristino", "1"]);
    banco.json("DELETE", "/api/certificati/888001-CO-0000", "");
    banco.json("POST", "/api/certificati/888001-CO-0000/ripristino", "");
    emetti(&banco, &json!({"comune": "888001", "tipo": "PC"}));
    thread::sleep(Duration::from_millis(1_200));
    let pronto = banco.postazione("888001").clone();
    assert!(prova_con(&banco, &pronto).contains(BENE));
    let v = banco.json("GET", "/api/certificati/888001-PC-0001", "");
    assert_eq!(v["stato"], "attivo");
    assert!(prova_con(&banco, &v).contains(BENE));
}

#[test]
fn scarica_tutti_contiene_i_p12_attivi_e_le_password() {
    if !(attrezzo("python3") && attrezzo("openssl")) {
        return;
    }
    let banco = Banco::isolato(&[]);
    emetti(&banco, &json!({"comune": "888001", "tipo": "PC"}));
    emetti(
        &banco,
        &json!({"comune": "888001", "tipo": "PC", "difetto": "revocato"}),
    );
    emetti(
        &banco,
        &json!({"comune": "888001", "tipo": "PC", "difetto": "scaduto"}),
    );
    banco.json("POST", "/api/certificati/888001-PC-0001/rinnovo", "");
    let dati = banco.dati.to_str().expect("UTF-8");
    let cartella = tempfile::tempdir().expect("a folder");
    let out = cartella.path().to_str().expect("UTF-8");
    esegui_bene(&[
        "cert", "export", "--comune", "888001", "--data", dati, "--out", out,
    ]);
    let zip = cartella.path().join("888001-certificati.zip");
    let (bene, detto) = gira(
        "python3",
        &["-m", "zipfile", "-e", zip.to_str().expect("UTF-8"), out],
    );
    assert!(bene, "{detto}");
    let (bene, detto) = gira("python3", &["-m", "zipfile", "-t", zip.to_str().expect("UTF-8")]);
    assert!(bene && detto.contains("Done testing"), "{detto}");
    let mut nomi: Vec<String> = fs::read_dir(cartella.path())
        .expect("a folder")
        .map(|v| v.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    nomi.sort();
    assert_eq!(
        nomi,
        [
            "888001-CO-0000.p12",
            "888001-PC-0001.p12",
            "888001-PC-0001_2.p12",
            "888001-certificati.zip",
            "password.txt"
        ]
    );
    let password = fs::read_to_string(cartella.path().join("password.txt")).expect("UTF-8");
    let mut righe = password.lines();
    assert_eq!(righe.next(), Some("SIMULATORE – dati fittizi"));
    let coppie: Vec<(&str, &str)> = righe.filter_map(|r| r.split_once('\t')).collect();
    assert_eq!(coppie.len(), 3, "{password}");
    for (file, parola) in coppie {
        let f = cartella.path().join(file);
        let f = f.to_str().expect("UTF-8");
        let pass = format!("pass:{parola}");
        let (aperto, detto) = gira("openssl", &["pkcs12", "-in", f, "-passin", &pass, "-nodes"]);
        assert!(aperto, "{file}: {detto}");
    }
    let r = banco.api("GET", "/api/certificati/archivio?comune=888001", Vec::new());
    assert_eq!(r.intestazione("content-type"), Some("application/zip"));
    assert_eq!(
        r.intestazione("content-disposition"),
        Some("attachment; filename=\"888001-certificati.zip\"")
    );
    for (query, atteso) in [("", 400), ("comune=..%2f..", 400), ("comune=777777", 404)] {
        let r = banco.api("GET", &format!("/api/certificati/archivio?{query}"), Vec::new());
        assert_eq!(r.stato, atteso, "{query}");
    }
}

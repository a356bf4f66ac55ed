//! The postazione desk and the censimento, from outside: every form of the key store read by foreign programs, the life
//! of a certificate as a caller sees it, the trust list, "Scarica tutti", operators and their sessions.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anagrafe::IdPostazione;
use anpr_sim::cliente::Ricevuta;
use anpr_sim_tests::{Banco, attrezzo, esegui, esegui_bene};
use base64::Engine as _;
use frontiera::firma::{self, Chiavi, Messaggio};
use serde_json::{Value, json};

const F1: &str = "<faultstring>Rejected by policy. (from client)</faultstring>";
const F4: &str = "<faultstring>certificate revoked (from client)</faultstring>";
const BENE: &str = "RispostaConnessione";

fn der(pem: &Path) -> Vec<u8> {
    let testo = fs::read_to_string(pem).expect("a PEM file");
    let corpo: String = testo
        .lines()
        .skip_while(|r| !r.starts_with("-----BEGIN"))
        .skip(1)
        .take_while(|r| !r.starts_with("-----END"))
        .collect();
    base64::engine::general_purpose::STANDARD
        .decode(corpo)
        .expect("base64")
}

/// Who signs and who asks.
struct Chi<'c> {
    id: &'c str,
    pem: &'c Path,
    chiave: &'c Path,
    name_id: &'c str,
}

fn manda(banco: &Banco, ambiente: &str, percorso: &str, corpo: &str, chi: &Chi<'_>) -> String {
    let chiavi = Chiavi {
        comune_key_pkcs8: der(chi.chiave),
        comune_cert_der: der(chi.pem),
        postazione_key_pkcs8: der(chi.chiave),
        postazione_cert_der: der(chi.pem),
    };
    let adesso = jiff::Timestamp::now();
    let id = IdPostazione::parse(chi.id).expect("an id");
    let mut m = Messaggio::nuovo(corpo, chi.name_id, &id, adesso);
    m.id = adesso.as_nanosecond().to_string();
    let busta = firma::componi(&m, &chiavi, None).expect("signed");
    let url = format!("{}{percorso}", banco.ws(ambiente));
    let testate = [
        ("content-type", "text/xml; charset=utf-8"),
        ("soapaction", "\"\""),
    ];
    banco
        .cliente
        .chiedi("POST", &url, &testate, busta.into_bytes())
        .expect("a reply")
        .testo()
}

fn testata(operazione: &str, mittente: &str, tipo_invio: &str) -> String {
    let adesso = jiff::Timestamp::now();
    let secondo = jiff::Timestamp::from_second(adesso.as_second()).expect("in range");
    format!(
        "<testataRichiesta><idOperazioneComune>{}</idOperazioneComune><codMittente>{mittente}</codMittente>\
         <codDestinatario>ANPR05</codDestinatario><operazioneRichiesta>{operazione}</operazioneRichiesta>\
         <dataOraRichiesta>{secondo}</dataOraRichiesta><tipoOperazione>C</tipoOperazione>\
         <tipoInvio>{tipo_invio}</tipoInvio></testataRichiesta>",
        adesso.as_microsecond()
    )
}

/// TestConn with a certificate.
fn prova(banco: &Banco, ambiente: &str, chi: &Chi<'_>) -> String {
    let corpo = format!(
        "<a:RichiestaConnessione xmlns:a=\"{}\">{}</a:RichiestaConnessione>",
        schema::radici::RICHIESTA_CONNESSIONE.0,
        testata("TEST", &chi.id[..6], "TEST")
    );
    manda(banco, ambiente, "/ANPRTestConn/TestConn", &corpo, chi)
}

/// TestConn with a certificate of the desk, by the ready operator of 888001.
fn prova_con(banco: &Banco, v: &Value) -> String {
    let t = |nome: &str| v[nome].as_str().expect("a text").to_owned();
    prova(
        banco,
        "test",
        &Chi {
            id: &t("id"),
            pem: Path::new(&t("certificato")),
            chiave: Path::new(&t("chiave")),
            name_id: &operatore(banco, "888001"),
        },
    )
}

fn operatore(banco: &Banco, comune: &str) -> String {
    banco.comune(comune)["operatori"][0]["nameId"]
        .as_str()
        .expect("nameId")
        .to_owned()
}

fn emetti(banco: &Banco, domanda: &Value) -> Value {
    banco.json("POST", "/api/certificati", &domanda.to_string())
}

fn testo(v: &Value, nome: &str) -> String {
    v[nome].as_str().unwrap_or_default().to_owned()
}

fn gira(programma: &str, argomenti: &[&str]) -> (bool, String) {
    let o = Command::new(programma)
        .args(argomenti)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .expect("it was found before");
    let tutto = [o.stdout, o.stderr].concat();
    (o.status.success(), String::from_utf8_lossy(&tutto).into_owned())
}

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
    for (nome, altro, perche) in [
        ("ca.pem", &[][..], "autorità"),
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

#[test]
fn cio_che_cambia_di_un_operatore_vale_dalla_richiesta_seguente() {
    let banco = Banco::isolato(&[]);
    let pronto = banco.postazione("888001").clone();
    let (pem, chiave) = (testo(&pronto, "certificato"), testo(&pronto, "chiave"));
    let chiedi = |name_id: &str| {
        let corpo = format!(
            "<a:RichiestaS001 xmlns:a=\"{}\">{}<nomeFile>x.gz</nomeFile><fileXml>AAAA</fileXml></a:RichiestaS001>",
            schema::radici::RICHIESTA_S001.0,
            testata("S001", "888001", "PRE_SUB")
        );
        let chi = Chi {
            id: "888001-CO-0000",
            pem: Path::new(&pem),
            chiave: Path::new(&chiave),
            name_id,
        };
        manda(
            &banco,
            "pre",
            "/ANPRS001ServizioSubentro/AnprServiceS001",
            &corpo,
            &chi,
        )
    };
    let dove = "/api/comuni/888001/operatori/PROVA00A00A000A";
    assert!(chiedi("PROVA00A00A000A").contains(F1), "unknown");
    let o = banco.json("PUT", dove, "{}");
    assert_eq!(o["ruoli"], json!(["OPERATORE"]));
    assert_eq!(o["ambienti"], json!(["test", "pre", "sub"]));
    let buona = chiedi("PROVA00A00A000A");
    assert!(buona.contains("EN001"), "past the operator: {buona}");
    for (modifica, atteso) in [
        (json!({"funzioni": ["3002"]}), "Utente non abilitato 5"),
        (json!({"stato": "bloccato"}), F1),
        (json!({"stato": "scheda da attivare"}), "Utente non abilitato 5"),
        (json!({"stato": "attivo", "ambienti": ["test"]}), F1),
        (json!({"ambienti": ["pre"]}), "Utente non abilitato 5"),
        (json!({"funzioni": ["S001"]}), "EN001"),
    ] {
        banco.json("PUT", dove, &modifica.to_string());
        let risposta = chiedi("PROVA00A00A000A");
        assert!(risposta.contains(atteso), "{modifica}: {risposta}");
    }
    // Moved to another Comune without having been there: A3 names both codes.
    banco.json("PUT", "/api/comuni/888002/operatori/PROVA00A00A000A", "{}");
    let o = banco.json("DELETE", dove, "");
    assert_eq!(o["comuni"], json!(["888002"]));
    let risposta = chiedi("PROVA00A00A000A");
    assert!(
        risposta.contains("XXXX") && risposta.contains("888001") && risposta.contains("888002"),
        "{risposta}"
    );
    assert_eq!(banco.api("GET", dove, Vec::new()).stato, 404);
    assert_eq!(
        banco.json("DELETE", "/api/comuni/888002/operatori/PROVA00A00A000A", "")["stato"],
        "cancellato"
    );
    assert!(chiedi("PROVA00A00A000A").contains(F1));

    // What is not a role, a function, an environment or a name is refused.
    for modifica in [
        r#"{"ruoli":["RE"]}"#,
        r#"{"funzioni":["../x"]}"#,
        r#"{"ambienti":[]}"#,
        r#"{"ambienti":["prod"]}"#,
        r#"{"stato":"felice"}"#,
        r#"{"altro":1}"#,
    ] {
        assert_eq!(
            banco.api("PUT", dove, modifica.as_bytes().to_vec()).stato,
            400,
            "{modifica}"
        );
    }
    assert_eq!(
        banco
            .api("PUT", "/api/comuni/888001/operatori/..%2fx", b"{}".to_vec())
            .stato,
        400
    );
    // The ready operators are what the ready file says.
    for c in banco.pronto["comuni"].as_array().expect("comuni") {
        let o = &c["operatori"][0];
        let v = banco.json(
            "GET",
            &format!(
                "/api/comuni/{}/operatori/{}",
                testo(c, "istat"),
                testo(o, "nameId")
            ),
            "",
        );
        let insieme = |v: &Value| -> std::collections::BTreeSet<String> {
            v.as_array()
                .into_iter()
                .flatten()
                .filter_map(|r| r.as_str().map(str::to_owned))
                .collect()
        };
        assert_eq!(insieme(&v["ruoli"]), insieme(&o["ruoli"]));
        assert_eq!(v["funzioni"], o["funzioni"]);
    }
}

/// A form of a page, with its token; the reply.
fn modulo(banco: &Banco, ambiente: &str, biscotto: &str, pagina: &str, dove: &str, campi: &str) -> Ricevuta {
    let base = banco.ws(ambiente);
    let r = banco
        .cliente
        .chiedi(
            "GET",
            &format!("{base}{pagina}"),
            &[("cookie", biscotto)],
            Vec::new(),
        )
        .expect("a page");
    let testo = r.testo();
    let csrf = testo
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .and_then(|t| t.split('"').next())
        .unwrap_or_default();
    let testate = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", biscotto),
        ("origin", base),
    ];
    banco
        .cliente
        .chiedi(
            "POST",
            &format!("{base}{dove}"),
            &testate,
            format!("csrf={csrf}&{campi}").into_bytes(),
        )
        .expect("a reply")
}

fn stato(banco: &Banco, ambiente: &str, biscotto: &str) -> u16 {
    banco
        .cliente
        .chiedi(
            "GET",
            &format!("{}/combas/profilo", banco.ws(ambiente)),
            &[("cookie", biscotto)],
            Vec::new(),
        )
        .expect("a reply")
        .stato
}

#[test]
fn le_sessioni_finiscono_quando_devono_e_resistono_a_un_riavvio() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let mut banco = Banco::in_cartella(&dati, &[]).expect("it starts");
    let s = banco.entra("pre", "888001");
    let nome_s = s.clone();
    assert_eq!(stato(&banco, "pre", &s), 200);
    // A session of one environment is worth nothing in another, whatever the cookie is called.
    assert_eq!(stato(&banco, "sub", &nome_s.replace("anpr-pre", "anpr-sub")), 401);
    // It survives a death; what lies on the disk opens nothing.
    banco.uccidi();
    let banco = Banco::in_cartella(&dati, &[]).expect("it starts again");
    assert_eq!(stato(&banco, "pre", &s), 200);

    // Every login makes a new key, and the one the browser had ends.
    let nuova = banco.entra("pre", "888001");
    assert_ne!(nuova, s);
    // A change of password by somebody in charge, of state, of roles: out.
    let dove = format!("/api/comuni/888001/operatori/{}", operatore(&banco, "888001"));
    let parola = testo(&banco.comune("888001")["operatori"][0], "password");
    for modifica in [
        json!({"ruoli": ["ALS"]}),
        json!({"ruoli": ["ALS", "ALP", "OPERATORE"], "password": parola}),
        json!({"stato": "bloccato"}),
    ] {
        let s = banco.entra("pre", "888001");
        let altra = banco.entra("sub", "888001");
        assert_eq!(
            (stato(&banco, "pre", &s), stato(&banco, "sub", &altra)),
            (200, 200)
        );
        banco.json("PUT", &dove, &modifica.to_string());
        assert_eq!(
            (stato(&banco, "pre", &s), stato(&banco, "sub", &altra)),
            (401, 401),
            "{modifica}"
        );
    }
    banco.json("PUT", &dove, r#"{"stato":"attivo"}"#);
    // Logout everywhere, from the page and from the API.
    let (s, altra) = (banco.entra("pre", "888001"), banco.entra("test", "888001"));
    assert_eq!(
        modulo(&banco, "pre", &s, "/combas/profilo", "/combas/profilo/uscita", "").stato,
        303
    );
    assert_eq!(
        (stato(&banco, "pre", &s), stato(&banco, "test", &altra)),
        (401, 401)
    );
    let s = banco.entra("pre", "888001");
    assert_eq!(
        banco.json("DELETE", &format!("{dove}/sessioni"), ""),
        json!({"chiuse": 1})
    );
    assert_eq!(stato(&banco, "pre", &s), 401);
    drop(banco);

    let banco = Banco::con(&["--sessione-inattiva", "1"]);
    let s = banco.entra("pre", "888001");
    assert_eq!(stato(&banco, "pre", &s), 200);
    thread::sleep(Duration::from_millis(1_300));
    assert_eq!(stato(&banco, "pre", &s), 401, "idle");
    drop(banco);
    let banco = Banco::con(&["--sessione-massima", "1"]);
    let s = banco.entra("pre", "888001");
    thread::sleep(Duration::from_millis(1_300));
    assert_eq!(stato(&banco, "pre", &s), 401, "over");
}

#[test]
fn la_password_si_cambia_e_il_comune_si_sceglie() {
    let banco = Banco::isolato(&[]);
    let parola = testo(&banco.comune("888001")["operatori"][0], "password");
    let s = banco.entra("pre", "888001");
    let altra = banco.entra("pre", "888001");
    let cambia = |s: &str, attuale: &str, nuova: &str, ripetuta: &str| {
        let campi = format!("attuale={attuale}&nuova={nuova}&ripetuta={ripetuta}");
        modulo(&banco, "pre", s, "/combas/profilo", "/combas/profilo", &campi)
    };
    assert_eq!(cambia(&s, "sbagliata", "nuova-parola", "nuova-parola").stato, 403);
    assert_eq!(cambia(&s, &parola, "corta", "corta").stato, 400);
    assert_eq!(cambia(&s, &parola, "nuova-parola", "altra-parola").stato, 400);
    assert_eq!(cambia(&s, &parola, &parola, &parola).stato, 400);
    assert_eq!(stato(&banco, "pre", &s), 200);
    let r = cambia(&s, &parola, "nuova-parola", "nuova-parola");
    assert_eq!(r.stato, 303);
    let nuova = r
        .intestazione("set-cookie")
        .and_then(|c| c.split(';').next())
        .expect("a new key")
        .to_owned();
    assert_ne!(nuova, s);
    assert_eq!(
        [&s, &altra, &nuova].map(|s| stato(&banco, "pre", s)),
        [401, 401, 200],
        "only the new key is good"
    );

    // An operator of two Comuni chooses, and sees nothing before.
    let nome = operatore(&banco, "888002");
    banco.json("PUT", &format!("/api/comuni/888001/operatori/{nome}"), "{}");
    let s = banco.entra("pre", "888002");
    let base = banco.ws("pre");
    let vai = |s: &str, dove: &str| {
        banco
            .cliente
            .chiedi("GET", &format!("{base}{dove}"), &[("cookie", s)], Vec::new())
            .expect("a reply")
    };
    for dove in ["/combas", "/combas/esiti", "/combas/sicurezza"] {
        let r = vai(&s, dove);
        assert_eq!(
            (r.stato, r.intestazione("location")),
            (303, Some("/combas/comune")),
            "{dove}"
        );
    }
    let scegli = |comune: &str| {
        modulo(
            &banco,
            "pre",
            &s,
            "/combas/comune",
            "/combas/comune",
            &format!("comune={comune}"),
        )
    };
    assert_eq!(scegli("888003").stato, 403);
    assert_eq!(scegli("").stato, 400);
    assert_eq!(scegli("888002").stato, 303);
    assert!(vai(&s, "/combas").testo().contains("888002"));
    assert_eq!(scegli("888001").stato, 303);
    assert!(vai(&s, "/combas").testo().contains("888001"));
    // Taken off the Comune he works for, he is out.
    banco.json("DELETE", &format!("/api/comuni/888001/operatori/{nome}"), "");
    assert_eq!(vai(&s, "/combas/esiti").stato, 401);
}

/// The commands of `simulator/docs/SPORTELLO.md`, run as they stand but for ports and folders of this bench.
#[test]
fn i_comandi_della_pagina_dello_sportello_fanno_quello_che_dicono() {
    if !(attrezzo("bash") && attrezzo("curl") && attrezzo("openssl") && attrezzo("python3")) {
        return;
    }
    let radice = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests lies in the root");
    let pagina = fs::read_to_string(radice.join("simulator/docs/SPORTELLO.md")).expect("the page");
    let blocchi: Vec<(&str, &str)> = pagina
        .split("<!-- prova: ")
        .skip(1)
        .map(|p| {
            let (nome, dopo) = p.split_once(" -->").expect("a closed mark");
            let (_, dopo) = dopo.split_once("```sh\n").expect("a block of shell");
            (nome, dopo.split_once("```").expect("a closed block").0)
        })
        .collect();
    assert_eq!(
        blocchi.iter().map(|(n, _)| *n).collect::<Vec<_>>(),
        ["certificati", "importa", "operatori", "carta"]
    );
    let banco = Banco::isolato(&[]);
    let qui = tempfile::tempdir().expect("a folder");
    let bin = anpr_sim_tests::programma()
        .parent()
        .expect("a folder")
        .to_path_buf();
    let vecchio = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&vecchio))).expect("a path");
    for (nome, blocco) in blocchi {
        let blocco = blocco
            .replace("dati/pki/ca.pem", banco.pronto["ca"].as_str().expect("ca"))
            .replace("--data dati", &format!("--data {}", banco.dati.display()))
            .replace("http://127.0.0.1:8080", banco.console())
            .replace("https://localhost:8444", banco.ws("pre"))
            .replace(
                "https://localhost:8446",
                banco.pronto["carta"].as_str().expect("carta"),
            );
        let o = Command::new("bash")
            .args(["-c", &format!("set -eu\n{blocco}")])
            .current_dir(qui.path())
            .env("PATH", &path)
            .stdin(Stdio::null())
            .output()
            .expect("bash starts");
        let detto = String::from_utf8_lossy(&o.stdout).into_owned();
        let errori = String::from_utf8_lossy(&o.stderr).into_owned();
        assert!(o.status.success(), "{nome}: {detto}\n{errori}");
        let mut resto = detto.as_str();
        for atteso in blocco.lines().filter_map(|r| r.strip_prefix("#> ")) {
            let (_, dopo) = resto
                .split_once(atteso)
                .unwrap_or_else(|| panic!("{nome}: manca «{atteso}» in:\n{detto}\n{errori}"));
            resto = dopo;
        }
    }
}

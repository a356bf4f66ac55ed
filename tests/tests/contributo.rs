//! The signed document of the contribution as openssl makes and judges it: the simulator's test signature verifies there,
//! what openssl signs is taken here, what was changed after the signature is not.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anpr_sim_tests::{Banco, attrezzo};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const COMUNE: &str = "888002";
const SINDACO: &str = "SINDACODUE000000";

fn openssl(dir: &Path, argomenti: &str) -> Result<Vec<u8>, String> {
    let u = Command::new("openssl")
        .args(argomenti.split(' '))
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .expect("openssl starts");
    if u.status.success() {
        Ok(u.stdout)
    } else {
        Err(String::from_utf8_lossy(&u.stderr).into_owned())
    }
}

fn bene(dir: &Path, argomenti: &str) -> Vec<u8> {
    openssl(dir, argomenti).unwrap_or_else(|e| panic!("openssl {argomenti}: {e}"))
}

/// Uploads a signature: the state of the call and what it said.
fn carica(banco: &Banco, nome: &str, byte: &[u8]) -> (u16, Value) {
    let dove = format!("/api/percorso/comuni/{COMUNE}/contributo/firmato");
    let corpo = json!({"nome": nome, "base64": STANDARD.encode(byte)});
    let r = banco.api("POST", &dove, corpo.to_string().into_bytes());
    let v = serde_json::from_str(&r.testo()).unwrap_or_else(|e| panic!("{e}: {}", r.testo()));
    (r.stato, v)
}

#[test]
fn openssl_e_il_simulatore_si_verificano_le_firme_a_vicenda() {
    if !attrezzo("openssl") {
        return;
    }
    let banco = Banco::isolato(&[]);
    let cartella = tempfile::tempdir().expect("a temporary folder");
    let dir = cartella.path();
    let base = format!("/api/percorso/comuni/{COMUNE}/contributo");
    let operatore = json!({"ruoli": ["SINDACO"], "password": "parola-sua"}).to_string();
    banco.json(
        "PUT",
        &format!("/api/comuni/{COMUNE}/operatori/{SINDACO}"),
        &operatore,
    );
    let dati = json!({"iban": "IT60X0542811101000000123456", "dichiarazione": true}).to_string();
    banco.json("PUT", &base, &dati);
    let prova = format!("{base}/firma-di-prova");
    let senza = banco.api("GET", &prova, Vec::new());
    assert_eq!(senza.stato, 409, "nobody has a card yet: {}", senza.testo());
    let carta = json!({"comune": COMUNE, "nameId": SINDACO}).to_string();
    banco.json("POST", "/api/carte", &carta);
    let documento = banco.api("GET", &format!("{base}/documento"), Vec::new()).corpo;
    fs::write(dir.join("documento.txt"), &documento).expect("written");

    // Ours, judged by openssl: signature and content; and the card is the sindaco's.
    let r = banco
        .cliente
        .chiedi(
            "GET",
            &format!("{}{prova}", banco.console()),
            &[("accept", "application/pkcs7-mime")],
            Vec::new(),
        )
        .expect("an answer");
    assert_eq!(r.stato, 200, "{}", r.testo());
    fs::write(dir.join("nostra.p7m"), &r.corpo).expect("written");
    let verifica = "cms -verify -inform DER -noverify -in nostra.p7m -signer chi.pem -out contenuto.txt";
    bene(dir, verifica);
    assert_eq!(fs::read(dir.join("contenuto.txt")).expect("content"), documento);
    let chi = bene(dir, "x509 -in chi.pem -noout -subject -nameopt RFC2253");
    assert!(
        String::from_utf8_lossy(&chi).contains(&format!("CN={SINDACO}")),
        "{}",
        String::from_utf8_lossy(&chi)
    );
    let json = banco.json("GET", &prova, "");
    assert_eq!(
        json,
        json!({"nome": format!("contributo-{COMUNE}.txt.p7m"), "base64": STANDARD.encode(&r.corpo)})
    );
    let (stato, k) = carica(&banco, "nostra.p7m", &r.corpo);
    assert_eq!(
        (stato, &k["firmato"]["firmatario"]["delSimulatore"]),
        (200, &json!(true)),
        "{k}"
    );

    // Signed by others, in the forms their tools write.
    for (nome, chiave) in [
        ("rsa", "rsa:2048"),
        ("p256", "ec -pkeyopt ec_paramgen_curve:P-256"),
        ("p384", "ec -pkeyopt ec_paramgen_curve:P-384"),
    ] {
        bene(
            dir,
            &format!(
                "req -x509 -newkey {chiave} -nodes -days 30 -subj /O=ALTRI/CN=PROVA-{nome} -keyout {nome}.key -out {nome}.pem"
            ),
        );
    }
    let firma = "cms -sign -nodetach -in documento.txt";
    for (come, argomenti) in [
        (
            "DER",
            format!("{firma} -outform DER -signer rsa.pem -inkey rsa.key -out f.p7m"),
        ),
        (
            "PEM",
            format!("{firma} -outform PEM -signer rsa.pem -inkey rsa.key -out f.p7m"),
        ),
        (
            "BER in pieces",
            format!("{firma} -binary -stream -outform DER -signer rsa.pem -inkey rsa.key -out f.p7m"),
        ),
        (
            "SHA-512, key identifier",
            format!("{firma} -md sha512 -keyid -outform DER -signer rsa.pem -inkey rsa.key -out f.p7m"),
        ),
        (
            "without attributes",
            format!("{firma} -noattr -outform DER -signer rsa.pem -inkey rsa.key -out f.p7m"),
        ),
        (
            "ECDSA P-256",
            format!("{firma} -outform DER -signer p256.pem -inkey p256.key -out f.p7m"),
        ),
        (
            "ECDSA P-384, SHA-384",
            format!("{firma} -md sha384 -outform DER -signer p384.pem -inkey p384.key -out f.p7m"),
        ),
    ] {
        bene(dir, &argomenti);
        let firmata = fs::read(dir.join("f.p7m")).expect("signed");
        let (stato, k) = carica(&banco, "f.p7m", &firmata);
        assert_eq!(stato, 200, "{come}: {k}");
        let f = &k["firmato"]["firmatario"];
        assert_eq!(f["delSimulatore"], false, "{come}: {f}");
        assert!(
            f["soggetto"].as_str().is_some_and(|s| s.contains("CN=PROVA-")),
            "{come}: {f}"
        );
    }

    // Changed, detached, of another document, without its certificate: refused, each at its step.
    bene(
        dir,
        &format!("{firma} -outform DER -signer rsa.pem -inkey rsa.key -out buona.p7m"),
    );
    let buona = fs::read(dir.join("buona.p7m")).expect("signed");
    let mut cambiata = buona.clone();
    let posto = cambiata
        .windows(4)
        .position(|w| w == b"IT60")
        .expect("the content");
    cambiata[posto + 2] = b'9';
    fs::write(dir.join("cambiata.p7m"), &cambiata).expect("written");
    let giudizio = openssl(
        dir,
        "cms -verify -inform DER -noverify -in cambiata.p7m -out x.txt",
    );
    assert!(giudizio.is_err(), "openssl refuses it too");
    let mut storta = buona.clone();
    *storta.last_mut().expect("octets") ^= 1;
    let con_altro = |argomenti: &str| {
        bene(dir, argomenti);
        fs::read(dir.join("altra.p7m")).expect("signed")
    };
    let staccata =
        con_altro("cms -sign -in documento.txt -outform DER -signer rsa.pem -inkey rsa.key -out altra.p7m");
    let anonima = con_altro(&format!(
        "{firma} -nocerts -outform DER -signer rsa.pem -inkey rsa.key -out altra.p7m"
    ));
    fs::write(dir.join("altro.txt"), [documento.as_slice(), b"\r\n"].concat()).expect("written");
    let altra = con_altro(
        "cms -sign -nodetach -in altro.txt -outform DER -signer rsa.pem -inkey rsa.key -out altra.p7m",
    );
    for (come, byte, passo) in [
        ("changed", cambiata.as_slice(), "digest"),
        ("signature changed", &storta, "firma"),
        ("detached", &staccata, "contenuto"),
        ("another document", &altra, "contenuto"),
        ("no certificate", &anonima, "certificato"),
        ("no CMS", b"hello", "formato"),
        ("cut", &buona[..buona.len() - 1], "formato"),
    ] {
        let (stato, v) = carica(&banco, "f.p7m", byte);
        let testo = v["errori"][0]["testo"].as_str().unwrap_or_default();
        assert!(
            stato == 400 && testo.contains(&format!("passo «{passo}»")),
            "{come}: {stato} {v}"
        );
    }
}

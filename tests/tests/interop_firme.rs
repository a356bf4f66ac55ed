//! What we sign verifies elsewhere: message and assertion signatures by xmlsec1 and Santuario, the PKCS#7 by openssl.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anpr_sim_tests::{
    Banco, attrezzo,
    pile::{Pila, java},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use frontiera::{
    firma::{Algoritmo, Chiavi, Messaggio, RiferimentoChiave, Varianti, cms, componi},
    security::digest::Digest,
};
use serde_json::{Value, json};

const COMUNE: &str = "888001";
const CORPO: &str = "<a:RichiestaConnessione xmlns:a=\"http://sogei.it/ANPR/connessione\"><testataRichiesta>\
    <idOperazioneComune>1</idOperazioneComune><codMittente>888001</codMittente><codDestinatario>ANPR05</codDestinatario>\
    <operazioneRichiesta>TEST</operazioneRichiesta></testataRichiesta></a:RichiestaConnessione>";

/// Every form `send` can give an envelope, both algorithms: the file's name and the envelope.
fn buste(banco: &Banco) -> Vec<(String, String)> {
    let p = banco.postazione(COMUNE);
    let der = |campo: &str| {
        let pem = fs::read_to_string(p[campo].as_str().expect("a path")).expect("a PEM file");
        let dentro: String = pem.lines().filter(|r| !r.starts_with("-----")).collect();
        BASE64.decode(dentro).expect("base64")
    };
    let chiavi = Chiavi {
        comune_key_pkcs8: der("chiave"),
        comune_cert_der: der("certificato"),
        postazione_key_pkcs8: der("chiave"),
        postazione_cert_der: der("certificato"),
    };
    let postazione = anagrafe::IdPostazione::parse(p["id"].as_str().expect("id")).expect("a postazione");
    let nuda = Varianti::default();
    let varianti = [
        ("ordinaria", nuda.clone()),
        (
            "cxf",
            Varianti {
                lista_prefissi: true,
                ..nuda.clone()
            },
        ),
        (
            "wcf",
            Varianti {
                asserzione_prima: true,
                prefissi_wcf: true,
                digest_asserzione: Digest::Sha1,
                ..nuda.clone()
            },
        ),
        (
            "inclusa",
            Varianti {
                chiave: RiferimentoChiave::Incluso,
                ..nuda.clone()
            },
        ),
        (
            "ber",
            Varianti {
                pkcs7: cms::Forma {
                    ber: true,
                    ..cms::Forma::default()
                },
                ..nuda.clone()
            },
        ),
        (
            "nuda",
            Varianti {
                pkcs7: cms::Forma {
                    digest: Digest::Sha1,
                    attributi: false,
                    ..cms::Forma::default()
                },
                ..nuda
            },
        ),
    ];
    let algoritmi = [("sha1", Algoritmo::RsaSha1), ("sha256", Algoritmo::RsaSha256)];
    varianti
        .iter()
        .flat_map(|(nome, v)| algoritmi.map(|(sha, a)| (format!("{nome}-{sha}.xml"), v.clone(), a)))
        .map(|(nome, varianti, algoritmo)| {
            let mut m = Messaggio::nuovo(CORPO, "PRTCNL70A01Y001G", &postazione, jiff::Timestamp::now());
            m.varianti = varianti;
            m.algoritmo = algoritmo;
            (nome, componi(&m, &chiavi, None).expect("an envelope"))
        })
        .collect()
}

fn scrivi(banco: &Banco, cartella: &Path) -> Vec<PathBuf> {
    buste(banco)
        .into_iter()
        .map(|(nome, busta)| {
            let file = cartella.join(nome);
            fs::write(&file, busta).expect("written");
            file
        })
        .collect()
}

/// The same envelopes, one digit of what is signed changed: a judge that accepts them is no judge.
fn guastati(file: &[PathBuf]) -> Vec<PathBuf> {
    file.iter()
        .map(|f| {
            let testo = fs::read_to_string(f).expect("ours");
            let guasto = testo
                .replace("<idOperazioneComune>1<", "<idOperazioneComune>2<")
                .replace(">888001</", ">888002</");
            let dove = f.with_extension("guasto.xml");
            fs::write(&dove, guasto).expect("written");
            dove
        })
        .collect()
}

fn esegui(comando: &mut Command) -> Output {
    comando
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|e| panic!("{comando:?}: {e}"))
}

#[test]
fn santuario_verifica_le_nostre_firme() {
    if !Pila::Java.presente() {
        return;
    }
    let banco = Banco::nuovo();
    let cartella = tempfile::tempdir().expect("a folder");
    let file = scrivi(&banco, cartella.path());
    let guasti = guastati(&file);
    let u = esegui(java("Verifica").args(&file).args(&guasti));
    assert!(u.status.success(), "{}", String::from_utf8_lossy(&u.stderr));
    let righe: Vec<Value> = String::from_utf8(u.stdout)
        .expect("UTF-8")
        .lines()
        .map(|r| serde_json::from_str(r).expect("JSON"))
        .collect();
    for (elenco, vera) in [(&file, true), (&guasti, false)] {
        for f in elenco {
            let nome = f.file_name().and_then(|n| n.to_str()).expect("a name");
            let mut sue: Vec<String> = righe
                .iter()
                .filter(|r| r["file"] == nome)
                .map(|r| json!([r["coperti"], r["vera"]]).to_string())
                .collect();
            sue.sort();
            let attese = ["Assertion", "Timestamp Body"].map(|c| json!([c, vera]).to_string());
            assert_eq!(sue, attese, "{nome}");
        }
    }
}

#[test]
fn xmlsec1_verifica_le_nostre_firme() {
    if !attrezzo("xmlsec1") {
        return;
    }
    let banco = Banco::nuovo();
    let cartella = tempfile::tempdir().expect("a folder");
    let file = scrivi(&banco, cartella.path());
    let guasti = guastati(&file);
    let certificato = banco.postazione(COMUNE)["certificato"].as_str().expect("a path");
    for (elenco, vera) in [(&file, true), (&guasti, false)] {
        for f in elenco {
            for dove in ["Assertion", "Security"] {
                let u = esegui(
                    Command::new("xmlsec1")
                        .args(["--verify", "--pubkey-cert-pem", certificato])
                        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"])
                        .args(["--id-attr:Id", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd:Timestamp"])
                        .args(["--id-attr:Id", "http://schemas.xmlsoap.org/soap/envelope/:Body"])
                        .args(["--node-xpath", &format!("//*[local-name()='{dove}']/*[local-name()='Signature']")])
                        .arg(f),
                );
                let detto = String::from_utf8_lossy(&u.stderr);
                assert_eq!(u.status.success(), vera, "{} {dove}: {detto}", f.display());
            }
        }
    }
}

#[test]
fn openssl_verifica_il_pkcs7_della_postazione() {
    if !attrezzo("openssl") {
        return;
    }
    let banco = Banco::nuovo();
    let ca = banco.pronto["ca"].as_str().expect("ca");
    let cartella = tempfile::tempdir().expect("a folder");
    for (nome, busta) in buste(&banco) {
        let valore = busta
            .split_once("Name=\"IdPostazioneFirmato\"")
            .and_then(|(_, t)| t.split_once("AttributeValue"))
            .and_then(|(_, t)| t.split_once('>'))
            .and_then(|(_, t)| t.split_once('<'))
            .map(|(v, _)| v.split_whitespace().collect::<String>())
            .expect("the attribute");
        let file = cartella.path().join(format!("{nome}.p7"));
        fs::write(&file, BASE64.decode(valore).expect("base64")).expect("written");
        let u = esegui(
            Command::new("openssl")
                .args([
                    "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-CAfile", ca, "-in",
                ])
                .arg(&file),
        );
        assert!(
            u.status.success(),
            "{nome}: {}",
            String::from_utf8_lossy(&u.stderr)
        );
        assert_eq!(String::from_utf8_lossy(&u.stdout), "888001-CO-0000", "{nome}");
    }
}

//! Signed requests with any certificate, and calls of the desk.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anagrafe::IdPostazione;
use anpr_sim_tests::Banco;
use base64::Engine as _;
use frontiera::firma::{self, Chiavi, Messaggio};
use serde_json::Value;

pub(crate) const F1: &str = "<faultstring>Rejected by policy. (from client)</faultstring>";

pub(crate) const F4: &str = "<faultstring>certificate revoked (from client)</faultstring>";

pub(crate) const BENE: &str = "RispostaConnessione";

pub(crate) fn der(pem: &Path) -> Vec<u8> {
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
pub(crate) struct Chi<'c> {
    pub(crate) id: &'c str,
    pub(crate) pem: &'c Path,
    pub(crate) chiave: &'c Path,
    pub(crate) name_id: &'c str,
}

pub(crate) fn manda(banco: &Banco, ambiente: &str, percorso: &str, corpo: &str, chi: &Chi<'_>) -> String {
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

pub(crate) fn testata(operazione: &str, mittente: &str, tipo_invio: &str) -> String {
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
pub(crate) fn prova(banco: &Banco, ambiente: &str, chi: &Chi<'_>) -> String {
    let corpo = format!(
        "<a:RichiestaConnessione xmlns:a=\"{}\">{}</a:RichiestaConnessione>",
        schema::radici::RICHIESTA_CONNESSIONE.0,
        testata("TEST", &chi.id[..6], "TEST")
    );
    manda(banco, ambiente, "/ANPRTestConn/TestConn", &corpo, chi)
}

/// TestConn with a certificate of the desk, by the ready operator of 888001.
pub(crate) fn prova_con(banco: &Banco, v: &Value) -> String {
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

pub(crate) fn operatore(banco: &Banco, comune: &str) -> String {
    banco.comune(comune)["operatori"][0]["nameId"]
        .as_str()
        .expect("nameId")
        .to_owned()
}

pub(crate) fn emetti(banco: &Banco, domanda: &Value) -> Value {
    banco.json("POST", "/api/certificati", &domanda.to_string())
}

pub(crate) fn testo(v: &Value, nome: &str) -> String {
    v[nome].as_str().unwrap_or_default().to_owned()
}

pub(crate) fn gira(programma: &str, argomenti: &[&str]) -> (bool, String) {
    let o = Command::new(programma)
        .args(argomenti)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .expect("it was found before");
    let tutto = [o.stdout, o.stderr].concat();
    (o.status.success(), String::from_utf8_lossy(&tutto).into_owned())
}

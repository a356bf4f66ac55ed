//! Security at the real doors: the acceptance cases of spec security §10 that need HTTP, TLS or the register, by their
//! number, and every row of the catalogue of defects and oddities.

mod chi;
mod messaggi;
mod trasporto;

use std::fs;

use anagrafe::IdPostazione;
use anpr_sim::cliente::Ricevuta;
use anpr_sim_tests::Banco;
use base64::Engine as _;
use frontiera::{
    TipoFault, VersioneSoap,
    firma::{Chiavi, Messaggio, Voce, componi},
};
use serde_json::Value;

const TESTCONN: &str = "/ANPRTestConn/TestConn";

const S001: &str = "/ANPRS001ServizioSubentro/AnprServiceS001";

const COMUNE: &str = "888001";

/// DER of the first block of a PEM file.
fn der(file: &Value) -> Vec<u8> {
    let testo = fs::read_to_string(file.as_str().expect("a path")).expect("a PEM file");
    let base64: String = testo.lines().filter(|r| !r.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD
        .decode(base64)
        .expect("base64")
}

/// Whoever signs all three parts.
fn chiavi(postazione: &Value) -> Chiavi {
    let (cert, chiave) = (der(&postazione["certificato"]), der(&postazione["chiave"]));
    Chiavi {
        comune_key_pkcs8: chiave.clone(),
        comune_cert_der: cert.clone(),
        postazione_key_pkcs8: chiave,
        postazione_cert_der: cert,
    }
}

fn corpo(operazione: &str, tipo_invio: &str, mittente: &str) -> String {
    let testata = format!(
        "<testataRichiesta><idOperazioneComune>{}</idOperazioneComune><codMittente>{mittente}</codMittente>\
         <codDestinatario>ANPR05</codDestinatario><operazioneRichiesta>{operazione}</operazioneRichiesta>\
         <dataOraRichiesta>2021-03-01T10:00:00Z</dataOraRichiesta><tipoOperazione>C</tipoOperazione>\
         <tipoInvio>{tipo_invio}</tipoInvio></testataRichiesta>",
        jiff::Timestamp::now().as_microsecond()
    );
    if operazione == "TEST" {
        return format!(
            "<a:RichiestaConnessione xmlns:a=\"http://sogei.it/ANPR/connessione\">{testata}</a:RichiestaConnessione>"
        );
    }
    let (ns, nome) = schema::radici::RICHIESTA_S001;
    format!("<a:{nome} xmlns:a=\"{ns}\">{testata}<nomeFile>x.gz</nomeFile><fileXml>QUJD</fileXml></a:{nome}>")
}

/// A message of the ready Comune, by its ready operator.
fn messaggio(banco: &Banco, corpo: String) -> Messaggio {
    let id = banco.postazione(COMUNE)["id"].as_str().expect("id");
    let operatore = banco.comune(COMUNE)["operatori"][0]["nameId"]
        .as_str()
        .expect("nameId");
    let adesso = jiff::Timestamp::now();
    let mut m = Messaggio::nuovo(corpo, operatore, &IdPostazione::parse(id).expect("an id"), adesso);
    m.id = adesso.as_microsecond().to_string();
    m
}

fn firmato(banco: &Banco, m: &Messaggio, voce: Option<&Voce>) -> String {
    componi(m, &chiavi(banco.postazione(COMUNE)), voce).expect("composes")
}

fn manda(banco: &Banco, ambiente: &str, percorso: &str, busta: &str) -> Ricevuta {
    manda_con(banco, ambiente, percorso, busta, "text/xml; charset=utf-8")
}

fn manda_con(banco: &Banco, ambiente: &str, percorso: &str, busta: &str, tipo: &str) -> Ricevuta {
    let url = format!("{}{percorso}", banco.ws(ambiente));
    banco
        .cliente
        .chiedi(
            "POST",
            &url,
            &[("content-type", tipo), ("soapaction", "\"\"")],
            busta.as_bytes().to_vec(),
        )
        .expect("a reply")
}

/// A fault to the byte, with its HTTP dress, and a journal that knows why.
#[track_caller]
fn e_fault(banco: &Banco, r: &Ricevuta, tipo: TipoFault, versione: VersioneSoap) {
    assert_eq!(r.stato, 500, "{}", r.testo());
    assert_eq!(r.testo(), frontiera::Fault::nuovo(tipo, "").xml(versione));
    assert_eq!(r.intestazione("x-backside-transport"), Some("FAIL FAIL"));
    assert_eq!(r.intestazione("connection"), Some("close"));
    assert_eq!(r.intestazione("content-type"), Some(versione.content_type()));
    let n = r
        .intestazione("x-anpr-sim-scambio")
        .expect("the exchange's number");
    let scambio = banco.json("GET", &format!("/api/scambi/{n}"), "");
    assert_eq!(scambio["esito"], "FAULT", "{scambio}");
    let causa = scambio["causa"].as_str().expect("a cause");
    assert!(causa.len() > 10 && !r.testo().contains(&causa[4..]), "{causa}");
}

#[track_caller]
fn accettata(r: &Ricevuta) {
    assert_eq!(r.stato, 200, "{}", r.testo());
    assert!(r.testo().contains("RispostaConnessione"), "{}", r.testo());
    assert_eq!(r.intestazione("x-backside-transport"), Some("OK OK"));
}

/// The only error of a KO: code, text, and the id that was booked.
#[track_caller]
fn ko(r: &Ricevuta) -> (String, String, String) {
    assert_eq!(r.stato, 200, "{}", r.testo());
    let testo = r.testo();
    assert!(testo.contains("rispostaKO"), "{testo}");
    assert_eq!(testo.matches("<errore>").count(), 1, "{testo}");
    let campo = |nome: &str| {
        let dopo = testo
            .split(&format!("<{nome}>"))
            .nth(1)
            .unwrap_or_else(|| panic!("{nome}: {testo}"));
        dopo.split('<').next().unwrap_or_default().to_owned()
    };
    (
        campo("codiceErroreAnomalia"),
        campo("testoErroreAnomalia"),
        campo("idOperazioneANPR"),
    )
}

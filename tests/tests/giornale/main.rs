//! The journal explains: every usual mistake gets its own sentence, on the API, on the page and on the command line;
//! no secret is kept, nothing that came in becomes markup, restarts and kills leave it whole.

#![allow(
    clippy::many_single_char_names,
    reason = "a bench, a sender, a reply: each test is short enough for them"
)]

mod cause;
mod conserva;

use std::fs;

use anagrafe::IdPostazione;
use anpr_sim::cliente::Ricevuta;
use anpr_sim_tests::Banco;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use frontiera::firma::{self, Chiavi, Messaggio};
use jiff::Timestamp;

const TEST_CONN: &str = "/ANPRTestConn/TestConn";

const NS: &str = "http://sogei.it/ANPR/connessione";

fn pem(file: &str) -> Vec<u8> {
    let testo = fs::read_to_string(file).expect("a PEM file");
    let righe: String = testo.lines().filter(|r| !r.starts_with('-')).collect();
    STANDARD.decode(righe).expect("base64")
}

/// The keys and the identities of a ready Comune.
struct Mittente {
    chiavi: Chiavi,
    messaggio: Messaggio,
}

fn mittente(b: &Banco, corpo: &str) -> Mittente {
    let p = b.postazione("888001");
    let leggi = |nome: &str| pem(p[nome].as_str().expect("a path"));
    let (cert, chiave) = (leggi("certificato"), leggi("chiave"));
    let id = IdPostazione::parse(p["id"].as_str().expect("id")).expect("a postazione");
    let operatore = b.comune("888001")["operatori"][0]["nameId"]
        .as_str()
        .expect("nameId");
    Mittente {
        chiavi: Chiavi {
            comune_key_pkcs8: chiave.clone(),
            comune_cert_der: cert.clone(),
            postazione_key_pkcs8: chiave,
            postazione_cert_der: cert,
        },
        messaggio: Messaggio::nuovo(corpo.to_owned(), operatore, &id, Timestamp::now()),
    }
}

impl Mittente {
    fn componi(&self) -> String {
        firma::componi(&self.messaggio, &self.chiavi, None).expect("signed")
    }
}

fn corpo() -> String {
    format!(
        "<a:RichiestaConnessione xmlns:a=\"{NS}\"><testataRichiesta><idOperazioneComune>1</idOperazioneComune>\
         <codMittente>888001</codMittente><codDestinatario>ANPR05</codDestinatario>\
         <operazioneRichiesta>TEST</operazioneRichiesta><dataOraRichiesta>2021-03-01T08:00:00Z</dataOraRichiesta>\
         <tipoOperazione>C</tipoOperazione><tipoInvio>TEST</tipoInvio></testataRichiesta></a:RichiestaConnessione>"
    )
}

fn manda_con(b: &Banco, metodo: &str, percorso: &str, testate: &[(&str, &str)], corpo: &[u8]) -> Ricevuta {
    b.cliente
        .chiedi(
            metodo,
            &format!("{}{percorso}", b.ws("test")),
            testate,
            corpo.to_vec(),
        )
        .expect("a reply")
}

fn manda(b: &Banco, busta: &str) -> Ricevuta {
    let testate = [
        ("content-type", "text/xml; charset=utf-8"),
        ("soapaction", "\"\""),
    ];
    manda_con(b, "POST", TEST_CONN, &testate, busta.as_bytes())
}

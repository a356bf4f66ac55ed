//! The journal's page of every defect of a message.

use std::collections::BTreeSet;

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use serde_json::Value;

use super::{EN, banco::banco, ossatura, turno};

/// Namespace of the connection test.
const SPAZIO: &str = "http://sogei.it/ANPR/connessione";

/// Sends a message to the connection test: its number in the journal.
pub(super) async fn scambio(busta: String) -> String {
    let richiesta = http::Request::builder()
        .method(Method::POST)
        .uri("/ANPRTestConn/TestConn")
        .header("host", "localhost")
        .header("content-type", "text/xml; charset=utf-8")
        .body(servizi::http::corpo(busta))
        .expect("a request");
    let r = servizi::soap::rispondi(&banco().sim, Ambiente::Test, richiesta).await;
    r.headers()["x-anpr-sim-scambio"]
        .to_str()
        .expect("a number")
        .to_owned()
}

/// The keys of a ready Comune's postazione, as the ready data name them.
fn chiavi(comune: &Value) -> frontiera::firma::Chiavi {
    let der = |nome: &str| {
        let file = comune["postazioni"][0][nome].as_str().expect("a path");
        let pem = std::fs::read_to_string(file).expect("a PEM file");
        let corpo: String = pem.lines().filter(|r| !r.starts_with("-----")).collect();
        frontiera::security::base64(&corpo).expect("base64")
    };
    frontiera::firma::Chiavi {
        comune_key_pkcs8: der("chiave"),
        comune_cert_der: der("certificato"),
        postazione_key_pkcs8: der("chiave"),
        postazione_cert_der: der("certificato"),
    }
}

/// Each defect of a message leads to a page of the journal with its own sentences: none of them without English.
#[tokio::test(flavor = "multi_thread")]
async fn the_diagnosis_of_every_defect_has_its_english() {
    let _turno = turno().await;
    let b = banco();
    let pronto = b.sim.pronto().expect("ready");
    let comune = &pronto["comuni"][0];
    let postazione = comune["postazioni"][0]["id"].as_str().expect("an id");
    let postazione = anagrafe::IdPostazione::parse(postazione).expect("a postazione");
    let operatore = comune["operatori"][0]["nameId"].as_str().expect("a name");
    let chiavi = chiavi(comune);
    let mut viste = BTreeSet::new();
    for (i, v) in frontiera::firma::DIFETTI
        .iter()
        .filter(|v| v.del_messaggio())
        .enumerate()
    {
        let adesso = jiff::Timestamp::now();
        let secondo = jiff::Timestamp::from_second(adesso.as_second()).expect("an instant");
        let corpo = format!(
            "<a:RichiestaConnessione xmlns:a=\"{SPAZIO}\"><testataRichiesta><idOperazioneComune>{i}</idOperazioneComune>\
             <codMittente>{}</codMittente><codDestinatario>ANPR05</codDestinatario>\
             <operazioneRichiesta>TEST</operazioneRichiesta><dataOraRichiesta>{secondo}</dataOraRichiesta>\
             <tipoOperazione>C</tipoOperazione><tipoInvio>TEST</tipoInvio></testataRichiesta></a:RichiestaConnessione>",
            comune["istat"].as_str().expect("a code"),
        );
        let mut messaggio = frontiera::firma::Messaggio::nuovo(corpo, operatore, &postazione, adesso);
        messaggio.id = format!("inglese-{i}");
        let busta = frontiera::firma::componi_con(&messaggio, &chiavi, &[v]).expect("a message");
        let numero = scambio(busta).await;
        // Looking is enough: what has no English fails there.
        let it = b
            .console(Method::GET, &format!("/scambi/{numero}"), &[], "")
            .await;
        assert_eq!(it.stato, StatusCode::OK, "{}", v.nome);
        let en = b
            .console(Method::GET, &format!("/scambi/{numero}"), &[EN], "")
            .await;
        assert_eq!(ossatura(&en.testo), ossatura(&it.testo), "{}", v.nome);
        let detto = en.testo.split("<main").nth(1).unwrap_or_default();
        assert!(detto.contains("What to do."), "{}", v.nome);
        viste.insert(numero);
    }
    assert!(viste.len() > 60, "{}", viste.len());
}

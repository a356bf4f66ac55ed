//! The private area, the Prefettura and the smart cards: each step in its turn, by pages and by the API, and what happens
//! to who takes it out of turn or for somebody else.

#[path = "../banco/mod.rs"]
mod banco;

mod carte;
mod comune;
mod difese;
mod giri;
mod nuovo_giro;
mod prefettura;

use anagrafe::Ambiente;
use banco::{
    Entrato, Risposta,
    api::{metti, ordina, vedi_api},
    banco,
};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

const SUB: Ambiente = Ambiente::Sub;

/// The tests share one clock: each has it for itself.
async fn turno(oggi: &str) -> MutexGuard<'static, ()> {
    static TURNO: Mutex<()> = Mutex::const_new(());
    let turno = TURNO.lock().await;
    metti("/api/orologio", &json!({"oggi": oggi})).await;
    let scadenze = json!({"scheda": "2021-12-31", "prefettureDal": "2021-01-01", "produzioneMinima": 7,
        "produzioneMassima": 7, "anticipoProveMesi": 2});
    metti("/api/percorso/scadenze", &scadenze).await;
    turno
}

async fn nuovo_comune(istat: &str) {
    let c = ordina("/api/comuni", &json!({"istat": istat})).await;
    assert_eq!(c["stato"], "INATTIVO_SENZA_CENSIMENTO");
    let sua = format!("/api/percorso/comuni/{istat}/software-house");
    metti(&sua, &json!({"nome": "SWALFA"})).await;
}

fn scheda(inizio: &str) -> Value {
    json!({"soluzione": "WS", "fineAdeguamento": "2021-03-31", "postazioni": 4, "inizioProve": inizio})
}

/// Up to the censimento sent, by the API.
async fn fino_al_censimento(istat: &str) -> Value {
    nuovo_comune(istat).await;
    let base = format!("/api/percorso/comuni/{istat}");
    metti(&format!("{base}/scheda"), &scheda("2022-06-01")).await;
    ordina(&format!("{base}/censimento/esempio"), &Value::Null).await;
    ordina(&format!("{base}/censimento/invio"), &Value::Null).await
}

async fn cnsd(istat: &str) -> Entrato {
    let q = vedi_api(&format!("/api/percorso/comuni/{istat}")).await;
    let testo = |n: &str| q["areaPrivata"][n].as_str().expect("text").to_owned();
    banco()
        .entra_in_area("privata", &testo("utente"), &testo("password"))
        .await
}

async fn prefettura(provincia: &str, chi: &str) -> Entrato {
    let p = vedi_api(&format!("/api/percorso/prefetture/{provincia}")).await;
    let nome = format!("PREF{provincia}{chi}");
    let utente = p["utenti"]
        .as_array()
        .expect("users")
        .iter()
        .find(|u| u["nome"] == nome.as_str())
        .expect("the user");
    banco()
        .entra_in_area(
            "prefettura",
            &nome,
            utente["password"].as_str().expect("password"),
        )
        .await
}

async fn vedi(chi: &Entrato, dove: &str) -> Risposta {
    banco().pagina(SUB, dove, &chi.biscotto).await
}

async fn invia(chi: &Entrato, dove: &str, campi: &str) -> Risposta {
    banco().manda(SUB, chi, dove, campi).await
}

fn fatto(r: &Risposta) {
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
}

/// The messages of a Comune whose subject has a text, whoever they are for.
async fn posta(istat: &str, oggetto: &str) -> Vec<Value> {
    let tutte = vedi_api(&format!("/api/pec?comune={istat}")).await;
    let tutte = tutte.as_array().expect("messages").iter();
    tutte
        .filter(|m| m["oggetto"].as_str().is_some_and(|o| o.contains(oggetto)))
        .cloned()
        .collect()
}

/// A half of a code in a message.
fn meta(messaggio: &Value, quale: &str) -> String {
    let testo = messaggio["testo"].as_str().expect("text");
    testo
        .lines()
        .find_map(|r| r.strip_prefix(&format!("Seconda metà {quale}: ")))
        .expect("a half")
        .to_owned()
}

/// The whole PIN of a card: its envelope and its message.
async fn pin(istat: &str, numero: &str) -> String {
    let busta = vedi_api(&format!("/api/percorso/comuni/{istat}/smart-card/{numero}/busta")).await;
    let messaggi = posta(istat, numero).await;
    format!(
        "{}{}",
        busta["pin"].as_str().expect("half"),
        meta(&messaggi[0], "del PIN")
    )
}

/// DER of a card at the desk.
async fn der(carta: &str) -> Vec<u8> {
    let c = vedi_api(&format!("/api/carte/{carta}")).await;
    let pem = std::fs::read_to_string(c["certificato"].as_str().expect("path")).expect("the certificate");
    let corpo: String = pem.lines().filter(|r| !r.starts_with("-----")).collect();
    frontiera::security::base64(&corpo).expect("base64")
}

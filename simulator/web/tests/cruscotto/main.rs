//! The dashboard of the subentro and what comes after it: dates by pages and by the API, each rule's refusal, the plan as a
//! file, the public numbers, who may see what; notices and the request of the contribution.

#[path = "../banco/mod.rs"]
mod banco;

mod affidamento;
mod date;
mod dopo;
mod viste;

use anagrafe::Ambiente;
use banco::{
    Entrato, Risposta,
    api::{metti, vedi_api},
    banco,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

const SUB: Ambiente = Ambiente::Sub;

const TESTA: &str =
    "id_comune,codice_istat,nome_comune,prima_data_subentro,ultima_data_subentro,data_subentro_preferita";

/// The tests share clock, deadlines and ready Comuni: each has them for itself.
async fn turno() -> MutexGuard<'static, ()> {
    static TURNO: Mutex<()> = Mutex::const_new(());
    let turno = TURNO.lock().await;
    metti("/api/orologio", &json!({"oggi": "2021-03-01"})).await;
    let scadenze = json!({"capienzaGiornaliera": 50, "preavvisoGiorni": 5, "contributo": "2021-12-31"});
    metti("/api/percorso/scadenze", &scadenze).await;
    turno
}

/// A Comune that may be planned, without a window.
async fn da_pianificare(istat: &str) {
    metti(&format!("/api/comuni/{istat}/piano?ambiente=sub"), &Value::Null).await;
    metti(
        &format!("/api/comuni/{istat}"),
        &json!({"stato": "PRESUBENTRATO"}),
    )
    .await;
}

fn date(prima: &str, ultima: &str, preferita: &str) -> Value {
    json!({"prima": prima, "ultima": ultima, "preferita": preferita})
}

fn pianificazione(istat: &str) -> String {
    format!("/api/percorso/comuni/{istat}/pianificazione")
}

async fn entra(nome: &str) -> Entrato {
    let tutte = vedi_api("/api/percorso/software-house").await;
    let sua = tutte
        .as_array()
        .expect("a list")
        .iter()
        .find(|s| s["nome"] == nome);
    let password = sua.expect("the software house")["password"]
        .as_str()
        .expect("password");
    banco().entra_in_area("dashboard", nome, password).await
}

async fn vedi(chi: &Entrato, dove: &str) -> Risposta {
    banco().pagina(SUB, dove, &chi.biscotto).await
}

async fn invia(chi: &Entrato, dove: &str, campi: &str) -> Risposta {
    banco().manda(SUB, chi, dove, campi).await
}

async fn importa(chi: &Entrato, csrf: &str, testo: &str) -> Risposta {
    banco()
        .carica(
            SUB,
            "/dashboard/subentro/piano",
            &chi.biscotto,
            &[("csrf", csrf)],
            "piano.csv",
            testo.as_bytes(),
        )
        .await
}

/// The messages of a Comune whose subject has a text.
async fn posta(istat: &str, oggetto: &str) -> usize {
    let tutte = vedi_api(&format!("/api/pec?comune={istat}")).await;
    let tutte = tutte.as_array().expect("messages").iter();
    tutte
        .filter(|m| m["oggetto"].as_str().is_some_and(|o| o.contains(oggetto)))
        .count()
}

/// The code of the first refusal of an upload at the subentro.
async fn carica(istat: &str, nome: &str, byte: Vec<u8>) -> Result<Value, Value> {
    let tipo = if nome.contains("AIRE") { "AIRE" } else { "APR" };
    let dove = format!("/api/forniture?ambiente=sub&comune={istat}&tipo={tipo}&nome={nome}");
    let r = banco()
        .console_corpo(Method::POST, &dove, &[], servizi::http::corpo(byte))
        .await;
    let v: Value = serde_json::from_str(&r.testo).expect("JSON");
    if r.stato == StatusCode::CREATED {
        Ok(v)
    } else {
        Err(v["errori"][0]["codice"].clone())
    }
}

async fn tutti(istat: &str, file: Vec<(String, Vec<u8>)>) {
    for (nome, byte) in file {
        carica(istat, &nome, byte)
            .await
            .unwrap_or_else(|e| panic!("{nome}: {e}"));
    }
}

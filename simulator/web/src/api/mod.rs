//! The control API: a call → the facade → JSON.
//!
//! Nothing is decided here: a call is parsed, handed to the facade off the async threads, and its answer written with
//! the names of the contract. Refusals are always `{"errori":[{"codice","testo"}]}`; our own codes are `SIMnnn`
//! (`elaborazione::rapporto::CODICI_SIM`); only the refusal for want of a plan has none, as in ANPR.

mod ambiente;
mod chiamate;
mod cruscotto;
mod forniture;
mod mondo;
mod openapi;
mod percorso;
mod posta;
mod risposte;
mod rotte;
mod rotte_ambiente;
mod rotte_percorso;
mod rotte_schede;
mod rotte_sportello;
mod schede;
mod schemi_percorso;
mod sportello;

use std::sync::Arc;

use http::{HeaderValue, StatusCode, header, request::Parts};
use servizi::{
    ErroreServizio, Simulatore,
    http::{Corpo, CorpoNonLetto, Risposta, raccogli},
    italiano::errore_json,
};

use self::{
    risposte::{errore, json},
    rotte::{Azione, ROTTE, RottaApi},
};
use crate::{
    modulo::Campi,
    rotte::{Parametri, Trovata, cerca},
};

pub(crate) use self::risposte::rifiuto as rifiuto_alla_porta;

/// Most bytes of a JSON body.
pub(crate) const LIMITE_JSON_BYTE: usize = 1024 * 1024;

/// 404.
const PERCORSO_IGNOTO: &str = "Percorso sconosciuto: le chiamate sono descritte in /api/openapi.json.";
/// 415.
const TIPO_NON_JSON: &str =
    "Il corpo deve essere JSON: aggiungere la testata Content-Type: application/json.";

/// A call on its way: what was asked, in pieces.
struct Chiamata<'r> {
    sim: &'r Arc<Simulatore>,
    parti: &'r Parts,
    segmenti: Parametri,
    query: Campi,
}

/// Answers `/api…` and `/metrics`.
pub(crate) async fn rispondi(sim: &Arc<Simulatore>, parti: Parts, corpo: Corpo) -> Risposta {
    let (rotta, segmenti) = match cerca(&ROTTE, &parti.method, parti.uri.path()) {
        Trovata::Si(rotta, segmenti) => (rotta, segmenti),
        Trovata::AltroMetodo(ammessi) => {
            let elenco = ammessi
                .iter()
                .map(http::Method::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            let mut r = errore(405, "SIM014", &format!("Metodo non ammesso qui: usare {elenco}."));
            if let Ok(v) = HeaderValue::from_str(&elenco) {
                r.headers_mut().insert(header::ALLOW, v);
            }
            return r;
        }
        Trovata::No => return errore(404, "SIM011", PERCORSO_IGNOTO),
    };
    if rotta.azione == Azione::NonAncora {
        return errore(501, "SIM016", &non_ancora(rotta.titolo));
    }
    let query = Campi::leggi(parti.uri.query().unwrap_or_default());
    let chiamata = Chiamata {
        sim,
        parti: &parti,
        segmenti,
        query,
    };
    match servi(rotta, &chiamata, corpo).await {
        Ok(r) => r,
        Err(e) => risposte::errore_servizio(&e),
    }
}

async fn servi(rotta: &RottaApi, c: &Chiamata<'_>, corpo: Corpo) -> Result<Risposta, ErroreServizio> {
    match rotta.corpo {
        rotte::Corpo::Byte => match rotta.azione {
            Azione::FornitureCarica => forniture::carica(c, corpo).await,
            azione => ambiente::carica(azione, c, corpo).await,
        },
        rotte::Corpo::Json => {
            if !e_json(c.parti) {
                return Ok(errore(415, "SIM015", TIPO_NON_JSON));
            }
            let byte = raccogli(corpo, LIMITE_JSON_BYTE)
                .await
                .map_err(|e| corpo_non_letto(&e))?;
            let valore: serde_json::Value = serde_json::from_slice(&byte)
                .map_err(|e| ErroreServizio::richiesta(format!("Il corpo non va: {}.", errore_json(&e))))?;
            // `serde` would take a list for an object, field by field; the fault plan alone is a list.
            if valore.is_array() && rotta.azione != Azione::GuastiMetti {
                return Err(ErroreServizio::richiesta("Il corpo deve essere un oggetto JSON."));
            }
            chiamate::scrivi(rotta.azione, c, valore).await
        }
        rotte::Corpo::Nessuno => match rotta.azione {
            Azione::OpenApi => Ok(json(StatusCode::OK, &openapi::descrizione())),
            azione => chiamate::leggi(azione, c).await,
        },
    }
}

/// 501.
fn non_ancora(titolo: &str) -> String {
    format!("«{titolo}»: chiamata prevista ma non ancora realizzata in questa versione.")
}

/// A body of JSON says so: what a form of another site can send does not.
fn e_json(parti: &Parts) -> bool {
    let tipo = parti
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    tipo.split(';')
        .next()
        .is_some_and(|t| t.trim().eq_ignore_ascii_case("application/json"))
}

fn corpo_non_letto(e: &CorpoNonLetto) -> ErroreServizio {
    match e {
        CorpoNonLetto::TroppoGrande { limite } => ErroreServizio {
            codice: Some("SIM013"),
            http: 413,
            testo: format!("Il corpo supera {limite} byte: nessuna chiamata ne ha bisogno di tanti."),
        },
        CorpoNonLetto::Interrotto(_) => ErroreServizio::interrotto(
            "La richiesta si è interrotta a metà e non è stata eseguita: ripeterla.",
        ),
    }
}

//! What people and scripts see of the simulator besides the web services: the Italian pages of each environment, the
//! console, the control API.
//!
//! Requests come in as `servizi::http::Richiesta`, everything that changes the register goes through
//! [`servizi::Simulatore`], replies go out dressed with the headers that keep a browser careful. What must stay true:
//! nothing that came from outside reaches a page but through an escaping template; no file name is ever a path; a
//! session sees the Comune it belongs to and no other.

#![recursion_limit = "256"]

use std::sync::Arc;

use anagrafe::Ambiente;
use servizi::{
    ErroreServizio, Esito, Simulatore,
    http::{Richiesta, Risposta},
};

mod ambiente;
mod anomalie_csv;
mod api;
mod aree;
mod carta;
mod catalogo;
mod certificati;
mod console;
mod cookie;
mod cornice;
mod errori;
mod formati;
mod lingue;
pub mod mappa;
mod modulo;
mod persone;
mod piano_di_test;
mod posta;
mod ricerca;
mod ricezione;
mod rotte;
mod sicurezza;
mod smarriti;
mod statici;
mod viste;

/// Console pages, control API and `/metrics`.
pub async fn console(sim: Arc<Simulatore>, r: Richiesta) -> Risposta {
    let lingua = lingue::chiesta(r.headers());
    let mut risposta = console::rispondi(&sim, r).await;
    sicurezza::vesti(&mut risposta);
    lingue::volgi(risposta, lingua).await
}

/// The pages of one environment: `/`, `/combas…`, `/com`, the static files; at the subentro also the private area and the
/// Prefettura, which belong to the esercizio.
pub async fn ambiente(sim: Arc<Simulatore>, a: Ambiente, r: Richiesta) -> Risposta {
    let lingua = lingue::chiesta(r.headers());
    let mut risposta = if a == Ambiente::Sub && aree::sua(&r) {
        aree::rispondi(&sim, r).await
    } else {
        ambiente::rispondi(&sim, a, r).await
    };
    sicurezza::vesti(&mut risposta);
    lingue::volgi(risposta, lingua).await
}

/// The pages of the card listener; `certificato` is what the browser showed in the TLS handshake (DER).
pub async fn carta(sim: Arc<Simulatore>, r: Richiesta, certificato: Option<Vec<u8>>) -> Risposta {
    let lingua = lingue::chiesta(r.headers());
    let mut risposta = carta::rispondi(&sim, r, certificato).await;
    sicurezza::vesti(&mut risposta);
    lingue::volgi(risposta, lingua).await
}

/// Runs a call of the facade off the async threads: every one of them may touch the disk.
async fn fuori<T: Send + 'static>(
    sim: &Arc<Simulatore>,
    f: impl FnOnce(&Simulatore) -> Esito<T> + Send + 'static,
) -> Esito<T> {
    let sim = Arc::clone(sim);
    tokio::task::spawn_blocking(move || f(&sim))
        .await
        .map_err(ErroreServizio::guasto)?
}

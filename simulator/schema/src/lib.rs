//! The message grammar as data: bytes become events with their place, values become messages.
//!
//! One grammar (`fixtures/grammatica`) serves reading ([`leggi`], [`valida`], [`albero()`]), writing ([`Scrittore`]),
//! sampling ([`campione`]) and publishing ([`pubblica`]). Must stay true: what is accepted is what libxml2 accepts with
//! the official schemas, but for the differences named in `tests/oracolo.rs`; no input makes it panic; memory does not
//! grow with the document.

mod albero;
mod blocco;
pub mod campione;
mod espressione;
mod forma;
mod grammatica;
mod leggi;
mod modello;
mod motore;
pub mod pubblica;
mod scrittore;
mod semplici;
mod taglio;
mod violazione;

pub use albero::{
    Albero, Elemento, MAX_VIOLAZIONI_DOCUMENTO, albero, albero_frammento, albero_qualunque, valida,
    valida_frammento,
};
pub use blocco::{Blocco, Ricevitore};
pub use leggi::{
    ErroreLettura, MAX_ESPANSI_BYTE, MAX_RECORD_BYTE, MAX_VIOLAZIONI, Opzioni, Riassunto, leggi,
};
pub use modello::{Modello, NodoId, radici};
pub use motore::MAX_PROFONDITA;
pub use scrittore::{ErroreScrittura, Scrittore};
pub use violazione::{Posizione, TipoViolazione, Violazione};

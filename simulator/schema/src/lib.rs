//! The message grammar as data: bytes become events with their place, values become messages.
//!
//! One grammar (`fixtures/grammatica`) serves reading, checking, writing and sampling.
#![allow(dead_code)]
mod espressione;
mod grammatica;
mod modello;
mod semplici;
mod violazione;

pub use modello::{Modello, NodoId, radici};
pub use violazione::{Posizione, TipoViolazione, Violazione};

//! The world the rules are told about: scenario clock, seeds, limits. Nothing here reads a wall clock or rolls dice.

pub mod limiti;
mod orologio;
mod seme;

pub use orologio::ORA_INIZIALE;
pub use seme::flusso;

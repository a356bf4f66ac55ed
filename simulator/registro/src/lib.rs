//! State of the simulator over an ordered key-value store.

pub mod modello;

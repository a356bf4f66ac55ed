//! What the register promises, tried from outside: one binary, one file per promise.

mod cartella;
mod comune;
mod disco_pieno;
mod giornale;
mod incroci;
mod posta;
mod registro;
mod schede;
mod store;
mod uccisione;
mod variazioni;

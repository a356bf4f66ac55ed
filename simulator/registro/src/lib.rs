//! State of the simulator over an ordered key-value store: Comuni, operators, deliveries, the register, the mailbox,
//! the scenario clock; and, beside the store, the exchange journal ([`giornale`]).
//!
//! [`Registro`] opens a data folder; [`Lettura`] and [`LetturaSchede`] read; [`Registro::scrivi`] is the one way to
//! change: one writer, one atomic batch that outlives the process. A delivery is loaded as an invisible segment
//! ([`Registro::carica`]) that one small commit makes visible together with the outcome and the outgoing PEC.
//! Chance and wall time are handed in; nothing here knows HTTP, XML or what a scheda means.

mod carico;
mod cartella;
mod chiavi;
mod errore;
pub mod giornale;
mod lettura;
mod migrazioni;
pub mod modello;
pub mod mondo;
mod password;
pub mod posta;
mod registro;
mod rimozione;
pub mod store;
mod transazione;
mod valori;

pub use carico::{
    Basi, Cancellazione, Caricato, Classe, DaCaricare, Incontro, LegameCf, LetturaSchede, LetturaVariazioni,
    Limiti, PRIMO_ID_SOGGETTO, PRIMO_ID_UNITA, RecordCompatto, Ricerca, Scheda, SchedeDi, SegmentoVisibile,
    TipoLegame, TipoRecord, Trovate, Variazione, Variazioni,
};
pub use cartella::{Cartella, VERSIONE_CARTELLA};
pub use errore::ErroreRegistro;
pub use giornale::{Giornale, Grezzo, LimitiGiornale, Ordine, Voce};
pub use lettura::{Lettura, Sorgente};
pub use modello::*;
pub use password::{
    ARGON2_CORSIE, ARGON2_MEMORIA_KIB, ARGON2_PASSATE, LIMITE_PASSWORD_BYTE, impronta_password,
    verifica_password,
};
pub use registro::{Adesso, OpzioniRegistro, Registro, SEME_PREDEFINITO, ora_italiana};
pub use transazione::Transazione;

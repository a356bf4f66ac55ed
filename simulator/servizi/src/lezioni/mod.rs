//! The trainer's lessons: a file says what is told, what is done and what must come of it; the simulator does it and
//! looks whether it came.
//!
//! A [`Lezione`] is a TOML file (`documento`), read strictly; [`Libreria`] holds the ones in the binary and those of a
//! folder. A lesson runs on a Comune of its own, made at its start and removed at its end (`scena`); steps are typed
//! [`Azione`]s, carried out through the same facade as pages and API (`esegui`), and typed [`Attesa`] (`verifica`),
//! looked up in the real state. One lesson runs at a time, because the scenario date is everybody's; what of the world
//! it moves (date, pace, and, where it asks, tax register and fault plan) is put back.
//!
//! What must stay true: a jump to a step rebuilds the scene and walks there, so that it can give no other state than
//! walking; nothing outside the lesson's Comune is removed; a running lesson is one document of the register
//! (`corso`) and goes on after a restart.

mod attesa;
mod avvio;
mod azione;
mod collaudo;
mod corso;
mod documento;
mod esegui;
mod libreria;
mod orologio;
mod richiesta;
mod scena;
mod testo;
mod verifica;
mod vista;

pub use attesa::{Attesa, VOCI_ATTESE};
pub use avvio::NonParte;
pub use azione::{Azione, ChiDice, Operazione, Parte, Passo as PassoDelRitmo, VOCI_AZIONI, Voce};
pub use collaudo::Difformita;
pub use corso::Mossa;
pub(crate) use corso::scambia_orologi;
pub use documento::{AMano, DataNota, Domanda, ErroreLezione, LIMITI, Lezione, Luogo, Mostra, Passo};
pub use libreria::Libreria;
pub use orologio::AttesaOrologio;
pub use scena::SOFTWARE_HOUSE;
pub use testo::{Blocco, blocchi};
pub use verifica::EsitoAttesa;
pub use vista::{
    CasoDelCalendario, FornituraVista, Giornata, MotivoRifiuto, PassoVisto, PecVista, ScambioVisto,
    StatoLezione, StatoPasso,
};

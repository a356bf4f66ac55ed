//! What the simulator remembers, as types. Values only: no I/O, no clock, no rule.
//!
//! JSON names (camelCase) are those of the control API where the API shows them, so the same types travel to
//! the page and to the disk. Every map is ordered: the same state gives the same bytes.

mod comune;
mod fornitura;
mod id;
mod operatore;
mod scambio;
mod tempo;

pub use comune::{Comune, Configurazione, MacroStato, Piano, SituazioneComune, Soluzione, StatoComune};
pub use fornitura::{
    Canale, Casella, FileFornitura, Fornitura, NaturaPec, Pec, RispostaRicordata, Schede, StatoFile,
    StatoFornitura, TipoFile,
};
pub use id::{IdFile, IdFornitura, IdPec, IdSegmento};
pub use operatore::{Operatore, Revoca, Sessione, StatoOperatore};
pub use scambio::{EsitoScambio, Passo, Scambio, Verdetto};
pub use tempo::{Orologio, Quando, Ritmo};

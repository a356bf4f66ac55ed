//! The people of the register as somebody looks them up: searches, one person, one family; and the state of one scheda.
//!
//! Whoever asks for a Comune sees that Comune alone: another one's scheda does not exist for it. Every search goes
//! through an index of the register and is bounded ([`SCHEDE_PER_RICERCA`], [`ESAMI_PER_RICERCA`]); a list is read a page
//! at a time. What must stay true: nothing here reads the schede one after the other to find one.

mod cerca;
mod stato;
mod vista;

pub use cerca::{CercaPersone, EsitoRicerca, LUNGHEZZA_MINIMA_INIZIO};
pub use stato::{ModificaScheda, StatoScheda};
pub use vista::{Componente, Esistente, PersonaBreve, PersonaVista, UnitaBreve, UnitaVista};

/// Schede a search hands out.
pub const SCHEDE_PER_RICERCA: usize = 50;
/// Names of the index a search looks at.
pub const ESAMI_PER_RICERCA: usize = 20_000;
/// Members of a family or convivenza that are shown.
pub const COMPONENTI_MOSTRATI: usize = 200;
/// Schede of one page of a list.
pub const SCHEDE_PER_PAGINA: usize = 1_000;

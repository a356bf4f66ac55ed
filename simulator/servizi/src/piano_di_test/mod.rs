//! The test plan of a Comune (piano di test): a checklist that fills itself from what really happened in the test
//! environment, or in the pre-subentro.
//!
//! [`casi`] is the table; [`libretto`] and [`raccolta`] keep what exchanges and events proved, beyond the journal's ring;
//! [`riscontri`] reads the deliveries. [`vista`] puts them together for whoever looks.

mod casi;
mod libretto;
mod raccolta;
mod riscontri;
mod vista;

pub(crate) use casi::PASSO_RIPETUTA;
pub use casi::{Evento, Gruppo};
pub use libretto::Prova;
pub(crate) use raccolta::Raccolta;
pub use vista::{CasoVisto, EsitoPianoDiTest, PianoDiTest, StatoCaso};

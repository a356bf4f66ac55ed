//! The journey of a Comune before the files: scheda di monitoraggio, censimento, smart cards by way of the Prefettura,
//! nominations, start of the tests; and where it stands.
//!
//! Each Comune has a file ([`Fascicolo`], one document of the register); a step is one commit of file, state of the
//! Comune and the messages it sends. Steps out of turn are typed refusals ([`Impedimento`]). The scenario clock makes
//! cards ready and sends what is due (`al_passo`). Uploads ask nothing of all this.

mod aree;
mod censimento;
mod credenziali;
mod fascicolo;
mod impedimento;
mod lettere;
mod macro_stato;
mod plico;
mod prefettura;
mod scadenze;
mod scheda;
mod smart_card;

pub use aree::{Area, Parte, SessioneArea};
pub use censimento::{Censimento, DatiGenerali, INDIRIZZI_MASSIMI, Incarico, Persona, Responsabile};
pub use credenziali::utente_cnsd;
pub(crate) use fascicolo::dimentica;
pub use fascicolo::{AvvioProve, Fascicolo, Nomine};
pub use impedimento::{ErroreCampo, Impedimento, Rifiuto};
pub use macro_stato::{Caso, Passo, Quadro, caso};
pub use plico::{Consegna, Plico, StatoLettori, StatoPlico, id_plico};
pub use prefettura::{
    Prefettura, RigaPlico, RigaScheda, RuoloPrefettura, StatoScheda, UTENTI_MASSIMI, UtentePrefettura,
    casella_prefettura,
};
pub use scadenze::Scadenze;
pub use scheda::{PianoSubentro, PropostaScheda, Scheda};
pub use smart_card::{Chi, MetaCodici, SmartCard, SmartCardVista, StatoSmartCard};

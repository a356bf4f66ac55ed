//! The journey of a Comune around the files: scheda di monitoraggio, censimento, smart cards by way of the Prefettura,
//! nominations, start of the tests, dates on the dashboard, contribution; and where it stands.
//!
//! Each Comune has a file ([`Fascicolo`], one document of the register); a step is one commit of file, state of the
//! Comune and the messages it sends. Steps out of turn are typed refusals ([`Impedimento`]). The scenario clock makes
//! cards ready and sends what is due (`al_passo`). Uploads ask nothing of all this.

mod affidamento;
mod aree;
mod censimento;
mod contributo;
mod credenziali;
mod cruscotto;
mod date_proposte;
mod fascicolo;
mod firma;
mod impedimento;
mod inizio;
mod installazione;
mod lettere;
mod lettere_subentro;
mod macro_stato;
mod nomi;
mod passo;
mod piano_file;
mod piano_testo;
mod plico;
mod prefettura;
mod prefettura_certificato;
mod preliminare;
mod scadenze;
mod scheda;
mod scritto;
mod smart_card;
mod software_house;

pub use affidamento::{Affidamento, SceltaSoftwareHouse, VoceSoftwareHouse};
pub use aree::{Area, Parte, SessioneArea};
pub use censimento::{Censimento, DatiGenerali, Incarico, Persona, Responsabile};
pub use contributo::{Contributo, PropostaContributo, StatoContributo};
pub use credenziali::utente_cnsd;
pub(crate) use cruscotto::dopo_il_mancato_subentro;
pub use cruscotto::{ChiPianifica, Conto, Pianificazione, RigaCruscotto, StatoPianificazione, VistaPubblica};
pub use date_proposte::PropostaDate;
pub(crate) use fascicolo::dimentica;
pub use fascicolo::{AvvioProve, Fascicolo, Nomine};
pub use firma::{Firmatario, Firmato, FormatoFirma, LIMITE_FIRMATO_BYTE};
pub use impedimento::{ErroreCampo, Impedimento, Regola, Rifiuto, di_sole_regole};
pub(crate) use inizio::congeda;
pub use installazione::{Occorrente, Trovato};
pub(crate) use lettere_subentro::{dopo_il_subentro, oggetto_n031};
pub use macro_stato::{Caso, Passo, Quadro, caso};
pub(crate) use passo::{PassoDelTempo, cambiato};
pub use piano_file::{EsitoPiano, RIFIUTI_MASSIMI, RigaRifiutata, esporta_piano};
pub use piano_testo::{COLONNE, RIGHE_MASSIME};
pub use plico::{Consegna, Plico, StatoLettori, StatoPlico, id_plico};
pub use prefettura::{
    Prefettura, RigaPlico, RigaScheda, RuoloPrefettura, StatoScheda, UTENTI_MASSIMI, UtentePrefettura,
    casella_prefettura,
};
pub use preliminare::{FilePreliminare, StatoPreliminare};
pub use scadenze::Scadenze;
pub(crate) use scadenze::al_primo_avvio;
pub use scheda::{PianoSubentro, PropostaScheda, Scheda};
pub use scritto::{Leggibile, Scritto, giorno_scritto};
pub use smart_card::{Chi, MetaCodici, SmartCard, SmartCardVista, StatoSmartCard};
pub use software_house::SoftwareHouse;
pub(crate) use software_house::{affida_alla_lezione, senza_software_house};

//! What the simulator can do, one file per operation, over the register and the elaboration.
//!
//! [`Simulatore`] is the facade that pages, control API and command line share; [`soap`] answers the web services;
//! [`http`] is the shape of an exchange. Nothing here binds a port or parses a command line.

mod accesso;
mod amministrazione;
mod anomalie;
mod assistenza;
mod avanzamento;
mod avvio;
mod batch;
mod carta;
mod confronto;
mod deposito;
mod errore;
mod gestione;
mod giornale;
mod guasti;
pub mod http;
mod impostazioni;
mod incroci;
mod invio;
pub mod lezioni;
mod motivi;
mod nome_comune;
mod notte;
mod operatori;
mod operazioni;
pub mod percorso;
mod persone;
pub mod piano_di_test;
mod posta;
mod ricordi;
mod riuso;
mod schede;
mod sgombero;
mod sicurezza;
mod simulatore;
pub mod soap;
mod sportello;
mod strumenti;
mod testata;
mod tributaria;
mod wsdl;

pub use accesso::{LUNGHEZZA_PASSWORD_MINIMA, Sessione};
pub use amministrazione::{
    INDIRIZZI_MASSIMI, IndirizzoAbilitato, LIMITE_BOLLO_CARATTERI, LIMITE_LOGO_BYTE, LOGO_LATO_MASSIMO,
    LOGO_LATO_MINIMO, Logo, NOTA_INDIRIZZI, VoceAmministrazione, indirizzi_scritti,
};
pub use assistenza::Blocco;
pub use avanzamento::{Avanzamento, StatoAvanzamento};
pub use carta::{CartaPrefettura, CartaVista, MotivoCarta, nessuna_carta_lo_sarebbe};
pub use certs::{Difetto, FormaP12};
pub use confronto::{AnomaliaConfrontata, CodiceConfrontato, ConfrontoForniture, FiltroConfronto};
pub use deposito::{Deposito, LIMITE_INVIO_BYTE};
pub use elaborazione::{Fase, Rilievo, italiano};
pub use errore::{ErroreServizio, Esito};
pub use gestione::{NuovoComune, OrologioMostrato, data_di_scenario, leggi as leggi_json};
pub use giornale::{CercaScambi, Diagnosi, SCAMBI_PER_PAGINA, ScambioIntero};
pub use guasti::{GUASTI_MASSIMI, Guasto, RITARDO_MASSIMO_MS, TipoGuasto};
pub use impostazioni::{COMUNI_POPOLATI, COMUNI_PRONTI, Impostazioni, Indirizzi, comuni_pronti};
pub use invio::{Invio, Ricevuta, RifiutoInvio};
pub use lezioni::Libreria;
pub use operatori::RUOLI;
pub use persone::{
    COMPONENTI_MOSTRATI, CercaPersone, Componente, ESAMI_PER_RICERCA, Esistente, EsitoRicerca,
    LUNGHEZZA_MINIMA_INIZIO, ModificaScheda, PersonaBreve, PersonaVista, SCHEDE_PER_PAGINA,
    SCHEDE_PER_RICERCA, StatoScheda, UnitaBreve, UnitaVista,
};
pub use posta::{
    Conto, ContoCasella, DOMANDE_APERTE_MASSIME, FiltroPosta, FormatoArchivio, LIMITE_ARCHIVIO_BYTE,
    LIMITE_OGGETTO_SCRITTO, LIMITE_TESTO_SCRITTO, MESSAGGI_PER_PAGINA, Testata,
    inoltro::{Destinazione, Sorte, StatoInoltro},
};
pub use registro::{Canale, LimitiGiornale};
pub use schede::SchedaLetta;
pub use sicurezza::{
    Ammissione, Politiche, QuadroSicurezza, SuiteMostrata, VoceSicurezza, nomi_interruttori,
};
pub use simulatore::{CartellaPresa, Simulatore};
pub use sportello::{FiltroCertificati, StatoCertificato};
pub use strumenti::{
    ABITANTI_DI_PROVA, AIRE_DI_PROVA, DIFETTI_DI_PROVA, FornituraDiProva, LIMITE_VALIDATORE_BYTE,
    RIGHE_VALIDATORE, STRUMENTI_INSIEME, Validazione, leggi_difetti,
};
pub use tributaria::{Profilo, Tributo};

/// Lower-case hexadecimal.
pub(crate) fn esadecimale(byte: &[u8]) -> String {
    const CIFRE: &[u8; 16] = b"0123456789abcdef";
    byte.iter()
        .flat_map(|b| [CIFRE[usize::from(b >> 4)], CIFRE[usize::from(b & 15)]].map(char::from))
        .collect()
}

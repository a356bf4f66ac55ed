//! What the command line and the configuration decide before the simulator starts.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anagrafe::{Ambiente, CodiceIstat, Data};
use elaborazione::Politica;
use jiff::SignedDuration;
use registro::LimitiGiornale;

use crate::{lezioni::Libreria, posta::inoltro::Destinazione, sicurezza::Politiche};

/// Comuni ready from the first start: 888001 … 888010.
pub const COMUNI_PRONTI: std::ops::RangeInclusive<u32> = 888_001..=888_010;
/// The ready Comuni that have already migrated, in every environment, with their number of inhabitants.
pub const COMUNI_POPOLATI: [(&str, u64); 2] = [("888002", 2_000), ("888003", 500)];

/// How long the start waits for the register before it goes on without: enough for the ready Comuni, for a folder in
/// use and for a newer version to be said at once; a register of millions opens behind the ready line.
const ATTESA_APERTURA: Duration = Duration::from_millis(80);

/// The ready Comuni as codes.
pub fn comuni_pronti() -> Vec<CodiceIstat> {
    COMUNI_PRONTI
        .filter_map(|n| CodiceIstat::parse(&n.to_string()).ok())
        .collect()
}

/// Everything the simulator needs to know to start; ports and sockets are not among it.
#[derive(Debug, Clone)]
pub struct Impostazioni {
    /// Data folder.
    pub dati: PathBuf,
    /// Seed of everything that is random.
    pub seme: u64,
    /// Scenario date; none = today's, running with the wall clock.
    pub oggi: Option<Data>,
    /// Speed of the scenario clock; none = 1, or what was set since.
    pub velocita: Option<u32>,
    /// Open choices of the elaboration: severities, texts, AIRE layouts.
    pub politica: Politica,
    /// Policy of the perimeter of each environment.
    pub sicurezza: Politiche,
    /// How large the exchange journal may become.
    pub giornale: LimitiGiornale,
    /// No `X-Anpr-Sim-Scambio` header on replies.
    pub senza_diagnostica: bool,
    /// Token the console wants beyond loopback.
    pub token_console: Option<String>,
    /// Further names the console answers to.
    pub host_console: Vec<String>,
    /// Further names the environments answer to.
    pub host_ambienti: Vec<String>,
    /// Threads of the checks.
    pub fili: usize,
    /// How long the start waits for the register before it opens behind the ready line.
    pub attesa_apertura: Duration,
    /// How long a session of the web application lasts without being used.
    pub sessione_inattiva: SignedDuration,
    /// How long it lasts at most.
    pub sessione_massima: SignedDuration,
    /// How long a request to the postazione desk stays `in lavorazione`.
    pub attesa_rilascio: SignedDuration,
    /// Where messages are relayed to, if anywhere: a server of this machine.
    pub inoltro: Option<Destinazione>,
    /// Lessons, when there are more than those in the binary.
    pub lezioni: Option<Arc<Libreria>>,
    /// How long a restored certificate goes on being refused, though the desk shows it active (spec security §5.4).
    pub attesa_ripristino: SignedDuration,
}

/// Half an hour, as offices have it.
const SESSIONE_INATTIVA: SignedDuration = SignedDuration::from_mins(30);
/// A working day.
const SESSIONE_MASSIMA: SignedDuration = SignedDuration::from_hours(8);

impl Impostazioni {
    /// Defaults over a data folder.
    pub fn in_cartella(dati: PathBuf) -> Self {
        Self {
            dati,
            seme: 1,
            oggi: None,
            velocita: None,
            politica: Politica::default(),
            sicurezza: Politiche::predefinite(frontiera::politica::Preset::Faithful),
            giornale: LimitiGiornale::default(),
            senza_diagnostica: false,
            token_console: None,
            host_console: Vec::new(),
            host_ambienti: Vec::new(),
            fili: std::thread::available_parallelism().map_or(1, usize::from),
            attesa_apertura: ATTESA_APERTURA,
            sessione_inattiva: SESSIONE_INATTIVA,
            sessione_massima: SESSIONE_MASSIMA,
            attesa_rilascio: SignedDuration::ZERO,
            attesa_ripristino: SignedDuration::ZERO,
            inoltro: None,
            lezioni: None,
        }
    }
}

/// Where the listeners ended up, known once they are bound: the addresses of the ready file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indirizzi {
    /// Base address of the console, `http://127.0.0.1:8080`.
    pub console: String,
    /// Base address of each environment, `https://localhost:8443`.
    pub ambienti: [(Ambiente, String); 3],
    /// Base address of the card listener.
    pub carta: String,
}

impl Indirizzi {
    /// Base address of one environment.
    pub fn ambiente(&self, ambiente: Ambiente) -> &str {
        self.ambienti
            .iter()
            .find(|(a, _)| *a == ambiente)
            .map_or("", |(_, u)| u)
    }
}

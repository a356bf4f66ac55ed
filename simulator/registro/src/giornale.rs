//! The exchange journal: a ring of append-only files beside the store, written by one thread of its own.
//!
//! A request hands its entry over by value and goes on ([`Giornale::annota`] gives the number at once); the writer
//! collects entries for a moment and appends them in one go. Readers wait for what was handed over before they asked,
//! so a reply's number can be looked up as soon as the reply is there. What must stay true: numbers rise and are never
//! given twice, not even after `kill -9`; a journal that cannot be written never stops an answer; the files together
//! never exceed [`LimitiGiornale`]; whatever a kill cuts off is thrown away at the next start, never read.

mod disco;
mod scrittore;
mod segmento;

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::errore::ErroreRegistro;
use crate::modello::{EsitoScambio, Scambio};
use disco::Disco;

/// Bytes of the journal on disk, unless the user says.
pub const GIORNALE_BYTE: u64 = 64 << 20;
/// Entries of the journal, unless the user says.
pub const GIORNALE_VOCI: u64 = 100_000;
/// Bytes of one body kept whole; of a longer one the head and the digest are kept.
pub const CORPO_INTERO_BYTE: usize = 256 << 10;
/// Bytes kept of a body that is too long to be kept whole.
pub const TESTA_CORPO_BYTE: usize = 64 << 10;
/// Entries that wait for the writer at most.
pub const CODA_VOCI: usize = 1_024;
/// Entries that a kill can take away at most: those that wait, and those being written. So far do numbers jump at a
/// start that follows a kill.
pub const PERDITA_MASSIMA_VOCI: u64 = 2 * CODA_VOCI as u64;
/// Bytes of bodies that wait for the writer at most.
pub const CODA_BYTE: usize = 8 << 20;
/// How long the writer collects entries before it writes them: what a kill takes away of a journal that keeps up.
pub const RACCOLTA: Duration = Duration::from_millis(5);
/// How long a request waits for room in the queue before its entry is given up.
const ATTESA_POSTO: Duration = Duration::from_millis(200);
/// How long a reader waits for the writer; a disk that hangs longer gives what is there.
const ATTESA_SCRITTURA: Duration = Duration::from_secs(2);

/// How large the journal may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitiGiornale {
    /// Bytes on disk.
    pub byte: u64,
    /// Entries.
    pub voci: u64,
    /// Room on the disk that the journal leaves free: below it the journal shrinks instead of growing.
    pub riserva_byte: u64,
}

impl Default for LimitiGiornale {
    fn default() -> Self {
        Self {
            byte: GIORNALE_BYTE,
            voci: GIORNALE_VOCI,
            riserva_byte: 4 * crate::store::RISERVA_SPAZIO_BYTE,
        }
    }
}

/// A request or a reply as it went over the wire, secrets masked by whoever hands it over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grezzo {
    /// `HTTP/1.1` or another.
    #[serde(default)]
    pub protocollo: Cow<'static, str>,
    /// Header fields in order.
    #[serde(default)]
    pub testate: Vec<(String, String)>,
    /// Length of the whole body.
    #[serde(default)]
    pub byte: u64,
    /// SHA-256 of the whole body, hexadecimal; only of a body that was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The body, or its head.
    #[serde(skip)]
    pub corpo: Bytes,
}

impl Grezzo {
    /// Whether only the head of the body is here.
    pub fn troncato(&self) -> bool {
        self.byte > self.corpo.len() as u64
    }
}

/// One entry: the verdicts, and what they were about.
#[derive(Debug, Clone, PartialEq)]
pub struct Voce {
    /// Summary and verdicts.
    pub scambio: Scambio,
    /// Wall instant against which the request was examined.
    pub istante: Timestamp,
    /// As received.
    pub richiesta: Grezzo,
    /// As sent.
    pub risposta: Grezzo,
}

impl Voce {
    fn peso(&self) -> usize {
        self.richiesta.corpo.len() + self.risposta.corpo.len()
    }
}

/// What waits for the writer.
#[derive(Default)]
struct Coda {
    prossimo: u64,
    /// Every number up to this one is on disk, or given up.
    scritto: u64,
    attesa: Vec<Voce>,
    byte: usize,
    /// Given up since the start: no room in the queue, or on the disk.
    persi: u64,
    /// The writer does not keep up: nobody waits for it until it does.
    affanno: bool,
    /// Somebody waits for what is in the queue.
    subito: bool,
    azzera: bool,
    chiusa: bool,
}

/// Told of what was written.
pub type Osservatore = Box<dyn Fn(&[Voce]) + Send + Sync>;

struct Interno {
    coda: Mutex<Coda>,
    osservatore: OnceLock<Osservatore>,
    /// For the writer.
    lavoro: Condvar,
    /// For readers, and for requests that wait for room.
    fatto: Condvar,
    disco: RwLock<Disco>,
}

impl Interno {
    fn coda(&self) -> MutexGuard<'_, Coda> {
        self.coda.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose entries a list shows, newest or oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordine {
    /// Rising numbers.
    Crescente,
    /// Newest first.
    Decrescente,
}

/// The journal. Dropping it writes what waits and marks the folder as closed in good order.
pub struct Giornale {
    interno: Arc<Interno>,
    scrittore: Mutex<Option<JoinHandle<()>>>,
}

impl Giornale {
    /// Opens the folder, throwing away what a kill cut off. Numbers go on after the last one kept and after `almeno`.
    pub fn apri(dir: &Path, limiti: LimitiGiornale, almeno: u64) -> Result<Self, ErroreRegistro> {
        let disco = Disco::apri(dir, limiti).map_err(|e| ErroreRegistro::io(dir, e))?;
        let ultimo = match disco.ultimo() {
            // The numbers a kill took away were on replies already.
            Some(n) if !disco.chiuso_bene() => n + PERDITA_MASSIMA_VOCI,
            Some(n) => n,
            None => 0,
        }
        .max(almeno);
        let interno = Arc::new(Interno {
            coda: Mutex::new(Coda {
                prossimo: ultimo + 1,
                scritto: ultimo,
                ..Coda::default()
            }),
            osservatore: OnceLock::new(),
            lavoro: Condvar::new(),
            fatto: Condvar::new(),
            disco: RwLock::new(disco),
        });
        let per_filo = Arc::clone(&interno);
        let scrittore = std::thread::Builder::new()
            .name("giornale".into())
            .spawn(move || scrittore::scrivi(&per_filo))
            .map_err(|e| ErroreRegistro::io(dir, e))?;
        Ok(Self {
            interno,
            scrittore: Mutex::new(Some(scrittore)),
        })
    }

    /// Has the writer tell of every batch it wrote, before anyone who waits for it goes on. Once; what could not be
    /// written is not told. The observer must not ask the journal for anything: it is its writer.
    pub fn osserva(&self, f: Osservatore) {
        // A second observer would be a bug of the start; the first stays.
        let _ = self.interno.osservatore.set(f);
    }

    /// Waits until everything handed over so far is written and told.
    pub fn in_pari(&self) {
        self.aspetta(u64::MAX);
    }

    /// Hands an entry over and gives its number. Never fails: without room the entry is given up and counted.
    pub fn annota(&self, mut voce: Voce) -> u64 {
        let i = &self.interno;
        let mut coda = i.coda();
        let peso = voce.peso();
        let piena =
            |c: &Coda| c.attesa.len() >= CODA_VOCI || (c.byte > 0 && c.byte.saturating_add(peso) > CODA_BYTE);
        if piena(&coda) && !coda.affanno {
            let fine = Instant::now() + ATTESA_POSTO;
            while piena(&coda) {
                let resta = fine.saturating_duration_since(Instant::now());
                if resta.is_zero() {
                    coda.affanno = true;
                    break;
                }
                i.lavoro.notify_one();
                coda = i
                    .fatto
                    .wait_timeout(coda, resta)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
        }
        let n = coda.prossimo;
        coda.prossimo += 1;
        if piena(&coda) {
            coda.persi += 1;
            return n;
        }
        voce.scambio.n = n;
        coda.byte += peso;
        let prima = coda.attesa.is_empty();
        coda.attesa.push(voce);
        // The writer sleeps only when nothing waits: one waking a batch, not one an entry.
        let sveglia = prima || coda.attesa.len() == CODA_VOCI / 2;
        drop(coda);
        if sveglia {
            i.lavoro.notify_one();
        }
        n
    }

    /// The last number given; 0 before the first.
    pub fn ultimo(&self) -> u64 {
        self.interno.coda().prossimo - 1
    }

    /// Entries given up since the start.
    pub fn persi(&self) -> u64 {
        self.interno.coda().persi
    }

    /// Entries and bytes on disk.
    pub fn misura(&self) -> (u64, u64) {
        self.aspetta(u64::MAX);
        self.disco().misura()
    }

    /// One entry with its bodies.
    pub fn leggi(&self, n: u64) -> Result<Option<Voce>, ErroreRegistro> {
        self.aspetta(n);
        self.disco().leggi(n)
    }

    /// Up to `limite` summaries that `tieni` wants, after or before number `da` (not included).
    pub fn scorri(
        &self,
        da: Option<u64>,
        ordine: Ordine,
        limite: usize,
        esito: Option<EsitoScambio>,
        tieni: &dyn Fn(&Scambio) -> bool,
    ) -> Vec<Scambio> {
        self.aspetta(u64::MAX);
        self.disco().scorri(da, ordine, limite, esito, tieni)
    }

    /// Removes every entry; numbers begin again, as after the first start.
    pub fn azzera(&self) {
        let i = &self.interno;
        let mut coda = i.coda();
        coda.azzera = true;
        coda.attesa.clear();
        coda.byte = 0;
        i.lavoro.notify_one();
        let fine = Instant::now() + ATTESA_SCRITTURA;
        while coda.azzera && !coda.chiusa {
            let resta = fine.saturating_duration_since(Instant::now());
            if resta.is_zero() {
                break;
            }
            coda = i
                .fatto
                .wait_timeout(coda, resta)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Writes what waits and ends the writer. What comes later is given up.
    pub fn chiudi(&self) {
        self.interno.coda().chiusa = true;
        self.interno.lavoro.notify_all();
        let filo = self
            .scrittore
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(filo) = filo {
            // It has no reason to panic; if it did, everything it could write is written.
            let _ = filo.join();
        }
    }

    fn disco(&self) -> std::sync::RwLockReadGuard<'_, Disco> {
        self.interno.disco.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until everything handed over up to `n` is on disk.
    fn aspetta(&self, n: u64) {
        let i = &self.interno;
        let mut coda = i.coda();
        let fino = n.min(coda.prossimo - 1);
        let fine = Instant::now() + ATTESA_SCRITTURA;
        while coda.scritto < fino && !coda.chiusa {
            let resta = fine.saturating_duration_since(Instant::now());
            if resta.is_zero() {
                return;
            }
            coda.subito = true;
            i.lavoro.notify_one();
            coda = i
                .fatto
                .wait_timeout(coda, resta)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl Drop for Giornale {
    fn drop(&mut self) {
        self.chiudi();
    }
}

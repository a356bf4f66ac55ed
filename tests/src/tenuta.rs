//! The soak: full load with broken messages among the good ones, while memory and descriptors are watched.
//!
//! Every reply must be exactly the right one, the broken ones' faults included; memory and descriptors of the
//! simulator must not grow after the warm-up; nothing of ours may fail, by its journal.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    Banco,
    carico::{self, Carico, Colpo, Esito},
    memoria_residente, messaggi,
};

/// One request in so many is broken: 5 %.
pub const UNA_ROTTA_OGNI: usize = 20;
/// Different good messages at a time.
const MESSAGGI: usize = 200;
/// How often new ones are signed, well within their life.
const RINNOVO: Duration = Duration::from_mins(4);
/// How often the process is looked at.
const SGUARDO: Duration = Duration::from_millis(500);
/// What memory may grow by between the end of the warm-up and the end: caches that fill, pages of the allocator.
pub const MARGINE_MEMORIA_BYTE: u64 = 24 << 20;
/// Descriptors more than before the load, once its connections are gone: a file of the journal that was turned.
pub const MARGINE_DESCRITTORI: usize = 2;
/// Longest wait for the connections of the load to be gone.
const ATTESA_CHIUSURA: Duration = Duration::from_secs(10);

/// How long and how hard.
#[derive(Debug, Clone, Copy)]
pub struct Tenuta {
    /// The whole load, warm-up included.
    pub durata: Duration,
    /// Its first part, when memory may grow.
    pub riscaldamento: Duration,
    /// Connections kept open.
    pub connessioni: usize,
}

/// One look at the process.
#[derive(Debug, Clone, Copy)]
struct Sguardo {
    quando: Duration,
    memoria: u64,
}

/// What was seen.
#[derive(Debug)]
pub struct Rapporto {
    /// The load itself.
    pub carico: Esito,
    /// Most memory in the second half of the warm-up.
    pub memoria_dopo_riscaldamento: u64,
    /// Most memory in the last tenth.
    pub memoria_finale: u64,
    /// Most memory ever.
    pub memoria_massima: u64,
    /// Descriptors before the load and after it.
    pub descrittori: (usize, usize),
    /// Journal entries that were failures of ours.
    pub guasti: usize,
}

impl Rapporto {
    /// What does not hold, in words.
    pub fn difetti(&self) -> Vec<String> {
        let mut detti = Vec::new();
        if self.carico.errori > 0 {
            detti.push(format!(
                "{} risposte sbagliate: {}",
                self.carico.errori,
                self.carico.detti.join("\n")
            ));
        }
        if self.carico.riprese > 0 {
            detti.push(format!(
                "{} connessioni tenute trovate chiuse",
                self.carico.riprese
            ));
        }
        if self.memoria_finale > self.memoria_dopo_riscaldamento + MARGINE_MEMORIA_BYTE {
            detti.push(format!(
                "memoria da {} a {} byte",
                self.memoria_dopo_riscaldamento, self.memoria_finale
            ));
        }
        if self.descrittori.1 > self.descrittori.0 + MARGINE_DESCRITTORI {
            detti.push(format!(
                "descrittori da {} a {}",
                self.descrittori.0, self.descrittori.1
            ));
        }
        if self.guasti > 0 {
            detti.push(format!("{} guasti nel giornale", self.guasti));
        }
        detti
    }
}

/// Descriptors a process has open.
pub fn descrittori(pid: u32) -> Result<usize> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

/// Address of an environment's web services.
pub fn indirizzo(banco: &Banco, ambiente: &str) -> Result<SocketAddr> {
    let porta = banco.ws(ambiente).rsplit(':').next().context("porta")?.parse()?;
    Ok(SocketAddr::from(([127, 0, 0, 1], porta)))
}

/// Messages in use, good and broken.
struct Riserva {
    buoni: Vec<Arc<Colpo>>,
    rotti: Vec<Arc<Colpo>>,
}

impl Riserva {
    fn nuova(banco: &serde_json::Value) -> Result<Self> {
        let in_arc = |v: Vec<Colpo>| v.into_iter().map(Arc::new).collect();
        Ok(Self {
            buoni: in_arc(messaggi::buoni(banco, MESSAGGI)?),
            rotti: in_arc(messaggi::rotti(banco)?),
        })
    }

    fn colpo(&self, n: usize) -> Arc<Colpo> {
        if n % UNA_ROTTA_OGNI == UNA_ROTTA_OGNI - 1 {
            Arc::clone(&self.rotti[n / UNA_ROTTA_OGNI % self.rotti.len()])
        } else {
            Arc::clone(&self.buoni[n % self.buoni.len()])
        }
    }
}

/// Runs the soak against a running simulator.
pub fn esegui(banco: &Banco, t: Tenuta) -> Result<Rapporto> {
    let ca = banco.pronto["ca"].as_str().context("ca")?;
    let carico = Carico {
        indirizzo: indirizzo(banco, "test")?,
        tls: carico::fiducia(Path::new(ca))?,
        connessioni: t.connessioni,
        richieste: usize::MAX,
        tempo: t.durata,
        pausa: Duration::ZERO,
    };
    let riserva = Arc::new(RwLock::new(Riserva::nuova(&banco.pronto)?));
    let prima = descrittori(banco.pid())?;
    let (finito, sguardi) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let inizio = Instant::now();
    let (pid, pronto) = (banco.pid(), &banco.pronto);
    let esito = thread::scope(|s| -> Result<Esito> {
        s.spawn(|| {
            while !finito.load(Ordering::Relaxed) {
                if let Ok(memoria) = memoria_residente(pid) {
                    sguardi
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(Sguardo {
                            quando: inizio.elapsed(),
                            memoria,
                        });
                }
                thread::sleep(SGUARDO);
            }
        });
        s.spawn(|| {
            let mut rinnovata = Instant::now();
            while !finito.load(Ordering::Relaxed) {
                if rinnovata.elapsed() >= RINNOVO
                    && let Ok(nuova) = Riserva::nuova(pronto)
                {
                    *riserva.write().unwrap_or_else(PoisonError::into_inner) = nuova;
                    rinnovata = Instant::now();
                }
                thread::sleep(SGUARDO);
            }
        });
        let di_turno = Arc::clone(&riserva);
        let esito = carico::esegui(&carico, move |n| {
            di_turno.read().unwrap_or_else(PoisonError::into_inner).colpo(n)
        });
        finito.store(true, Ordering::Relaxed);
        esito
    })?;
    let fine = Instant::now() + ATTESA_CHIUSURA;
    while descrittori(banco.pid())? > prima + MARGINE_DESCRITTORI && Instant::now() < fine {
        thread::sleep(SGUARDO);
    }
    let guasti = banco.json("GET", "/api/scambi?esito=GUASTO", "");
    let sguardi = sguardi.into_inner().unwrap_or_else(PoisonError::into_inner);
    let massimo = |da: Duration, a: Duration| {
        sguardi
            .iter()
            .filter(|s| s.quando >= da && s.quando <= a)
            .map(|s| s.memoria)
            .max()
    };
    let (Some(dopo), Some(finale), Some(massima)) = (
        massimo(t.riscaldamento / 2, t.riscaldamento),
        massimo(t.durata / 10 * 9, Duration::MAX),
        massimo(Duration::ZERO, Duration::MAX),
    ) else {
        bail!("la memoria del simulatore non si legge");
    };
    Ok(Rapporto {
        carico: esito,
        memoria_dopo_riscaldamento: dopo,
        memoria_finale: finale,
        memoria_massima: massima,
        descrittori: (prima, descrittori(banco.pid())?),
        guasti: guasti.as_array().map_or(usize::MAX, Vec::len),
    })
}

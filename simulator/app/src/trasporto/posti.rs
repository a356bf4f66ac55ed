//! The places of one port: how many connections are open at once, and who must go when a newcomer finds none.
//!
//! A connection that asks for nothing must not shut others out: when all places are taken, the one that has waited
//! longest without a request in hand is closed for the newcomer (a kept connection may be closed at any time, every
//! client knows that). If none waits, the request whose body has been arriving longest goes, once it had its
//! [`GRAZIA_CORPO`]. A request that is being answered is never cut.
//!
//! What must stay true: never more than `limite` connections hold a place, and a place is given back by dropping it.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::limiti::GRAZIA_CORPO;

/// How often who waits for a place looks again though nobody left: a body may have used up its grace.
const OCCHIATA: Duration = Duration::from_millis(250);

/// Origin of the times below: an instant does not fit an atomic.
static ORIGINE: LazyLock<Instant> = LazyLock::new(Instant::now);

fn adesso() -> u64 {
    u64::try_from(ORIGINE.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// What a connection is doing, as far as its place depends on it.
#[derive(Debug, Default)]
struct Stato {
    /// Requests in hand: head read, reply not yet sent.
    in_mano: AtomicUsize,
    /// Those of them whose body is still arriving.
    in_arrivo: AtomicUsize,
    /// Requests ever.
    viste: AtomicUsize,
    /// Last time a request began or ended, in milliseconds since [`ORIGINE`].
    mossa: AtomicU64,
    /// Told to go.
    via: Notify,
}

impl Stato {
    fn si_muove(&self) {
        self.mossa.store(adesso(), Ordering::Relaxed);
    }

    /// How readily it gives its place up: a smaller value goes first; `None` keeps it.
    fn cedevole(&self, adesso: u64) -> Option<(bool, u64)> {
        let mossa = self.mossa.load(Ordering::Relaxed);
        let in_mano = self.in_mano.load(Ordering::Acquire);
        if in_mano == 0 {
            return Some((false, mossa));
        }
        let grazia = u64::try_from(GRAZIA_CORPO.as_millis()).unwrap_or(u64::MAX);
        let solo_corpi = self.in_arrivo.load(Ordering::Acquire) >= in_mano;
        (solo_corpi && adesso.saturating_sub(mossa) >= grazia).then_some((true, mossa))
    }
}

/// The places of a port, shared by its accept loops.
#[derive(Debug)]
pub(super) struct Posti {
    limite: usize,
    presi: Mutex<Presi>,
    /// Somebody left.
    libero: Notify,
}

#[derive(Debug, Default)]
struct Presi {
    prossimo: u64,
    chi: HashMap<u64, Arc<Stato>>,
}

impl Posti {
    pub(super) fn nuovi(limite: usize) -> Arc<Self> {
        Arc::new(Self {
            limite,
            presi: Mutex::default(),
            libero: Notify::new(),
        })
    }

    fn presi(&self) -> MutexGuard<'_, Presi> {
        self.presi.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection just accepted; waits while everybody is being answered.
    pub(super) async fn prendi(self: &Arc<Self>) -> Posto {
        loop {
            let uscita = self.libero.notified();
            if let Some(posto) = self.prova() {
                return posto;
            }
            let _ = tokio::time::timeout(OCCHIATA, uscita).await;
        }
    }

    /// A free place, or that of whoever gives it up most readily.
    fn prova(self: &Arc<Self>) -> Option<Posto> {
        let mut presi = self.presi();
        if presi.chi.len() >= self.limite {
            let ora = adesso();
            let cede = presi
                .chi
                .iter()
                .filter_map(|(n, s)| Some((s.cedevole(ora)?, *n)))
                .min()?
                .1;
            if let Some(stato) = presi.chi.remove(&cede) {
                stato.via.notify_one();
            }
        }
        let n = presi.prossimo;
        presi.prossimo += 1;
        let stato = Arc::new(Stato::default());
        stato.si_muove();
        presi.chi.insert(n, Arc::clone(&stato));
        Some(Posto {
            n,
            stato,
            posti: Arc::clone(self),
        })
    }
}

/// One place, until dropped.
#[derive(Debug)]
pub(super) struct Posto {
    n: u64,
    stato: Arc<Stato>,
    posti: Arc<Posti>,
}

impl Posto {
    /// Comes when the place was given to somebody else.
    pub(super) async fn perso(&self) {
        self.stato.via.notified().await;
    }

    /// The view the requests of the connection have of it.
    pub(super) fn in_mano(&self) -> InMano {
        InMano(Arc::clone(&self.stato))
    }
}

impl Drop for Posto {
    fn drop(&mut self) {
        if self.posti.presi().chi.remove(&self.n).is_some() {
            self.posti.libero.notify_one();
        }
    }
}

/// Counts the requests of a connection that are in hand.
#[derive(Clone, Debug)]
pub(super) struct InMano(Arc<Stato>);

impl InMano {
    /// One request begins.
    pub(super) fn una(&self) -> Segno {
        self.0.si_muove();
        self.0.in_mano.fetch_add(1, Ordering::AcqRel);
        self.0.viste.fetch_add(1, Ordering::AcqRel);
        Segno(Arc::clone(&self.0))
    }

    /// Its body begins to arrive.
    pub(super) fn arriva(&self) -> Arrivo {
        self.0.in_arrivo.fetch_add(1, Ordering::AcqRel);
        Arrivo(Arc::clone(&self.0))
    }

    pub(super) fn quante(&self) -> usize {
        self.0.in_mano.load(Ordering::Acquire)
    }

    /// Changes whenever a request begins.
    pub(super) fn viste(&self) -> usize {
        self.0.viste.load(Ordering::Acquire)
    }
}

/// One request in hand, until dropped.
#[derive(Debug)]
pub(super) struct Segno(Arc<Stato>);

impl Drop for Segno {
    fn drop(&mut self) {
        self.0.si_muove();
        self.0.in_mano.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A body that is still arriving, until dropped.
#[derive(Debug)]
pub(super) struct Arrivo(Arc<Stato>);

impl Drop for Arrivo {
    fn drop(&mut self) {
        self.0.in_arrivo.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn perso(p: &Posto) -> bool {
        let mut via = std::pin::pin!(p.perso());
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        via.as_mut().poll(&mut cx).is_ready()
    }

    #[test]
    fn the_longest_idle_goes_and_the_busy_stays() {
        let posti = Posti::nuovi(3);
        let prendi = || posti.prova().expect("a place");
        let (occupata, vecchia, nuova) = (prendi(), prendi(), prendi());
        let segno = occupata.in_mano().una();
        vecchia.stato.mossa.store(1, Ordering::Relaxed);
        nuova.stato.mossa.store(2, Ordering::Relaxed);
        let quarta = prendi();
        assert!(perso(&vecchia) && !perso(&nuova) && !perso(&occupata) && !perso(&quarta));
        // Who lost the place gives nothing back.
        drop(vecchia);
        let segni = [nuova.in_mano().una(), quarta.in_mano().una()];
        assert!(posti.prova().is_none(), "everybody is being answered");
        drop(segno);
        assert!(posti.prova().is_some() && perso(&occupata));
        drop(segni);
    }

    #[test]
    fn a_body_in_arrival_has_its_grace() {
        let posti = Posti::nuovi(1);
        let lenta = posti.prova().expect("a place");
        let in_mano = lenta.in_mano();
        let (segno, arrivo) = (in_mano.una(), in_mano.arriva());
        assert!(posti.prova().is_none(), "it has just begun");
        let ora = adesso() + u64::try_from(GRAZIA_CORPO.as_millis()).expect("small");
        assert!(lenta.stato.cedevole(ora).is_some());
        drop(arrivo);
        assert_eq!(
            lenta.stato.cedevole(ora),
            None,
            "read whole, it is being answered"
        );
        drop(segno);
        assert!(lenta.stato.cedevole(ora).is_some());
    }
}

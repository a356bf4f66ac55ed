//! The places of one port: how many connections are open at once, and who must go when a newcomer finds none.
//!
//! A connection that asks for nothing must not shut others out: when all places are taken, one without a request in hand
//! is closed for the newcomer: first of those that never asked, then of those kept after a reply (which may be closed at
//! any time, every client knows that), the longest idle of each. If there is none, the request whose body has been arriving
//! longest goes. Each has its grace first ([`GRAZIA_POSTO`], [`GRAZIA_TENUTA`], [`GRAZIA_CORPO`]): without it a flood of newcomers would push
//! out whoever is about to ask. A request that is being answered is never cut.
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

use super::limiti::{GRAZIA_CORPO, GRAZIA_POSTO, GRAZIA_TENUTA};

/// How often who waits for a place looks again though nobody left: somebody's grace may be over.
const OCCHIATA: Duration = Duration::from_millis(50);

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
    fn cedevole(&self, adesso: u64) -> Option<(Rango, u64)> {
        let mossa = self.mossa.load(Ordering::Relaxed);
        let in_mano = self.in_mano.load(Ordering::Acquire);
        let (rango, grazia) = if in_mano > 0 {
            let solo_corpi = self.in_arrivo.load(Ordering::Acquire) >= in_mano;
            (solo_corpi.then_some(Rango::CorpoInArrivo)?, GRAZIA_CORPO)
        } else if self.viste.load(Ordering::Acquire) == 0 {
            (Rango::MaiChiesto, GRAZIA_POSTO)
        } else {
            (Rango::Ferma, GRAZIA_TENUTA)
        };
        let grazia = u64::try_from(grazia.as_millis()).unwrap_or(u64::MAX);
        (adesso.saturating_sub(mossa) >= grazia).then_some((rango, mossa))
    }
}

/// Who gives the place up first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rango {
    MaiChiesto,
    Ferma,
    CorpoInArrivo,
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
            if let Some(posto) = self.prova(adesso()) {
                return posto;
            }
            let _ = tokio::time::timeout(OCCHIATA, uscita).await;
        }
    }

    /// A free place, or that of whoever gives it up most readily.
    fn prova(self: &Arc<Self>, ora: u64) -> Option<Posto> {
        let mut presi = self.presi();
        if presi.chi.len() >= self.limite {
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
    /// The handshake is done: only from now on can it ask for something, and its grace begins.
    pub(super) fn pronta(&self) {
        self.0.si_muove();
    }

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

    /// A moment when every grace is over.
    fn dopo() -> u64 {
        adesso() + u64::try_from((GRAZIA_CORPO + GRAZIA_POSTO + GRAZIA_TENUTA).as_millis()).expect("small")
    }

    #[test]
    fn who_never_asked_goes_first_then_the_longest_idle_and_the_busy_stays() {
        let posti = Posti::nuovi(4);
        let prendi = || posti.prova(dopo()).expect("a place");
        let (occupata, usata, vecchia, nuova) = (prendi(), prendi(), prendi(), prendi());
        let segno = occupata.in_mano().una();
        drop(usata.in_mano().una());
        // The process is young: its own instants are as small as these.
        let mossa_a = |p: &Posto, quando| p.stato.mossa.store(quando, Ordering::Relaxed);
        for (p, quando) in [(&usata, 0), (&vecchia, 1), (&nuova, 2)] {
            mossa_a(p, quando);
        }
        let prima = prendi();
        mossa_a(&prima, 3);
        assert!(perso(&vecchia) && !perso(&nuova) && !perso(&usata) && !perso(&occupata) && !perso(&prima));
        // Who lost the place gives nothing back.
        drop(vecchia);
        let seconda = prendi();
        assert!(perso(&nuova) && !perso(&usata));
        let segni = [prima.in_mano().una(), seconda.in_mano().una()];
        let terza = prendi();
        assert!(perso(&usata));
        let ultimo = terza.in_mano().una();
        assert!(posti.prova(dopo()).is_none(), "everybody is being answered");
        drop(segno);
        assert!(posti.prova(dopo()).is_some() && perso(&occupata));
        drop((segni, ultimo));
    }

    #[test]
    fn a_newcomer_has_time_to_ask() {
        let posti = Posti::nuovi(1);
        let ora = adesso();
        let nuova = posti.prova(ora).expect("a place");
        nuova.stato.mossa.store(ora, Ordering::Relaxed);
        assert!(posti.prova(ora).is_none() && !perso(&nuova));
        assert!(posti.prova(dopo()).is_some() && perso(&nuova));
    }

    #[test]
    fn the_grace_of_a_newcomer_begins_when_the_handshake_is_done() {
        let posti = Posti::nuovi(1);
        let lenta = posti.prova(adesso()).expect("a place");
        // Longer ago than any grace, by the clock of a process that has run for a while.
        let ora = dopo();
        lenta.stato.mossa.store(0, Ordering::Relaxed);
        assert!(
            lenta.stato.cedevole(ora).is_some(),
            "a handshake that drags on keeps nobody out"
        );
        lenta.in_mano().pronta();
        assert_eq!(lenta.stato.cedevole(adesso()), None, "now it may ask");
        assert!(lenta.stato.cedevole(dopo()).is_some());
    }

    #[test]
    fn a_body_in_arrival_has_its_grace() {
        let posti = Posti::nuovi(1);
        let lenta = posti.prova(adesso()).expect("a place");
        let in_mano = lenta.in_mano();
        let (segno, arrivo) = (in_mano.una(), in_mano.arriva());
        assert_eq!(lenta.stato.cedevole(adesso()), None, "it has just begun");
        assert!(lenta.stato.cedevole(dopo()).is_some());
        drop(arrivo);
        assert_eq!(
            lenta.stato.cedevole(dopo()),
            None,
            "read whole, it is being answered"
        );
        drop(segno);
        assert!(lenta.stato.cedevole(dopo()).is_some());
    }
}

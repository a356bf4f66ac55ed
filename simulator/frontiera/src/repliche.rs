//! The assertions already accepted, for the switch `antireplica` (spec security §9): each once, as long as it is valid.
//!
//! Bounded: when it is full, what is over is forgotten first, then what ends soonest. Asking and remembering are one
//! step, so that of two copies sent at once only one passes.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rustc_hash::FxHashSet;

use crate::limiti::REPLICHE_MASSIME;
use crate::memoria::Chiave;

/// The memory.
#[derive(Debug)]
pub(crate) struct Repliche {
    dentro: Mutex<Dentro>,
    posti: usize,
}

#[derive(Debug, Default)]
struct Dentro {
    viste: FxHashSet<Chiave>,
    /// The same by end of life.
    fini: BTreeSet<(Timestamp, Chiave)>,
}

impl Dentro {
    fn dimentica_la_prima(&mut self) {
        if let Some((_, c)) = self.fini.pop_first() {
            self.viste.remove(&c);
        }
    }
}

impl Repliche {
    pub(crate) fn nuove() -> Self {
        Self::con_posti(REPLICHE_MASSIME)
    }

    fn con_posti(posti: usize) -> Self {
        Self {
            dentro: Mutex::default(),
            posti,
        }
    }

    /// Whether it is the first time; remembers it until `fine`.
    pub(crate) fn prima_volta(&self, quale: Chiave, fine: Timestamp, adesso: Timestamp) -> bool {
        let mut d = self.dentro.lock().unwrap_or_else(PoisonError::into_inner);
        while d.fini.first().is_some_and(|(quando, _)| *quando <= adesso) {
            d.dimentica_la_prima();
        }
        if !d.viste.insert(quale) {
            return false;
        }
        while d.viste.len() > self.posti {
            d.dimentica_la_prima();
        }
        d.fini.insert((fine, quale));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(s: i64) -> Timestamp {
        Timestamp::from_second(s).expect("small")
    }

    #[test]
    fn once_while_valid_and_again_when_over() {
        let r = Repliche::nuove();
        assert!(r.prima_volta([1; 32], t(300), t(0)));
        assert!(!r.prima_volta([1; 32], t(300), t(299)));
        assert!(r.prima_volta([2; 32], t(300), t(299)));
        assert!(r.prima_volta([1; 32], t(600), t(300)), "its life is over");
    }

    #[test]
    fn a_full_memory_forgets_what_ends_soonest() {
        let r = Repliche::con_posti(2);
        assert!(r.prima_volta([1; 32], t(300), t(0)));
        assert!(r.prima_volta([2; 32], t(200), t(0)));
        assert!(r.prima_volta([3; 32], t(400), t(0)));
        assert!(!r.prima_volta([1; 32], t(300), t(1)));
        assert!(!r.prima_volta([3; 32], t(400), t(1)));
        assert!(r.prima_volta([2; 32], t(200), t(1)), "forgotten to make room");
    }
}

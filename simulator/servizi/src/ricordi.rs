//! What the register said a moment ago, believed as long as nothing in it has changed.
//!
//! A signed request asks who the operator is, whether two certificates are revoked and what time it is: the same few
//! answers, thousands of times a second. What must stay true: an answer given after a commit is never older than it, for
//! the number of the register's version is taken before the value is read and every commit changes it.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;

/// Answers one memory keeps; a full one starts anew.
const RISPOSTE_TENUTE: usize = 1_024;

/// A bounded memory of one kind of question.
pub(crate) struct Ricordi<K, V> {
    dentro: RwLock<(u64, FxHashMap<K, V>)>,
}

impl<K, V> Default for Ricordi<K, V> {
    fn default() -> Self {
        Self {
            dentro: RwLock::new((0, FxHashMap::default())),
        }
    }
}

impl<K: Hash + Eq, V: Clone> Ricordi<K, V> {
    /// The answer known under this version of the register, or what `leggi` reads now; an error is not kept.
    pub(crate) fn chiedi<Q, E>(
        &self,
        versione: u64,
        chiave: &Q,
        leggi: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E>
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        {
            let dentro = self.dentro.read().unwrap_or_else(PoisonError::into_inner);
            if dentro.0 == versione
                && let Some(noto) = dentro.1.get(chiave)
            {
                return Ok(noto.clone());
            }
        }
        let letto = leggi()?;
        let mut dentro = self.dentro.write().unwrap_or_else(PoisonError::into_inner);
        if dentro.0 != versione || dentro.1.len() >= RISPOSTE_TENUTE {
            dentro.1.clear();
            dentro.0 = versione;
        }
        dentro.1.insert(chiave.to_owned(), letto.clone());
        Ok(letto)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chiedi(r: &Ricordi<String, u32>, versione: u64, chiave: &str, vero: u32) -> u32 {
        r.chiedi(versione, chiave, || Ok::<_, ()>(vero)).expect("read")
    }

    #[test]
    fn an_answer_lives_as_long_as_its_version() {
        let r = Ricordi::default();
        assert_eq!(chiedi(&r, 0, "a", 1), 1);
        assert_eq!(chiedi(&r, 0, "a", 2), 1);
        assert_eq!(chiedi(&r, 0, "b", 3), 3);
        assert_eq!(chiedi(&r, 1, "a", 2), 2);
        assert_eq!(chiedi(&r, 1, "b", 4), 4);
        // Somebody slow, who took the number before the commit: he gets his own reading and spoils nobody's.
        assert_eq!(chiedi(&r, 0, "a", 9), 9);
        assert_eq!(chiedi(&r, 1, "a", 2), 2);
    }

    #[test]
    fn an_error_is_asked_again_and_the_room_is_never_passed() {
        let r: Ricordi<String, u32> = Ricordi::default();
        assert_eq!(r.chiedi(0, "a", || Err("guasto")), Err("guasto"));
        assert_eq!(chiedi(&r, 0, "a", 1), 1);
        for n in 0..3 * RISPOSTE_TENUTE as u32 {
            assert_eq!(chiedi(&r, 0, &n.to_string(), n), n);
        }
        assert!(r.dentro.read().expect("lock").1.len() <= RISPOSTE_TENUTE);
    }
}

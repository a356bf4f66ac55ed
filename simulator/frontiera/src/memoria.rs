//! A small bounded memory by digest: what is constant (a certificate's chain, a postazione's PKCS#7) is worked out once.
//!
//! Sharded, so that threads rarely wait for one another; each shard forgets what was used longest ago. The key is a
//! SHA-256, so nobody can aim at one shard. What must stay true: only results that hold whatever the time go in, and
//! only those that hang on an anchor, so that a flood of junk cannot push the good ones out.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

/// A SHA-256.
pub(crate) type Chiave = [u8; 32];

/// Shards; a power of two.
const SCAFFALI: usize = 16;

/// The memory.
#[derive(Debug)]
pub(crate) struct Memoria<V> {
    scaffali: Vec<Mutex<Scaffale<V>>>,
    posti: usize,
}

#[derive(Debug)]
struct Scaffale<V> {
    voci: FxHashMap<Chiave, (V, u64)>,
    /// Counts uses; the smallest number was used longest ago.
    usi: u64,
}

impl<V: Clone> Memoria<V> {
    /// Room for `voci` entries in all.
    pub(crate) fn nuova(voci: usize) -> Self {
        let vuoto = || {
            Mutex::new(Scaffale {
                voci: FxHashMap::default(),
                usi: 0,
            })
        };
        Self {
            scaffali: (0..SCAFFALI).map(|_| vuoto()).collect(),
            posti: voci.div_ceil(SCAFFALI).max(1),
        }
    }

    fn con<R>(&self, chiave: &Chiave, f: impl FnOnce(&mut Scaffale<V>) -> R) -> R {
        let quale = usize::from(chiave[31]) % SCAFFALI;
        // A panic of another holder cannot leave an entry half-written.
        f(&mut self.scaffali[quale]
            .lock()
            .unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn cerca(&self, chiave: &Chiave) -> Option<V> {
        self.con(chiave, |s| {
            s.usi += 1;
            let usi = s.usi;
            let (v, uso) = s.voci.get_mut(chiave)?;
            *uso = usi;
            Some(v.clone())
        })
    }

    pub(crate) fn metti(&self, chiave: Chiave, valore: V) {
        self.con(&chiave, |s| {
            if s.voci.len() >= self.posti && !s.voci.contains_key(&chiave) {
                let vecchia = s.voci.iter().min_by_key(|(_, (_, uso))| *uso).map(|(c, _)| *c);
                vecchia.and_then(|c| s.voci.remove(&c));
            }
            s.usi += 1;
            let usi = s.usi;
            s.voci.insert(chiave, (valore, usi));
        });
    }

    #[cfg(test)]
    fn quante(&self) -> usize {
        self.scaffali
            .iter()
            .map(|s| s.lock().unwrap_or_else(PoisonError::into_inner).voci.len())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All keys in one shard.
    fn chiave(n: u8) -> Chiave {
        let mut c = [0; 32];
        c[0] = n;
        c
    }

    #[test]
    fn the_longest_unused_is_forgotten_and_the_room_is_never_passed() {
        let m = Memoria::nuova(2 * SCAFFALI);
        m.metti(chiave(1), 'a');
        m.metti(chiave(2), 'b');
        assert_eq!(m.cerca(&chiave(1)), Some('a'));
        m.metti(chiave(3), 'c');
        assert_eq!(
            [1, 2, 3].map(|n| m.cerca(&chiave(n))),
            [Some('a'), None, Some('c')]
        );
        m.metti(chiave(3), 'd');
        assert_eq!((m.cerca(&chiave(3)), m.quante()), (Some('d'), 2));
        for n in 0..=255 {
            let mut c = [n; 32];
            c[0] ^= 0x55;
            m.metti(c, 'z');
        }
        assert_eq!(m.quante(), 2 * SCAFFALI);
    }
}

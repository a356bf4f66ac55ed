//! A small bounded memory: what is constant (a certificate's chain, a postazione's PKCS#7) is worked out once.
//!
//! Sharded, so that threads rarely wait for one another; each shard forgets what was used longest ago. What must stay
//! true: only results that hold whatever the time go in, and only those that hang on an anchor, so that a flood of junk
//! cannot push the good ones out. A key is a SHA-256, or a text's CRC ([`DiTesto`]): that one finds, it proves nothing, so
//! the text stands beside the value and is compared.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

/// A SHA-256.
pub(crate) type Chiave = [u8; 32];

/// Longest text that is kept: a postazione's PKCS#7 with its chain. What is blown up with blanks is worked out each time.
const TESTO_RICORDATO_BYTE: usize = 16 * 1024;
/// Shards; a power of two.
const SCAFFALI: usize = 16;

/// What may be a key: copied about, and with an octet that chooses the shard.
pub(crate) trait DiMemoria: Copy + Eq + Hash {
    fn scaffale(&self) -> u8;
}

impl DiMemoria for Chiave {
    fn scaffale(&self) -> u8 {
        self[31]
    }
}

impl DiMemoria for (u32, u32) {
    fn scaffale(&self) -> u8 {
        self.0.to_le_bytes()[0]
    }
}

/// The memory.
#[derive(Debug)]
pub(crate) struct Memoria<K, V> {
    scaffali: Vec<Mutex<Scaffale<K, V>>>,
    posti: usize,
}

#[derive(Debug)]
struct Scaffale<K, V> {
    voci: FxHashMap<K, (V, u64)>,
    /// Counts uses; the smallest number was used longest ago.
    usi: u64,
}

impl<K: DiMemoria, V: Clone> Memoria<K, V> {
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

    fn con<R>(&self, chiave: &K, f: impl FnOnce(&mut Scaffale<K, V>) -> R) -> R {
        let quale = usize::from(chiave.scaffale()) % SCAFFALI;
        // A panic of another holder cannot leave an entry half-written.
        f(&mut self.scaffali[quale]
            .lock()
            .unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn cerca(&self, chiave: &K) -> Option<V> {
        self.con(chiave, |s| {
            s.usi += 1;
            let usi = s.usi;
            let (v, uso) = s.voci.get_mut(chiave)?;
            *uso = usi;
            Some(v.clone())
        })
    }

    pub(crate) fn metti(&self, chiave: K, valore: V) {
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

/// A text and what is known of it.
type Noto<V> = Arc<(Box<str>, V)>;

/// A memory by text. Two texts of one length and one CRC take each other's place: who makes such a pair, out of parts that
/// hang on an anchor, slows himself down.
#[derive(Debug)]
pub(crate) struct DiTesto<V>(Memoria<(u32, u32), Noto<V>>);

impl<V: Clone> DiTesto<V> {
    /// Room for `voci` entries in all.
    pub(crate) fn nuova(voci: usize) -> Self {
        Self(Memoria::nuova(voci))
    }

    fn chiave(testo: &str) -> (u32, u32) {
        (crc32fast::hash(testo.as_bytes()), testo.len() as u32)
    }

    pub(crate) fn cerca(&self, testo: &str) -> Option<V> {
        let noto = self.0.cerca(&Self::chiave(testo))?;
        (*noto.0 == *testo).then(|| noto.1.clone())
    }

    pub(crate) fn metti(&self, testo: &str, valore: V) {
        if testo.len() > TESTO_RICORDATO_BYTE {
            return;
        }
        self.0
            .metti(Self::chiave(testo), Arc::new((testo.into(), valore)));
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

    #[test]
    fn a_text_is_found_by_itself_and_never_by_one_of_the_same_crc() {
        // Two texts of sixteen letters with one CRC-32.
        let (a, b) = collisione();
        assert_eq!(DiTesto::<char>::chiave(&a), DiTesto::<char>::chiave(&b));
        let m = DiTesto::nuova(16);
        m.metti(&a, 'a');
        assert_eq!((m.cerca(&a), m.cerca(&b)), (Some('a'), None));
        m.metti(&b, 'b');
        assert_eq!((m.cerca(&a), m.cerca(&b)), (None, Some('b')));
    }

    /// By the birthday paradox: some hundred thousand texts have two of one CRC.
    fn collisione() -> (String, String) {
        let mut visti = std::collections::HashMap::new();
        for n in 0_u64.. {
            // Letters in no order, or the linear code would keep short texts apart.
            let testo = format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            if let Some(altro) = visti.insert(crc32fast::hash(testo.as_bytes()), testo.clone()) {
                return (altro, testo);
            }
        }
        unreachable!("there are only so many CRCs")
    }
}

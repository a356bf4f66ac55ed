//! Index keys of a load, held back so that they reach the store in ascending order.
//!
//! The ids and the codici fiscali of a Comune come in no order of their own, and random keys cost the store three
//! times as much as ascending ones (each touches another page). So they are gathered without the part they share,
//! sorted, and written in runs. What must stay true: memory is bounded by [`INDICI_IN_MEMORIA_BYTE`] whatever the
//! size of the Comune; a run is a detail of speed, the keys written are the same.

use crate::mondo::limiti::INDICI_IN_MEMORIA_BYTE;

/// Ends of keys, one after the other, and where each stands.
#[derive(Default)]
pub(super) struct Indici {
    byte: Vec<u8>,
    /// Start and length.
    voci: Vec<(u32, u32)>,
}

impl Indici {
    /// Takes one key, without what all keys of the load begin with.
    pub(super) fn metti(&mut self, parte: u8, classe: u8, testo: &str, n: u64) {
        let inizio = self.byte.len();
        self.byte.extend_from_slice(&[parte, classe]);
        self.byte.extend_from_slice(&(testo.len() as u64).to_be_bytes());
        self.byte.extend_from_slice(testo.as_bytes());
        self.byte.extend_from_slice(&n.to_be_bytes());
        self.voci.push((inizio as u32, (self.byte.len() - inizio) as u32));
    }

    /// Enough for a run.
    pub(super) fn pieno(&self) -> bool {
        self.byte.len() + self.voci.len() * size_of::<(u32, u32)>() >= INDICI_IN_MEMORIA_BYTE
    }

    /// Hands the keys out in ascending order and forgets them, keeping the memory for the next run.
    pub(super) fn ordinati<E>(&mut self, mut uno: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let byte = &self.byte;
        let chiave = |(da, quanti): (u32, u32)| &byte[da as usize..(da + quanti) as usize];
        self.voci.sort_unstable_by(|a, b| chiave(*a).cmp(chiave(*b)));
        let esito = self.voci.iter().try_for_each(|v| uno(chiave(*v)));
        self.voci.clear();
        self.byte.clear();
        esito
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_out_ascending_and_whole() {
        let mut i = Indici::default();
        for (testo, n) in [("ZZ", 1), ("A", 2), ("AAA", 3), ("A", 0)] {
            i.metti(b'I', b's', testo, n);
        }
        i.metti(b'Y', b's', "A", 9);
        let mut viste: Vec<Vec<u8>> = Vec::new();
        i.ordinati(|k| {
            viste.push(k.to_vec());
            Ok::<_, ()>(())
        })
        .expect("nothing fails");
        let mut attese: Vec<Vec<u8>> = [("A", 0_u64), ("A", 2), ("ZZ", 1), ("AAA", 3)]
            .map(|(t, n)| [b"Is", (t.len() as u64).to_be_bytes().as_slice(), t.as_bytes(), &n.to_be_bytes()].concat())
            .to_vec();
        attese.push([b"Ys", 1_u64.to_be_bytes().as_slice(), b"A", &9_u64.to_be_bytes()].concat());
        assert_eq!(viste, attese);
        assert!(!i.pieno() && i.ordinati(|_| Err(())).is_ok(), "nothing is handed out twice");
    }
}

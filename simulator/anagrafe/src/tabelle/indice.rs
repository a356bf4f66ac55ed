//! Key → rows, for a table that is loaded once and never changes.

/// No further entry.
const FINE: u32 = u32::MAX;

struct Anello {
    chiave: u32,
    riga: u32,
    prossimo: u32,
}

/// A multimap from a 32-bit key to row numbers: one array of buckets, one of entries, no allocation to look
/// up. Rows of a key come in the order of the table.
pub(super) struct Indice {
    teste: Vec<u32>,
    anelli: Vec<Anello>,
    spostamento: u32,
}

impl Indice {
    /// Builds from (key, row number) pairs in table order; `quante` is about how many there are.
    pub(super) fn nuovo(quante: usize, voci: impl Iterator<Item = (u32, u32)>) -> Self {
        let caselle = (quante * 2).next_power_of_two().max(2);
        let spostamento = 32 - caselle.trailing_zeros();
        let mut indice = Self {
            teste: vec![FINE; caselle],
            anelli: Vec::with_capacity(quante + quante / 16),
            spostamento,
        };
        // An entry is put in front of its bucket, so the last comes first: `righe` wants table order.
        indice.anelli.extend(voci.map(|(chiave, riga)| Anello {
            chiave,
            riga,
            prossimo: FINE,
        }));
        for i in (0..indice.anelli.len()).rev() {
            let casella = indice.casella(indice.anelli[i].chiave);
            indice.anelli[i].prossimo = indice.teste[casella];
            indice.teste[casella] = i as u32;
        }
        indice
    }

    fn casella(&self, chiave: u32) -> usize {
        (chiave.wrapping_mul(0x9E37_79B1) >> self.spostamento) as usize
    }

    /// Row numbers of a key.
    pub(super) fn righe(&self, chiave: u32) -> impl Iterator<Item = usize> + '_ {
        let mut anello = self.teste[self.casella(chiave)];
        std::iter::from_fn(move || {
            while let Some(trovato) = self.anelli.get(anello as usize) {
                anello = trovato.prossimo;
                if trovato.chiave == chiave {
                    return Some(trovato.riga as usize);
                }
            }
            None
        })
    }
}

/// A 32-bit key from the bytes of a text.
pub(super) fn impronta(byte: &[u8]) -> u32 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(byte);
    (hasher.finish() >> 32) as u32
}

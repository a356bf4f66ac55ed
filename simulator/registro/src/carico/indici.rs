//! Index keys of a load, held back so that they reach the store in ascending order.
//!
//! The ids and the codici fiscali of a Comune come in no order of their own, and random keys cost the store three
//! times as much as ascending ones (each touches another page). So they are gathered, sorted, and written in runs.
//! What must stay true: the memory of each kind is bounded whatever the size of the Comune; each run is a part of the
//! index in its own order, and a search looks into all of them.

use super::blocco::ScrittoreIndice;

/// One kind of index while it is gathered: texts one after the other, and where each stands.
pub(super) struct Indice {
    /// Bytes held before a run is written.
    limite: usize,
    byte: Vec<u8>,
    voci: Vec<Voce>,
    serie: u16,
}

struct Voce {
    n: u64,
    inizio: u32,
    quanti: u32,
}

/// Class and text as they are compared: the length first, so that no text is the beginning of another.
pub(super) fn testo_di(classe: u8, testo: &str) -> Vec<u8> {
    [
        &[classe],
        (testo.len() as u64).to_be_bytes().as_slice(),
        testo.as_bytes(),
    ]
    .concat()
}

impl Indice {
    pub(super) fn nuovo(limite: usize) -> Self {
        Self {
            limite,
            byte: Vec::new(),
            voci: Vec::new(),
            serie: 0,
        }
    }

    /// Takes one key, to be found as a whole.
    pub(super) fn metti(&mut self, classe: u8, testo: &str, n: u64) {
        let inizio = self.byte.len();
        self.byte.push(classe);
        self.byte.extend_from_slice(&(testo.len() as u64).to_be_bytes());
        self.byte.extend_from_slice(testo.as_bytes());
        self.voce(inizio, n);
    }

    /// Takes one key in the order of its letters, to be found by what it begins with.
    pub(super) fn metti_ordinato(&mut self, testo: &str, n: u64) {
        let inizio = self.byte.len();
        self.byte.extend_from_slice(testo.as_bytes());
        self.voce(inizio, n);
    }

    fn voce(&mut self, inizio: usize, n: u64) {
        let quanti = (self.byte.len() - inizio) as u32;
        let inizio = inizio as u32;
        self.voci.push(Voce { n, inizio, quanti });
    }

    /// Enough for a run.
    pub(super) fn pieno(&self) -> bool {
        self.byte.len() + self.voci.len() * size_of::<Voce>() >= self.limite
    }

    /// Hands out one run as blocks, each with its run and the key of its first entry; then starts the next run.
    pub(super) fn serie<E>(
        &mut self,
        mut uno: impl FnMut(u16, &[u8], Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let byte = std::mem::take(&mut self.byte);
        let mut voci = std::mem::take(&mut self.voci);
        let testo = |v: &Voce| &byte[v.inizio as usize..(v.inizio + v.quanti) as usize];
        voci.sort_unstable_by(|a, b| testo(a).cmp(testo(b)).then(a.n.cmp(&b.n)));
        let mut blocchi = ScrittoreIndice::default();
        for voce in &voci {
            if let Some((prima, valore)) = blocchi.metti(testo(voce), voce.n) {
                uno(self.serie, &prima, valore)?;
            }
        }
        if let Some((prima, valore)) = blocchi.chiudi() {
            uno(self.serie, &prima, valore)?;
        }
        self.serie += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::blocco::voci;
    use super::*;

    #[test]
    fn keys_come_out_ascending_run_by_run() {
        let mut i = Indice::nuovo(1 << 20);
        let mut viste = Vec::new();
        for giro in [
            [("ZZ", 1), ("A", 2), ("AAA", 3), ("A", 0)].as_slice(),
            &[("B", 9)],
            &[],
        ] {
            for (t, n) in giro {
                i.metti(b's', t, *n);
            }
            i.serie(|serie, _, valore| {
                voci(&valore, |t, n| {
                    viste.push((serie, t.to_vec(), n));
                    true
                })
            })
            .expect("voci");
        }
        let attese = [(0, "A", 0), (0, "A", 2), (0, "ZZ", 1), (0, "AAA", 3), (1, "B", 9)];
        assert_eq!(viste, attese.map(|(s, t, n)| (s, testo_di(b's', t), n)));
        assert!(!i.pieno());
    }
}

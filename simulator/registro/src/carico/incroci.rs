//! Who of a segment is in the register already: the codes of two segments, each in order, are walked together.
//!
//! A loaded segment carries its codici fiscali in blocks of ascending order, and so does every visible one. The walk
//! jumps from the one to the next code the other has: two Comuni of one size cost one reading of both indexes, a
//! small one against a large one costs one seek per code. The pairs of one segment are held as positions (24 bytes
//! each), put in order and read block by block: the records cost one reading of both segments, not one block a pair.
//! What must stay true: the segment need not be visible, so what is found goes into the very commit that shows it.

use anagrafe::{Ambiente, CodiceIstat};

use super::blocco::voci;
use super::lettura::Lettore;
use super::record::{Classe, RecordCompatto};
use super::variazioni::LetturaVariazioni as _;
use super::{Caricato, LetturaSchede as _, PER_CF, PER_LEGAME, Scheda, SegmentoVisibile, inizio};
use crate::errore::ErroreRegistro;
use crate::lettura::Sorgente as _;
use crate::modello::IdSegmento;
use crate::registro::Registro;
use crate::store::Verso;

type Esito<T> = Result<T, ErroreRegistro>;

/// Two persons that meet on a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incontro {
    /// The code.
    pub codice: String,
    /// Position of the new one in its segment.
    pub posizione: u64,
    /// The new one.
    pub nuova: RecordCompatto,
    /// The one that was there.
    pub altra: Scheda,
}

impl Incontro {
    /// Whether the code is one that the Anagrafe Tributaria ties to the one sent: of the new scheda, of the other.
    pub fn legati(&self) -> (bool, bool) {
        let legato = |r: &RecordCompatto| r.cf.as_ref() != Some(&self.codice);
        (legato(&self.nuova), legato(&self.altra.record))
    }
}

/// Pairs whose records are held at one time: the other ones are read in their own order, then handed out in the order
/// of the new ones.
const COPPIE_PER_GIRO: usize = 16 << 10;
/// Of the persons that share one code in one segment, how many meet everybody who has it in the other; the rest meet
/// so many. Each is paired all the same, and a code repeated all over two deliveries does not cost their product.
const OMONIMI: usize = 16;

/// A pair before its records are read: positions, and which way the new one came by the code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Chiavi {
    nuova: u64,
    /// On the code that is tied to the new one, not on the one sent.
    legata: bool,
    altra: u64,
}

impl Registro {
    /// Hands out every pair of a person of a loaded segment and one of a visible segment of another Comune that meet
    /// on a code: both were sent with it, or one with it and the other is tied to it (see [`OMONIMI`] for codes that
    /// are repeated). In order of segment and of position of the new one.
    pub fn incroci<E: From<ErroreRegistro>>(
        &self,
        caricato: &Caricato,
        comune: CodiceIstat,
        mut uno: impl FnMut(Incontro) -> Result<(), E>,
    ) -> Result<(), E> {
        let ambiente = caricato.ambiente;
        for visibile in self.segmenti(ambiente, None)? {
            if visibile.comune == comune {
                continue;
            }
            let mut coppie: Vec<Chiavi> = Vec::new();
            for (qui, la) in [(PER_CF, PER_CF), (PER_CF, PER_LEGAME), (PER_LEGAME, PER_CF)] {
                for b in 0..self.cursori(ambiente, visibile.id, la)?.len() {
                    for a in self.cursori(ambiente, caricato.segmento, qui)? {
                        let altre = self.cursori(ambiente, visibile.id, la)?.swap_remove(b);
                        congiungi(a, altre, |nuova, altra| {
                            coppie.push(Chiavi {
                                nuova,
                                legata: qui == PER_LEGAME,
                                altra,
                            });
                        })?;
                    }
                }
            }
            // The walk gives them in the order of the codes, which is that of neither segment: read so, every pair
            // would inflate two blocks.
            coppie.sort_unstable();
            if !coppie.is_empty() {
                self.leggi_incontri(caricato, &visibile, &coppie, &mut uno)?;
            }
        }
        Ok(())
    }

    fn leggi_incontri<E: From<ErroreRegistro>>(
        &self,
        caricato: &Caricato,
        visibile: &SegmentoVisibile,
        coppie: &[Chiavi],
        uno: &mut impl FnMut(Incontro) -> Result<(), E>,
    ) -> Result<(), E> {
        let manca = |id| move || ErroreRegistro::SegmentoAssente(id);
        let leggi = |segmento| Lettore::nuovo(self, caricato.ambiente, segmento, Classe::Soggetti);
        let mut nuove = leggi(caricato.segmento);
        let variazioni = self.variazioni(caricato.ambiente, visibile.id, Classe::Soggetti)?;
        for giro in coppie.chunks(COPPIE_PER_GIRO) {
            let mut ordine: Vec<usize> = (0..giro.len()).collect();
            ordine.sort_unstable_by_key(|i| giro[*i].altra);
            let mut lette: Vec<Option<RecordCompatto>> = vec![None; giro.len()];
            let mut altre = leggi(visibile.id);
            for i in ordine {
                lette[i] = Some(altre.record(giro[i].altra)?.ok_or_else(manca(visibile.id))?);
            }
            for (coppia, altra) in giro.iter().zip(lette) {
                let nuova = nuove.record(coppia.nuova)?.ok_or_else(manca(caricato.segmento))?;
                let codice = if coppia.legata {
                    nuova.legame.as_ref().map(|l| l.codice.clone())
                } else {
                    nuova.cf.clone()
                };
                uno(Incontro {
                    codice: codice.unwrap_or_default(),
                    posizione: coppia.nuova,
                    nuova,
                    altra: Scheda::nuova(
                        visibile,
                        Classe::Soggetti,
                        coppia.altra,
                        variazioni.get(&coppia.altra),
                        altra.ok_or_else(manca(visibile.id))?,
                    ),
                })?;
            }
        }
        Ok(())
    }

    /// One cursor per run of an index.
    fn cursori(&self, ambiente: Ambiente, segmento: IdSegmento, indice: u8) -> Esito<Vec<Cursore<'_>>> {
        let mut cursori = Vec::new();
        for serie in 0..=u16::MAX {
            let mut base = inizio(self.sandbox_byte(), ambiente, segmento)
                .byte(indice)
                .fine();
            base.extend_from_slice(&serie.to_be_bytes());
            let mut cursore = Cursore {
                registro: self,
                base,
                chiave: None,
                voci: Vec::new(),
                qui: 0,
                finito: false,
            };
            cursore.prossimo_blocco()?;
            if cursore.finito {
                break;
            }
            cursori.push(cursore);
        }
        Ok(cursori)
    }
}

/// Walks both in order; hands out the pairs of numbers that stand under one text.
fn congiungi(mut a: Cursore<'_>, mut b: Cursore<'_>, mut uno: impl FnMut(u64, u64)) -> Esito<()> {
    while let Some(di_b) = b.testo()?.map(<[u8]>::to_vec) {
        a.salta(&di_b)?;
        let Some(di_a) = a.testo()?.map(<[u8]>::to_vec) else {
            return Ok(());
        };
        if di_a != di_b {
            b.salta(&di_a)?;
            continue;
        }
        let altri = b.numeri(&di_b)?;
        for (i, n) in a.numeri(&di_a)?.into_iter().enumerate() {
            let quanti = if i < OMONIMI { altri.len() } else { OMONIMI };
            for m in altri.iter().take(quanti) {
                uno(n, *m);
            }
        }
    }
    Ok(())
}

/// A place in one run of one index of a segment.
struct Cursore<'a> {
    registro: &'a Registro,
    /// What every key of the run begins with.
    base: Vec<u8>,
    /// Key of the block at hand.
    chiave: Option<Vec<u8>>,
    voci: Vec<(Vec<u8>, u64)>,
    qui: usize,
    finito: bool,
}

impl Cursore<'_> {
    /// Class and text of the entry at hand; `None` past the last.
    fn testo(&mut self) -> Esito<Option<&[u8]>> {
        while self.qui >= self.voci.len() && !self.finito {
            self.prossimo_blocco()?;
        }
        Ok(self.voci.get(self.qui).map(|(t, _)| t.as_slice()))
    }

    /// Goes on to the first entry whose text is not before `testo`.
    fn salta(&mut self, testo: &[u8]) -> Esito<()> {
        if self.nel_blocco(testo) || self.finito {
            return Ok(());
        }
        // The next block has it when the two Comuni are of one size; else it is looked for.
        self.prossimo_blocco()?;
        if self.nel_blocco(testo) || self.finito {
            return Ok(());
        }
        let confine = [self.base.as_slice(), testo].concat();
        let trovato = self
            .registro
            .grezzi(&self.base, Some(&confine), Verso::Indietro, 1)?
            .pop();
        if let Some((chiave, valore)) = trovato {
            self.apri(chiave, &valore)?;
        }
        while !self.nel_blocco(testo) && !self.finito {
            self.prossimo_blocco()?;
        }
        Ok(())
    }

    /// Moves inside the block; `false` when everything in it comes before `testo`.
    fn nel_blocco(&mut self, testo: &[u8]) -> bool {
        let resto = self.voci.get(self.qui..).unwrap_or_default();
        self.qui += resto.partition_point(|(t, _)| t.as_slice() < testo);
        self.qui < self.voci.len()
    }

    /// The numbers under `testo`, which is the text at hand; goes past them.
    fn numeri(&mut self, testo: &[u8]) -> Esito<Vec<u64>> {
        let mut numeri = Vec::new();
        while self.testo()? == Some(testo) {
            numeri.extend(self.voci.get(self.qui).map(|(_, n)| *n));
            self.qui += 1;
        }
        Ok(numeri)
    }

    fn prossimo_blocco(&mut self) -> Esito<()> {
        let chiave = self.chiave.as_deref();
        match self.registro.grezzi(&self.base, chiave, Verso::Avanti, 1)?.pop() {
            Some((chiave, valore)) => self.apri(chiave, &valore),
            None => {
                self.finito = true;
                Ok(())
            }
        }
    }

    fn apri(&mut self, chiave: Vec<u8>, valore: &[u8]) -> Esito<()> {
        self.voci.clear();
        self.qui = 0;
        voci(valore, |testo, n| {
            self.voci.push((testo.to_vec(), n));
            true
        })?;
        self.chiave = Some(chiave);
        Ok(())
    }
}

//! Who of a segment is in the register already: the codes of two segments, each in order, are walked together.
//!
//! A loaded segment carries its codici fiscali in blocks of ascending order, and so does every visible one. The walk
//! jumps from the one to the next code the other has: two Comuni of one size cost one reading of both indexes, a
//! small one against a large one costs one seek per code. Nothing is held but one block of each.
//! What must stay true: the segment need not be visible, so what is found goes into the very commit that shows it.

use anagrafe::{Ambiente, CodiceIstat};

use super::blocco::voci;
use super::indici::PRIMA_DEL_TESTO;
use super::lettura::GrezzaSchede as _;
use super::record::{Classe, RecordCompatto};
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

impl Registro {
    /// Hands out every pair of a person of a loaded segment and one of a visible segment of another Comune that meet
    /// on a code: both were sent with it, or one with it and the other is tied to it. In order of segment and code.
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
            for (qui, la) in [(PER_CF, PER_CF), (PER_CF, PER_LEGAME), (PER_LEGAME, PER_CF)] {
                for b in 0..self.cursori(ambiente, visibile.id, la)?.len() {
                    for a in self.cursori(ambiente, caricato.segmento, qui)? {
                        let altre = self.cursori(ambiente, visibile.id, la)?.swap_remove(b);
                        congiungi(a, altre, |testo, coppia| {
                            uno(self.incontro(caricato, &visibile, testo, coppia)?)
                        })?;
                    }
                }
            }
        }
        Ok(())
    }

    fn incontro(
        &self,
        caricato: &Caricato,
        visibile: &SegmentoVisibile,
        testo: &[u8],
        (n, m): (u64, u64),
    ) -> Esito<Incontro> {
        let ambiente = caricato.ambiente;
        let codice = testo.get(PRIMA_DEL_TESTO..).unwrap_or_default();
        let scheda = |segmento: &SegmentoVisibile, n: u64| {
            self.scheda_in(ambiente, segmento, Classe::Soggetti, n)?
                .ok_or(ErroreRegistro::SegmentoAssente(segmento.id))
        };
        // Not visible yet, so without ids: the record is all that is taken from it.
        let mio = SegmentoVisibile {
            id: caricato.segmento,
            fornitura: caricato.fornitura,
            schede: caricato.schede,
            ..visibile.clone()
        };
        Ok(Incontro {
            codice: String::from_utf8_lossy(codice).into_owned(),
            posizione: n,
            nuova: scheda(&mio, n)?.record,
            altra: scheda(visibile, m)?,
        })
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

/// Walks both in order; hands out every pair of numbers that stand under one text.
fn congiungi<E: From<ErroreRegistro>>(
    mut a: Cursore<'_>,
    mut b: Cursore<'_>,
    mut uno: impl FnMut(&[u8], (u64, u64)) -> Result<(), E>,
) -> Result<(), E> {
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
        for n in a.numeri(&di_a)? {
            for m in &altri {
                uno(&di_a, (n, *m))?;
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

//! Reads of the register: by ANPR id, by the Comune's id, by codice fiscale, in order.

use anagrafe::{Ambiente, CodiceIstat};

use super::blocco::{LUNGHEZZA_BYTE, espandi, records, voci};
use super::indici::testo_di;
use super::record::{Classe, RecordCompatto, decodifica_record};
use super::variazioni::{Cancellazione, LetturaVariazioni as _, Variazione, Variazioni};
use super::{PER_CF, PER_ID_COMUNE, PER_LEGAME, RECORD, SegmentoVisibile, inizio};
use crate::chiavi::{Tipo, prefisso, ultimo_numero};
use crate::errore::ErroreRegistro;
use crate::lettura::Sorgente;
use crate::lettura::{Grezza, Lettura};
use crate::modello::{IdSegmento, Schede};
use crate::registro::Registro;
use crate::store::{Scorri, Verso, scorri};
use crate::valori::decodifica;

type Esito<T> = Result<T, ErroreRegistro>;

/// A scheda of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheda {
    /// Id assigned by ANPR.
    pub id_anpr: u64,
    /// Comune that sent it.
    pub comune: CodiceIstat,
    /// Segment it lies in.
    pub segmento: IdSegmento,
    /// Its position there, within its class.
    pub posizione: u64,
    /// Cancelled by its Comune.
    pub cancellata: Option<Cancellazione>,
    /// The record.
    pub record: RecordCompatto,
}

impl Scheda {
    pub(super) fn nuova(
        segmento: &SegmentoVisibile,
        classe: Classe,
        posizione: u64,
        variazione: Option<&Variazione>,
        record: RecordCompatto,
    ) -> Self {
        Self {
            id_anpr: variazione
                .and_then(|v| v.id_anpr)
                .unwrap_or(segmento.base(classe) + posizione),
            comune: segmento.comune,
            segmento: segmento.id,
            posizione,
            cancellata: variazione.and_then(|v| v.cancellata.clone()),
            record,
        }
    }
}

/// Reads of the register proper. Only visible segments are seen.
pub trait LetturaSchede: Lettura {
    /// A visible segment.
    fn segmento(&self, ambiente: Ambiente, id: IdSegmento) -> Esito<Option<SegmentoVisibile>> {
        self.leggi("segmento", &self.chiave(ambiente, Tipo::Segmento).n(id.0).fine())
    }

    /// All visible segments of an environment; of one Comune when given.
    fn segmenti(
        &self,
        ambiente: Ambiente,
        comune: impl Into<Option<CodiceIstat>>,
    ) -> Esito<Vec<SegmentoVisibile>> {
        let mut tutti: Vec<SegmentoVisibile> = self.tutti("segmento", Some(ambiente), Tipo::Segmento)?;
        if let Some(comune) = comune.into() {
            tutti.retain(|s| s.comune == comune);
        }
        Ok(tutti)
    }

    /// Schede of an environment, or of one Comune, by kind. Costs one read per segment.
    fn conta_schede(&self, ambiente: Ambiente, comune: impl Into<Option<CodiceIstat>>) -> Esito<Schede> {
        let mut totale = Schede::default();
        for segmento in self.segmenti(ambiente, comune)? {
            totale.somma(segmento.schede);
        }
        Ok(totale)
    }

    /// The present scheda with that ANPR id: the last one that got it.
    fn scheda(&self, ambiente: Ambiente, classe: Classe, id_anpr: u64) -> Esito<Option<Scheda>> {
        Ok(self.schede_con_id(ambiente, classe, id_anpr)?.pop())
    }

    /// Every scheda with that ANPR id, in the order in which they got it: more than one when a person cancelled by
    /// one Comune came to another one. Only the last may be active.
    fn schede_con_id(&self, ambiente: Ambiente, classe: Classe, id_anpr: u64) -> Esito<Vec<Scheda>> {
        let mut schede: Vec<Scheda> = self
            .prima_scheda(ambiente, classe, id_anpr)?
            // Whoever took another id over does not answer to the one of its position.
            .filter(|s| s.id_anpr == id_anpr)
            .into_iter()
            .collect();
        schede.extend(self.riprese(ambiente, classe, id_anpr)?);
        Ok(schede)
    }

    /// The schede that a Comune knows by that id: more than one only if the Comune repeated it.
    fn schede_per_id_comune(
        &self,
        ambiente: Ambiente,
        comune: CodiceIstat,
        classe: Classe,
        id_comune: &str,
    ) -> Esito<Vec<Scheda>> {
        self.schede_per(ambiente, Some(comune), classe, PER_ID_COMUNE, id_comune)
    }

    /// The persons with that codice fiscale, as sent or as ANPR stored it, in every Comune of the environment.
    fn schede_per_cf(&self, ambiente: Ambiente, cf: &str) -> Esito<Vec<Scheda>> {
        let mut schede = self.schede_per(ambiente, None, Classe::Soggetti, PER_CF, cf)?;
        let legate = self.schede_per(ambiente, None, Classe::Soggetti, PER_LEGAME, cf)?;
        schede.extend(
            legate
                .into_iter()
                .filter(|s| s.record.cf_registrato() == Some(cf)),
        );
        schede.sort_by_key(|s| (s.id_anpr, s.segmento));
        Ok(schede)
    }
}

impl<L: Lettura + ?Sized> LetturaSchede for L {}

/// The shared half of the reads, for this module only.
pub(super) trait GrezzaSchede: LetturaSchede {
    /// The scheda that the id was made for.
    fn prima_scheda(&self, ambiente: Ambiente, classe: Classe, id_anpr: u64) -> Esito<Option<Scheda>> {
        let prefisso = self.chiave(ambiente, Tipo::Base).byte(classe.byte()).fine();
        let Some(oltre) = id_anpr.checked_add(1) else {
            return Ok(None);
        };
        let oltre = self
            .chiave(ambiente, Tipo::Base)
            .byte(classe.byte())
            .n(oltre)
            .fine();
        let Some((_, valore)) = self.grezzi(&prefisso, Some(&oltre), Verso::Indietro, 1)?.pop() else {
            return Ok(None);
        };
        let segmento: SegmentoVisibile = decodifica("base", &valore)?;
        let n = id_anpr - segmento.base(classe);
        if n >= segmento.quante(classe) {
            Ok(None)
        } else {
            self.scheda_in(ambiente, &segmento, classe, n)
        }
    }

    fn schede_per(
        &self,
        ambiente: Ambiente,
        comune: Option<CodiceIstat>,
        classe: Classe,
        indice: u8,
        testo: &str,
    ) -> Esito<Vec<Scheda>> {
        let mut uscita = Vec::new();
        let cercato = testo_di(classe.byte(), testo);
        for segmento in self.segmenti(ambiente, comune)? {
            let base = inizio(self.sandbox_byte(), ambiente, segmento.id)
                .byte(indice)
                .fine();
            for n in self.posizioni(&base, &cercato)? {
                uscita.extend(self.scheda_in(ambiente, &segmento, classe, n)?);
            }
        }
        Ok(uscita)
    }

    /// Positions of a text in one index of a segment, ascending.
    fn posizioni(&self, base: &[u8], cercato: &[u8]) -> Esito<Vec<u64>> {
        let mut trovate = Vec::new();
        for serie in 0..=u16::MAX {
            let base = [base, &serie.to_be_bytes()].concat();
            let confine = [base.as_slice(), cercato].concat();
            // The text may begin in the block before the first one that begins with it.
            let prima = self.grezzi(&base, Some(&confine), Verso::Indietro, 1)?;
            let dentro = self.grezzi(&confine, None, Verso::Avanti, usize::MAX)?;
            if prima.is_empty() && dentro.is_empty() && self.grezzi(&base, None, Verso::Avanti, 1)?.is_empty()
            {
                break;
            }
            for (_, valore) in prima.iter().chain(&dentro) {
                voci(valore, |testo, n| {
                    if testo == cercato {
                        trovate.push(n);
                    }
                    testo <= cercato
                })?;
            }
        }
        trovate.sort_unstable();
        Ok(trovate)
    }

    fn scheda_in(
        &self,
        amb: Ambiente,
        s: &SegmentoVisibile,
        classe: Classe,
        n: u64,
    ) -> Esito<Option<Scheda>> {
        let Some(oltre) = n.checked_add(1) else {
            return Ok(None);
        };
        let classe_di = inizio(self.sandbox_byte(), amb, s.id)
            .byte(RECORD)
            .byte(classe.byte())
            .fine();
        let oltre = [classe_di.as_slice(), &oltre.to_be_bytes()].concat();
        let Some((chiave, valore)) = self.grezzi(&classe_di, Some(&oltre), Verso::Indietro, 1)?.pop() else {
            return Ok(None);
        };
        let quale = (n - ultimo_numero(&chiave).unwrap_or_default()) as usize;
        let byte = espandi(&valore)?;
        let Some(record) = records(&byte).nth(quale) else {
            return Ok(None);
        };
        let variazione = self.variazione(amb, s.id, classe, n)?;
        let record = decodifica_record(record?)?;
        Ok(Some(Scheda::nuova(s, classe, n, variazione.as_ref(), record)))
    }
}

impl<L: LetturaSchede + ?Sized> GrezzaSchede for L {}

/// Reads records of one class of a segment by position; neighbours cost one reading of their block.
pub(super) struct Lettore<'a> {
    registro: &'a Registro,
    prefisso: Vec<u8>,
    /// Position of the first record of the block at hand.
    primo: u64,
    byte: Vec<u8>,
    /// Where each record of it lies.
    posti: Vec<std::ops::Range<usize>>,
}

impl<'a> Lettore<'a> {
    pub(super) fn nuovo(registro: &'a Registro, ambiente: Ambiente, id: IdSegmento, classe: Classe) -> Self {
        let prefisso = inizio(registro.sandbox_byte(), ambiente, id)
            .byte(RECORD)
            .byte(classe.byte())
            .fine();
        Self {
            registro,
            prefisso,
            primo: 0,
            byte: Vec::new(),
            posti: Vec::new(),
        }
    }

    /// The record at that position, if there is one.
    pub(super) fn record(&mut self, n: u64) -> Esito<Option<RecordCompatto>> {
        if !(self.primo..self.primo + self.posti.len() as u64).contains(&n) {
            let Some(oltre) = n.checked_add(1) else {
                return Ok(None);
            };
            let oltre = [self.prefisso.as_slice(), &oltre.to_be_bytes()].concat();
            let trovato = self
                .registro
                .grezzi(&self.prefisso, Some(&oltre), Verso::Indietro, 1)?;
            let Some((chiave, valore)) = trovato.into_iter().next() else {
                return Ok(None);
            };
            self.primo = ultimo_numero(&chiave).unwrap_or_default();
            self.byte = espandi(&valore)?;
            self.posti.clear();
            let mut da = 0;
            for record in records(&self.byte) {
                // A record stands after its length.
                da += LUNGHEZZA_BYTE;
                let fine = da + record?.len();
                self.posti.push(da..fine);
                da = fine;
            }
        }
        let posto = self.posti.get((n - self.primo) as usize).cloned();
        posto
            .and_then(|p| self.byte.get(p))
            .map(decodifica_record)
            .transpose()
    }
}

/// Walks the schede of one class of a segment, ids ascending.
pub struct SchedeDi<'a> {
    registro: &'a Registro,
    prefisso: Vec<u8>,
    scorri: Scorri<'a>,
    segmento: SegmentoVisibile,
    classe: Classe,
    variazioni: Variazioni,
    /// Records of the block in hand, and the position of the next.
    pronti: std::vec::IntoIter<RecordCompatto>,
    prossimo: u64,
}

impl Registro {
    /// Walks the schede of one class of a visible segment, ids ascending, a page in memory at a time. Skipping is
    /// cheap: what is skipped is not read.
    pub fn schede_di(
        &self,
        ambiente: Ambiente,
        segmento: &SegmentoVisibile,
        classe: Classe,
    ) -> Esito<SchedeDi<'_>> {
        let prefisso = inizio(self.sandbox_byte(), ambiente, segmento.id)
            .byte(RECORD)
            .byte(classe.byte())
            .fine();
        let scorri = scorri(self.interno.store.as_ref(), &prefisso, None, Verso::Avanti);
        Ok(SchedeDi {
            registro: self,
            prefisso,
            scorri,
            segmento: segmento.clone(),
            classe,
            variazioni: self.variazioni(ambiente, segmento.id, classe)?,
            pronti: Vec::new().into_iter(),
            prossimo: 0,
        })
    }

    /// How many keys lie under the records of an environment, visible or not; for tests and the console.
    pub fn chiavi_schede(&self, ambiente: Ambiente) -> Esito<u64> {
        let prefisso = prefisso(self.sandbox_byte(), Some(ambiente), Tipo::Scheda);
        scorri(self.interno.store.as_ref(), &prefisso, None, Verso::Avanti).try_fold(0_u64, |n, coppia| {
            coppia.map(|_| n + 1).map_err(ErroreRegistro::from)
        })
    }
}

impl SchedeDi<'_> {
    /// Takes a block in hand.
    fn apri(&mut self, valore: &[u8]) -> Esito<()> {
        let byte = espandi(valore)?;
        let letti: Esito<Vec<_>> = records(&byte).map(|r| decodifica_record(r?)).collect();
        self.pronti = letti?.into_iter();
        Ok(())
    }

    fn cerca(&mut self, n: u64) -> Esito<()> {
        let store = self.registro.interno.store.as_ref();
        let oltre = [self.prefisso.as_slice(), &n.saturating_add(1).to_be_bytes()].concat();
        let Some(coppia) = scorri(store, &self.prefisso, Some(&oltre), Verso::Indietro).next() else {
            return Ok(());
        };
        let (chiave, valore) = coppia.map_err(ErroreRegistro::from)?;
        self.scorri = scorri(store, &self.prefisso, Some(&chiave), Verso::Avanti);
        self.apri(&valore)?;
        let primo = ultimo_numero(&chiave).unwrap_or_default();
        // Past the end of the last block there is nothing, however far.
        for _ in primo..n.min(primo + self.pronti.len() as u64) {
            self.pronti.next();
        }
        Ok(())
    }

    fn scheda(&mut self, record: RecordCompatto) -> Scheda {
        let n = self.prossimo;
        self.prossimo += 1;
        Scheda::nuova(&self.segmento, self.classe, n, self.variazioni.get(&n), record)
    }
}

impl Iterator for SchedeDi<'_> {
    type Item = Esito<Scheda>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.pronti.next() {
                return Some(Ok(self.scheda(record)));
            }
            let aperto = self
                .scorri
                .next()?
                .map_err(ErroreRegistro::from)
                .and_then(|(_, valore)| self.apri(&valore));
            if let Err(errore) = aperto {
                return Some(Err(errore));
            }
        }
    }

    fn nth(&mut self, quante: usize) -> Option<Self::Item> {
        if quante >= self.pronti.len() {
            self.prossimo = self.prossimo.saturating_add(quante as u64);
            if let Err(errore) = self.cerca(self.prossimo) {
                return Some(Err(errore));
            }
        } else {
            for _ in 0..quante {
                self.pronti.next();
                self.prossimo += 1;
            }
        }
        self.next()
    }
}

//! Reads of the register: by ANPR id, by the Comune's id, by codice fiscale, in order.

use anagrafe::{Ambiente, CodiceIstat};

use super::record::{Classe, RecordCompatto, decodifica_record};
use super::{PER_CF, PER_ID_COMUNE, RECORD, SegmentoVisibile, inizio};
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
    /// The record.
    pub record: RecordCompatto,
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

    /// The scheda with that ANPR id.
    fn scheda(&self, ambiente: Ambiente, classe: Classe, id_anpr: u64) -> Esito<Option<Scheda>> {
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

    /// The persons with that codice fiscale (as sent), in every Comune of the environment.
    fn schede_per_cf(&self, ambiente: Ambiente, cf: &str) -> Esito<Vec<Scheda>> {
        self.schede_per(ambiente, None, Classe::Soggetti, PER_CF, cf)
    }
}

impl<L: Lettura + ?Sized> LetturaSchede for L {}

/// The shared half of the reads, for this module only.
trait GrezzaSchede: LetturaSchede {
    fn schede_per(
        &self,
        ambiente: Ambiente,
        comune: Option<CodiceIstat>,
        classe: Classe,
        indice: u8,
        testo: &str,
    ) -> Esito<Vec<Scheda>> {
        let mut uscita = Vec::new();
        for segmento in self.segmenti(ambiente, comune)? {
            let prefisso = inizio(self.sandbox_byte(), ambiente, segmento.id)
                .byte(indice)
                .byte(classe.byte())
                .parte(testo)
                .fine();
            for (chiave, _) in self.grezzi(&prefisso, None, Verso::Avanti, usize::MAX)? {
                let n = ultimo_numero(&chiave).unwrap_or_default();
                uscita.extend(self.scheda_in(ambiente, &segmento, classe, n)?);
            }
        }
        Ok(uscita)
    }

    fn scheda_in(
        &self,
        amb: Ambiente,
        s: &SegmentoVisibile,
        classe: Classe,
        n: u64,
    ) -> Esito<Option<Scheda>> {
        let chiave = inizio(self.sandbox_byte(), amb, s.id)
            .byte(RECORD)
            .byte(classe.byte())
            .n(n)
            .fine();
        let Some(valore) = self.grezzo(&chiave)? else {
            return Ok(None);
        };
        let record = decodifica_record(&valore)?;
        Ok(Some(Scheda {
            id_anpr: s.base(classe) + n,
            comune: s.comune,
            segmento: s.id,
            record,
        }))
    }
}

impl<L: LetturaSchede + ?Sized> GrezzaSchede for L {}

/// Walks the schede of one class of a segment, ids ascending.
pub struct SchedeDi<'a> {
    scorri: Scorri<'a>,
    segmento: SegmentoVisibile,
    classe: Classe,
}

impl Registro {
    /// Walks the schede of one class of a visible segment, ids ascending, a page in memory at a time.
    pub fn schede_di(&self, ambiente: Ambiente, segmento: &SegmentoVisibile, classe: Classe) -> SchedeDi<'_> {
        let prefisso = inizio(self.sandbox_byte(), ambiente, segmento.id)
            .byte(RECORD)
            .byte(classe.byte())
            .fine();
        let scorri = scorri(self.interno.store.as_ref(), &prefisso, None, Verso::Avanti);
        SchedeDi {
            scorri,
            segmento: segmento.clone(),
            classe,
        }
    }

    /// How many keys lie under the records of an environment, visible or not; for tests and the console.
    pub fn chiavi_schede(&self, ambiente: Ambiente) -> Esito<u64> {
        let prefisso = prefisso(self.sandbox_byte(), Some(ambiente), Tipo::Scheda);
        scorri(self.interno.store.as_ref(), &prefisso, None, Verso::Avanti).try_fold(0_u64, |n, coppia| {
            coppia.map(|_| n + 1).map_err(ErroreRegistro::from)
        })
    }
}

impl Iterator for SchedeDi<'_> {
    type Item = Esito<Scheda>;

    fn next(&mut self) -> Option<Self::Item> {
        let coppia = self.scorri.next()?;
        Some(coppia.map_err(ErroreRegistro::from).and_then(|(chiave, valore)| {
            Ok(Scheda {
                id_anpr: self.segmento.base(self.classe) + ultimo_numero(&chiave).unwrap_or_default(),
                comune: self.segmento.comune,
                segmento: self.segmento.id,
                record: decodifica_record(&valore)?,
            })
        }))
    }
}

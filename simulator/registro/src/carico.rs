//! Load of a delivery: records → an invisible segment → one small commit that makes it visible.
//!
//! ```text
//! carica            mark "to be swept", records and their index keys, batch after batch, flushed
//! rendi_visibile    in the transaction of the outcome: ids, the segment's own record, the mark removed
//! ```
//! What must stay true: without the commit nothing of a segment can be read, and the mark has it swept when the
//! register opens; records are written once (their ANPR id is the base given at the commit plus their position).

use std::sync::PoisonError;

use anagrafe::{Ambiente, CodiceIstat};
use serde::{Deserialize, Serialize};

use crate::chiavi::{Chiave, DA_SPAZZARE, Tipo, prefisso, ultimo_numero};
use crate::errore::ErroreRegistro;
use crate::lettura::{Lettura, Sorgente};
use crate::modello::{IdFornitura, IdSegmento, Schede};
use crate::mondo::limiti::{
    BYTE_PER_LOTTO, BYTE_TIPICI_SCHEDA, LIMITE_RECORD_BYTE, LOTTI_PER_FISSATA, SCHEDE_PER_LOTTO,
};
use crate::registro::Registro;
use crate::store::{Lotto, Scorri, Verso, scorri};
use crate::transazione::Transazione;
use crate::valori::decodifica;

type Esito<T> = Result<T, ErroreRegistro>;

/// First `idSchedaSoggettoANPR` of an environment (at most 16 digits, spec subentro §7).
pub const PRIMO_ID_SOGGETTO: u64 = 10_000_001;
/// First family id of an environment.
pub const PRIMO_ID_UNITA: u64 = 5_000_001;
/// Version of the record's header.
const VERSIONE_SCHEDA: u8 = 1;
/// Second byte of a segment's keys: records, index by the Comune's id, index by codice fiscale.
const RECORD: u8 = b'R';
const PER_ID_COMUNE: u8 = b'I';
const PER_CF: u8 = b'Y';

/// Kind of scheda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TipoRecord {
    /// Scheda individuale APR.
    Soggetto,
    /// Scheda di famiglia.
    Famiglia,
    /// Scheda di convivenza.
    Convivenza,
    /// Scheda individuale AIRE.
    Aire,
}

impl TipoRecord {
    /// Which sequence of ids the kind draws from.
    pub fn classe(self) -> Classe {
        match self {
            Self::Soggetto | Self::Aire => Classe::Soggetti,
            Self::Famiglia | Self::Convivenza => Classe::Unita,
        }
    }

    fn byte(self) -> u8 {
        match self {
            Self::Soggetto => b'S',
            Self::Famiglia => b'F',
            Self::Convivenza => b'C',
            Self::Aire => b'A',
        }
    }

    fn da_byte(byte: u8) -> Option<Self> {
        [Self::Soggetto, Self::Famiglia, Self::Convivenza, Self::Aire].into_iter().find(|t| t.byte() == byte)
    }
}

/// The two sequences of ids assigned by ANPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Classe {
    /// Persons, APR and AIRE: `idSchedaSoggettoANPR`.
    Soggetti,
    /// Families and convivenze.
    Unita,
}

impl Classe {
    fn byte(self) -> u8 {
        match self {
            Self::Soggetti => b's',
            Self::Unita => b'u',
        }
    }

    fn contatore(self) -> &'static str {
        match self {
            Self::Soggetti => "idSchedaSoggettoANPR",
            Self::Unita => "idFamigliaANPR",
        }
    }

    fn primo(self) -> u64 {
        match self {
            Self::Soggetti => PRIMO_ID_SOGGETTO,
            Self::Unita => PRIMO_ID_UNITA,
        }
    }
}

/// One scheda as it goes to the disk. `dati` is opaque here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordCompatto {
    /// Kind.
    pub tipo: TipoRecord,
    /// Id given by the Comune.
    pub id_comune: String,
    /// Codice fiscale as sent, if any.
    pub cf: Option<String>,
    /// The compact record.
    pub dati: Vec<u8>,
}

/// A segment that is written and not yet visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caricato {
    /// Its id.
    pub segmento: IdSegmento,
    /// Environment.
    pub ambiente: Ambiente,
    /// Delivery.
    pub fornitura: IdFornitura,
    /// Schede by kind.
    pub schede: Schede,
}

/// First ids of a visible segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basi {
    /// First `idSchedaSoggettoANPR`.
    pub soggetti: u64,
    /// First id of families and convivenze.
    pub unita: u64,
}

/// A visible segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentoVisibile {
    /// Its id.
    pub id: IdSegmento,
    /// Delivery.
    pub fornitura: IdFornitura,
    /// Comune.
    pub comune: CodiceIstat,
    /// First ids.
    pub basi: Basi,
    /// Schede by kind.
    pub schede: Schede,
}

impl SegmentoVisibile {
    fn base(&self, classe: Classe) -> u64 {
        match classe {
            Classe::Soggetti => self.basi.soggetti,
            Classe::Unita => self.basi.unita,
        }
    }

    fn quante(&self, classe: Classe) -> u64 {
        match classe {
            Classe::Soggetti => self.schede.soggetti + self.schede.aire,
            Classe::Unita => self.schede.famiglie + self.schede.convivenze,
        }
    }
}

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

fn inizio(sandbox: &[u8], ambiente: Ambiente, segmento: IdSegmento) -> Chiave {
    Chiave::di(sandbox, ambiente, Tipo::Scheda).n(segmento.0)
}

fn codifica_record(r: &RecordCompatto) -> Esito<Vec<u8>> {
    let cf = r.cf.as_deref().unwrap_or("");
    let byte = r.id_comune.len() + cf.len() + r.dati.len();
    let troppo = ErroreRegistro::RecordTroppoGrande { byte, limite: LIMITE_RECORD_BYTE };
    let (Ok(lungo_id), Ok(lungo_cf)) = (u16::try_from(r.id_comune.len()), u8::try_from(cf.len())) else {
        return Err(troppo);
    };
    if byte > LIMITE_RECORD_BYTE {
        return Err(troppo);
    }
    let mut v = Vec::with_capacity(byte + 5);
    v.extend_from_slice(&[VERSIONE_SCHEDA, r.tipo.byte()]);
    v.extend_from_slice(&lungo_id.to_be_bytes());
    v.extend_from_slice(r.id_comune.as_bytes());
    v.push(lungo_cf);
    v.extend_from_slice(cf.as_bytes());
    v.extend_from_slice(&r.dati);
    Ok(v)
}

fn decodifica_record(v: &[u8]) -> Esito<RecordCompatto> {
    fn leggi(v: &[u8]) -> Option<RecordCompatto> {
        let (&[versione, tipo, alto, basso], v) = v.split_first_chunk::<4>()?;
        let (id, v) = v.split_at_checked(usize::from(u16::from_be_bytes([alto, basso])))?;
        let (&lungo_cf, v) = v.split_first()?;
        let (cf, dati) = v.split_at_checked(usize::from(lungo_cf))?;
        (versione == VERSIONE_SCHEDA).then_some(())?;
        Some(RecordCompatto {
            tipo: TipoRecord::da_byte(tipo)?,
            id_comune: std::str::from_utf8(id).ok()?.to_owned(),
            cf: if cf.is_empty() { None } else { Some(std::str::from_utf8(cf).ok()?.to_owned()) },
            dati: dati.to_vec(),
        })
    }
    leggi(v).ok_or_else(|| ErroreRegistro::Corrotto { cosa: "scheda", dettaglio: "intestazione del record".to_owned() })
}

impl Registro {
    /// Writes the records of a delivery as a new segment that nobody can see yet. Long: not inside `scrivi`.
    pub fn carica(
        &self,
        ambiente: Ambiente,
        fornitura: IdFornitura,
        records: impl Iterator<Item = RecordCompatto>,
    ) -> Esito<Caricato> {
        self.carica_da(ambiente, fornitura, records.map(Ok::<_, ErroreRegistro>))
    }

    /// The same from a source that may fail; the first error ends the load and what was written is removed.
    pub fn carica_da<E: From<ErroreRegistro>>(
        &self,
        ambiente: Ambiente,
        fornitura: IdFornitura,
        records: impl Iterator<Item = Result<RecordCompatto, E>>,
    ) -> Result<Caricato, E> {
        let _in_corso = self.interno.caricamenti.read().unwrap_or_else(PoisonError::into_inner);
        self.verifica_spazio((records.size_hint().0 as u64).saturating_mul(BYTE_TIPICI_SCHEDA))?;
        let segmento = self.scrivi(|t| {
            let segmento = IdSegmento(t.prossimo(None, "segmenti")?);
            let inizio = inizio(t.sandbox_byte(), ambiente, segmento).fine();
            t.metti_grezzo([DA_SPAZZARE, &inizio].concat(), Vec::new());
            Ok::<_, ErroreRegistro>(segmento)
        })?;
        let generazione = self.interno.store.generazione();
        let scritto = self.scrivi_schede(ambiente, segmento, records).and_then(|schede| {
            // The store was reopened under us: what was queued before may be gone.
            if self.interno.store.generazione() == generazione {
                Ok(schede)
            } else {
                Err(ErroreRegistro::Archivio("archivio riaperto durante un caricamento".to_owned()).into())
            }
        });
        match scritto {
            Ok(schede) => Ok(Caricato { segmento, ambiente, fornitura, schede }),
            Err(errore) => {
                self.scarta(ambiente, segmento);
                Err(errore)
            }
        }
    }

    /// Gives up a segment that will not become visible. What fails here is done when the register opens.
    pub fn scarta(&self, ambiente: Ambiente, segmento: IdSegmento) {
        let inizio = inizio(self.sandbox_byte(), ambiente, segmento).fine();
        let segnato = self.interno.store.get(&[DA_SPAZZARE, &inizio].concat());
        // Without the mark it is visible: not to be touched.
        if matches!(segnato, Ok(Some(_))) {
            if let Err(errore) = self.spazza(&inizio) {
                tracing::warn!(%segmento, %errore, "segmento abbandonato: sarà rimosso alla prossima apertura");
            }
        }
    }

    fn scrivi_schede<E: From<ErroreRegistro>>(
        &self,
        ambiente: Ambiente,
        segmento: IdSegmento,
        records: impl Iterator<Item = Result<RecordCompatto, E>>,
    ) -> Result<Schede, E> {
        let store = self.interno.store.as_ref();
        let chiave = |parte: u8, classe: Classe| {
            inizio(self.sandbox_byte(), ambiente, segmento).byte(parte).byte(classe.byte())
        };
        let mut schede = Schede::default();
        let (mut soggetti, mut unita) = (0_u64, 0_u64);
        let (mut lotto, mut nel_lotto, mut lotti) = (Lotto::nuovo(), 0_usize, 0_usize);
        for record in records {
            let record = record?;
            let classe = record.tipo.classe();
            let posizione = match classe {
                Classe::Soggetti => &mut soggetti,
                Classe::Unita => &mut unita,
            };
            let n = *posizione;
            *posizione += 1;
            match record.tipo {
                TipoRecord::Soggetto => schede.soggetti += 1,
                TipoRecord::Famiglia => schede.famiglie += 1,
                TipoRecord::Convivenza => schede.convivenze += 1,
                TipoRecord::Aire => schede.aire += 1,
            }
            lotto.metti(chiave(RECORD, classe).n(n).fine(), codifica_record(&record)?);
            lotto.metti(chiave(PER_ID_COMUNE, classe).parte(&record.id_comune).n(n).fine(), Vec::new());
            if let Some(cf) = &record.cf {
                lotto.metti(chiave(PER_CF, classe).parte(cf).n(n).fine(), Vec::new());
            }
            nel_lotto += 1;
            if nel_lotto >= SCHEDE_PER_LOTTO || lotto.byte() >= BYTE_PER_LOTTO as u64 {
                store.accoda(&std::mem::take(&mut lotto)).map_err(ErroreRegistro::from)?;
                nel_lotto = 0;
                lotti += 1;
                if lotti % LOTTI_PER_FISSATA == 0 {
                    store.fissa().map_err(ErroreRegistro::from)?;
                }
            }
        }
        if !lotto.vuoto() {
            store.accoda(&lotto).map_err(ErroreRegistro::from)?;
        }
        store.fissa().map_err(ErroreRegistro::from)?;
        Ok(schede)
    }
}

impl Transazione<'_> {
    /// Makes a loaded segment visible and gives it its ids, in the transaction that carries the outcome.
    pub fn rendi_visibile(&mut self, caricato: &Caricato, comune: CodiceIstat) -> Esito<SegmentoVisibile> {
        let (ambiente, id) = (caricato.ambiente, caricato.segmento);
        let segno = [DA_SPAZZARE, &inizio(self.sandbox_byte(), ambiente, id).fine()].concat();
        if self.grezzo(&segno)?.is_none() {
            return Err(ErroreRegistro::SegmentoAssente(id));
        }
        let s = caricato.schede;
        let soggetti = self.riserva_id(ambiente, Classe::Soggetti, s.soggetti + s.aire)?;
        let unita = self.riserva_id(ambiente, Classe::Unita, s.famiglie + s.convivenze)?;
        let visibile = SegmentoVisibile {
            id,
            fornitura: caricato.fornitura,
            comune,
            basi: Basi { soggetti, unita },
            schede: caricato.schede,
        };
        for classe in [Classe::Soggetti, Classe::Unita] {
            if visibile.quante(classe) > 0 {
                let chiave = self.chiave(ambiente, Tipo::Base).byte(classe.byte()).n(visibile.base(classe)).fine();
                self.metti("base", chiave, &visibile)?;
            }
        }
        let chiave = self.chiave(ambiente, Tipo::Segmento).n(id.0).fine();
        self.metti("segmento", chiave, &visibile)?;
        self.togli_grezzo(segno);
        Ok(visibile)
    }

    /// Takes a visible segment away (night cancellation). Its records go right after the commit, or when the
    /// register opens. `false` if there is none.
    pub fn rimuovi_segmento(&mut self, ambiente: Ambiente, id: IdSegmento) -> Esito<bool> {
        let Some(visibile) = self.segmento(ambiente, id)? else { return Ok(false) };
        for classe in [Classe::Soggetti, Classe::Unita] {
            let chiave = self.chiave(ambiente, Tipo::Base).byte(classe.byte()).n(visibile.base(classe)).fine();
            // Two empty segments may share a base: only the own record is taken.
            if self.leggi::<SegmentoVisibile>("base", &chiave)?.is_some_and(|b| b.id == id) {
                self.togli_grezzo(chiave);
            }
        }
        let chiave = self.chiave(ambiente, Tipo::Segmento).n(id.0).fine();
        self.togli_grezzo(chiave);
        let inizio = inizio(self.sandbox_byte(), ambiente, id).fine();
        self.metti_grezzo([DA_SPAZZARE, &inizio].concat(), Vec::new());
        self.da_spazzare.push(inizio);
        Ok(true)
    }

    fn riserva_id(&mut self, ambiente: Ambiente, classe: Classe, quanti: u64) -> Esito<u64> {
        Ok(classe.primo() - 1 + self.riserva(Some(ambiente), classe.contatore(), quanti)?)
    }
}

/// Reads of the register proper. Only visible segments are seen.
pub trait LetturaSchede: Lettura {
    /// A visible segment.
    fn segmento(&self, ambiente: Ambiente, id: IdSegmento) -> Esito<Option<SegmentoVisibile>> {
        self.leggi("segmento", &self.chiave(ambiente, Tipo::Segmento).n(id.0).fine())
    }

    /// All visible segments of an environment; of one Comune when given.
    fn segmenti(&self, ambiente: Ambiente, comune: impl Into<Option<CodiceIstat>>) -> Esito<Vec<SegmentoVisibile>> {
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
        let Some(oltre) = id_anpr.checked_add(1) else { return Ok(None) };
        let oltre = self.chiave(ambiente, Tipo::Base).byte(classe.byte()).n(oltre).fine();
        let Some((_, valore)) = self.grezzi(&prefisso, Some(&oltre), Verso::Indietro, 1)?.pop() else {
            return Ok(None);
        };
        let segmento: SegmentoVisibile = decodifica("base", &valore)?;
        let n = id_anpr - segmento.base(classe);
        if n >= segmento.quante(classe) { Ok(None) } else { self.scheda_in(ambiente, &segmento, classe, n) }
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

    #[doc(hidden)]
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

    #[doc(hidden)]
    fn scheda_in(&self, amb: Ambiente, s: &SegmentoVisibile, classe: Classe, n: u64) -> Esito<Option<Scheda>> {
        let chiave = inizio(self.sandbox_byte(), amb, s.id).byte(RECORD).byte(classe.byte()).n(n).fine();
        let Some(valore) = self.grezzo(&chiave)? else { return Ok(None) };
        let record = decodifica_record(&valore)?;
        Ok(Some(Scheda { id_anpr: s.base(classe) + n, comune: s.comune, segmento: s.id, record }))
    }
}

impl<L: Lettura> LetturaSchede for L {}

/// Walks the schede of one class of a segment, ids ascending.
pub struct SchedeDi<'a> {
    scorri: Scorri<'a>,
    segmento: SegmentoVisibile,
    classe: Classe,
}

impl Registro {
    /// Walks the schede of one class of a visible segment, ids ascending, a page in memory at a time.
    pub fn schede_di(&self, ambiente: Ambiente, segmento: &SegmentoVisibile, classe: Classe) -> SchedeDi<'_> {
        let prefisso =
            inizio(self.sandbox_byte(), ambiente, segmento.id).byte(RECORD).byte(classe.byte()).fine();
        let scorri = scorri(self.interno.store.as_ref(), &prefisso, None, Verso::Avanti);
        SchedeDi { scorri, segmento: segmento.clone(), classe }
    }

    /// How many keys lie under the records of an environment, visible or not; for tests and the console.
    pub fn chiavi_schede(&self, ambiente: Ambiente) -> Esito<u64> {
        let prefisso = prefisso(self.sandbox_byte(), Some(ambiente), Tipo::Scheda);
        scorri(self.interno.store.as_ref(), &prefisso, None, Verso::Avanti)
            .try_fold(0_u64, |n, coppia| coppia.map(|_| n + 1).map_err(ErroreRegistro::from))
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

//! Load of a delivery: records → an invisible segment → one small commit that makes it visible.
//!
//! ```text
//! carica            mark "to be swept", blocks of records, then their index keys in ascending runs, flushed
//! rendi_visibile    in the transaction of the outcome: ids, the segment's own record, the mark removed
//! ```
//! What must stay true: without the commit nothing of a segment can be read, and the mark has it swept when the
//! register opens; records are written once: their ANPR id is the base given at the commit plus their position, and
//! what changes of one scheda afterwards lies over it ([`variazioni`]).

mod blocco;
mod incroci;
mod indici;
mod lettura;
mod record;
mod ricerca;
mod variazioni;

use std::sync::PoisonError;

use anagrafe::{Ambiente, CodiceIstat};
use serde::{Deserialize, Serialize};

use crate::chiavi::{Chiave, DA_SPAZZARE, Tipo};
use crate::errore::ErroreRegistro;
use crate::lettura::{Grezza, Sorgente};
use crate::modello::{IdFornitura, IdSegmento, Schede};
use crate::mondo::limiti::{
    BYTE_PER_LOTTO, BYTE_TIPICI_SCHEDA, CHIAVI_PER_LOTTO, INDICI_DI_RICERCA_BYTE, INDICI_IN_MEMORIA_BYTE,
    LOTTI_PER_FISSATA,
};
use crate::registro::Registro;
use crate::store::{Lotto, Store};
use crate::transazione::Transazione;
use blocco::ScrittoreBlocchi;
pub use incroci::Incontro;
use indici::Indice;
pub use lettura::{LetturaSchede, Scheda, SchedeDi};
use record::codifica_record;
pub use record::{Classe, DaCaricare, LegameCf, RecordCompatto, TipoLegame, TipoRecord};
pub use ricerca::{Limiti, Ricerca, Trovate};
pub use variazioni::{Cancellazione, LetturaVariazioni, Variazione, Variazioni};

type Esito<T> = Result<T, ErroreRegistro>;

/// First `idSchedaSoggettoANPR` of an environment (at most 16 digits, spec subentro §7).
pub const PRIMO_ID_SOGGETTO: u64 = 10_000_001;
/// First family id of an environment.
pub const PRIMO_ID_UNITA: u64 = 5_000_001;
/// Second byte of a segment's keys: records, index by the Comune's id, index by codice fiscale.
const RECORD: u8 = b'r';
const PER_ID_COMUNE: u8 = b'i';
const PER_CF: u8 = b'y';
/// Index by the code that the Anagrafe Tributaria ties to the one sent.
const PER_LEGAME: u8 = b'l';
/// Index of persons by family or convivenza.
const PER_UNITA: u8 = b'u';
/// Index of persons by name, in the order of the letters.
const PER_NOME: u8 = b'n';
/// Changes of single schede.
const VARIAZIONE: u8 = b'v';

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
            Classe::Soggetti => self.schede.individuali(),
            Classe::Unita => self.schede.unita(),
        }
    }
}

fn inizio(sandbox: &[u8], ambiente: Ambiente, segmento: IdSegmento) -> Chiave {
    Chiave::di(sandbox, ambiente, Tipo::Scheda).n(segmento.0)
}

impl Registro {
    /// Writes the records of a delivery as a new segment that nobody can see yet. Long: not inside `scrivi`.
    pub fn carica(
        &self,
        ambiente: Ambiente,
        fornitura: IdFornitura,
        records: impl Iterator<Item = impl Into<DaCaricare>>,
    ) -> Esito<Caricato> {
        self.carica_da(ambiente, fornitura, records.map(Ok::<_, ErroreRegistro>))
    }

    /// The same from a source that may fail; the first error ends the load and what was written is removed.
    pub fn carica_da<R: Into<DaCaricare>, E: From<ErroreRegistro>>(
        &self,
        ambiente: Ambiente,
        fornitura: IdFornitura,
        records: impl Iterator<Item = Result<R, E>>,
    ) -> Result<Caricato, E> {
        let _in_corso = self
            .interno
            .caricamenti
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        self.verifica_spazio((records.size_hint().0 as u64).saturating_mul(BYTE_TIPICI_SCHEDA))?;
        let segmento = self.scrivi(|t| {
            let segmento = IdSegmento(t.prossimo(None, "segmenti")?);
            let inizio = inizio(t.sandbox_byte(), ambiente, segmento).fine();
            t.metti_grezzo([DA_SPAZZARE, &inizio].concat(), Vec::new());
            Ok::<_, ErroreRegistro>(segmento)
        })?;
        let generazione = self.interno.store.generazione();
        let scritto = self
            .scrivi_schede(ambiente, segmento, records)
            .and_then(|schede| {
                // The store was reopened under us: what was queued before may be gone.
                if self.interno.store.generazione() == generazione {
                    Ok(schede)
                } else {
                    Err(
                        ErroreRegistro::Archivio("archivio riaperto durante un caricamento".to_owned())
                            .into(),
                    )
                }
            });
        match scritto {
            Ok(schede) => Ok(Caricato {
                segmento,
                ambiente,
                fornitura,
                schede,
            }),
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
        if matches!(segnato, Ok(Some(_)))
            && let Err(errore) = self.spazza(&inizio)
        {
            tracing::warn!(%segmento, %errore, "segmento abbandonato: sarà rimosso alla prossima apertura");
        }
    }

    fn scrivi_schede<R: Into<DaCaricare>, E: From<ErroreRegistro>>(
        &self,
        ambiente: Ambiente,
        segmento: IdSegmento,
        records: impl Iterator<Item = Result<R, E>>,
    ) -> Result<Schede, E> {
        let inizio = inizio(self.sandbox_byte(), ambiente, segmento).fine();
        let mut accodati = Accodati::nuovi(self.interno.store.as_ref(), inizio);
        let mut blocchi = [Classe::Soggetti, Classe::Unita].map(|c| (c, ScrittoreBlocchi::nuovo()));
        let mut indici = [
            (PER_ID_COMUNE, INDICI_IN_MEMORIA_BYTE),
            (PER_CF, INDICI_IN_MEMORIA_BYTE),
            (PER_LEGAME, INDICI_IN_MEMORIA_BYTE),
            (PER_UNITA, INDICI_DI_RICERCA_BYTE),
            (PER_NOME, INDICI_DI_RICERCA_BYTE),
        ]
        .map(|(parte, limite)| (parte, Indice::nuovo(limite)));
        let mut schede = Schede::default();
        for record in records {
            let DaCaricare { record, unita, nome } = record?.into();
            let classe = record.tipo.classe();
            match record.tipo {
                TipoRecord::Soggetto => schede.soggetti += 1,
                TipoRecord::Famiglia => schede.famiglie += 1,
                TipoRecord::Convivenza => schede.convivenze += 1,
                TipoRecord::Aire => schede.aire += 1,
                TipoRecord::FamigliaAire => schede.famiglie_aire += 1,
            }
            let [delle_persone, delle_unita] = &mut blocchi;
            let (_, scrittore) = if classe == Classe::Soggetti {
                delle_persone
            } else {
                delle_unita
            };
            let (n, pieno) = scrittore.metti(&codifica_record(&record)?)?;
            if let Some(blocco) = pieno {
                accodati.blocco(classe, blocco)?;
            }
            let [per_id, per_cf, per_legame, per_unita, per_nome] = &mut indici;
            per_id.1.metti(classe.byte(), &record.id_comune, n);
            if let Some(cf) = &record.cf {
                per_cf.1.metti(classe.byte(), cf, n);
            }
            if let Some(legame) = &record.legame {
                per_legame.1.metti(classe.byte(), &legame.codice, n);
            }
            for unita in unita.iter().flatten() {
                per_unita.1.metti(classe.byte(), unita, n);
            }
            if let Some(nome) = &nome {
                per_nome.1.metti_ordinato(nome, n);
            }
            for (parte, indice) in indici.iter_mut().filter(|(_, i)| i.pieno()) {
                accodati.serie(*parte, indice)?;
            }
        }
        for (classe, scrittore) in &mut blocchi {
            if let Some(blocco) = scrittore.chiudi()? {
                accodati.blocco(*classe, blocco)?;
            }
        }
        for (parte, indice) in &mut indici {
            accodati.serie(*parte, indice)?;
        }
        accodati.fissa()?;
        Ok(schede)
    }
}

/// Keys of a load on their way to the store, batch by batch.
struct Accodati<'a> {
    store: &'a dyn Store,
    /// What every key of the load begins with.
    inizio: Vec<u8>,
    lotto: Lotto,
    lotti: usize,
}

impl<'a> Accodati<'a> {
    fn nuovi(store: &'a dyn Store, inizio: Vec<u8>) -> Self {
        Self {
            store,
            inizio,
            lotto: Lotto::nuovo(),
            lotti: 0,
        }
    }

    fn blocco(&mut self, classe: Classe, (primo, valore): (u64, Vec<u8>)) -> Esito<()> {
        self.metti(
            &[&[RECORD, classe.byte()], primo.to_be_bytes().as_slice()],
            valore,
        )
    }

    fn serie(&mut self, parte: u8, indice: &mut Indice) -> Esito<()> {
        indice.serie(|serie, prima, valore| {
            self.metti(&[&[parte], serie.to_be_bytes().as_slice(), prima], valore)
        })
    }

    fn metti(&mut self, parti: &[&[u8]], valore: Vec<u8>) -> Esito<()> {
        let chiave = [self.inizio.as_slice(), &parti.concat()].concat();
        self.lotto.metti(chiave, valore);
        if self.lotto.quante() < CHIAVI_PER_LOTTO && self.lotto.byte() < BYTE_PER_LOTTO as u64 {
            return Ok(());
        }
        self.store.accoda(&std::mem::take(&mut self.lotto))?;
        self.lotti += 1;
        if self.lotti.is_multiple_of(LOTTI_PER_FISSATA) {
            self.store.fissa()?;
        }
        Ok(())
    }

    fn fissa(&mut self) -> Esito<()> {
        if !self.lotto.vuoto() {
            self.store.accoda(&std::mem::take(&mut self.lotto))?;
        }
        Ok(self.store.fissa()?)
    }
}

impl Transazione {
    /// Makes a loaded segment visible and gives it its ids, in the transaction that carries the outcome.
    pub fn rendi_visibile(&mut self, caricato: &Caricato, comune: CodiceIstat) -> Esito<SegmentoVisibile> {
        let (ambiente, id) = (caricato.ambiente, caricato.segmento);
        let segno = [DA_SPAZZARE, &inizio(self.sandbox_byte(), ambiente, id).fine()].concat();
        if self.grezzo(&segno)?.is_none() {
            return Err(ErroreRegistro::SegmentoAssente(id));
        }
        let s = caricato.schede;
        let soggetti = self.riserva_id(ambiente, Classe::Soggetti, s.individuali())?;
        let unita = self.riserva_id(ambiente, Classe::Unita, s.unita())?;
        let visibile = SegmentoVisibile {
            id,
            fornitura: caricato.fornitura,
            comune,
            basi: Basi { soggetti, unita },
            schede: caricato.schede,
        };
        for classe in [Classe::Soggetti, Classe::Unita] {
            if visibile.quante(classe) > 0 {
                let chiave = self
                    .chiave(ambiente, Tipo::Base)
                    .byte(classe.byte())
                    .n(visibile.base(classe))
                    .fine();
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
        let Some(visibile) = self.segmento(ambiente, id)? else {
            return Ok(false);
        };
        for classe in [Classe::Soggetti, Classe::Unita] {
            let chiave = self
                .chiave(ambiente, Tipo::Base)
                .byte(classe.byte())
                .n(visibile.base(classe))
                .fine();
            // Two empty segments may share a base: only the own record is taken.
            if self
                .leggi::<SegmentoVisibile>("base", &chiave)?
                .is_some_and(|b| b.id == id)
            {
                self.togli_grezzo(chiave);
            }
        }
        self.rendi_id(ambiente, id)?;
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

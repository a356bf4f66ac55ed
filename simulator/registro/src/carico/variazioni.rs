//! Changes of single schede, as small keys laid over the blocks that are written once.
//!
//! ```text
//! change     key … segment 'v' class position            value: cancelled since when and why, id taken over
//! takeover   key … 'I' class id segment                  value: position in that segment
//! ```
//! A change lies under its segment and goes with it. An id taken over is that of a cancelled scheda of the same person
//! (spec subentro §7): it then speaks of the newcomer, and of the older one again when the newcomer's segment goes.
//! What must stay true: one id has one present scheda at most that is not cancelled; memory and time of a read grow
//! with the changes of the segment it touches, never with its schede.

use std::collections::BTreeMap;

use anagrafe::Ambiente;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::lettura::GrezzaSchede as _;
use super::{Classe, LetturaSchede, Scheda, VARIAZIONE, inizio};
use crate::chiavi::{Tipo, ultimo_numero};
use crate::errore::ErroreRegistro;
use crate::lettura::{Grezza as _, Sorgente as _};
use crate::modello::{IdSegmento, Quando};
use crate::store::Verso;
use crate::transazione::Transazione;
use crate::valori::decodifica;

type Esito<T> = Result<T, ErroreRegistro>;

/// A scheda is cancelled: its person is no longer of that Comune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellazione {
    /// First day without it.
    pub dal: Date,
    /// Code of the reason: table 15 for the APR, 28 for the AIRE.
    pub motivo: String,
    /// Scenario instant at which it was written.
    pub registrata: Quando,
}

/// What changed of one scheda since it was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variazione {
    /// Its id, when it is not the one of its position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_anpr: Option<u64>,
    /// Cancelled, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellata: Option<Cancellazione>,
}

/// Changes of one class of a segment, by position.
pub type Variazioni = BTreeMap<u64, Variazione>;

/// Reads of the changes.
pub trait LetturaVariazioni: LetturaSchede {
    /// Every change of one class of a segment, whether it is visible or not.
    fn variazioni(&self, ambiente: Ambiente, segmento: IdSegmento, classe: Classe) -> Esito<Variazioni> {
        let prefisso = chiave_classe(self.sandbox_byte(), ambiente, segmento, classe);
        self.grezzi(&prefisso, None, Verso::Avanti, usize::MAX)?
            .into_iter()
            .map(|(chiave, valore)| {
                Ok((
                    ultimo_numero(&chiave).unwrap_or_default(),
                    decodifica("variazione", &valore)?,
                ))
            })
            .collect()
    }

    /// The change of one scheda.
    fn variazione(
        &self,
        ambiente: Ambiente,
        segmento: IdSegmento,
        classe: Classe,
        posizione: u64,
    ) -> Esito<Option<Variazione>> {
        let mut chiave = chiave_classe(self.sandbox_byte(), ambiente, segmento, classe);
        chiave.extend_from_slice(&posizione.to_be_bytes());
        self.leggi("variazione", &chiave)
    }

    /// How many persons of an environment are cancelled.
    fn conta_cancellate(&self, ambiente: Ambiente) -> Esito<u64> {
        let mut quante = 0;
        for segmento in self.segmenti(ambiente, None)? {
            let variazioni = self.variazioni(ambiente, segmento.id, Classe::Soggetti)?;
            quante += variazioni.values().filter(|v| v.cancellata.is_some()).count() as u64;
        }
        Ok(quante)
    }

    /// Those who took an id over, in the order in which they came.
    fn riprese(&self, ambiente: Ambiente, classe: Classe, id_anpr: u64) -> Esito<Vec<Scheda>> {
        let prefisso = self
            .chiave(ambiente, Tipo::Ripresa)
            .byte(classe.byte())
            .n(id_anpr)
            .fine();
        let mut riprese = Vec::new();
        for (chiave, valore) in self.grezzi(&prefisso, None, Verso::Avanti, usize::MAX)? {
            let id = IdSegmento(ultimo_numero(&chiave).unwrap_or_default());
            if let Some(segmento) = self.segmento(ambiente, id)? {
                let posizione: u64 = decodifica("ripresa", &valore)?;
                riprese.extend(self.scheda_in(ambiente, &segmento, classe, posizione)?);
            }
        }
        Ok(riprese)
    }
}

impl<L: LetturaSchede + ?Sized> LetturaVariazioni for L {}

fn chiave_classe(sandbox: &[u8], ambiente: Ambiente, segmento: IdSegmento, classe: Classe) -> Vec<u8> {
    inizio(sandbox, ambiente, segmento)
        .byte(VARIAZIONE)
        .byte(classe.byte())
        .fine()
}

impl Transazione {
    /// Cancels a person's scheda, or makes it active again. `None` when nobody has that id.
    pub fn imposta_cancellazione(
        &mut self,
        ambiente: Ambiente,
        id_anpr: u64,
        cancellata: Option<Cancellazione>,
    ) -> Esito<Option<Scheda>> {
        let Some(mut scheda) = self.scheda(ambiente, Classe::Soggetti, id_anpr)? else {
            return Ok(None);
        };
        let vecchia = self.variazione(ambiente, scheda.segmento, Classe::Soggetti, scheda.posizione)?;
        scheda.cancellata.clone_from(&cancellata);
        let nuova = Variazione {
            cancellata,
            ..vecchia.unwrap_or_default()
        };
        self.salva_variazione(ambiente, scheda.segmento, scheda.posizione, &nuova)?;
        Ok(Some(scheda))
    }

    /// Gives a person of a segment just made visible the id of a cancelled scheda. `false`, and nothing changed, when
    /// that id is nobody's or of somebody who is not cancelled.
    pub fn riprendi_id(
        &mut self,
        ambiente: Ambiente,
        segmento: IdSegmento,
        posizione: u64,
        id_anpr: u64,
    ) -> Esito<bool> {
        let titolare = self.scheda(ambiente, Classe::Soggetti, id_anpr)?;
        if titolare.is_none_or(|t| t.cancellata.is_none()) {
            return Ok(false);
        }
        let vecchia = self.variazione(ambiente, segmento, Classe::Soggetti, posizione)?;
        let nuova = Variazione {
            id_anpr: Some(id_anpr),
            ..vecchia.unwrap_or_default()
        };
        self.salva_variazione(ambiente, segmento, posizione, &nuova)?;
        let chiave = self.chiave_ripresa(ambiente, id_anpr, segmento);
        self.metti("ripresa", chiave, &posizione)?;
        Ok(true)
    }

    /// The ids a segment took over are their older holders' again.
    pub(super) fn rendi_id(&mut self, ambiente: Ambiente, segmento: IdSegmento) -> Esito<()> {
        for variazione in self.variazioni(ambiente, segmento, Classe::Soggetti)?.values() {
            if let Some(id) = variazione.id_anpr {
                let chiave = self.chiave_ripresa(ambiente, id, segmento);
                self.togli_grezzo(chiave);
            }
        }
        Ok(())
    }

    fn salva_variazione(
        &mut self,
        ambiente: Ambiente,
        segmento: IdSegmento,
        posizione: u64,
        v: &Variazione,
    ) -> Esito<()> {
        let mut chiave = chiave_classe(self.sandbox_byte(), ambiente, segmento, Classe::Soggetti);
        chiave.extend_from_slice(&posizione.to_be_bytes());
        if *v == Variazione::default() {
            self.togli_grezzo(chiave);
            return Ok(());
        }
        self.metti("variazione", chiave, v)
    }

    fn chiave_ripresa(&self, ambiente: Ambiente, id_anpr: u64, segmento: IdSegmento) -> Vec<u8> {
        self.chiave(ambiente, Tipo::Ripresa)
            .byte(Classe::Soggetti.byte())
            .n(id_anpr)
            .n(segmento.0)
            .fine()
    }
}

//! The persons of pairs as they are now: their ids, and whether they are still active.

use std::collections::BTreeMap;

use anagrafe::Ambiente;
use registro::{
    Classe, IdFornitura, Lettura as _, LetturaSchede as _, LetturaVariazioni as _, SegmentoVisibile,
    Variazioni,
};

use super::quaderno::Parte;
use crate::{Esito, Simulatore};

/// Reads each delivery once, however many pairs speak of it.
pub(super) struct Schedario<'s> {
    sim: &'s Simulatore,
    ambiente: Ambiente,
    /// Delivery → its segment and what changed there; nothing when it is not in the register any more.
    caricate: BTreeMap<IdFornitura, Option<(SegmentoVisibile, Variazioni)>>,
}

impl<'s> Schedario<'s> {
    pub(super) fn nuovo(sim: &'s Simulatore, ambiente: Ambiente) -> Self {
        Self {
            sim,
            ambiente,
            caricate: BTreeMap::new(),
        }
    }

    fn di(&mut self, fornitura: IdFornitura) -> Esito<Option<&(SegmentoVisibile, Variazioni)>> {
        if !self.caricate.contains_key(&fornitura) {
            let registro = self.sim.registro();
            let segmento = registro.fornitura(fornitura)?.and_then(|f| f.segmento);
            let visibile = match segmento {
                Some(id) => registro.segmento(self.ambiente, id)?,
                None => None,
            };
            let caricata = match visibile {
                Some(s) => {
                    let variazioni = registro.variazioni(self.ambiente, s.id, Classe::Soggetti)?;
                    Some((s, variazioni))
                }
                None => None,
            };
            self.caricate.insert(fornitura, caricata);
        }
        Ok(self.caricate.get(&fornitura).and_then(Option::as_ref))
    }

    /// Loaded and not cancelled.
    pub(super) fn attiva(&mut self, parte: &Parte) -> Esito<bool> {
        Ok(self.di(parte.fornitura)?.is_some_and(|(_, variazioni)| {
            variazioni
                .get(&parte.posizione)
                .is_none_or(|v| v.cancellata.is_none())
        }))
    }

    /// The id, or nothing for a person of a delivery that is gone.
    pub(super) fn id_anpr(&mut self, parte: &Parte) -> Esito<String> {
        Ok(self
            .di(parte.fornitura)?
            .map_or_else(String::new, |(segmento, variazioni)| {
                let ripreso = variazioni.get(&parte.posizione).and_then(|v| v.id_anpr);
                ripreso
                    .unwrap_or(segmento.basi.soggetti + parte.posizione)
                    .to_string()
            }))
    }
}

//! What is shown of a check: a stream of findings, sampled, masked, with their causes.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::confronto::{Confronto, Novita};
use super::oscura::oscura;
use crate::controlla::Controllo;
use crate::tipi::Rilievo;

/// Findings per code that a page shows even when all are asked for: more belong in a CSV or in JSON.
pub const MASSIMO_PER_CODICE: usize = 1000;

/// A finding as a report shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Voce {
    /// The finding.
    #[serde(flatten)]
    pub rilievo: Rilievo,
    /// Code it probably follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causa: Option<&'static str>,
    /// Whether the earlier delivery had it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confronto: Option<Novita>,
}

/// A check and how to show it.
#[derive(Debug)]
pub struct Presentazione<'a> {
    /// What was checked.
    pub controllo: &'a Controllo,
    /// The comparison with an earlier delivery.
    pub confronto: Option<Confronto<'a>>,
    /// Samples per code, 0 for all.
    pub max_campioni: usize,
    /// Names and codici fiscali are masked.
    pub oscura: bool,
    /// Of the findings of each code, those that follow from a cause; exact.
    pub conseguenze: BTreeMap<String, u64>,
}

impl<'a> Presentazione<'a> {
    /// Shows a check; with `prima`, against an earlier delivery.
    pub fn nuova(
        controllo: &'a Controllo,
        prima: Option<&'a Controllo>,
        max_campioni: usize,
        oscura: bool,
    ) -> io::Result<Self> {
        let mut conseguenze = BTreeMap::new();
        if !controllo.cause.nessuna() {
            for rilievo in controllo.rilievi()? {
                let rilievo = rilievo?;
                if controllo.cause.di(&rilievo).is_some() {
                    *conseguenze.entry(rilievo.codice).or_default() += 1;
                }
            }
        }
        Ok(Self {
            controllo,
            confronto: prima.map(|p| Confronto::fra(p, controllo)).transpose()?,
            max_campioni,
            oscura,
            conseguenze,
        })
    }

    /// Findings of the delivery, at most the samples asked for.
    pub fn voci(&self) -> io::Result<impl Iterator<Item = io::Result<Voce>> + '_> {
        self.campione(self.max_campioni)
    }

    /// The same for formats that group by code and so hold what they show.
    pub(super) fn voci_in_pagina(&self) -> io::Result<BTreeMap<String, Vec<Voce>>> {
        let mut per_codice: BTreeMap<String, Vec<Voce>> = BTreeMap::new();
        for voce in self.campione(self.in_pagina())? {
            let voce = voce?;
            per_codice
                .entry(voce.rilievo.codice.clone())
                .or_default()
                .push(voce);
        }
        Ok(per_codice)
    }

    /// Samples per code of such formats.
    pub(super) fn in_pagina(&self) -> usize {
        match self.max_campioni {
            0 => MASSIMO_PER_CODICE,
            n => n.min(MASSIMO_PER_CODICE),
        }
    }

    fn campione(&self, massimo: usize) -> io::Result<impl Iterator<Item = io::Result<Voce>> + '_> {
        let mut resto = self.confronto.as_ref().map(Confronto::resto);
        let mut campioni = Campioni::al_massimo(massimo);
        Ok(self.controllo.rilievi()?.filter_map(move |rilievo| {
            let mut rilievo = match rilievo {
                Ok(rilievo) => rilievo,
                Err(errore) => return Some(Err(errore)),
            };
            let confronto = resto.as_mut().map(|resto| resto.novita(&rilievo, Novita::Nuova));
            if !campioni.prende(&rilievo.codice, confronto) {
                return None;
            }
            let causa = self.controllo.cause.di(&rilievo);
            if self.oscura {
                oscura(&mut rilievo);
            }
            Some(Ok(Voce {
                rilievo,
                causa,
                confronto,
            }))
        }))
    }

    /// Findings of the earlier delivery that are gone.
    pub fn scomparse(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<Voce>> + '_>> {
        let Some(confronto) = &self.confronto else {
            return Ok(Box::new(std::iter::empty()));
        };
        let mut resto = confronto.resto();
        let mut campioni = Campioni::al_massimo(self.max_campioni);
        Ok(Box::new(confronto.prima.rilievi()?.filter_map(move |rilievo| {
            let mut rilievo = match rilievo {
                Ok(rilievo) => rilievo,
                Err(errore) => return Some(Err(errore)),
            };
            let novita = resto.novita(&rilievo, Novita::Scomparsa);
            if novita != Novita::Scomparsa || !campioni.prende(&rilievo.codice, Some(novita)) {
                return None;
            }
            let causa = confronto.prima.cause.di(&rilievo);
            if self.oscura {
                oscura(&mut rilievo);
            }
            Some(Ok(Voce {
                rilievo,
                causa,
                confronto: Some(novita),
            }))
        })))
    }
}

/// Takes the first so many of each kind.
struct Campioni {
    massimo: usize,
    presi: BTreeMap<String, [usize; 4]>,
}

impl Campioni {
    fn al_massimo(massimo: usize) -> Self {
        Self {
            massimo,
            presi: BTreeMap::new(),
        }
    }

    fn prende(&mut self, codice: &str, novita: Option<Novita>) -> bool {
        if self.massimo == 0 {
            return true;
        }
        let posto = novita.map_or(0, |n| 1 + n as usize);
        if !self.presi.contains_key(codice) {
            self.presi.insert(codice.to_owned(), [0; 4]);
        }
        let Some(presi) = self.presi.get_mut(codice).and_then(|p| p.get_mut(posto)) else {
            return false;
        };
        *presi += 1;
        *presi <= self.massimo
    }
}

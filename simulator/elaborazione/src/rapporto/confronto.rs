//! Two deliveries → anomalies gone, new, remaining.
//!
//! A finding is the same one when code, kind and id of the scheda, group of data and field are the same; the value, the file
//! it is in and its place there may change: a scheda whose wrong value became another wrong one is not healed. Only hashes of
//! that are kept, so millions of findings fit; equal findings are matched one to one, in the order of their delivery.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::controlla::Controllo;
use crate::tipi::Rilievo;

/// What became of a finding between two deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Novita {
    /// Only the later delivery has it.
    Nuova,
    /// Both have it.
    Rimasta,
    /// Only the earlier one had it.
    Scomparsa,
}

impl Novita {
    /// As it is written in cells.
    pub fn parola(self) -> &'static str {
        match self {
            Novita::Nuova => "nuova",
            Novita::Rimasta => "rimasta",
            Novita::Scomparsa => "scomparsa",
        }
    }
}

/// What two lists of findings have and have not in common, per code; counts are exact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differenze {
    /// Only in the later one.
    pub nuove: BTreeMap<String, u64>,
    /// In both.
    pub rimaste: BTreeMap<String, u64>,
    /// Only in the earlier one.
    pub scomparse: BTreeMap<String, u64>,
}

impl Differenze {
    /// Compares two lists.
    pub fn fra<E>(
        prima: impl Iterator<Item = Result<Rilievo, E>>,
        dopo: impl Iterator<Item = Result<Rilievo, E>>,
    ) -> Result<Self, E> {
        Ok(accoppia(prima, dopo)?.0)
    }

    /// Compares how many there are, where the findings themselves are gone.
    pub fn per_quantita(prima: &BTreeMap<String, u64>, dopo: &BTreeMap<String, u64>) -> Self {
        let mut d = Self::default();
        for codice in prima.keys().chain(dopo.keys()) {
            let di = |m: &BTreeMap<String, u64>| m.get(codice).copied().unwrap_or(0);
            let (a, b) = (di(prima), di(dopo));
            for (dove, n) in [
                (&mut d.rimaste, a.min(b)),
                (&mut d.nuove, b.saturating_sub(a)),
                (&mut d.scomparse, a.saturating_sub(b)),
            ] {
                if n > 0 {
                    dove.insert(codice.clone(), n);
                }
            }
        }
        d
    }
}

/// Matches equal findings one to one; also gives the common ones, by hash.
fn accoppia<E>(
    prima: impl Iterator<Item = Result<Rilievo, E>>,
    dopo: impl Iterator<Item = Result<Rilievo, E>>,
) -> Result<(Differenze, FxHashMap<u64, u32>), E> {
    let mut d = Differenze::default();
    let mut vecchie: FxHashMap<u64, u32> = FxHashMap::default();
    let mut comuni: FxHashMap<u64, u32> = FxHashMap::default();
    for rilievo in prima {
        let rilievo = rilievo?;
        *vecchie.entry(chiave(&rilievo)).or_default() += 1;
        *d.scomparse.entry(rilievo.codice).or_default() += 1;
    }
    for rilievo in dopo {
        let rilievo = rilievo?;
        let chiave = chiave(&rilievo);
        match vecchie.get_mut(&chiave) {
            Some(quante) if *quante > 0 => {
                *quante -= 1;
                *comuni.entry(chiave).or_default() += 1;
                if let Some(n) = d.scomparse.get_mut(&rilievo.codice) {
                    *n = n.saturating_sub(1);
                }
                *d.rimaste.entry(rilievo.codice).or_default() += 1;
            }
            _ => *d.nuove.entry(rilievo.codice).or_default() += 1,
        }
    }
    d.scomparse.retain(|_, n| *n > 0);
    Ok((d, comuni))
}

/// The comparison of two checks; counts are exact.
#[derive(Debug)]
pub struct Confronto<'a> {
    /// The earlier delivery.
    pub prima: &'a Controllo,
    /// Per code, only in the later one.
    pub nuove: BTreeMap<String, u64>,
    /// Per code, in both.
    pub rimaste: BTreeMap<String, u64>,
    /// Per code, only in the earlier one.
    pub scomparse: BTreeMap<String, u64>,
    comuni: FxHashMap<u64, u32>,
}

impl<'a> Confronto<'a> {
    /// Compares two checks.
    pub fn fra(prima: &'a Controllo, dopo: &Controllo) -> io::Result<Self> {
        let (differenze, comuni) = accoppia(prima.rilievi()?, dopo.rilievi()?)?;
        let Differenze {
            nuove,
            rimaste,
            scomparse,
        } = differenze;
        Ok(Self {
            prima,
            nuove,
            rimaste,
            scomparse,
            comuni,
        })
    }

    /// The common findings, to be struck off while one of the deliveries streams by.
    pub(super) fn resto(&self) -> Resto {
        Resto(self.comuni.clone())
    }
}

/// Common findings not met yet.
#[derive(Debug, Clone)]
pub struct Resto(FxHashMap<u64, u32>);

impl Resto {
    /// What two lists of findings have in common, to be struck off while one of them streams by again.
    pub fn fra<E>(
        prima: impl Iterator<Item = Result<Rilievo, E>>,
        dopo: impl Iterator<Item = Result<Rilievo, E>>,
    ) -> Result<Self, E> {
        Ok(Self(accoppia(prima, dopo)?.1))
    }

    /// What became of the next finding of a list: in both, or `altrimenti`.
    pub fn novita(&mut self, rilievo: &Rilievo, altrimenti: Novita) -> Novita {
        match self.0.get_mut(&chiave(rilievo)) {
            Some(quante) if *quante > 0 => {
                *quante -= 1;
                Novita::Rimasta
            }
            _ => altrimenti,
        }
    }
}

/// Hash of what makes a finding the same one in two deliveries.
fn chiave(r: &Rilievo) -> u64 {
    let mut h = DefaultHasher::new();
    (&r.codice, r.tipo_scheda, &r.scheda, &r.oggetto, &r.campo).hash(&mut h);
    h.finish()
}

/// Fingerprint of a finding in SARIF, value included, taken after masking.
pub(super) fn impronta(r: &Rilievo) -> u64 {
    let mut h = DefaultHasher::new();
    (
        &r.codice,
        r.tipo_scheda,
        &r.scheda,
        &r.oggetto,
        &r.campo,
        &r.valore,
    )
        .hash(&mut h);
    h.finish()
}

#[cfg(test)]
mod prove {
    use std::convert::Infallible;

    use super::{
        Novita::{Nuova, Rimasta, Scomparsa},
        *,
    };
    use crate::tipi::{Gravita, TipoScheda};

    fn rilievo(codice: &str, scheda: &str, campo: &str, valore: &str, file: &str) -> Rilievo {
        Rilievo {
            codice: codice.to_owned(),
            gravita: Gravita::Errore,
            tipo_scheda: TipoScheda::SoggettoApr,
            scheda: scheda.to_owned(),
            posizione: None,
            testo: String::new(),
            oggetto: Some("residenza".to_owned()),
            campo: Some(campo.to_owned()),
            valore: Some(valore.to_owned()),
            file: Some(file.to_owned()),
            codice_ae: None,
            prog_anpr: None,
        }
    }

    fn letti(l: &[Rilievo]) -> impl Iterator<Item = Result<Rilievo, Infallible>> {
        l.iter().cloned().map(Ok)
    }

    #[test]
    fn another_wrong_value_in_another_file_is_the_same_finding_and_another_scheda_is_not() {
        let prima = [
            rilievo("EC001", "S1", "cap", "0", "a"),
            rilievo("EC001", "S1", "cap", "1", "a"),
            rilievo("EC001", "S2", "cap", "0", "a"),
            rilievo("EC002", "S3", "cap", "0", "a"),
        ];
        let dopo = [
            rilievo("EC001", "S1", "cap", "9", "b"),
            rilievo("EC001", "S3", "cap", "0", "b"),
            rilievo("EC002", "S3", "via", "0", "b"),
        ];
        let Ok(resto) = Resto::fra(letti(&prima), letti(&dopo));
        let esiti = |l: &[Rilievo], altrimenti| {
            let mut resto = resto.clone();
            l.iter().map(|r| resto.novita(r, altrimenti)).collect::<Vec<_>>()
        };
        assert_eq!(
            esiti(&prima, Scomparsa),
            [Rimasta, Scomparsa, Scomparsa, Scomparsa],
            "one to one"
        );
        assert_eq!(esiti(&dopo, Nuova), [Rimasta, Nuova, Nuova]);
        assert_ne!(
            impronta(&prima[0]),
            impronta(&dopo[0]),
            "SARIF tells the values apart"
        );
    }
}

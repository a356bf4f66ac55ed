//! Two deliveries of a Comune → what became of their anomalies, code by code and one by one.
//!
//! When two findings are the same one is said once (`elaborazione::rapporto::Resto`). Both deliveries stream from disk: in
//! memory are a hash for each finding of the earlier one and the page asked for.

use std::collections::BTreeSet;

use elaborazione::{
    Rilievo,
    rapporto::{Differenze, Novita, Resto},
};
use registro::Fornitura;
use serde::Serialize;

use crate::{ErroreServizio, Esito, Simulatore};

/// One code in two deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodiceConfrontato {
    /// The code.
    pub codice: String,
    /// Gone: only the earlier one had them.
    pub scomparse: u64,
    /// In both.
    pub rimaste: u64,
    /// New: only the later one has them.
    pub nuove: u64,
}

/// Two deliveries compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfrontoForniture {
    /// The earlier one.
    pub prima: String,
    /// The later one.
    pub dopo: String,
    /// One of them was cancelled and its findings are gone: only how many there were is compared.
    pub solo_quantita: bool,
    /// Codes, in order.
    pub codici: Vec<CodiceConfrontato>,
}

/// Which of the findings are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FiltroConfronto {
    /// What became of them.
    pub novita: Option<Novita>,
    /// Of one code.
    pub codice: Option<String>,
}

/// A finding, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnomaliaConfrontata {
    /// Gone, new, or in both: then as the later delivery has it.
    pub novita: Novita,
    /// The finding.
    #[serde(flatten)]
    pub rilievo: Rilievo,
}

impl Simulatore {
    /// Compares two deliveries of the same Comune in the same environment.
    pub fn confronta(&self, prima: &str, dopo: &str) -> Esito<ConfrontoForniture> {
        let (p, d) = self.da_confrontare(prima, dopo)?;
        let solo_quantita = self.senza_rilievi(&p) || self.senza_rilievi(&d);
        let Differenze {
            nuove,
            rimaste,
            scomparse,
        } = if solo_quantita {
            Differenze::per_quantita(&p.conteggi, &d.conteggi)
        } else {
            Differenze::fra(self.rilievi_di(&p, None)?, self.rilievi_di(&d, None)?)?
        };
        let tutti: BTreeSet<&String> = nuove
            .keys()
            .chain(rimaste.keys())
            .chain(scomparse.keys())
            .collect();
        let codici = tutti
            .into_iter()
            .map(|codice| {
                let di = |m: &std::collections::BTreeMap<String, u64>| m.get(codice).copied().unwrap_or(0);
                CodiceConfrontato {
                    codice: codice.clone(),
                    scomparse: di(&scomparse),
                    rimaste: di(&rimaste),
                    nuove: di(&nuove),
                }
            })
            .collect();
        Ok(ConfrontoForniture {
            prima: p.id.to_string(),
            dopo: d.id.to_string(),
            solo_quantita,
            codici,
        })
    }

    /// The findings themselves after the first `da`, at most `limite`: first what is gone, in the order of the earlier
    /// delivery, then what stays and what is new, in that of the later one.
    pub fn anomalie_confrontate(
        &self,
        prima: &str,
        dopo: &str,
        filtro: &FiltroConfronto,
        da: u64,
        limite: usize,
    ) -> Esito<Vec<AnomaliaConfrontata>> {
        let (p, d) = self.da_confrontare(prima, dopo)?;
        if self.senza_rilievi(&p) || self.senza_rilievi(&d) {
            return Err(ErroreServizio::conflitto(
                "Una delle due forniture è stata cancellata: le sue anomalie non si possono più leggere una a una, restano \
                 solo le quantità.",
            ));
        }
        let codice = filtro.codice.as_deref();
        let comuni = Resto::fra(self.rilievi_di(&p, codice)?, self.rilievi_di(&d, codice)?)?;
        let chiesta = |n: Novita| filtro.novita.is_none_or(|f| f == n);
        let mut da_saltare = da;
        let mut uscita = Vec::new();
        for (f, altrimenti) in [(&p, Novita::Scomparsa), (&d, Novita::Nuova)] {
            // What stays is told once, as the later delivery has it.
            let della_prima = altrimenti == Novita::Scomparsa;
            if !chiesta(altrimenti) && (della_prima || !chiesta(Novita::Rimasta)) {
                continue;
            }
            let mut resto = comuni.clone();
            for rilievo in self.rilievi_di(f, codice)? {
                let rilievo = rilievo?;
                let novita = resto.novita(&rilievo, altrimenti);
                if !chiesta(novita) || (della_prima && novita == Novita::Rimasta) {
                    continue;
                }
                if da_saltare > 0 {
                    da_saltare -= 1;
                    continue;
                }
                if uscita.len() == limite {
                    return Ok(uscita);
                }
                uscita.push(AnomaliaConfrontata { novita, rilievo });
            }
        }
        Ok(uscita)
    }

    fn da_confrontare(&self, prima: &str, dopo: &str) -> Esito<(Fornitura, Fornitura)> {
        let (p, d) = (self.fornitura(prima)?, self.fornitura(dopo)?);
        if (p.comune, p.ambiente) != (d.comune, d.ambiente) {
            return Err(ErroreServizio::richiesta(
                "Si confrontano due forniture dello stesso Comune nello stesso ambiente.",
            ));
        }
        if p.id == d.id {
            return Err(ErroreServizio::richiesta("Scegliere due forniture diverse."));
        }
        Ok((p, d))
    }

    /// The findings of a delivery, those that others brought upon it too, of one code when given.
    fn rilievi_di<'c>(
        &self,
        f: &Fornitura,
        codice: Option<&'c str>,
    ) -> Esito<impl Iterator<Item = Esito<Rilievo>> + use<'c>> {
        let subiti = self.incroci_subiti(f)?.into_iter().map(Ok);
        Ok(self
            .tutti_i_rilievi(f)?
            .chain(subiti)
            .filter(move |r| r.as_ref().map_or(true, |r| codice.is_none_or(|c| c == r.codice))))
    }

    /// Findings were counted, and are no longer there to be read.
    fn senza_rilievi(&self, f: &Fornitura) -> bool {
        f.conteggi.values().any(|n| *n > 0) && !self.cartella(f.id).is_dir()
    }
}

//! Two deliveries of a Comune → what became of their anomalies, code by code.

use std::collections::BTreeSet;

use elaborazione::rapporto::Differenze;
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

impl Simulatore {
    /// Compares two deliveries of the same Comune in the same environment.
    pub fn confronta(&self, prima: &str, dopo: &str) -> Esito<ConfrontoForniture> {
        let (p, d) = (self.fornitura(prima)?, self.fornitura(dopo)?);
        if (p.comune, p.ambiente) != (d.comune, d.ambiente) {
            return Err(ErroreServizio::richiesta(
                "Si confrontano due forniture dello stesso Comune nello stesso ambiente.",
            ));
        }
        if p.id == d.id {
            return Err(ErroreServizio::richiesta("Scegliere due forniture diverse."));
        }
        let solo_quantita = self.senza_rilievi(&p) || self.senza_rilievi(&d);
        let differenze = if solo_quantita {
            Differenze::per_quantita(&p.conteggi, &d.conteggi)
        } else {
            Differenze::fra(self.tutti_i_rilievi(&p)?, self.tutti_i_rilievi(&d)?)?
        };
        let Differenze {
            nuove,
            rimaste,
            scomparse,
        } = differenze;
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

    /// Findings were counted, and are no longer there to be read.
    fn senza_rilievi(&self, f: &Fornitura) -> bool {
        f.conteggi.values().any(|n| *n > 0) && !self.cartella(f.id).is_dir()
    }
}

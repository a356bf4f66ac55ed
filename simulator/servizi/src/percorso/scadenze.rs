//! The dates of the scenario that the circolare fixed and a trainer may move.

use anagrafe::Data;
use registro::Lettura;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ErroreServizio, Esito, Simulatore, gestione::leggi};

/// Collection and key of the settings.
const DOVE: (&str, &str) = ("percorso-scadenze", "valori");
/// Days of production that make sense in a scenario.
const PRODUZIONE_MASSIMA_GIORNI: u8 = 90;
/// Months of notice before the tests that make sense in a scenario.
const ANTICIPO_MASSIMO_MESI: u8 = 24;

/// Deadlines and times of the journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Scadenze {
    /// Last day for the scheda di monitoraggio (process M03).
    pub scheda: Data,
    /// Day from which the Prefetture see who has sent it (M05).
    pub prefetture_dal: Data,
    /// Shortest production of smart cards, in days (C02).
    pub produzione_minima: u8,
    /// Longest one.
    pub produzione_massima: u8,
    /// Months between the message of the start of tests and the tests, at least (M06).
    pub anticipo_prove_mesi: u8,
}

impl Default for Scadenze {
    fn default() -> Self {
        Self {
            scheda: jiff::civil::date(2016, 9, 16),
            prefetture_dal: jiff::civil::date(2016, 8, 1),
            produzione_minima: 7,
            produzione_massima: 20,
            anticipo_prove_mesi: 2,
        }
    }
}

impl Scadenze {
    fn controlla(&self) -> Esito<()> {
        if self.produzione_minima > self.produzione_massima
            || self.produzione_massima > PRODUZIONE_MASSIMA_GIORNI
        {
            return Err(ErroreServizio::richiesta(format!(
                "La produzione va da produzioneMinima a produzioneMassima, al più {PRODUZIONE_MASSIMA_GIORNI} giorni."
            )));
        }
        if self.anticipo_prove_mesi > ANTICIPO_MASSIMO_MESI {
            return Err(ErroreServizio::richiesta(format!(
                "L'anticipo delle prove è al più di {ANTICIPO_MASSIMO_MESI} mesi."
            )));
        }
        Ok(())
    }
}

/// The settings as they stand.
pub(super) fn scadenze(t: &impl Lettura) -> Esito<Scadenze> {
    Ok(t.documento(DOVE.0, DOVE.1)?.unwrap_or_default())
}

impl Simulatore {
    /// Deadlines and times of the journey.
    pub fn scadenze(&self) -> Esito<Scadenze> {
        scadenze(self.registro())
    }

    /// Changes some of them; the rest stays. What becomes due by the change happens at once.
    pub fn metti_scadenze(&self, modifica: Value) -> Esito<Scadenze> {
        let nuove = self.registro().scrivi(|t| {
            let mut valori = serde_json::to_value(scadenze(t)?).map_err(ErroreServizio::guasto)?;
            let Value::Object(cambi) = modifica else {
                return Err(ErroreServizio::richiesta("Le scadenze sono un oggetto JSON."));
            };
            if let Some(v) = valori.as_object_mut() {
                v.extend(cambi);
            }
            let nuove: Scadenze = leggi(valori)?;
            nuove.controlla()?;
            t.salva_documento(DOVE.0, DOVE.1, &nuove)?;
            t.evento()?;
            Ok(nuove)
        })?;
        self.al_passo()?;
        Ok(nuove)
    }
}

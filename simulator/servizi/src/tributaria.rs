//! The tax register of the simulator as a setting: profile and planted differences.

use elaborazione::{Allineata, Differenza};
use registro::Lettura as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ErroreServizio, Esito, Simulatore, gestione::leggi};

/// Document of the register that keeps the setting.
const DOCUMENTO: (&str, &str) = ("tributaria", "profilo");

/// Which people the synthetic tax register knows, before the planted differences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profilo {
    /// Everyone it is asked about, with the data of the scheda (spec subentro §5.2).
    #[default]
    Allineata,
}

/// `GET|PUT /api/tributaria`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tributo {
    /// Profile.
    pub profilo: Profilo,
    /// What it knows differently, by codice fiscale or by scheda.
    pub differenze: Vec<Differenza>,
}

impl Simulatore {
    /// Profile and planted differences.
    pub fn tributaria(&self) -> Esito<Value> {
        serde_json::to_value(self.tributo()?).map_err(ErroreServizio::guasto)
    }

    /// Sets them.
    pub fn metti_tributaria(&self, valore: Value) -> Esito<Value> {
        let tributo: Tributo = leggi(valore)?;
        self.registro().scrivi(|t| -> Esito<()> {
            t.salva_documento(DOCUMENTO.0, DOCUMENTO.1, &tributo)?;
            t.evento()?;
            Ok(())
        })?;
        self.tributaria()
    }

    fn tributo(&self) -> Esito<Tributo> {
        Ok(self.registro().documento(DOCUMENTO.0, DOCUMENTO.1)?.unwrap_or_default())
    }

    /// The register as the elaboration asks it.
    pub(crate) fn anagrafe_tributaria(&self) -> Esito<Allineata> {
        let Tributo { profilo: Profilo::Allineata, differenze } = self.tributo()?;
        Ok(Allineata::con(differenze))
    }
}

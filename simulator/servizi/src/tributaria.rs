//! The tax register of the simulator as a setting: profile, planted differences, slowness, outage.
//!
//! While it is out, or as long as it takes to answer, a complete delivery stays under elaboration: nothing is asked,
//! nothing is lost, and it goes on by itself (the PEC comes late). What blocks a delivery blocks it at once, because
//! the register is asked last (spec subentro §3).

use std::time::Duration;

use elaborazione::{Allineata, Differenza, Realistica, Tributaria};
use registro::{Fornitura, Lettura as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ErroreServizio, Esito, Simulatore, gestione::leggi};

/// Document of the register that keeps the setting.
const DOCUMENTO: (&str, &str) = ("tributaria", "profilo");
/// Questions that travel together, unless the setting says.
const DOMANDE_PER_LOTTO: u64 = 1_000;
/// Most milliseconds a batch of questions may take.
const LATENZA_MASSIMA_MS: u64 = 600_000;

/// Which people the synthetic tax register knows, before the planted differences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profilo {
    /// Everyone it is asked about, with the data of the scheda (spec subentro §5.2).
    #[default]
    Allineata,
    /// The published shares of anomalies, by seed and person (spec subentro §6.5).
    Realistica,
}

/// `GET|PUT /api/tributaria`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Tributo {
    /// Profile.
    pub profilo: Profilo,
    /// What it knows differently, by codice fiscale or by scheda.
    pub differenze: Vec<Differenza>,
    /// Milliseconds each batch of questions takes.
    pub latenza_ms: u64,
    /// Questions of a batch.
    pub domande_per_lotto: u64,
    /// It does not answer at all.
    pub guasto: bool,
}

impl Default for Tributo {
    fn default() -> Self {
        Self {
            profilo: Profilo::default(),
            differenze: Vec::new(),
            latenza_ms: 0,
            domande_per_lotto: DOMANDE_PER_LOTTO,
            guasto: false,
        }
    }
}

impl Tributo {
    fn verifica(&self) -> Esito<()> {
        if self.latenza_ms > LATENZA_MASSIMA_MS {
            let testo =
                format!("latenzaMs: al massimo {LATENZA_MASSIMA_MS} millisecondi per gruppo di domande.");
            return Err(ErroreServizio::richiesta(testo));
        }
        if self.domande_per_lotto == 0 {
            return Err(ErroreServizio::richiesta("domandePerLotto: almeno 1."));
        }
        if let Some(i) = self
            .differenze
            .iter()
            .position(|d| d.cf.is_none() && d.scheda.is_none())
        {
            let testo = format!("differenze[{i}]: serve «cf» o «scheda», altrimenti non riguarda nessuno.");
            return Err(ErroreServizio::richiesta(testo));
        }
        Ok(())
    }

    /// How long the questions about a delivery take; `None` while nobody answers.
    fn durata(&self, domande: u64) -> Option<Duration> {
        let lotti = domande.div_ceil(self.domande_per_lotto.max(1));
        (!self.guasto).then(|| Duration::from_millis(lotti.saturating_mul(self.latenza_ms)))
    }
}

impl Simulatore {
    /// Profile, planted differences, latency, outage.
    pub fn tributaria(&self) -> Esito<Value> {
        serde_json::to_value(self.tributo()?).map_err(ErroreServizio::guasto)
    }

    /// Sets what is given, the rest stays; what waits for the register looks again.
    pub fn metti_tributaria(&self, valore: Value) -> Esito<Value> {
        let Value::Object(dati) = valore else {
            return Err(ErroreServizio::richiesta(
                "Richiesta non valida: serve un oggetto con «profilo», «differenze», «latenzaMs», «domandePerLotto» o «guasto».",
            ));
        };
        self.registro().scrivi(|t| -> Esito<()> {
            let ora: Tributo = t.documento(DOCUMENTO.0, DOCUMENTO.1)?.unwrap_or_default();
            let mut nuovo = serde_json::to_value(ora).map_err(ErroreServizio::guasto)?;
            if let Some(nuovo) = nuovo.as_object_mut() {
                nuovo.extend(dati);
            }
            let tributo: Tributo = leggi(nuovo)?;
            tributo.verifica()?;
            t.salva_documento(DOCUMENTO.0, DOCUMENTO.1, &tributo)?;
            t.evento()?;
            Ok(())
        })?;
        self.batch.sveglia();
        self.tributaria()
    }

    fn tributo(&self) -> Esito<Tributo> {
        Ok(self
            .registro()
            .documento(DOCUMENTO.0, DOCUMENTO.1)?
            .unwrap_or_default())
    }

    /// The register as the elaboration asks it.
    pub(crate) fn anagrafe_tributaria(&self) -> Esito<Box<dyn Tributaria>> {
        let Tributo {
            profilo, differenze, ..
        } = self.tributo()?;
        Ok(match profilo {
            Profilo::Allineata => Box::new(Allineata::con(differenze)),
            Profilo::Realistica => Box::new(Realistica::nuova(self.registro().seme()?, differenze)),
        })
    }

    /// How long the questions about a delivery take as things stand; `None` while the register is out.
    pub(crate) fn durata_tributaria(&self, f: &Fornitura) -> Esito<Option<Duration>> {
        Ok(self.tributo()?.durata(f.schede.soggetti + f.schede.aire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_it_takes() {
        let lenta = Tributo {
            latenza_ms: 200,
            domande_per_lotto: 100,
            ..Tributo::default()
        };
        assert_eq!(lenta.durata(250), Some(Duration::from_millis(600)));
        assert_eq!(lenta.durata(0), Some(Duration::ZERO));
        assert_eq!(
            Tributo {
                guasto: true,
                ..lenta
            }
            .durata(1),
            None
        );
        assert_eq!(Tributo::default().durata(3_000_000), Some(Duration::ZERO));
    }

    #[test]
    fn what_concerns_nobody_is_refused() {
        let di = |v: Value| serde_json::from_value::<Tributo>(v).map_err(|e| e.to_string());
        let vuota = di(serde_json::json!({"differenze": [{"risposta": "EA003"}]})).expect("legge");
        assert_eq!(vuota.verifica().expect_err("nessuno").http, 400);
        let lenta = di(serde_json::json!({"latenzaMs": 600_001})).expect("legge");
        assert_eq!(lenta.verifica().expect_err("troppo").http, 400);
        let nessuna = di(serde_json::json!({"domandePerLotto": 0})).expect("legge");
        assert_eq!(nessuna.verifica().expect_err("zero").http, 400);
        assert!(
            di(serde_json::json!({"latenza": 5})).is_err(),
            "a name it does not know"
        );
        let piena = serde_json::json!({"profilo": "realistica", "guasto": true,
            "differenze": [{"cf": "X", "risposta": "BASE_OMOCODIA", "codice": "Y"}, {"scheda": "1", "risposta": "EAA41"}]});
        assert!(di(piena).expect("legge").verifica().is_ok());
    }
}

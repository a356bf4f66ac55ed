//! The dates of the scenario that the circolare fixed and a trainer may move.

use anagrafe::Data;
use jiff::ToSpan as _;
use registro::{Lettura, Transazione};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::impedimento::{ErroreCampo, Rifiuto};
use crate::{ErroreServizio, Esito, Simulatore, gestione::leggi};

/// Collection and key of the settings.
const DOVE: (&str, &str) = ("percorso-scadenze", "valori");
/// Days of production that make sense in a scenario.
const PRODUZIONE_MASSIMA_GIORNI: u8 = 90;
/// Months of notice before the tests that make sense in a scenario.
const ANTICIPO_MASSIMO_MESI: u8 = 24;
/// Fewest Comuni that may migrate on one day: with none nobody could ever plan a date.
const CAPIENZA_MINIMA: u16 = 1;
/// Days after its beginning at which the scheda is due in a scenario that begins after the true term.
const SCHEDA_GIORNI: i64 = 90;

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
    /// Comuni that may migrate on one day (D02).
    pub capienza_giornaliera: u16,
    /// Days between the dates on the dashboard and the first of them, at least (D02).
    pub preavviso_giorni: u8,
    /// Last day for the request of the contribution (K01).
    pub contributo: Data,
}

impl Default for Scadenze {
    fn default() -> Self {
        Self {
            scheda: jiff::civil::date(2016, 9, 16),
            prefetture_dal: jiff::civil::date(2016, 8, 1),
            produzione_minima: 7,
            produzione_massima: 20,
            anticipo_prove_mesi: 2,
            capienza_giornaliera: 50,
            preavviso_giorni: 5,
            contributo: jiff::civil::date(2021, 12, 31),
        }
    }
}

/// The terms of a scenario that begins on a day: a true one that is over by then would be over before anybody could keep
/// it, so it gets one that can be kept. The others stay as they were in truth.
fn per_uno_scenario_dal(oggi: Data) -> Scadenze {
    let vere = Scadenze::default();
    let scheda = if oggi > vere.scheda {
        oggi.checked_add(SCHEDA_GIORNI.days()).unwrap_or(Data::MAX)
    } else {
        vere.scheda
    };
    let contributo = if oggi > vere.contributo {
        jiff::civil::date(oggi.year().saturating_add(1).min(Data::MAX.year()), 12, 31)
    } else {
        vere.contributo
    };
    Scadenze {
        scheda,
        contributo,
        ..vere
    }
}

/// At the first start, and after a reset: terms that the scenario can keep.
pub(crate) fn al_primo_avvio(t: &mut Transazione) -> Esito<()> {
    let valori = per_uno_scenario_dal(t.oggi()?);
    if valori != Scadenze::default() {
        t.salva_documento(DOVE.0, DOVE.1, &valori)?;
    }
    Ok(())
}

impl Scadenze {
    /// The terms that make no sense, all of them.
    fn errori(&self) -> Vec<ErroreCampo> {
        let mut errori = Vec::new();
        if self.produzione_massima > PRODUZIONE_MASSIMA_GIORNI {
            errori.push(ErroreCampo::nuovo(
                "produzioneMassima",
                format!("La produzione delle smart card dura al più {PRODUZIONE_MASSIMA_GIORNI} giorni."),
            ));
        } else if self.produzione_minima > self.produzione_massima {
            errori.push(ErroreCampo::nuovo(
                "produzioneMassima",
                "I giorni di produzione al massimo non sono meno di quelli al minimo.",
            ));
        }
        if self.anticipo_prove_mesi > ANTICIPO_MASSIMO_MESI {
            errori.push(ErroreCampo::nuovo(
                "anticipoProveMesi",
                format!("L'anticipo delle prove è al più di {ANTICIPO_MASSIMO_MESI} mesi."),
            ));
        }
        if self.capienza_giornaliera < CAPIENZA_MINIMA {
            errori.push(ErroreCampo::nuovo(
                "capienzaGiornaliera",
                format!("In un giorno subentra almeno {CAPIENZA_MINIMA} Comune."),
            ));
        }
        errori
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
    pub fn metti_scadenze(&self, modifica: Value) -> Result<Scadenze, Rifiuto> {
        // By the terms of before: what is due by them is not of the change.
        self.al_passo()?;
        let nuove = self.registro().scrivi(|t| -> Result<Scadenze, Rifiuto> {
            let mut valori = serde_json::to_value(scadenze(t)?).map_err(ErroreServizio::guasto)?;
            let Value::Object(cambi) = modifica else {
                return Err(ErroreServizio::richiesta("Le scadenze sono un oggetto JSON.").into());
            };
            if let Some(v) = valori.as_object_mut() {
                v.extend(cambi);
            }
            let nuove: Scadenze = leggi(valori)?;
            let errori = nuove.errori();
            if !errori.is_empty() {
                return Err(Rifiuto::Campi(errori));
            }
            t.salva_documento(DOVE.0, DOVE.1, &nuove)?;
            t.evento()?;
            super::cambiato(t)?;
            Ok(nuove)
        })?;
        self.al_passo()?;
        Ok(nuove)
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_scenario_has_terms_that_can_be_kept() {
        let d = |t: &str| anagrafe::leggi_data(t).expect("date");
        for (oggi, scheda, contributo) in [
            ("2016-08-01", "2016-09-16", "2021-12-31"),
            ("2016-09-16", "2016-09-16", "2021-12-31"),
            ("2016-09-17", "2016-12-16", "2021-12-31"),
            ("2021-12-31", "2022-03-31", "2021-12-31"),
            ("2022-01-01", "2022-04-01", "2023-12-31"),
            ("2026-11-27", "2027-02-25", "2027-12-31"),
            ("9999-12-31", "9999-12-31", "9999-12-31"),
        ] {
            let s = per_uno_scenario_dal(d(oggi));
            assert_eq!((s.scheda, s.contributo), (d(scheda), d(contributo)), "{oggi}");
            let altre = Scadenze {
                scheda: Scadenze::default().scheda,
                contributo: Scadenze::default().contributo,
                ..s
            };
            assert_eq!(altre, Scadenze::default(), "the others are the true ones");
        }
    }
}

//! The scenario clock as a value, and the pace of the batch.

use serde::{Deserialize, Serialize};

/// An instant of the scenario: civil date and time in Italy. Written `2021-03-01T08:00:00`.
pub type Quando = jiff::civil::DateTime;

/// The scenario clock: an instant, and how fast it runs against wall time.
///
/// With `velocita` 0 it stands still and every event moves it one second (contract.md, Determinism).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Orologio {
    /// Scenario instant at `ancora`.
    pub scenario: Quando,
    /// Scenario seconds per wall second; 0 = only events move it.
    pub velocita: u32,
    /// Wall instant at which `scenario` was true; meaningless with `velocita` 0.
    pub ancora: jiff::Timestamp,
}

/// Pace of the elaboration (control API `POST /api/elaborazione`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(tag = "modo", rename_all = "lowercase")]
pub enum Ritmo {
    /// At once.
    #[default]
    Istantanea,
    /// After so many wall seconds.
    Ritardata {
        /// Seconds to wait.
        #[serde(default)]
        secondi: u32,
    },
    /// Not until told otherwise.
    Sospesa,
}

//! What was made and what was planted, for people and for tests.

use std::collections::BTreeMap;

use serde::Serialize;

/// The manifest, written beside the files as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifesto {
    /// ISTAT code of the Comune.
    pub comune: String,
    /// Version of the delivery.
    pub versione: u16,
    /// Day the delivery is valid on (`AAAA-MM-GG`): elaborate it with this date.
    pub oggi: String,
    /// Seed of the population.
    pub seed: u64,
    /// Names of the files, APR first.
    pub file: Vec<String>,
    /// What the files hold.
    pub schede: Schede,
    /// Expected findings: code → how many ([`Piantata::coperta`] ones are not expected).
    pub attese: BTreeMap<String, u64>,
    /// Every planted defect.
    pub piantate: Vec<Piantata>,
    /// What the Anagrafe Tributaria must know otherwise for some of them to show: for `check --manifesto`, and the
    /// `differenze` of `PUT /api/tributaria`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tributaria: Vec<Diversa>,
    /// Damaged copies of files, apart from the delivery: each is refused with its code when it is sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rifiutati: Vec<Rifiutato>,
}

/// A damaged copy of a file, or a good one under a name or of a size that is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Rifiutato {
    /// The code it is refused with.
    pub codice: String,
    /// Path below the folder of the manifest; the last part is the name to send it by.
    pub file: String,
    /// The only environment that refuses it, when others do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambiente: Option<&'static str>,
}

/// One person the Anagrafe Tributaria knows otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Diversa {
    /// Identifier the Comune gave to the record.
    pub scheda: String,
    /// The code that its answer leads to.
    pub risposta: String,
    /// The code it holds instead of the one sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codice: Option<String>,
}

/// Numbers of records in the delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Schede {
    /// APR people.
    pub soggetti: u64,
    /// Family sheets.
    pub famiglie: u64,
    /// Convivenza sheets.
    pub convivenze: u64,
    /// AIRE people.
    pub aire: u64,
}

/// One planted defect and where it shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Piantata {
    /// The code the elaboration must give.
    pub codice: String,
    /// What the finding speaks of, with the names of the lists (`Scheda Individuale APR`, `Famiglia`, `File`…).
    pub tipo_scheda: String,
    /// Id of the scheda, as the Comune calls it; empty when the finding speaks of a file.
    pub scheda: String,
    /// File it is in.
    pub file: String,
    /// It does not show: the Anagrafe Tributaria is asked only when nothing blocks, and another plant blocks.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub coperta: bool,
}

//! What `check` and `explain` say.
//!
//! A [`crate::Controllo`] holds the findings on disk; a [`Presentazione`] streams them, masked, compared with an earlier
//! delivery, each with the cause it follows from; [`scrivi`] turns it into one of the formats. Counts are always those of
//! the elaboration: samples, folding and masking never change them. Every format escapes at its own rim.

mod bordi;
mod cause;
mod confronto;
mod csv;
mod html;
mod json;
mod junit;
mod oscura;
mod presenta;
mod rimedi;
mod sarif;
mod spiega;
mod testo;

pub use cause::{CAUSA, Cause};
pub use confronto::{Confronto, Differenze, Novita, Resto};
pub use csv::{COLONNE, celle};
pub use junit::AvvisiJunit;
pub use oscura::{OSCURATO, oscura};
pub use presenta::{MASSIMO_PER_CODICE, Presentazione, Voce};
pub use rimedi::{ANOMALIE_AL_GIORNO, Urgenza, giorni, procedura};
pub use spiega::{CODICI_SIM, per_produrlo, spiega};

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::anomalie::{Livello, anomalia};
use crate::elabora::Schede;
use crate::tipi::{Gravita, Rilievo};

/// Outcome of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EsitoControllo {
    /// Nothing blocks.
    #[serde(rename = "OK")]
    Ok,
    /// Something blocks.
    #[serde(rename = "KO")]
    Ko,
}

/// A file that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileControllato {
    /// Name.
    pub nome: String,
    /// `APR` or `AIRE`.
    pub tipo: String,
    /// Expanded bytes.
    pub byte: u64,
    /// Layout of an AIRE file; `opaco` when nothing inside was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<String>,
    /// Remarks without a code, such as a name that disagrees with the content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub note: Vec<String>,
}

/// The report of `check` (contract: `{"esito","file","conteggi","anomalie"}`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rapporto {
    /// Outcome.
    pub esito: EsitoControllo,
    /// Files.
    pub file: Vec<FileControllato>,
    /// Findings per code, exact.
    pub conteggi: BTreeMap<String, u64>,
    /// Samples, at most the asked number per code.
    pub anomalie: Vec<Rilievo>,
    /// What was counted.
    pub schede: Schede,
}

impl Rapporto {
    /// Findings that block, exact.
    pub fn errori(&self) -> u64 {
        let blocca = |codice: &str| {
            self.anomalie.iter().find(|r| r.codice == codice).map_or_else(
                || anomalia(codice).is_some_and(|a| a.gravita.subentro == Livello::Errore),
                |r| r.gravita == Gravita::Errore,
            )
        };
        self.conteggi
            .iter()
            .filter(|(c, _)| blocca(c))
            .map(|(_, quanti)| quanti)
            .sum()
    }

    /// JSON of the contract.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formato {
    /// For people, on a terminal.
    Testo,
    /// The object of the contract.
    Json,
    /// The columns of the control API.
    Csv,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML: one test case per code of the catalogue.
    Junit(AvvisiJunit),
    /// One self-contained page.
    Html,
}

/// Writes a report.
pub fn scrivi(formato: Formato, p: &Presentazione<'_>, out: &mut dyn Write) -> io::Result<()> {
    match formato {
        Formato::Testo => testo::scrivi(p, out),
        Formato::Json => json::scrivi(p, out),
        Formato::Csv => csv::scrivi(p, out),
        Formato::Sarif => sarif::scrivi(p, out),
        Formato::Junit(avvisi) => junit::scrivi(p, avvisi, out),
        Formato::Html => html::scrivi(p, out),
    }
}

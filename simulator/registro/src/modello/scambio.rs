//! The summary of one exchange: what came, what each step said, what went back. Bodies lie beside it in the journal.

use std::borrow::Cow;

use anagrafe::CodiceIstat;
use serde::{Deserialize, Serialize};

use super::Quando;

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EsitoScambio {
    /// Done as asked.
    Ok,
    /// Answered in band with errors.
    Ko,
    /// A SOAP fault.
    Fault,
    /// Ended before a service (HTTP level, limits).
    Rifiutato,
    /// The simulator's own failure.
    Guasto,
}

impl EsitoScambio {
    /// The name of the API and of the disk.
    pub fn nome(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Ko => "KO",
            Self::Fault => "FAULT",
            Self::Rifiutato => "RIFIUTATO",
            Self::Guasto => "GUASTO",
        }
    }

    /// Reads the name; `None` when there is no such outcome.
    pub fn parse(testo: &str) -> Option<Self> {
        [Self::Ok, Self::Ko, Self::Fault, Self::Rifiutato, Self::Guasto]
            .into_iter()
            .find(|e| e.nome() == testo)
    }
}

/// What a step said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdetto {
    /// Passed.
    Passato,
    /// Stopped the exchange.
    Fermato,
    /// Not reached, or not asked for.
    Saltato,
    /// Passed, with something to tell.
    Avviso,
}

/// One step of the way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Passo {
    /// Name of the step.
    pub nome: Cow<'static, str>,
    /// What it said.
    pub verdetto: Verdetto,
    /// Rule it applies, with its source.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub regola: Cow<'static, str>,
    /// What was expected.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub atteso: String,
    /// What was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub osservato: String,
    /// In plain words, for the person who must fix it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub spiegazione: String,
    /// Stable name of the cause, of a step that stopped the request; the remedy follows from it.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub causa: Cow<'static, str>,
}

/// One exchange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scambio {
    /// Number, from 1; given by the journal when it is handed over.
    #[serde(default)]
    pub n: u64,
    /// Scenario instant.
    pub quando: Quando,
    /// Listener: `test`, `pre`, `sub`, `carta`, `console`.
    pub porta: String,
    /// HTTP method.
    pub metodo: String,
    /// Path.
    pub percorso: String,
    /// HTTP status of the reply.
    pub http: u16,
    /// How it ended.
    pub esito: EsitoScambio,
    /// Comune, when known.
    #[serde(default)]
    pub comune: Option<CodiceIstat>,
    /// Operation, when known.
    #[serde(default)]
    pub operazione: Option<String>,
    /// The Comune's id of the operation, as sent.
    #[serde(default)]
    pub id_operazione_comune: Option<String>,
    /// Row of the fault catalogue (`F5`), when it ended in a fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Cow<'static, str>>,
    /// The operator named, once the assertion was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operatore: Option<String>,
    /// The postazione named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postazione: Option<String>,
    /// One line: what stopped it.
    #[serde(default)]
    pub causa: Option<String>,
    /// Verdicts in order.
    #[serde(default)]
    pub passi: Vec<Passo>,
    /// What proves the verdicts and could not be found again in the stored request, because that was cut.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub evidenza: serde_json::Value,
    /// Wall duration in microseconds; 0 when the scenario clock stands still (determinism).
    #[serde(default)]
    pub durata_us: u64,
}

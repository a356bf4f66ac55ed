//! Who may enter: operators, web sessions, revoked certificates.

use std::collections::{BTreeMap, BTreeSet};

use anagrafe::{Ambiente, CodiceIstat};
use serde::{Deserialize, Serialize};

use super::Quando;

/// State of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum StatoOperatore {
    /// May work.
    #[default]
    Attivo,
    /// Suspended.
    Bloccato,
    /// Gone; the name stays taken.
    Cancellato,
    /// A card was made and is not yet activated: web services work, the card does not.
    #[serde(rename = "scheda da attivare")]
    SchedaDaAttivare,
}

impl StatoOperatore {
    /// The word for it, as the API writes it.
    pub const fn nome(self) -> &'static str {
        match self {
            Self::Attivo => "attivo",
            Self::Bloccato => "bloccato",
            Self::Cancellato => "cancellato",
            Self::SchedaDaAttivare => "scheda da attivare",
        }
    }

    /// Whether web services and the login by password take the operator: neither needs a card
    /// (spec security §5.6, 4).
    pub const fn lavora(self) -> bool {
        matches!(self, Self::Attivo | Self::SchedaDaAttivare)
    }
}

/// Every environment: where an operator is registered unless it is said otherwise.
fn ovunque() -> BTreeSet<Ambiente> {
    Ambiente::TUTTI.into()
}

/// A person registered by the Comune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operatore {
    /// User name, as in the assertion's NameID.
    pub name_id: String,
    /// Argon2 hash of the password (PHC string); never shown by the API: see [`Operatore::senza_segreti`].
    pub password: String,
    /// State.
    #[serde(default)]
    pub stato: StatoOperatore,
    /// Roles.
    #[serde(default)]
    pub ruoli: BTreeSet<String>,
    /// Functions; `*` = every one.
    #[serde(default)]
    pub funzioni: BTreeSet<String>,
    /// Comuni the operator may act for.
    #[serde(default)]
    pub comuni: BTreeSet<CodiceIstat>,
    /// Environments that know the operator (at least one: spec security §5.6, 5).
    #[serde(default = "ovunque")]
    pub ambienti: BTreeSet<Ambiente>,
}

impl Operatore {
    /// An operator of one Comune, active everywhere, with every function and no password.
    pub fn nuovo(name_id: &str, comune: CodiceIstat) -> Self {
        Self {
            name_id: name_id.to_owned(),
            password: String::new(),
            stato: StatoOperatore::Attivo,
            ruoli: ["OPERATORE".to_owned()].into(),
            funzioni: ["*".to_owned()].into(),
            comuni: [comune].into(),
            ambienti: ovunque(),
        }
    }

    /// Whether the operator has a role.
    pub fn ha_ruolo(&self, ruolo: &str) -> bool {
        self.ruoli.contains(ruolo)
    }

    /// Whether the operator has the function.
    pub fn ha_funzione(&self, funzione: &str) -> bool {
        self.funzioni.contains("*") || self.funzioni.contains(funzione)
    }

    /// The same, fit to be shown: without the hash.
    #[must_use]
    pub fn senza_segreti(mut self) -> Self {
        self.password.clear();
        self
    }
}

/// A session of the web application. The key in the register is the SHA-256 or the random token itself: the caller decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sessione {
    /// Environment: cookies ignore ports, so the session knows its own.
    pub ambiente: Ambiente,
    /// Operator.
    pub name_id: String,
    /// The Comune acted for.
    pub comune: CodiceIstat,
    /// Token of the forms.
    pub csrf: String,
    /// Wall time of the login.
    pub creata: jiff::Timestamp,
    /// Wall time of the end.
    pub scade: jiff::Timestamp,
    /// Wall time of the last use, to the minute or so.
    #[serde(default)]
    pub ultima: jiff::Timestamp,
    /// Entered with a card.
    #[serde(default)]
    pub carta: bool,
    /// Small things the pages keep between requests (a notice to show once).
    #[serde(default)]
    pub dati: BTreeMap<String, String>,
}

/// A revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revoca {
    /// Serial number, lower-case hex without leading zeros.
    pub seriale: String,
    /// Environment whose authority issued it.
    pub ambiente: Ambiente,
    /// Scenario instant of the revocation.
    pub quando: Quando,
    /// Why.
    #[serde(default)]
    pub motivo: String,
    /// Postazione or person it was issued to.
    #[serde(default)]
    pub intestatario: String,
}

//! The three environments a Comune meets before and at its migration.

use std::fmt;
use std::str::FromStr;

use crate::Difetto;

/// An environment of ANPR. The free test of the software houses is a part of `Test`
/// (spec subentro.md §1.1, security.md §1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ambiente {
    /// Integration tests (test comuni and free test).
    Test,
    /// Pre-subentro: the compulsory rehearsal with full data.
    Pre,
    /// Subentro: the one real migration.
    Sub,
}

impl Ambiente {
    /// All environments, in the order a Comune meets them.
    pub const TUTTI: [Self; 3] = [Self::Test, Self::Pre, Self::Sub];

    /// The key used in addresses, settings and files: `test`, `pre`, `sub`.
    pub const fn chiave(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Pre => "pre",
            Self::Sub => "sub",
        }
    }

    /// The value of `tipoInvio` in message headers: `TEST`, `PRE_SUB`, `PROD`.
    pub const fn tipo_invio(self) -> &'static str {
        match self {
            Self::Test => "TEST",
            Self::Pre => "PRE_SUB",
            Self::Sub => "PROD",
        }
    }
}

impl fmt::Display for Ambiente {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.chiave())
    }
}

impl FromStr for Ambiente {
    type Err = Difetto;

    /// Reads the key exactly (lower case).
    fn from_str(testo: &str) -> Result<Self, Difetto> {
        Self::TUTTI
            .into_iter()
            .find(|a| a.chiave() == testo)
            .ok_or(Difetto::Forma("test, pre o sub"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ogni_chiave_torna_al_suo_ambiente() {
        for ambiente in Ambiente::TUTTI {
            assert_eq!(ambiente.chiave().parse(), Ok(ambiente));
        }
        // The header value is not a key, and keys are exact.
        for testo in ["PRE_SUB", "Test", "prod", "", " pre"] {
            assert!(testo.parse::<Ambiente>().is_err(), "{testo:?}");
        }
    }
}

//! The deliberate defects of a certificate (`cert issue --difetto`, contract.md).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One deliberate defect; everything else about the certificate is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difetto {
    /// Its validity ended a year ago.
    Scaduto,
    /// Its validity begins in a year.
    Futuro,
    /// Good in itself; the register must hold it as revoked (the certificate cannot say so).
    Revocato,
    /// Issued by a root that no environment trusts.
    CaAltrui,
    /// Issued by a root that only another environment trusts.
    AltroAmbiente,
    /// Its subject names a postazione of another Comune.
    AltroComune,
    /// Its subject has no CN.
    SenzaCn,
    /// RSA key of 1024 bits.
    ChiaveDebole,
}

impl Difetto {
    /// All of them, in the order of the contract.
    pub const TUTTI: [Self; 8] = [
        Self::Scaduto,
        Self::Futuro,
        Self::Revocato,
        Self::CaAltrui,
        Self::AltroAmbiente,
        Self::AltroComune,
        Self::SenzaCn,
        Self::ChiaveDebole,
    ];

    /// The name used on the command line, in the API and in file names.
    pub fn chiave(self) -> &'static str {
        match self {
            Self::Scaduto => "scaduto",
            Self::Futuro => "futuro",
            Self::Revocato => "revocato",
            Self::CaAltrui => "ca-altrui",
            Self::AltroAmbiente => "altro-ambiente",
            Self::AltroComune => "altro-comune",
            Self::SenzaCn => "senza-cn",
            Self::ChiaveDebole => "chiave-debole",
        }
    }
}

impl fmt::Display for Difetto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.chiave())
    }
}

/// The text names no defect.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "difetto sconosciuto: «{0}» (ammessi: scaduto, futuro, revocato, ca-altrui, altro-ambiente, altro-comune, senza-cn, chiave-debole)"
)]
pub struct DifettoIgnoto(String);

impl FromStr for Difetto {
    type Err = DifettoIgnoto;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::TUTTI
            .into_iter()
            .find(|d| d.chiave() == s)
            .ok_or_else(|| DifettoIgnoto(s.to_owned()))
    }
}

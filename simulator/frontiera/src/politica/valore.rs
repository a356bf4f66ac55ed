//! Values of switches as every text form knows them, and what each kind of switch takes.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::rete::{ModoRifiuto, Rete};
use crate::soap::{TUTTI_I_FAULT, TipoFault};

/// The value of a switch in TOML and JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Valore {
    /// `true` or `false`.
    SiNo(bool),
    /// A whole number.
    Intero(i64),
    /// One word.
    Parola(String),
    /// Several words.
    Elenco(Vec<String>),
}

impl std::fmt::Display for Valore {
    /// As TOML writes it; words of a policy never hold quotes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SiNo(b) => write!(f, "{b}"),
            Self::Intero(n) => write!(f, "{n}"),
            Self::Parola(p) => write!(f, "\"{p}\""),
            Self::Elenco(e) => {
                f.write_str("[")?;
                for (i, p) in e.iter().enumerate() {
                    write!(f, "{}\"{p}\"", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}

/// What a switch takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ammette {
    /// `true`, `false`.
    SiNo,
    /// A whole number between two ends, in a unit.
    Intero {
        /// The least.
        da: i64,
        /// The most.
        a: i64,
        /// `secondi`, `byte`.
        unita: &'static str,
    },
    /// One of the faults F1 … F10.
    Fault,
    /// One of these words.
    Parola(&'static [&'static str]),
    /// Addresses and networks.
    Reti,
    /// Letters and digits, as many as wanted.
    Codici,
}

impl Ammette {
    /// In Italian: what may be written.
    pub fn descrizione(&self) -> String {
        match self {
            Self::SiNo => "true, false".into(),
            Self::Intero { da, a, unita } => format!("{unita}, da {da} a {a}"),
            Self::Fault => "F1 … F10".into(),
            Self::Parola(quali) => quali.join(", "),
            Self::Reti => "elenco di indirizzi e reti".into(),
            Self::Codici => "elenco di codici".into(),
        }
    }

    /// Checks a value; the error says what was expected.
    pub(super) fn accetta(&self, v: &Valore) -> Result<(), String> {
        let buono = match (self, v) {
            (Self::SiNo, Valore::SiNo(_)) => true,
            (Self::Intero { da, a, .. }, Valore::Intero(n)) => (da..=a).contains(&n),
            (Self::Fault, Valore::Parola(p)) => TUTTI_I_FAULT.iter().any(|f| f.sigla() == p),
            (Self::Parola(quali), Valore::Parola(p)) => quali.contains(&p.as_str()),
            (Self::Reti, Valore::Elenco(e)) => e.iter().all(|r| r.parse::<Rete>().is_ok()),
            (Self::Codici, Valore::Elenco(e)) => e
                .iter()
                .all(|c| !c.is_empty() && c.len() <= 20 && c.bytes().all(|b| b.is_ascii_alphanumeric())),
            _ => false,
        };
        if buono {
            Ok(())
        } else {
            Err(format!("{v} non va bene (ammessi: {})", self.descrizione()))
        }
    }
}

/// A field of the policy to and from its value; `da` is asked only for what [`Ammette::accetta`] let through.
pub(super) trait Campo: Sized {
    /// Before any file was read.
    fn vuoto() -> Self;
    /// To the value.
    fn valore(&self) -> Valore;
    /// From the value.
    fn da(v: &Valore) -> Option<Self>;
}

impl Campo for bool {
    fn vuoto() -> Self {
        false
    }
    fn valore(&self) -> Valore {
        Valore::SiNo(*self)
    }
    fn da(v: &Valore) -> Option<Self> {
        if let Valore::SiNo(b) = v { Some(*b) } else { None }
    }
}

impl Campo for SignedDuration {
    fn vuoto() -> Self {
        Self::ZERO
    }
    fn valore(&self) -> Valore {
        Valore::Intero(self.as_secs())
    }
    fn da(v: &Valore) -> Option<Self> {
        if let Valore::Intero(n) = v {
            Some(Self::from_secs(*n))
        } else {
            None
        }
    }
}

impl Campo for usize {
    fn vuoto() -> Self {
        0
    }
    fn valore(&self) -> Valore {
        Valore::Intero(i64::try_from(*self).unwrap_or(i64::MAX))
    }
    fn da(v: &Valore) -> Option<Self> {
        if let Valore::Intero(n) = v {
            Self::try_from(*n).ok()
        } else {
            None
        }
    }
}

impl Campo for TipoFault {
    fn vuoto() -> Self {
        Self::F1
    }
    fn valore(&self) -> Valore {
        Valore::Parola(self.sigla().into())
    }
    fn da(v: &Valore) -> Option<Self> {
        let Valore::Parola(p) = v else { return None };
        TUTTI_I_FAULT.into_iter().find(|f| f.sigla() == p)
    }
}

impl Campo for ModoRifiuto {
    fn vuoto() -> Self {
        Self::Drop
    }
    fn valore(&self) -> Valore {
        Valore::Parola(self.parola().into())
    }
    fn da(v: &Valore) -> Option<Self> {
        let Valore::Parola(p) = v else { return None };
        [Self::Drop, Self::Close].into_iter().find(|m| m.parola() == p)
    }
}

impl Campo for Vec<Rete> {
    fn vuoto() -> Self {
        Self::new()
    }
    fn valore(&self) -> Valore {
        Valore::Elenco(self.iter().map(Rete::to_string).collect())
    }
    fn da(v: &Valore) -> Option<Self> {
        let Valore::Elenco(e) = v else { return None };
        e.iter().map(|r| r.parse().ok()).collect()
    }
}

impl Campo for Vec<String> {
    fn vuoto() -> Self {
        Self::new()
    }
    fn valore(&self) -> Valore {
        Valore::Elenco(self.clone())
    }
    fn da(v: &Valore) -> Option<Self> {
        if let Valore::Elenco(e) = v {
            Some(e.clone())
        } else {
            None
        }
    }
}

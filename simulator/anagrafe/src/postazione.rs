//! Identity of a workplace or connection of a Comune, as its certificate names it.

use std::fmt;
use std::str::FromStr;

use crate::{CodiceIstat, Difetto};

/// Kind of a postazione.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TipoPostazione {
    /// `CO`: the connection of the Comune's own software to the web services.
    Co,
    /// `PC`: a workplace of the web application.
    Pc,
}

impl TipoPostazione {
    /// The two letters of the identifier.
    pub const fn sigla(self) -> &'static str {
        match self {
            Self::Co => "CO",
            Self::Pc => "PC",
        }
    }
}

/// Identifier of a postazione, `888001-CO-0000`: Comune, kind, number on four digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdPostazione {
    /// The Comune it belongs to.
    pub comune: CodiceIstat,
    /// Kind.
    pub tipo: TipoPostazione,
    /// Number inside the Comune and kind, 0..=9999.
    numero: u16,
}

/// Length of `888001-CO-0000` in bytes.
const LUNGHEZZA: usize = 14;
/// Largest number of a postazione: four digits.
const NUMERO_MASSIMO: u16 = 9999;

impl IdPostazione {
    /// Builds one from its parts.
    ///
    /// # Errors
    /// [`Difetto::Forma`] when the number needs more than four digits.
    pub fn nuovo(comune: CodiceIstat, tipo: TipoPostazione, numero: u16) -> Result<Self, Difetto> {
        if numero > NUMERO_MASSIMO {
            return Err(Difetto::Forma("numero di quattro cifre"));
        }
        Ok(Self { comune, tipo, numero })
    }

    /// Reads `888001-CO-0000`, exactly.
    ///
    /// # Errors
    /// [`Difetto::Lunghezza`], [`Difetto::NonNumerico`] or [`Difetto::Forma`].
    pub fn parse(testo: &str) -> Result<Self, Difetto> {
        if testo.len() != LUNGHEZZA {
            return Err(Difetto::Lunghezza(testo.len()));
        }
        let mut parti = testo.split('-');
        let (Some(comune), Some(tipo), Some(numero), None) =
            (parti.next(), parti.next(), parti.next(), parti.next())
        else {
            return Err(Difetto::Forma("888001-CO-0000"));
        };
        let comune = CodiceIstat::parse(comune)?;
        let tipo = match tipo {
            "CO" => TipoPostazione::Co,
            "PC" => TipoPostazione::Pc,
            _ => return Err(Difetto::Forma("CO o PC")),
        };
        // `u16::from_str` takes a leading plus sign; the identifier does not.
        if numero.len() != 4 || !numero.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Difetto::NonNumerico);
        }
        Self::nuovo(comune, tipo, numero.parse().map_err(|_| Difetto::NonNumerico)?)
    }

    /// Number inside the Comune and kind, 0..=9999.
    pub const fn numero(&self) -> u16 {
        self.numero
    }
}

impl fmt::Display for IdPostazione {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:04}", self.comune, self.tipo.sigla(), self.numero)
    }
}

impl FromStr for IdPostazione {
    type Err = Difetto;

    fn from_str(testo: &str) -> Result<Self, Difetto> {
        Self::parse(testo)
    }
}

impl serde::Serialize for IdPostazione {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for IdPostazione {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let testo = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Self::parse(&testo).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn si_legge_come_si_scrive() {
        for testo in ["888001-CO-0000", "058091-PC-9999"] {
            assert_eq!(
                IdPostazione::parse(testo).map(|id| id.to_string()),
                Ok(testo.to_owned())
            );
        }
        for testo in [
            "888001-CO-000",
            "888001-co-0000",
            "888001-XX-0000",
            "888001-CO-+123",
            "88800A-CO-0000",
            "888001--CO0000",
            "888001-CO-00-0",
            "",
        ] {
            assert!(IdPostazione::parse(testo).is_err(), "{testo:?}");
        }
    }
}

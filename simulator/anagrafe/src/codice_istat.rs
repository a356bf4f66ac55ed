//! Codice ISTAT of a Comune.

use std::fmt;
use std::str::FromStr;

use crate::Difetto;

/// Codice ISTAT of a Comune: six ASCII digits, province first. Text, not a number: leading zeros matter and
/// people read it aloud digit by digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodiceIstat([u8; 6]);

impl CodiceIstat {
    /// Reads exactly six ASCII digits.
    ///
    /// # Errors
    /// [`Difetto::Lunghezza`] or [`Difetto::NonNumerico`].
    pub fn parse(testo: &str) -> Result<Self, Difetto> {
        let cifre = testo
            .as_bytes()
            .try_into()
            .map_err(|_| Difetto::Lunghezza(testo.len()))?;
        let codice = Self(cifre);
        if codice.0.iter().all(u8::is_ascii_digit) {
            Ok(codice)
        } else {
            Err(Difetto::NonNumerico)
        }
    }

    /// The six digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("six ASCII digits by construction")
    }

    /// The first three digits: the province at the time the code was given.
    pub fn provincia(&self) -> &str {
        &self.as_str()[..3]
    }

    /// One of the fictitious Comuni of the simulator, 888001 … 888999 (spec subentro.md §4.8).
    pub fn fittizio(&self) -> bool {
        self.0.starts_with(b"888") && &self.0[3..] != b"000"
    }

    /// The code as a number, for indexes: distinct codes give distinct numbers.
    pub(crate) fn numero(self) -> u32 {
        self.0.iter().fold(0, |n, cifra| n * 10 + u32::from(cifra - b'0'))
    }
}

impl fmt::Display for CodiceIstat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for CodiceIstat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodiceIstat({self})")
    }
}

impl FromStr for CodiceIstat {
    type Err = Difetto;

    fn from_str(testo: &str) -> Result<Self, Difetto> {
        Self::parse(testo)
    }
}

impl serde::Serialize for CodiceIstat {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for CodiceIstat {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let testo = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Self::parse(&testo).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sei_cifre_ascii_e_niente_altro() {
        for (testo, atteso) in [
            ("058091", Ok(())),
            ("000000", Ok(())),
            ("58091", Err(Difetto::Lunghezza(5))),
            ("", Err(Difetto::Lunghezza(0))),
            ("05809A", Err(Difetto::NonNumerico)),
            ("+58091", Err(Difetto::NonNumerico)),
            ("à5809", Err(Difetto::NonNumerico)), // six bytes, five characters
            ("０５８０９１", Err(Difetto::Lunghezza(18))), // full-width digits are not digits here
        ] {
            assert_eq!(CodiceIstat::parse(testo).map(drop), atteso, "{testo:?}");
        }
    }

    #[test]
    fn fittizi_da_001_a_999() {
        for (testo, atteso) in [
            ("888001", true),
            ("888999", true),
            ("888000", false),
            ("088801", false),
        ] {
            assert_eq!(
                CodiceIstat::parse(testo).expect("digits").fittizio(),
                atteso,
                "{testo}"
            );
        }
    }
}

//! Identifiers handed out by counters: a letter and six digits or more, so that they sort, speak and never repeat.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! identificativo {
    ($(#[$doc:meta])* $nome:ident, $lettera:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $nome(pub u64);

        impl $nome {
            /// Reads the public form; `None` when the text is not one.
            pub fn parse(testo: &str) -> Option<Self> {
                let cifre = testo.strip_prefix($lettera)?;
                // Only the form that `Display` writes: one id has one spelling.
                let n = cifre.parse::<u64>().ok()?;
                let id = Self(n);
                (id.to_string() == testo).then_some(id)
            }
        }

        impl fmt::Display for $nome {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($lettera, "{:06}"), self.0)
            }
        }

        impl std::str::FromStr for $nome {
            type Err = IdErrato;
            fn from_str(testo: &str) -> Result<Self, IdErrato> {
                Self::parse(testo).ok_or(IdErrato)
            }
        }

        impl Serialize for $nome {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $nome {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let testo = String::deserialize(d)?;
                Self::parse(&testo).ok_or_else(|| de::Error::custom(IdErrato))
            }
        }
    };
}

/// The text is not an identifier of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("identificativo non riconosciuto")]
pub struct IdErrato;

identificativo!(
    /// A delivery: `F000001`. One sequence per sandbox, across environments.
    IdFornitura,
    "F"
);
identificativo!(
    /// One received file of a delivery: `A000001`. Uploads are stored by this id, never by their name.
    IdFile,
    "A"
);
identificativo!(
    /// One message of the mailbox: `P000001`.
    IdPec,
    "P"
);
identificativo!(
    /// One load of a delivery into the register: `S000001`.
    IdSegmento,
    "S"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_has_one_spelling() {
        for (testo, atteso) in [
            ("F000001", Some(IdFornitura(1))),
            ("F1234567", Some(IdFornitura(1_234_567))),
            ("F1", None),
            ("F0000001", None),
            ("F+00001", None),
            ("A000001", None),
            ("F00000１", None),
            ("", None),
            ("F99999999999999999999", None),
        ] {
            assert_eq!(IdFornitura::parse(testo), atteso, "{testo:?}");
        }
        let json = serde_json::to_string(&IdPec(7)).expect("json");
        assert_eq!(json, "\"P000007\"");
        assert_eq!(serde_json::from_str::<IdPec>(&json).expect("json"), IdPec(7));
    }
}

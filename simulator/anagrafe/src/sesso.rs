//! Sex as the schemas write it.

/// Sex: `M`, `F`, or `N` when it is not determined (the schemas allow any case).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Sesso {
    /// Male.
    M,
    /// Female.
    F,
    /// Not determined.
    N,
}

impl Sesso {
    /// Reads one letter, either case; anything else is `None`.
    pub fn leggi(testo: &str) -> Option<Self> {
        match testo {
            "M" | "m" => Some(Self::M),
            "F" | "f" => Some(Self::F),
            "N" | "n" => Some(Self::N),
            _ => None,
        }
    }

    /// The upper-case letter.
    pub const fn lettera(self) -> &'static str {
        match self {
            Self::M => "M",
            Self::F => "F",
            Self::N => "N",
        }
    }
}

//! What the reader finds wrong, and where: plain values, with an Italian text of our own.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in the document (after decompression).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Posizione {
    /// Bytes from the beginning, from 0.
    pub offset: u64,
    /// Line, from 1; lines end with LF.
    pub riga: u32,
    /// Column in characters, from 1.
    pub colonna: u32,
}

impl Posizione {
    /// The beginning of a document.
    pub const INIZIO: Self = Self {
        offset: 0,
        riga: 1,
        colonna: 1,
    };

    /// Where `testo` ends, if it starts here.
    #[must_use]
    pub fn dopo(self, testo: &[u8]) -> Self {
        let righe = memchr::memchr_iter(b'\n', testo).count();
        let (ultima, da_capo) = match memchr::memrchr(b'\n', testo) {
            Some(i) => (&testo[i + 1..], 1),
            None => (testo, self.colonna),
        };
        // A character is every byte but the continuation bytes 10xxxxxx.
        let caratteri = ultima.iter().map(|b| u32::from(b & 0xC0 != 0x80)).sum::<u32>();
        Self {
            offset: self.offset + testo.len() as u64,
            riga: self.riga.saturating_add(u32::try_from(righe).unwrap_or(u32::MAX)),
            colonna: da_capo.saturating_add(caratteri),
        }
    }
}

impl fmt::Display for Posizione {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "riga {}, colonna {}", self.riga, self.colonna)
    }
}

/// The kind of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TipoViolazione {
    /// Not well-formed XML.
    Malformato,
    /// Bytes that are not UTF-8, or another encoding declared.
    Codifica,
    /// A document type declaration: always refused, whatever it holds.
    Doctype,
    /// Elements nested deeper than the limit.
    Profondita,
    /// The root is not the message that was expected.
    Radice,
    /// An element that may not stand here.
    ElementoInatteso,
    /// An element that has to be here is not.
    ElementoMancante,
    /// Text between elements.
    TestoInatteso,
    /// A value that its type does not admit.
    Valore,
    /// An attribute; the messages have none.
    Attributo,
    /// A prefix without declaration, or a declaration that may not be made.
    SpazioDeiNomi,
}

/// One thing wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violazione {
    /// Kind.
    pub tipo: TipoViolazione,
    /// Path of the element concerned, from the root, names joined by `/`.
    pub percorso: String,
    /// Where.
    pub posizione: Posizione,
    /// What, for people, in Italian.
    pub testo: String,
    /// Nothing after it was read.
    pub fatale: bool,
}

impl fmt::Display for Violazione {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.posizione, self.testo)?;
        if self.percorso.is_empty() {
            Ok(())
        } else {
            write!(f, " (in {})", self.percorso)
        }
    }
}

/// At most this many characters of a value are quoted in a text.
const MAX_CITAZIONE_CARATTERI: usize = 60;

/// Quotes a value of the sender, shortened.
pub(crate) fn cita(valore: &str) -> String {
    let breve: String = valore.chars().take(MAX_CITAZIONE_CARATTERI).collect();
    if breve.len() < valore.len() {
        format!("«{breve}…»")
    } else {
        format!("«{breve}»")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let p = Posizione::INIZIO.dopo("prima\nè qui".as_bytes());
        assert_eq!((p.offset, p.riga, p.colonna), (12, 2, 6));
        assert_eq!(
            p.dopo("xy".as_bytes()),
            Posizione {
                offset: 14,
                riga: 2,
                colonna: 8
            }
        );
    }
}

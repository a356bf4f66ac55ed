//! Keys: sandbox, environment, kind, then what tells one from another. Numbers big-endian, so that order of
//! keys is order of arrival.
//!
//! ```text
//! <sandbox> 00 <environment> <kind> <parts…>        state
//! FF …                                              of the store itself (work to be swept, last batch)
//! ```

use anagrafe::Ambiente;

/// Kinds of keys. The letters are on disk: they never change meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tipo {
    Comune = b'C',
    Piano = b'W',
    Operatore = b'O',
    Fornitura = b'F',
    /// (environment, Comune, delivery) → nothing: the deliveries of one Comune.
    FornituraDiComune = b'f',
    Pec = b'P',
    /// Exchanges up to version 1 of the folder; only the migration knows them.
    Scambio = b'X',
    Sessione = b'S',
    Risposta = b'R',
    Revoca = b'K',
    Contatore = b'N',
    Orologio = b'T',
    Ritmo = b'E',
    Seme = b'M',
    Documento = b'D',
    Segmento = b'G',
    /// (environment, class, first id) → visible segment.
    Base = b'B',
    /// Records of a segment.
    Scheda = b'Z',
    /// (environment, class, id, segment) → position: an id that a later scheda of the same person took over.
    Ripresa = b'I',
}

/// Prefix of the segments to be swept when the register opens: interrupted loads and removed deliveries.
pub(crate) const DA_SPAZZARE: &[u8] = b"\xFFspazza\0";

fn byte_ambiente(ambiente: Option<Ambiente>) -> u8 {
    match ambiente {
        None => b'0',
        Some(Ambiente::Test) => b't',
        Some(Ambiente::Pre) => b'p',
        Some(Ambiente::Sub) => b's',
    }
}

/// The beginning of every key of one kind.
pub(crate) fn prefisso(sandbox: &[u8], ambiente: Option<Ambiente>, tipo: Tipo) -> Vec<u8> {
    let mut chiave = Vec::with_capacity(sandbox.len() + 32);
    chiave.extend_from_slice(sandbox);
    chiave.extend_from_slice(&[0, byte_ambiente(ambiente), tipo as u8]);
    chiave
}

/// A key, part by part.
pub(crate) struct Chiave(Vec<u8>);

impl Chiave {
    pub(crate) fn di(sandbox: &[u8], ambiente: impl Into<Option<Ambiente>>, tipo: Tipo) -> Self {
        Self(prefisso(sandbox, ambiente.into(), tipo))
    }

    /// A number.
    pub(crate) fn n(mut self, n: u64) -> Self {
        self.0.extend_from_slice(&n.to_be_bytes());
        self
    }

    /// One byte.
    pub(crate) fn byte(mut self, b: u8) -> Self {
        self.0.push(b);
        self
    }

    /// A text that ends the key: any bytes.
    pub(crate) fn testo(mut self, testo: &str) -> Self {
        self.0.extend_from_slice(testo.as_bytes());
        self
    }

    /// A text that something follows. Length first, so that no text from outside can reach into the next part.
    pub(crate) fn parte(mut self, testo: &str) -> Self {
        self.0.extend_from_slice(&(testo.len() as u64).to_be_bytes());
        self.0.extend_from_slice(testo.as_bytes());
        self
    }

    pub(crate) fn fine(self) -> Vec<u8> {
        self.0
    }
}

/// The number at the end of a key.
pub(crate) fn ultimo_numero(chiave: &[u8]) -> Option<u64> {
    let (_, coda) = chiave.split_last_chunk::<8>()?;
    Some(u64::from_be_bytes(*coda))
}

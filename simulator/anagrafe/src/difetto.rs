//! Why a text is not the value it should be. A finding about data, never a failure of ours.

/// Why a text cannot be read as a value. Small and `Copy`, so a [`crate::Campo`] can carry it for every
/// field of every person; the text itself stays with the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Difetto {
    /// Nothing was sent.
    #[error("il valore è vuoto")]
    Vuoto,
    /// Wrong length, in bytes of the text as sent.
    #[error("lunghezza {0} non ammessa")]
    Lunghezza(usize),
    /// Something other than the ASCII digits 0-9.
    #[error("sono ammesse solo cifre")]
    NonNumerico,
    /// The shape is not the expected one, named here.
    #[error("forma diversa da quella attesa: {0}")]
    Forma(&'static str),
    /// A character that cannot stand there. The position counts characters from 1.
    #[error("carattere non ammesso in posizione {posizione}")]
    Carattere {
        /// Place of the first wrong character, from 1.
        posizione: u8,
    },
    /// The parts read well but name a day that no calendar has.
    #[error("la data non esiste")]
    DataInesistente,
    /// The control character is not the computed one. Everything else is in order.
    #[error("carattere di controllo errato: atteso {}, trovato {}", *.atteso as char, *.trovato as char)]
    Controllo {
        /// The ASCII character that the rest of the code asks for.
        atteso: u8,
        /// The ASCII character that was sent.
        trovato: u8,
    },
}

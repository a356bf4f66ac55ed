//! The Body's element against the grammar of its root (spec security §6.3 step 5).

use schema::{Albero, Modello, Violazione};

/// Most violations told to the developer; the first ones are the ones to mend.
const VIOLAZIONI_DETTE: usize = 20;
/// Longest document whose values are kept from the validation on; a longer one, with a file in it, is read again by who
/// wants it.
const LETTO_MASSIMO_BYTE: usize = 64 * 1024;

/// A standalone document and what the grammar of its root says of it.
#[derive(Debug, Clone)]
pub(crate) struct Letto {
    pub(crate) documento: Vec<u8>,
    pub(crate) albero: Option<Albero<'static>>,
    violazioni: Vec<Violazione>,
}

impl Letto {
    /// Reads a document of this root; `None` if there is no such grammar.
    pub(crate) fn nuovo(ns: &str, nome: &str, documento: Vec<u8>) -> Option<Self> {
        let modello = Modello::di(ns, nome)?;
        let (albero, violazioni) = if documento.len() > LETTO_MASSIMO_BYTE {
            (None, schema::valida(modello, &documento))
        } else {
            let (albero, violazioni) = schema::albero_qualunque(modello, &documento);
            (Some(albero), violazioni)
        };
        Some(Self {
            documento,
            albero,
            violazioni,
        })
    }

    /// What is wrong with it, in Italian.
    pub(crate) fn errori(&self) -> Vec<String> {
        // Lines and columns would be those of the canonical copy: the path is what the sender can find.
        let dice = |v: &Violazione| format!("{}: {}", v.percorso, v.testo);
        self.violazioni.iter().take(VIOLAZIONI_DETTE).map(dice).collect()
    }
}

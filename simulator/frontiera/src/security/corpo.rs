//! The Body's element against the grammar of its root (spec security §6.3 step 5).

use schema::Modello;

/// Most violations told to the developer; the first ones are the ones to mend.
const VIOLAZIONI_DETTE: usize = 20;

/// Whoever can judge a document of a known root.
pub trait Validatore: Send + Sync + std::fmt::Debug {
    /// What is wrong with a standalone document of this root, in Italian; `None` if there is no such grammar.
    fn valida(&self, ns: &str, nome: &str, documento: &[u8]) -> Option<Vec<String>>;
}

/// The grammar of the messages, as the `schema` crate carries it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grammatica;

impl Validatore for Grammatica {
    fn valida(&self, ns: &str, nome: &str, documento: &[u8]) -> Option<Vec<String>> {
        let modello = Modello::di(ns, nome)?;
        let violazioni = schema::valida(modello, documento);
        // Lines and columns would be those of the canonical copy: the path is what the sender can find.
        let dice = |v: &schema::Violazione| format!("{}: {}", v.percorso, v.testo);
        Some(violazioni.iter().take(VIOLAZIONI_DETTE).map(dice).collect())
    }
}

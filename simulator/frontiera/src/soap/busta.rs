//! The tree of a request's envelope: where the header, the Security and the Body are.

use super::{Malformato, VersioneSoap, ns};
use crate::albero::{Document, Node};

/// A SOAP envelope of one of the two versions, with exactly one Body.
#[derive(Debug, Clone, Copy)]
pub struct Busta<'a, 'input> {
    /// The version, by the envelope's namespace.
    pub versione: VersioneSoap,
    /// The root.
    pub envelope: Node<'a, 'input>,
    /// The only Body.
    pub body: Node<'a, 'input>,
    /// The Header, if any.
    pub header: Option<Node<'a, 'input>>,
}

impl<'a, 'input> Busta<'a, 'input> {
    /// Finds the parts; anything but Header? Body in the envelope's namespace is refused.
    pub fn leggi(doc: &'a Document<'input>) -> Result<Self, Malformato> {
        let envelope = doc.root_element();
        let nome = envelope.tag_name();
        let versione = match (nome.name(), nome.namespace()) {
            ("Envelope", Some(ns::SOAP11)) => VersioneSoap::V11,
            ("Envelope", Some(ns::SOAP12)) => VersioneSoap::V12,
            (altro, spazio) => {
                return Err(Malformato::NonBusta(format!(
                    "la radice è {altro} ({}), non una Envelope SOAP",
                    spazio.unwrap_or("senza namespace")
                )));
            }
        };
        let mut header = None;
        let mut body = None;
        for figlio in envelope.children().filter(Node::is_element) {
            if figlio.has_tag_name((versione.ns(), "Header")) && header.is_none() && body.is_none() {
                header = Some(figlio);
            } else if figlio.has_tag_name((versione.ns(), "Body")) && body.is_none() {
                body = Some(figlio);
            } else {
                return Err(Malformato::NonBusta(format!(
                    "elemento {} inatteso dentro Envelope (un solo Header, poi un solo Body)",
                    figlio.tag_name().name()
                )));
            }
        }
        let body = body.ok_or_else(|| Malformato::NonBusta("manca il Body".into()))?;
        Ok(Self {
            versione,
            envelope,
            body,
            header,
        })
    }

    /// The elements of the Header with this name.
    pub fn intestazioni(
        &self,
        ns: &'static str,
        nome: &'static str,
    ) -> impl Iterator<Item = Node<'a, 'input>> {
        self.header
            .into_iter()
            .flat_map(|h| h.children())
            .filter(move |n| n.has_tag_name((ns, nome)))
    }
}

/// The only element among the children, or `None` if there are none or several.
pub fn unico_figlio<'a, 'input>(n: Node<'a, 'input>) -> Option<Node<'a, 'input>> {
    let mut figli = n.children().filter(Node::is_element);
    let primo = figli.next()?;
    figli.next().is_none().then_some(primo)
}

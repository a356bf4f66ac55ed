//! The tree of one XML message: everything that signatures and canonicalization ask of a document, and no more.
//!
//! Nodes stand in document order in one list, so that a subtree is a range of it; names, texts and values are ranges of
//! the source, or of one side string where references or line ends had to be resolved. Prefixes are kept: canonical XML
//! writes them. Reading ([`leggi`]) is one flat pass without recursion, which also keeps the limits of nesting, attributes
//! and declarations; a document type is refused.
//!
//! The methods are those of the `roxmltree` crate as far as they go: it judges this reader in the tests, where both must
//! accept the same documents and see the same in them. It is not used on requests because resolving, comparing and
//! copying namespaces there made up a quarter of the cost of a verified request (`docs/PRESTAZIONI.md`).

mod caratteri;
mod lettore;

use std::borrow::Cow;
use std::ops::Range;

pub use lettore::{ErroreXml, leggi};

use crate::soap::ns;

/// No declaration, no node.
const NESSUNO: u32 = u32::MAX;
/// The namespace of the prefix `xml`, which nobody declares.
const DI_XML: u32 = u32::MAX - 1;

/// A stretch of the source, or of the side string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tratto {
    da: u32,
    a: u32,
    /// In the side string.
    risolto: bool,
}

impl Tratto {
    const fn nuovo(da: usize, a: usize) -> Self {
        Self {
            da: da as u32,
            a: a as u32,
            risolto: false,
        }
    }

    const fn range(self) -> Range<usize> {
        self.da as usize..self.a as usize
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tipo {
    Radice,
    Elemento,
    Testo,
    Commento,
    Istruzione,
}

#[derive(Debug, Clone, Copy)]
struct Nodo {
    tipo: Tipo,
    padre: u32,
    /// The node after this one's subtree.
    dopo: u32,
    /// All of it, tags included.
    tutto: Tratto,
    /// Local name of an element, target of an instruction, content of a text or comment.
    nome: Tratto,
    /// Octets of the prefix; it begins right after the `<`.
    prefisso: u32,
    /// The declaration that gives the namespace; of an instruction, where its content begins.
    spazio: u32,
    /// Innermost declaration in scope.
    ambito: u32,
    attributi: (u32, u32),
}

#[derive(Debug, Clone, Copy)]
struct DatoAttributo {
    qname: Tratto,
    /// Octets of the prefix.
    prefisso: u32,
    spazio: u32,
    valore: Tratto,
}

/// One `xmlns` attribute.
#[derive(Debug, Clone, Copy)]
struct Dichiarazione {
    /// Empty for the default namespace.
    prefisso: Tratto,
    uri: Tratto,
    /// The next one outwards.
    sotto: u32,
    /// The element that makes it.
    nodo: u32,
}

/// A well-formed document.
#[derive(Debug)]
pub struct Document<'input> {
    testo: &'input str,
    /// Texts and values that differ from their spelling.
    risolti: String,
    nodi: Vec<Nodo>,
    attributi: Vec<DatoAttributo>,
    dichiarazioni: Vec<Dichiarazione>,
}

impl<'input> Document<'input> {
    fn di(&self, t: Tratto) -> &str {
        if t.risolto {
            &self.risolti[t.range()]
        } else {
            &self.testo[t.range()]
        }
    }

    fn uri(&self, spazio: u32) -> Option<&str> {
        match spazio {
            NESSUNO => None,
            DI_XML => Some(ns::XML),
            d => Some(self.di(self.dichiarazioni[d as usize].uri)).filter(|u| !u.is_empty()),
        }
    }

    const fn nodo(&self, n: u32) -> Node<'_, 'input> {
        Node { doc: self, n }
    }

    /// The text it was read from.
    pub const fn input_text(&self) -> &'input str {
        self.testo
    }

    /// The node above everything.
    pub const fn root(&self) -> Node<'_, 'input> {
        self.nodo(0)
    }

    /// The only element at the top; a document always has one.
    pub fn root_element(&self) -> Node<'_, 'input> {
        self.root()
            .children()
            .find(Node::is_element)
            .unwrap_or(self.root())
    }

    /// Every node in document order, the one above everything first.
    pub fn descendants(&self) -> impl Iterator<Item = Node<'_, 'input>> {
        self.root().descendants()
    }

    /// The place of an octet of the source.
    pub fn text_pos_at(&self, offset: usize) -> Posto {
        Posto::di(self.testo, offset)
    }
}

/// A place in a text, both from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posto {
    /// The line.
    pub row: u32,
    /// The column.
    pub col: u32,
}

impl Posto {
    fn di(testo: &str, offset: usize) -> Self {
        let mut fine = offset.min(testo.len());
        while !testo.is_char_boundary(fine) {
            fine -= 1;
        }
        let prima = &testo[..fine];
        let riga = prima.rfind('\n').map_or(0, |p| p + 1);
        Self {
            row: memchr::memchr_iter(b'\n', prima.as_bytes()).count() as u32 + 1,
            col: prima[riga..].chars().count() as u32 + 1,
        }
    }
}

/// Which node of its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

/// A node of a document.
#[derive(Clone, Copy)]
pub struct Node<'a, 'input> {
    doc: &'a Document<'input>,
    n: u32,
}

impl std::fmt::Debug for Node<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.dati().tipo, self.tag_name().name())
    }
}

impl PartialEq for Node<'_, '_> {
    fn eq(&self, altro: &Self) -> bool {
        self.n == altro.n && std::ptr::eq(self.doc, altro.doc)
    }
}

impl Eq for Node<'_, '_> {}

/// The name of an element: namespace and local part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nome<'a> {
    spazio: Option<&'a str>,
    locale: &'a str,
}

impl<'a> Nome<'a> {
    /// The namespace's URI; `None` without namespace.
    pub const fn namespace(&self) -> Option<&'a str> {
        self.spazio
    }

    /// The local part; empty for what is no element.
    pub const fn name(&self) -> &'a str {
        self.locale
    }
}

/// A processing instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Istruzione<'a> {
    /// Its target.
    pub target: &'a str,
    /// What follows.
    pub value: Option<&'a str>,
}

/// What an attribute is looked for by: a local name without namespace, or with one.
pub trait Cercato: Copy {
    /// Namespace and local name.
    fn coppia(&self) -> (&str, &str);
}

impl Cercato for &str {
    fn coppia(&self) -> (&str, &str) {
        ("", self)
    }
}

impl Cercato for (&str, &str) {
    fn coppia(&self) -> (&str, &str) {
        *self
    }
}

impl<'a, 'input: 'a> Node<'a, 'input> {
    fn dati(&self) -> &'a Nodo {
        &self.doc.nodi[self.n as usize]
    }

    /// Which one it is.
    pub const fn id(&self) -> NodeId {
        NodeId(self.n)
    }

    /// Its document.
    pub const fn document(&self) -> &'a Document<'input> {
        self.doc
    }

    /// Whether it is an element.
    pub fn is_element(&self) -> bool {
        self.dati().tipo == Tipo::Elemento
    }

    /// Whether it is a text, CDATA sections joined with what is beside them.
    pub fn is_text(&self) -> bool {
        self.dati().tipo == Tipo::Testo
    }

    /// Whether it is a comment.
    pub fn is_comment(&self) -> bool {
        self.dati().tipo == Tipo::Commento
    }

    /// Whether it is a processing instruction.
    pub fn is_pi(&self) -> bool {
        self.dati().tipo == Tipo::Istruzione
    }

    /// Where it stands in the source, tags included.
    pub fn range(&self) -> Range<usize> {
        self.dati().tutto.range()
    }

    /// An element's name.
    pub fn tag_name(&self) -> Nome<'a> {
        let d = self.dati();
        if d.tipo != Tipo::Elemento {
            return Nome {
                spazio: None,
                locale: "",
            };
        }
        Nome {
            spazio: self.doc.uri(d.spazio),
            locale: self.doc.di(d.nome),
        }
    }

    /// Whether it is the element of this namespace and local name.
    pub fn has_tag_name(&self, (spazio, locale): (&str, &str)) -> bool {
        let d = self.dati();
        // The local name first: namespaces are long and alike.
        d.tipo == Tipo::Elemento
            && self.doc.di(d.nome) == locale
            && self.doc.uri(d.spazio).unwrap_or("") == spazio
    }

    /// An element's prefix; empty if none.
    pub fn prefisso(&self) -> &'a str {
        let d = self.dati();
        let da = d.tutto.da as usize + 1;
        if d.tipo == Tipo::Elemento {
            &self.doc.testo[da..da + d.prefisso as usize]
        } else {
            ""
        }
    }

    /// An element's name as it is spelt.
    pub fn qname(&self) -> &'a str {
        let d = self.dati();
        &self.doc.testo[d.tutto.da as usize + 1..d.nome.a as usize]
    }

    /// The content of a text or a comment.
    pub fn text(&self) -> Option<&'a str> {
        let d = self.dati();
        matches!(d.tipo, Tipo::Testo | Tipo::Commento).then(|| self.doc.di(d.nome))
    }

    /// The processing instruction it is.
    pub fn pi(&self) -> Option<Istruzione<'a>> {
        let d = self.dati();
        (d.tipo == Tipo::Istruzione).then(|| Istruzione {
            target: self.doc.di(d.nome),
            value: Some(&self.doc.testo[d.spazio as usize..d.tutto.a as usize - 2]).filter(|v| !v.is_empty()),
        })
    }

    /// The node it stands in.
    pub fn parent(&self) -> Option<Self> {
        let padre = self.dati().padre;
        (padre != NESSUNO).then(|| self.doc.nodo(padre))
    }

    /// The element it stands in.
    pub fn parent_element(&self) -> Option<Self> {
        self.parent().filter(Node::is_element)
    }

    /// Itself and everything it stands in, outwards.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(*self), Self::parent)
    }

    /// Its children in document order.
    pub fn children(&self) -> Figli<'a, 'input> {
        Figli {
            doc: self.doc,
            n: self.n + 1,
            fine: self.dati().dopo,
        }
    }

    /// Itself and everything in it, in document order.
    pub fn descendants(&self) -> impl Iterator<Item = Self> + use<'a, 'input> {
        let doc = self.doc;
        (self.n..self.dati().dopo).map(move |n| doc.nodo(n))
    }

    /// Its attributes in document order, declarations left out.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = Attribute<'a, 'input>> + use<'a, 'input> {
        let (da, a) = self.dati().attributi;
        let doc = self.doc;
        doc.attributi[da as usize..a as usize]
            .iter()
            .map(move |dati| Attribute { doc, dati })
    }

    /// The value of one attribute.
    pub fn attribute(&self, quale: impl Cercato) -> Option<&'a str> {
        let (spazio, locale) = quale.coppia();
        self.attributes()
            .find(|a| a.name() == locale && a.namespace().unwrap_or("") == spazio)
            .map(|a| a.value())
    }

    /// The URI and the prefix, as declared, that a prefix means here; the empty one is the default namespace.
    pub fn dichiarato(&self, prefisso: &str) -> Option<(&'a str, &'a str)> {
        let doc = self.doc;
        doc.in_vigore(self.dati().ambito)
            .map(|d| (doc.di(d.prefisso), doc.di(d.uri)))
            .find(|(p, _)| *p == prefisso)
    }

    /// Every declaration in scope, prefix and URI: its own in document order, then those further out that it does not
    /// hide. Slow, for who looks closely.
    pub fn namespaces(&self) -> Vec<(&'a str, &'a str)> {
        let doc = self.doc;
        let mut viste: Vec<(u32, &str, &str)> = Vec::new();
        for d in doc.in_vigore(self.dati().ambito) {
            let prefisso = doc.di(d.prefisso);
            if !viste.iter().any(|(_, p, _)| *p == prefisso) {
                viste.push((d.nodo, prefisso, doc.di(d.uri)));
            }
        }
        // Innermost last made first: each element's own are turned round.
        viste.reverse();
        viste.sort_by_key(|(nodo, ..)| std::cmp::Reverse(*nodo));
        viste.into_iter().map(|(_, p, u)| (p, u)).collect()
    }
}

impl Document<'_> {
    /// Declarations from one outwards.
    fn in_vigore(&self, da: u32) -> impl Iterator<Item = &Dichiarazione> {
        let prendi = |n: u32| self.dichiarazioni.get(n as usize);
        std::iter::successors(prendi(da), move |d| prendi(d.sotto))
    }
}

/// The children of a node.
#[derive(Debug, Clone)]
pub struct Figli<'a, 'input> {
    doc: &'a Document<'input>,
    n: u32,
    fine: u32,
}

impl<'a, 'input> Iterator for Figli<'a, 'input> {
    type Item = Node<'a, 'input>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.n >= self.fine {
            return None;
        }
        let questo = self.doc.nodo(self.n);
        self.n = self.doc.nodi[self.n as usize].dopo;
        Some(questo)
    }
}

/// An attribute of an element.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'a, 'input> {
    doc: &'a Document<'input>,
    dati: &'a DatoAttributo,
}

impl<'a, 'input: 'a> Attribute<'a, 'input> {
    /// Its local name.
    pub fn name(&self) -> &'a str {
        let da = match self.dati.prefisso {
            0 => self.dati.qname.da,
            n => self.dati.qname.da + n + 1,
        };
        &self.doc.testo[da as usize..self.dati.qname.a as usize]
    }

    /// Its prefix; empty if none.
    pub fn prefisso(&self) -> &'a str {
        let da = self.dati.qname.da as usize;
        &self.doc.testo[da..da + self.dati.prefisso as usize]
    }

    /// Its name as it is spelt.
    pub fn qname(&self) -> &'a str {
        self.doc.di(self.dati.qname)
    }

    /// Where its name stands in the source.
    pub const fn range_qname(&self) -> Range<usize> {
        self.dati.qname.range()
    }

    /// Its namespace; none without prefix.
    pub fn namespace(&self) -> Option<&'a str> {
        self.doc.uri(self.dati.spazio)
    }

    /// Its value, normalized.
    pub fn value(&self) -> &'a str {
        self.doc.di(self.dati.valore)
    }
}

/// A text whose line ends are those of XML: `\r\n` and `\r` become `\n`.
fn a_capo(t: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', t.as_bytes()).is_none() {
        return Cow::Borrowed(t);
    }
    Cow::Owned(t.replace("\r\n", "\n").replace('\r', "\n"))
}

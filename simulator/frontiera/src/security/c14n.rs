//! Exclusive XML canonicalization (W3C, 18 July 2002), without comments unless asked.
//!
//! Turns one element of a tree into the octets that are digested. The stack of *rendered* declarations is what
//! decides whether one is written again.

use crate::albero::{Attribute, Node, NodeId};
use memchr::{memchr, memchr3};

use crate::limiti::PREFISSI_MASSIMI;
use crate::soap::ns;

/// What to canonicalize and how.
#[derive(Debug, Clone, Default)]
pub struct Opzioni<'p> {
    /// `InclusiveNamespaces/@PrefixList`, split; the empty string is `#default`.
    pub prefissi: Vec<&'p str>,
    /// A subtree left out: the enveloped signature.
    pub senza: Option<NodeId>,
    /// Keep comments (`#WithComments`).
    pub commenti: bool,
}

impl<'p> Opzioni<'p> {
    /// Splits a `PrefixList` attribute.
    pub fn con_lista(lista: &'p str) -> Self {
        let prefissi = lista
            .split_ascii_whitespace()
            .map(|p| if p == "#default" { "" } else { p });
        Self {
            prefissi: prefissi.collect(),
            ..Self::default()
        }
    }
}

/// The canonical octets of an element and what is in it.
pub fn canonica(nodo: Node<'_, '_>, opzioni: &Opzioni<'_>) -> Vec<u8> {
    let mut scrittore = Scrittore {
        uscita: Vec::with_capacity(nodo.range().len() + 512),
        resi: Vec::with_capacity(8),
        attributi: Vec::with_capacity(8),
        nuove: Vec::with_capacity(4),
        opzioni,
    };
    scrittore.elemento(nodo);
    scrittore.uscita
}

/// An element as a document of its own: exclusive form, with the namespaces that `xsi:type` values name,
/// which canonicalization does not see as used. Not for digests.
pub fn documento(nodo: Node<'_, '_>) -> Vec<u8> {
    let mut prefissi: Vec<&str> = Vec::new();
    for tipo in nodo.descendants().filter_map(|n| n.attribute((ns::XSI, "type"))) {
        let prefisso = tipo.trim().split_once(':').map_or("", |(p, _)| p);
        if prefissi.len() < PREFISSI_MASSIMI && !prefissi.contains(&prefisso) {
            prefissi.push(prefisso);
        }
    }
    canonica(
        nodo,
        &Opzioni {
            prefissi,
            ..Opzioni::default()
        },
    )
}

struct Scrittore<'o, 'p, 'a, 'input> {
    uscita: Vec<u8>,
    /// Declarations already written by an output ancestor, innermost last.
    resi: Vec<(&'a str, &'a str)>,
    /// Attributes of the element in hand, in canonical order; kept to spare an allocation per element.
    attributi: Vec<(&'a str, Attribute<'a, 'input>)>,
    /// Declarations of the element in hand.
    nuove: Vec<(&'a str, &'a str)>,
    opzioni: &'o Opzioni<'p>,
}

impl<'a, 'input: 'a> Scrittore<'_, '_, 'a, 'input> {
    /// Recursion is bounded by the guard that stands before the tree.
    fn elemento(&mut self, n: Node<'a, 'input>) {
        if self.opzioni.senza == Some(n.id()) {
            return;
        }
        let segno = self.resi.len();
        self.uscita.push(b'<');
        self.uscita.extend_from_slice(n.qname().as_bytes());
        self.attributi.clear();
        self.attributi
            .extend(n.attributes().map(|a| (a.namespace().unwrap_or(""), a)));
        if self.attributi.len() > 1 {
            self.attributi
                .sort_by(|(ns1, a1), (ns2, a2)| (ns1, a1.name()).cmp(&(ns2, a2.name())));
        }
        self.dichiarazioni(n);
        for (_, a) in &self.attributi {
            self.uscita.push(b' ');
            self.uscita.extend_from_slice(a.qname().as_bytes());
            self.uscita.extend_from_slice(b"=\"");
            attributo(&mut self.uscita, a.value());
            self.uscita.push(b'"');
        }
        self.uscita.push(b'>');
        for figlio in n.children() {
            if figlio.is_element() {
                self.elemento(figlio);
            } else if let Some(pi) = figlio.pi() {
                self.uscita.extend_from_slice(b"<?");
                self.uscita.extend_from_slice(pi.target.as_bytes());
                if let Some(valore) = pi.value.filter(|v| !v.is_empty()) {
                    self.uscita.push(b' ');
                    a_capo(&mut self.uscita, valore);
                }
                self.uscita.extend_from_slice(b"?>");
            } else if figlio.is_comment() {
                if self.opzioni.commenti {
                    self.uscita.extend_from_slice(b"<!--");
                    a_capo(&mut self.uscita, figlio.text().unwrap_or(""));
                    self.uscita.extend_from_slice(b"-->");
                }
            } else {
                testo(&mut self.uscita, figlio.text().unwrap_or(""));
            }
        }
        self.uscita.extend_from_slice(b"</");
        self.uscita.extend_from_slice(n.qname().as_bytes());
        self.uscita.push(b'>');
        self.resi.truncate(segno);
    }

    fn dichiarazioni(&mut self, n: Node<'a, 'input>) {
        self.nuove.clear();
        self.forse(n.prefisso(), n.tag_name().namespace().unwrap_or(""));
        for i in 0..self.attributi.len() {
            let (spazio, a) = self.attributi[i];
            // An attribute without prefix has no namespace and makes no declaration visible.
            if !a.prefisso().is_empty() {
                self.forse(a.prefisso(), spazio);
            }
        }
        let opzioni = self.opzioni;
        for p in &opzioni.prefissi {
            // The prefix must live as long as the tree: take it from the declaration in scope.
            if let Some((prefisso, uri)) = n.dichiarato(p) {
                self.forse(prefisso, uri);
            } else if p.is_empty() {
                self.forse("", "");
            }
        }
        self.nuove.sort_unstable();
        for (p, uri) in &self.nuove {
            self.uscita
                .extend_from_slice(if p.is_empty() { b" xmlns" } else { b" xmlns:" });
            self.uscita.extend_from_slice(p.as_bytes());
            self.uscita.extend_from_slice(b"=\"");
            attributo(&mut self.uscita, uri);
            self.uscita.push(b'"');
        }
        self.resi.extend_from_slice(&self.nuove);
    }

    /// Notes a declaration unless an output ancestor wrote the same. `xmlns=""` is written only to undo one.
    fn forse(&mut self, prefisso: &'a str, uri: &'a str) {
        if prefisso == "xml" {
            return;
        }
        let reso = self
            .resi
            .iter()
            .rev()
            .find(|(p, _)| *p == prefisso)
            .map_or("", |(_, u)| u);
        // Mostly the very same declaration: no need to read long URIs.
        if !std::ptr::eq(reso, uri) && reso != uri && !self.nuove.contains(&(prefisso, uri)) {
            self.nuove.push((prefisso, uri));
        }
    }
}

fn testo(uscita: &mut Vec<u8>, t: &str) {
    let b = t.as_bytes();
    if memchr3(b'&', b'<', b'>', b).is_none() && memchr(b'\r', b).is_none() {
        uscita.extend_from_slice(b);
        return;
    }
    sostituisci(uscita, t, |b| match b {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'>' => Some(b"&gt;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
}

fn attributo(uscita: &mut Vec<u8>, t: &str) {
    let b = t.as_bytes();
    if memchr3(b'&', b'<', b'"', b).is_none() && memchr3(b'\t', b'\n', b'\r', b).is_none() {
        uscita.extend_from_slice(b);
        return;
    }
    sostituisci(uscita, t, |b| match b {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'"' => Some(b"&quot;"),
        b'\t' => Some(b"&#x9;"),
        b'\n' => Some(b"&#xA;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
}

/// Instructions and comments: the parser leaves their line ends as they came, XML wants them as LF.
fn a_capo(uscita: &mut Vec<u8>, t: &str) {
    uscita.extend_from_slice(t.replace("\r\n", "\n").replace('\r', "\n").as_bytes());
}

/// Copies in runs between the special octets.
fn sostituisci(uscita: &mut Vec<u8>, t: &str, con: impl Fn(u8) -> Option<&'static [u8]>) {
    let b = t.as_bytes();
    let mut da = 0;
    for (i, c) in b.iter().enumerate() {
        if let Some(entita) = con(*c) {
            uscita.extend_from_slice(&b[da..i]);
            uscita.extend_from_slice(entita);
            da = i + 1;
        }
    }
    uscita.extend_from_slice(&b[da..]);
}

/// The `PrefixList` of an `InclusiveNamespaces` child: empty if there is none, `None` if too long to serve.
pub(crate) fn lista_prefissi<'a>(algoritmo: Node<'a, '_>) -> Option<&'a str> {
    let figlio = algoritmo
        .children()
        .find(|n| n.has_tag_name((ns::EXC_C14N, "InclusiveNamespaces")));
    let lista = figlio.and_then(|n| n.attribute("PrefixList")).unwrap_or("");
    (lista.split_ascii_whitespace().take(PREFISSI_MASSIMI + 1).count() <= PREFISSI_MASSIMI).then_some(lista)
}

//! A copy of one element that can be changed, and the ways in which a signer may have written it to octets.
//!
//! The perimeter canonicalizes the tree as it came ([`super::super::c14n`]); here it is the other way round: what would
//! the octets be if the sender had put the id later, had kept the line ends, had used another canonicalization. Only
//! the investigation uses it, on requests of bounded size; nothing is ever accepted because of it.

use crate::albero::{Node, NodeId};

/// An attribute, prefix included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attributo {
    pub(super) prefisso: String,
    pub(super) nome: String,
    pub(super) spazio: String,
    pub(super) valore: String,
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Elemento {
    pub(super) prefisso: String,
    pub(super) nome: String,
    pub(super) spazio: String,
    pub(super) attributi: Vec<Attributo>,
    /// Declarations in scope, `xml` left out: (prefix, URI).
    pub(super) in_vigore: Vec<(String, String)>,
    /// Declarations made here.
    pub(super) dichiarati: Vec<(String, String)>,
    pub(super) figli: Vec<Nodo>,
    /// The signature that an enveloped-signature transform leaves out.
    pub(super) firma: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Nodo {
    Elemento(Elemento),
    Testo(String),
    Commento(String),
    Istruzione(String, String),
}

impl Elemento {
    /// Copies an element; `firma` marks the enveloped signature. Recursion is bounded by the guard before the tree.
    pub(super) fn di(n: Node<'_, '_>, firma: Option<NodeId>) -> Self {
        let in_vigore: Vec<(String, String)> = n
            .namespaces()
            .into_iter()
            .map(|(p, u)| (p.to_owned(), u.to_owned()))
            .collect();
        let sopra = n.parent_element().map_or_else(Vec::new, |p| p.namespaces());
        let dichiarati = in_vigore
            .iter()
            .filter(|(p, u)| !sopra.contains(&(p.as_str(), u.as_str())))
            .cloned()
            .collect();
        let attributi = n
            .attributes()
            .map(|a| Attributo {
                prefisso: a.prefisso().to_owned(),
                nome: a.name().to_owned(),
                spazio: a.namespace().unwrap_or("").to_owned(),
                valore: a.value().to_owned(),
            })
            .collect();
        let figli = n
            .children()
            .map(|c| {
                if c.is_element() {
                    Nodo::Elemento(Self::di(c, firma))
                } else if let Some(pi) = c.pi() {
                    Nodo::Istruzione(pi.target.to_owned(), pi.value.unwrap_or("").to_owned())
                } else if c.is_comment() {
                    Nodo::Commento(c.text().unwrap_or("").to_owned())
                } else {
                    Nodo::Testo(c.text().unwrap_or("").to_owned())
                }
            })
            .collect();
        Self {
            prefisso: n.prefisso().to_owned(),
            nome: n.tag_name().name().to_owned(),
            spazio: n.tag_name().namespace().unwrap_or("").to_owned(),
            attributi,
            in_vigore,
            dichiarati,
            figli,
            firma: Some(n.id()) == firma,
        }
    }

    /// Every prefix in scope somewhere inside, the default one as `""`, in order of appearance.
    pub(super) fn prefissi(&self) -> Vec<String> {
        let mut tutti: Vec<String> = Vec::new();
        self.visita(&mut |e| {
            for (p, _) in &e.in_vigore {
                if !tutti.contains(p) {
                    tutti.push(p.clone());
                }
            }
        });
        tutti
    }

    fn visita(&self, f: &mut impl FnMut(&Self)) {
        f(self);
        for c in &self.figli {
            if let Nodo::Elemento(e) = c {
                e.visita(f);
            }
        }
    }

    /// Changes every text below.
    pub(super) fn testi(&mut self, f: &impl Fn(&str) -> String) {
        for c in &mut self.figli {
            match c {
                Nodo::Testo(t) => *t = f(t),
                Nodo::Elemento(e) => e.testi(f),
                Nodo::Commento(_) | Nodo::Istruzione(..) => {}
            }
        }
    }

    /// Leaves out texts of white space only, here or everywhere below. Text that is an element's only content stays.
    pub(super) fn senza_bianchi(&mut self, ovunque: bool) {
        if self.figli.iter().any(|c| matches!(c, Nodo::Elemento(_))) {
            self.figli
                .retain(|c| !matches!(c, Nodo::Testo(t) if t.trim_matches(BIANCHI).is_empty()));
        }
        if ovunque {
            for c in &mut self.figli {
                if let Nodo::Elemento(e) = c {
                    e.senza_bianchi(true);
                }
            }
        }
    }

    /// Puts every element on a line of its own, as a pretty printer does. White space is expected to be out.
    pub(super) fn rientra(&mut self, passo: &str, livello: usize) {
        if !self.figli.iter().any(|c| matches!(c, Nodo::Elemento(_))) {
            return;
        }
        let mut nuovi = Vec::with_capacity(self.figli.len() * 2 + 1);
        for mut c in std::mem::take(&mut self.figli) {
            if let Nodo::Elemento(e) = &mut c {
                e.rientra(passo, livello + 1);
            }
            nuovi.push(Nodo::Testo(format!("\n{}", passo.repeat(livello + 1))));
            nuovi.push(c);
        }
        nuovi.push(Nodo::Testo(format!("\n{}", passo.repeat(livello))));
        self.figli = nuovi;
    }
}

/// White space of XML.
pub(super) const BIANCHI: [char; 4] = [' ', '\t', '\r', '\n'];

/// How a copy is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Forma {
    pub(super) modo: Modo,
    pub(super) commenti: bool,
    /// The enveloped signature is written too.
    pub(super) con_firma: bool,
    /// `<a/>` for an empty element, which no canonicalization writes.
    pub(super) vuoti_brevi: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Modo {
    /// Exclusive C14N with these further prefixes (`""` is `#default`).
    Esclusiva(Vec<String>),
    /// Inclusive C14N 1.0 of the element where it stands: the envelope's namespaces come along.
    Inclusiva,
    /// Inclusive C14N 1.0 of the element alone, as a document of its own.
    InclusivaIsolata,
}

impl Default for Modo {
    fn default() -> Self {
        Self::Esclusiva(Vec::new())
    }
}

/// The octets of a copy.
pub(super) fn scrivi(e: &Elemento, forma: &Forma) -> Vec<u8> {
    let mut s = Scrittore {
        uscita: Vec::with_capacity(1024),
        resi: Vec::new(),
        forma,
    };
    s.elemento(e, true);
    s.uscita
}

/// The octets of what is inside.
pub(super) fn scrivi_dentro(e: &Elemento, forma: &Forma) -> Vec<u8> {
    let mut s = Scrittore {
        uscita: Vec::with_capacity(1024),
        resi: Vec::new(),
        forma,
    };
    for c in &e.figli {
        s.nodo(c, true);
    }
    s.uscita
}

struct Scrittore<'f> {
    uscita: Vec<u8>,
    resi: Vec<(String, String)>,
    forma: &'f Forma,
}

impl Scrittore<'_> {
    fn nodo(&mut self, c: &Nodo, apice: bool) {
        match c {
            Nodo::Elemento(e) => self.elemento(e, apice),
            Nodo::Testo(t) => {
                for b in t.bytes() {
                    match b {
                        b'&' => self.piano("&amp;"),
                        b'<' => self.piano("&lt;"),
                        b'>' => self.piano("&gt;"),
                        b'\r' => self.piano("&#xD;"),
                        b => self.uscita.push(b),
                    }
                }
            }
            Nodo::Istruzione(nome, valore) => {
                self.piano("<?");
                self.piano(nome);
                if !valore.is_empty() {
                    self.piano(" ");
                    self.piano(valore);
                }
                self.piano("?>");
            }
            Nodo::Commento(t) => {
                if self.forma.commenti {
                    self.piano("<!--");
                    self.piano(t);
                    self.piano("-->");
                }
            }
        }
    }

    fn piano(&mut self, t: &str) {
        self.uscita.extend_from_slice(t.as_bytes());
    }

    fn valore(&mut self, t: &str) {
        self.piano("=\"");
        for b in t.bytes() {
            match b {
                b'&' => self.piano("&amp;"),
                b'<' => self.piano("&lt;"),
                b'"' => self.piano("&quot;"),
                b'\t' => self.piano("&#x9;"),
                b'\n' => self.piano("&#xA;"),
                b'\r' => self.piano("&#xD;"),
                b => self.uscita.push(b),
            }
        }
        self.uscita.push(b'"');
    }

    fn qname(&mut self, prefisso: &str, nome: &str) {
        if !prefisso.is_empty() {
            self.piano(prefisso);
            self.piano(":");
        }
        self.piano(nome);
    }

    fn elemento(&mut self, e: &Elemento, apice: bool) {
        if e.firma && !self.forma.con_firma {
            return;
        }
        let segno = self.resi.len();
        self.piano("<");
        self.qname(&e.prefisso, &e.nome);
        for (p, uri) in self.dichiarazioni(e, apice) {
            self.piano(" xmlns");
            if !p.is_empty() {
                self.piano(":");
                self.piano(&p);
            }
            self.valore(&uri);
            self.resi.push((p, uri));
        }
        let mut attributi: Vec<&Attributo> = e.attributi.iter().collect();
        attributi.sort_by(|a, b| (&a.spazio, &a.nome).cmp(&(&b.spazio, &b.nome)));
        for a in attributi {
            self.piano(" ");
            self.qname(&a.prefisso, &a.nome);
            self.valore(&a.valore);
        }
        if e.figli.is_empty() && self.forma.vuoti_brevi {
            self.piano("/>");
        } else {
            self.piano(">");
            for c in &e.figli {
                self.nodo(c, false);
            }
            self.piano("</");
            self.qname(&e.prefisso, &e.nome);
            self.piano(">");
        }
        self.resi.truncate(segno);
    }

    fn dichiarazioni(&self, e: &Elemento, apice: bool) -> Vec<(String, String)> {
        let mut volute: Vec<(String, String)> = match &self.forma.modo {
            Modo::Inclusiva => e.in_vigore.clone(),
            Modo::InclusivaIsolata if apice => {
                // A document of its own must declare what it uses, and has what was declared here.
                let mut v = e.dichiarati.clone();
                for coppia in usate(e) {
                    if !v.contains(&coppia) {
                        v.push(coppia);
                    }
                }
                v
            }
            Modo::InclusivaIsolata => {
                let mut v = e.dichiarati.clone();
                v.extend(usate(e));
                v.dedup();
                v
            }
            Modo::Esclusiva(prefissi) => {
                let mut v = usate(e);
                v.extend(e.in_vigore.iter().filter(|(p, _)| prefissi.contains(p)).cloned());
                v
            }
        };
        if e.prefisso.is_empty() && e.spazio.is_empty() {
            volute.push((String::new(), String::new()));
        }
        volute.sort_unstable();
        volute.dedup();
        volute.retain(|(p, uri)| {
            let reso = self
                .resi
                .iter()
                .rev()
                .find(|(q, _)| q == p)
                .map_or("", |(_, u)| u.as_str());
            p != "xml" && reso != uri
        });
        volute
    }
}

/// Declarations that the element's own names need.
fn usate(e: &Elemento) -> Vec<(String, String)> {
    let mut v = vec![(e.prefisso.clone(), e.spazio.clone())];
    v.extend(
        e.attributi
            .iter()
            .filter(|a| !a.prefisso.is_empty() && a.prefisso != "xml")
            .map(|a| (a.prefisso.clone(), a.spazio.clone())),
    );
    v.sort_unstable();
    v.dedup();
    v
}

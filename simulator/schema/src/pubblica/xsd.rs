//! One XSD per namespace: the declarations of the grammar in the words of XML Schema.
//!
//! Names of types and elements are those of the grammar (they show in `xsi:type`); prefixes and layout are ours. A type
//! without a name in the grammar (`#owner/element`) has none here either. Declarations stand in the order of their names,
//! roots in the order of the grammar.

use std::collections::{BTreeMap, BTreeSet};

use super::scrittura::{Attributo, Scrittura, XS_URI};
use crate::grammatica::{
    Complesso, Grammatica, NomeTipo, Particella, Semplice, Spazi, Volte, XS, grammatica,
};
use crate::radici;

/// What a schema adds to the notice when its content is not ours.
const FONTE: &str = ". Strutture e vincoli: italia/anpr (CC BY 4.0), riscritti.";

/// The namespaces whose grammar is ours, for want of a published one.
const NOSTRI: [&str; 1] = [radici::RICHIESTA_CONNESSIONE.0];

/// The schema of one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaXsd {
    /// Target namespace.
    pub spazio: &'static str,
    /// The document, UTF-8.
    pub testo: String,
}

/// The schemas of `spazi` and of all namespaces they need: the given ones first, then in the order they are met.
///
/// `indirizzo` gives the `schemaLocation` under which the document with that index of the result is imported.
/// `None` if a namespace is not of the grammar.
pub fn schemi(spazi: &[&str], indirizzo: impl Fn(usize) -> String) -> Option<Vec<SchemaXsd>> {
    let g = grammatica();
    let mut ordine: Vec<u16> = Vec::new();
    for uri in spazi {
        let s = u16::try_from(g.spazi.iter().position(|(_, u)| u == uri)?).ok()?;
        if !ordine.contains(&s) {
            ordine.push(s);
        }
    }
    let mut i = 0;
    while let Some(&s) = ordine.get(i) {
        for altro in Dichiarazioni::di(g, s).usati() {
            if !ordine.contains(&altro) {
                ordine.push(altro);
            }
        }
        i += 1;
    }
    let indirizzi: BTreeMap<u16, String> = ordine
        .iter()
        .enumerate()
        .map(|(i, s)| (*s, indirizzo(i)))
        .collect();
    Some(
        ordine
            .iter()
            .map(|&s| SchemaXsd {
                spazio: g.uri(s),
                testo: Dichiarazioni::di(g, s).documento(&indirizzi),
            })
            .collect(),
    )
}

/// What one namespace declares.
struct Dichiarazioni<'g> {
    g: &'g Grammatica,
    qui: u16,
    semplici: BTreeMap<&'g str, &'g Semplice>,
    complessi: BTreeMap<&'g str, &'g Complesso>,
    elementi: Vec<(&'g str, &'g Complesso)>,
}

impl<'g> Dichiarazioni<'g> {
    fn di(g: &'g Grammatica, qui: u16) -> Self {
        Self {
            g,
            qui,
            semplici: g
                .semplici
                .iter()
                .filter(|(n, _)| n.0 == qui)
                .map(|(n, t)| (n.1.as_str(), t))
                .collect(),
            complessi: g
                .complessi
                .iter()
                .filter(|(n, _)| n.0 == qui)
                .map(|(n, t)| (n.1.as_str(), t))
                .collect(),
            elementi: g
                .ordine
                .iter()
                .filter(|n| n.0 == qui)
                .filter_map(|n| Some((n.1.as_str(), g.elementi.get(n)?)))
                .collect(),
        }
    }

    /// The other namespaces named here, ascending.
    fn usati(&self) -> BTreeSet<u16> {
        let mut usati: BTreeSet<u16> = self.semplici.values().map(|t| t.base.0).collect();
        for c in self
            .complessi
            .values()
            .copied()
            .chain(self.elementi.iter().map(|(_, c)| *c))
        {
            usati.extend(c.base.iter().chain(&c.valore).map(|n| n.0));
            if let Some(gruppo) = &c.gruppo {
                nominati(gruppo, &mut usati);
            }
        }
        usati.remove(&XS);
        usati.remove(&self.qui);
        usati
    }

    fn documento(&self, indirizzi: &BTreeMap<u16, String>) -> String {
        let spazio = self.g.uri(self.qui);
        let usati = self.usati();
        let prefissi: Vec<(String, &str)> = std::iter::once(self.qui)
            .chain(usati.iter().copied())
            .map(|s| (format!("xmlns:{}", self.prefisso(s)), self.g.uri(s)))
            .collect();
        let mut attributi: Vec<Attributo<'_>> = vec![("xmlns:xs", XS_URI)];
        attributi.extend(prefissi.iter().map(|(nome, uri)| (nome.as_str(), *uri)));
        attributi.extend([
            ("targetNamespace", spazio),
            ("elementFormDefault", "unqualified"),
            ("attributeFormDefault", "unqualified"),
        ]);
        let mut s = Scrittura::nuova(if NOSTRI.contains(&spazio) { "" } else { FONTE });
        s.con("xs:schema", &attributi, |s| {
            for altro in &usati {
                let dove = indirizzi.get(altro).map_or("", String::as_str);
                s.vuoto(
                    "xs:import",
                    &[("namespace", self.g.uri(*altro)), ("schemaLocation", dove)],
                );
            }
            for (nome, tipo) in self.semplici.iter().filter(|(n, _)| !n.starts_with('#')) {
                self.semplice(s, Some(nome), tipo);
            }
            for (nome, tipo) in self.complessi.iter().filter(|(n, _)| !n.starts_with('#')) {
                self.complesso(s, Some(nome), tipo);
            }
            for (nome, tipo) in &self.elementi {
                s.con("xs:element", &[("name", nome)], |s| self.complesso(s, None, tipo));
            }
        });
        s.fine()
    }

    fn semplice(&self, s: &mut Scrittura, nome: Option<&str>, tipo: &Semplice) {
        let nome: Vec<Attributo<'_>> = nome.map(|n| ("name", n)).into_iter().collect();
        s.con("xs:simpleType", &nome, |s| {
            let base = self.qualificato(&tipo.base);
            s.con("xs:restriction", &[("base", &base)], |s| {
                if let Some(spazi) = tipo.spazi {
                    let valore = match spazi {
                        Spazi::Preserve => "preserve",
                        Spazi::Replace => "replace",
                        Spazi::Collapse => "collapse",
                    };
                    s.vuoto("xs:whiteSpace", &[("value", valore)]);
                }
                for (faccetta, numero) in [("xs:minLength", tipo.minimo), ("xs:maxLength", tipo.massimo)] {
                    if let Some(n) = numero {
                        s.vuoto(faccetta, &[("value", &n.to_string())]);
                    }
                }
                // One at most: XSD would take several of one restriction as alternatives (see the test below).
                for modello in &tipo.modelli {
                    s.vuoto("xs:pattern", &[("value", modello)]);
                }
                for valore in &tipo.valori {
                    s.vuoto("xs:enumeration", &[("value", valore)]);
                }
            });
        });
    }

    fn complesso(&self, s: &mut Scrittura, nome: Option<&str>, tipo: &Complesso) {
        let nome: Vec<Attributo<'_>> = nome.map(|n| ("name", n)).into_iter().collect();
        s.con("xs:complexType", &nome, |s| match (&tipo.valore, &tipo.base) {
            (Some(valore), _) => s.con("xs:simpleContent", &[], |s| {
                s.vuoto("xs:extension", &[("base", &self.qualificato(valore))]);
            }),
            (None, Some(base)) => s.con("xs:complexContent", &[], |s| {
                s.con("xs:extension", &[("base", &self.qualificato(base))], |s| {
                    if let Some(gruppo) = &tipo.gruppo {
                        self.particella(s, gruppo);
                    }
                });
            }),
            (None, None) => {
                if let Some(gruppo) = &tipo.gruppo {
                    self.particella(s, gruppo);
                }
            }
        });
    }

    fn particella(&self, s: &mut Scrittura, p: &Particella) {
        match p {
            Particella::Sequenza { figli, volte } | Particella::Scelta { figli, volte } => {
                let attributi: Vec<Attributo<'_>> = occorrenze(*volte).collect();
                let gruppo = if matches!(p, Particella::Scelta { .. }) {
                    "xs:choice"
                } else {
                    "xs:sequence"
                };
                s.con(gruppo, &attributi, |s| {
                    for f in figli {
                        self.particella(s, f);
                    }
                });
            }
            Particella::Riferimento { elemento, volte } => {
                let nome = self.qualificato(elemento);
                let mut attributi = vec![("ref", nome.as_str())];
                attributi.extend(occorrenze(*volte));
                s.vuoto("xs:element", &attributi);
            }
            Particella::Elemento { nome, tipo, volte } => {
                let qualificato = self.qualificato(tipo);
                let mut attributi = vec![("name", nome.as_str())];
                if !tipo.1.starts_with('#') {
                    attributi.push(("type", &qualificato));
                }
                attributi.extend(occorrenze(*volte));
                if !tipo.1.starts_with('#') {
                    s.vuoto("xs:element", &attributi);
                    return;
                }
                s.con("xs:element", &attributi, |s| {
                    if let Some(semplice) = self.semplici.get(tipo.1.as_str()) {
                        self.semplice(s, None, semplice);
                    } else if let Some(complesso) = self.complessi.get(tipo.1.as_str()) {
                        self.complesso(s, None, complesso);
                    }
                });
            }
        }
    }

    fn qualificato(&self, nome: &NomeTipo) -> String {
        format!("{}:{}", self.prefisso(nome.0), nome.1)
    }

    /// The short name of the grammar, with a letter before it where it begins with a digit.
    fn prefisso(&self, spazio: u16) -> String {
        if spazio == XS {
            return "xs".to_owned();
        }
        let breve = &self.g.spazi[usize::from(spazio)].0;
        let lettera = if breve.starts_with(|c: char| c.is_ascii_digit()) {
            "n"
        } else {
            ""
        };
        format!("{lettera}{breve}")
    }
}

/// The namespaces a group names.
fn nominati(p: &Particella, usati: &mut BTreeSet<u16>) {
    match p {
        Particella::Elemento { tipo, .. } => {
            usati.insert(tipo.0);
        }
        Particella::Riferimento { elemento, .. } => {
            usati.insert(elemento.0);
        }
        Particella::Sequenza { figli, .. } | Particella::Scelta { figli, .. } => {
            for f in figli {
                nominati(f, usati);
            }
        }
    }
}

fn occorrenze<'a>(volte: Volte) -> impl Iterator<Item = Attributo<'a>> {
    let minimo = volte.facoltativo.then_some(("minOccurs", "0"));
    let massimo = volte.molti.then_some(("maxOccurs", "unbounded"));
    minimo.into_iter().chain(massimo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xsd_would_understand_otherwise_does_not_occur() {
        let g = grammatica();
        for (nome, tipo) in &g.semplici {
            assert!(
                tipo.modelli.len() <= 1,
                "{nome:?}: several patterns are alternatives in XSD"
            );
        }
        for (nome, tipo) in g.elementi.iter().chain(&g.complessi) {
            let mut anonimi = Vec::new();
            if let Some(gruppo) = &tipo.gruppo {
                raccogli_anonimi(gruppo, &mut anonimi);
            }
            for a in anonimi {
                assert_eq!(a.0, nome.0, "{nome:?}: an anonymous type of another namespace");
            }
        }
    }

    fn raccogli_anonimi<'p>(p: &'p Particella, in_: &mut Vec<&'p NomeTipo>) {
        match p {
            Particella::Elemento { tipo, .. } if tipo.1.starts_with('#') => in_.push(tipo),
            Particella::Sequenza { figli, .. } | Particella::Scelta { figli, .. } => {
                for f in figli {
                    raccogli_anonimi(f, in_);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn imports_are_closed_and_each_namespace_comes_once() {
        let (ns, _) = radici::RICHIESTA_S001;
        let tutti = schemi(&[ns, ns], |i| format!("{i}.xsd")).expect("a namespace of the grammar");
        let spazi: Vec<&str> = tutti
            .iter()
            .map(|s| s.spazio.trim_start_matches("http://"))
            .collect();
        assert_eq!(
            spazi,
            [
                "www.sogei.it/ANPR/S001subentro",
                "sogei.it/ANPR/vocabolarioSubentro",
                "sogei.it/ANPR/tipoDato"
            ]
        );
        assert!(tutti[0].testo.contains("schemaLocation=\"1.xsd\""));
        assert!(schemi(&["urn:ignoto"], |i| i.to_string()).is_none());
    }
}

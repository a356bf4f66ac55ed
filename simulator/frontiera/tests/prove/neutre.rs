//! Mutations of a message's text that change no signed part's canonical form, and the places they work on.

use std::ops::Range;

use frontiera::albero::leggi as albero;
use frontiera::albero::{Document, Node};
use proptest::sample::Index;

use crate::etichette::{Attributo, Etichetta};

/// A number between 0 and 1 that picks a place.
pub(crate) type Dove = Index;

/// The part of the message a node belongs to, if it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parte {
    Body,
    Timestamp,
    /// The assertion without its signature.
    Asserzione,
    /// `SignedInfo` of the message signature.
    Info,
    /// `SignedInfo` of the assertion's.
    InfoAsserzione,
}

pub(crate) fn parte(n: Node<'_, '_>) -> Option<Parte> {
    let nomi: Vec<&str> = n
        .ancestors()
        .filter(Node::is_element)
        .map(|a| a.tag_name().name())
        .collect();
    let c_e = |nome: &str| nomi.contains(&nome);
    match () {
        () if c_e("SignedInfo") && c_e("Assertion") => Some(Parte::InfoAsserzione),
        () if c_e("SignedInfo") => Some(Parte::Info),
        () if c_e("Signature") => None,
        () if c_e("Assertion") => Some(Parte::Asserzione),
        () if c_e("Timestamp") => Some(Parte::Timestamp),
        () if c_e("Body") => Some(Parte::Body),
        () => None,
    }
}

/// The roots of the signed parts: their own name and place decide more than their digest.
pub(crate) fn radice_di_parte(n: Node<'_, '_>) -> bool {
    ["Body", "Timestamp", "Assertion", "SignedInfo"].contains(&n.tag_name().name())
}

pub(crate) fn elementi<'a, 'i>(
    doc: &'a Document<'i>,
    quali: impl Fn(Node<'a, 'i>) -> bool,
) -> Vec<Node<'a, 'i>> {
    doc.descendants()
        .filter(|n| n.is_element() && quali(*n))
        .collect()
}

pub(crate) fn scegli<T>(dove: Dove, tra: &[T]) -> Option<usize> {
    (!tra.is_empty()).then(|| dove.index(tra.len()))
}

pub(crate) fn al_posto(testo: &str, r: Range<usize>, cosa: &str) -> String {
    format!("{}{cosa}{}", &testo[..r.start], &testo[r.end..])
}

/// Rewrites the start tag of an element.
pub(crate) fn ritocca(
    testo: &str,
    n: Node<'_, '_>,
    spazio: &str,
    come: impl FnOnce(&mut Etichetta),
) -> String {
    let inizio = n.range().start;
    let (mut e, lungo) = Etichetta::leggi(&testo[inizio..]);
    come(&mut e);
    al_posto(testo, inizio..inizio + lungo, &e.scrivi(spazio))
}

/// A mutation; `None` where it finds no place.
pub(crate) type Neutra = fn(&str, Dove, Dove) -> Option<String>;

/// Mutations without effect on any signed part's canonical form.
pub(crate) const NEUTRE: &[(&str, Neutra)] = &[
    ("virgolette", |t, a, b| {
        let doc = albero(t).ok()?;
        let tutti = elementi(&doc, |n| {
            t[n.range()].starts_with('<') && !Etichetta::leggi(&t[n.range()]).0.attributi.is_empty()
        });
        let n = tutti[scegli(a, &tutti)?];
        Some(ritocca(t, n, " ", |e| {
            let i = b.index(e.attributi.len());
            let altra = if e.attributi[i].virgoletta == '"' {
                '\''
            } else {
                '"'
            };
            if !e.attributi[i].valore.contains(altra) {
                e.attributi[i].virgoletta = altra;
            }
        }))
    }),
    ("spazi nell'etichetta", |t, a, b| {
        let doc = albero(t).ok()?;
        let tutti = elementi(&doc, |_| true);
        let spazio = ["\n", "\t ", "   ", "\r\n"][b.index(4)];
        Some(ritocca(t, tutti[scegli(a, &tutti)?], spazio, |_| {}))
    }),
    ("spazi nell'etichetta di chiusura", |t, a, b| {
        let chiuse: Vec<usize> = t.match_indices("</").map(|(i, _)| i).collect();
        let inizio = chiuse[scegli(a, &chiuse)?];
        let fine = inizio + t[inizio..].find('>')?;
        Some(al_posto(t, fine..fine, [" ", "\n", "\r\n\t"][b.index(3)]))
    }),
    ("ordine degli attributi", |t, a, b| {
        let doc = albero(t).ok()?;
        let tutti = elementi(&doc, |n| Etichetta::leggi(&t[n.range()]).0.attributi.len() > 1);
        let n = tutti[scegli(a, &tutti)?];
        Some(ritocca(t, n, " ", |e| {
            let i = b.index(e.attributi.len() - 1);
            e.attributi.swap(i, i + 1);
        }))
    }),
    ("elemento vuoto nell'altra forma", |t, a, _| {
        let doc = albero(t).ok()?;
        let vuoti = elementi(&doc, |n| n.children().next().is_none());
        let n = vuoti[scegli(a, &vuoti)?];
        let (mut e, _) = Etichetta::leggi(&t[n.range()]);
        let coda = if e.vuota {
            format!("</{}>", e.nome)
        } else {
            String::new()
        };
        e.vuota = !e.vuota;
        Some(al_posto(t, n.range(), &(e.scrivi(" ") + &coda)))
    }),
    ("riferimento a un carattere del testo", |t, a, b| {
        let doc = albero(t).ok()?;
        let testi: Vec<_> = doc
            .descendants()
            .filter(|n| n.is_text() && piano(t, n.range()))
            .collect();
        let r = testi[scegli(a, &testi)?].range();
        let caratteri: Vec<_> = t[r.clone()].char_indices().collect();
        let (i, c) = caratteri[scegli(b, &caratteri)?];
        let come = if b.index(2) == 0 {
            format!("&#{};", u32::from(c))
        } else {
            format!("&#x{:x};", u32::from(c))
        };
        Some(al_posto(t, r.start + i..r.start + i + c.len_utf8(), &come))
    }),
    ("riferimento a un carattere di un attributo", |t, a, b| {
        let doc = albero(t).ok()?;
        let tutti = elementi(&doc, |n| {
            n.attributes()
                .any(|x| piano(t, valore(t, x)) && !x.value().is_empty())
        });
        let n = tutti[scegli(a, &tutti)?];
        let x = n
            .attributes()
            .find(|x| piano(t, valore(t, *x)) && !x.value().is_empty())?;
        let r = valore(t, x);
        let caratteri: Vec<_> = t[r.clone()].char_indices().collect();
        let (i, c) = caratteri[scegli(b, &caratteri)?];
        Some(al_posto(
            t,
            r.start + i..r.start + i + c.len_utf8(),
            &format!("&#{};", u32::from(c)),
        ))
    }),
    ("CDATA", |t, a, _| {
        let doc = albero(t).ok()?;
        let testi: Vec<_> = doc
            .descendants()
            .filter(|n| n.is_text() && piano(t, n.range()))
            .collect();
        let r = testi[scegli(a, &testi)?].range();
        let dentro = format!("<![CDATA[{}]]>", &t[r.clone()]);
        Some(al_posto(t, r, &dentro))
    }),
    ("dichiarazione inutile", |t, a, b| {
        let doc = albero(t).ok()?;
        let tutti = elementi(&doc, |_| true);
        let n = tutti[scegli(a, &tutti)?];
        Some(ritocca(t, n, " ", |e| {
            let nome = format!("xmlns:inutile{}", b.index(1000));
            if e.attributi.iter().all(|x| x.nome != nome) {
                e.attributi.push(dichiarazione(&nome, "urn:inutile"));
            }
        }))
    }),
    ("dichiarazione ripetuta più sotto", |t, a, b| {
        let doc = albero(t).ok()?;
        let tutti = elementi(&doc, |_| true);
        let n = tutti[scegli(a, &tutti)?];
        let viste: Vec<_> = n
            .namespaces()
            .into_iter()
            .filter(|(p, _)| !p.is_empty())
            .collect();
        let (prefisso, uri) = viste[scegli(b, &viste)?];
        let nome = format!("xmlns:{prefisso}");
        Some(ritocca(t, n, " ", |e| {
            if e.attributi.iter().all(|x| x.nome != nome) {
                e.attributi.push(dichiarazione(&nome, uri));
            }
        }))
    }),
    ("dichiarazione spostata sulla radice", |t, a, b| {
        let doc = albero(t).ok()?;
        let radice = doc.root_element();
        let proprie = |n: Node<'_, '_>| -> Vec<Attributo> {
            let (e, _) = Etichetta::leggi(&t[n.range()]);
            e.attributi
                .into_iter()
                .filter(|x| x.nome.starts_with("xmlns:"))
                .collect()
        };
        let tutti = elementi(&doc, |n| n != radice && !proprie(n).is_empty());
        let n = tutti[scegli(a, &tutti)?];
        let candidate = proprie(n);
        let mia = &candidate[b.index(candidate.len())];
        let prefisso = mia.nome.strip_prefix("xmlns:")?;
        // Another meaning above would win over the root's.
        let sopra = n
            .parent_element()?
            .namespaces()
            .iter()
            .any(|(p, _)| *p == prefisso);
        // And a prefix of a PrefixList is rendered wherever it is in scope: there the move does count.
        let elencato = t.split("PrefixList=").skip(1).any(|l| {
            l[1..]
                .split(['"', '\''])
                .next()
                .is_some_and(|l| l.split(' ').any(|p| p == prefisso))
        });
        if sopra || elencato {
            return None;
        }
        let senza = ritocca(t, n, " ", |e| e.attributi.retain(|x| x.nome != mia.nome));
        // The root stands before the element, so it has not moved.
        Some(ritocca(&senza, radice, " ", |e| e.attributi.push(mia.clone())))
    }),
    ("commento fra due elementi", |t, a, b| {
        let doc = albero(t).ok()?;
        // Before an element whose parent holds no text: outside any value.
        let tutti = elementi(&doc, |n| n.parent_element().is_some());
        let n = tutti[scegli(a, &tutti)?];
        let cosa = ["<!-- prova -->", "<!--<x>&-->", "<!---->"][b.index(3)];
        Some(al_posto(t, n.range().start..n.range().start, cosa))
    }),
    ("dichiarazione XML", |t, _, b| {
        if t.starts_with("<?xml") {
            return None;
        }
        let prima = [
            "<?xml version='1.0'?>",
            "<?xml version=\"1.0\" encoding=\"utf-8\" standalone='no' ?>\r\n",
        ][b.index(2)];
        Some(format!("{prima}{t}"))
    }),
    ("fuori delle parti firmate", |t, a, b| {
        let doc = albero(t).ok()?;
        let fuori = elementi(&doc, |n| ["Security", "Header"].contains(&n.tag_name().name()));
        let n = fuori[scegli(a, &fuori)?];
        let cosa = [
            "\n  ",
            "<?nota x?>",
            "<x:altro xmlns:x=\"urn:x\" a=\"1\">testo</x:altro>",
        ][b.index(3)];
        let (_, lungo) = Etichetta::leggi(&t[n.range()]);
        let dove = n.range().start + lungo;
        Some(al_posto(t, dove..dove, cosa))
    }),
];

pub(crate) fn dichiarazione(nome: &str, valore: &str) -> Attributo {
    Attributo {
        nome: nome.to_owned(),
        valore: valore.to_owned(),
        virgoletta: '"',
    }
}

/// Written without references or sections, so that any place in it is a character.
/// Where an attribute's value stands in the text, quotes left out.
pub(crate) fn valore(t: &str, x: frontiera::albero::Attribute<'_, '_>) -> Range<usize> {
    let dopo = x.range_qname().end;
    let apre = dopo + t[dopo..].find(['"', '\'']).expect("a quote");
    let lungo = t[apre + 1..]
        .find(char::from(t.as_bytes()[apre]))
        .expect("its end");
    apre + 1..apre + 1 + lungo
}

pub(crate) fn piano(t: &str, r: Range<usize>) -> bool {
    !t[r.clone()].is_empty() && !t[r].contains(['&', '<', '\r'])
}

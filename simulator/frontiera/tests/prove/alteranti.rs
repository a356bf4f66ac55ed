//! Mutations of a message's text that change the canonical form of one signed part.

use std::ops::Range;

use frontiera::albero::leggi as albero;
use frontiera::albero::{Document, Node};

use crate::etichette::Etichetta;
use crate::neutre::{
    Dove, Parte, al_posto, dichiarazione, elementi, parte, piano, radice_di_parte, ritocca, scegli, valore,
};

/// Mutations of one signed part; the second value is the part.
pub(crate) type Alterazione = fn(&str, Dove, Dove) -> Option<(String, Parte)>;

/// Elements of signed parts, their roots left out if asked.
pub(crate) fn firmati<'a, 'i>(doc: &'a Document<'i>, con_radici: bool) -> Vec<Node<'a, 'i>> {
    elementi(doc, |n| parte(n).is_some() && (con_radici || !radice_di_parte(n)))
}

/// The next element beside one.
fn fratello<'a, 'i>(n: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let mut dopo = n.parent()?.children().skip_while(|f| *f != n).skip(1);
    dopo.find(Node::is_element)
}

pub(crate) fn altro_carattere(c: char) -> char {
    if c == 'x' { 'y' } else { 'x' }
}

pub(crate) const ALTERANTI: &[(&str, Alterazione)] = &[
    ("un carattere del testo", |t, a, b| {
        let doc = albero(t).ok()?;
        let testi: Vec<_> = doc
            .descendants()
            .filter(|n| n.is_text() && piano(t, n.range()) && parte(*n).is_some())
            .collect();
        let n = testi[scegli(a, &testi)?];
        let caratteri: Vec<_> = t[n.range()].char_indices().collect();
        let (i, c) = caratteri[scegli(b, &caratteri)?];
        let dove = n.range().start + i;
        Some((
            al_posto(t, dove..dove + c.len_utf8(), &altro_carattere(c).to_string()),
            parte(n)?,
        ))
    }),
    ("uno spazio nel testo", |t, a, b| {
        let doc = albero(t).ok()?;
        let testi: Vec<_> = doc
            .descendants()
            .filter(|n| n.is_text() && piano(t, n.range()) && parte(*n).is_some())
            .collect();
        let n = testi[scegli(a, &testi)?];
        let posti: Vec<_> = t[n.range()].char_indices().map(|(i, _)| i).collect();
        let dove = n.range().start + posti[b.index(posti.len())];
        Some((al_posto(t, dove..dove, " "), parte(n)?))
    }),
    ("un carattere di un attributo", |t, a, b| {
        let doc = albero(t).ok()?;
        let con_valore = |n: Node<'_, '_>| n.attributes().any(|x| piano(t, valore(t, x)));
        let tutti: Vec<_> = firmati(&doc, false)
            .into_iter()
            .filter(|n| con_valore(*n))
            .collect();
        let n = tutti[scegli(a, &tutti)?];
        let x = n.attributes().find(|x| piano(t, valore(t, *x)))?;
        let caratteri: Vec<_> = t[valore(t, x)].char_indices().collect();
        let (i, c) = caratteri[scegli(b, &caratteri)?];
        let dove = valore(t, x).start + i;
        Some((
            al_posto(t, dove..dove + c.len_utf8(), &altro_carattere(c).to_string()),
            parte(n)?,
        ))
    }),
    ("un attributo in più", |t, a, _| {
        let doc = albero(t).ok()?;
        let tutti = firmati(&doc, true);
        let n = tutti[scegli(a, &tutti)?];
        Some((
            ritocca(t, n, " ", |e| e.attributi.push(dichiarazione("aggiunto", ""))),
            parte(n)?,
        ))
    }),
    ("una riga fra due elementi", |t, a, _| {
        let doc = albero(t).ok()?;
        let tutti = firmati(&doc, false);
        let n = tutti[scegli(a, &tutti)?];
        Some((al_posto(t, n.range().start..n.range().start, "\n"), parte(n)?))
    }),
    ("un'istruzione", |t, a, _| {
        let doc = albero(t).ok()?;
        let tutti = firmati(&doc, false);
        let n = tutti[scegli(a, &tutti)?];
        Some((
            al_posto(t, n.range().start..n.range().start, "<?nota?>"),
            parte(n)?,
        ))
    }),
    ("un elemento in più", |t, a, _| {
        let doc = albero(t).ok()?;
        let tutti = firmati(&doc, false);
        let n = tutti[scegli(a, &tutti)?];
        Some((
            al_posto(t, n.range().end..n.range().end, "<aggiunto/>"),
            parte(n)?,
        ))
    }),
    ("un elemento ripetuto", |t, a, _| {
        let doc = albero(t).ok()?;
        let tutti = firmati(&doc, false);
        let n = tutti[scegli(a, &tutti)?];
        Some((
            al_posto(t, n.range().end..n.range().end, &t[n.range()]),
            parte(n)?,
        ))
    }),
    ("un elemento tolto", |t, a, _| {
        let doc = albero(t).ok()?;
        let tutti = firmati(&doc, false);
        let n = tutti[scegli(a, &tutti)?];
        Some((al_posto(t, n.range(), ""), parte(n)?))
    }),
    ("due elementi scambiati", |t, a, _| {
        let doc = albero(t).ok()?;
        // The assertion's own signature is outside its canonical form: there the order does not count.
        let scambiabile =
            |n: Node<'_, '_>| fratello(n).is_some_and(|f| t[f.range()] != t[n.range()] && parte(f).is_some());
        let tutti: Vec<_> = firmati(&doc, false)
            .into_iter()
            .filter(|n| scambiabile(*n))
            .collect();
        let n = tutti[scegli(a, &tutti)?];
        let f = fratello(n)?;
        let (primo, secondo) = (&t[n.range()], &t[f.range()]);
        let fra = &t[n.range().end..f.range().start];
        Some((
            al_posto(
                t,
                n.range().start..f.range().end,
                &format!("{secondo}{fra}{primo}"),
            ),
            parte(n)?,
        ))
    }),
    ("un elemento rinominato", |t, a, _| {
        let doc = albero(t).ok()?;
        let tutti: Vec<_> = firmati(&doc, false)
            .into_iter()
            .filter(|n| chiusura(t, *n).is_some())
            .collect();
        let n = tutti[scegli(a, &tutti)?];
        let p = parte(n)?;
        let (e, _) = Etichetta::leggi(&t[n.range()]);
        let nuovo = format!("{}X", e.nome);
        let chiuso = al_posto(t, chiusura(t, n)?, &nuovo);
        Some((ritocca(&chiuso, n, " ", |e| e.nome = nuovo), p))
    }),
    ("un altro namespace", |t, a, _| {
        let doc = albero(t).ok()?;
        let tutti = firmati(&doc, false);
        let n = tutti[scegli(a, &tutti)?];
        let (e, _) = Etichetta::leggi(&t[n.range()]);
        let nome = e
            .nome
            .split_once(':')
            .map_or("xmlns".to_owned(), |(p, _)| format!("xmlns:{p}"));
        let nuovo = ritocca(t, n, " ", |e| {
            e.attributi.retain(|x| x.nome != nome);
            e.attributi.push(dichiarazione(&nome, "urn:altro"));
        });
        Some((nuovo, parte(n)?))
    }),
    ("un altro prefisso", |t, a, _| {
        let doc = albero(t).ok()?;
        let tutti: Vec<_> = firmati(&doc, false)
            .into_iter()
            .filter(|n| chiusura(t, *n).is_some() && n.tag_name().namespace().is_some())
            .collect();
        let n = tutti[scegli(a, &tutti)?];
        let p = parte(n)?;
        let nuovo = format!("altro:{}", n.tag_name().name());
        let uri = n.tag_name().namespace()?.to_owned();
        let chiuso = al_posto(t, chiusura(t, n)?, &nuovo);
        let x = ritocca(&chiuso, n, " ", |e| {
            e.nome = nuovo;
            e.attributi.push(dichiarazione("xmlns:altro", &uri));
        });
        Some((x, p))
    }),
];

/// Where the name in an element's end tag stands.
pub(crate) fn chiusura(t: &str, n: Node<'_, '_>) -> Option<Range<usize>> {
    let (e, _) = Etichetta::leggi(&t[n.range()]);
    let inizio = n.range().start + t[n.range()].rfind("</").filter(|_| !e.vuota)? + 2;
    Some(inizio..inizio + e.nome.len())
}

//! Small changes of an envelope's text: elements are found by their local names, whatever the prefixes.
//!
//! A path that is not there changes nothing: two rows may be combined, and one may have taken away what the other
//! looks for. The test that every row has its effect is where the answer is compared.

use std::ops::Range;

use crate::albero::leggi as albero;

/// The first element whose local name, and those of its parents, end in `percorso`.
fn trova(testo: &str, percorso: &[&str]) -> Option<Range<usize>> {
    let doc = albero(testo).ok()?;
    let giusto = |n: &crate::albero::Node<'_, '_>| {
        let mut qui = Some(*n);
        percorso.iter().rev().all(|nome| {
            let uguale = qui.is_some_and(|q| q.is_element() && q.tag_name().name() == *nome);
            qui = qui.and_then(|q| q.parent());
            uguale
        })
    };
    doc.descendants().find(giusto).map(|n| n.range())
}

/// Puts something else in an element's place.
pub(super) fn cambia(testo: &str, percorso: &[&str], con: impl FnOnce(&str) -> String) -> String {
    let mut t = testo.to_owned();
    if let Some(r) = trova(testo, percorso) {
        t.replace_range(r.clone(), &con(&testo[r]));
    }
    t
}

pub(super) fn togli(testo: &str, percorso: &[&str]) -> String {
    cambia(testo, percorso, |_| String::new())
}

pub(super) fn raddoppia(testo: &str, percorso: &[&str]) -> String {
    cambia(testo, percorso, |e| e.repeat(2))
}

pub(super) fn dopo(testo: &str, percorso: &[&str], cosa: &str) -> String {
    cambia(testo, percorso, |e| format!("{e}{cosa}"))
}

/// Something new as the first child.
pub(super) fn in_testa(testo: &str, percorso: &[&str], cosa: &str) -> String {
    contenuto(testo, percorso, |dentro| format!("{cosa}{dentro}"))
}

/// Something new as the last child.
pub(super) fn in_coda(testo: &str, percorso: &[&str], cosa: &str) -> String {
    contenuto(testo, percorso, |dentro| format!("{dentro}{cosa}"))
}

/// Changes what is between an element's tags.
pub(super) fn contenuto(testo: &str, percorso: &[&str], con: impl FnOnce(&str) -> String) -> String {
    cambia(testo, percorso, |e| {
        let (Some(da), Some(a)) = (fine_etichetta(e), e.rfind("</")) else {
            return e.to_owned();
        };
        format!("{}{}{}", &e[..da], con(&e[da..a]), &e[a..])
    })
}

/// Changes the start tag of an element.
pub(super) fn etichetta(testo: &str, percorso: &[&str], con: impl FnOnce(&str) -> String) -> String {
    cambia(testo, percorso, |e| {
        let fine = fine_etichetta(e).unwrap_or(e.len());
        format!("{}{}", con(&e[..fine]), &e[fine..])
    })
}

/// The element at a path, as text.
pub(super) fn preso<'t>(testo: &'t str, percorso: &[&str]) -> &'t str {
    trova(testo, percorso).map_or("", |r| &testo[r])
}

/// Length of the tag a text begins with.
fn fine_etichetta(testo: &str) -> Option<usize> {
    let mut virgoletta = None;
    for (i, b) in testo.bytes().enumerate() {
        match (virgoletta, b) {
            (Some(v), b) if v == b => virgoletta = None,
            (None, b'"' | b'\'') => virgoletta = Some(b),
            (None, b'>') => return Some(i + 1),
            _ => {}
        }
    }
    None
}

/// Changes every start tag (with its `<` and `>`), and nothing else.
pub(super) fn ogni_etichetta(testo: &str, con: impl Fn(&str) -> String) -> String {
    let Ok(doc) = albero(testo) else {
        return testo.to_owned();
    };
    let mut inizi: Vec<usize> = doc
        .descendants()
        .filter(crate::albero::Node::is_element)
        .map(|n| n.range().start)
        .collect();
    inizi.sort_unstable();
    let mut nuovo = String::with_capacity(testo.len());
    let mut da = 0;
    for i in inizi {
        let fine = i + fine_etichetta(&testo[i..]).unwrap_or(0);
        nuovo.push_str(&testo[da..i]);
        nuovo.push_str(&con(&testo[i..fine]));
        da = fine;
    }
    nuovo.push_str(&testo[da..]);
    nuovo
}

/// White space between elements, except before an end tag: empty places stay empty.
pub(super) fn rientra(testo: &str) -> String {
    let mut nuovo = String::with_capacity(testo.len() * 2);
    let mut prima = ' ';
    let mut resto = testo.chars().peekable();
    while let Some(c) = resto.next() {
        if c == '<' && prima == '>' && resto.peek() != Some(&'/') {
            nuovo.push_str("\n  ");
        }
        nuovo.push(c);
        prima = c;
    }
    nuovo
}

/// Base64 in lines of 76.
pub(super) fn a_righe(base64: &str, fine_riga: &str) -> String {
    let caratteri: Vec<char> = base64.chars().collect();
    let righe: Vec<String> = caratteri.chunks(76).map(|r| r.iter().collect()).collect();
    righe.join(fine_riga) + fine_riga
}

/// The same text, wrong in its first character.
pub(super) fn cambia_primo(testo: &str) -> String {
    let mut c = testo.chars();
    let primo = if c.next() == Some('A') { 'B' } else { 'A' };
    format!("{primo}{}", c.as_str())
}

/// The same text, wrong in its last character.
pub(in crate::firma) fn cambia_ultimo(testo: &str) -> String {
    let mut t = testo.to_owned();
    let ultimo = t.pop();
    t.push(match ultimo {
        Some('X') => 'Y',
        Some('1') => '2',
        Some(c) if c.is_ascii_digit() => '1',
        _ => 'X',
    });
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_by_path() {
        let x = "<a><b><c k='>'>1</c></b><d><c/></d></a>";
        assert_eq!(togli(x, &["b", "c"]), "<a><b></b><d><c/></d></a>");
        assert_eq!(
            contenuto(x, &["c"], |t| t.repeat(2)),
            "<a><b><c k='>'>11</c></b><d><c/></d></a>"
        );
        assert_eq!(
            in_testa(x, &["d"], "<e/>"),
            "<a><b><c k='>'>1</c></b><d><e/><c/></d></a>"
        );
        assert_eq!(togli(x, &["d", "b"]), x);
        assert_eq!(
            ogni_etichetta(x, |e| e.replace('a', "a ")),
            "<a ><b><c k='>'>1</c></b><d><c/></d></a>"
        );
    }
}

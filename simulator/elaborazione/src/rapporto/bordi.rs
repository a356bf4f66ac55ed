//! The rims: text that came from a file → text that is safe where it goes.
//!
//! Nothing here knows findings; each format calls its own function on every cell, attribute and address.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text for HTML and XML, in content and in double-quoted attributes. What XML 1.0 cannot hold, and what would turn the
/// reading direction around, becomes the replacement character.
pub(super) fn marcato(testo: &str) -> Cow<'_, str> {
    if testo
        .chars()
        .all(|c| !matches!(c, '&' | '<' | '>' | '"' | '\'') && !estraneo(c))
    {
        return testo.into();
    }
    let mut fuori = String::with_capacity(testo.len() + 16);
    for c in testo.chars() {
        match c {
            '&' => fuori.push_str("&amp;"),
            '<' => fuori.push_str("&lt;"),
            '>' => fuori.push_str("&gt;"),
            '"' => fuori.push_str("&quot;"),
            '\'' => fuori.push_str("&#39;"),
            c if estraneo(c) => fuori.push(char::REPLACEMENT_CHARACTER),
            c => fuori.push(c),
        }
    }
    fuori.into()
}

/// A line of a terminal: no control character of a file reaches it.
pub(super) fn a_terminale(testo: &str) -> Cow<'_, str> {
    if testo.chars().any(|c| estraneo(c) || c.is_control()) {
        testo
            .chars()
            .map(|c| {
                if estraneo(c) || c.is_control() {
                    char::REPLACEMENT_CHARACTER
                } else {
                    c
                }
            })
            .collect::<String>()
            .into()
    } else {
        testo.into()
    }
}

/// A path as a URI reference: percent-encoded, `/` as separator, `file:` when absolute.
pub(super) fn uri(percorso: &str) -> String {
    const LIBERI: &[u8] = b"-._~/";
    let percorso = percorso.replace('\\', "/");
    let mut fuori = String::with_capacity(percorso.len() + 8);
    if percorso.starts_with('/') {
        fuori.push_str("file://");
    }
    for b in percorso.bytes() {
        if b.is_ascii_alphanumeric() || LIBERI.contains(&b) {
            fuori.push(char::from(b));
        } else {
            let _ = write!(fuori, "%{b:02X}");
        }
    }
    fuori
}

/// Characters no report shows: what XML forbids, the other controls, the marks that reorder text.
fn estraneo(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn ogni_bordo() {
        assert_eq!(marcato("ROSSI"), "ROSSI");
        assert_eq!(
            marcato("<script>\"x\"&'\u{0}\u{202e}"),
            "&lt;script&gt;&quot;x&quot;&amp;&#39;\u{fffd}\u{fffd}"
        );
        assert_eq!(a_terminale("a\u{1b}[31mb\nc"), "a\u{fffd}[31mb\u{fffd}c");
        assert_eq!(uri("d i/è?#%.gz"), "d%20i/%C3%A8%3F%23%25.gz");
        assert_eq!(uri("/d\\x.xml"), "file:///d/x.xml");
    }
}

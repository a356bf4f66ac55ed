//! Two runs of octets beside each other: where they part, and what stands there.

use serde::Serialize;

/// Octets shown before and after the first one that differs.
const CONTESTO_BYTE: usize = 40;

/// Where two runs of octets part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differenza {
    /// Offset of the first octet that differs, from 0.
    pub offset: usize,
    /// Line, from 1, in what both have in common.
    pub riga: usize,
    /// Octet in that line, from 1.
    pub colonna: usize,
    /// The end of what both have in common.
    pub comune: String,
    /// What ours goes on with; empty at its end.
    pub nostro: String,
    /// What the other goes on with.
    pub altro: String,
}

/// The first difference; `None` when both are the same.
pub fn differenza(nostro: &[u8], altro: &[u8]) -> Option<Differenza> {
    let offset = nostro
        .iter()
        .zip(altro)
        .position(|(a, b)| a != b)
        .unwrap_or_else(|| nostro.len().min(altro.len()));
    if offset == nostro.len() && offset == altro.len() {
        return None;
    }
    let prima = &nostro[..offset];
    let dopo = |b: &[u8]| visibile(&b[offset..b.len().min(offset + CONTESTO_BYTE)]);
    Some(Differenza {
        offset,
        riga: prima.split(|b| *b == b'\n').count(),
        colonna: offset - prima.iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1) + 1,
        comune: visibile(&prima[offset.saturating_sub(CONTESTO_BYTE)..]),
        nostro: dopo(nostro),
        altro: dopo(altro),
    })
}

/// Text with its invisible characters made visible, in signs that every font has: `·` a blank, `→` a tab, `↵` a line end,
/// `‹CR›` a carriage return, `‹XX›` any other control or an octet that is no UTF-8.
pub fn visibile(byte: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut t = String::with_capacity(byte.len());
    for pezzo in byte.utf8_chunks() {
        for c in pezzo.valid().chars() {
            match c {
                ' ' => t.push('·'),
                '\t' => t.push('→'),
                '\r' => t.push_str("‹CR›"),
                '\n' => t.push('↵'),
                c if c.is_control() || ['\u{a0}', '\u{feff}', '\u{200b}'].contains(&c) => {
                    let _ = write!(t, "‹{:02X}›", u32::from(c));
                }
                c => t.push(c),
            }
        }
        for b in pezzo.invalid() {
            let _ = write!(t, "‹{b:02X}›");
        }
    }
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_octet_that_differs_is_found_with_what_surrounds_it() {
        let d = differenza(b"<a>\n<b>x</b></a>", b"<a>\n<b> x</b></a>").unwrap();
        assert_eq!((d.offset, d.riga, d.colonna), (7, 2, 4));
        assert_eq!(
            (d.comune.as_str(), d.nostro.as_str(), d.altro.as_str()),
            ("<a>↵<b>", "x</b></a>", "·x</b></a>")
        );
        assert_eq!(differenza(b"uguale", b"uguale"), None);
        let corta = differenza(b"abc", b"abcd").unwrap();
        assert_eq!(
            (corta.offset, corta.nostro.as_str(), corta.altro.as_str()),
            (3, "", "d")
        );
        assert_eq!(visibile(b"\xe0\0\r\n\xc2\xa0"), "‹E0›‹00›‹CR›↵‹A0›");
    }
}

//! Which characters XML 1.0 (fifth edition) and Namespaces 1.0 allow where, as a table for octets.
//!
//! What must stay true: an octet without a mark is ordinary text; the marks are the only ones a loop over octets has to
//! stop at.

/// White space.
pub(super) const BIANCO: u8 = 1;
/// May begin a name (the colon is not among them: it separates).
pub(super) const INIZIO_NOME: u8 = 2;
/// May continue a name.
pub(super) const NOME: u8 = 4;
/// Text must be looked at here: markup, a reference, a carriage return, `]`, a control, the first octet of U+FFFE.
pub(super) const FERMA_TESTO: u8 = 8;
/// An attribute's value must be looked at here: quotes, `<`, a reference, white space, a control, as above.
pub(super) const FERMA_VALORE: u8 = 16;

/// First octet of U+FFFE and U+FFFF in UTF-8 (and of many good characters).
const PRIMO_DI_FFFE: u8 = 0xEF;

static SEGNI: [u8; 256] = segni();

const fn segni() -> [u8; 256] {
    let mut t = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        let mut s = 0;
        if matches!(b, b' ' | b'\t' | b'\n' | b'\r') {
            s |= BIANCO;
        }
        if matches!(b, b'A'..=b'Z' | b'a'..=b'z' | b'_') {
            s |= INIZIO_NOME | NOME;
        }
        if matches!(b, b'0'..=b'9' | b'-' | b'.') {
            s |= NOME;
        }
        let controllo = b < 0x20 && s & BIANCO == 0;
        if controllo || matches!(b, b'<' | b'&' | b'\r' | b']' | PRIMO_DI_FFFE) {
            s |= FERMA_TESTO;
        }
        if b < 0x20 || matches!(b, b'<' | b'&' | b'"' | b'\'' | PRIMO_DI_FFFE) {
            s |= FERMA_VALORE;
        }
        t[i] = s;
        i += 1;
    }
    t
}

/// Whether an octet bears one of the marks.
pub(super) const fn ha(b: u8, segno: u8) -> bool {
    SEGNI[b as usize] & segno != 0
}

/// Whether a character may stand in a document at all.
pub(super) const fn ammesso(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Whether a character beyond ASCII may begin a name.
pub(super) const fn inizia_nome(c: char) -> bool {
    matches!(c,
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// Whether a character beyond ASCII may continue a name.
pub(super) const fn continua_nome(c: char) -> bool {
    inizia_nome(c) || matches!(c, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

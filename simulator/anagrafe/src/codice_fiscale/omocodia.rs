//! Omocodia: the same code for two persons is resolved by turning digits into letters.

use super::{LUNGHEZZA, sigilla};

/// Indexes (from 0) of the digits that may become letters, in the order they do: from the right.
pub const POSIZIONI_OMOCODIA: [usize; 7] = [14, 13, 12, 10, 9, 7, 6];
/// Letters for the digits 0-9.
const LETTERE: [u8; 10] = *b"LMNPQRSTUV";
/// One bit per position of [`POSIZIONI_OMOCODIA`].
const TUTTE: u8 = 0b0111_1111;

/// Turns the omocodia letters back into digits, without touching the control letter; how many there were.
pub(super) fn disfa(cf: &mut [u8; LUNGHEZZA]) -> u8 {
    let mut quante = 0;
    for posto in POSIZIONI_OMOCODIA {
        if let Some(cifra) = LETTERE.iter().position(|l| *l == cf[posto]) {
            cf[posto] = b'0' + cifra as u8;
            quante += 1;
        }
    }
    quante
}

/// The base code: omocodia undone, control letter recomputed. A base code gives itself.
pub fn base(cf: &[u8; LUNGHEZZA]) -> [u8; LUNGHEZZA] {
    let mut base = *cf;
    disfa(&mut base);
    sigilla(&mut base);
    base
}

fn con_lettere(base: &[u8; LUNGHEZZA], maschera: u8) -> [u8; LUNGHEZZA] {
    let mut cf = *base;
    for (bit, posto) in POSIZIONI_OMOCODIA.into_iter().enumerate() {
        if maschera & (1 << bit) != 0
            && let Some(lettera) = LETTERE.get(usize::from(cf[posto].wrapping_sub(b'0')))
        {
            cf[posto] = *lettera;
        }
    }
    sigilla(&mut cf);
    cf
}

/// The seven omocodie of a code in the order they are assigned: one digit more from the right each time.
/// The base code itself is not among them; a code that is already an omocodia is undone first.
pub fn omocodie(cf: &[u8; LUNGHEZZA]) -> impl Iterator<Item = [u8; LUNGHEZZA]> + use<> {
    let base = base(cf);
    (1..=7_u8).map(move |livello| con_lettere(&base, TUTTE >> (7 - livello)))
}

/// All 127 codes that differ from the base code only by omocodia letters, whatever positions are used; the
/// seven of [`omocodie`] are among them. Real registers hold some outside the seven.
pub fn varianti(cf: &[u8; LUNGHEZZA]) -> impl Iterator<Item = [u8; LUNGHEZZA]> + use<> {
    let base = base(cf);
    (1..=TUTTE).map(move |maschera| con_lettere(&base, maschera))
}

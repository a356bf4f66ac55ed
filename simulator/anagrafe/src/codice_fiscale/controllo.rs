//! Control characters of the two forms.

use super::LUNGHEZZA_NUMERICO;

/// Values of 0-9 (and A-J) in the odd positions, counted from 1.
const DISPARI_CIFRE: [u8; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
/// Values of A-Z in the odd positions.
const DISPARI_LETTERE: [u8; 26] = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/// Control letter of the first 15 characters (a sixteenth is ignored); `None` when there are fewer, or one of
/// them is not an ASCII letter or digit. Either case.
pub fn controllo(byte: &[u8]) -> Option<u8> {
    let quindici = byte.get(..15)?;
    let mut somma = 0_u16;
    for (i, b) in quindici.iter().enumerate() {
        let b = b.to_ascii_uppercase();
        // Index 0 is position 1: odd.
        let valore = match (b, i % 2 == 0) {
            (b'0'..=b'9', true) => DISPARI_CIFRE[usize::from(b - b'0')],
            (b'0'..=b'9', false) => b - b'0',
            (b'A'..=b'Z', true) => DISPARI_LETTERE[usize::from(b - b'A')],
            (b'A'..=b'Z', false) => b - b'A',
            _ => return None,
        };
        somma += u16::from(valore);
    }
    Some(b'A' + (somma % 26) as u8)
}

/// Control digit of a provisional numeric code, from its first ten digits: the digits in even position
/// doubled with nines cast out, the whole summed, complement to ten. `None` when one is not a digit.
pub fn controllo_numerico(byte: &[u8]) -> Option<u8> {
    let dieci = byte.get(..LUNGHEZZA_NUMERICO - 1)?;
    let mut somma = 0_u8;
    for (i, b) in dieci.iter().enumerate() {
        if !b.is_ascii_digit() {
            return None;
        }
        let cifra = b - b'0';
        somma += match (i % 2 == 0, cifra * 2) {
            (true, _) => cifra,
            (false, doppio @ 0..=9) => doppio,
            (false, doppio) => doppio - 9,
        };
    }
    Some(b'0' + (10 - somma % 10) % 10)
}

/// Eleven digits, the last of which is the right control digit.
pub fn numerico_valido(testo: &str) -> bool {
    let byte = testo.as_bytes();
    byte.len() == LUNGHEZZA_NUMERICO && controllo_numerico(byte) == byte.last().copied()
}

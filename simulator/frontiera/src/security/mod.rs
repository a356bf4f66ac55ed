//! WS-Security as the gateway in front of the register sees it: signatures, certificates, assertions,
//! and the order of the checks ([`esame`]). Each neighbour here is a plain tool; only `esame` knows faults.

pub mod asserzione;
pub mod ber;
pub mod c14n;
pub mod certificato;
pub mod chiave;
mod corpo;
pub mod digest;
pub mod documento;
pub mod esame;
mod fiducia;
pub mod identificatori;
pub mod indagine;
pub mod pkcs7;
pub mod tempo;
pub mod xmldsig;

pub(crate) use fiducia::Fiducia;

use std::borrow::Cow;

use base64::Engine as _;
use memchr::{memchr2, memchr3};

/// Base64 of a text node: blanks, line breaks and their character references are all tolerated.
pub fn base64(testo: &str) -> Option<Vec<u8>> {
    let ottetti = testo.as_bytes();
    if memchr3(b'\n', b'\r', b' ', ottetti).is_none() && memchr2(b'\t', b'\x0C', ottetti).is_none() {
        return base64::engine::general_purpose::STANDARD.decode(ottetti).ok();
    }
    let mut pulito = Vec::with_capacity(ottetti.len());
    for riga in ottetti.split(u8::is_ascii_whitespace) {
        pulito.extend_from_slice(riga);
    }
    base64::engine::general_purpose::STANDARD.decode(pulito).ok()
}

/// Base64 without line breaks.
pub fn in_base64(dati: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(dati)
}

/// All the text below an element, if it has no child elements; comments inside do not cut it.
pub(crate) fn testo_di<'a>(n: crate::albero::Node<'a, '_>) -> Option<Cow<'a, str>> {
    let mut tutto = Cow::Borrowed("");
    for c in n.children() {
        if c.is_element() {
            return None;
        }
        match c.text().filter(|_| c.is_text()) {
            Some(t) if tutto.is_empty() => tutto = Cow::Borrowed(t),
            Some(t) => tutto.to_mut().push_str(t),
            None => {}
        }
    }
    Some(tutto)
}

/// Lower-case hexadecimal.
pub(crate) fn esadecimale(byte: &[u8]) -> String {
    const CIFRE: &[u8; 16] = b"0123456789abcdef";
    byte.iter()
        .flat_map(|b| [CIFRE[usize::from(b >> 4)], CIFRE[usize::from(b & 15)]].map(char::from))
        .collect()
}

//! The few files the pages need, inside the binary: no request ever leaves the simulator.
//!
//! Addresses carry a digest of the content, so that a browser may keep them for good and a new version is seen at once.

use http::{HeaderValue, StatusCode, header};
use servizi::http::{Risposta, risposta};

const STILE: &str = include_str!("../static/stile.css");
const VIVO: &str = include_str!("../static/vivo.js");
const STILE_LEZIONI: &str = include_str!("../static/lezioni.css");
const TASTI: &str = include_str!("../static/lezioni.js");
const ICONA: &str = include_str!("../static/icona.svg");

/// Version mark of the embedded files, part of their addresses.
pub(crate) const IMPRONTA: u32 = impronta(
    STILE.as_bytes(),
    impronta(
        VIVO.as_bytes(),
        impronta(
            ICONA.as_bytes(),
            impronta(STILE_LEZIONI.as_bytes(), impronta(TASTI.as_bytes(), SEME_FNV)),
        ),
    ),
);

const SEME_FNV: u32 = 0x811c_9dc5;

/// FNV-1a, at compile time; a cache key, not a security measure.
const fn impronta(byte: &[u8], mut h: u32) -> u32 {
    let mut i = 0;
    while i < byte.len() {
        h = (h ^ byte[i] as u32).wrapping_mul(0x0100_0193);
        i += 1;
    }
    h
}

/// One embedded file, if it is one.
pub(crate) fn file(nome: &str) -> Option<Risposta> {
    let (tipo, contenuto) = match nome {
        "stile.css" => ("text/css; charset=utf-8", STILE),
        "vivo.js" => ("text/javascript; charset=utf-8", VIVO),
        "lezioni.css" => ("text/css; charset=utf-8", STILE_LEZIONI),
        "lezioni.js" => ("text/javascript; charset=utf-8", TASTI),
        "icona.svg" => ("image/svg+xml", ICONA),
        _ => return None,
    };
    let mut r = risposta(StatusCode::OK, tipo, contenuto);
    r.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    Some(r)
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn the_style_stays_small_and_asks_nobody_else() {
        assert!(STILE.len() < 20_000, "{} byte", STILE.len());
        assert!(VIVO.len() < 4_500 && TASTI.len() < 3_500 && STILE_LEZIONI.len() < 10_000);
        for vietato in ["http://", "https://", "@import", "url("] {
            assert!(!STILE.contains(vietato), "{vietato}");
            assert!(!STILE_LEZIONI.contains(vietato), "{vietato}");
        }
    }
}

//! Query strings and `application/x-www-form-urlencoded` bodies → pairs of texts.
//!
//! Total: what is not a pair is skipped, what is not UTF-8 or not percent-encoding is dropped with its pair, so that
//! a form never carries half-read text. Sizes are bounded by whoever collects the bytes.

/// The fields of a form or a query, in the order sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Campi(Vec<(String, String)>);

impl Campi {
    /// Reads `a=1&b=2`.
    pub(crate) fn leggi(testo: &str) -> Self {
        let coppia = |parte: &str| {
            let (nome, valore) = parte.split_once('=').unwrap_or((parte, ""));
            Some((decodifica(nome, true)?, decodifica(valore, true)?))
        };
        Self(
            testo
                .split('&')
                .filter(|p| !p.is_empty())
                .take(MAX_CAMPI)
                .filter_map(coppia)
                .collect(),
        )
    }

    /// The first value of a name, if it was sent.
    pub(crate) fn valore(&self, nome: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == nome).map(|(_, v)| v.as_str())
    }

    /// What was written into a field, or what stands there when the form was not sent.
    pub(crate) fn scritto(&self, nome: &str, altrimenti: impl std::fmt::Display) -> String {
        self.valore(nome)
            .map_or_else(|| altrimenti.to_string(), ToOwned::to_owned)
    }

    /// Every value of a name: the ticked boxes of a group.
    pub(crate) fn tutti<'c>(&'c self, nome: &'c str) -> impl Iterator<Item = &'c str> {
        self.0
            .iter()
            .filter(move |(n, _)| n == nome)
            .map(|(_, v)| v.as_str())
    }

    /// The first value of a name, trimmed, if it was sent and is not blank.
    pub(crate) fn pieno(&self, nome: &str) -> Option<&str> {
        self.valore(nome).map(str::trim).filter(|v| !v.is_empty())
    }
}

/// More fields than any form of ours has.
const MAX_CAMPI: usize = 64;

/// Undoes percent-encoding; `piu` makes of `+` a space. `None` on a broken escape or on bytes that are not UTF-8.
pub(crate) fn decodifica(testo: &str, piu: bool) -> Option<String> {
    let mut fuori = Vec::with_capacity(testo.len());
    let mut resto = testo.as_bytes();
    while let Some((&b, dopo)) = resto.split_first() {
        resto = dopo;
        match b {
            b'%' => {
                let (cifre, dopo) = resto.split_at_checked(2)?;
                let alto = char::from(cifre[0]).to_digit(16)?;
                let basso = char::from(cifre[1]).to_digit(16)?;
                fuori.push((alto * 16 + basso) as u8);
                resto = dopo;
            }
            b'+' if piu => fuori.push(b' '),
            _ => fuori.push(b),
        }
    }
    String::from_utf8(fuori).ok()
}

/// Percent-encodes a text for use as one path segment or one query value.
pub(crate) fn codifica(testo: &str) -> String {
    use std::fmt::Write as _;
    let mut fuori = String::with_capacity(testo.len());
    for &b in testo.as_bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            fuori.push(char::from(b));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(fuori, "%{b:02X}");
        }
    }
    fuori
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn pairs_are_decoded_and_broken_ones_dropped() {
        let c = Campi::leggi("a=1&b=x+y%26z&&c&d=%zz&e=%C3%A8&f=%ff&a=2");
        assert_eq!(c.valore("a"), Some("1"));
        assert_eq!(c.valore("b"), Some("x y&z"));
        assert_eq!(c.valore("c"), Some(""));
        assert_eq!(c.pieno("c"), None);
        assert_eq!(c.valore("d"), None);
        assert_eq!(c.valore("e"), Some("è"));
        assert_eq!(c.valore("f"), None);
        assert_eq!(
            (c.scritto("a", 7), c.scritto("c", 7), c.scritto("z", 7)),
            ("1".into(), String::new(), "7".into())
        );
        assert_eq!(c.tutti("a").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn encoding_comes_back() {
        for t in ["", "a/b c", "<è>&%", "../x"] {
            assert_eq!(decodifica(&codifica(t), false).as_deref(), Some(t));
        }
    }
}

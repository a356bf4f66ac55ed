//! From octets to text (UTF-8; UTF-16 and ISO-8859-1 if they say so), and why octets are no envelope one may read.

use std::borrow::Cow;

use crate::albero::ErroreXml;
use crate::limiti::{ATTRIBUTI_MASSIMI, DICHIARAZIONI_MASSIME, PROFONDITA_MASSIMA};

/// Why the octets are not an envelope one may read. All end in the same fault (spec security §6.2, F3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformato {
    /// More octets than the policy allows.
    #[error("il messaggio supera il limite di {limite} byte")]
    TroppoGrande {
        /// The limit, in bytes.
        limite: usize,
    },
    /// Elements nested too deep.
    #[error("più di {PROFONDITA_MASSIMA} elementi annidati")]
    TroppoProfondo,
    /// Too many attributes on one element, or namespace declarations in scope.
    #[error(
        "più di {ATTRIBUTI_MASSIMI} attributi su un elemento, o di {DICHIARAZIONI_MASSIME} namespace dichiarati"
    )]
    TroppiAttributi,
    /// A document type declaration.
    #[error("il messaggio contiene una dichiarazione DOCTYPE, che non è ammessa")]
    Doctype,
    /// A media type that carries no envelope.
    #[error(
        "il Content-Type {0} non porta una busta SOAP: serve text/xml (o application/soap+xml per SOAP 1.2)"
    )]
    Tipo(String),
    /// A multipart request that cannot be put together.
    #[error("richiesta multipart: {0}")]
    Xop(String),
    /// Octets that are no text in the declared encoding.
    #[error("il messaggio non è testo {0} valido")]
    Codifica(String),
    /// Not well-formed.
    #[error("XML non ben formato: {0}")]
    Xml(ErroreXml),
    /// Well-formed, but no SOAP envelope.
    #[error("{0}")]
    NonBusta(String),
}

/// Octets to text. A declared encoding other than UTF-8, UTF-16 or ISO-8859-1 is refused; `charset`, from the media
/// type, counts where the document itself says nothing.
pub fn decodifica<'c>(corpo: &'c [u8], charset: Option<&str>) -> Result<Cow<'c, str>, Malformato> {
    match corpo {
        [0xFF, 0xFE, resto @ ..] => return utf16(resto, u16::from_le_bytes),
        [0xFE, 0xFF, resto @ ..] => return utf16(resto, u16::from_be_bytes),
        _ => {}
    }
    let corpo = corpo.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(corpo);
    let dichiarata = codifica_dichiarata(corpo)
        .or_else(|| charset.map(str::to_owned))
        .unwrap_or_default();
    if dichiarata.eq_ignore_ascii_case("iso-8859-1") {
        return Ok(Cow::Owned(corpo.iter().map(|b| char::from(*b)).collect()));
    }
    if !["", "utf-8", "us-ascii"]
        .iter()
        .any(|c| dichiarata.eq_ignore_ascii_case(c))
    {
        return Err(Malformato::Codifica(dichiarata));
    }
    std::str::from_utf8(corpo)
        .map(Cow::Borrowed)
        .map_err(|_| Malformato::Codifica("UTF-8".into()))
}

fn utf16(resto: &[u8], leggi: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, Malformato> {
    let errore = || Malformato::Codifica("UTF-16".into());
    let coppie = resto.chunks_exact(2);
    if !coppie.remainder().is_empty() {
        return Err(errore());
    }
    char::decode_utf16(coppie.map(|c| leggi([c[0], c[1]])))
        .collect::<Result<String, _>>()
        .map(Cow::Owned)
        .map_err(|_| errore())
}

/// The encoding in the XML declaration, if there is one.
fn codifica_dichiarata(corpo: &[u8]) -> Option<String> {
    let testa = corpo.strip_prefix(b"<?xml")?;
    let fine = testa.iter().take(200).position(|b| *b == b'>')?;
    let testa = std::str::from_utf8(&testa[..fine]).ok()?;
    let dopo = testa
        .split_once("encoding")?
        .1
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let virgoletta = dopo.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    dopo[1..].split_once(virgoletta).map(|(nome, _)| nome.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_its_declared_encoding() {
        assert_eq!(
            decodifica("\u{feff}<à/>".as_bytes(), Some("utf-8")).unwrap(),
            "<à/>"
        );
        assert_eq!(
            decodifica(
                b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe0</a>",
                Some("utf-8")
            )
            .unwrap()
            .chars()
            .rev()
            .nth(4),
            Some('à')
        );
        assert_eq!(decodifica(b"\xff\xfe<\0a\0/\0>\0", None).unwrap(), "<a/>");
        assert_eq!(
            decodifica(b"<a>\xe0</a>", Some("ISO-8859-1")).unwrap(),
            "<a>à</a>"
        );
        assert!(decodifica(b"<a>\xe0</a>", None).is_err());
        assert!(decodifica(b"<?xml version='1.0' encoding='EBCDIC'?><a/>", None).is_err());
    }
}

//! The well-formedness guard: one token of markup, as cut out by quick-xml, is checked against XML 1.0 and taken apart.
//!
//! quick-xml finds where a token ends and is lenient about what is in it; here every byte of the token is looked at. Must
//! stay true: what libxml2 calls not well-formed is refused (`Err` with offset inside the token and an Italian reason),
//! what it calls a namespace error is left to the caller.

use std::borrow::Cow;

/// Where in the token, and why.
pub(crate) type Difetto = (usize, &'static str);

/// An attribute with its value as the application sees it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attributo<'a> {
    pub(crate) nome: &'a str,
    pub(crate) valore: Cow<'a, str>,
    /// Of the name, in the token.
    pub(crate) offset: usize,
}

/// A start tag taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inizio<'a> {
    pub(crate) nome: &'a str,
    pub(crate) attributi: Vec<Attributo<'a>>,
    /// `<name/>`.
    pub(crate) vuoto: bool,
}

pub(crate) fn bianco(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r')
}

pub(crate) fn tutto_bianco(testo: &str) -> bool {
    testo.bytes().all(bianco)
}

/// Offset of the first character XML does not admit.
pub(crate) fn carattere_vietato(testo: &str) -> Option<usize> {
    let b = testo.as_bytes();
    let sospetto = |i: usize| match b[i] {
        0xEF => b[i + 1..].starts_with(&[0xBF, 0xBE]) || b[i + 1..].starts_with(&[0xBF, 0xBF]),
        c => !bianco(c),
    };
    b.iter()
        .enumerate()
        .find(|(i, c)| (**c < b' ' || **c == 0xEF) && sospetto(*i))
        .map(|(i, _)| i)
}

fn inizio_nome(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '_' | ':' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn nel_nome(c: char) -> bool {
    inizio_nome(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Length of the name at the front; 0 if there is none.
fn nome(testo: &str) -> usize {
    let mut c = testo.char_indices();
    if !c.next().is_some_and(|(_, c)| inizio_nome(c)) {
        return 0;
    }
    c.find(|(_, c)| !nel_nome(*c)).map_or(testo.len(), |(i, _)| i)
}

/// A name without colon, of the first kind.
pub(crate) fn nome_semplice(testo: &str) -> bool {
    !testo.is_empty() && nome(testo) == testo.len() && !testo.contains(':')
}

fn spazi(b: &[u8]) -> usize {
    b.iter().take_while(|c| bianco(**c)).count()
}

/// Why a reference cannot be read.
pub(crate) enum DifettoRiferimento {
    /// It does not end within the text.
    Aperto,
    Errato(&'static str),
}

/// The reference at the front of `testo` (which starts with `&`): its character and its length.
pub(crate) fn riferimento(testo: &str) -> Result<(char, usize), DifettoRiferimento> {
    use DifettoRiferimento::{Aperto, Errato};
    let dopo = &testo[1..];
    if let Some(numero) = dopo.strip_prefix('#') {
        let (cifre, base) = numero.strip_prefix('x').map_or((numero, 10), |n| (n, 16));
        let quante = cifre
            .bytes()
            .take_while(|c| char::from(*c).is_digit(base))
            .count();
        if quante == cifre.len() {
            return Err(Aperto);
        }
        if quante == 0 || cifre.as_bytes()[quante] != b';' {
            return Err(Errato("riferimento a carattere scritto male"));
        }
        let valore = cifre[..quante].bytes().fold(0_u32, |n, c| {
            n.saturating_mul(base)
                .saturating_add(char::from(c).to_digit(base).unwrap_or(0))
        });
        let c = char::from_u32(valore).filter(|c| carattere_vietato(c.encode_utf8(&mut [0; 4])).is_none());
        return c
            .map(|c| (c, testo.len() - cifre.len() + quante + 1))
            .ok_or(Errato("riferimento a un carattere che XML non ammette"));
    }
    let lungo = nome(dopo);
    if lungo == dopo.len() && lungo > 0 {
        return Err(Aperto);
    }
    if lungo == 0 || dopo.as_bytes()[lungo] != b';' {
        return Err(Errato("il segno & non introduce un riferimento: si scrive &amp;"));
    }
    let c = match &dopo[..lungo] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return Err(Errato("entità non definita")),
    };
    Ok((c, lungo + 2))
}

/// Takes apart `<name a="v" …>` or `<name …/>`.
pub(crate) fn inizio(t: &str) -> Result<Inizio<'_>, Difetto> {
    let b = t.as_bytes();
    let lungo = nome(&t[1..]);
    if lungo == 0 {
        return Err((1, "nome di elemento non ammesso"));
    }
    let nome_elemento = &t[1..=lungo];
    let mut i = 1 + lungo;
    let mut attributi: Vec<Attributo<'_>> = Vec::new();
    loop {
        let bianchi = spazi(&b[i..]);
        i += bianchi;
        let vuoto = match &b[i..] {
            b">" => false,
            b"/>" => true,
            _ => {
                if bianchi == 0 {
                    return Err((
                        i,
                        "fra il nome e un attributo, o fra due attributi, serve uno spazio",
                    ));
                }
                let a = attributo(t, &mut i)?;
                if attributi.iter().any(|altro| altro.nome == a.nome) {
                    return Err((a.offset, "attributo ripetuto"));
                }
                attributi.push(a);
                continue;
            }
        };
        return Ok(Inizio {
            nome: nome_elemento,
            attributi,
            vuoto,
        });
    }
}

/// `name = "value"` at `i`, which moves past it.
fn attributo<'a>(t: &'a str, i: &mut usize) -> Result<Attributo<'a>, Difetto> {
    let b = t.as_bytes();
    let offset = *i;
    let lungo = nome(&t[offset..]);
    if lungo == 0 {
        return Err((offset, "nome di attributo non ammesso"));
    }
    *i += lungo;
    let nome_attributo = &t[offset..*i];
    *i += spazi(&b[*i..]);
    if b.get(*i) != Some(&b'=') {
        return Err((*i, "attributo senza valore"));
    }
    *i += 1;
    *i += spazi(&b[*i..]);
    let apice = match b.get(*i) {
        Some(a @ (b'"' | b'\'')) => *a,
        _ => return Err((*i, "il valore di un attributo va fra virgolette")),
    };
    *i += 1;
    let da = *i;
    let Some(quanti) = memchr::memchr(apice, &b[da..]) else {
        return Err((da, "virgolette non chiuse"));
    };
    *i = da + quanti + 1;
    let valore = &t[da..da + quanti];
    if let Some(j) = memchr::memchr(b'<', valore.as_bytes()) {
        return Err((da + j, "il segno < non è ammesso nel valore di un attributo"));
    }
    if let Some(j) = carattere_vietato(valore) {
        return Err((da + j, "carattere che XML non ammette"));
    }
    Ok(Attributo {
        nome: nome_attributo,
        valore: valore_attributo(valore).map_err(|(j, m)| (da + j, m))?,
        offset,
    })
}

/// References expanded, white space characters made blanks.
fn valore_attributo(valore: &str) -> Result<Cow<'_, str>, Difetto> {
    if !valore.bytes().any(|c| matches!(c, b'&' | b'\t' | b'\n' | b'\r')) {
        return Ok(Cow::Borrowed(valore));
    }
    let mut fuori = String::with_capacity(valore.len());
    let mut i = 0;
    while let Some(c) = valore[i..].chars().next() {
        match c {
            '&' => match riferimento(&valore[i..]) {
                Ok((c, lungo)) => {
                    fuori.push(c);
                    i += lungo;
                    continue;
                }
                Err(DifettoRiferimento::Aperto) => return Err((i, "riferimento non chiuso da ;")),
                Err(DifettoRiferimento::Errato(m)) => return Err((i, m)),
            },
            '\r' if valore[i + 1..].starts_with('\n') => {}
            '\t' | '\n' | '\r' => fuori.push(' '),
            c => fuori.push(c),
        }
        i += c.len_utf8();
    }
    Ok(Cow::Owned(fuori))
}

/// The name in `</name >`.
pub(crate) fn fine(t: &str) -> Result<&str, Difetto> {
    let lungo = nome(&t[2..]);
    if lungo == 0 {
        return Err((2, "nome di elemento non ammesso"));
    }
    let resto = &t.as_bytes()[2 + lungo..];
    if &resto[spazi(resto)..] != b">" {
        return Err((2 + lungo, "marca di chiusura scritta male"));
    }
    Ok(&t[2..2 + lungo])
}

pub(crate) fn commento(t: &str) -> Result<(), Difetto> {
    let dentro = t
        .strip_prefix("<!--")
        .and_then(|d| d.strip_suffix("-->"))
        .ok_or((0, "commento scritto male"))?;
    if let Some(i) = dentro.find("--") {
        return Err((4 + i, "in un commento non sono ammessi due trattini di seguito"));
    }
    if dentro.ends_with('-') {
        return Err((t.len() - 4, "un commento non può finire con tre trattini"));
    }
    carattere_vietato(dentro).map_or(Ok(()), |i| Err((4 + i, "carattere che XML non ammette")))
}

/// The text in `<![CDATA[…]]>`.
pub(crate) fn cdata(t: &str) -> Result<&str, Difetto> {
    let dentro = t
        .strip_prefix("<![CDATA[")
        .and_then(|d| d.strip_suffix("]]>"))
        .ok_or((0, "sezione CDATA scritta male"))?;
    carattere_vietato(dentro).map_or(Ok(dentro), |i| Err((9 + i, "carattere che XML non ammette")))
}

pub(crate) fn istruzione(t: &str) -> Result<(), Difetto> {
    let dentro = t
        .strip_prefix("<?")
        .and_then(|d| d.strip_suffix("?>"))
        .ok_or((0, "istruzione scritta male"))?;
    let lungo = nome(dentro);
    if lungo == 0 {
        return Err((2, "istruzione senza nome"));
    }
    if dentro[..lungo].eq_ignore_ascii_case("xml") {
        return Err((
            0,
            "la dichiarazione XML è ammessa soltanto all'inizio del documento",
        ));
    }
    if dentro.as_bytes().get(lungo).is_some_and(|c| !bianco(*c)) {
        return Err((2 + lungo, "nome di istruzione non ammesso"));
    }
    carattere_vietato(dentro).map_or(Ok(()), |i| Err((2 + i, "carattere che XML non ammette")))
}

/// What an XML declaration may be refused for.
pub(crate) enum DifettoDichiarazione {
    Malformata(Difetto),
    /// An encoding that is not UTF-8.
    Codifica(usize, String),
}

/// `<?xml version="1.0" encoding="UTF-8" standalone="no"?>`.
pub(crate) fn dichiarazione(t: &str) -> Result<(), DifettoDichiarazione> {
    use DifettoDichiarazione::{Codifica, Malformata};
    let byte = t.as_bytes();
    let mut i = 5;
    let mut attesi = ["version", "encoding", "standalone"].into_iter();
    let mut prima = true;
    loop {
        let bianchi = spazi(&byte[i..]);
        i += bianchi;
        if &byte[i..] == b"?>" {
            return if prima {
                Err(Malformata((i, "dichiarazione XML senza versione")))
            } else {
                Ok(())
            };
        }
        if bianchi == 0 {
            return Err(Malformata((i, "nella dichiarazione XML serve uno spazio")));
        }
        let a = attributo(t, &mut i).map_err(Malformata)?;
        let nome = if prima {
            attesi.next()
        } else {
            attesi.find(|n| *n == a.nome)
        };
        let valore = a.valore.as_ref();
        match nome {
            Some("version") if a.nome == "version" => {
                let giusta = valore
                    .strip_prefix("1.")
                    .is_some_and(|n| n.bytes().all(|c| c.is_ascii_digit()));
                if !giusta {
                    return Err(Malformata((a.offset, "versione di XML non prevista")));
                }
            }
            Some("encoding") => {
                if !valore.eq_ignore_ascii_case("UTF-8") && !valore.eq_ignore_ascii_case("UTF8") {
                    return Err(Codifica(a.offset, valore.to_owned()));
                }
            }
            Some("standalone") if matches!(valore, "yes" | "no") => {}
            _ => return Err(Malformata((a.offset, "dichiarazione XML scritta male"))),
        }
        prima = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_tags() {
        for (t, vale) in [
            ("<a>", true),
            ("<a/>", true),
            ("<a />", true),
            ("<a b='1'>", true),
            ("<a b='1'c='2'>", false),
            ("<a b>", false),
            ("<a b=1>", false),
            ("<a b='<'>", false),
            ("<a b='&amp;'>", true),
            ("<a b='&x;'>", false),
            ("<a b='1' b='2'>", false),
            ("<1a>", false),
            ("< a>", false),
            ("<a b='&#x0;'>", false),
            ("<a / >", false),
            ("<a b = \"'\">", true),
            ("<a b='&#65'>", false),
        ] {
            assert_eq!(inizio(t).is_ok(), vale, "{t}");
        }
        let letta = inizio("<a b='x\r\ny&#10;z\t'>").expect("well formed");
        assert_eq!(letta.attributi[0].valore, "x y\nz ");
    }

    #[test]
    fn other_tokens() {
        assert!(commento("<!-- a -->").is_ok() && commento("<!---->").is_ok());
        for t in ["<!-- -- -->", "<!--->", "<!-- --->", "<!--\u{1}-->"] {
            assert!(commento(t).is_err(), "{t}");
        }
        assert!(istruzione("<?a?>").is_ok() && istruzione("<?a b?>").is_ok());
        for t in ["<?xml version='1.0'?>", "<?XML?>", "<? a?>", "<?a/?>", "<??>"] {
            assert!(istruzione(t).is_err(), "{t}");
        }
        for (t, vale) in [
            ("<?xml version='1.0'?>", true),
            ("<?xml version=\"1.0\" encoding='utf-8' standalone='no' ?>", true),
            ("<?xml encoding='UTF-8'?>", false),
            ("<?xml version='1.0'encoding='UTF-8'?>", false),
            ("<?xml version='2.0'?>", false),
            ("<?xml version='1.0' standalone='boh'?>", false),
            ("<?xml version='1.0' standalone='no' encoding='UTF-8'?>", false),
            ("<?xml version='1.0' encoding='ISO-8859-1'?>", false),
        ] {
            assert_eq!(dichiarazione(t).is_ok(), vale, "{t}");
        }
        assert_eq!(fine("</a >"), Ok("a"));
        assert!(fine("</ a>").is_err() && fine("</a b>").is_err());
    }
}

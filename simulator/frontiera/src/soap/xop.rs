//! XOP requests (spec security §2.3): a `multipart/related` body → the envelope with every file in its place.
//!
//! Each `xop:Include` is replaced by the base64 of its part *before* anything is digested, because what was signed is
//! the envelope with the bytes inside. A part nobody names, named twice or missing is refused: no octet of a request
//! may be without a place in what is verified. Sizes, parts and headers are bounded; the work is linear.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;

use super::mime::TipoMime;
use super::{Malformato, decodifica, ns};
use crate::limiti::{CONFINE_MASSIMO, PARTI_MASSIME, TESTATA_PARTE};
use crate::security::{base64, in_base64};

/// A request put together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ricomposta {
    /// The envelope.
    pub(crate) testo: String,
    /// How many files were put in their place.
    pub(crate) allegati: usize,
}

/// One part of the body.
struct Parte<'a> {
    tipo: TipoMime,
    /// `Content-ID` without its brackets.
    id: Option<String>,
    contenuto: Cow<'a, [u8]>,
}

fn no(perche: impl Into<String>) -> Malformato {
    Malformato::Xop(perche.into())
}

/// Puts a request together; `massimo` bounds the envelope that comes out, in bytes.
pub(crate) fn ricomponi(tipo: &TipoMime, corpo: &[u8], massimo: usize) -> Result<Ricomposta, Malformato> {
    if tipo.nome != "multipart/related" {
        return Err(no(format!(
            "{} non è ammesso: con gli allegati serve multipart/related",
            tipo.nome
        )));
    }
    let confine = tipo
        .parametro("boundary")
        .filter(|c| !c.is_empty() && c.len() <= CONFINE_MASSIMO)
        .ok_or_else(|| no("nel Content-Type manca boundary, o è troppo lungo"))?;
    let mut parti = parti(corpo, confine)?;
    let radice = match tipo.parametro("start") {
        None => 0,
        Some(start) => {
            let cercato = senza_parentesi(start);
            parti
                .iter()
                .position(|p| p.id.as_deref() == Some(cercato))
                .ok_or_else(|| no(format!("nessuna parte ha il Content-ID di start ({start})")))?
        }
    };
    if parti.is_empty() {
        return Err(no("il corpo multipart non contiene parti"));
    }
    let radice = parti.remove(radice);
    if radice.tipo.nome != "application/xop+xml" {
        return Err(no(format!(
            "la parte principale è {}: si accettano solo buste XOP (application/xop+xml), non allegati SwA",
            if radice.tipo.nome.is_empty() {
                "senza tipo"
            } else {
                &radice.tipo.nome
            }
        )));
    }
    let testo = decodifica(&radice.contenuto, radice.tipo.parametro("charset"))?;
    let mut per_id = BTreeMap::new();
    for p in parti {
        let Some(id) = p.id else {
            return Err(no(
                "una parte non ha Content-ID: nessun xop:Include può nominarla",
            ));
        };
        if per_id.insert(id.clone(), (p.contenuto, false)).is_some() {
            return Err(no(format!("due parti hanno lo stesso Content-ID «{id}»")));
        }
    }
    let mut fuori = String::with_capacity(testo.len());
    let mut da = 0;
    // How long the whole will be: known before any of it is made.
    let mut lunga = testo.len();
    for (dove, id) in inclusioni(&testo)? {
        let Some((byte, usata)) = per_id.get_mut(&id) else {
            return Err(no(format!("xop:Include nomina «{id}», che non è fra le parti")));
        };
        if std::mem::replace(usata, true) {
            return Err(no(format!("la parte «{id}» è nominata da due xop:Include")));
        }
        fuori.push_str(&testo[da..dove.start]);
        // Four characters for three octets.
        lunga = lunga - dove.len() + byte.len().div_ceil(3) * 4;
        if lunga > massimo {
            return Err(Malformato::TroppoGrande { limite: massimo });
        }
        fuori.push_str(&in_base64(byte));
        da = dove.end;
    }
    fuori.push_str(&testo[da..]);
    if let Some((id, _)) = per_id.iter().find(|(_, (_, usata))| !usata) {
        return Err(no(format!("la parte «{id}» non è nominata da alcun xop:Include")));
    }
    Ok(Ricomposta {
        testo: fuori,
        allegati: per_id.len(),
    })
}

/// Where the `xop:Include` elements stand, and which part each names.
fn inclusioni(testo: &str) -> Result<Vec<(Range<usize>, String)>, Malformato> {
    let doc = crate::albero::leggi(testo)?;
    let mut trovate = Vec::new();
    for n in doc.descendants().filter(|n| n.has_tag_name((ns::XOP, "Include"))) {
        if n.parent().is_none_or(|p| p.children().count() != 1) {
            return Err(no("xop:Include deve essere il solo contenuto del suo elemento"));
        }
        if n.children().next().is_some() {
            return Err(no("xop:Include deve essere vuoto"));
        }
        let href = n.attribute("href").unwrap_or("");
        let id = href
            .get(..4)
            .filter(|s| s.eq_ignore_ascii_case("cid:"))
            .and_then(|_| decodificato(&href[4..]))
            .ok_or_else(|| {
                no(format!(
                    "href di xop:Include «{href}»: serve cid: e il Content-ID"
                ))
            })?;
        trovate.push((n.range(), id));
    }
    Ok(trovate)
}

/// The parts between the delimiters (RFC 2046 §5.1.1).
fn parti<'a>(corpo: &'a [u8], confine: &str) -> Result<Vec<Parte<'a>>, Malformato> {
    let segno = format!("--{confine}");
    let segno = segno.as_bytes();
    // Delimiters are whole lines; the first may open the body.
    let inizi = memmem::find_iter(corpo, segno).filter(|&i| i == 0 || corpo[i - 1] == b'\n');
    let mut parti = Vec::new();
    let mut aperta: Option<usize> = None;
    for i in inizi {
        let dopo = &corpo[i + segno.len()..];
        let chiude = dopo.starts_with(b"--");
        let riga = memchr::memchr(b'\n', dopo);
        let resto_riga = &dopo[..riga.unwrap_or(dopo.len())];
        let resto_riga = resto_riga.strip_prefix(b"--").unwrap_or(resto_riga);
        // A longer boundary that begins like ours is text of a part.
        if !resto_riga.trim_ascii().is_empty() {
            continue;
        }
        if let Some(da) = aperta.take() {
            if parti.len() == PARTI_MASSIME {
                return Err(no(format!("più di {PARTI_MASSIME} parti")));
            }
            // The line end before a delimiter belongs to the delimiter.
            let fine = i.saturating_sub(1);
            let pezzo = corpo.get(da..fine).unwrap_or(&[]);
            parti.push(parte(pezzo.strip_suffix(b"\r").unwrap_or(pezzo))?);
        }
        if chiude {
            return Ok(parti);
        }
        aperta = riga.map(|r| i + segno.len() + r + 1);
    }
    Err(no("il corpo multipart non è chiuso dal suo confine finale"))
}

fn parte(pezzo: &[u8]) -> Result<Parte<'_>, Malformato> {
    // A part without header begins with the empty line.
    let (testata, contenuto) = if let Some(dopo) = pezzo.strip_prefix(b"\r\n").or(pezzo.strip_prefix(b"\n")) {
        (&pezzo[..0], dopo)
    } else {
        let crlf = memmem::find(pezzo, b"\r\n\r\n").map(|i| (i, i + 4));
        let lf = memmem::find(pezzo, b"\n\n").map(|i| (i, i + 2));
        let (fine, dopo) = [crlf, lf]
            .into_iter()
            .flatten()
            .min()
            .ok_or_else(|| no("una parte non ha la riga vuota fra testata e contenuto"))?;
        (&pezzo[..fine], &pezzo[dopo..])
    };
    if testata.len() > TESTATA_PARTE {
        return Err(no(format!("la testata di una parte supera {TESTATA_PARTE} byte")));
    }
    let testata = std::str::from_utf8(testata).map_err(|_| no("la testata di una parte non è testo"))?;
    let (mut tipo, mut id, mut codifica) = (TipoMime::default(), None, String::new());
    for (nome, valore) in campi(testata) {
        match nome.to_ascii_lowercase().as_str() {
            "content-type" => tipo = TipoMime::leggi(&valore),
            "content-id" if id.is_none() => id = Some(senza_parentesi(&valore).to_owned()),
            "content-id" => return Err(no("una parte ha due Content-ID")),
            "content-transfer-encoding" => codifica = valore.to_ascii_lowercase(),
            _ => {}
        }
    }
    let contenuto = match codifica.as_str() {
        "" | "binary" | "8bit" | "7bit" => Cow::Borrowed(contenuto),
        "base64" => std::str::from_utf8(contenuto)
            .ok()
            .and_then(base64)
            .map(Cow::Owned)
            .ok_or_else(|| no("una parte dichiarata base64 non lo è"))?,
        altra => return Err(no(format!("Content-Transfer-Encoding {altra} non ammesso"))),
    };
    Ok(Parte {
        tipo,
        id: id.filter(|i| !i.is_empty()),
        contenuto,
    })
}

/// Header fields, folded lines joined.
fn campi(testata: &str) -> Vec<(&str, String)> {
    let mut campi: Vec<(&str, String)> = Vec::new();
    for riga in testata.lines() {
        if riga.starts_with([' ', '\t']) {
            if let Some((_, valore)) = campi.last_mut() {
                valore.push(' ');
                valore.push_str(riga.trim());
            }
        } else if let Some((nome, valore)) = riga.split_once(':') {
            campi.push((nome.trim(), valore.trim().to_owned()));
        }
    }
    campi
}

/// `<id@host>` → `id@host`.
fn senza_parentesi(id: &str) -> &str {
    let id = id.trim();
    id.strip_prefix('<')
        .and_then(|i| i.strip_suffix('>'))
        .unwrap_or(id)
}

/// Percent-decoding of a `cid:` address (RFC 2392).
fn decodificato(testo: &str) -> Option<String> {
    let mut fuori = Vec::with_capacity(testo.len());
    let mut resto = testo.as_bytes();
    while let Some((&b, dopo)) = resto.split_first() {
        resto = dopo;
        if b == b'%' {
            let (cifre, dopo) = resto.split_at_checked(2)?;
            let cifra = |c: u8| char::from(c).to_digit(16);
            fuori.push((cifra(cifre[0])? * 16 + cifra(cifre[1])?) as u8);
            resto = dopo;
        } else {
            fuori.push(b);
        }
    }
    String::from_utf8(fuori).ok().filter(|i| !i.is_empty())
}

//! BER to DER, and a flat reader for the result.
//!
//! Streaming producers write indefinite lengths and OCTET STRINGs in pieces (spec security §4.6). This
//! rewrites both, and long-form lengths, and nothing else: DER comes out octet by octet as it came in.
//! Depth and size are bounded before anything is read.

use crate::limiti::{BER_PROFONDITA, PKCS7_MASSIMO};

/// The octets are no bounded BER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("codifica ASN.1 non valida")]
pub struct NonBer;

/// Constructed OCTET STRING: pieces to be joined.
const OCTET_A_PEZZI: u8 = 0x24;
/// OCTET STRING.
pub const OCTET: u8 = 0x04;
/// SEQUENCE.
pub const SEQUENZA: u8 = 0x30;
/// SET.
pub const INSIEME: u8 = 0x31;
/// INTEGER.
pub const INTERO: u8 = 0x02;
/// OBJECT IDENTIFIER.
pub const OID: u8 = 0x06;

/// Rewrites one BER value; trailing octets are an error.
pub fn in_der(ber: &[u8]) -> Result<Vec<u8>, NonBer> {
    in_der_entro(ber, PKCS7_MASSIMO)
}

/// The same for a value of at most `massimo` octets.
pub(super) fn in_der_entro(ber: &[u8], massimo: usize) -> Result<Vec<u8>, NonBer> {
    if ber.len() > massimo {
        return Err(NonBer);
    }
    let mut resto = ber;
    let mut uscita = Vec::with_capacity(ber.len());
    valore(&mut resto, &mut uscita, 0)?;
    if resto.is_empty() { Ok(uscita) } else { Err(NonBer) }
}

fn valore(resto: &mut &[u8], uscita: &mut Vec<u8>, livello: usize) -> Result<(), NonBer> {
    if livello > BER_PROFONDITA {
        return Err(NonBer);
    }
    let (tag, lunghezza) = testa(resto)?;
    let costruito = tag & 0x20 != 0;
    let mut corpo = Vec::new();
    match lunghezza {
        Some(n) => {
            let (mut dentro, dopo) = resto.split_at_checked(n).ok_or(NonBer)?;
            *resto = dopo;
            if costruito {
                while !dentro.is_empty() {
                    valore(&mut dentro, &mut corpo, livello + 1)?;
                }
            } else {
                corpo.extend_from_slice(dentro);
            }
        }
        None if costruito => {
            while !resto.starts_with(&[0, 0]) {
                valore(resto, &mut corpo, livello + 1)?;
            }
            *resto = &resto[2..];
        }
        None => return Err(NonBer),
    }
    if tag == OCTET_A_PEZZI {
        let mut unito = Vec::with_capacity(corpo.len());
        let mut pezzi = corpo.as_slice();
        while !pezzi.is_empty() {
            let pezzo = leggi(&mut pezzi)?;
            if pezzo.tag != OCTET {
                return Err(NonBer);
            }
            unito.extend_from_slice(pezzo.corpo);
        }
        scrivi(uscita, OCTET, &unito);
    } else {
        scrivi(uscita, tag, &corpo);
    }
    Ok(())
}

/// Tag (one octet only) and length; `None` is indefinite.
fn testa(resto: &mut &[u8]) -> Result<(u8, Option<usize>), NonBer> {
    let [tag, prima, dopo @ ..] = *resto else {
        return Err(NonBer);
    };
    if tag & 0x1F == 0x1F {
        return Err(NonBer);
    }
    let (lunghezza, dopo) = match prima {
        0..=0x7F => (Some(usize::from(*prima)), dopo),
        0x80 => (None, dopo),
        _ => {
            let (cifre, dopo) = dopo.split_at_checked(usize::from(prima & 0x7F)).ok_or(NonBer)?;
            let mut n = 0_usize;
            for c in cifre {
                n = n
                    .checked_mul(256)
                    .and_then(|n| n.checked_add(usize::from(*c)))
                    .ok_or(NonBer)?;
            }
            (Some(n), dopo)
        }
    };
    *resto = dopo;
    Ok((*tag, lunghezza))
}

/// Appends one DER value.
pub fn scrivi(uscita: &mut Vec<u8>, tag: u8, corpo: &[u8]) {
    uscita.push(tag);
    match corpo.len() {
        n @ 0..=0x7F => uscita.push(n as u8),
        n => {
            let ottetti = n.to_be_bytes();
            let zeri = ottetti.iter().take_while(|b| **b == 0).count();
            uscita.push(0x80 | (ottetti.len() - zeri) as u8);
            uscita.extend_from_slice(&ottetti[zeri..]);
        }
    }
    uscita.extend_from_slice(corpo);
}

/// One DER value: its tag, its contents, and all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Valore<'a> {
    /// The tag octet.
    pub tag: u8,
    /// The contents.
    pub corpo: &'a [u8],
    /// Tag, length and contents.
    pub intero: &'a [u8],
}

/// Takes the next DER value.
pub fn leggi<'a>(resto: &mut &'a [u8]) -> Result<Valore<'a>, NonBer> {
    let inizio = *resto;
    let (tag, lunghezza) = testa(resto)?;
    let (corpo, dopo) = resto.split_at_checked(lunghezza.ok_or(NonBer)?).ok_or(NonBer)?;
    *resto = dopo;
    Ok(Valore {
        tag,
        corpo,
        intero: &inizio[..inizio.len() - dopo.len()],
    })
}

/// Takes the next DER value, which must have this tag.
pub fn atteso<'a>(resto: &mut &'a [u8], tag: u8) -> Result<Valore<'a>, NonBer> {
    leggi(resto).and_then(|v| if v.tag == tag { Ok(v) } else { Err(NonBer) })
}

/// Takes the next DER value if it has this tag.
pub fn forse<'a>(resto: &mut &'a [u8], tag: u8) -> Result<Option<Valore<'a>>, NonBer> {
    if resto.first() == Some(&tag) {
        leggi(resto).map(Some)
    } else {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pieces_are_joined_and_ends_removed() {
        let ber = [
            0x30, 0x80, 0x24, 0x80, 4, 1, b'a', 4, 2, b'b', b'c', 0, 0, 2, 0x81, 1, 5, 0, 0,
        ];
        assert_eq!(in_der(&ber), Ok(vec![0x30, 8, 4, 3, b'a', b'b', b'c', 2, 1, 5]));
    }

    #[test]
    fn depth_is_bounded() {
        assert_eq!(in_der(&[0x30, 0x80].repeat(10_000)), Err(NonBer));
    }

    proptest! {
        #[test]
        fn never_panics(b in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(der) = in_der(&b) {
                prop_assert_eq!(in_der(&der), Ok(der.clone()));
            }
        }
    }
}

//! From a message to what the journal keeps of it: bounded, and without secrets.
//!
//! What must stay true: no password, cookie, token or private key reaches the disk of the journal, whoever sent it.

use bytes::Bytes;
use http::{HeaderMap, Version};
use registro::Grezzo;
use registro::giornale::{CORPO_INTERO_BYTE, TESTA_CORPO_BYTE};
use sha2::{Digest as _, Sha256};

use crate::esadecimale;

/// Header fields whose value is a secret.
const TESTATE_SEGRETE: [&str; 6] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
];
/// What stands in the place of a secret header.
const OSCURATO: &str = "•••";
/// Header fields kept of one message, and characters of each.
const TESTATE_MASSIME: usize = 64;
const CARATTERI_TESTATA: usize = 1_024;

/// A message as the journal keeps it.
pub(crate) fn grezzo(versione: Version, testate: &HeaderMap, corpo: &Bytes) -> Grezzo {
    let tenute = testate
        .iter()
        .take(TESTATE_MASSIME)
        .map(|(nome, valore)| {
            let nome = nome.as_str();
            let valore = if TESTATE_SEGRETE.contains(&nome) {
                OSCURATO.to_owned()
            } else {
                let testo = String::from_utf8_lossy(valore.as_bytes());
                if testo.len() > CARATTERI_TESTATA {
                    testo.chars().take(CARATTERI_TESTATA).chain(['…']).collect()
                } else {
                    testo.into_owned()
                }
            };
            (nome.to_owned(), valore)
        })
        .collect();
    let intero = corpo.len() <= CORPO_INTERO_BYTE;
    Grezzo {
        protocollo: protocollo(versione).into(),
        testate: tenute,
        byte: corpo.len() as u64,
        sha256: (!intero).then(|| esadecimale(&Sha256::digest(corpo))),
        corpo: senza_segreti(if intero {
            corpo.clone()
        } else {
            // A copy, so that the whole is let go.
            Bytes::copy_from_slice(&corpo[..TESTA_CORPO_BYTE])
        }),
    }
}

/// Names of query parameters whose value is a secret, by a part of their name.
const PARAMETRI_SEGRETI: [&str; 7] = ["passw", "pwd", "segret", "secret", "token", "gettone", "pin"];

/// A path with its query, the values of secret parameters masked.
pub(crate) fn percorso(intero: &str) -> String {
    let Some((percorso, query)) = intero.split_once('?') else {
        return intero.to_owned();
    };
    let pezzi: Vec<String> = query
        .split('&')
        .map(|pezzo| match pezzo.split_once('=') {
            Some((nome, _)) if segreto(nome) => format!("{nome}={OSCURATO}"),
            _ => pezzo.to_owned(),
        })
        .collect();
    format!("{percorso}?{}", pezzi.join("&"))
}

fn segreto(nome: &str) -> bool {
    // A name may be written with escapes; what cannot be read is masked.
    let letto = (!nome.contains('%')).then(|| nome.to_ascii_lowercase());
    letto.is_none_or(|n| {
        PARAMETRI_SEGRETI
            .iter()
            .any(|s| if *s == "pin" { n == *s } else { n.contains(s) })
    })
}

fn protocollo(v: Version) -> &'static str {
    match v {
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}

/// Names of elements whose content is nobody's business, whatever their prefix.
const ELEMENTI_SEGRETI: [&[u8]; 2] = [b"Password", b"BinarySecret"];

/// A body whose passwords and private keys are asterisks, as many as there were characters.
fn senza_segreti(corpo: Bytes) -> Bytes {
    let mut zone: Vec<(usize, usize)> = ELEMENTI_SEGRETI
        .into_iter()
        .flat_map(|nome| memchr::memmem::find_iter(&corpo, nome).map(move |i| (nome, i)))
        .filter_map(|(nome, i)| contenuto(&corpo, nome, i))
        .collect();
    zone.extend(memchr::memmem::find_iter(&corpo, b"PRIVATE KEY-----").map(|i| {
        let da = i + b"PRIVATE KEY-----".len();
        let a = da + memchr::memmem::find(&corpo[da..], b"-----END").unwrap_or(corpo.len() - da);
        (da, a)
    }));
    if zone.is_empty() {
        return corpo;
    }
    let mut nuovo = corpo.to_vec();
    for (da, a) in zone {
        nuovo[da..a].fill(b'*');
    }
    nuovo.into()
}

/// Where the content of the element lies whose name, at `i`, is a secret one's; `None` when it is a word in a text or an
/// end tag. It ends at the end tag of that name and not at the first `<`: a CDATA section, a comment or an element in
/// between must not uncover the rest.
fn contenuto(corpo: &[u8], nome: &[u8], i: usize) -> Option<(usize, usize)> {
    let inizio = corpo[..i]
        .iter()
        .rposition(|b| !(b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-')))?;
    if corpo[inizio] != b'<' {
        return None;
    }
    let chiusa = memchr::memchr(b'>', &corpo[i..])? + i;
    if corpo[chiusa - 1] == b'/' {
        return None;
    }
    let da = chiusa + 1;
    let fine = memchr::memmem::find_iter(&corpo[da..], nome)
        .map(|j| da + j)
        .find_map(|j| {
            let prima = corpo[da..j].iter().rposition(|b| *b == b'<')? + da;
            (corpo.get(prima + 1) == Some(&b'/')).then_some(prima)
        });
    Some((da, fine.unwrap_or(corpo.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenuto(corpo: &str) -> String {
        let g = grezzo(
            Version::HTTP_11,
            &HeaderMap::new(),
            &Bytes::copy_from_slice(corpo.as_bytes()),
        );
        String::from_utf8(g.corpo.to_vec()).expect("UTF-8")
    }

    #[test]
    fn passwords_and_private_keys_are_asterisks() {
        for (corpo, atteso) in [
            ("<a>Password: x</a>", "<a>Password: x</a>"),
            (
                "<w:Password Type='t'>segreta</w:Password><b/>",
                "<w:Password Type='t'>*******</w:Password><b/>",
            ),
            ("<Password>x", "<Password>*"),
            ("<Password/>x", "<Password/>x"),
            (
                "<p:Password><![CDATA[uno]]></p:Password>x",
                "<p:Password>***************</p:Password>x",
            ),
            (
                "<Password>a<!-- -->b<c/>d</Password>e",
                "<Password>***************</Password>e",
            ),
            (
                "<p:BinarySecret>uno</p:BinarySecret>",
                "<p:BinarySecret>***</p:BinarySecret>",
            ),
            ("<Password", "<Password"),
            (
                "-----BEGIN PRIVATE KEY-----AAA-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----",
            ),
        ] {
            assert_eq!(tenuto(corpo), atteso);
        }
    }

    #[test]
    fn a_long_body_is_its_head_and_its_digest() {
        let corpo = Bytes::from(vec![b'x'; CORPO_INTERO_BYTE + 1]);
        let g = grezzo(Version::HTTP_11, &HeaderMap::new(), &corpo);
        assert_eq!(
            (g.byte, g.corpo.len(), g.troncato()),
            (CORPO_INTERO_BYTE as u64 + 1, TESTA_CORPO_BYTE, true)
        );
        assert_eq!(g.sha256, Some(esadecimale(&Sha256::digest(&corpo))));
    }

    #[test]
    fn secret_parameters_are_not_kept() {
        for (scritto, tenuto) in [
            ("/x", "/x"),
            ("/x?wsdl", "/x?wsdl"),
            ("/x?a=1&password=Segreta1&b=2", "/x?a=1&password=•••&b=2"),
            ("/x?PassWord=a=b", "/x?PassWord=•••"),
            ("/x?p%61ssword=Segreta1", "/x?p%61ssword=•••"),
            ("/x?pin=1&spina=2&token=", "/x?pin=•••&spina=2&token=•••"),
            ("/x?password", "/x?password"),
        ] {
            assert_eq!(percorso(scritto), tenuto);
        }
    }

    #[test]
    fn secret_headers_are_not_kept() {
        let mut h = HeaderMap::new();
        for nome in ["cookie", "authorization"] {
            h.insert(nome, "segreto".parse().expect("value"));
        }
        let g = grezzo(Version::HTTP_2, &h, &Bytes::new());
        assert!(g.testate.iter().all(|(_, v)| v == OSCURATO), "{:?}", g.testate);
        assert_eq!(g.protocollo, "HTTP/2");
    }
}

//! A file somebody has → the certificates in it. PEM, DER, PKCS#7 (`.p7b`), PKCS#12, or any of them in base64.
//!
//! Total: what is no certificate is an error with a sentence. Keys in the file are passed over, or dropped when the
//! container must be opened to get at the certificates.

use frontiera::security::{
    ber::{self, INSIEME, INTERO, NonBer, OID, SEQUENZA},
    certificato::Certificato,
};

use crate::{ErroreServizio, Esito};

/// Largest file taken, in bytes: a container of a Comune's certificates is far below.
const FILE_MASSIMO: usize = 256 * 1024;
/// Most certificates of one file.
const CERTIFICATI_MASSIMI: usize = 100;
/// `id-signedData`, as contents of an OID.
const DATI_FIRMATI: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
/// `id-data`: what a PKCS#12 wraps its contents in.
const DATI: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];

/// Reads them all; `password` is asked for by a PKCS#12 only.
pub(crate) fn leggi(file: &[u8], password: Option<&str>) -> Esito<Vec<Certificato>> {
    if file.len() > FILE_MASSIMO {
        return Err(no(&format!("il file supera {FILE_MASSIMO} byte")));
    }
    let mut trovati = Vec::new();
    for pezzo in pezzi(file)? {
        for der in del_contenitore(&pezzo, password)? {
            let c = Certificato::leggi(&der).map_err(|p| no(&p.to_string()))?;
            if !trovati.contains(&c) {
                trovati.push(c);
            }
            if trovati.len() > CERTIFICATI_MASSIMI {
                return Err(no(&format!(
                    "più di {CERTIFICATI_MASSIMI} certificati in un file"
                )));
            }
        }
    }
    if trovati.is_empty() {
        return Err(no("nel file non c'è nessun certificato"));
    }
    Ok(trovati)
}

fn no(perche: &str) -> ErroreServizio {
    ErroreServizio::richiesta(format!(
        "Certificato non importato: {perche}. Servono PEM, DER, .p7b o .p12 (con la sua password)."
    ))
}

/// The binary pieces of a file: the blocks of a PEM, the file itself, or what its base64 says.
fn pezzi(file: &[u8]) -> Esito<Vec<Vec<u8>>> {
    if file.first() == Some(&SEQUENZA) {
        return Ok(vec![file.to_vec()]);
    }
    let testo = std::str::from_utf8(file).map_err(|_| no("non è né testo né DER"))?;
    if !testo.contains("-----BEGIN ") {
        let byte = frontiera::security::base64(testo).ok_or_else(|| no("non è PEM né base64"))?;
        // Once only: base64 of a PEM is nobody's file.
        return Ok(vec![byte]);
    }
    let mut blocchi = Vec::new();
    let mut resto = testo;
    while let Some((_, dopo)) = resto.split_once("-----BEGIN ") {
        let (nome, dopo) = dopo
            .split_once("-----")
            .ok_or_else(|| no("blocco PEM interrotto"))?;
        let (corpo, dopo) = dopo
            .split_once(&format!("-----END {nome}-----"))
            .ok_or_else(|| no("blocco PEM senza fine"))?;
        if !nome.contains("KEY") {
            blocchi.push(frontiera::security::base64(corpo).ok_or_else(|| no("blocco PEM non leggibile"))?);
        }
        resto = dopo;
    }
    Ok(blocchi)
}

fn del_contenitore(byte: &[u8], password: Option<&str>) -> Esito<Vec<Vec<u8>>> {
    if Certificato::leggi(byte).is_ok() {
        return Ok(vec![byte.to_vec()]);
    }
    if let Ok(der) = ber::in_der(byte)
        && let Ok(certificati) = del_p7b(&der)
    {
        return Ok(certificati);
    }
    if e_p12(byte) {
        let password = password.ok_or_else(|| no("è un .p12: serve la sua password"))?;
        return certs::certificati_del_p12(byte, password).map_err(|e| no(&e.to_string()));
    }
    // Neither: the reason is the certificate's.
    Err(Certificato::leggi(byte).map_or_else(|p| no(&p.to_string()), |_| no("contenitore non leggibile")))
}

/// A PFX is a SEQUENCE of the version and a ContentInfo of type data.
fn e_p12(byte: &[u8]) -> bool {
    let guarda = || -> Result<bool, NonBer> {
        let der = ber::in_der(byte).unwrap_or_else(|_| byte.to_vec());
        let mut pfx = ber::atteso(&mut der.as_slice(), SEQUENZA)?.corpo;
        ber::atteso(&mut pfx, INTERO)?;
        let mut dentro = ber::atteso(&mut pfx, SEQUENZA)?.corpo;
        Ok(ber::atteso(&mut dentro, OID)?.corpo == DATI)
    };
    guarda().unwrap_or(false)
}

fn del_p7b(der: &[u8]) -> Result<Vec<Vec<u8>>, NonBer> {
    let mut resto = ber::atteso(&mut &*der, SEQUENZA)?.corpo;
    if ber::atteso(&mut resto, OID)?.corpo != DATI_FIRMATI {
        return Err(NonBer);
    }
    let mut esterno = ber::atteso(&mut resto, 0xA0)?.corpo;
    let mut dati = ber::atteso(&mut esterno, SEQUENZA)?.corpo;
    ber::atteso(&mut dati, INTERO)?;
    ber::atteso(&mut dati, INSIEME)?;
    ber::atteso(&mut dati, SEQUENZA)?;
    let mut inclusi = ber::forse(&mut dati, 0xA0)?.map_or(&[][..], |v| v.corpo);
    let mut certificati = Vec::new();
    while !inclusi.is_empty() && certificati.len() <= CERTIFICATI_MASSIMI {
        certificati.push(ber::leggi(&mut inclusi)?.intero.to_vec());
    }
    Ok(certificati)
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused_with_a_sentence() {
        for file in [
            &b""[..],
            b"0",
            b"0\x80",
            b"ciao",
            b"-----BEGIN CERTIFICATE-----",
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            &[0xFF; 40],
            &vec![SEQUENZA; 300_000],
        ] {
            let e = leggi(file, Some("x")).expect_err("no certificate");
            assert_eq!(e.http, 400);
            assert!(e.testo.starts_with("Certificato non importato: "), "{}", e.testo);
        }
    }
}

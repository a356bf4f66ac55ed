//! The PKCS#7 over a postazione id (spec security §4.6): attached content, one signer, RSA PKCS#1 v1.5.
//!
//! Turns an attribute's octets into the content and the certificate that signed it. Whether that certificate
//! is to be trusted, and whether it is the right one, is for the caller. Signing time is never looked at: the
//! blob is constant for a postazione.

use super::ber::{self, INSIEME, INTERO, NonBer, OCTET, OID, SEQUENZA};
use super::certificato::{Certificato, ProblemaCertificato};
use super::digest::Digest;
use crate::limiti::CERTIFICATI_MASSIMI;

/// `id-data`, as contents of an OID.
const DATI: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
/// `id-signedData`.
const DATI_FIRMATI: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
/// Attribute `contentType`.
const TIPO_CONTENUTO: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 3];
/// Attribute `messageDigest`.
const DIGEST_MESSAGGIO: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 4];
/// Prefix of the RSA signature algorithms; the last octet says which.
const PKCS1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1];

/// Why a PKCS#7 does not prove the postazione.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErrorePkcs7 {
    /// The text is no base64.
    #[error("IdPostazioneFirmato non è base64")]
    Base64,
    /// No CMS SignedData with one signer.
    #[error("IdPostazioneFirmato non è un PKCS#7 SignedData leggibile")]
    Struttura,
    /// Content missing.
    #[error("il PKCS#7 non contiene il testo firmato (firma «detached»): serve il contenuto incluso")]
    Staccato,
    /// Content that is not plain data.
    #[error("il contenuto del PKCS#7 non è di tipo data")]
    Tipo,
    /// An algorithm that is not accepted.
    #[error("il PKCS#7 usa un algoritmo non ammesso")]
    Algoritmo,
    /// The signer's certificate is neither inside nor elsewhere in the message.
    #[error("il certificato che ha firmato il PKCS#7 non è nel messaggio")]
    SenzaCertificato,
    /// The signer's certificate will not do.
    #[error(transparent)]
    Certificato(#[from] ProblemaCertificato),
    /// The digest among the signed attributes is not the content's.
    #[error("il digest negli attributi firmati non è quello del contenuto")]
    Digest,
    /// The signature value is wrong.
    #[error("la firma del PKCS#7 non corrisponde al contenuto")]
    Firma,
}

impl From<NonBer> for ErrorePkcs7 {
    fn from(_: NonBer) -> Self {
        Self::Struttura
    }
}

/// A PKCS#7 whose signature is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firmato {
    /// The attached content.
    pub contenuto: Vec<u8>,
    /// Who signed.
    pub firmatario: Certificato,
    /// The digest function used.
    pub digest: Digest,
    /// The signer's certificate came inside, so that these octets alone decide.
    pub(crate) incluso: bool,
}

/// Reads and verifies; `altri` are certificates of the message, for producers that embed none.
pub fn verifica(ottetti: &[u8], altri: &[&Certificato]) -> Result<Firmato, ErrorePkcs7> {
    let der = ber::in_der(ottetti)?;
    let mut tutto = der.as_slice();
    let mut resto = ber::atteso(&mut tutto, SEQUENZA)?.corpo;
    if ber::atteso(&mut resto, OID)?.corpo != DATI_FIRMATI {
        return Err(ErrorePkcs7::Struttura);
    }
    let mut esterno = ber::atteso(&mut resto, 0xA0)?.corpo;
    let mut dati = ber::atteso(&mut esterno, SEQUENZA)?.corpo;
    finiti(&[tutto, resto, esterno])?;
    ber::atteso(&mut dati, INTERO)?;
    ber::atteso(&mut dati, INSIEME)?;
    let mut capsula = ber::atteso(&mut dati, SEQUENZA)?.corpo;
    if ber::atteso(&mut capsula, OID)?.corpo != DATI {
        return Err(ErrorePkcs7::Tipo);
    }
    let mut involucro = ber::forse(&mut capsula, 0xA0)?
        .ok_or(ErrorePkcs7::Staccato)?
        .corpo;
    let contenuto = ber::atteso(&mut involucro, OCTET)?.corpo;
    finiti(&[capsula, involucro])?;
    let mut inclusi = ber::forse(&mut dati, 0xA0)?.map_or(&[][..], |v| v.corpo);
    ber::forse(&mut dati, 0xA1)?;
    let mut firmatari = ber::atteso(&mut dati, INSIEME)?.corpo;
    let firmatario = Firmatario::leggi(ber::atteso(&mut firmatari, SEQUENZA)?.corpo)?;
    finiti(&[firmatari, dati])?;
    let mut certificati = Vec::new();
    while !inclusi.is_empty() {
        certificati.push(Certificato::leggi(ber::leggi(&mut inclusi)?.intero)?);
    }
    if certificati.len() > CERTIFICATI_MASSIMI {
        return Err(ErrorePkcs7::Struttura);
    }
    let suo = certificati.iter().find(|c| firmatario.indica(c));
    let certificato = suo
        .or_else(|| altri.iter().copied().find(|c| firmatario.indica(c)))
        .ok_or(ErrorePkcs7::SenzaCertificato)?;
    firmatario.verifica(contenuto, certificato)?;
    Ok(Firmato {
        contenuto: contenuto.to_vec(),
        firmatario: certificato.clone(),
        digest: firmatario.digest,
        incluso: suo.is_some(),
    })
}

/// Nothing may be left over where the structure ends: what one reader skips another might read.
fn finiti(resti: &[&[u8]]) -> Result<(), ErrorePkcs7> {
    if resti.iter().all(|r| r.is_empty()) {
        Ok(())
    } else {
        Err(ErrorePkcs7::Struttura)
    }
}

enum Chi<'a> {
    EmittenteSeriale(&'a [u8], &'a [u8]),
    Ski(&'a [u8]),
}

struct Firmatario<'a> {
    chi: Chi<'a>,
    digest: Digest,
    attributi: Option<&'a [u8]>,
    firma: &'a [u8],
}

impl<'a> Firmatario<'a> {
    fn leggi(mut dati: &'a [u8]) -> Result<Self, ErrorePkcs7> {
        ber::atteso(&mut dati, INTERO)?;
        let identita = ber::leggi(&mut dati)?;
        let chi = match identita.tag {
            SEQUENZA => {
                let mut parti = identita.corpo;
                let emittente = ber::atteso(&mut parti, SEQUENZA)?.intero;
                let seriale = ber::atteso(&mut parti, INTERO)?.corpo;
                finiti(&[parti])?;
                Chi::EmittenteSeriale(emittente, seriale)
            }
            0x80 => Chi::Ski(identita.corpo),
            _ => return Err(ErrorePkcs7::Struttura),
        };
        let digest = algoritmo_digest(ber::atteso(&mut dati, SEQUENZA)?.corpo)?;
        let attributi = ber::forse(&mut dati, 0xA0)?.map(|v| v.corpo);
        algoritmo_firma(ber::atteso(&mut dati, SEQUENZA)?.corpo, digest)?;
        let firma = ber::atteso(&mut dati, OCTET)?.corpo;
        // Unsigned attributes, a time stamp for instance, prove nothing here and harm nothing.
        ber::forse(&mut dati, 0xA1)?;
        finiti(&[dati])?;
        Ok(Self {
            chi,
            digest,
            attributi,
            firma,
        })
    }

    fn indica(&self, c: &Certificato) -> bool {
        match self.chi {
            Chi::EmittenteSeriale(emittente, seriale) => {
                let zeri = seriale.iter().take_while(|b| **b == 0).count();
                c.emittente_der() == emittente && c.seriale() == &seriale[zeri..]
            }
            Chi::Ski(ski) => c.ski() == Some(ski),
        }
    }

    fn verifica(&self, contenuto: &[u8], c: &Certificato) -> Result<(), ErrorePkcs7> {
        let Some(attributi) = self.attributi else {
            return if c.verifica(self.digest, contenuto, self.firma)? {
                Ok(())
            } else {
                Err(ErrorePkcs7::Firma)
            };
        };
        let mut voci = Vec::new();
        let mut resto = attributi;
        let mut digest_detto = None;
        while !resto.is_empty() {
            let voce = ber::atteso(&mut resto, SEQUENZA)?;
            voci.push(voce.intero);
            let mut parti = voce.corpo;
            let nome = ber::atteso(&mut parti, OID)?.corpo;
            let mut valori = ber::atteso(&mut parti, INSIEME)?.corpo;
            finiti(&[parti])?;
            if nome == TIPO_CONTENUTO && ber::atteso(&mut valori, OID)?.corpo != DATI {
                return Err(ErrorePkcs7::Tipo);
            }
            if nome == DIGEST_MESSAGGIO {
                let detto = ber::atteso(&mut valori, OCTET)?.corpo;
                if !valori.is_empty() || digest_detto.replace(detto).is_some() {
                    return Err(ErrorePkcs7::Struttura);
                }
            }
        }
        if digest_detto != Some(self.digest.calcola(contenuto).as_slice()) {
            return Err(ErrorePkcs7::Digest);
        }
        // What is signed is the SET's DER form: the order sent, or the sorted one if the producer did not sort.
        let mut insieme = Vec::new();
        ber::scrivi(&mut insieme, INSIEME, attributi);
        if c.verifica(self.digest, &insieme, self.firma)? {
            return Ok(());
        }
        voci.sort_unstable();
        insieme.clear();
        ber::scrivi(&mut insieme, INSIEME, &voci.concat());
        if c.verifica(self.digest, &insieme, self.firma)? {
            Ok(())
        } else {
            Err(ErrorePkcs7::Firma)
        }
    }
}

fn algoritmo_digest(mut identificatore: &[u8]) -> Result<Digest, ErrorePkcs7> {
    match ber::atteso(&mut identificatore, OID)?.corpo {
        [0x2B, 14, 3, 2, 26] => Ok(Digest::Sha1),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1] => Ok(Digest::Sha256),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2] => Ok(Digest::Sha384),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3] => Ok(Digest::Sha512),
        _ => Err(ErrorePkcs7::Algoritmo),
    }
}

fn algoritmo_firma(mut identificatore: &[u8], digest: Digest) -> Result<(), ErrorePkcs7> {
    let oid = ber::atteso(&mut identificatore, OID)?.corpo;
    let ammesso = match oid.strip_prefix(PKCS1) {
        Some([1]) => true,
        Some([5]) => digest == Digest::Sha1,
        Some([11]) => digest == Digest::Sha256,
        Some([12]) => digest == Digest::Sha384,
        Some([13]) => digest == Digest::Sha512,
        _ => false,
    };
    if ammesso {
        Ok(())
    } else {
        Err(ErrorePkcs7::Algoritmo)
    }
}

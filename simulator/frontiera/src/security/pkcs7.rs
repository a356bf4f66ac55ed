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
    let aperto = Aperto::leggi(&der)?;
    let firmatario = &aperto.firmatario;
    algoritmo_rsa(firmatario.algoritmo, firmatario.digest)?;
    let certificati = aperto
        .inclusi
        .iter()
        .map(|c| Certificato::leggi(c))
        .collect::<Result<Vec<_>, _>>()?;
    let suo = certificati.iter().find(|c| firmatario.indica(&Identita::di(c)));
    let certificato = suo
        .or_else(|| {
            let mut altri = altri.iter().copied();
            altri.find(|c| firmatario.indica(&Identita::di(c)))
        })
        .ok_or(ErrorePkcs7::SenzaCertificato)?;
    firmatario.verifica(aperto.contenuto, |dati, firma| {
        Ok(certificato.verifica(firmatario.digest, dati, firma)?)
    })?;
    Ok(Firmato {
        contenuto: aperto.contenuto.to_vec(),
        firmatario: certificato.clone(),
        digest: firmatario.digest,
        incluso: suo.is_some(),
    })
}

/// A SignedData with attached plain content and one signer, read and not yet verified.
pub(super) struct Aperto<'a> {
    pub(super) contenuto: &'a [u8],
    /// DER of the certificates inside, as they came.
    pub(super) inclusi: Vec<&'a [u8]>,
    pub(super) firmatario: Firmatario<'a>,
}

impl<'a> Aperto<'a> {
    pub(super) fn leggi(der: &'a [u8]) -> Result<Self, ErrorePkcs7> {
        let mut tutto = der;
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
            certificati.push(ber::leggi(&mut inclusi)?.intero);
        }
        if certificati.len() > CERTIFICATI_MASSIMI {
            return Err(ErrorePkcs7::Struttura);
        }
        Ok(Self {
            contenuto,
            inclusi: certificati,
            firmatario,
        })
    }
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

/// What a signer is named by in a certificate.
pub(super) struct Identita<'a> {
    /// DER of the issuer's name.
    pub(super) emittente: &'a [u8],
    /// Serial, without leading zeros.
    pub(super) seriale: &'a [u8],
    pub(super) ski: Option<&'a [u8]>,
}

impl<'a> Identita<'a> {
    fn di(c: &'a Certificato) -> Self {
        Self {
            emittente: c.emittente_der(),
            seriale: c.seriale(),
            ski: c.ski(),
        }
    }
}

pub(super) struct Firmatario<'a> {
    chi: Chi<'a>,
    pub(super) digest: Digest,
    /// Contents of the OID of the signature algorithm.
    pub(super) algoritmo: &'a [u8],
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
        let mut identificatore = ber::atteso(&mut dati, SEQUENZA)?.corpo;
        let algoritmo = ber::atteso(&mut identificatore, OID)?.corpo;
        let firma = ber::atteso(&mut dati, OCTET)?.corpo;
        // Unsigned attributes, a time stamp for instance, prove nothing here and harm nothing.
        ber::forse(&mut dati, 0xA1)?;
        finiti(&[dati])?;
        Ok(Self {
            chi,
            digest,
            algoritmo,
            attributi,
            firma,
        })
    }

    /// Whether that certificate is the signer's.
    pub(super) fn indica(&self, c: &Identita<'_>) -> bool {
        match self.chi {
            Chi::EmittenteSeriale(emittente, seriale) => {
                let zeri = seriale.iter().take_while(|b| **b == 0).count();
                c.emittente == emittente && c.seriale == &seriale[zeri..]
            }
            Chi::Ski(ski) => c.ski == Some(ski),
        }
    }

    /// Verifies content and signed attributes; `chiave` says whether a signature over some octets is its own.
    pub(super) fn verifica(
        &self,
        contenuto: &[u8],
        chiave: impl Fn(&[u8], &[u8]) -> Result<bool, ErrorePkcs7>,
    ) -> Result<(), ErrorePkcs7> {
        let Some(attributi) = self.attributi else {
            return if chiave(contenuto, self.firma)? {
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
        if chiave(&insieme, self.firma)? {
            return Ok(());
        }
        voci.sort_unstable();
        insieme.clear();
        ber::scrivi(&mut insieme, INSIEME, &voci.concat());
        if chiave(&insieme, self.firma)? {
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

/// Whether the signature algorithm is RSA PKCS#1 v1.5 over that digest.
pub(super) fn algoritmo_rsa(oid: &[u8], digest: Digest) -> Result<(), ErrorePkcs7> {
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

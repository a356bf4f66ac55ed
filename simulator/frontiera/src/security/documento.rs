//! A document signed as CMS SignedData (`.p7m`): attached content, one signer, whoever certified him.
//!
//! Turns the octets of a file (BER, or Base64 of them, with or without the lines of PEM) into the content and the
//! certificate that signed it. What must stay true: the content given back is the very content that was digested, and
//! its signature verifies with a certificate inside. Whether that certificate is to be believed, and whether the content
//! is what was to be signed, is for the caller. Keys: RSA PKCS#1 v1.5, ECDSA on P-256, P-384 and P-521.

use std::borrow::Cow;

use aws_lc_rs::signature as s;
use x509_parser::prelude::{FromDer as _, ParsedExtension, X509Certificate};

use super::base64;
use super::ber;
use super::certificato::{Certificato, ProblemaCertificato};
use super::digest::Digest;
use super::pkcs7::{Aperto, ErrorePkcs7, Identita, algoritmo_rsa};
use crate::limiti::DOCUMENTO_MASSIMO;

/// `id-ecPublicKey`.
const CHIAVE_EC: &str = "1.2.840.10045.2.1";
/// Prefix of the ECDSA signature algorithms over SHA-2; the last octet says which.
const ECDSA_SHA2: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3];

/// A document whose signature is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documento {
    /// The attached content.
    pub contenuto: Vec<u8>,
    /// DER of the signer's certificate.
    pub certificato: Vec<u8>,
    /// Its subject, as text.
    pub soggetto: String,
    /// Its issuer, as text.
    pub emittente: String,
}

/// Reads and verifies.
pub fn leggi(file: &[u8]) -> Result<Documento, ErrorePkcs7> {
    let der = ber::in_der_entro(&ottetti(file)?, DOCUMENTO_MASSIMO)?;
    let aperto = Aperto::leggi(&der)?;
    let firmatario = &aperto.firmatario;
    // Of chains and roots that come along nothing is asked, so neither that we can read them.
    let suo = aperto.inclusi.iter().find_map(|der| {
        let (_, c) = X509Certificate::from_der(der).ok()?;
        let ski = c.extensions().iter().find_map(|e| match e.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(k) => Some(k.0),
            _ => None,
        });
        let seriale = c.raw_serial();
        let zeri = seriale.iter().take_while(|b| **b == 0).count();
        let identita = Identita {
            emittente: c.issuer().as_raw(),
            seriale: &seriale[zeri..],
            ski,
        };
        firmatario.indica(&identita).then_some((*der, c))
    });
    let (der, c) = suo.ok_or(ErrorePkcs7::SenzaCertificato)?;
    let chiave = Chiave::di(der, &c, firmatario.algoritmo, firmatario.digest)?;
    firmatario.verifica(aperto.contenuto, |dati, firma| chiave.verifica(dati, firma))?;
    Ok(Documento {
        contenuto: aperto.contenuto.to_vec(),
        certificato: der.to_vec(),
        soggetto: c.subject().to_string(),
        emittente: c.issuer().to_string(),
    })
}

/// The octets of a file that holds them bare or as Base64 text.
fn ottetti(file: &[u8]) -> Result<Cow<'_, [u8]>, ErrorePkcs7> {
    if file.first() == Some(&ber::SEQUENZA) {
        return Ok(Cow::Borrowed(file));
    }
    let testo = std::str::from_utf8(file).map_err(|_| ErrorePkcs7::Struttura)?;
    let righe: Vec<&str> = testo
        .trim_start_matches('\u{feff}')
        .lines()
        .filter(|r| !r.starts_with("-----"))
        .collect();
    let byte = base64(&righe.join("\n")).filter(|b| !b.is_empty());
    byte.map(Cow::Owned).ok_or(ErrorePkcs7::Base64)
}

/// The signer's key with the algorithm he says he used.
enum Chiave {
    Rsa(Certificato, Digest),
    Ec(&'static s::EcdsaVerificationAlgorithm, Vec<u8>),
}

impl Chiave {
    fn di(
        der: &[u8],
        c: &X509Certificate<'_>,
        algoritmo: &[u8],
        digest: Digest,
    ) -> Result<Self, ErrorePkcs7> {
        let pubblica = c.public_key();
        if pubblica.algorithm.algorithm.to_id_string() != CHIAVE_EC {
            let certificato = Certificato::leggi(der)?;
            algoritmo_rsa(algoritmo, digest)?;
            return Ok(Self::Rsa(certificato, digest));
        }
        let curva = pubblica
            .algorithm
            .parameters
            .as_ref()
            .and_then(|p| p.as_oid().ok())
            .map(|o| o.to_id_string());
        let detto = match algoritmo.strip_prefix(ECDSA_SHA2) {
            Some([2]) => Digest::Sha256,
            Some([3]) => Digest::Sha384,
            Some([4]) => Digest::Sha512,
            _ => return Err(ErrorePkcs7::Algoritmo),
        };
        let verifica = match (curva.as_deref(), detto) {
            _ if detto != digest => return Err(ErrorePkcs7::Algoritmo),
            (Some("1.2.840.10045.3.1.7"), Digest::Sha256) => &s::ECDSA_P256_SHA256_ASN1,
            (Some("1.2.840.10045.3.1.7"), Digest::Sha384) => &s::ECDSA_P256_SHA384_ASN1,
            (Some("1.2.840.10045.3.1.7"), Digest::Sha512) => &s::ECDSA_P256_SHA512_ASN1,
            (Some("1.3.132.0.34"), Digest::Sha256) => &s::ECDSA_P384_SHA256_ASN1,
            (Some("1.3.132.0.34"), Digest::Sha384) => &s::ECDSA_P384_SHA384_ASN1,
            (Some("1.3.132.0.34"), Digest::Sha512) => &s::ECDSA_P384_SHA512_ASN1,
            (Some("1.3.132.0.35"), Digest::Sha256) => &s::ECDSA_P521_SHA256_ASN1,
            (Some("1.3.132.0.35"), Digest::Sha384) => &s::ECDSA_P521_SHA384_ASN1,
            (Some("1.3.132.0.35"), Digest::Sha512) => &s::ECDSA_P521_SHA512_ASN1,
            _ => return Err(ProblemaCertificato::NonRsa.into()),
        };
        Ok(Self::Ec(verifica, pubblica.subject_public_key.data.to_vec()))
    }

    fn verifica(&self, dati: &[u8], firma: &[u8]) -> Result<bool, ErrorePkcs7> {
        Ok(match self {
            Self::Rsa(c, digest) => c.verifica(*digest, dati, firma)?,
            Self::Ec(algoritmo, punto) => s::UnparsedPublicKey::new(*algoritmo, punto)
                .verify(dati, firma)
                .is_ok(),
        })
    }
}

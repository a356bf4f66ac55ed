//! X.509 certificates: what the frame needs of them, and whether they hang on a given root.
//!
//! The real hierarchy has roots and leaves only (spec security §5.5), so a chain is one signature. An anchor
//! that is no CA is a leaf somebody imported into the trust list: it stands for itself alone.

use jiff::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::digest::{Digest, sha256};
use crate::limiti::{CERTIFICATO_MASSIMO, RSA_BIT_MASSIMI, RSA_BIT_MINIMI};

/// Why a certificate will not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemaCertificato {
    /// Not a DER certificate, or too long.
    #[error("il certificato non è un X.509 leggibile")]
    Illeggibile,
    /// Not RSA.
    #[error("la chiave del certificato non è RSA")]
    NonRsa,
    /// RSA of a size or exponent that is not accepted.
    #[error(
        "la chiave RSA del certificato è di {bit} bit: servono da {RSA_BIT_MINIMI} a {RSA_BIT_MASSIMI} bit"
    )]
    Chiave {
        /// Size of the modulus.
        bit: usize,
    },
    /// No anchor of this environment issued it.
    #[error("il certificato non è emesso da una CA di questo ambiente (emittente: {emittente})")]
    Ignoto {
        /// The issuer's name, as text.
        emittente: String,
    },
    /// The anchor's name is right, its signature is not (or uses a digest no longer trusted).
    #[error("la firma della CA sul certificato non è valida (emittente: {emittente})")]
    FirmaCa {
        /// The issuer's name, as text.
        emittente: String,
    },
    /// Past its end.
    #[error("il certificato è scaduto il {0}")]
    Scaduto(Timestamp),
    /// Before its begin.
    #[error("il certificato vale solo dal {0}")]
    Futuro(Timestamp),
    /// Key usage without digital signature.
    #[error("il certificato non è abilitato alla firma (keyUsage)")]
    Uso,
}

/// A certificate that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificato {
    der: Vec<u8>,
    cn: Option<String>,
    emittente: String,
    emittente_der: Vec<u8>,
    soggetto_der: Vec<u8>,
    seriale: Vec<u8>,
    ski: Option<Vec<u8>>,
    dal: Timestamp,
    al: Timestamp,
    chiave: Vec<u8>,
    bit: usize,
    esponente: Vec<u8>,
    ca: bool,
    firma_digitale: bool,
    impronta: [u8; 32],
}

impl Certificato {
    /// Reads a DER certificate with an RSA key.
    pub fn leggi(der: &[u8]) -> Result<Self, ProblemaCertificato> {
        if der.len() > CERTIFICATO_MASSIMO {
            return Err(ProblemaCertificato::Illeggibile);
        }
        let (resto, c) = X509Certificate::from_der(der).map_err(|_| ProblemaCertificato::Illeggibile)?;
        if !resto.is_empty() {
            return Err(ProblemaCertificato::Illeggibile);
        }
        let PublicKey::RSA(rsa) = c.public_key().parsed().map_err(|_| ProblemaCertificato::NonRsa)? else {
            return Err(ProblemaCertificato::NonRsa);
        };
        let mut cn = c.subject().iter_common_name();
        let cn = match (cn.next(), cn.next()) {
            (Some(unico), None) => unico.as_str().ok().map(str::to_owned),
            _ => None,
        };
        let ski = c.extensions().iter().find_map(|e| match e.parsed_extension() {
            x509_parser::extensions::ParsedExtension::SubjectKeyIdentifier(k) => Some(k.0.to_vec()),
            _ => None,
        });
        let istante =
            |t: x509_parser::time::ASN1Time| Timestamp::from_second(t.timestamp()).unwrap_or(Timestamp::MIN);
        Ok(Self {
            cn,
            emittente: c.issuer().to_string(),
            emittente_der: c.issuer().as_raw().to_vec(),
            soggetto_der: c.subject().as_raw().to_vec(),
            seriale: senza_zeri(c.raw_serial()).to_vec(),
            ski,
            dal: istante(c.validity().not_before),
            al: istante(c.validity().not_after),
            chiave: c.public_key().subject_public_key.data.to_vec(),
            bit: bit(rsa.modulus),
            esponente: senza_zeri(rsa.exponent).to_vec(),
            ca: c.is_ca(),
            firma_digitale: c
                .key_usage()
                .ok()
                .flatten()
                .is_none_or(|u| u.value.digital_signature()),
            impronta: sha256(der),
            der: der.to_vec(),
        })
    }

    /// The certificate itself.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its only common name; `None` if there is none or more than one.
    pub fn cn(&self) -> Option<&str> {
        self.cn.as_deref()
    }

    /// The common name for people.
    pub fn nome(&self) -> &str {
        self.cn().unwrap_or("(senza CN)")
    }

    /// SHA-256 of the DER form.
    pub fn impronta(&self) -> &[u8; 32] {
        &self.impronta
    }

    /// SHA-1 of the DER form, for WSS thumbprint references.
    pub fn impronta_sha1(&self) -> Vec<u8> {
        Digest::Sha1.calcola(&self.der)
    }

    /// Serial number, big-endian without leading zeros.
    pub fn seriale(&self) -> &[u8] {
        &self.seriale
    }

    /// Begin of validity.
    pub const fn dal(&self) -> Timestamp {
        self.dal
    }

    /// End of validity.
    pub const fn al(&self) -> Timestamp {
        self.al
    }

    /// Whether it may issue others.
    pub const fn ca(&self) -> bool {
        self.ca
    }

    /// Issuer name as text, most significant part first as the certificate has it.
    pub fn emittente(&self) -> &str {
        &self.emittente
    }

    /// Issuer name in DER.
    pub fn emittente_der(&self) -> &[u8] {
        &self.emittente_der
    }

    /// Subject key identifier, if the extension is there.
    pub fn ski(&self) -> Option<&[u8]> {
        self.ski.as_deref()
    }

    /// Whether an RSA signature of this certificate's key is good; weak or monstrous keys are refused first.
    pub fn verifica(&self, digest: Digest, dati: &[u8], firma: &[u8]) -> Result<bool, ProblemaCertificato> {
        self.chiave_accettabile()?;
        Ok(digest.verifica_rsa(&self.chiave, dati, firma))
    }

    fn chiave_accettabile(&self) -> Result<(), ProblemaCertificato> {
        // An even exponent, one of 1, or one longer than 32 bits is no RSA key any tool makes.
        let esponente_sano = matches!(self.esponente.as_slice(), e @ [.., ultimo] if ultimo % 2 == 1 && e.len() <= 4 && e != [1]);
        if (RSA_BIT_MINIMI..=RSA_BIT_MASSIMI).contains(&self.bit) && esponente_sano {
            Ok(())
        } else {
            Err(ProblemaCertificato::Chiave { bit: self.bit })
        }
    }

    /// Whether a signer may be believed at an instant: key, use, issuer, validity, in this order.
    pub fn fidato(&self, ancore: &[Self], adesso: Timestamp) -> Result<(), ProblemaCertificato> {
        self.chiave_accettabile()?;
        if !self.firma_digitale {
            return Err(ProblemaCertificato::Uso);
        }
        if !ancore.iter().any(|a| !a.ca && a.der == self.der) {
            let mut omonime = ancore
                .iter()
                .filter(|a| a.ca && a.soggetto_der == self.emittente_der)
                .peekable();
            if omonime.peek().is_none() {
                return Err(ProblemaCertificato::Ignoto {
                    emittente: self.emittente.clone(),
                });
            }
            let Some(radice) = omonime.find(|a| self.emesso_da(a)) else {
                return Err(ProblemaCertificato::FirmaCa {
                    emittente: self.emittente.clone(),
                });
            };
            radice.vale_il(adesso)?;
        }
        self.vale_il(adesso)
    }

    fn vale_il(&self, adesso: Timestamp) -> Result<(), ProblemaCertificato> {
        if adesso < self.dal {
            Err(ProblemaCertificato::Futuro(self.dal))
        } else if adesso > self.al {
            Err(ProblemaCertificato::Scaduto(self.al))
        } else {
            Ok(())
        }
    }

    /// Whether the anchor's key signed this certificate. SHA-1 is not taken here: collisions are practical.
    fn emesso_da(&self, ancora: &Self) -> bool {
        let Ok((_, c)) = X509Certificate::from_der(&self.der) else {
            return false;
        };
        if c.signature_algorithm != c.tbs_certificate.signature {
            return false;
        }
        let digest = match c.signature_algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.11" => Digest::Sha256,
            "1.2.840.113549.1.1.12" => Digest::Sha384,
            "1.2.840.113549.1.1.13" => Digest::Sha512,
            _ => return false,
        };
        digest.verifica_rsa(
            &ancora.chiave,
            c.tbs_certificate.as_ref(),
            &c.signature_value.data,
        )
    }
}

fn senza_zeri(b: &[u8]) -> &[u8] {
    let zeri = b.iter().take_while(|c| **c == 0).count();
    &b[zeri..]
}

fn bit(modulo: &[u8]) -> usize {
    let netto = senza_zeri(modulo);
    netto
        .first()
        .map_or(0, |primo| netto.len() * 8 - primo.leading_zeros() as usize)
}

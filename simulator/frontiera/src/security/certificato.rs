//! X.509 certificates: what the frame needs of them, and whether they hang on a given root.
//!
//! The real hierarchy has roots and leaves only (spec security §5.5), so a chain is one signature. An anchor
//! that is no CA is a leaf somebody imported into the trust list: it stands for itself alone.
//!
//! Reading is strict where laxness would let two readers see two certificates: nothing after the DER, no extension
//! twice, none that is critical and unknown, RSA numbers positive and without padding.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::signature::ParsedPublicKey;
use jiff::Timestamp;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::ber;
use super::digest::{Digest, sha256};
use crate::limiti::{CERTIFICATO_MASSIMO, RSA_BIT_MASSIMI, RSA_BIT_MINIMI};

/// `rsaEncryption`.
const RSA: &str = "1.2.840.113549.1.1.1";
/// Signature algorithms of issuers over MD2, MD4, MD5 and SHA-1, whose collisions are practical: RSA, DSA, ECDSA.
const FIRME_DEBOLI: [&str; 6] = [
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.3",
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.2.840.10040.4.3",
    "1.2.840.10045.4.1",
];

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
    /// The anchor's name is right, its signature is not.
    #[error("la firma della CA sul certificato non è valida (emittente: {emittente})")]
    FirmaCa {
        /// The issuer's name, as text.
        emittente: String,
    },
    /// Signed with a digest whose collisions are practical.
    #[error("il certificato è firmato con SHA-1 o con un algoritmo ancora più debole: serve SHA-256")]
    FirmaDebole,
    /// Past its end.
    #[error("il certificato è scaduto il {0}")]
    Scaduto(Timestamp),
    /// Before its begin.
    #[error("il certificato vale solo dal {0}")]
    Futuro(Timestamp),
    /// An RSA key that no tool makes: negative or even numbers, padding, octets left over.
    #[error("la chiave RSA del certificato è malformata: {0}")]
    ChiaveMalformata(&'static str),
    /// An extension sent twice, unreadable, or critical and unknown.
    #[error("il certificato ha un'estensione ripetuta, illeggibile o critica e sconosciuta")]
    Estensione,
    /// Key usage without digital signature.
    #[error("il certificato non è abilitato alla firma (keyUsage)")]
    Uso,
}

/// A certificate that was read. A clone is another handle on the same one.
#[derive(Debug, Clone)]
pub struct Certificato(Arc<Dati>);

#[derive(Debug)]
struct Dati {
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
    /// Parsed for the two digests that messages use, when first needed.
    pronte: [OnceLock<Option<ParsedPublicKey>>; 2],
    bit: usize,
    esponente_sano: bool,
    ca: bool,
    firma_digitale: bool,
    firma_debole: bool,
    impronta: [u8; 32],
}

/// Two certificates are one if their octets are.
impl PartialEq for Certificato {
    fn eq(&self, altro: &Self) -> bool {
        Arc::ptr_eq(&self.0, &altro.0) || self.0.der == altro.0.der
    }
}

impl Eq for Certificato {}

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
        if c.public_key().algorithm.algorithm.to_id_string() != RSA {
            return Err(ProblemaCertificato::NonRsa);
        }
        estensioni(&c)?;
        let chiave = c.public_key().subject_public_key.data.to_vec();
        let (modulo, esponente) = numeri(&chiave)?;
        let mut cn = c.subject().iter_common_name();
        let cn = match (cn.next(), cn.next()) {
            (Some(unico), None) => unico.as_str().ok().map(str::to_owned),
            _ => None,
        };
        let ski = c.extensions().iter().find_map(|e| match e.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(k) => Some(k.0.to_vec()),
            _ => None,
        });
        let istante =
            |t: x509_parser::time::ASN1Time| Timestamp::from_second(t.timestamp()).unwrap_or(Timestamp::MIN);
        let uso = c.key_usage().map_err(|_| ProblemaCertificato::Estensione)?;
        Ok(Self(Arc::new(Dati {
            cn,
            emittente: c.issuer().to_string(),
            emittente_der: c.issuer().as_raw().to_vec(),
            soggetto_der: c.subject().as_raw().to_vec(),
            seriale: senza_zeri(c.raw_serial()).to_vec(),
            ski,
            dal: istante(c.validity().not_before),
            al: istante(c.validity().not_after),
            bit: bit(modulo),
            // One of 1, or one longer than 32 bits, is no exponent any tool makes; `numeri` saw to even ones.
            esponente_sano: esponente.len() <= 4 && esponente != [1],
            chiave,
            pronte: [OnceLock::new(), OnceLock::new()],
            ca: c.is_ca(),
            firma_digitale: uso.is_none_or(|u| u.value.digital_signature()),
            firma_debole: FIRME_DEBOLI.contains(&c.signature_algorithm.algorithm.to_id_string().as_str()),
            impronta: sha256(der),
            der: der.to_vec(),
        })))
    }

    /// The certificate itself.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// Its only common name; `None` if there is none or more than one.
    pub fn cn(&self) -> Option<&str> {
        self.0.cn.as_deref()
    }

    /// The common name for people.
    pub fn nome(&self) -> &str {
        self.cn().unwrap_or("(senza CN)")
    }

    /// SHA-256 of the DER form.
    pub fn impronta(&self) -> &[u8; 32] {
        &self.0.impronta
    }

    /// SHA-1 of the DER form, for WSS thumbprint references.
    pub fn impronta_sha1(&self) -> Vec<u8> {
        Digest::Sha1.calcola(&self.0.der)
    }

    /// Serial number, big-endian without leading zeros.
    pub fn seriale(&self) -> &[u8] {
        &self.0.seriale
    }

    /// Begin of validity.
    pub fn dal(&self) -> Timestamp {
        self.0.dal
    }

    /// End of validity.
    pub fn al(&self) -> Timestamp {
        self.0.al
    }

    /// Issuer name as text, most significant part first as the certificate has it.
    pub fn emittente(&self) -> &str {
        &self.0.emittente
    }

    /// Issuer name in DER.
    pub fn emittente_der(&self) -> &[u8] {
        &self.0.emittente_der
    }

    /// Subject key identifier, if the extension is there.
    pub fn ski(&self) -> Option<&[u8]> {
        self.0.ski.as_deref()
    }

    /// Whether a key identifier means this certificate: its extension or, where it has none, the SHA-1 of its key
    /// bits, which is what libraries then send (RFC 5280 §4.2.1.2).
    pub fn ha_ski(&self, ski: &[u8]) -> bool {
        match self.ski() {
            Some(suo) => suo == ski,
            None => Digest::Sha1.calcola(&self.0.chiave) == ski,
        }
    }

    /// Whether it may issue others.
    pub fn ca(&self) -> bool {
        self.0.ca
    }

    /// Whether an RSA signature of this certificate's key is good; weak or monstrous keys are refused first.
    pub fn verifica(&self, digest: Digest, dati: &[u8], firma: &[u8]) -> Result<bool, ProblemaCertificato> {
        self.chiave_accettabile()?;
        let posto = match digest {
            Digest::Sha1 => &self.0.pronte[0],
            Digest::Sha256 => &self.0.pronte[1],
            Digest::Sha384 | Digest::Sha512 => return Ok(digest.verifica_rsa(&self.0.chiave, dati, firma)),
        };
        let pronta = posto.get_or_init(|| digest.chiave_rsa(&self.0.chiave));
        Ok(pronta.as_ref().is_some_and(|k| k.verify_sig(dati, firma).is_ok()))
    }

    fn chiave_accettabile(&self) -> Result<(), ProblemaCertificato> {
        if (RSA_BIT_MINIMI..=RSA_BIT_MASSIMI).contains(&self.0.bit) && self.0.esponente_sano {
            Ok(())
        } else {
            Err(ProblemaCertificato::Chiave { bit: self.0.bit })
        }
    }

    /// Whether a signer may be believed at an instant: key, use, issuer, validity, in this order.
    pub fn fidato(&self, ancore: &[Self], adesso: Timestamp) -> Result<(), ProblemaCertificato> {
        self.catena(ancore)?.vale(self, adesso)
    }

    /// What is asked of a signer whoever issued it: a key that is not weak, the right use, a signature of its issuer
    /// that nobody can forge. SHA-1 is not taken: collisions are practical.
    pub fn idoneo(&self) -> Result<(), ProblemaCertificato> {
        self.chiave_accettabile()?;
        if !self.0.firma_digitale {
            return Err(ProblemaCertificato::Uso);
        }
        if self.0.firma_debole {
            return Err(ProblemaCertificato::FirmaDebole);
        }
        Ok(())
    }

    /// What of it does not depend on time: key, use, and the anchor that issued it.
    pub(crate) fn catena(&self, ancore: &[Self]) -> Result<Catena, ProblemaCertificato> {
        self.idoneo()?;
        if ancore.iter().any(|a| !a.ca() && a == self) {
            return Ok(Catena { radice: None });
        }
        let emittente = || self.0.emittente.clone();
        let mut omonime = ancore
            .iter()
            .filter(|a| a.ca() && a.0.soggetto_der == self.0.emittente_der)
            .peekable();
        if omonime.peek().is_none() {
            return Err(ProblemaCertificato::Ignoto {
                emittente: emittente(),
            });
        }
        match omonime.find(|a| self.emesso_da(a)) {
            Some(radice) => Ok(Catena {
                radice: Some(radice.clone()),
            }),
            None => Err(ProblemaCertificato::FirmaCa {
                emittente: emittente(),
            }),
        }
    }

    fn vale_il(&self, adesso: Timestamp) -> Result<(), ProblemaCertificato> {
        if adesso < self.0.dal {
            Err(ProblemaCertificato::Futuro(self.0.dal))
        } else if adesso > self.0.al {
            Err(ProblemaCertificato::Scaduto(self.0.al))
        } else {
            Ok(())
        }
    }

    /// Whether the anchor's key signed this certificate.
    fn emesso_da(&self, ancora: &Self) -> bool {
        let Ok((_, c)) = X509Certificate::from_der(&self.0.der) else {
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
            &ancora.0.chiave,
            c.tbs_certificate.as_ref(),
            &c.signature_value.data,
        )
    }
}

/// How a certificate hangs on an anchor; whether both are valid is asked at each instant.
#[derive(Debug, Clone)]
pub(crate) struct Catena {
    /// `None`: the certificate is itself an anchor.
    radice: Option<Certificato>,
}

impl Catena {
    /// Whether certificate and anchor are within validity.
    pub(crate) fn vale(&self, c: &Certificato, adesso: Timestamp) -> Result<(), ProblemaCertificato> {
        if let Some(radice) = &self.radice {
            radice.vale_il(adesso)?;
        }
        c.vale_il(adesso)
    }
}

/// No extension twice, none unreadable where we read it, none critical that nobody here understands.
fn estensioni(c: &X509Certificate<'_>) -> Result<(), ProblemaCertificato> {
    c.extensions_map().map_err(|_| ProblemaCertificato::Estensione)?;
    for e in c.extensions() {
        match e.parsed_extension() {
            ParsedExtension::ParseError { .. } => return Err(ProblemaCertificato::Estensione),
            ParsedExtension::UnsupportedExtension { .. } | ParsedExtension::Unparsed if e.critical => {
                return Err(ProblemaCertificato::Estensione);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Modulus and exponent of an `RSAPublicKey`, without their sign octet: two positive odd integers, as DER writes them,
/// and nothing else.
fn numeri(chiave: &[u8]) -> Result<(&[u8], &[u8]), ProblemaCertificato> {
    let malformata = |perche| move |_: ber::NonBer| ProblemaCertificato::ChiaveMalformata(perche);
    let struttura = malformata("non è una RSAPublicKey");
    let mut resto = chiave;
    let mut dentro = ber::atteso(&mut resto, ber::SEQUENZA).map_err(struttura)?.corpo;
    let mut numero = || -> Result<&[u8], ProblemaCertificato> {
        let n = ber::atteso(&mut dentro, ber::INTERO)
            .map_err(malformata("manca un numero"))?
            .corpo;
        match n {
            [] | [0] => Err(ProblemaCertificato::ChiaveMalformata("un numero è zero")),
            [primo, ..] if primo & 0x80 != 0 => {
                Err(ProblemaCertificato::ChiaveMalformata("un numero è negativo"))
            }
            [0, secondo, ..] if secondo & 0x80 == 0 => Err(ProblemaCertificato::ChiaveMalformata(
                "un numero ha zeri superflui",
            )),
            [.., ultimo] if ultimo % 2 == 0 => Err(ProblemaCertificato::ChiaveMalformata("un numero è pari")),
            _ => Ok(senza_zeri(n)),
        }
    };
    let (modulo, esponente) = (numero()?, numero()?);
    if resto.is_empty() && dentro.is_empty() {
        Ok((modulo, esponente))
    } else {
        Err(ProblemaCertificato::ChiaveMalformata("ottetti in eccesso"))
    }
}

fn senza_zeri(b: &[u8]) -> &[u8] {
    let zeri = b.iter().take_while(|c| **c == 0).count();
    &b[zeri..]
}

fn bit(modulo: &[u8]) -> usize {
    modulo
        .first()
        .map_or(0, |primo| modulo.len() * 8 - primo.leading_zeros() as usize)
}

//! Digest and signature algorithms: their names on the wire and their arithmetic (aws-lc).

use aws_lc_rs::{digest as d, signature as s};

use crate::soap::ns;

/// A digest function. SHA-1 is here because every known client uses it (spec security §3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// 160 bit, legacy.
    Sha1,
    /// 256 bit.
    Sha256,
    /// 384 bit: certificates only.
    Sha384,
    /// 512 bit.
    Sha512,
}

impl Digest {
    /// From the URI of a `DigestMethod`.
    pub fn da_uri(uri: &str) -> Option<Self> {
        match uri {
            ns::SHA1 => Some(Self::Sha1),
            ns::SHA256 => Some(Self::Sha256),
            ns::SHA512 => Some(Self::Sha512),
            _ => None,
        }
    }

    /// From the URI of a `SignatureMethod`: the digest under RSA PKCS#1 v1.5.
    pub fn da_firma(uri: &str) -> Option<Self> {
        match uri {
            ns::RSA_SHA1 => Some(Self::Sha1),
            ns::RSA_SHA256 => Some(Self::Sha256),
            _ => None,
        }
    }

    /// The digest of some octets.
    pub fn calcola(self, dati: &[u8]) -> Vec<u8> {
        let algoritmo = match self {
            Self::Sha1 => &d::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &d::SHA256,
            Self::Sha384 => &d::SHA384,
            Self::Sha512 => &d::SHA512,
        };
        d::digest(algoritmo, dati).as_ref().to_vec()
    }

    const fn rsa(self) -> &'static s::RsaParameters {
        match self {
            Self::Sha1 => &s::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &s::RSA_PKCS1_2048_8192_SHA256,
            Self::Sha384 => &s::RSA_PKCS1_2048_8192_SHA384,
            Self::Sha512 => &s::RSA_PKCS1_2048_8192_SHA512,
        }
    }

    /// An `RSAPublicKey` in DER, parsed once for many signatures under this digest.
    pub(crate) fn chiave_rsa(self, chiave: &[u8]) -> Option<s::ParsedPublicKey> {
        s::ParsedPublicKey::new(self.rsa(), chiave).ok()
    }

    /// Whether an RSA PKCS#1 v1.5 signature over `dati` is good; `chiave` is an `RSAPublicKey` in DER.
    pub fn verifica_rsa(self, chiave: &[u8], dati: &[u8], firma: &[u8]) -> bool {
        s::UnparsedPublicKey::new(self.rsa(), chiave)
            .verify(dati, firma)
            .is_ok()
    }
}

/// SHA-256 of some octets.
pub fn sha256(dati: &[u8]) -> [u8; 32] {
    let mut uscita = [0; 32];
    uscita.copy_from_slice(d::digest(&d::SHA256, dati).as_ref());
    uscita
}

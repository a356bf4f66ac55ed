//! Whether some octets give the digest that was declared, also when it was written in another way than asked.

use crate::security::digest::Digest;
use crate::security::{base64, in_base64};

/// Octets hashed at most in one search: the octets are small, the guesses many.
const BYTE_INDAGATI_MASSIMI: usize = 64 << 20;

/// How the digest was written into `DigestValue`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scrittura {
    /// Base64 of the octets, as asked.
    Giusta,
    /// The hexadecimal digits themselves.
    Esadecimale,
    /// Base64 of the hexadecimal digits.
    EsadecimaleInBase64,
    /// Base64 of the base64.
    DueVolte,
}

/// Compares candidates with one declared digest and counts them.
pub(super) struct Giudice<'a> {
    dichiarato: &'a [u8],
    digest: Digest,
    letture: Vec<(Digest, Scrittura)>,
    pub(super) provate: usize,
    byte: usize,
}

impl<'a> Giudice<'a> {
    pub(super) fn nuovo(dichiarato: &'a [u8], digest: Digest) -> Self {
        use Digest::{Sha1, Sha256, Sha384, Sha512};
        use Scrittura as S;
        // The length tells nearly everything; what fits no digest is compared with the declared one alone.
        let letture = match dichiarato.len() {
            20 => vec![(Sha1, S::Giusta)],
            32 => vec![(Sha256, S::Giusta)],
            28 => vec![(Sha1, S::DueVolte)],
            30 => vec![(Sha1, S::Esadecimale)],
            40 => vec![(Sha1, S::EsadecimaleInBase64)],
            44 => vec![(Sha256, S::DueVolte)],
            48 => vec![(Sha384, S::Giusta), (Sha256, S::Esadecimale)],
            64 => vec![(Sha512, S::Giusta), (Sha256, S::EsadecimaleInBase64)],
            _ => vec![(digest, S::Giusta)],
        };
        Self {
            dichiarato,
            digest,
            letture,
            provate: 0,
            byte: 0,
        }
    }

    /// No guess is worth more than this.
    pub(super) fn stanco(&self) -> bool {
        self.byte > BYTE_INDAGATI_MASSIMI
    }

    /// `None`: another digest. `Some("")`: the digest, written as asked. `Some(text)`: the digest, and what is odd.
    pub(super) fn prova(&mut self, ottetti: &[u8]) -> Option<&'static str> {
        if self.stanco() {
            return None;
        }
        for (digest, scrittura) in self.letture.clone() {
            self.provate += 1;
            self.byte += ottetti.len() + 64;
            let valore = digest.calcola(ottetti);
            if self.scritto(&valore, scrittura) {
                return Some(self.stranezza(digest, scrittura));
            }
        }
        None
    }

    fn scritto(&self, valore: &[u8], scrittura: Scrittura) -> bool {
        let cifre = || crate::security::esadecimale(valore);
        let uguale = |t: &str| base64(t).is_some_and(|b| b == self.dichiarato);
        match scrittura {
            Scrittura::Giusta => valore == self.dichiarato,
            Scrittura::Esadecimale => uguale(&cifre()) || uguale(&cifre().to_uppercase()),
            Scrittura::EsadecimaleInBase64 => {
                cifre().as_bytes() == self.dichiarato || cifre().to_uppercase().as_bytes() == self.dichiarato
            }
            Scrittura::DueVolte => in_base64(valore).as_bytes() == self.dichiarato,
        }
    }

    fn stranezza(&self, digest: Digest, scrittura: Scrittura) -> &'static str {
        match (scrittura, digest == self.digest) {
            (Scrittura::Giusta, true) => "",
            (Scrittura::Giusta, false) => match digest {
                Digest::Sha1 => "DigestMethod dichiara un altro algoritmo, ma DigestValue è uno SHA-1",
                Digest::Sha256 => "DigestMethod dichiara un altro algoritmo, ma DigestValue è uno SHA-256",
                _ => "DigestMethod dichiara un algoritmo diverso da quello usato per DigestValue",
            },
            (Scrittura::Esadecimale, _) => {
                "DigestValue contiene il digest in cifre esadecimali: va scritto in base64"
            }
            (Scrittura::EsadecimaleInBase64, _) => {
                "DigestValue è il base64 delle cifre esadecimali del digest: va codificato il digest binario"
            }
            (Scrittura::DueVolte, _) => "DigestValue è in base64 due volte",
        }
    }
}

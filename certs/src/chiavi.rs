//! RSA keys: one queue of jobs, worked on by a few threads.
//!
//! A 4096-bit key costs about ten of 2048 bits, and its time varies a lot; the big ones go first so that no thread is
//! left alone with one at the end.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize, SubjectPublicKeyInfo};
use rsa::{pkcs8::EncodePrivateKey, pkcs8::EncodePublicKey};
use rustls_pki_types::PrivatePkcs8KeyDer;

use crate::ErrorePki;

/// Size of the key of a root.
pub(crate) const RADICE: RsaKeySize = RsaKeySize::_4096;
/// Size of the key of a server or a postazione.
pub(crate) const FOGLIA: RsaKeySize = RsaKeySize::_2048;
/// Size in bits of the key the defect `chiave-debole` asks for.
const DEBOLE_BIT: usize = 1024;

/// Generates `grandi` keys of 4096 and `piccole` of 2048 bits on at most `fili` threads.
pub(crate) fn genera(
    grandi: usize,
    piccole: usize,
    fili: usize,
) -> Result<(Vec<KeyPair>, Vec<KeyPair>), ErrorePki> {
    let quante = grandi + piccole;
    let posti: Vec<Mutex<Option<Result<KeyPair, rcgen::Error>>>> =
        (0..quante).map(|_| Mutex::new(None)).collect();
    let prossima = AtomicUsize::new(0);
    let lavora = || {
        loop {
            let i = prossima.fetch_add(1, Ordering::Relaxed);
            let Some(posto) = posti.get(i) else { return };
            let misura = if i < grandi { RADICE } else { FOGLIA };
            let chiave = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, misura);
            *posto.lock().expect("nobody panics with a place in hand") = Some(chiave);
        }
    };
    std::thread::scope(|s| {
        for _ in 1..fili.min(quante) {
            s.spawn(lavora);
        }
        lavora();
    });
    let mut tutte = Vec::with_capacity(quante);
    for posto in posti {
        let fatta = posto.into_inner().expect("nobody panics with a place in hand");
        tutte.push(
            fatta
                .expect("the queue ran to its end")
                .map_err(ErrorePki::cripto)?,
        );
    }
    let piccole = tutte.split_off(grandi);
    Ok((tutte, piccole))
}

/// A key with which a postazione can be certified: its public half for the certificate, PKCS#8 for the files.
pub(crate) struct ChiavePostazione {
    pub(crate) pubblica: SubjectPublicKeyInfo,
    pub(crate) pkcs8: Vec<u8>,
}

impl ChiavePostazione {
    /// A sound key.
    pub(crate) fn da(coppia: &KeyPair) -> Result<Self, ErrorePki> {
        use rcgen::PublicKeyData;
        let pubblica =
            SubjectPublicKeyInfo::from_der(&coppia.subject_public_key_info()).map_err(ErrorePki::cripto)?;
        Ok(Self {
            pubblica,
            pkcs8: coppia.serialize_der(),
        })
    }

    /// A key of 1024 bits. The provider of TLS refuses to make or load one, hence the pure Rust crate; it is used
    /// for nothing else here.
    pub(crate) fn debole() -> Result<Self, ErrorePki> {
        let chiave =
            rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, DEBOLE_BIT).map_err(ErrorePki::cripto)?;
        let spki = chiave
            .to_public_key()
            .to_public_key_der()
            .map_err(ErrorePki::cripto)?;
        let pkcs8 = chiave.to_pkcs8_der().map_err(ErrorePki::cripto)?;
        Ok(Self {
            pubblica: SubjectPublicKeyInfo::from_der(spki.as_bytes()).map_err(ErrorePki::cripto)?,
            pkcs8: pkcs8.as_bytes().to_vec(),
        })
    }
}

/// Reads a PKCS#8 key back (used for roots, which sign with SHA-256).
pub(crate) fn rileggi(pkcs8: &[u8]) -> Result<KeyPair, rcgen::Error> {
    KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(pkcs8), &PKCS_RSA_SHA256)
}

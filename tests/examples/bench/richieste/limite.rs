//! The bound: what three raw RSA-2048 verifications cost, with the library the simulator itself uses.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256},
};

use super::nuclei;

/// Verifications of one message: assertion, PKCS#7, message.
const VERIFICHE: u32 = 3;
/// Length of the measure.
const TEMPO: Duration = Duration::from_secs(1);
/// Verifications between two looks at the clock.
const LOTTO: u32 = 100;

/// How many times a second one core makes the three verifications and nothing else.
pub(crate) fn al_secondo() -> Result<f64> {
    nuclei::di_questo_processo(nuclei::SERVER)?;
    let chiave = KeyPair::generate(KeySize::Rsa2048).map_err(|e| anyhow!("{e}"))?;
    let dati = [0x5A_u8; 600];
    let mut firma = vec![0; chiave.public_modulus_len()];
    chiave
        .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &dati, &mut firma)
        .map_err(|e| anyhow!("{e}"))?;
    let pubblica = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, chiave.public_key().as_ref())
        .map_err(|e| anyhow!("{e}"))?;
    let inizio = Instant::now();
    let mut fatte = 0_u32;
    while inizio.elapsed() < TEMPO {
        for _ in 0..LOTTO {
            pubblica.verify_sig(&dati, &firma).map_err(|e| anyhow!("{e}"))?;
        }
        fatte += LOTTO;
    }
    Ok(f64::from(fatte) / inizio.elapsed().as_secs_f64() / f64::from(VERIFICHE))
}

//! `fuzz`: the bounded test of the readers, for longer and from another seed.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};

use crate::{cargo, passo};

/// Minutes when nobody says how many.
const MINUTI: u64 = 10;
/// Readers with a clock of their own in `tests/tests/fuzz.rs`; they share the time on one thread.
const LETTORI: u64 = 7;

/// Runs `tests/tests/fuzz.rs` one reader after the other. The build is the one of the tests: optimised, with the
/// arithmetic checks on.
pub(crate) fn esegui(argomenti: &[String]) -> Result<()> {
    let numero = |nome: &str| -> Result<Option<u64>> {
        let valore = argomenti
            .iter()
            .position(|a| a == nome)
            .map(|i| argomenti.get(i + 1));
        valore
            .map(|v| {
                v.with_context(|| format!("{nome}: manca il numero"))?
                    .parse()
                    .with_context(|| format!("{nome}: non è un numero"))
            })
            .transpose()
    };
    let minuti = numero("--minuti")?.unwrap_or(MINUTI);
    let a_caso = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_secs())
    };
    let seme = numero("--seme")?.unwrap_or_else(a_caso);
    eprintln!("fuzz: {minuti} minuti, --seme {seme} li ripete");
    let mut c = cargo();
    c.args([
        "test",
        "-p",
        "anpr-sim-tests",
        "--test",
        "fuzz",
        "--",
        "--nocapture",
        "--test-threads",
        "1",
    ])
    .env(
        "ANPR_SIM_FUZZ_SECONDI",
        (minuti * 60).div_ceil(LETTORI).to_string(),
    )
    .env("ANPR_SIM_FUZZ_SEME", seme.to_string());
    passo("fuzz", &mut c)
}

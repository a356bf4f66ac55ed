//! How soon the pages are there, in Debian's Chromium: the script `tests/browser/pittura.mjs` on a bench of its own.

use std::{path::Path, process::Command};

use anpr_sim_tests::{Banco, programma};
use anyhow::{Context as _, Result, ensure};

/// Prints the table of first contentful paints.
pub(crate) fn misura() -> Result<()> {
    let cartella = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let banco = Banco::isolato(&[]);
    let stato = Command::new("node")
        .arg("pittura.mjs")
        .arg(banco.dati.join("ready.json"))
        .arg(programma())
        .arg(cartella.with_file_name("artefatti"))
        .current_dir(&cartella)
        .status()
        .context("node")?;
    ensure!(stato.success(), "la misura delle pagine non è riuscita ({stato})");
    Ok(())
}

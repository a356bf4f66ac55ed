//! Who runs on which core: the server on one, the client on the other.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The core of the servers.
pub(crate) const SERVER: &str = "0";
/// The core of the client.
pub(crate) const CLIENTE: &str = "1";
/// Both: for what is prepared before a measure.
pub(crate) const TUTTI: &str = "0,1";

/// Moves every thread of this process.
pub(crate) fn di_questo_processo(nuclei: &str) -> Result<()> {
    let uscita = Command::new("taskset")
        .args(["-acp", nuclei, &std::process::id().to_string()])
        .output()
        .context("taskset")?;
    if !uscita.status.success() {
        bail!(
            "servono due core: taskset {nuclei}: {}",
            String::from_utf8_lossy(&uscita.stderr)
        );
    }
    Ok(())
}

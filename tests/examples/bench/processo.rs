//! A program run to its end: wall time, time of the cores, peak of memory, as the kernel tells them.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

/// How often a running process is looked at.
const PASSO: Duration = Duration::from_millis(1);
/// Ticks a second of the times in `/proc` (`USER_HZ`, the same on every Linux).
const TICCHETTII: f64 = 100.0;

/// What a run cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Costo {
    pub(crate) tempo: Duration,
    /// Seconds of the cores, user and system.
    pub(crate) cpu: f64,
    /// Most memory ever resident, in bytes.
    pub(crate) picco: u64,
}

/// Runs a command whose exit code may also say that something was found.
pub(crate) fn esegui(comando: &mut Command, codici: &[i32]) -> Result<Costo> {
    let inizio = Instant::now();
    let mut figlio = comando
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let pid = figlio.id();
    let mut picco = 0;
    // Until it is read, a process that ended keeps its times: they are read before it is waited for.
    let cpu = loop {
        let finito = stato(pid).is_none_or(|s| s == 'Z');
        if finito {
            break secondi_cpu(pid).unwrap_or(0.0);
        }
        picco = picco.max(massimo_residente(pid));
        thread::sleep(PASSO);
    };
    let tempo = inizio.elapsed();
    let esito = figlio.wait()?;
    if !esito.code().is_some_and(|c| codici.contains(&c)) {
        bail!("{}: {esito}", comando.get_program().display());
    }
    Ok(Costo { tempo, cpu, picco })
}

/// The best of some runs; the peak is the worst.
pub(crate) fn migliore(giri: usize, mut uno: impl FnMut() -> Result<Costo>) -> Result<Costo> {
    let mut migliore = uno()?;
    for _ in 1..giri {
        let questo = uno()?;
        let picco = migliore.picco.max(questo.picco);
        if questo.tempo < migliore.tempo {
            migliore = questo;
        }
        migliore.picco = picco;
    }
    Ok(migliore)
}

fn campi(pid: u32) -> Option<Vec<String>> {
    let testo = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in brackets and may hold anything.
    let (_, dopo) = testo.rsplit_once(')')?;
    Some(dopo.split_whitespace().map(str::to_owned).collect())
}

fn stato(pid: u32) -> Option<char> {
    campi(pid)?.first()?.chars().next()
}

/// Seconds of the cores a process has used.
pub(crate) fn secondi_cpu(pid: u32) -> Option<f64> {
    let campi = campi(pid)?;
    let ticchettii = |i: usize| campi.get(i).and_then(|t| t.parse::<f64>().ok());
    Some((ticchettii(11)? + ticchettii(12)?) / TICCHETTII)
}

/// High-water mark of a living process, in bytes; 0 when it is gone.
pub(crate) fn massimo_residente(pid: u32) -> u64 {
    fs::read_to_string(format!("/proc/{pid}/status"))
        .ok()
        .and_then(|s| {
            s.lines()
                .find(|r| r.starts_with("VmHWM:"))?
                .split_whitespace()
                .nth(1)?
                .parse::<u64>()
                .ok()
        })
        .map_or(0, |kib| kib * 1024)
}

/// Bytes as MiB, for people.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(crate) fn mib(byte: u64) -> f64 {
    byte as f64 / 1_048_576.0
}

/// MB of content a second.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(crate) fn mb_al_secondo(byte: u64, tempo: Duration) -> f64 {
    byte as f64 / 1e6 / tempo.as_secs_f64()
}

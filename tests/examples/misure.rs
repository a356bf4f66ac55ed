//! First start, later starts, idle memory: the figures of the README's table.
//!
//! `cargo xtask misure` builds in release and runs this. Every time is a median over `GIRI` runs of the real program,
//! from its launch to its ready line; memory is what is resident once the ready Comuni are in place and nobody asks
//! for anything.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anpr_sim::cliente::Cliente;
use anpr_sim_tests::{memoria_residente, programma};
use anyhow::{Context as _, Result};

/// Runs behind each median.
const GIRI: usize = 20;
/// Time the process is left alone before its memory is read.
const QUIETE: Duration = Duration::from_secs(3);

fn main() -> Result<()> {
    let cartella = tempfile::tempdir()?;
    let primo = mediana(GIRI, |n| {
        let dati = cartella.path().join(format!("primo-{n}"));
        let (tempo, processo, _) = avvia(&["--data", &dati.display().to_string()])?;
        ferma(processo);
        Ok(tempo)
    })?;
    let dati = cartella.path().join("primo-0").display().to_string();
    let successivo = mediana(GIRI, |_| {
        let (tempo, processo, _) = avvia(&["--data", &dati])?;
        ferma(processo);
        Ok(tempo)
    })?;
    let pki = Path::new(&dati).join("pki").display().to_string();
    let effimero = mediana(GIRI, |_| {
        let (tempo, processo, _) = avvia(&["--ephemeral", "--pki", &pki])?;
        ferma(processo);
        Ok(tempo)
    })?;
    let memoria_riavvio = a_riposo(&["--data", &dati])?;
    let nuova = cartella.path().join("nuova").display().to_string();
    let memoria_primo = a_riposo(&["--data", &nuova, "--pki", &pki])?;
    let memoria_effimero = a_riposo(&["--ephemeral", "--pki", &pki])?;

    println!("| misura | valore | limite |");
    println!("| --- | --- | --- |");
    println!(
        "| primo avvio, chiavi comprese (mediana di {GIRI}) | {:.2} s | 4 s |",
        primo.as_secs_f64()
    );
    println!(
        "| avvii successivi (mediana di {GIRI}) | {} ms | 150 ms |",
        successivo.as_millis()
    );
    println!(
        "| `--ephemeral --pki DIR` (mediana di {GIRI}) | {} ms | 150 ms |",
        effimero.as_millis()
    );
    println!(
        "| memoria a riposo, dopo il primo avvio e i Comuni popolati | {:.1} MiB | 40 MiB |",
        mib(memoria_primo)
    );
    println!(
        "| memoria a riposo, dopo un riavvio | {:.1} MiB | 40 MiB |",
        mib(memoria_riavvio)
    );
    println!(
        "| memoria a riposo, `--ephemeral` appena popolato | {:.1} MiB | 40 MiB |",
        mib(memoria_effimero)
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn mib(byte: u64) -> f64 {
    byte as f64 / 1_048_576.0
}

/// Starts the program and waits for its ready line; gives the address of the console as well.
fn avvia(opzioni: &[&str]) -> Result<(Duration, Child, String)> {
    use std::io::{BufRead as _, BufReader};
    let inizio = Instant::now();
    let mut processo = Command::new(programma())
        .arg("serve")
        .args(opzioni)
        .args([
            "--test-port",
            "0",
            "--pre-port",
            "0",
            "--sub-port",
            "0",
            "--carta-port",
            "0",
            "--console-port",
            "0",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut righe = BufReader::new(processo.stdout.take().context("stdout")?).lines();
    let pronto = righe
        .find(|r| r.as_ref().is_ok_and(|r| r.starts_with("pronto")))
        .context("il programma è finito prima di essere pronto")??;
    let tempo = inizio.elapsed();
    // pronto: console http://127.0.0.1:8080 – dettagli in …
    let console = pronto
        .split_whitespace()
        .find(|p| p.starts_with("http"))
        .context("indirizzo della console")?;
    Ok((tempo, processo, console.to_owned()))
}

/// Memory of a start at rest.
fn a_riposo(opzioni: &[&str]) -> Result<u64> {
    let (_, processo, console) = avvia(opzioni)?;
    // Whoever asks for deliveries waits until the ready Comuni are in place.
    let r = Cliente::nuovo(None)?.chiedi("GET", &format!("{console}/api/forniture"), &[], Vec::new())?;
    anyhow::ensure!(r.stato == 200, "{} {}", r.stato, r.testo());
    std::thread::sleep(QUIETE);
    let memoria = memoria_residente(processo.id())?;
    ferma(processo);
    Ok(memoria)
}

fn ferma(mut processo: Child) {
    let _ = Command::new("kill")
        .args(["-TERM", &processo.id().to_string()])
        .status();
    let _ = processo.wait();
}

fn mediana(giri: usize, mut misura: impl FnMut(usize) -> Result<Duration>) -> Result<Duration> {
    let mut tempi = (0..giri).map(&mut misura).collect::<Result<Vec<_>>>()?;
    tempi.sort();
    Ok(tempi[giri / 2])
}

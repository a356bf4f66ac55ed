//! Tasks of the project: `cargo xtask test`, `bench`, `soak`, `fuzz`, `misure`.
//!
//! `test` is the one command that proves the project on a fresh machine: it finds out which foreign judges are
//! missing, installs them when it may (root, or `--installa`), else names the one line to type and lists what it
//! therefore skips, and then runs formatting, lints, static checks and every test.

mod attrezzi;
mod confronti;
mod controlli;
mod fuzz;

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use attrezzi::Attrezzi;

const USO: &str = "\
cargo xtask test [--installa] [--solo PASSO]   prova tutto: formato, lint, controlli statici, test
cargo xtask bench [--mb N]                     check contro xmllint --stream, stessa esecuzione
cargo xtask bench --scala                      tempo per soggetto da 10.000 a 3.000.000, con il grafico
cargo xtask bench --roma [--abitanti N]        una fornitura di 3.000.000 fino al registro
cargo xtask bench --richieste [--noi]          richieste firmate al secondo, accanto a Python e Java, con il grafico
cargo xtask bench --pagine                     quanto aspetta chi apre una pagina: prima pittura in Chromium
cargo xtask bench --ostili                     che cosa costano agli altri i client ostili
cargo xtask soak [--minuti N]                  dieci minuti a pieno carico con il 5 % di messaggi rotti
cargo xtask fuzz [--minuti N] [--seme N]       ingressi a caso e guasti per ogni lettore
cargo xtask misure                             avvio e memoria, per la tabella del README";

fn main() -> ExitCode {
    let argomenti: Vec<String> = env::args().skip(1).collect();
    let esito = match argomenti.first().map(String::as_str) {
        Some("test") => prova(&argomenti[1..]),
        Some("bench") => esempio("bench", &argomenti[1..]),
        Some("soak") => esempio("tenuta", &argomenti[1..]),
        Some("fuzz") => fuzz::esegui(&argomenti[1..]),
        Some("misure") => esempio("misure", &argomenti[1..]),
        _ => {
            eprintln!("{USO}");
            return ExitCode::from(2);
        }
    };
    match esito {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("xtask: {e:#}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace root, whatever folder the command was typed in.
pub(crate) fn radice() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("tests/xtask lies two below the root")
        .into()
}

fn cargo() -> Command {
    let mut c = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    c.current_dir(radice());
    c
}

/// One step of the run: says its name, its time, and stops everything when it fails.
fn passo(nome: &str, comando: &mut Command) -> Result<()> {
    eprintln!("== {nome}");
    let inizio = Instant::now();
    let stato = comando
        .status()
        .with_context(|| format!("{nome}: il comando non parte"))?;
    eprintln!(
        "== {nome}: {} in {:.1} s",
        if stato.success() { "ok" } else { "FALLITO" },
        inizio.elapsed().as_secs_f64()
    );
    if !stato.success() {
        bail!("{nome}: fallito ({stato})");
    }
    Ok(())
}

fn prova(argomenti: &[String]) -> Result<()> {
    let installa = argomenti.iter().any(|a| a == "--installa");
    let solo = argomenti
        .iter()
        .position(|a| a == "--solo")
        .and_then(|i| argomenti.get(i + 1))
        .cloned();
    let scelto = |nome: &str| solo.as_deref().is_none_or(|s| s == nome);

    let attrezzi = Attrezzi::prepara(installa)?;
    if scelto("formato") {
        passo("formato", cargo().args(["fmt", "--all", "--check"]))?;
    }
    if scelto("statici") {
        controlli::statici()?;
    }
    if scelto("lint") {
        passo(
            "lint",
            cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        )?;
    }
    if scelto("test") {
        // The binary first: the end-to-end tests drive it as a user would.
        passo("programma", cargo().args(["build", "-p", "anpr-sim"]))?;
        passo(
            "test",
            attrezzi.ambiente(cargo().args(["test", "--workspace", "--no-fail-fast"])),
        )?;
    }
    attrezzi.riassunto();
    Ok(())
}

/// Long measurements live as examples of the tests crate, built in release with everything they measure.
fn esempio(nome: &str, argomenti: &[String]) -> Result<()> {
    let attrezzi = Attrezzi::prepara(false)?;
    passo(
        "programma (release)",
        cargo().args(["build", "--release", "-p", "anpr-sim"]),
    )?;
    let mut c = cargo();
    c.args([
        "run",
        "--release",
        "-q",
        "-p",
        "anpr-sim-tests",
        "--example",
        nome,
        "--",
    ])
    .args(argomenti);
    let ha = |nome: &str| argomenti.iter().any(|a| a == nome);
    if ha("--richieste") && !ha("--noi") {
        confronti::prepara(&mut c);
    }
    passo(nome, attrezzi.ambiente(&mut c))
}

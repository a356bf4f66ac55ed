//! Ten minutes at full load with 5 % broken messages: `cargo xtask soak [--minuti N]`.
//!
//! Prints the figures of docs/PRESTAZIONI.md and fails when one of them does not hold; the thirty seconds of it that CI
//! runs are `tests/tests/tenuta.rs`.

use std::{env, time::Duration};

use anpr_sim_tests::{
    Banco,
    tenuta::{self, MARGINE_MEMORIA_BYTE, Tenuta},
};
use anyhow::{Result, bail};

/// Length when nothing else is asked.
const MINUTI: u64 = 10;
/// Part of it that is warm-up: the caches fill and the journal comes round once.
const RISCALDAMENTO: u32 = 5;
/// Connections of the load.
const CONNESSIONI: usize = 8;

fn main() -> Result<()> {
    let argomenti: Vec<String> = env::args().skip(1).collect();
    let minuti = argomenti
        .iter()
        .position(|a| a == "--minuti")
        .and_then(|i| argomenti.get(i + 1))
        .map_or(Ok(MINUTI), |n| n.parse())?;
    let durata = Duration::from_mins(minuti);
    let banco = Banco::nuovo();
    let r = tenuta::esegui(
        &banco,
        Tenuta {
            durata,
            riscaldamento: durata / RISCALDAMENTO,
            connessioni: CONNESSIONI,
        },
    )?;
    println!("| misura | valore |");
    println!("| --- | ---: |");
    println!("| durata, connessioni | {minuti} min, {CONNESSIONI} |");
    println!("| scambi, di cui rotti 1 su 20 | {} |", r.carico.latenze.len());
    println!("| scambi al secondo | {:.0} |", r.carico.al_secondo());
    println!(
        "| p50, p99, p99,9 | {:.2} / {:.2} / {:.2} ms |",
        millisecondi(r.carico.percentile(500)),
        millisecondi(r.carico.percentile(990)),
        millisecondi(r.carico.percentile(999))
    );
    println!("| risposte sbagliate | {} |", r.carico.errori);
    println!(
        "| memoria dopo il riscaldamento / alla fine / massima | {:.1} / {:.1} / {:.1} MiB (margine {:.0}) |",
        mib(r.memoria_dopo_riscaldamento),
        mib(r.memoria_finale),
        mib(r.memoria_massima),
        mib(MARGINE_MEMORIA_BYTE)
    );
    println!(
        "| descrittori prima / dopo | {} / {} |",
        r.descrittori.0, r.descrittori.1
    );
    println!("| guasti nel giornale | {} |", r.guasti);
    let difetti = r.difetti();
    if !difetti.is_empty() {
        bail!("{}", difetti.join("\n"));
    }
    Ok(())
}

fn millisecondi(d: Duration) -> f64 {
    d.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn mib(byte: u64) -> f64 {
    byte as f64 / 1_048_576.0
}

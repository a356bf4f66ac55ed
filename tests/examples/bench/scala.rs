//! Does the time per soggetto stay the same while the Comune grows?

use std::{path::Path, process::Command};

use anpr_sim_tests::programma;
use anyhow::Result;

use crate::{
    OGGI, consegna, grafico,
    processo::{esegui, mib, migliore},
};

/// Inhabitants, and how often each is measured.
const MISURE: [(u64, usize); 4] = [(10_000, 7), (100_000, 5), (1_000_000, 2), (3_000_000, 1)];
/// Farthest a size may stand from the middle of all.
const TOLLERANZA: f64 = 0.2;
/// Where the chart goes, from the folder of the tests.
const GRAFICO: &str = "../simulator/docs/immagini/tempo-per-soggetto.svg";

pub(crate) fn misura() -> Result<()> {
    println!(
        "| soggetti | file | `check`, s | µs per soggetto | µs di CPU per soggetto | picco di memoria |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut punti = Vec::new();
    for (abitanti, giri) in MISURE {
        let cartella = tempfile::tempdir()?;
        let file = consegna::genera(cartella.path(), abitanti, abitanti / 100)?;
        let costo = migliore(giri, || {
            let mut c = Command::new(programma());
            esegui(
                c.args(["check", "--oggi", OGGI, "--format", "json"]).args(&file),
                &[0],
            )
        })?;
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let per = |secondi: f64| secondi * 1e6 / abitanti as f64;
        println!(
            "| {abitanti} | {} | {:.2} | {:.2} | {:.2} | {:.0} MiB |",
            file.len(),
            costo.tempo.as_secs_f64(),
            per(costo.tempo.as_secs_f64()),
            per(costo.cpu),
            mib(costo.picco)
        );
        punti.push(grafico::Punto {
            soggetti: abitanti,
            tempo: per(costo.tempo.as_secs_f64()),
            cpu: per(costo.cpu),
        });
    }
    let cpu: Vec<f64> = punti.iter().map(|p| p.cpu).collect();
    let (minimo, massimo) = cpu
        .iter()
        .fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    let mezzo = f64::midpoint(minimo, massimo);
    let scarto = (massimo - mezzo) / mezzo;
    println!(
        "\nCPU per soggetto: {mezzo:.2} µs ± {:.0} % (concesso ± {:.0} %)",
        scarto * 100.0,
        TOLLERANZA * 100.0
    );
    let dove = Path::new(env!("CARGO_MANIFEST_DIR")).join(GRAFICO);
    if let Some(cartella) = dove.parent() {
        std::fs::create_dir_all(cartella)?;
    }
    std::fs::write(&dove, grafico::disegna(&punti))?;
    println!("grafico: simulator/docs/immagini/tempo-per-soggetto.svg");
    Ok(())
}

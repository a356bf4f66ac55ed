//! What hostile clients cost the others: honest callers' p99 alone and during each flood.
//!
//! The hostile clients share the client's core with the honest ones, so part of what is measured is their own weight.

use std::{path::Path, sync::Arc, thread, time::Duration};

use anpr_sim_tests::{
    Banco,
    carico::{self, Carico, Esito},
    messaggi,
    molestie::{Genere, Molestia},
    tenuta::indirizzo,
};
use anyhow::{Context as _, Result, bail};

use super::{ms, nuclei};

/// Connections of the honest callers.
const CONNESSIONI: usize = 8;
/// Pause of an honest caller between two requests: a busy day, not a flood of its own.
const PAUSA: Duration = Duration::from_millis(1);
/// Length of each measure.
const TEMPO: Duration = Duration::from_secs(6);
/// Different messages.
const MESSAGGI: usize = 500;

pub(super) fn misura() -> Result<()> {
    nuclei::di_questo_processo(nuclei::SERVER)?;
    let banco = Banco::nuovo();
    nuclei::di_questo_processo(nuclei::TUTTI)?;
    let ca = banco.pronto["ca"].as_str().context("ca")?;
    let tls = carico::fiducia(Path::new(ca))?;
    let dove = indirizzo(&banco, "test")?;
    let colpi: Vec<_> = messaggi::buoni(&banco.pronto, MESSAGGI)?
        .into_iter()
        .map(Arc::new)
        .collect();
    nuclei::di_questo_processo(nuclei::CLIENTE)?;
    let onesti = || -> Result<Esito> {
        let colpi = colpi.clone();
        let esito = carico::esegui(
            &Carico {
                indirizzo: dove,
                tls: Arc::clone(&tls),
                connessioni: CONNESSIONI,
                richieste: usize::MAX,
                tempo: TEMPO,
                pausa: PAUSA,
            },
            move |n| Arc::clone(&colpi[n % colpi.len()]),
        )?;
        if esito.errori > 0 {
            bail!("{} risposte sbagliate: {}", esito.errori, esito.detti.join("\n"));
        }
        Ok(esito)
    };
    onesti()?;
    let soli = onesti()?;
    println!("| intanto | richieste/s | p50 | p99 | p99 / da soli |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    riga("nessuno", &soli, &soli);
    for (genere, quanti, nome) in Genere::TUTTI {
        let molestia = Molestia::avvia(genere, quanti, dove, &tls)?;
        riga(nome, &onesti()?, &soli);
        drop(molestia);
        thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}

fn riga(nome: &str, e: &Esito, soli: &Esito) {
    println!(
        "| {nome} | {:.0} | {} | {} | {:.1}× |",
        e.al_secondo(),
        ms(e.percentile(500)),
        ms(e.percentile(990)),
        e.percentile(990).as_secs_f64() / soli.percentile(990).as_secs_f64()
    );
}

//! Verified signed requests a second, end to end over TLS, beside two peers that make the same checks.
//!
//! Server on one core, client on another, one contestant after the other in the same run. Every message is about 8 kB
//! with three signatures (assertion, PKCS#7, message), signed beforehand and different from all others; every
//! reply is read and must be the right one. The bound is what three raw RSA-2048 verifications cost on that core.

mod contendenti;
mod grafico;
mod limite;
mod nuclei;
mod ostili;

use std::{fs, sync::Arc, time::Duration};

use anpr_sim_tests::{
    carico::{self, Carico, Esito},
    messaggi,
};
use anyhow::{Result, bail};

use contendenti::{Contendente, Scena};

/// Connections of the three measures.
const CONNESSIONI: [usize; 3] = [1, 8, 64];
/// Different messages a contestant gets; they come round again until the time is over.
const MESSAGGI: usize = 1_000;
/// Length of one measure.
const TEMPO: Duration = Duration::from_secs(5);
/// Most requests of one measure.
const RICHIESTE: usize = 200_000;
/// What a server gets to warm up; a virtual machine compiles while it runs.
const RISCALDAMENTO: Duration = Duration::from_secs(2);
const RISCALDAMENTO_JVM: Duration = Duration::from_secs(20);
/// Where the chart of the documentation lies.
const GRAFICO: &str = "simulator/docs/immagini/richieste-al-secondo.svg";

/// One measure.
struct Misura {
    connessioni: usize,
    al_secondo: f64,
    p50: Duration,
    p99: Duration,
    /// Microseconds of the server's core per request: what other work on the machine disturbs least.
    cpu: f64,
}

/// A contestant's measures and the memory at their end.
struct Prova {
    nome: &'static str,
    misure: Vec<Misura>,
    memoria: u64,
}

/// The whole comparison; `soli_noi` leaves the peers out.
pub(crate) fn misura(soli_noi: bool) -> Result<()> {
    let tetto = limite::al_secondo()?;
    println!(
        "tetto: {tetto:.0} richieste/s (tre verifiche RSA-2048 nude, un core, aws-lc); {MESSAGGI} messaggi diversi\n"
    );
    let noi = Contendente::noi()?;
    let scena = Scena::prepara(&noi)?;
    let mut prove = vec![prova(&noi, &scena, RISCALDAMENTO)?];
    if soli_noi {
        tabella(&prove, tetto);
        return Ok(());
    }
    drop(noi);
    for ricorda in [false, true] {
        if let Some(c) = Contendente::java(&scena, ricorda)? {
            prove.push(prova(&c, &scena, RISCALDAMENTO_JVM)?);
        }
    }
    if let Some(c) = Contendente::python(&scena)? {
        prove.push(prova(&c, &scena, RISCALDAMENTO)?);
    }
    tabella(&prove, tetto);
    fs::write(GRAFICO, grafico::disegna(&prove, tetto))?;
    println!("\ngrafico: {GRAFICO}");
    Ok(())
}

/// What hostile clients do to the others: p99 of honest callers with and without them.
pub(crate) fn misura_ostili() -> Result<()> {
    ostili::misura()
}

fn prova(c: &Contendente, scena: &Scena, riscaldamento: Duration) -> Result<Prova> {
    nuclei::di_questo_processo(nuclei::TUTTI)?;
    let colpi: Vec<_> = messaggi::buoni(&scena.pronto, MESSAGGI)?
        .into_iter()
        .map(Arc::new)
        .collect();
    let byte: usize = colpi.iter().map(|c| c.byte.len()).sum();
    eprintln!(
        "{}: {} messaggi firmati, {} byte l'uno",
        c.nome,
        colpi.len(),
        byte / colpi.len().max(1)
    );
    nuclei::di_questo_processo(nuclei::CLIENTE)?;
    let giro = |connessioni, richieste, tempo| -> Result<Esito> {
        let carico = Carico {
            indirizzo: c.indirizzo,
            tls: Arc::clone(&scena.tls),
            connessioni,
            richieste,
            tempo,
            pausa: Duration::ZERO,
        };
        let colpi = colpi.clone();
        let esito = carico::esegui(&carico, move |n| Arc::clone(&colpi[n % colpi.len()]))?;
        if esito.errori + esito.riprese > 0 {
            bail!(
                "{}: {} risposte sbagliate: {}",
                c.nome,
                esito.errori,
                esito.detti.join("\n")
            );
        }
        Ok(esito)
    };
    giro(8, RICHIESTE, riscaldamento)?;
    let mut misure = Vec::new();
    for connessioni in CONNESSIONI {
        let prima = c.secondi_cpu();
        let esito = giro(connessioni, RICHIESTE, TEMPO)?;
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let quante = esito.latenze.len() as f64;
        eprintln!(
            "{}, {connessioni} connessioni: {:.0}/s, p99 {}",
            c.nome,
            esito.al_secondo(),
            ms(esito.percentile(990))
        );
        misure.push(Misura {
            cpu: (c.secondi_cpu() - prima) * 1e6 / quante,
            connessioni,
            al_secondo: esito.al_secondo(),
            p50: esito.percentile(500),
            p99: esito.percentile(990),
        });
    }
    Ok(Prova {
        nome: c.nome,
        misure,
        memoria: c.memoria(),
    })
}

fn tabella(prove: &[Prova], tetto: f64) {
    println!(
        "| chi | connessioni | richieste/s | p50 | p99 | CPU per richiesta | memoria | noi / lui | del tetto |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let nostre = prove.first().map_or(&[][..], |p| &p.misure);
    for p in prove {
        for (m, nostra) in p.misure.iter().zip(nostre) {
            println!(
                "| {} | {} | {:.0} | {} | {} | {:.0} µs | {:.0} MiB | {:.1}× | {:.0} % |",
                p.nome,
                m.connessioni,
                m.al_secondo,
                ms(m.p50),
                ms(m.p99),
                m.cpu,
                crate::processo::mib(p.memoria),
                nostra.al_secondo / m.al_secondo,
                m.al_secondo / tetto * 100.0
            );
        }
    }
    for (i, m) in nostre.iter().enumerate() {
        let altri = prove.iter().skip(1).filter_map(|p| p.misure.get(i));
        if let Some(meglio) = altri.map(|m| m.al_secondo).reduce(f64::max) {
            println!(
                "\n{} connessioni: {:.1}× il migliore degli altri (almeno 5×, meglio 10×)",
                m.connessioni,
                m.al_secondo / meglio
            );
        }
    }
}

/// Milliseconds, for people.
fn ms(d: Duration) -> String {
    format!("{:.2} ms", d.as_secs_f64() * 1e3)
}

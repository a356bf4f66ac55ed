//! What the elaboration costs, measured on the machine it runs on: `cargo xtask bench`.
//!
//! ```text
//! (nothing) [--mb N]     one file: `check` beside xmllint --stream --schema, gzip -dc, a plain quick-xml scan
//! --scala                time per soggetto at 10,000, 100,000, 1,000,000 and 3,000,000, with its chart
//! --roma [--abitanti N]  a delivery of 3,000,000: check of all files; upload, elaboration and load by the API
//! --richieste            verified signed requests a second beside peers in Python and Java, with its chart
//! --richieste --noi      the same, the simulator alone
//! --pagine               first contentful paint of the main pages, in Chromium
//! --ostili               what slow and half-open clients do to the others
//! ```
//! Ours runs every check of the catalogue, xmllint only the schema; xmllint needs the official XSD (`ANPR_SIM_ORACOLO`).
//! Wall times are the best of some runs, for others may use the machine; the time of the cores is told beside them.

mod consegna;
mod grafico;
mod pagine;
mod processo;
mod richieste;
mod roma;
mod scala;
mod unfile;

use std::env;

use anyhow::Result;

/// Scenario day of everything generated and checked here.
const OGGI: &str = "2021-03-01";
/// Expanded size of the one file, in MB, when nothing else is asked.
const MB_PREDEFINITI: u64 = 1_000;
/// Inhabitants of the large delivery.
const ROMA: u64 = 3_000_000;

fn main() -> Result<()> {
    let argomenti: Vec<String> = env::args().skip(1).collect();
    let ha = |nome: &str| argomenti.iter().any(|a| a == nome);
    let numero = |nome: &str, altrimenti: u64| -> Result<u64> {
        let dopo = argomenti
            .iter()
            .position(|a| a == nome)
            .and_then(|i| argomenti.get(i + 1));
        Ok(dopo.map_or(Ok(altrimenti), |n| n.parse())?)
    };
    if ha("--scala") {
        return scala::misura();
    }
    if ha("--roma") {
        return roma::misura(numero("--abitanti", ROMA)?);
    }
    if ha("--richieste") {
        return richieste::misura(ha("--noi"));
    }
    if ha("--pagine") {
        return pagine::misura();
    }
    if ha("--ostili") {
        return richieste::misura_ostili();
    }
    unfile::misura(numero("--mb", MB_PREDEFINITI)?)
}

//! Measures `check`: `cargo run -p elaborazione --example misura -- FILE…`, or `--crea MB FILE` to make a
//! large synthetic APR file out of the clean record.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

use anagrafe::Data;
use elaborazione::banco::{Nodo, PULITA};
use elaborazione::{OpzioniControllo, controlla};

fn crea(megabyte: u64, percorso: &str) -> std::io::Result<()> {
    let radice = Nodo::leggi(PULITA);
    let soggetti: Vec<String> = radice
        .cerca("generalitaSoggetti")
        .map(|g| {
            g.figli
                .iter()
                .map(|s| {
                    s.scrivi()
                        .split_once('\n')
                        .map_or(String::new(), |(_, s)| s.to_owned())
                })
                .collect()
        })
        .unwrap_or_default();
    let (testa, resto) = PULITA.split_once("<generalitaSoggetti>").unwrap_or_default();
    let coda = resto.split_once("</generalitaSoggetti>").map_or("", |(_, c)| c);
    let mut out = BufWriter::new(std::fs::File::create(percorso)?);
    write!(out, "{testa}<generalitaSoggetti>")?;
    let (mut scritti, mut n) = (0, 0u64);
    while scritti < megabyte << 20 {
        for soggetto in &soggetti {
            n += 1;
            let testo = soggetto.replace("<idSchedaSoggetto>S", &format!("<idSchedaSoggetto>N{n}S"));
            out.write_all(testo.as_bytes())?;
            scritti += testo.len() as u64;
        }
    }
    write!(out, "</generalitaSoggetti>{coda}")?;
    out.flush()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argomenti: Vec<String> = std::env::args().skip(1).collect();
    if let [opzione, megabyte, percorso] = argomenti.as_slice()
        && opzione == "--crea"
    {
        return Ok(crea(megabyte.parse()?, percorso)?);
    }
    let file: Vec<PathBuf> = argomenti.iter().map(PathBuf::from).collect();
    let inizio = Instant::now();
    let rapporto = controlla(&file, &OpzioniControllo::il(Data::constant(2021, 3, 1)))?;
    let secondi = inizio.elapsed().as_secs_f64();
    let byte: u64 = rapporto.file.iter().map(|f| f.byte).sum();
    let picco = std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|s| s.lines().find(|r| r.starts_with("VmHWM")).map(str::to_owned));
    println!(
        "{:.1} MB/s, {} soggetti, {secondi:.2} s, {} rilievi, {}",
        f64::from(u32::try_from(byte / 1000).unwrap_or(u32::MAX)) / 1e3 / secondi,
        rapporto.schede.soggetti,
        rapporto.conteggi.values().sum::<u64>(),
        picco.unwrap_or_default()
    );
    Ok(())
}

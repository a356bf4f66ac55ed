//! The largest Comune: a delivery of 3,000,000 through the doors of the running program.

use std::{fs, process::Command, time::Instant};

use anpr_sim_tests::{Banco, programma};
use anyhow::{Context as _, Result, ensure};

use crate::{
    OGGI, consegna,
    processo::{esegui, massimo_residente, mib, secondi_cpu},
};

/// Where the delivery is sent.
const AMBIENTE: &str = "pre";
const COMUNE: &str = "888001";

pub(crate) fn misura(abitanti: u64) -> Result<()> {
    let cartella = tempfile::tempdir()?;
    // As many as fit: the AIRE travels in one file of at most 15 MiB.
    let aire = abitanti / 20;
    let inizio = Instant::now();
    let file = consegna::genera(&cartella.path().join("consegna"), abitanti, aire)?;
    let compressi: u64 = file.iter().map(|f| fs::metadata(f).map_or(0, |m| m.len())).sum();
    println!(
        "{abitanti} soggetti, {aire} iscritti AIRE: {} file, {:.0} MiB compressi, generati in {:.0} s\n",
        file.len(),
        mib(compressi),
        inizio.elapsed().as_secs_f64()
    );
    println!("| passo | tempo | CPU | picco di memoria |");
    println!("| --- | ---: | ---: | ---: |");
    let mut check = Command::new(programma());
    let costo = esegui(
        check
            .args(["check", "--oggi", OGGI, "--format", "json"])
            .args(&file),
        &[0],
    )?;
    println!(
        "| `check` di tutti i file | {:.0} s | {:.0} s | {:.0} MiB |",
        costo.tempo.as_secs_f64(),
        costo.cpu,
        mib(costo.picco)
    );

    let dati = cartella.path().join("dati");
    let mut banco = Banco::in_cartella(&dati, &[])?;
    let cpu = || secondi_cpu(banco.pid()).unwrap_or(0.0);
    let (ultimo, primi) = file.split_last().context("nessun file")?;
    let manda = |f: &std::path::PathBuf| -> Result<String> {
        let nome = f.file_name().and_then(|n| n.to_str()).context("nome")?;
        let r = banco.carica(AMBIENTE, COMUNE, nome, fs::read(f)?);
        ensure!(r.stato == 201, "{nome}: {} {}", r.stato, r.testo());
        Ok(r.json()?["fornitura"].as_str().context("fornitura")?.to_owned())
    };
    let (inizio, prima) = (Instant::now(), cpu());
    for f in primi {
        manda(f)?;
    }
    println!(
        "| caricamento (API) di {} file APR, letti e verificati | {:.0} s | {:.0} s | {:.0} MiB |",
        primi.len(),
        inizio.elapsed().as_secs_f64(),
        cpu() - prima,
        mib(massimo_residente(banco.pid()))
    );
    let (fine, dopo) = (Instant::now(), cpu());
    let id = manda(ultimo)?;
    let stato = loop {
        let f = banco.json("GET", &format!("/api/forniture/{id}"), "");
        let stato = f["stato"].as_str().unwrap_or_default().to_owned();
        if !["APERTA", "IN_ELABORAZIONE"].contains(&stato.as_str()) {
            break stato;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    };
    ensure!(stato == "ELABORATA_OK", "la fornitura è {stato}");
    println!(
        "| file AIRE, elaborazione, carico nel registro | {:.0} s | {:.0} s | {:.0} MiB |",
        fine.elapsed().as_secs_f64(),
        cpu() - dopo,
        mib(massimo_residente(banco.pid()))
    );
    println!(
        "| **dal primo file a ELABORATA_OK** | **{:.0} s** | **{:.0} s** | |",
        inizio.elapsed().as_secs_f64(),
        cpu() - prima
    );
    println!(
        "\ndisco: registro {:.0} MiB, fornitura (file e segmenti) {:.0} MiB",
        mib(consegna::peso(&dati.join("archivio"))?),
        mib(consegna::peso(&dati.join("forniture"))?)
    );
    banco.chiudi();
    let riavvio = Instant::now();
    let banco = Banco::in_cartella(&dati, &[])?;
    println!(
        "riavvio con il registro pieno: {} ms",
        riavvio.elapsed().as_millis()
    );
    drop(banco);
    Ok(())
}

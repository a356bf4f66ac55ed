//! One large file: `check` beside the tools a software house has at hand.

use std::{
    env,
    fs::{self, File},
    io::{BufReader, copy},
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anpr_sim_tests::programma;
use anyhow::Result;

use crate::{
    OGGI, consegna,
    processo::{Costo, esegui, mb_al_secondo, mib, migliore},
};

/// Runs of each; the best counts.
const GIRI: usize = 3;
/// Memory `check` may take, whatever the file, and for each soggetto: bytes.
const MEMORIA_FISSA: u64 = 64 << 20;
const MEMORIA_PER_SOGGETTO: u64 = 80;

pub(crate) fn misura(mb: u64) -> Result<()> {
    let cartella = tempfile::tempdir()?;
    let (xml, soggetti) = consegna::un_file(cartella.path(), mb)?;
    let gz = comprimi(&xml)?;
    let byte = fs::metadata(&xml)?.len();
    println!(
        "file: {:.0} MB espansi, {soggetti} soggetti, {:.0} MB compressi\n",
        en(byte),
        en(fs::metadata(&gz)?.len())
    );
    println!("| chi | che cosa | MB/s | s di CPU | picco di memoria |");
    println!("| --- | --- | ---: | ---: | ---: |");
    let nostro = |opzioni: &[&str], file: &Path| {
        let mut c = Command::new(programma());
        c.args(["check", "--oggi", OGGI, "--format", "json"])
            .args(opzioni)
            .arg(file);
        c
    };
    let check = riga("`anpr-sim check`, XML", "ogni verifica", byte, || {
        nostro(&[], &xml)
    })?;
    riga(
        "`anpr-sim check`, .gz",
        "ogni verifica, espansione compresa",
        byte,
        || nostro(&[], &gz),
    )?;
    riga(
        "`anpr-sim check --fili 1`, XML",
        "ogni verifica, un thread",
        byte,
        || nostro(&["--fili", "1"], &xml),
    )?;
    let scansione = migliore(GIRI, || scansione(&xml))?;
    stampa("quick-xml", "sola scansione, un thread", byte, scansione);
    riga("`gzip -dc`", "sola espansione", byte, || {
        let mut c = Command::new("gzip");
        c.arg("-dc").arg(&gz);
        c
    })?;
    let memoria = MEMORIA_FISSA + MEMORIA_PER_SOGGETTO * soggetti;
    println!(
        "\nmemoria concessa (64 MiB + 80 byte per soggetto): {:.0} MiB, usata {:.0} MiB",
        mib(memoria),
        mib(check.picco)
    );
    println!(
        "rapporto con la sola scansione: {:.1}×",
        scansione.tempo.as_secs_f64() / check.tempo.as_secs_f64()
    );
    let Some(oracolo) = env::var_os("ANPR_SIM_ORACOLO") else {
        println!("xmllint saltato: ANPR_SIM_ORACOLO non è impostata");
        return Ok(());
    };
    let xsd = PathBuf::from(oracolo).join("comuni/subentro.xsd");
    println!();
    let suo = riga("`xmllint --stream --schema`", "solo lo schema", byte, || {
        let mut c = Command::new("xmllint");
        c.args(["--stream", "--noout", "--schema"]).arg(&xsd).arg(&xml);
        c
    })?;
    println!(
        "\nrapporto con xmllint: {:.1}× (a parità di CPU {:.1}×)",
        suo.tempo.as_secs_f64() / check.tempo.as_secs_f64(),
        suo.cpu / check.cpu
    );
    Ok(())
}

fn comprimi(xml: &Path) -> Result<PathBuf> {
    let gz = xml.with_extension("gz");
    let mut out = flate2::write::GzEncoder::new(File::create(&gz)?, flate2::Compression::fast());
    copy(&mut File::open(xml)?, &mut out)?;
    out.finish()?;
    Ok(gz)
}

fn riga(chi: &str, cosa: &str, byte: u64, comando: impl Fn() -> Command) -> Result<Costo> {
    // The delivery is clean, but its AIRE file is not there: 1 is an answer as well.
    let costo = migliore(GIRI, || esegui(&mut comando(), &[0, 1]))?;
    stampa(chi, cosa, byte, costo);
    Ok(costo)
}

fn stampa(chi: &str, cosa: &str, byte: u64, c: Costo) {
    let picco = if c.picco == 0 {
        "–".to_owned()
    } else {
        format!("{:.0} MiB", mib(c.picco))
    };
    println!(
        "| {chi} | {cosa} | {:.0} | {:.1} | {picco} |",
        mb_al_secondo(byte, c.tempo),
        c.cpu
    );
}

/// What reading alone costs: every event of quick-xml, nothing done with it. One thread that only computes: its time
/// is the time of the core.
fn scansione(xml: &Path) -> Result<Costo> {
    let inizio = Instant::now();
    let mut lettore = quick_xml::Reader::from_reader(BufReader::with_capacity(1 << 20, File::open(xml)?));
    let mut tampone = Vec::new();
    while !matches!(
        lettore.read_event_into(&mut tampone)?,
        quick_xml::events::Event::Eof
    ) {
        tampone.clear();
    }
    let tempo = inizio.elapsed();
    Ok(Costo {
        tempo,
        cpu: tempo.as_secs_f64(),
        picco: 0,
    })
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn en(byte: u64) -> f64 {
    byte as f64 / 1e6
}

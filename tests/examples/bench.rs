//! `anpr-sim check` beside `xmllint --stream --schema`, `gzip -dc` and a plain quick-xml scan, in one run on one file.
//!
//! `cargo xtask bench [--mb N]` builds in release and runs this. Ours runs every check of the catalogue, xmllint only
//! the schema; xmllint needs the official XSD (`ANPR_SIM_ORACOLO`). Peak memory is the kernel's own figure
//! (`VmHWM` of the finished process, through `/usr/bin/time`-like accounting of the shell's children).

use std::{
    env, fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anpr_sim_tests::{esegui_bene, programma};
use anyhow::{Context as _, Result, bail};

/// Expanded size of the measured file, in MB, when nothing else is asked.
const MB_PREDEFINITI: u64 = 250;
/// Runs of each; the best counts, for others may use the machine.
const GIRI: usize = 3;

fn main() -> Result<()> {
    let argomenti: Vec<String> = env::args().skip(1).collect();
    let mb = argomenti
        .iter()
        .position(|a| a == "--mb")
        .and_then(|i| argomenti.get(i + 1))
        .map_or(Ok(MB_PREDEFINITI), |n| n.parse())?;
    let cartella = tempfile::tempdir()?;
    let (xml, gz, soggetti) = prepara(cartella.path(), mb)?;
    let byte = fs::metadata(&xml)?.len();
    println!("file: {:.0} MB espansi, {soggetti} soggetti", in_mb(byte));
    println!();
    println!("| chi | che cosa | MB/s | picco di memoria |");
    println!("| --- | --- | --- | --- |");
    let nostro = riga("anpr-sim check", "tutte le verifiche", byte, || {
        let mut c = Command::new(programma());
        c.args(["check", "--oggi", "2021-03-01", "--format", "json"])
            .arg(&xml);
        c
    })?;
    riga(
        "anpr-sim check (.gz)",
        "tutte le verifiche, gzip compreso",
        byte,
        || {
            let mut c = Command::new(programma());
            c.args(["check", "--oggi", "2021-03-01", "--format", "json"])
                .arg(&gz);
            c
        },
    )?;
    riga(
        "anpr-sim check --fili 1",
        "tutte le verifiche, un thread",
        byte,
        || {
            let mut c = Command::new(programma());
            c.args(["check", "--oggi", "2021-03-01", "--format", "json", "--fili", "1"])
                .arg(&xml);
            c
        },
    )?;
    riga("gzip -dc", "solo espansione", byte, || {
        let mut c = Command::new("gzip");
        c.arg("-dc").arg(&gz);
        c
    })?;
    let inizio = Instant::now();
    let eventi = scansione(&xml)?;
    println!(
        "| quick-xml | sola scansione ({eventi} eventi) | {:.0} | – |",
        mb_al_secondo(byte, inizio.elapsed())
    );
    let Some(oracolo) = env::var_os("ANPR_SIM_ORACOLO") else {
        println!("\nxmllint saltato: ANPR_SIM_ORACOLO non è impostata");
        return Ok(());
    };
    let xsd = PathBuf::from(oracolo).join("comuni/subentro.xsd");
    let suo = riga("xmllint --stream --schema", "solo schema", byte, || {
        let mut c = Command::new("xmllint");
        c.args(["--stream", "--noout", "--schema"]).arg(&xsd).arg(&xml);
        c
    })?;
    println!("\nrapporto con xmllint: {:.1}×", nostro / suo);
    Ok(())
}

/// A clean delivery of about `mb` MB in one file, plain and compressed.
fn prepara(cartella: &Path, mb: u64) -> Result<(PathBuf, PathBuf, u64)> {
    let genera = |abitanti: u64| -> Result<(PathBuf, Vec<u8>)> {
        let out = cartella.join(abitanti.to_string());
        esegui_bene(&[
            "generate",
            "--comune",
            "888001",
            "--abitanti",
            &abitanti.to_string(),
            "--invii",
            "1",
            "--oggi",
            "2021-03-01",
            "--out",
            out.to_str().context("UTF-8")?,
        ]);
        let gz = out.join("888001_SUBAPR_1_1_1.gz");
        let mut testo = Vec::new();
        flate2::read::GzDecoder::new(fs::File::open(&gz)?).read_to_end(&mut testo)?;
        Ok((gz, testo))
    };
    let (_, campione) = genera(2_000)?;
    let abitanti = mb * 1_000_000 * 2_000 / campione.len() as u64;
    let (gz, testo) = genera(abitanti)?;
    let xml = gz.with_file_name("888001_SUBAPR_1_1_1.XML");
    fs::write(&xml, testo)?;
    Ok((xml, gz, abitanti))
}

/// Runs a command some times; prints its line; gives the best MB/s.
fn riga(chi: &str, cosa: &str, byte: u64, comando: impl Fn() -> Command) -> Result<f64> {
    let mut migliore = Duration::MAX;
    let mut picco = 0;
    for _ in 0..GIRI {
        let inizio = Instant::now();
        let mut figlio = comando()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let pid = figlio.id();
        let stato = loop {
            if let Some(stato) = figlio.try_wait()? {
                break stato;
            }
            picco = picco.max(massimo_residente(pid));
            std::thread::sleep(Duration::from_millis(2));
        };
        if !stato.success() {
            bail!("{chi}: {stato}");
        }
        migliore = migliore.min(inizio.elapsed());
    }
    let velocita = mb_al_secondo(byte, migliore);
    println!(
        "| {chi} | {cosa} | {velocita:.0} | {:.0} MiB |",
        f64::from(u32::try_from(picco / 1024)?) / 1024.0
    );
    Ok(velocita)
}

/// High-water mark of a living process, in bytes; 0 when it is gone.
fn massimo_residente(pid: u32) -> u64 {
    fs::read_to_string(format!("/proc/{pid}/status"))
        .ok()
        .and_then(|s| {
            s.lines()
                .find(|r| r.starts_with("VmHWM:"))?
                .split_whitespace()
                .nth(1)?
                .parse::<u64>()
                .ok()
        })
        .map_or(0, |kib| kib * 1024)
}

/// What reading alone costs: every event of quick-xml, nothing done with it.
fn scansione(xml: &Path) -> Result<u64> {
    let mut lettore =
        quick_xml::Reader::from_reader(std::io::BufReader::with_capacity(1 << 20, fs::File::open(xml)?));
    let mut tampone = Vec::new();
    let mut eventi = 0;
    loop {
        match lettore.read_event_into(&mut tampone)? {
            quick_xml::events::Event::Eof => return Ok(eventi),
            _ => eventi += 1,
        }
        tampone.clear();
    }
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn in_mb(byte: u64) -> f64 {
    byte as f64 / 1e6
}

fn mb_al_secondo(byte: u64, tempo: Duration) -> f64 {
    in_mb(byte) / tempo.as_secs_f64()
}

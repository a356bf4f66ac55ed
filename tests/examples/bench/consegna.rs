//! Deliveries to measure on: generated, or joined into one file larger than ANPR would take.

use std::{
    fs::{self, File},
    io::{BufWriter, Read as _, Write},
    path::{Path, PathBuf},
};

use anpr_sim_tests::{esegui_bene, file_gz};
use anyhow::{Context as _, Result};

use crate::OGGI;

/// Sections of the message, in their order.
const SEZIONI: [&str; 3] = ["generalitaSoggetti", "famiglie", "convivenze"];

/// Generates a clean delivery; gives its files, APR first.
pub(crate) fn genera(cartella: &Path, abitanti: u64, aire: u64) -> Result<Vec<PathBuf>> {
    let (abitanti, aire) = (abitanti.to_string(), aire.to_string());
    let out = cartella.to_str().context("UTF-8")?;
    esegui_bene(&[
        "generate",
        "--comune",
        "888001",
        "--abitanti",
        &abitanti,
        "--aire",
        &aire,
        "--oggi",
        OGGI,
        "--out",
        out,
    ]);
    Ok(file_gz(cartella))
}

/// Content of a compressed file.
pub(crate) fn espandi(gz: &Path) -> Result<String> {
    let mut testo = String::new();
    flate2::read::GzDecoder::new(File::open(gz)?).read_to_string(&mut testo)?;
    Ok(testo)
}

/// One clean APR file of about `mb` MB, plain: the files of a delivery joined section by section, as if the whole
/// delivery had been one file. Gives its path and its soggetti.
pub(crate) fn un_file(cartella: &Path, mb: u64) -> Result<(PathBuf, u64)> {
    const PROVA: u64 = 20_000;
    let prova = genera(&cartella.join("prova"), PROVA, 0)?;
    let abitanti = mb * 1_000_000 * PROVA / espandi(&prova[0])?.len() as u64;
    let parti = genera(&cartella.join("parti"), abitanti, 0)?;
    let xml = cartella.join("888001_SUBAPR_1_1_1.XML");
    let mut out = BufWriter::new(File::create(&xml)?);
    for (i, sezione) in SEZIONI.iter().enumerate() {
        let (apre, chiude) = (format!("<{sezione}>"), format!("</{sezione}>"));
        for (n, gz) in parti
            .iter()
            .filter(|p| p.to_string_lossy().contains("SUBAPR"))
            .enumerate()
        {
            let testo = espandi(gz)?;
            if i == 0 && n == 0 {
                out.write_all(testata(&testo).context("testata")?.as_bytes())?;
            }
            if n == 0 {
                writeln!(out, "{apre}")?;
            }
            if let Some(dentro) = testo.split_once(&apre).and_then(|(_, d)| d.rsplit_once(&chiude)) {
                out.write_all(dentro.0.trim().as_bytes())?;
                out.write_all(b"\n")?;
            }
        }
        writeln!(out, "{chiude}")?;
    }
    writeln!(out, "</s:subentro>")?;
    out.flush()?;
    fs::remove_dir_all(cartella.join("parti"))?;
    Ok((xml, abitanti))
}

/// What stands before the first section, of a delivery that is one file.
fn testata(testo: &str) -> Option<String> {
    let (testa, _) = testo.split_once("<datiInvio>")?;
    let (prima, dopo) = testa.split_once("<totaleInvii>")?;
    let (_, dopo) = dopo.split_once("</totaleInvii>")?;
    Some(format!("{prima}<totaleInvii>1</totaleInvii>{dopo}"))
}

/// Bytes of everything under a folder.
pub(crate) fn peso(cartella: &Path) -> Result<u64> {
    let mut byte = 0;
    for voce in fs::read_dir(cartella)? {
        let voce = voce?;
        byte += if voce.file_type()?.is_dir() {
            peso(&voce.path())?
        } else {
            voce.metadata()?.len()
        };
    }
    Ok(byte)
}

//! `check`: the elaboration's verdict on files, without a server.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use elaborazione::{
    Controllo, Differenza, OpzioniControllo, Politica, esamina,
    italiano::errore_json,
    rapporto::{self, EsitoControllo, Presentazione},
    testi::ElencoTesti,
};
use serde_json::Value;

use super::{Fine, avanzamento::Barra, da_toml, istat, oggi, tracciato};
use crate::opzioni::{AvvisiJunit, Check, Formato, Lingua};

/// The file that stands for standard input.
const TRATTINO: &str = "-";
/// Bytes gathered before they are written.
const TAMPONE_BYTES: usize = 1 << 16;

pub(crate) fn esegui(o: &Check, l: Lingua) -> Result<Fine> {
    if o.file.is_empty() {
        return tracciato::prova(&o.aire_layout, o.json || o.format == Formato::Json, l);
    }
    let (file, _cartella) = con_ingresso_standard(o)?;
    let (barra, osserva) = Barra::nuova();
    let opzioni = OpzioniControllo {
        comune: o.comune.as_deref().map(istat).transpose()?,
        ambiente: o.ambiente,
        senza_ae: o.senza_ae,
        differenze: o
            .manifesto
            .as_deref()
            .map_or_else(|| Ok(Vec::new()), differenze)?,
        max_campioni: o.max_campioni,
        fili: o
            .fili
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        politica: politica(o)?,
        osserva,
        ..OpzioniControllo::il(oggi(o.oggi)?)
    };
    let mut controllo = esamina(&file, &opzioni)?;
    // A report names what was asked for, not the copy that was read.
    for (percorso, chiesto) in controllo.percorsi.iter_mut().zip(&o.file) {
        if chiesto.as_os_str() == TRATTINO {
            *percorso = percorso.file_name().map(PathBuf::from).unwrap_or_default();
        }
    }
    let prima = precedente(&o.confronta, &opzioni)?;
    drop(barra);
    let formato = match if o.json { Formato::Json } else { o.format } {
        Formato::Testo => rapporto::Formato::Testo,
        Formato::Json => rapporto::Formato::Json,
        Formato::Csv => rapporto::Formato::Csv,
        Formato::Sarif => rapporto::Formato::Sarif,
        Formato::Junit => rapporto::Formato::Junit(match o.junit_avvisi {
            AvvisiJunit::Saltati => rapporto::AvvisiJunit::Saltati,
            AvvisiJunit::Testo => rapporto::AvvisiJunit::Testo,
            AvvisiJunit::Falliti => rapporto::AvvisiJunit::Falliti,
        }),
        Formato::Html => rapporto::Formato::Html,
    };
    // What travels is masked unless somebody says otherwise.
    let viaggia = matches!(formato, rapporto::Formato::Sarif | rapporto::Formato::Junit(_));
    let oscura = o.oscura || (viaggia && !o.in_chiaro);
    let presentazione = Presentazione::nuova(&controllo, prima.as_ref(), o.max_campioni, oscura)?;
    let mut uscita = BufWriter::with_capacity(TAMPONE_BYTES, std::io::stdout().lock());
    scrivi(formato, &presentazione, &mut uscita, l)?;
    uscita.flush()?;
    Ok(if controllo.esito == EsitoControllo::Ok {
        Fine::Bene
    } else {
        Fine::Negativa
    })
}

/// What people read takes their language; what programs read stays as it is.
fn scrivi(
    formato: rapporto::Formato,
    p: &Presentazione<'_>,
    uscita: &mut dyn Write,
    l: Lingua,
) -> Result<()> {
    match (l, formato) {
        (Lingua::En, rapporto::Formato::Testo) => {
            let mut righe = lingua::Righe::nuove(lingua::inglese(), uscita);
            rapporto::scrivi(formato, p, &mut righe)?;
            righe.flush()?;
        }
        (Lingua::En, rapporto::Formato::Html) => {
            let mut pagina = Vec::new();
            rapporto::scrivi(formato, p, &mut pagina)?;
            let pagina = String::from_utf8(pagina).context("rapporto non UTF-8")?;
            uscita.write_all(lingua::inglese().pagina(&pagina).as_bytes())?;
        }
        _ => rapporto::scrivi(formato, p, uscita)?,
    }
    Ok(())
}

/// Where standard input is asked for, it becomes a file: the reading needs its size and goes back to its beginning.
fn con_ingresso_standard(o: &Check) -> Result<(Vec<PathBuf>, Option<tempfile::TempDir>)> {
    /// Kind and compression of a file called so are told by its content.
    const SENZA_NOME: &str = "ingresso-standard";
    let quanti = o.file.iter().filter(|f| f.as_os_str() == TRATTINO).count();
    if quanti == 0 {
        if o.nome.is_some() {
            bail!("--nome vale per il file letto dall'ingresso standard (-)");
        }
        return Ok((o.file.clone(), None));
    }
    if quanti > 1 {
        bail!("l'ingresso standard (-) si può leggere una volta sola");
    }
    let nome = o.nome.as_deref().unwrap_or(SENZA_NOME);
    if nome.is_empty() || nome == "." || nome == ".." || nome.contains(['/', '\\', '\0']) {
        bail!("--nome: «{nome}» non è il nome di un file");
    }
    let cartella = tempfile::tempdir().context("cartella di lavoro")?;
    let percorso = cartella.path().join(nome);
    let mut file = std::fs::File::create(&percorso).with_context(|| format!("--nome {nome}"))?;
    std::io::copy(&mut std::io::stdin().lock(), &mut file).context("ingresso standard")?;
    let file = o
        .file
        .iter()
        .map(|f| {
            if f.as_os_str() == TRATTINO {
                percorso.clone()
            } else {
                f.clone()
            }
        })
        .collect();
    Ok((file, Some(cartella)))
}

/// The earlier delivery, judged by the same rules; differences of the tax register are those of the later one.
fn precedente(file: &[PathBuf], opzioni: &OpzioniControllo) -> Result<Option<Controllo>> {
    if file.is_empty() {
        return Ok(None);
    }
    esamina(file, opzioni).map(Some).context("fornitura precedente")
}

fn politica(o: &Check) -> Result<Politica> {
    let mut politica = match &o.politica {
        Some(file) => leggi_politica(file)?,
        None => Politica::default(),
    };
    politica.layout_aire = tracciato::leggi(&o.aire_layout)?;
    if let Some(catalogo) = o.testi_catalogo {
        politica.testi = catalogo;
    }
    if let Some(file) = &o.testi {
        politica.elenco_testi = Some(Arc::new(elenco_testi(file)?));
    }
    Ok(politica)
}

/// TOML or JSON, told apart by the first character that counts.
pub(crate) fn leggi_politica(file: &Path) -> Result<Politica> {
    let testo = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let valore: Value = if testo.trim_start().starts_with('{') {
        serde_json::from_str(&testo).map_err(|e| json_sbagliato(file, &e))?
    } else {
        da_toml(file, &testo)?
    };
    Politica::da_valore(valore).map_err(|e| anyhow!("{}: {e}", file.display()))
}

/// The official list of texts.
pub(crate) fn elenco_testi(file: &Path) -> Result<ElencoTesti> {
    let byte = std::fs::read(file).with_context(|| file.display().to_string())?;
    let nome = file
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    ElencoTesti::leggi(&nome, &byte).with_context(|| file.display().to_string())
}

/// Differences of the tax register: a list, or the `tributaria` member of a manifest.
fn differenze(file: &Path) -> Result<Vec<Differenza>> {
    let testo = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let v: Value = serde_json::from_str(&testo).map_err(|e| json_sbagliato(file, &e))?;
    // Read again from the text, not from the value: what is wrong then has a place.
    match &v {
        Value::Array(_) => serde_json::from_str(&testo).map_err(|e| json_sbagliato(file, &e)),
        Value::Object(_) => {
            let letto: ConDifferenze = serde_json::from_str(&testo).map_err(|e| json_sbagliato(file, &e))?;
            Ok(letto.tributaria)
        }
        _ => bail!(
            "{}: atteso un manifesto o una lista di differenze",
            file.display()
        ),
    }
}

/// The part of a manifest the Anagrafe Tributaria is told.
#[derive(serde::Deserialize)]
struct ConDifferenze {
    #[serde(default, alias = "differenze")]
    tributaria: Vec<Differenza>,
}

fn json_sbagliato(file: &Path, errore: &serde_json::Error) -> anyhow::Error {
    let detto = errore_json(errore);
    // What is no JSON at all says its place itself.
    if errore.is_data() {
        let (riga, colonna) = (errore.line(), errore.column());
        anyhow!("{}, riga {riga}, colonna {colonna}: {detto}", file.display())
    } else {
        anyhow!("{}: {detto}", file.display())
    }
}

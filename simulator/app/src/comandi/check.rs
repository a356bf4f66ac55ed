//! `check`: the elaboration's verdict on files, without a server.

use std::io::Write as _;

use anyhow::{Context as _, Result, anyhow, bail};
use elaborazione::{Differenza, OpzioniControllo, Rapporto, controlla, liste::innocua};
use serde_json::Value;

use super::{Fine, istat, oggi};
use crate::opzioni::{Check, Formato};

pub(crate) fn esegui(o: &Check) -> Result<Fine> {
    let opzioni = OpzioniControllo {
        comune: o.comune.as_deref().map(istat).transpose()?,
        ambiente: o.ambiente,
        senza_ae: o.senza_ae,
        differenze: o.manifesto.as_deref().map_or_else(|| Ok(Vec::new()), differenze)?,
        max_campioni: o.max_campioni,
        fili: o.fili.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        ..OpzioniControllo::il(o.oggi.unwrap_or_else(oggi))
    };
    let rapporto = controlla(&o.file, &opzioni).map_err(|e| anyhow!("{e}"))?;
    let formato = if o.json { Formato::Json } else { o.format };
    let uscita = match formato {
        Formato::Testo => rapporto.testo(),
        Formato::Json => rapporto.json()? + "\n",
        Formato::Csv => csv(&rapporto)?,
    };
    std::io::stdout().write_all(uscita.as_bytes())?;
    Ok(if rapporto.esito == elaborazione::rapporto::EsitoControllo::Ok { Fine::Bene } else { Fine::Negativa })
}

/// Differences of the tax register: a list, or the `tributaria` member of a manifest.
fn differenze(file: &std::path::Path) -> Result<Vec<Differenza>> {
    let testo = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let v: Value = serde_json::from_str(&testo).with_context(|| format!("{}: JSON non valido", file.display()))?;
    let elenco = match &v {
        Value::Array(_) => v,
        Value::Object(o) => match o.get("tributaria").or_else(|| o.get("differenze")) {
            Some(d) => d.clone(),
            None => return Ok(Vec::new()),
        },
        _ => bail!("{}: atteso un manifesto o una lista di differenze", file.display()),
    };
    serde_json::from_value(elenco).with_context(|| format!("{}: differenze non valide", file.display()))
}

/// One line a finding, the columns of the control API; cells no spreadsheet runs.
fn csv(r: &Rapporto) -> Result<String> {
    let mut scrittore = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    scrittore.write_record([
        "codice", "gravita", "tipoScheda", "scheda", "file", "riga", "colonna", "testo", "oggetto", "campo", "valore",
    ])?;
    for a in &r.anomalie {
        let numero = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        let testo = |t: &Option<String>| t.clone().unwrap_or_default();
        let celle = [
            a.codice.clone(),
            a.gravita.lettera().to_owned(),
            a.tipo_scheda.etichetta().to_owned(),
            a.scheda.clone(),
            testo(&a.file),
            numero(a.posizione.map(|p| p.riga)),
            numero(a.posizione.map(|p| p.colonna)),
            a.testo.clone(),
            testo(&a.oggetto),
            testo(&a.campo),
            testo(&a.valore),
        ];
        scrittore.write_record(celle.iter().map(|c| innocua(c).into_owned()))?;
    }
    Ok(String::from_utf8(scrittore.into_inner().map_err(|e| anyhow!("{e}"))?)?)
}

//! Layout files of the AIRE: read for `check` and `serve`, and tested alone by `check --aire-layout FILE`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use elaborazione::scheda::{ErroreLayout, Layout, LayoutAire};
use serde_json::{Value, json};

use super::Fine;
use crate::opzioni::Lingua;

/// The layouts to try before the embedded one; every fault of every file is told, with its line.
pub(crate) fn leggi(file: &[PathBuf]) -> Result<LayoutAire> {
    let mut layout = Vec::with_capacity(file.len());
    let mut guasti = Vec::new();
    for percorso in file {
        match carica(percorso)? {
            Ok(letto) => layout.push(letto),
            Err(errori) => guasti.extend(righe(percorso, &errori)),
        }
    }
    if !guasti.is_empty() {
        return Err(anyhow!("tracciato AIRE non valido\n{}", guasti.join("\n")));
    }
    LayoutAire::nuovi(layout).map_err(|e| anyhow!("--aire-layout: {e}"))
}

/// Tests the layouts and shows them; a faulty one is a negative verdict, not a failure.
pub(crate) fn prova(file: &[PathBuf], in_json: bool, l: Lingua) -> Result<Fine> {
    let mut fine = Fine::Bene;
    let mut letti = Vec::new();
    let mut oggetti = Vec::new();
    for percorso in file {
        match carica(percorso)? {
            Ok(layout) => {
                if in_json {
                    oggetti.push(oggetto(percorso, &layout));
                } else {
                    print!("{}", l.righe(&tabella(&layout, l)));
                }
                letti.push(layout);
            }
            Err(errori) => {
                fine = Fine::Negativa;
                if in_json {
                    let errori: Vec<Value> = errori
                        .iter()
                        .map(|e| json!({"riga": e.riga, "testo": e.testo}))
                        .collect();
                    oggetti.push(json!({"file": percorso, "errori": errori}));
                } else {
                    for riga in righe(percorso, &errori) {
                        println!("{}", l.riga(&riga));
                    }
                }
            }
        }
    }
    if in_json {
        println!("{}", serde_json::to_string_pretty(&oggetti)?);
    }
    LayoutAire::nuovi(letti).map_err(|e| anyhow!("--aire-layout: {e}"))?;
    Ok(fine)
}

fn carica(percorso: &Path) -> Result<Result<Layout, Vec<ErroreLayout>>> {
    let byte = std::fs::read(percorso).with_context(|| percorso.display().to_string())?;
    let testo = std::str::from_utf8(&byte)
        .with_context(|| format!("{}: il tracciato non è un testo UTF-8", percorso.display()))?;
    Ok(Layout::leggi(testo))
}

fn righe(percorso: &Path, errori: &[ErroreLayout]) -> Vec<String> {
    errori
        .iter()
        .map(|e| format!("{}: {e}", percorso.display()))
        .collect()
}

/// Positions from 1, both ends included, as the layouts are discussed.
fn tabella(layout: &Layout, l: Lingua) -> String {
    let mut t = String::new();
    let _ = writeln!(
        t,
        "{}: righe di {} caratteri più CR LF, {} campi\n",
        layout.nome,
        layout.lunghezza,
        layout.campi.len()
    );
    let _ = writeln!(
        t,
        "{:>4}  {:>11}  {:>4}  {:<4}  {}",
        "N.",
        l.scegli("Posizioni", "Positions"),
        l.scegli("Lun.", "Len."),
        l.scegli("Tipo", "Type"),
        l.scegli("Campo", "Field")
    );
    for (i, c) in layout.campi.iter().enumerate() {
        let posizioni = format!("{}-{}", c.inizio + 1, c.inizio + c.lunghezza);
        let _ = writeln!(
            t,
            "{:>4}  {posizioni:>11}  {:>4}  {:<4}  {}{}",
            i + 1,
            c.lunghezza,
            c.tipo.sigla(),
            c.nome,
            if c.obbligatorio { " (obbligatorio)" } else { "" }
        );
    }
    let mancanti: Vec<&str> = layout.mancanti().collect();
    if !mancanti.is_empty() {
        let _ = writeln!(
            t,
            "\nSenza campo, quindi senza controlli: {}",
            mancanti.join(", ")
        );
    }
    t
}

fn oggetto(percorso: &Path, layout: &Layout) -> Value {
    let campi: Vec<Value> = layout
        .campi
        .iter()
        .map(|c| {
            json!({"campo": c.nome, "inizio": c.inizio + 1, "lunghezza": c.lunghezza, "tipo": c.tipo.sigla(),
                   "obbligatorio": c.obbligatorio})
        })
        .collect();
    let mancanti: Vec<&str> = layout.mancanti().collect();
    json!({"file": percorso, "nome": layout.nome, "lunghezza": layout.lunghezza, "campi": campi, "mancanti": mancanti})
}

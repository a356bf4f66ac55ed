//! The report for people at a terminal.

use std::io::{self, Write};

use anagrafe::italiano::quanti;

use super::bordi::a_terminale;
use super::cause::CAUSA;
use super::presenta::{Presentazione, Voce};
use super::rimedi::{Urgenza, giorni};
use super::{EsitoControllo, FileControllato};
use crate::anomalie::anomalia;
use crate::tipi::Gravita;

pub(super) fn scrivi(p: &Presentazione<'_>, out: &mut dyn Write) -> io::Result<()> {
    let c = p.controllo;
    for file in &c.file {
        descrivi(file, out)?;
    }
    let s = &c.schede;
    writeln!(
        out,
        "Schede: {}, {}, {}, {} AIRE",
        quanti(s.soggetti, "soggetto", "soggetti"),
        quanti(s.famiglie, "famiglia", "famiglie"),
        quanti(s.convivenze, "convivenza", "convivenze"),
        s.aire
    )?;
    for voce in p.voci()? {
        let voce = voce?;
        if voce.causa.is_none() {
            riga(&voce, "", out)?;
        }
    }
    if !p.conseguenze.is_empty() {
        let quante: u64 = p.conseguenze.values().sum();
        writeln!(
            out,
            "{quante} probabili conseguenze di {CAUSA}: si ricontrollano dopo averlo corretto"
        )?;
        for voce in p.voci()? {
            let voce = voce?;
            if voce.causa.is_some() {
                riga(&voce, "  ", out)?;
            }
        }
    }
    for (codice, quanti) in &c.conteggi {
        match p.conseguenze.get(codice) {
            Some(seguono) => writeln!(
                out,
                "{codice}: {quanti} (di cui {seguono} conseguenze di {CAUSA})"
            )?,
            None => writeln!(out, "{codice}: {quanti}")?,
        }
    }
    confronta(p, out)?;
    let da_correggere = da_correggere(p);
    if da_correggere > 0 {
        writeln!(
            out,
            "Da correggere prima del subentro: {da_correggere}, circa {} {}-persona",
            giorni(da_correggere),
            if giorni(da_correggere) == 1 {
                "giorno"
            } else {
                "giorni"
            }
        )?;
    }
    let esito = if c.esito == EsitoControllo::Ok { "OK" } else { "KO" };
    writeln!(out, "Esito {esito}, errori {}", c.errori())
}

/// Anomalies to mend before the subentro, consequences aside.
pub(super) fn da_correggere(p: &Presentazione<'_>) -> u64 {
    p.controllo
        .conteggi
        .iter()
        .filter(|(codice, _)| {
            let errore = p.controllo.gravita(codice) == Gravita::Errore;
            Urgenza::di(anomalia(codice), errore) != Urgenza::Altro
        })
        .map(|(codice, quanti)| quanti - p.conseguenze.get(codice).copied().unwrap_or_default())
        .sum()
}

fn descrivi(file: &FileControllato, out: &mut dyn Write) -> io::Result<()> {
    let layout = file
        .layout
        .as_deref()
        .map(|l| format!(", tracciato {l}"))
        .unwrap_or_default();
    writeln!(
        out,
        "{} ({}, {} byte{layout})",
        a_terminale(&file.nome),
        file.tipo,
        file.byte
    )?;
    for nota in &file.note {
        writeln!(out, "  nota: {}", a_terminale(nota))?;
    }
    Ok(())
}

fn riga(voce: &Voce, rientro: &str, out: &mut dyn Write) -> io::Result<()> {
    let r = &voce.rilievo;
    let dove = r
        .posizione
        .map(|p| format!(" riga {} colonna {}", p.riga, p.colonna))
        .unwrap_or_default();
    let scheda = if r.scheda.is_empty() {
        String::new()
    } else {
        format!(" [{}]", a_terminale(&r.scheda))
    };
    let novita = voce
        .confronto
        .map(|n| format!("{} ", n.parola()))
        .unwrap_or_default();
    writeln!(
        out,
        "{rientro}{novita}{} {} {}{scheda}{dove}: {}",
        r.codice,
        r.gravita.lettera(),
        a_terminale(r.file.as_deref().unwrap_or_default()),
        a_terminale(&r.testo)
    )
}

fn confronta(p: &Presentazione<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(confronto) = &p.confronto else {
        return Ok(());
    };
    writeln!(out, "Confronto con la fornitura precedente:")?;
    for file in &confronto.prima.file {
        write!(out, "  ")?;
        descrivi(file, out)?;
    }
    for voce in p.scomparse()? {
        riga(&voce?, "  ", out)?;
    }
    for (cosa, conti) in [
        ("scomparse", &confronto.scomparse),
        ("nuove", &confronto.nuove),
        ("rimaste", &confronto.rimaste),
    ] {
        let per_codice: Vec<String> = conti.iter().map(|(codice, n)| format!("{codice} {n}")).collect();
        let totale: u64 = conti.values().sum();
        let elenco = if per_codice.is_empty() {
            String::new()
        } else {
            format!(" ({})", per_codice.join(", "))
        };
        writeln!(out, "  {cosa}: {totale}{elenco}")?;
    }
    Ok(())
}

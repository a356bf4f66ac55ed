//! JUnit XML: each code of the catalogue is a test case, so that a CI shows them all.
//!
//! A blocking finding fails its case; a warning is shown as the caller chose. What a check of files cannot see, or what is
//! off, is skipped with the reason and never passes silently.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::bordi::marcato;
use super::presenta::{Presentazione, Voce};
use crate::anomalie::{Anomalia, CATALOGO, Check};
use crate::tipi::Gravita;

/// How a CI sees warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AvvisiJunit {
    /// As skipped cases, with their number: visible, and green.
    #[default]
    Saltati,
    /// As passed cases that print something.
    Testo,
    /// As failures.
    Falliti,
}

/// What a case says.
enum Caso {
    Passa,
    Salta(String),
    Fallisce(String),
    Stampa,
}

pub(super) fn scrivi(p: &Presentazione<'_>, avvisi: AvvisiJunit, out: &mut dyn Write) -> io::Result<()> {
    let voci = p.voci_in_pagina()?;
    let casi: Vec<(&Anomalia, Caso)> = CATALOGO.iter().map(|a| (*a, caso(p, a, avvisi))).collect();
    let falliti = casi
        .iter()
        .filter(|(_, c)| matches!(c, Caso::Fallisce(_)))
        .count();
    let saltati = casi.iter().filter(|(_, c)| matches!(c, Caso::Salta(_))).count();
    let attributi = format!(
        "tests=\"{}\" failures=\"{falliti}\" errors=\"0\" skipped=\"{saltati}\" time=\"0\"",
        casi.len()
    );
    let files: Vec<&str> = p.controllo.file.iter().map(|f| f.nome.as_str()).collect();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"anpr-sim check\" {attributi}>")?;
    writeln!(
        out,
        "<testsuite name=\"{}\" {attributi}>",
        marcato(&format!("anpr-sim check {}", files.join(" ")))
    )?;
    proprieta(p, out)?;
    for (anomalia, caso) in &casi {
        let codice = anomalia.codice.0;
        write!(
            out,
            "<testcase classname=\"anpr-sim.{}\" name=\"{}\" time=\"0\"",
            gruppo(anomalia.check),
            marcato(&format!("{codice} {}", p.controllo.titolo(codice)))
        )?;
        let dettaglio = voci
            .get(codice)
            .map(|v| righe(v, p.controllo.conteggi.get(codice).copied()))
            .unwrap_or_default();
        match caso {
            Caso::Passa => writeln!(out, "/>")?,
            Caso::Salta(perche) if dettaglio.is_empty() => {
                writeln!(out, "><skipped message=\"{}\"/></testcase>", marcato(perche))?;
            }
            Caso::Salta(perche) => writeln!(
                out,
                "><skipped message=\"{}\"/><system-out>{}</system-out></testcase>",
                marcato(perche),
                marcato(&dettaglio)
            )?,
            Caso::Fallisce(perche) => writeln!(
                out,
                "><failure type=\"{codice}\" message=\"{}\">{}</failure></testcase>",
                marcato(perche),
                marcato(&dettaglio)
            )?,
            Caso::Stampa => writeln!(
                out,
                "><system-out>{}</system-out></testcase>",
                marcato(&dettaglio)
            )?,
        }
    }
    writeln!(out, "</testsuite>\n</testsuites>")
}

fn proprieta(p: &Presentazione<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut voci: BTreeMap<String, String> = BTreeMap::from([
        ("dati".to_owned(), "SIMULATORE – dati fittizi".to_owned()),
        ("ambiente".to_owned(), p.controllo.ambiente.chiave().to_owned()),
        ("oggi".to_owned(), p.controllo.oggi.to_string()),
        ("errori".to_owned(), p.controllo.errori().to_string()),
    ]);
    if let Some(confronto) = &p.confronto {
        for (nome, conti) in [
            ("nuove", &confronto.nuove),
            ("rimaste", &confronto.rimaste),
            ("scomparse", &confronto.scomparse),
        ] {
            voci.insert(nome.to_owned(), conti.values().sum::<u64>().to_string());
        }
    }
    writeln!(out, "<properties>")?;
    for (nome, valore) in voci {
        writeln!(out, "<property name=\"{nome}\" value=\"{}\"/>", marcato(&valore))?;
    }
    for (codice, quanti) in &p.controllo.conteggi {
        writeln!(out, "<property name=\"conteggio.{codice}\" value=\"{quanti}\"/>")?;
    }
    writeln!(out, "</properties>")
}

fn caso(p: &Presentazione<'_>, a: &Anomalia, avvisi: AvvisiJunit) -> Caso {
    let codice = a.codice.0;
    let quanti = p.controllo.conteggi.get(codice).copied().unwrap_or_default();
    if quanti > 0 {
        let seguono = p.conseguenze.get(codice).copied().unwrap_or_default();
        let conseguenze = if seguono > 0 {
            format!(", di cui {seguono} probabili conseguenze di {}", super::CAUSA)
        } else {
            String::new()
        };
        let detto = format!("{codice}: {quanti}{conseguenze}. {}", a.spiegazione);
        return match (p.controllo.gravita(codice), avvisi) {
            (Gravita::Errore, _) | (_, AvvisiJunit::Falliti) => Caso::Fallisce(detto),
            (_, AvvisiJunit::Saltati) => Caso::Salta(format!("avviso, non blocca: {detto}")),
            (_, AvvisiJunit::Testo) => Caso::Stampa,
        };
    }
    if !p.controllo.attivo(codice) {
        return Caso::Salta("non attivo in questo ambiente o con questa configurazione".to_owned());
    }
    match a.check {
        Check::Sportello => Caso::Salta("dipende dalla ricezione: si vede solo inviando il file".to_owned()),
        Check::Registro => {
            Caso::Salta("dipende dal registro dopo il caricamento: non si vede dai soli file".to_owned())
        }
        _ => Caso::Passa,
    }
}

fn righe(voci: &[Voce], quanti: Option<u64>) -> String {
    let mut righe: Vec<String> = voci
        .iter()
        .map(|v| {
            let r = &v.rilievo;
            let dove = r
                .posizione
                .map(|p| format!(":{}:{}", p.riga, p.colonna))
                .unwrap_or_default();
            let scheda = if r.scheda.is_empty() {
                String::new()
            } else {
                format!(" [{}]", r.scheda)
            };
            let novita = v
                .confronto
                .map(|n| format!("{} ", n.parola()))
                .unwrap_or_default();
            format!(
                "{novita}{}{dove}{scheda} {}",
                r.file.as_deref().unwrap_or_default(),
                r.testo
            )
        })
        .collect();
    let mostrati = voci.len() as u64;
    if let Some(altri) = quanti.and_then(|q| q.checked_sub(mostrati)).filter(|a| *a > 0) {
        righe.push(format!("… e altre {altri}"));
    }
    righe.join("\n")
}

fn gruppo(check: Check) -> &'static str {
    match check {
        Check::Sportello => "ricezione",
        Check::Formato => "formato",
        Check::Soggetto(_) => "schede-apr",
        Check::Famiglia(_) => "famiglie",
        Check::Persona(_) | Check::Entrambi(..) => "schede",
        Check::Aire(_) => "aire",
        Check::Quadratura => "quadratura",
        Check::Unione => "unione",
        Check::Tributaria => "anagrafe-tributaria",
        Check::Registro => "registro",
    }
}

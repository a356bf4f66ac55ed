//! The object of the contract, written while the findings stream by: `{"esito","file","conteggi","anomalie"}` and what
//! else is known. `causa` and `confronto` appear on a finding only where they say something.

use std::io::{self, Write};

use serde::Serialize;

use super::presenta::{Presentazione, Voce};

pub(super) fn scrivi(p: &Presentazione<'_>, out: &mut dyn Write) -> io::Result<()> {
    let c = p.controllo;
    out.write_all(b"{")?;
    campo(out, "esito", &c.esito, true)?;
    campo(out, "file", &c.file, false)?;
    campo(out, "schede", &c.schede, false)?;
    campo(out, "errori", &c.errori(), false)?;
    campo(out, "conteggi", &c.conteggi, false)?;
    if !p.conseguenze.is_empty() {
        campo(out, "conseguenze", &p.conseguenze, false)?;
    }
    if let Some(confronto) = &p.confronto {
        out.write_all(b",\n  \"confronto\": {")?;
        campo(out, "file", &confronto.prima.file, true)?;
        campo(out, "esito", &confronto.prima.esito, false)?;
        campo(out, "conteggi", &confronto.prima.conteggi, false)?;
        campo(out, "nuove", &confronto.nuove, false)?;
        campo(out, "rimaste", &confronto.rimaste, false)?;
        campo(out, "scomparse", &confronto.scomparse, false)?;
        elenco(out, "anomalieScomparse", p.scomparse()?)?;
        out.write_all(b"\n  }")?;
    }
    elenco(out, "anomalie", p.voci()?)?;
    out.write_all(b"\n}\n")
}

fn campo(out: &mut dyn Write, nome: &str, valore: &impl Serialize, primo: bool) -> io::Result<()> {
    let virgola = if primo { "" } else { "," };
    write!(out, "{virgola}\n  \"{nome}\": ")?;
    serde_json::to_writer(&mut *out, valore)?;
    Ok(())
}

fn elenco(out: &mut dyn Write, nome: &str, voci: impl Iterator<Item = io::Result<Voce>>) -> io::Result<()> {
    write!(out, ",\n  \"{nome}\": [")?;
    let mut virgola = "\n    ";
    for voce in voci {
        out.write_all(virgola.as_bytes())?;
        serde_json::to_writer(&mut *out, &voce?)?;
        virgola = ",\n    ";
    }
    let fine: &[u8] = if virgola.starts_with(',') { b"\n  ]" } else { b"]" };
    out.write_all(fine)
}

//! One line a finding, the columns of the control API; cells no spreadsheet runs. The very
//! CSV of the API: `,` (RFC 4180), UTF-8, CRLF.

use std::io::{self, Write};

use super::presenta::{Presentazione, Voce};
use crate::liste::innocua;

/// Columns, those of the control API.
const COLONNE: [&str; 11] = [
    "codice",
    "gravita",
    "tipoScheda",
    "scheda",
    "riga",
    "colonna",
    "testo",
    "oggetto",
    "campo",
    "valore",
    "file",
];

pub(super) fn scrivi(p: &Presentazione<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut scrittore = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer(out);
    let mut testa = COLONNE.to_vec();
    if p.confronto.is_some() {
        testa.push("confronto");
    }
    scrittore.write_record(testa)?;
    for voce in p.voci()?.chain(p.scomparse()?) {
        let celle = celle(&voce?);
        scrittore.write_record(celle.iter().map(|c| innocua(c).into_owned()))?;
    }
    scrittore.flush()
}

fn celle(voce: &Voce) -> Vec<String> {
    let r = &voce.rilievo;
    let numero = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    let testo = |t: &Option<String>| t.clone().unwrap_or_default();
    let mut celle = vec![
        r.codice.clone(),
        r.gravita.lettera().to_owned(),
        r.tipo_scheda.etichetta().to_owned(),
        r.scheda.clone(),
        numero(r.posizione.map(|p| p.riga)),
        numero(r.posizione.map(|p| p.colonna)),
        r.testo.clone(),
        testo(&r.oggetto),
        testo(&r.campo),
        testo(&r.valore),
        testo(&r.file),
    ];
    celle.extend(voce.confronto.map(|n| n.parola().to_owned()));
    celle
}

//! One line a finding, the columns of the control API; cells no spreadsheet runs. The very
//! CSV of the API: `,` (RFC 4180), UTF-8, CRLF.

use std::io::{self, Write};

use super::presenta::Presentazione;
use crate::{Rilievo, liste::innocua};

/// Columns, those of the control API.
pub const COLONNE: [&str; 11] = [
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
        let voce = voce?;
        let mut riga = celle(&voce.rilievo).to_vec();
        riga.extend(voce.confronto.map(|n| n.parola().to_owned()));
        scrittore.write_record(riga)?;
    }
    scrittore.flush()
}

/// The cells of a finding, one a column, harmless in a spreadsheet.
pub fn celle(r: &Rilievo) -> [String; 11] {
    let numero = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    let testo = |t: &Option<String>| t.clone().unwrap_or_default();
    [
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
    ]
    .map(|c| innocua(&c).into_owned())
}

//! Bytes of a spreadsheet → sheets of rows of cells as text.

use std::io::Cursor;

use calamine::{Reader as _, open_workbook_auto_from_rs};

use super::ErroreElenco;

/// First bytes of a zip (xlsx, ods) and of the older binary workbooks.
const FIRME: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];
/// Byte order mark of UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A sheet: rows of cells.
pub(super) type Foglio = Vec<Vec<String>>;

/// The sheets of a workbook, or the one of a csv.
pub(super) fn fogli(nome: &str, byte: &[u8]) -> Result<Vec<Foglio>, ErroreElenco> {
    let illeggibile = |perche: String| ErroreElenco::Illeggibile(format!("{nome}: {perche}"));
    if !FIRME.iter().any(|firma| byte.starts_with(firma)) {
        return csv(byte).map(|foglio| vec![foglio]).map_err(illeggibile);
    }
    let mut libro = open_workbook_auto_from_rs(Cursor::new(byte)).map_err(|e| illeggibile(e.to_string()))?;
    let mut tutti = Vec::new();
    for foglio in libro.sheet_names().clone() {
        // A chart sheet has no cells: the others still speak.
        let Ok(celle) = libro.worksheet_range(&foglio) else {
            continue;
        };
        tutti.push(
            celle
                .rows()
                .map(|riga| riga.iter().map(ToString::to_string).collect())
                .collect(),
        );
    }
    Ok(tutti)
}

/// Separator and encoding are guessed: `;`, `,` or tab, UTF-8 or Windows-1252.
fn csv(byte: &[u8]) -> Result<Foglio, String> {
    let byte = byte.strip_prefix(BOM).unwrap_or(byte);
    let testo = match std::str::from_utf8(byte) {
        Ok(testo) => testo.to_owned(),
        Err(_) => crate::liste::da_windows_1252(byte),
    };
    let separatore = [b';', b'\t', b',']
        .into_iter()
        .max_by_key(|s| testo.bytes().filter(|b| b == s).count())
        .unwrap_or(b';');
    ::csv::ReaderBuilder::new()
        .delimiter(separatore)
        .has_headers(false)
        .flexible(true)
        .from_reader(testo.as_bytes())
        .records()
        .map(|riga| {
            riga.map(|r| r.iter().map(str::to_owned).collect())
                .map_err(|e| e.to_string())
        })
        .collect()
}

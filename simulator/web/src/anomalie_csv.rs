//! Findings as rows of a CSV in UTF-8, cells made harmless for spreadsheets.

use elaborazione::{
    Rilievo,
    rapporto::{COLONNE, celle},
};
use servizi::{AnomaliaConfrontata, ErroreServizio, Esito};

fn scrivi(righe: impl Iterator<Item = Vec<String>>) -> Esito<Vec<u8>> {
    let mut w = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for riga in righe {
        w.write_record(riga).map_err(ErroreServizio::guasto)?;
    }
    w.into_inner().map_err(ErroreServizio::guasto)
}

/// Findings.
pub(crate) fn rilievi(righe: &[Rilievo]) -> Esito<Vec<u8>> {
    let testa = COLONNE.map(String::from).to_vec();
    scrivi(std::iter::once(testa).chain(righe.iter().map(|r| celle(r).to_vec())))
}

/// The same with what became of each between two deliveries, in the first column.
pub(crate) fn confrontate(righe: &[AnomaliaConfrontata]) -> Esito<Vec<u8>> {
    let con = |novita: &str, celle: [String; 11]| {
        let mut riga = vec![novita.to_owned()];
        riga.extend(celle);
        riga
    };
    let testa = con("novita", COLONNE.map(String::from));
    scrivi(std::iter::once(testa).chain(righe.iter().map(|a| con(a.novita.parola(), celle(&a.rilievo)))))
}

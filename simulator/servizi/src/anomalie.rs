//! Findings of a delivery, page by page, and the lists people download (spec subentro §6.1).

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
};

use elaborazione::Rilievo;
use registro::{Fornitura, StatoFornitura};

use crate::{Esito, Simulatore, batch::CARTELLA_ESITO};

/// Findings of a delivery, one JSON object a line.
const FILE_RILIEVI: &str = "rilievi.jsonl";

impl Simulatore {
    /// Findings after the first `dopo`, of one code when given, at most `limite`; in (file, position, code) order.
    /// None for a delivery that was not elaborated yet or was cancelled.
    pub fn anomalie(&self, id: &str, codice: Option<&str>, dopo: u64, limite: usize) -> Esito<Vec<Rilievo>> {
        let f = self.fornitura(id)?;
        self.rilievi(&f, codice, dopo, limite)
    }

    pub(crate) fn rilievi(
        &self,
        f: &Fornitura,
        codice: Option<&str>,
        dopo: u64,
        limite: usize,
    ) -> Esito<Vec<Rilievo>> {
        let file = match File::open(self.cartella(f.id).join(CARTELLA_ESITO).join(FILE_RILIEVI)) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(e.into()),
        };
        let mut uscita = Vec::new();
        let mut visti = 0;
        for riga in BufReader::with_capacity(1 << 16, file).lines() {
            let rilievo: Rilievo = serde_json::from_str(&riga?).map_err(crate::ErroreServizio::guasto)?;
            if codice.is_some_and(|c| c != rilievo.codice) {
                continue;
            }
            visti += 1;
            if visti <= dopo {
                continue;
            }
            if uscita.len() >= limite {
                break;
            }
            uscita.push(rilievo);
        }
        Ok(uscita)
    }

    /// Whether the delivery has been elaborated to its end.
    pub(crate) fn conclusa(f: &Fornitura) -> bool {
        matches!(f.stato, StatoFornitura::ElaborataOk | StatoFornitura::Ko | StatoFornitura::CancellazioneRichiesta)
    }
}

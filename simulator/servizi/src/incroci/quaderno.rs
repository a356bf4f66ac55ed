//! The pairs of a delivery on disk: one file per other delivery, one line of JSON a pair.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
};

use anagrafe::{CodiceIstat, Data};
use elaborazione::TipoScheda;
use registro::IdFornitura;
use serde::{Deserialize, Serialize};

use crate::Esito;

/// What the names of such files begin with.
pub(super) const INIZIO_INCROCI: &str = "incroci-";

/// Where data folders of earlier days have the pairs of a delivery with all the others together.
pub(super) const NOME_UNICO: &str = "incroci.jsonl";

/// Pairs of a delivery with one other, beside its findings.
pub(super) fn nome_incroci(altra: IdFornitura) -> String {
    format!("{INIZIO_INCROCI}{altra}.jsonl")
}

/// One side of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parte {
    pub(super) fornitura: IdFornitura,
    pub(super) comune: CodiceIstat,
    pub(super) tipo: TipoScheda,
    /// Id of the Comune.
    pub(super) scheda: String,
    /// Position in the segment of the delivery.
    pub(super) posizione: u64,
    /// From when: residence, or registration in the AIRE.
    pub(super) dal: Option<Data>,
    pub(super) cf: Option<String>,
}

/// A pair, as the newcomer's folder keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Coppia {
    pub(super) codice: String,
    pub(super) nuova: Parte,
    pub(super) altra: Parte,
}

/// The pairs of one file; none when there is no file.
pub(super) fn coppie(file: &Path) -> Esito<impl Iterator<Item = Esito<Coppia>> + use<>> {
    let file = match File::open(file) {
        Ok(file) => Some(file),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(e.into()),
    };
    let righe = file.into_iter().flat_map(|f| BufReader::new(f).lines());
    Ok(righe.map(|riga| Ok(serde_json::from_str(&riga?).map_err(io::Error::from)?)))
}

/// Writes pairs as they come, which is one other delivery after the other.
pub(super) struct Quaderno<'c> {
    cartella: &'c Path,
    aperto: Option<(IdFornitura, BufWriter<File>)>,
}

impl<'c> Quaderno<'c> {
    pub(super) fn in_cartella(cartella: &'c Path) -> Self {
        Self {
            cartella,
            aperto: None,
        }
    }

    pub(super) fn scrivi(&mut self, altra: IdFornitura, coppia: &Coppia) -> io::Result<()> {
        if self.aperto.as_ref().is_none_or(|(di, _)| *di != altra) {
            self.chiudi()?;
            let file = File::create(self.cartella.join(nome_incroci(altra)))?;
            self.aperto = Some((altra, BufWriter::new(file)));
        }
        if let Some((_, out)) = &mut self.aperto {
            serde_json::to_writer(&mut *out, coppia)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    pub(super) fn chiudi(&mut self) -> io::Result<()> {
        match self.aperto.take() {
            Some((_, out)) => out
                .into_inner()
                .map_err(io::IntoInnerError::into_error)?
                .sync_all(),
            None => Ok(()),
        }
    }
}

//! Why a delivery could not be made.

use std::io;
use std::path::PathBuf;

/// Why a delivery could not be made. Texts are for people, in Italian.
#[derive(Debug, thiserror::Error)]
pub enum ErroreGeneratore {
    /// A number of the request is outside its range.
    #[error("{campo}: {valore} è fuori dai limiti ({minimo}–{massimo})")]
    FuoriLimite {
        /// Which one.
        campo: &'static str,
        /// What was asked.
        valore: u64,
        /// Least accepted.
        minimo: u64,
        /// Most accepted.
        massimo: u64,
    },
    /// The date is outside the years the generator knows how to populate.
    #[error("oggi: la data {0} è fuori dagli anni che il generatore sa popolare (2000–2100)")]
    DataFuoriLimite(anagrafe::Data),
    /// The Comune is not in table 3 on that day.
    #[error("il Comune {comune} non esiste alla data {oggi}")]
    ComuneInesistente {
        /// ISTAT code asked for.
        comune: anagrafe::CodiceIstat,
        /// Day asked for.
        oggi: anagrafe::Data,
    },
    /// The code is unknown, or nothing in a file can make it appear.
    #[error(
        "il codice {codice} non si può piantare in un file: l'elenco è in `anpr-sim generate --anomalie elenco`"
    )]
    AnomaliaNonPiantabile {
        /// What was asked.
        codice: String,
    },
    /// An item of the list of defects does not end in a number.
    #[error("anomalie: «{voce}» non è nella forma CODICE=N")]
    NumeroErrato {
        /// The item.
        voce: String,
    },
    /// Not enough records suit the code.
    #[error(
        "{codice}: {chieste} anomalie chieste, ma solo {possibili} schede adatte; servono più abitanti, iscritti AIRE o invii"
    )]
    PochiAdatti {
        /// The code.
        codice: String,
        /// How many were asked.
        chieste: u64,
        /// How many could be placed.
        possibili: u64,
    },
    /// More files than households, or than a name can count.
    #[error("{chiesti} invii sono troppi: al massimo {massimo}")]
    TroppiInvii {
        /// Asked for, or needed.
        chiesti: usize,
        /// Most possible.
        massimo: usize,
    },
    /// A file would pass the size ANPR receives.
    #[error("{nome}: {byte} byte compressi superano i 15 MiB ammessi; servono più invii")]
    FileTroppoGrande {
        /// The file.
        nome: String,
        /// Its compressed length.
        byte: usize,
    },
    /// The AIRE file, which is always one, would pass the size ANPR receives.
    #[error(
        "{iscritti} iscritti AIRE sono troppi: il file ne farebbe {byte} byte compressi, oltre i 15 MiB ammessi"
    )]
    AireTroppoGrande {
        /// Registrants asked for.
        iscritti: u64,
        /// Compressed length of their file.
        byte: usize,
    },
    /// A plant did not find what it should change: a defect of ours.
    #[error("{codice}: guasto del generatore, la scheda scelta non è adatta")]
    Guasto {
        /// The code.
        codice: &'static str,
    },
    /// Writing failed.
    #[error("{percorso}: {causa}")]
    Io {
        /// Where.
        percorso: PathBuf,
        /// What the system said.
        causa: io::Error,
    },
}

impl ErroreGeneratore {
    pub(crate) fn sconosciuta(codice: &str) -> Self {
        Self::AnomaliaNonPiantabile {
            codice: codice.to_owned(),
        }
    }
}

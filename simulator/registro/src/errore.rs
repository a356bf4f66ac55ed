//! Our own failures: none of these is a finding about data or a refusal of a request.

use std::path::PathBuf;

use crate::store::ErroreStore;

/// Why the register could not do it.
#[derive(Debug, thiserror::Error)]
pub enum ErroreRegistro {
    /// No room: nothing was written. `SIM003`, HTTP 507.
    #[error(
        "SIM003: spazio su disco insufficiente (servono {richiesti} byte, liberi {liberi}): nulla è stato scritto"
    )]
    SpazioEsaurito {
        /// Bytes asked for.
        richiesti: u64,
        /// Bytes free, the reserve included.
        liberi: u64,
    },
    /// The store broke.
    #[error("SIM005: archivio non disponibile: {0}")]
    Archivio(String),
    /// A stored value cannot be read back.
    #[error("SIM005: valore illeggibile nell'archivio ({cosa}): {dettaglio}")]
    Corrotto {
        /// What was being read.
        cosa: &'static str,
        /// Why it cannot be.
        dettaglio: String,
    },
    /// The data folder belongs to another running instance.
    #[error("la cartella dati {} è già usata da un'altra istanza di anpr-sim{}: indicarne un'altra con --data", .dir.display(), descrivi_pid(*.pid))]
    CartellaOccupata {
        /// The folder.
        dir: PathBuf,
        /// Process that holds it, when it could be read.
        pid: Option<u32>,
    },
    /// The data folder was written by a later program.
    #[error("la cartella dati {} è di versione {trovata}, questo programma arriva alla {nota}: usare un anpr-sim più recente o un'altra cartella (--data)", .dir.display())]
    VersioneNuova {
        /// The folder.
        dir: PathBuf,
        /// Version found.
        trovata: u32,
        /// Last version this program knows.
        nota: u32,
    },
    /// The version file says nothing readable.
    #[error("il file {} non contiene un numero di versione leggibile", .file.display())]
    VersioneIlleggibile {
        /// The file.
        file: PathBuf,
    },
    /// A file or folder could not be used.
    #[error("{}: {errore}", .percorso.display())]
    Io {
        /// Where.
        percorso: PathBuf,
        /// What the system said.
        errore: std::io::Error,
    },
    /// A record is larger than [`crate::mondo::limiti::LIMITE_RECORD_BYTE`].
    #[error("scheda di {byte} byte: oltre il limite di {limite}")]
    RecordTroppoGrande {
        /// Its size.
        byte: usize,
        /// The limit.
        limite: usize,
    },
    /// A segment was asked for that is not there, or not in the state that the request needs.
    #[error("segmento {0} assente o già visibile")]
    SegmentoAssente(crate::modello::IdSegmento),
    /// The name of a sandbox is not one.
    #[error("nome di sandbox non valido: {0:?} (da 1 a 32 caratteri fra a-z, 0-9 e trattino)")]
    NomeSandbox(String),
    /// The message could not be composed.
    #[error("messaggio PEC non componibile: {0}")]
    Posta(String),
    /// The password could not be hashed.
    #[error("SIM005: impronta della password: {0}")]
    Password(String),
}

fn descrivi_pid(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (processo {pid})"))
}

impl ErroreRegistro {
    /// Our code for it, as `explain` and the API say it.
    pub fn codice(&self) -> &'static str {
        match self {
            Self::SpazioEsaurito { .. } => "SIM003",
            _ => "SIM005",
        }
    }

    pub(crate) fn io(percorso: &std::path::Path, errore: std::io::Error) -> Self {
        if errore.kind() == std::io::ErrorKind::StorageFull {
            return Self::SpazioEsaurito {
                richiesti: 0,
                liberi: 0,
            };
        }
        Self::Io {
            percorso: percorso.to_owned(),
            errore,
        }
    }
}

impl From<ErroreStore> for ErroreRegistro {
    fn from(e: ErroreStore) -> Self {
        match e {
            ErroreStore::SpazioEsaurito { richiesti, liberi } => Self::SpazioEsaurito { richiesti, liberi },
            ErroreStore::Guasto(testo) => Self::Archivio(testo),
        }
    }
}

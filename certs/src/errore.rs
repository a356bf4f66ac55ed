//! What can go wrong with the PKI: a failure of ours (disk, cryptography) or a request that cannot be met.

use std::path::PathBuf;

/// Why the PKI could not be opened or a certificate not be issued.
#[derive(Debug, thiserror::Error)]
pub enum ErrorePki {
    /// A file of the folder could not be read or written.
    #[error("{percorso}: {errore}", percorso = percorso.display())]
    Io {
        /// The file or folder in question.
        percorso: PathBuf,
        /// What the system answered.
        errore: std::io::Error,
    },
    /// A file of the folder is not what it should be.
    #[error("{percorso}: contenuto non valido ({motivo})", percorso = percorso.display())]
    Guasto {
        /// The damaged file.
        percorso: PathBuf,
        /// What is wrong with it.
        motivo: String,
    },
    /// The folder was written by a newer version of the simulator.
    #[error("la cartella della PKI ha versione {trovata}, questo programma arriva alla {nota}")]
    VersioneNuova {
        /// Version found in the index.
        trovata: u32,
        /// Newest version this program knows.
        nota: u32,
    },
    /// Key generation or signing failed.
    #[error("operazione crittografica non riuscita: {0}")]
    Cripto(String),
    /// A name of the configuration can stand in no certificate.
    #[error("nome di host non valido: «{0}»")]
    Nome(String),
    /// The request for a certificate is not well formed.
    #[error("richiesta di certificato non valida: {0}")]
    Richiesta(String),
    /// That postazione already has a certificate of this kind.
    #[error("la postazione {0} ha già un certificato")]
    GiaEmessa(String),
}

impl ErrorePki {
    pub(crate) fn io(percorso: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let percorso = percorso.into();
        move |errore| Self::Io { percorso, errore }
    }

    pub(crate) fn guasto(percorso: impl Into<PathBuf>, motivo: impl std::fmt::Display) -> Self {
        Self::Guasto {
            percorso: percorso.into(),
            motivo: motivo.to_string(),
        }
    }

    pub(crate) fn cripto(e: impl std::fmt::Display) -> Self {
        Self::Cripto(e.to_string())
    }
}

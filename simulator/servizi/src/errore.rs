//! A refusal or failure of the simulator itself, never dressed as an ANPR code.
//!
//! Findings about data are `elaborazione::Rilievo`, refusals on the wire are faults of `frontiera`; what is left,
//! a wrong use of the control API or a failure of ours, is an [`ErroreServizio`]: an HTTP status, an Italian
//! sentence that says what to do next and a `SIMnnn` code.

use registro::ErroreRegistro;

/// Why a call of the facade did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{testo}")]
pub struct ErroreServizio {
    /// `SIMnnn`, when the refusal has a name of its own (`elaborazione::rapporto::CODICI_SIM` lists them).
    pub codice: Option<&'static str>,
    /// Fitting HTTP status.
    pub http: u16,
    /// What happened and what to do, in Italian.
    pub testo: String,
}

/// Result of the facade's calls.
pub type Esito<T> = Result<T, ErroreServizio>;

impl ErroreServizio {
    /// The caller asked for something that cannot be (`SIM010`, 400).
    pub fn richiesta(testo: impl Into<String>) -> Self {
        Self {
            codice: Some("SIM010"),
            http: 400,
            testo: testo.into(),
        }
    }

    /// There is no such thing (`SIM011`, 404).
    pub fn assente(testo: impl Into<String>) -> Self {
        Self {
            codice: Some("SIM011"),
            http: 404,
            testo: testo.into(),
        }
    }

    /// Not in this state (`SIM012`, 409).
    pub fn conflitto(testo: impl Into<String>) -> Self {
        Self {
            codice: Some("SIM012"),
            http: 409,
            testo: testo.into(),
        }
    }

    /// Expanded size over the limit (`SIM001`, 413).
    pub fn troppo_grande(testo: impl Into<String>) -> Self {
        Self {
            codice: Some("SIM001"),
            http: 413,
            testo: testo.into(),
        }
    }

    /// The upload stopped half-way (`SIM002`, 400).
    pub fn interrotto(testo: impl Into<String>) -> Self {
        Self {
            codice: Some("SIM002"),
            http: 400,
            testo: testo.into(),
        }
    }

    /// No space left (`SIM003`, 507).
    pub fn spazio() -> Self {
        Self {
            codice: Some("SIM003"),
            http: 507,
            testo:
                "Spazio su disco esaurito: liberare spazio nella cartella dei dati e ripetere; nulla è stato \
                    memorizzato a metà."
                    .into(),
        }
    }

    /// Whether it is for want of room.
    pub(crate) fn e_spazio(&self) -> bool {
        self.codice == Some("SIM003")
    }

    /// Our own failure (`SIM005`, 500).
    pub fn guasto(causa: impl std::fmt::Display) -> Self {
        tracing::error!(%causa, "guasto interno");
        Self {
            codice: Some("SIM005"),
            http: 500,
            testo: format!("Guasto interno del simulatore: {causa}"),
        }
    }
}

impl From<std::io::Error> for ErroreServizio {
    fn from(e: std::io::Error) -> Self {
        if spazio_esaurito(&e) {
            Self::spazio()
        } else {
            Self::guasto(e)
        }
    }
}

impl From<ErroreRegistro> for ErroreServizio {
    fn from(e: ErroreRegistro) -> Self {
        if matches!(e, ErroreRegistro::SpazioEsaurito { .. }) {
            Self::spazio()
        } else {
            Self::guasto(e)
        }
    }
}

/// Whether an I/O error means that the disk or the quota is full.
pub(crate) fn spazio_esaurito(e: &std::io::Error) -> bool {
    matches!(
        e.kind(),
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
    )
}

//! What the register knows of callers, as a question: the crate never sees the register itself.

use anagrafe::{CodiceIstat, IdPostazione};

/// Who exists, who is enabled and what is revoked, in one environment, at one instant.
pub trait Censimento {
    /// Whether the certificate was deleted in the security console (spec security §5.4).
    ///
    /// `impronta_sha256` is the digest of the whole DER certificate, `cn` its common name.
    fn revocato(&self, impronta_sha256: &[u8; 32], cn: &str) -> bool;

    /// The operator that the assertion's `NameID` names, exactly as sent; `None` if unknown here.
    fn operatore(&self, name_id: &str) -> Option<OperatoreVisto>;

    /// Whether the operator exists for this Comune too. A generic user is of one Comune, and unknown to all others
    /// (spec security §5.2); which Comuni a person acts for is asked later, by the services.
    fn noto_al_comune(&self, _name_id: &str, _comune: CodiceIstat) -> bool {
        true
    }

    /// Whether the postazione exists and is active. Revocation is asked apart, by certificate.
    fn postazione_attiva(&self, _id: &IdPostazione) -> bool {
        true
    }
}

/// An operator as the perimeter sees him (spec security §5.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatoreVisto {
    /// State *attivo*; *bloccato* and *cancellato* are both `false`.
    pub attivo: bool,
    /// Comuni for which he is enabled.
    pub comuni: Vec<CodiceIstat>,
    /// Operation codes he may use; `"*"` stands for all.
    pub funzioni: Vec<String>,
}

impl OperatoreVisto {
    /// Whether the operator may use an operation, by its code (`"3002"`).
    pub fn ha_funzione(&self, codice: &str) -> bool {
        self.funzioni.iter().any(|f| f == "*" || f == codice)
    }
}

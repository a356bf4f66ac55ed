//! The switches of spec security §9. A policy is data: it says which rule holds, never how it is checked.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{limiti, soap::TipoFault};

/// What the perimeter demands. `Default` is the *faithful* preset; see [`Politica::permissiva`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
// Each switch is independent and named in the specification: an enum would only hide them.
#[allow(clippy::struct_excessive_bools)]
pub struct Politica {
    /// How far in the future `Created`, `NotBefore` and `IssueInstant` may lie (§4.2). Default 5 s.
    pub tolleranza_futuro: SignedDuration,
    /// Longest `Expires` − `Created` of the Timestamp (§4.2). Default 10 min.
    pub durata_massima: SignedDuration,
    /// Largest envelope, in bytes (§2.3). Default [`crate::CORPO_MASSIMO`].
    pub corpo_massimo: usize,
    /// SHA-1 in signatures and digests of messages, assertions and PKCS#7. Default yes. Never for certificates.
    pub accetta_sha1: bool,
    /// SHA-256 (and SHA-512 digests) there. Default yes.
    pub accetta_sha256: bool,
    /// The message signer must be a `CO` certificate (§3.1). Default no.
    pub richiedi_co_messaggio: bool,
    /// Assertion and message must carry the same certificate (§4.4 rule 5). Default no: same Comune is enough.
    pub stesso_certificato: bool,
    /// Refuse an assertion id already accepted; asks [`crate::Censimento::asserzione_gia_vista`]. Default no.
    pub antireplica: bool,
    /// Body and Timestamp are found by `wsu:Id` only (§4.9). Off: a bare `Id` or `soap:Id` will do.
    pub id_wsu_stretto: bool,
    /// Body validated at the perimeter, before signatures (§6.3 step 5). Off: left to the services (`EN489`).
    pub valida_schema: bool,
    /// Digests and signature values are compared. Off only in the permissive preset.
    pub controlla_firme: bool,
    /// Certificates must chain to an anchor and be within validity.
    pub controlla_fiducia: bool,
    /// Revocation is asked.
    pub controlla_revoca: bool,
    /// Timestamp and assertion windows are compared with the clock.
    pub controlla_tempi: bool,
    /// Cross-checks among IdSede, IdPostazione, certificates and PKCS#7 (§4.4 rules 1–5).
    pub controlla_identita: bool,
    /// The operator must be known and active (§4.4 rule 7).
    pub controlla_operatore: bool,
    /// Fault for broken XML, a DOCTYPE, no envelope (§6.2, decision). Default F3.
    pub fault_xml: TipoFault,
    /// Fault for a request without Security header. Default F7.
    pub fault_senza_intestazione: TipoFault,
    /// Fault for a signed request without assertion. Default F1.
    pub fault_senza_asserzione: TipoFault,
    /// Fault for an expired (or not yet valid) signer certificate. Default F1.
    pub fault_certificato_scaduto: TipoFault,
    /// Fault for a signer certificate of an unknown root. Default F1.
    pub fault_certificato_ignoto: TipoFault,
    /// Fault for a PKCS#7 that does not verify. Default F1.
    pub fault_pkcs7: TipoFault,
}

impl Default for Politica {
    fn default() -> Self {
        Self {
            tolleranza_futuro: SignedDuration::from_secs(5),
            durata_massima: SignedDuration::from_mins(10),
            corpo_massimo: limiti::CORPO_MASSIMO,
            accetta_sha1: true,
            accetta_sha256: true,
            richiedi_co_messaggio: false,
            stesso_certificato: false,
            antireplica: false,
            id_wsu_stretto: true,
            valida_schema: true,
            controlla_firme: true,
            controlla_fiducia: true,
            controlla_revoca: true,
            controlla_tempi: true,
            controlla_identita: true,
            controlla_operatore: true,
            fault_xml: TipoFault::F3,
            fault_senza_intestazione: TipoFault::F7,
            fault_senza_asserzione: TipoFault::F1,
            fault_certificato_scaduto: TipoFault::F1,
            fault_certificato_ignoto: TipoFault::F1,
            fault_pkcs7: TipoFault::F1,
        }
    }
}

impl Politica {
    /// The *permissive* preset: any structurally correct frame passes. References must still resolve and
    /// Body and Timestamp be covered; values (digests, signatures, trust, times, identities, operator) are
    /// looked at and reported in the steps, but refuse nothing.
    pub fn permissiva() -> Self {
        Self {
            controlla_firme: false,
            controlla_fiducia: false,
            controlla_revoca: false,
            controlla_tempi: false,
            controlla_identita: false,
            controlla_operatore: false,
            ..Self::default()
        }
    }
}

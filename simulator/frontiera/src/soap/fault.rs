//! The fault catalogue of spec security §6.2 and its exact bytes (§6.1).
//!
//! A fault never names the element at fault: the cause travels beside it, for the journal only.

use serde::{Deserialize, Serialize};

use super::{VersioneSoap, ns};

/// The ten faults seen on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TipoFault {
    /// Refused by policy: times, certificates, identities, operator.
    F1,
    /// Body against the schema, or a reference that resolves to nothing.
    F2,
    /// Broken XML, wrong path, trouble behind the gateway.
    F3,
    /// Certificate deleted in the console.
    F4,
    /// A digest differs.
    F5,
    /// `IdSede` and `IdPostazione` disagree.
    F6,
    /// Body or Timestamp not signed.
    F7,
    /// Sporadic refusal of unknown cause; only by the fault plan.
    F8,
    /// The reply breaks the schema.
    F9,
    /// The backend's reply is no XML.
    F10,
}

/// All of them, in the catalogue's order.
pub const TUTTI: [TipoFault; 10] = {
    use TipoFault::{F1, F2, F3, F4, F5, F6, F7, F8, F9, F10};
    [F1, F2, F3, F4, F5, F6, F7, F8, F9, F10]
};

impl TipoFault {
    /// The catalogue's row: `"F1"`.
    pub const fn sigla(self) -> &'static str {
        match self {
            Self::F1 => "F1",
            Self::F2 => "F2",
            Self::F3 => "F3",
            Self::F4 => "F4",
            Self::F5 => "F5",
            Self::F6 => "F6",
            Self::F7 => "F7",
            Self::F8 => "F8",
            Self::F9 => "F9",
            Self::F10 => "F10",
        }
    }

    /// Whether the caller is to blame (`env:Client`), else the server (`env:Server`).
    pub const fn del_chiamante(self) -> bool {
        !matches!(self, Self::F9 | Self::F10)
    }

    /// The exact fault string.
    pub const fn testo(self) -> &'static str {
        match self {
            Self::F1 => "Rejected by policy. (from client)",
            Self::F2 => "Internal Error (from client)",
            Self::F3 => "Internal Error",
            Self::F4 => "certificate revoked (from client)",
            Self::F5 => "Incorrect reference digest value (from client)",
            Self::F6 => "Aborting...IdSede Attribute inconsistent with IdPostazione (from client)",
            Self::F7 => {
                "XPath expression /*[local-name()='Envelope']/*[local-name()='Body']|\
                 /*[local-name()='Envelope']/*[local-name()='Header']/*[local-name()='Security']\
                 /*[local-name()='Timestamp'] not covered by signature (from client)"
            }
            Self::F8 => "Aborting...Invalid request received ErrorNL (from client)",
            Self::F9 => "Internal Error (from server)",
            Self::F10 => "Malformed content (from server)",
        }
    }
}

/// A fault to send, with the cause that stays here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The row of the catalogue: all that the caller sees.
    pub tipo: TipoFault,
    /// Name of the step that failed, one of [`crate::PASSI`]; empty for faults raised elsewhere.
    pub passo: &'static str,
    /// The true cause, in Italian, for the journal.
    pub causa: String,
}

impl Fault {
    /// A fault raised outside the examination (unknown path, fault plan, reply against the schema).
    pub fn nuovo(tipo: TipoFault, causa: impl Into<String>) -> Self {
        Self {
            tipo,
            passo: "",
            causa: causa.into(),
        }
    }

    /// HTTP status: always 500 (spec security §2.1).
    pub const fn http(&self) -> u16 {
        500
    }

    /// The body of the reply: one line after the declaration in 1.1, the indented rendering in 1.2 (§6.1).
    pub fn xml(&self, v: VersioneSoap) -> String {
        let testo = self.tipo.testo();
        match v {
            VersioneSoap::V11 => {
                let codice = if self.tipo.del_chiamante() {
                    "Client"
                } else {
                    "Server"
                };
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<env:Envelope xmlns:env=\"{}\"><env:Body><env:Fault>\
                     <faultcode>env:{codice}</faultcode><faultstring>{testo}</faultstring>\
                     </env:Fault></env:Body></env:Envelope>",
                    ns::SOAP11
                )
            }
            VersioneSoap::V12 => {
                let codice = if self.tipo.del_chiamante() {
                    "Sender"
                } else {
                    "Receiver"
                };
                format!(
                    "<?xml version='1.0' ?>\n<env:Envelope xmlns:env='{}'>\n<env:Body>\n<env:Fault>\n<env:Code>\n\
                     <env:Value>env:{codice}</env:Value>\n</env:Code>\n<env:Reason>\n\
                     <env:Text xml:lang=\"en-US\">{testo}</env:Text>\n</env:Reason>\n</env:Fault>\n</env:Body>\n\
                     </env:Envelope>\n",
                    ns::SOAP12
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soap11_bytes_are_exact() {
        assert_eq!(
            Fault::nuovo(TipoFault::F1, "x").xml(VersioneSoap::V11),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<env:Envelope xmlns:env=\"http://schemas.xmlsoap.org/soap/envelope/\">\
             <env:Body><env:Fault><faultcode>env:Client</faultcode><faultstring>Rejected by policy. (from client)</faultstring>\
             </env:Fault></env:Body></env:Envelope>"
        );
    }

    #[test]
    fn every_fault_is_well_formed_and_hides_its_cause() {
        for tipo in TUTTI {
            for v in [VersioneSoap::V11, VersioneSoap::V12] {
                let xml = Fault::nuovo(tipo, "il segreto").xml(v);
                let doc = crate::albero::leggi(&xml).unwrap();
                assert!(!xml.contains("segreto"), "{tipo:?}");
                let trovato = doc
                    .descendants()
                    .filter_map(|n| n.text())
                    .any(|t| t == tipo.testo());
                assert!(trovato, "{tipo:?} {v:?}");
            }
        }
    }
}

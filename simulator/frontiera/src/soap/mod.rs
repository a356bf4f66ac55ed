//! Envelopes: reading a request's, writing a reply's, and the faults.

pub mod busta;
mod fault;
mod guardia;
pub(crate) mod mime;
pub mod ns;
mod risposta;
pub(crate) mod xop;

pub use fault::{Fault, TUTTI as TUTTI_I_FAULT, TipoFault};
pub use guardia::{Malformato, decodifica};
pub use risposta::busta_risposta;

use serde::{Deserialize, Serialize};

/// The two versions; the answer goes back in the one of the request (spec security §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum VersioneSoap {
    /// SOAP 1.1, `text/xml`: what every known client sends.
    V11,
    /// SOAP 1.2, `application/soap+xml`.
    V12,
}

impl VersioneSoap {
    /// The envelope's namespace.
    pub const fn ns(self) -> &'static str {
        match self {
            Self::V11 => ns::SOAP11,
            Self::V12 => ns::SOAP12,
        }
    }

    /// The media type of a reply, as the gateway writes it (spec security §2.1).
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::V11 => "text/xml",
            Self::V12 => "application/soap+xml",
        }
    }
}

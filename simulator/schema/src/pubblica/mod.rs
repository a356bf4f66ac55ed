//! The grammar as documents for others: XSD of the namespaces a service needs, WSDL 1.1 over them.
//!
//! [`schemi`] writes one XSD per namespace, whole, with its imports; [`wsdl`] writes the contract of a service. Must stay
//! true: a published schema judges every document as the grammar does (`tests/pubblica.rs` asks xmllint), and the same
//! grammar gives the same bytes.

mod scrittura;
mod wsdl;
mod xsd;

pub use wsdl::{Contratto, Operazione, wsdl};
pub use xsd::{SchemaXsd, schemi};

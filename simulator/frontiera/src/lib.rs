//! From the bytes of a POST to a caller whom one may believe.
//!
//! `soap` knows envelopes and faults; `security` knows signatures, certificates, assertions and the
//! order in which the gateway looks at them; `firma` is the other side, the composer of signed requests
//! for `anpr-sim send` and for tests. Nothing here reads a file, a socket or a clock, and nothing knows
//! the register: who exists and what is revoked comes in as a [`Censimento`], the instant as `adesso`.
//!
//! What must stay true: only this crate can build a [`BustaVerificata`], and every value in it (body,
//! assertion) is read again from the very octets that were digested, so that a signature cannot be
//! satisfied by one element while another is processed (signature wrapping).

pub mod albero;
mod causa;
mod censimento;
pub mod firma;
mod frontiera;
mod limiti;
mod memoria;
mod passo;
pub mod politica;
mod repliche;
pub mod security;
pub mod soap;
mod trasporto;

pub use causa::Causa;
pub use censimento::{Censimento, OperatoreVisto};
pub use frontiera::{ErroreFrontiera, Frontiera, Servizio};
pub use limiti::{CANONICA_IN_EVIDENZA, CORPO_MASSIMO, NODI_MASSIMI, PROFONDITA_MASSIMA};
pub use passo::{Confronto, Esame, Evidenza, Passo, Verdetto};
pub use politica::Politica;
pub use security::esame::{BustaVerificata, Chiamante, PASSI};
pub use security::indagine::{self, Perizia};
pub use soap::{Fault, TipoFault, VersioneSoap, busta_risposta};
pub use trasporto::SUITE_TLS;

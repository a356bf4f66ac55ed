//! The test PKI of the simulator: roots, server certificates, postazioni.
//!
//! One folder holds everything; [`Pki::apri`] makes what is missing, renews what is near its end and otherwise only
//! reads a small index. What must stay true:
//!
//! - every root says "SIMULATORE – dati fittizi" and carries critical name constraints, so that a trust store which
//!   takes one in does not thereby trust it for anything but this machine and the names it was configured with;
//! - certificates for the real host names exist only on request, under a root of their own;
//! - what the index does not name does not exist: files are written first (to a temporary name, then renamed), the
//!   index last, so that a kill at any moment leaves a folder that opens.
//!
//! Layout of the folder (mode 0700; private keys, `.p12` and the index 0600):
//!
//! ```text
//! indice.json  ca.pem  ca.p12  radici/ca-test.pem  radici/ca-test.key.pem …
//! server/test.pem  server/test.key.pem …  postazioni/888001-CO-0000.{pem,key.pem,p12} …
//! carte/PRTCMN70A01Y001X-0001.{pem,key.pem,p12} …
//! ```
//!
//! The root of the operators' cards is made when the first card is asked for: most simulators never need it. It
//! signs no server, so it is not among those of `ca.pem`.
//!
//! Profiles, names and validity follow `spec/security.md` §5.

mod archivio;
mod carte;
mod chiavi;
mod deposito;
mod difetto;
mod errore;
mod indice;
mod p12;
mod piano;
mod pki;
mod profilo;
mod reali;
mod rilascio;

pub use archivio::{FILE_PASSWORD, archivio};
pub use carte::RichiestaCarta;
pub use difetto::{Difetto, DifettoIgnoto};
pub use errore::ErrorePki;
pub use indice::{Carta, Consegna, Postazione};
pub use p12::{FormaIgnota, FormaP12, PASSWORD_CA, certificati_del_p12};
pub use pki::{CertificatoServer, OpzioniPki, Pki, RichiestaEmissione};
pub use reali::{NOMI_REALI, ambiente_reale};

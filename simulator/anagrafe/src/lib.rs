//! Values of the register: text becomes a value, or a [`Difetto`] that says why it cannot.
//!
//! Here live the identifiers every other room passes around ([`Ambiente`], [`CodiceIstat`],
//! [`IdPostazione`], [`Data`]), the codice fiscale ([`codice_fiscale`]) and the dated reference tables
//! ([`tabelle`]): (table, code or name, date) becomes a row. No I/O, no clock: the day is always an
//! argument.
//!
//! What must stay true: input never panics; look-ups do not allocate (the checks call them several times
//! per person over millions of persons); no table is read without a date being offered to the reader.

mod ambiente;
mod campo;
pub mod codice_fiscale;
mod codice_istat;
mod data;
mod difetto;
pub mod italiano;
mod postazione;
mod sesso;
pub mod tabelle;

pub use ambiente::Ambiente;
pub use campo::Campo;
pub use codice_istat::CodiceIstat;
pub use data::leggi_data;
pub use difetto::Difetto;
/// A civil date (no time, no zone), as every date of the schemas is.
pub use jiff::civil::Date as Data;
pub use postazione::{IdPostazione, TipoPostazione};
pub use sesso::Sesso;

//! The codice fiscale: computed from the five data of a person, decoded back, with its omocodie and the
//! provisional numeric form (spec subentro.md §5.1).
//!
//! Works on ASCII bytes and never allocates, except [`normalizza`]. Says nothing about whether a code was ever
//! issued: that is the tax register's knowledge, not arithmetic.

mod controllo;
mod decodifica;
mod nomi;
mod omocodia;

use std::fmt;

pub use controllo::{controllo, controllo_numerico, numerico_valido};
pub use decodifica::{Decodificato, decodifica};
pub use nomi::{normalizza, stessi};
pub use omocodia::{POSIZIONI_OMOCODIA, base, omocodie, varianti};

use crate::{Data, Difetto, Sesso};

/// Length of the ordinary code, in characters.
pub const LUNGHEZZA: usize = 16;
/// Length of the provisional numeric code, in digits.
pub const LUNGHEZZA_NUMERICO: usize = 11;
/// What stands for a missing surname or given name.
pub const NOME_ASSENTE: [u8; 3] = *b"XXX";
/// Added to the day of birth of a woman.
pub const GIORNO_FEMMINILE: u8 = 40;
/// Letters of the months, January first.
pub const MESI: [u8; 12] = *b"ABCDEHLMPRST";

/// A codice fiscale that is right in itself: shape, date and control character.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodiceFiscale {
    /// The ordinary code of 16 characters, upper case.
    Alfanumerico([u8; LUNGHEZZA]),
    /// The provisional code of 11 digits.
    Numerico([u8; LUNGHEZZA_NUMERICO]),
}

impl CodiceFiscale {
    /// Reads a code of either kind; lower case is accepted, as the schemas do.
    ///
    /// # Errors
    /// [`Difetto::Lunghezza`] when neither 16 nor 11 (the code EA001); otherwise what [`decodifica`] says, or
    /// [`Difetto::NonNumerico`] and [`Difetto::Controllo`] for the numeric form.
    pub fn parse(testo: &str) -> Result<Self, Difetto> {
        match testo.len() {
            LUNGHEZZA => {
                decodifica(testo)?;
                let mut byte = [0; LUNGHEZZA];
                byte.copy_from_slice(testo.as_bytes());
                byte.make_ascii_uppercase();
                Ok(Self::Alfanumerico(byte))
            }
            LUNGHEZZA_NUMERICO => {
                let mut cifre = [0; LUNGHEZZA_NUMERICO];
                cifre.copy_from_slice(testo.as_bytes());
                let atteso = controllo_numerico(&cifre).ok_or(Difetto::NonNumerico)?;
                let trovato = cifre[LUNGHEZZA_NUMERICO - 1];
                match trovato {
                    b'0'..=b'9' if trovato == atteso => Ok(Self::Numerico(cifre)),
                    b'0'..=b'9' => Err(Difetto::Controllo { atteso, trovato }),
                    _ => Err(Difetto::NonNumerico),
                }
            }
            altra => Err(Difetto::Lunghezza(altra)),
        }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        let byte: &[u8] = match self {
            Self::Alfanumerico(byte) => byte,
            Self::Numerico(byte) => byte,
        };
        std::str::from_utf8(byte).expect("ASCII by construction")
    }
}

impl fmt::Display for CodiceFiscale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for CodiceFiscale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodiceFiscale({self})")
    }
}

impl std::str::FromStr for CodiceFiscale {
    type Err = Difetto;

    fn from_str(testo: &str) -> Result<Self, Difetto> {
        Self::parse(testo)
    }
}

impl serde::Serialize for CodiceFiscale {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for CodiceFiscale {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let testo = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Self::parse(&testo).map_err(serde::de::Error::custom)
    }
}

/// The five data a code is computed from.
#[derive(Clone, Copy, Debug)]
pub struct Generalita<'a> {
    /// Surname as sent; `None` for `senzaCognome`.
    pub cognome: Option<&'a str>,
    /// Given name as sent; `None` for `senzaNome`.
    pub nome: Option<&'a str>,
    /// Sex. `N` is computed like `M`: no rule is published for it.
    pub sesso: Sesso,
    /// Date of birth; a missing day, or day and month, is the conventional 01, or 01-01, already in here.
    pub nascita: Data,
    /// Belfiore code of the Comune, or `Znnn` of the foreign State.
    pub belfiore: &'a str,
}

/// Computes the code, control letter included. Total: a Belfiore code that is not a letter and three digits
/// becomes `Z000`-like filler (`0` for each character that cannot stand there), so that no input panics; such
/// a code does not decode to a place.
pub fn calcola(g: &Generalita<'_>) -> [u8; LUNGHEZZA] {
    let mut cf = [b'0'; LUNGHEZZA];
    cf[0..3].copy_from_slice(&nomi::tre_del_cognome(g.cognome));
    cf[3..6].copy_from_slice(&nomi::tre_del_nome(g.nome));
    let anno = g.nascita.year().rem_euclid(100).unsigned_abs() as u8;
    cf[6..8].copy_from_slice(&due_cifre(anno));
    cf[8] = MESI[usize::from(g.nascita.month().unsigned_abs() - 1)];
    let giorno = g.nascita.day().unsigned_abs() + if g.sesso == Sesso::F { GIORNO_FEMMINILE } else { 0 };
    cf[9..11].copy_from_slice(&due_cifre(giorno));
    cf[11] = b'Z';
    for (posto, byte) in cf[11..15].iter_mut().zip(g.belfiore.bytes()) {
        if byte.is_ascii_alphanumeric() {
            *posto = byte.to_ascii_uppercase();
        }
    }
    sigilla(&mut cf);
    cf
}

fn due_cifre(n: u8) -> [u8; 2] {
    [b'0' + n / 10 % 10, b'0' + n % 10]
}

/// Puts the control letter in its place.
fn sigilla(cf: &mut [u8; LUNGHEZZA]) {
    if let Some(lettera) = controllo(cf) {
        cf[LUNGHEZZA - 1] = lettera;
    }
}

#[cfg(test)]
mod tests;

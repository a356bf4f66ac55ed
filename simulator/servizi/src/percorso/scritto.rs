//! What somebody wrote into a field, and what could be made of it: of a form, of a JSON body, of a cell of a plan.
//!
//! A value that cannot be read is a value too: it waits until the whole form is judged, so that one round names every
//! field that is not right, and it is quoted as it was written. A day is written `2021-03-15`, or as Italians and their
//! spreadsheets write it, `15/03/2021` or `15-03-2021`; never with a year of two digits, which nobody reads the same way.

use anagrafe::Data;
use registro::Soluzione;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::impedimento::ErroreCampo;

/// Characters of what was written that are quoted.
const CITAZIONE_MASSIMA: usize = 40;

/// A kind of value that people write.
pub trait Leggibile: Sized {
    /// What is wrong with a text that is none, as the end of `«…» …`.
    const NON_E: &'static str;

    /// Reads a text without blanks around it.
    fn da_testo(testo: &str) -> Option<Self>;

    /// Reads a JSON value that is neither a text nor null.
    fn da_json(_: &Value) -> Option<Self> {
        None
    }
}

impl Leggibile for Data {
    const NON_E: &'static str = "non è una data del calendario. Si scrive AAAA-MM-GG oppure GG/MM/AAAA.";

    fn da_testo(testo: &str) -> Option<Self> {
        giorno_scritto(testo)
    }
}

impl Leggibile for u32 {
    const NON_E: &'static str = "non è un numero intero.";

    fn da_testo(testo: &str) -> Option<Self> {
        testo.parse().ok()
    }

    fn da_json(v: &Value) -> Option<Self> {
        v.as_u64().and_then(|n| n.try_into().ok())
    }
}

impl Leggibile for Soluzione {
    const NON_E: &'static str = "non è una modalità di accesso: WA, WA_INTEGRATA o WS.";

    fn da_testo(testo: &str) -> Option<Self> {
        serde_json::from_value(Value::from(testo)).ok()
    }
}

/// A day as people write it.
pub fn giorno_scritto(testo: &str) -> Option<Data> {
    let testo = testo.trim();
    let segno = ['/', '-'].into_iter().find(|s| testo.contains(*s))?;
    let mut pezzi = testo.split(segno);
    let (Some(a), Some(b), Some(c), None) = (pezzi.next(), pezzi.next(), pezzi.next(), pezzi.next()) else {
        return None;
    };
    let (anno, mese, giorno) = if a.len() == 4 && segno == '-' {
        (a, b, c)
    } else {
        (c, b, a)
    };
    let cifre = |t: &str, quante: std::ops::RangeInclusive<usize>| {
        quante.contains(&t.len()) && t.bytes().all(|c| c.is_ascii_digit())
    };
    if !(cifre(anno, 4..=4) && cifre(mese, 1..=2) && cifre(giorno, 1..=2)) {
        return None;
    }
    anagrafe::leggi_data(&format!("{anno}-{mese:0>2}-{giorno:0>2}"))
}

/// A field as it was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scritto<T> {
    /// Nothing there.
    #[default]
    Assente,
    /// Read.
    Letto(T),
    /// Something that is no such value, as it was written.
    Errato(String),
}

impl<T: Leggibile> Scritto<T> {
    /// Reads what stands in a field; blanks alone are nothing.
    pub fn da_testo(testo: &str) -> Self {
        let testo = testo.trim();
        if testo.is_empty() {
            return Self::Assente;
        }
        T::da_testo(testo).map_or_else(|| Self::Errato(testo.to_owned()), Self::Letto)
    }

    /// The value for who has judged the rest; `None` too when it could not be read.
    pub fn letto(&self) -> Option<&T> {
        match self {
            Self::Letto(v) => Some(v),
            Self::Assente | Self::Errato(_) => None,
        }
    }

    /// The value of a field that must have one; `nome` is what the page calls it.
    pub fn necessario(&self, campo: &'static str, nome: &str) -> Result<&T, ErroreCampo> {
        match self {
            Self::Letto(v) => Ok(v),
            Self::Assente => Err(ErroreCampo::nuovo(campo, format!("{nome}: manca."))),
            Self::Errato(testo) => Err(ErroreCampo::nuovo(
                campo,
                format!("{nome}: {}", non_letto::<T>(testo)),
            )),
        }
    }

    /// The error of a field that could not be read; `nome` is what the page calls it.
    pub(super) fn errore(&self, campo: &'static str, nome: &str) -> Option<ErroreCampo> {
        match self {
            Self::Errato(testo) => Some(ErroreCampo::nuovo(
                campo,
                format!("{nome}: {}", non_letto::<T>(testo)),
            )),
            Self::Assente | Self::Letto(_) => None,
        }
    }
}

/// What is wrong with a text that could not be read.
pub(super) fn non_letto<T: Leggibile>(testo: &str) -> String {
    let breve: String = testo
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(CITAZIONE_MASSIMA)
        .collect();
    format!("«{breve}» {}", T::NON_E)
}

impl<T> From<Option<T>> for Scritto<T> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Assente, Self::Letto)
    }
}

impl<'de, T: Leggibile> Deserialize<'de> for Scritto<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(d)? {
            Value::Null => Self::Assente,
            Value::String(testo) => Self::da_testo(&testo),
            altro => T::da_json(&altro).map_or_else(|| Self::Errato(altro.to_string()), Self::Letto),
        })
    }
}

#[cfg(test)]
mod prove {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_day_is_read_in_the_ways_people_write_it() {
        let quindici = jiff::civil::date(2021, 3, 15);
        let cinque = jiff::civil::date(2021, 3, 5);
        for (testo, letto) in [
            ("2021-03-15", Some(quindici)),
            ("15/03/2021", Some(quindici)),
            ("15-03-2021", Some(quindici)),
            (" 15/3/2021 ", Some(quindici)),
            ("5/3/2021", Some(cinque)),
            ("2021-3-5", Some(cinque)),
            ("31/02/2021", None),
            ("03/15/2021", None),
            ("2021/03/15", None),
            ("15/03/21", None),
            ("15-03/2021", None),
            ("15/03/2021/1", None),
            ("+5/03/2021", None),
            ("2021-03-15T10:00", None),
            ("0000-03-15", None),
            ("44270", None),
            ("domani", None),
            ("", None),
        ] {
            assert_eq!(giorno_scritto(testo), letto, "{testo:?}");
        }
    }

    #[test]
    fn json_and_forms_are_read_alike_and_nothing_fails() {
        let data = |v: Value| serde_json::from_value::<Scritto<Data>>(v).expect("never fails");
        assert_eq!(data(json!(null)), Scritto::Assente);
        assert_eq!(data(json!(" ")), Scritto::Assente);
        assert_eq!(
            data(json!("28/02/2021")),
            Scritto::Letto(jiff::civil::date(2021, 2, 28))
        );
        assert_eq!(
            data(json!("31/02/2021")),
            Scritto::Errato("31/02/2021".to_owned())
        );
        assert_eq!(data(json!(20_210_228)), Scritto::Errato("20210228".to_owned()));
        let numero = |v: Value| serde_json::from_value::<Scritto<u32>>(v).expect("never fails");
        assert_eq!(numero(json!(4)), Scritto::Letto(4));
        assert_eq!(numero(json!("4")), Scritto::Letto(4));
        assert_eq!(numero(json!(-4)), Scritto::Errato("-4".to_owned()));
        assert_eq!(
            numero(json!(4_294_967_296_u64)),
            Scritto::Errato("4294967296".to_owned())
        );
        assert_eq!(
            Scritto::<Soluzione>::da_testo("WA_INTEGRATA"),
            Scritto::Letto(Soluzione::WaIntegrata)
        );
        let e = data(json!("x".repeat(60)))
            .errore("giorno", "Giorno")
            .expect("an error");
        assert_eq!(
            e.testo,
            format!(
                "Giorno: «{}» non è una data del calendario. Si scrive AAAA-MM-GG oppure GG/MM/AAAA.",
                "x".repeat(40)
            )
        );
    }
}

//! Simple types: a chain of restrictions becomes one checker of values, with a byte table for the common case.
//!
//! A value is checked after its white space is treated; lengths count characters; all patterns of the chain hold. The byte
//! table `rapidi` marks the ASCII bytes a scan may pass over without looking twice (never `<`, `&`, `]`, CR or a forbidden
//! control): when a scan over such bytes reaches the end tag and `basta` is true, only the length is left to compare.
//! The lexical rules of the built-in types are those of libxml2 2.9, because its verdict is the reference.

use std::borrow::Cow;

use crate::espressione::{Classe, Pezzo};
use crate::grammatica::{Grammatica, NomeTipo, Spazi, XS};

/// The built-in types the grammar uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    Stringa,
    Data,
    DataOra,
    Intero,
    Booleano,
    Base64,
}

/// A checker of values.
#[derive(Clone, Debug)]
pub(crate) struct TipoSemplice {
    pub(crate) base: Base,
    pub(crate) spazi: Spazi,
    pub(crate) minimo: u32,
    pub(crate) massimo: u32,
    /// Patterns that are more than a class.
    pub(crate) modelli: Vec<Pezzo>,
    /// Patterns that are a class repeated; the class and the least number.
    pub(crate) classi: Vec<Classe>,
    /// Enumerations of the chain; a value is in each.
    pub(crate) valori: Vec<Vec<String>>,
    pub(crate) rapidi: [bool; 256],
    pub(crate) basta: bool,
}

impl TipoSemplice {
    /// Compiles the type `nome`; `None` if it, or something it uses, is not known.
    pub(crate) fn compila(g: &Grammatica, nome: &NomeTipo) -> Option<Self> {
        let (mut minimo, mut massimo, mut spazi) = (0, u32::MAX, None);
        let (mut modelli, mut classi, mut valori) = (Vec::new(), Vec::new(), Vec::new());
        let mut qui = nome.clone();
        while qui.0 != XS {
            let tipo = g.semplici.get(&qui)?;
            minimo = minimo.max(tipo.minimo.unwrap_or(0));
            massimo = massimo.min(tipo.massimo.unwrap_or(u32::MAX));
            spazi = spazi.or(tipo.spazi);
            for m in &tipo.modelli {
                let pezzo = Pezzo::leggi(m)?;
                if let Some((classe, almeno)) = pezzo.solo_classe() {
                    minimo = minimo.max(almeno);
                    classi.push(classe.clone());
                } else {
                    modelli.push(pezzo);
                }
            }
            if !tipo.valori.is_empty() {
                valori.push(tipo.valori.clone());
            }
            qui = tipo.base.clone();
        }
        let base = match qui.1.as_str() {
            "string" => Base::Stringa,
            "date" => Base::Data,
            "dateTime" => Base::DataOra,
            "int" => Base::Intero,
            "boolean" => Base::Booleano,
            "base64Binary" => Base::Base64,
            _ => return None,
        };
        // By XSD dates and numbers collapse as well, but libxml2 2.9 refuses blanks around them, and we follow its verdict.
        let spazi = match base {
            Base::Stringa => spazi.unwrap_or(Spazi::Preserve),
            Base::Data | Base::DataOra | Base::Intero => Spazi::Preserve,
            Base::Booleano | Base::Base64 => Spazi::Collapse,
        };
        if base != Base::Stringa
            && (minimo > 0 || massimo < u32::MAX || !classi.is_empty() || !modelli.is_empty())
        {
            return None; // facets only on strings: nothing else occurs
        }
        let basta = base == Base::Stringa && modelli.is_empty() && valori.is_empty();
        let mut tipo = Self {
            base,
            spazi,
            minimo,
            massimo,
            modelli,
            classi,
            valori,
            rapidi: [false; 256],
            basta,
        };
        tipo.tavola();
        Some(tipo)
    }

    fn tavola(&mut self) {
        for (b, posto) in (0_u8..128).zip(&mut self.rapidi) {
            let bianco = matches!(b, b' ' | b'\t' | b'\n');
            let lecito = (b >= b' ' || bianco) && !matches!(b, b'<' | b'&' | b']');
            let di_base = match self.base {
                Base::Data => b.is_ascii_digit() || b == b'-',
                _ => true,
            };
            *posto = lecito
                && di_base
                && !(bianco && self.spazi != Spazi::Preserve)
                && self.classi.iter().all(|c| c.contiene(char::from(b)));
        }
    }

    /// Is `testo` a value of this type? If not, the reason in Italian.
    pub(crate) fn verifica(&self, testo: &str) -> Result<(), String> {
        let valore = self.normalizza(testo);
        let v = valore.as_ref();
        let giusto = match self.base {
            Base::Stringa => return self.stringa(v),
            Base::Data => data(v.as_bytes()),
            Base::DataOra => data_ora(v.as_bytes()),
            Base::Intero => intero(v),
            Base::Booleano => matches!(v, "true" | "false" | "0" | "1"),
            Base::Base64 => base64(v.as_bytes()),
        };
        if giusto {
            return Ok(());
        }
        Err(match self.base {
            Base::Data => "non è una data del calendario nella forma AAAA-MM-GG",
            Base::DataOra => "non è una data con ora nella forma AAAA-MM-GGThh:mm:ss",
            Base::Intero => "non è un numero intero",
            Base::Booleano => "non è un valore sì/no (true, false, 1, 0)",
            Base::Base64 => "non è un contenuto in base64",
            Base::Stringa => "",
        }
        .to_owned())
    }

    fn stringa(&self, v: &str) -> Result<(), String> {
        let lunghezza = u32::try_from(v.chars().count()).unwrap_or(u32::MAX);
        if lunghezza < self.minimo {
            return Err(if lunghezza == 0 {
                "è vuoto".to_owned()
            } else {
                format!("ha {lunghezza} caratteri, ne servono almeno {}", self.minimo)
            });
        }
        if lunghezza > self.massimo {
            return Err(format!(
                "ha {lunghezza} caratteri, ne sono ammessi al più {}",
                self.massimo
            ));
        }
        for classe in &self.classi {
            if let Some(c) = v.chars().find(|c| !classe.contiene(*c)) {
                return Err(format!("contiene il carattere non ammesso {}", mostra(c)));
            }
        }
        if !self.modelli.iter().all(|m| m.vale(v)) {
            return Err("non ha la forma prescritta".to_owned());
        }
        match self.valori.iter().find(|insieme| !insieme.iter().any(|a| a == v)) {
            Some(insieme) => Err(format!("non è fra i valori ammessi ({})", insieme.join(", "))),
            None => Ok(()),
        }
    }

    pub(crate) fn normalizza<'a>(&self, testo: &'a str) -> Cow<'a, str> {
        let bianco = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        match self.spazi {
            Spazi::Preserve => Cow::Borrowed(testo),
            Spazi::Replace => Cow::Owned(testo.replace(bianco, " ")),
            Spazi::Collapse if !testo.contains(bianco) => Cow::Borrowed(testo),
            Spazi::Collapse => {
                let parti: Vec<&str> = testo.split(bianco).filter(|p| !p.is_empty()).collect();
                Cow::Owned(parti.join(" "))
            }
        }
    }
}

fn mostra(c: char) -> String {
    if c.is_control() {
        format!("U+{:04X}", u32::from(c))
    } else {
        format!("«{c}»")
    }
}

/// Takes digits from the front; at least `minimo` of them.
fn cifre<'a>(b: &mut &'a [u8], minimo: usize, massimo: usize) -> Option<&'a [u8]> {
    let quante = b.iter().take(massimo).take_while(|c| c.is_ascii_digit()).count();
    if quante < minimo {
        return None;
    }
    let (prese, resto) = b.split_at(quante);
    *b = resto;
    Some(prese)
}

fn numero(cifre: &[u8]) -> u64 {
    cifre
        .iter()
        .fold(0, |n, c| n.saturating_mul(10).saturating_add(u64::from(c - b'0')))
}

fn segno(b: &mut &[u8], atteso: u8) -> Option<()> {
    let (primo, resto) = b.split_first()?;
    *b = resto;
    (*primo == atteso).then_some(())
}

/// `xs:date`, with an optional zone.
pub(crate) fn data(b: &[u8]) -> bool {
    let mut b = b;
    giorno(&mut b).is_some() && zona(&mut b).is_some() && b.is_empty()
}

fn data_ora(b: &[u8]) -> bool {
    let mut b = b;
    let letta = giorno(&mut b)
        .and_then(|()| segno(&mut b, b'T'))
        .and_then(|()| ora(&mut b));
    let prima = b.len();
    if letta.is_none() || zona(&mut b).is_none() {
        return false;
    }
    // libxml2 lets blanks stand after a zone, and only there.
    b.is_empty() || (b.len() < prima && b.iter().all(|c| crate::forma::bianco(*c)))
}

/// Last year of libxml2.
const MAX_ANNO: u64 = i64::MAX as u64;

/// Year, month and day: no year 0, four digits at least and no needless zero.
fn giorno(b: &mut &[u8]) -> Option<()> {
    if b.first() == Some(&b'-') {
        *b = &b[1..];
    }
    let anno = cifre(b, 4, usize::MAX)?;
    if anno.len() > 4 && anno[0] == b'0' {
        return None;
    }
    let anno = numero(anno);
    segno(b, b'-')?;
    let mese = numero(cifre(b, 2, 2)?);
    segno(b, b'-')?;
    let giorno = numero(cifre(b, 2, 2)?);
    let bisestile = anno.is_multiple_of(4) && (!anno.is_multiple_of(100) || anno.is_multiple_of(400));
    let giorni = match mese {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u64::from(bisestile),
        _ => return None,
    };
    (anno > 0 && anno <= MAX_ANNO && giorno >= 1 && giorno <= giorni).then_some(())
}

fn ora(b: &mut &[u8]) -> Option<()> {
    let ore = numero(cifre(b, 2, 2)?);
    segno(b, b':')?;
    let minuti = numero(cifre(b, 2, 2)?);
    segno(b, b':')?;
    let secondi = numero(cifre(b, 2, 2)?);
    let mut frazione = 0;
    if b.first() == Some(&b'.') {
        *b = &b[1..];
        frazione = numero(cifre(b, 1, usize::MAX)?);
    }
    let mezzanotte = ore == 24 && minuti == 0 && secondi == 0 && frazione == 0;
    ((ore < 24 && minuti < 60 && secondi < 60) || mezzanotte).then_some(())
}

fn zona(b: &mut &[u8]) -> Option<()> {
    match b.first() {
        Some(b'Z') => *b = &b[1..],
        Some(b'+' | b'-') => {
            *b = &b[1..];
            let ore = numero(cifre(b, 2, 2)?);
            segno(b, b':')?;
            let minuti = numero(cifre(b, 2, 2)?);
            if minuti > 59 || ore * 60 + minuti > 14 * 60 {
                return None;
            }
        }
        _ => {}
    }
    Some(())
}

fn intero(v: &str) -> bool {
    let cifre = v.strip_prefix(['+', '-']).unwrap_or(v);
    !cifre.is_empty() && cifre.bytes().all(|c| c.is_ascii_digit()) && v.parse::<i32>().is_ok()
}

/// As libxml2: characters outside the alphabet are passed over; padding and the unused bits must be right.
fn base64(v: &[u8]) -> bool {
    let cifra = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut quante, mut ultima, mut riempimento) = (0_u64, 0, 0);
    for &c in v {
        if c == b'=' {
            riempimento += 1;
        } else if let Some(n) = cifra(c) {
            if riempimento > 0 {
                return false;
            }
            quante += 1;
            ultima = n;
        }
    }
    match riempimento {
        0 => quante % 4 == 0,
        1 => quante % 4 == 3 && ultima.trailing_zeros() >= 2,
        2 => quante % 4 == 2 && ultima.trailing_zeros() >= 4,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammatica::grammatica;

    #[test]
    fn every_simple_type_compiles() {
        let g = grammatica();
        for nome in g.semplici.keys() {
            assert!(TipoSemplice::compila(g, nome).is_some(), "{nome:?}");
        }
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (testo, vale) in [
            ("2020-02-29", true),
            ("2019-02-29", false),
            ("1900-02-29", false),
            ("2000-02-29", true),
            ("0000-01-01", false),
            ("-0001-01-01", true),
            ("12020-01-01", true),
            ("02020-01-01", false),
            ("2020-1-01", false),
            ("2020-01-01Z", true),
            ("2020-01-01+14:00", true),
            ("2020-01-01+14:01", false),
            ("2020-01-01 ", false),
            ("", false),
        ] {
            assert_eq!(data(testo.as_bytes()), vale, "{testo}");
        }
        assert!(data_ora(b"2020-01-01T24:00:00"));
        assert!(!data_ora(b"2020-01-01T24:00:01"));
        assert!(data_ora(b"2020-01-01T23:59:59.999+01:00"));
    }

    #[test]
    fn lengths_count_characters() {
        let g = grammatica();
        let nome = g
            .semplici
            .keys()
            .find(|n| n.1 == "alfabeticoNomiCognomi")
            .expect("type");
        let tipo = TipoSemplice::compila(g, nome).expect("compiles");
        assert_eq!(tipo.verifica(&"è".repeat(80)), Ok(()));
        assert!(tipo.verifica(&"è".repeat(81)).is_err());
        assert!(tipo.verifica("ROSSI (BIANCHI)").is_err());
        assert!(tipo.basta && !tipo.rapidi[usize::from(b'<')]);
    }
}

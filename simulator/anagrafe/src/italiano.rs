//! Where Italian asks for agreement: a number with its noun, a date with its article. One place, for pages, messages and
//! commands alike; the English of what is written here stands in the dictionary (`{#} giorni`, `l'{@}`).

use crate::Data;

/// A number of things.
pub trait Conto {
    /// As a number.
    fn conto(&self) -> u64;
}

macro_rules! conta {
    ($($t:ty),*) => {$(
        impl Conto for $t {
            fn conto(&self) -> u64 {
                u64::try_from(*self).unwrap_or(u64::MAX)
            }
        }
    )*};
}
conta!(u8, u16, u32, u64, usize);

impl<T: Conto> Conto for &T {
    fn conto(&self) -> u64 {
        (*self).conto()
    }
}

/// `1.234.567`.
pub fn migliaia(n: u64) -> String {
    let cifre = n.to_string();
    let mut fuori = String::with_capacity(cifre.len() + cifre.len() / 3);
    for (i, c) in cifre.chars().enumerate() {
        if i > 0 && (cifre.len() - i).is_multiple_of(3) {
            fuori.push('.');
        }
        fuori.push(c);
    }
    fuori
}

/// The one of two words that goes with a number: `operatore` for one, `operatori` for any other.
pub fn accordo<'t>(n: impl Conto, uno: &'t str, molti: &'t str) -> &'t str {
    if n.conto() == 1 { uno } else { molti }
}

/// `1 operatore`, `0 operatori`, `1.200 operatori`.
pub fn quanti(n: impl Conto, uno: &str, molti: &str) -> String {
    let n = n.conto();
    format!("{} {}", migliaia(n), accordo(n, uno, molti))
}

/// `01/03/2021`.
pub fn giorno(d: Data) -> String {
    format!("{:02}/{:02}/{:04}", d.day(), d.month(), d.year())
}

/// `il 12/03/2021`, `l'11/03/2021`.
pub fn il(d: Data) -> String {
    con("il ", "l'", d)
}

/// `dal 12/03/2021`, `dall'11/03/2021`.
pub fn dal(d: Data) -> String {
    con("dal ", "dall'", d)
}

/// `al 12/03/2021`, `all'11/03/2021`.
pub fn al(d: Data) -> String {
    con("al ", "all'", d)
}

/// `del 12/03/2021`, `dell'11/03/2021`.
pub fn del(d: Data) -> String {
    con("del ", "dell'", d)
}

fn con(intera: &str, elisa: &str, d: Data) -> String {
    let davanti = if vocale(d) { elisa } else { intera };
    format!("{davanti}{}", giorno(d))
}

/// Otto and undici are the days that are read with a vowel first; the first of the month is «primo».
fn vocale(d: Data) -> bool {
    matches!(d.day(), 8 | 11)
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn one_is_one_and_everything_else_is_many() {
        for (n, atteso) in [
            (0u64, "0 giorni"),
            (1, "1 giorno"),
            (2, "2 giorni"),
            (21, "21 giorni"),
            (1_234_567, "1.234.567 giorni"),
        ] {
            assert_eq!(quanti(n, "giorno", "giorni"), atteso);
        }
        assert_eq!(quanti(1usize, "volta", "volte"), "1 volta");
        assert_eq!(accordo(1u8, "abilitato", "abilitati"), "abilitato");
    }

    #[test]
    fn the_eighth_and_the_eleventh_elide() {
        let d = |g: i8| jiff::civil::date(2021, 3, g);
        let elisi: Vec<i8> = (1..=31).filter(|g| il(d(*g)).starts_with("l'")).collect();
        assert_eq!(elisi, [8, 11]);
        assert_eq!(
            [il(d(11)), dal(d(8)), al(d(11)), del(d(8))],
            [
                "l'11/03/2021",
                "dall'08/03/2021",
                "all'11/03/2021",
                "dell'08/03/2021"
            ]
        );
        assert_eq!(
            [il(d(1)), dal(d(12)), al(d(18)), del(d(28))],
            [
                "il 01/03/2021",
                "dal 12/03/2021",
                "al 18/03/2021",
                "del 28/03/2021"
            ]
        );
    }
}

//! `Accept-Language` → one of the two languages.

/// Languages of the texts for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lingua {
    /// Italian, the language of the simulator.
    It,
    /// English.
    En,
}

impl Lingua {
    /// Language tag, as `lang` and `Content-Language` write it.
    pub const fn etichetta(self) -> &'static str {
        match self {
            Self::It => "it",
            Self::En => "en",
        }
    }
}

/// Weight of a range without a `q`, in thousandths.
const PESO_PIENO: u16 = 1000;

/// What a request prefers (RFC 9110 §12.5.4): English only when it weighs more than Italian.
///
/// A range counts for its language whatever its region (`en-GB`); `*` counts for a language not named.
pub fn preferita(accept_language: &str) -> Lingua {
    let (mut it, mut en, mut altre) = (None, None, None);
    for gamma in accept_language.split(',') {
        let mut parti = gamma.split(';').map(str::trim);
        let nome = parti.next().unwrap_or_default();
        let lingua = nome.split('-').next().unwrap_or_default();
        let posto = match lingua {
            l if l.eq_ignore_ascii_case("it") => &mut it,
            l if l.eq_ignore_ascii_case("en") => &mut en,
            "*" => &mut altre,
            _ => continue,
        };
        let detto = parti.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
        let peso = detto.map_or(Some(PESO_PIENO), millesimi);
        // A weight that is none says nothing.
        *posto = (*posto).max(peso);
    }
    let altre = altre.unwrap_or(0);
    if en.unwrap_or(altre) > it.unwrap_or(altre) {
        Lingua::En
    } else {
        Lingua::It
    }
}

/// `0.5` → 500; at most three decimals and never more than one.
fn millesimi(testo: &str) -> Option<u16> {
    let (intero, decimali) = testo.split_once('.').unwrap_or((testo, ""));
    if decimali.len() > 3 || !decimali.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let decimali: u16 = format!("{decimali:0<3}").parse().ok()?;
    match intero {
        "0" => Some(decimali),
        "1" if decimali == 0 => Some(PESO_PIENO),
        _ => None,
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn english_must_weigh_more_than_italian() {
        for (testata, attesa) in [
            ("", Lingua::It),
            ("it", Lingua::It),
            ("en", Lingua::En),
            ("EN-gb", Lingua::En),
            ("en-GB, it;q=0.5", Lingua::En),
            ("it-IT,it;q=0.9,en-US;q=0.8,en;q=0.7", Lingua::It),
            ("en-US,en;q=0.9,it;q=0.8", Lingua::En),
            ("it;q=0.8, en;q=0.9", Lingua::En),
            ("it, en", Lingua::It),
            ("en, it", Lingua::It),
            ("fr, de;q=0.5", Lingua::It),
            ("fr, en;q=0.1", Lingua::En),
            ("*", Lingua::It),
            ("en;q=0", Lingua::It),
            ("en;q=0.000, *", Lingua::It),
            ("it;q=0, *;q=0.1", Lingua::En),
            ("*;q=0.5, it;q=0.1", Lingua::En),
            ("en;q=2, it;q=0.001", Lingua::It),
            ("en;q=a, it;q=0.5", Lingua::It),
            ("en;q=0.12345, it;q=0.5", Lingua::It),
            ("english", Lingua::It),
            (";;;,,,q=1", Lingua::It),
        ] {
            assert_eq!(preferita(testata), attesa, "{testata:?}");
        }
    }
}

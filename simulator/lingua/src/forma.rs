//! A phrase with holes: what of a text it recognises, and the text it writes instead.
//!
//! `{}` takes anything, `{#}` a number as people write it, `{@}` a date, a time or the dash that stands for none, `{_}`
//! one word. The English names the holes in the order of the Italian (`{}`) or by their place (`{1}`). A hole is empty only between two pieces of text.

use std::ops::Range;

/// Places of holes that are tried before a text is not the phrase: a text from outside may be long and repeat itself.
const TENTATIVI_MASSIMI: usize = 200;

/// The Italian side.
#[derive(Debug)]
pub(crate) struct Forma {
    /// Text before, between and after the holes: one more than the holes.
    pezzi: Vec<&'static str>,
    /// What each hole takes.
    buchi: Vec<Buco>,
}

/// What a hole takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Buco {
    Tutto,
    Numero,
    Data,
    Parola,
}

impl Buco {
    /// As the Italian side writes it.
    const SCRITTI: [(&str, Self); 4] = [
        ("{}", Self::Tutto),
        ("{#}", Self::Numero),
        ("{@}", Self::Data),
        ("{_}", Self::Parola),
    ];

    fn prende(self, testo: &str) -> bool {
        match self {
            Self::Tutto => true,
            Self::Numero => e_numero(testo),
            Self::Data => e_data(testo),
            Self::Parola => !testo.contains(' '),
        }
    }
}

/// The English side: pieces of text, and holes by their place in the Italian.
#[derive(Debug)]
pub(crate) enum Parte {
    /// Text.
    Testo(&'static str),
    /// A hole.
    Buco(usize),
}

impl Forma {
    /// A phrase with at least one hole; `None` when it has none.
    pub(crate) fn leggi(italiano: &'static str) -> Option<Self> {
        let (mut pezzi, mut buchi) = (Vec::new(), Vec::new());
        let mut resto = italiano;
        while let Some((prima, buco, dopo)) = primo_buco(resto) {
            pezzi.push(prima);
            buchi.push(buco);
            resto = dopo;
        }
        pezzi.push(resto);
        (!buchi.is_empty()).then_some(Self { pezzi, buchi })
    }

    /// Bytes that are not holes: the more, the better a match says.
    pub(crate) fn peso(&self) -> usize {
        self.pezzi.iter().map(|p| p.len()).sum()
    }

    /// What stands before the first hole.
    pub(crate) fn inizio(&self) -> &'static str {
        self.pezzi[0]
    }

    /// What stands after the last hole.
    pub(crate) fn coda(&self) -> &'static str {
        self.pezzi[self.pezzi.len() - 1]
    }

    /// How many holes.
    pub(crate) fn quanti(&self) -> usize {
        self.buchi.len()
    }

    /// The text between two holes, or around them, in order.
    pub(crate) fn pezzi(&self) -> &[&'static str] {
        &self.pezzi
    }

    /// Where the holes of this phrase are in a text; `None` when the text is not this phrase.
    ///
    /// Each hole takes as little as it can; where a later one then does not fit, the earlier one takes more.
    pub(crate) fn riconosci(&self, testo: &str) -> Option<Vec<Range<usize>>> {
        let (primo, ultimo) = (self.inizio(), self.coda());
        if testo.len() < self.peso() || !testo.starts_with(primo) || !testo.ends_with(ultimo) {
            return None;
        }
        let mut buchi = Vec::with_capacity(self.quanti());
        let dentro = &testo[..testo.len() - ultimo.len()];
        let mut tentativi = TENTATIVI_MASSIMI;
        self.prova(dentro, primo.len(), &mut buchi, &mut tentativi)
            .then_some(buchi)
    }

    /// Places the next hole, which begins `qui`, and those after it.
    fn prova(&self, testo: &str, qui: usize, buchi: &mut Vec<Range<usize>>, tentativi: &mut usize) -> bool {
        let i = buchi.len();
        let Some((tipo, resto)) = self.buchi.get(i).zip(testo.get(qui..)) else {
            return false;
        };
        // Between two pieces of text a value may be empty, as in «».
        let vuoto = !self.pezzi[i].is_empty() && !self.pezzi[i + 1].is_empty();
        let va = |buco: &str| (vuoto || !buco.is_empty()) && (buco.is_empty() || tipo.prende(buco));
        if i + 1 == self.buchi.len() {
            buchi.push(qui..testo.len());
            return va(resto);
        }
        let pezzo = self.pezzi[i + 1];
        let mut da = if vuoto {
            0
        } else {
            resto.chars().next().map_or(0, char::len_utf8)
        };
        while *tentativi > 0
            && let Some(lungo) = resto.get(da..).and_then(|r| r.find(pezzo)).map(|l| da + l)
        {
            *tentativi -= 1;
            if va(&resto[..lungo]) {
                buchi.push(qui..qui + lungo);
                if self.prova(testo, qui + lungo + pezzo.len(), buchi, tentativi) {
                    return true;
                }
                buchi.truncate(i);
            }
            da = lungo + resto[lungo..].chars().next().map_or(1, char::len_utf8);
        }
        false
    }
}

/// The English side of a phrase with so many holes; what is wrong when they do not agree.
pub(crate) fn parti(inglese: &'static str, buchi: usize) -> Result<Vec<Parte>, String> {
    let mut parti = Vec::new();
    let mut usati = Vec::new();
    let mut resto = inglese;
    let mut da = 0;
    while let Some(apre) = resto[da..].find('{').map(|i| da + i) {
        let Some(chiude) = resto[apre..].find('}') else {
            break;
        };
        let dentro = &resto[apre + 1..apre + chiude];
        let quale = match dentro {
            "" | "#" | "@" | "_" => usati.len() + 1,
            _ => match dentro.parse() {
                Ok(n) => n,
                // Braces around words are text, as on the other side.
                Err(_) => {
                    da = apre + 1;
                    continue;
                }
            },
        };
        if quale == 0 || quale > buchi || usati.contains(&quale) {
            return Err(format!("il buco {quale} non c'è, o è già usato"));
        }
        usati.push(quale);
        parti.push(Parte::Testo(&resto[..apre]));
        parti.push(Parte::Buco(quale - 1));
        resto = &resto[apre + chiude + 1..];
        da = 0;
    }
    parti.push(Parte::Testo(resto));
    if usati.len() == buchi {
        Ok(parti)
    } else {
        Err(format!("{} buchi in inglese, {buchi} in italiano", usati.len()))
    }
}

fn primo_buco(testo: &'static str) -> Option<(&'static str, Buco, &'static str)> {
    let (inizio, scritto, buco) = Buco::SCRITTI
        .iter()
        .filter_map(|&(scritto, buco)| Some((testo.find(scritto)?, scritto, buco)))
        .min_by_key(|(inizio, ..)| *inizio)?;
    Some((&testo[..inizio], buco, &testo[inizio + scritto.len()..]))
}

/// A date or a time as Italian pages and the API write them; a dash is none.
fn e_data(testo: &str) -> bool {
    testo == "–"
        || testo.starts_with(|c: char| c.is_ascii_digit())
            && testo
                .chars()
                .all(|c| c.is_ascii_digit() || "/-:. TZ+".contains(c))
}

/// A number as Italian pages write it.
pub(crate) fn e_numero(testo: &str) -> bool {
    testo.starts_with(|c: char| c.is_ascii_digit())
        && testo.ends_with(|c: char| c.is_ascii_digit())
        && testo
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
}

/// `1.234,5` → `1,234.5`; anything that is not grouped so stays as it is.
pub(crate) fn numero_inglese(testo: &str) -> Option<String> {
    let (intero, decimali) = match testo.split_once(',') {
        Some((i, d)) => (i, Some(d)),
        None => (testo, None),
    };
    let mut gruppi = intero.split('.');
    let primo = gruppi.next().unwrap_or_default();
    let cifre = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let raggruppato = intero.contains('.');
    if !cifre(primo)
        || raggruppato && primo.len() > 3
        || gruppi.any(|g| g.len() != 3 || !cifre(g))
        || decimali.is_some_and(|d| !cifre(d))
        || !raggruppato && decimali.is_none()
    {
        return None;
    }
    let mut fuori = intero.replace('.', ",");
    if let Some(d) = decimali {
        fuori.push('.');
        fuori.push_str(d);
    }
    Some(fuori)
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_phrase_takes_its_holes_and_nothing_else() {
        let buchi = |forma: &'static str, testo: &str| {
            let f = Forma::leggi(forma).expect("holes");
            f.riconosci(testo)
                .map(|b| b.iter().map(|r| testo[r.clone()].to_owned()).collect::<Vec<_>>())
        };
        for (forma, testo, attesi) in [
            ("Comune {}", "Comune 888001", Some(vec!["888001"])),
            ("Comune {}", "Comune ", None),
            ("Comune {}", "comune 1", None),
            ("{} di {}", "a di b di c", Some(vec!["a", "b di c"])),
            ("{}{}", "àb", Some(vec!["à", "b"])),
            ("«{}» è qui", "«» è qui", Some(vec![""])),
            (
                "{} ({_})",
                "vale (Z) (Timestamp)",
                Some(vec!["vale (Z)", "Timestamp"]),
            ),
            ("{} ({_})", "vale (Z) (due parole)", None),
            ("«{}» è qui", "«»» è qui", Some(vec!["»"])),
            ("{#} file", "1.200 file", Some(vec!["1.200"])),
            ("{#} file", "mio file", None),
            ("{#} su {#}", "1 su 2", Some(vec!["1", "2"])),
            (
                "{@} da {}",
                "01/03/2021 08:05:00 da X",
                Some(vec!["01/03/2021 08:05:00", "X"]),
            ),
            ("{@} da {}", "diversi da quelli", None),
            ("{_}, scheda", "888007, scheda", Some(vec!["888007"])),
            ("{_}, scheda", "una certa, scheda", None),
            ("a {} a", "a a", None),
        ] {
            let attesi = attesi.map(|a| a.into_iter().map(str::to_owned).collect());
            assert_eq!(buchi(forma, testo), attesi, "{forma} / {testo}");
        }
    }

    #[test]
    fn the_holes_of_the_two_sides_agree() {
        for (inglese, buchi, va) in [
            ("{} of {}", 2, true),
            ("{2}'s {1}", 2, true),
            ("{1} {1}", 2, false),
            ("{}", 2, false),
            ("{3}", 2, false),
            ("{x}", 1, false),
            ("{x} {} {istat}", 1, true),
            ("nothing", 0, true),
        ] {
            assert_eq!(parti(inglese, buchi).is_ok(), va, "{inglese}");
        }
    }

    #[test]
    fn numbers_change_their_signs() {
        for (qui, la) in [
            ("1.234", Some("1,234")),
            ("1.234.567,8", Some("1,234,567.8")),
            ("0,5", Some("0.5")),
            ("12", None),
            ("1.2", None),
            ("1234.567", None),
            ("127.0.0.1", None),
            ("1,", None),
            (",5", None),
        ] {
            assert_eq!(numero_inglese(qui).as_deref(), la, "{qui}");
        }
    }
}

//! A phrase with holes: what of a text it recognises, and the text it writes instead.
//!
//! `{}` takes anything, `{#}` a number as people write it. The English names the holes in the order of the Italian
//! (`{}`) or by their place (`{1}`). Holes are never empty: a phrase with a hole says that something is there.

use std::ops::Range;

/// The Italian side.
#[derive(Debug)]
pub(crate) struct Forma {
    /// Text before, between and after the holes: one more than the holes.
    pezzi: Vec<&'static str>,
    /// Which holes take numbers only.
    numeri: Vec<bool>,
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
        let (mut pezzi, mut numeri) = (Vec::new(), Vec::new());
        let mut resto = italiano;
        while let Some((prima, numero, dopo)) = primo_buco(resto) {
            pezzi.push(prima);
            numeri.push(numero);
            resto = dopo;
        }
        pezzi.push(resto);
        (!numeri.is_empty()).then_some(Self { pezzi, numeri })
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
    pub(crate) fn buchi(&self) -> usize {
        self.numeri.len()
    }

    /// The text between two holes, or around them, in order.
    pub(crate) fn pezzi(&self) -> &[&'static str] {
        &self.pezzi
    }

    /// Where the holes of this phrase are in a text; `None` when the text is not this phrase.
    pub(crate) fn riconosci(&self, testo: &str) -> Option<Vec<Range<usize>>> {
        let (primo, ultimo) = (self.inizio(), self.coda());
        if testo.len() < self.peso() + self.buchi() || !testo.starts_with(primo) || !testo.ends_with(ultimo) {
            return None;
        }
        let fine = testo.len() - ultimo.len();
        let mut buchi = Vec::with_capacity(self.buchi());
        let mut qui = primo.len();
        for (i, &numero) in self.numeri.iter().enumerate() {
            let dentro = testo.get(qui..fine)?;
            let lungo = if i + 1 == self.numeri.len() {
                dentro.len()
            } else {
                // A hole takes as little as it can, and at least one character.
                let primo = dentro.chars().next()?.len_utf8();
                primo + dentro[primo..].find(self.pezzi[i + 1])?
            };
            let buco = &dentro[..lungo];
            if buco.is_empty() || numero && !e_numero(buco) {
                return None;
            }
            buchi.push(qui..qui + lungo);
            qui += lungo + self.pezzi[i + 1].len();
        }
        Some(buchi)
    }
}

/// The English side of a phrase with so many holes; what is wrong when they do not agree.
pub(crate) fn parti(inglese: &'static str, buchi: usize) -> Result<Vec<Parte>, String> {
    let mut parti = Vec::new();
    let mut usati = Vec::new();
    let mut resto = inglese;
    while let Some(apre) = resto.find('{') {
        let Some(chiude) = resto[apre..].find('}') else { break };
        let dentro = &resto[apre + 1..apre + chiude];
        let quale = match dentro {
            "" | "#" => usati.len() + 1,
            _ => dentro.parse().map_err(|_| format!("{{{dentro}}} non è un buco"))?,
        };
        if quale == 0 || quale > buchi || usati.contains(&quale) {
            return Err(format!("il buco {quale} non c'è, o è già usato"));
        }
        usati.push(quale);
        parti.push(Parte::Testo(&resto[..apre]));
        parti.push(Parte::Buco(quale - 1));
        resto = &resto[apre + chiude + 1..];
    }
    parti.push(Parte::Testo(resto));
    if usati.len() == buchi {
        Ok(parti)
    } else {
        Err(format!("{} buchi in inglese, {buchi} in italiano", usati.len()))
    }
}

fn primo_buco(testo: &'static str) -> Option<(&'static str, bool, &'static str)> {
    let qualunque = testo.find("{}").map(|i| (i, false, i + 2));
    let numero = testo.find("{#}").map(|i| (i, true, i + 3));
    let (inizio, numero, fine) = match (qualunque, numero) {
        (Some(a), Some(b)) => a.min(b),
        (a, b) => a.or(b)?,
    };
    Some((&testo[..inizio], numero, &testo[fine..]))
}

/// A number as Italian pages write it.
pub(crate) fn e_numero(testo: &str) -> bool {
    testo.starts_with(|c: char| c.is_ascii_digit())
        && testo.ends_with(|c: char| c.is_ascii_digit())
        && testo.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
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
            ("«{}» è qui", "«» è qui", None),
            ("«{}» è qui", "«»» è qui", Some(vec!["»"])),
            ("{#} file", "1.200 file", Some(vec!["1.200"])),
            ("{#} file", "mio file", None),
            ("{#} su {#}", "1 su 2", Some(vec!["1", "2"])),
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

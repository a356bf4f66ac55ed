//! XSD patterns: the text of a pattern becomes a matcher of whole values.
//!
//! Only what the grammar uses: characters, classes with ranges, `\d`, groups, alternation, `? * + {n} {n,} {n,m}`. Must stay
//! true: patterns are anchored at both ends, `^` and `$` are ordinary characters, `\d` is any Unicode decimal digit, and a
//! construct not known here is refused when the grammar loads.

/// The decimal digits `\d` stands for, as (first, how many): category Nd of the Unicode version of libxml2 (4.0), where the
/// Ethiopic digits still were in and later scripts are not.
const CIFRE: [(u32, u32); 23] = [
    (0x30, 10),
    (0x660, 10),
    (0x6F0, 10),
    (0x966, 10),
    (0x9E6, 10),
    (0xA66, 10),
    (0xAE6, 10),
    (0xB66, 10),
    (0xBE7, 9),
    (0xC66, 10),
    (0xCE6, 10),
    (0xD66, 10),
    (0xE50, 10),
    (0xED0, 10),
    (0xF20, 10),
    (0x1040, 10),
    (0x1369, 9),
    (0x17E0, 10),
    (0x1810, 10),
    (0x1946, 10),
    (0xFF10, 10),
    (0x1_04A0, 10),
    (0x1_D7CE, 50),
];

/// A set of characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classe {
    /// Characters below 128, one bit each.
    ascii: u128,
    /// The others, as closed ranges.
    altri: Vec<(char, char)>,
}

impl Classe {
    pub(crate) fn contiene(&self, c: char) -> bool {
        if c.is_ascii() {
            self.ascii & (1 << u32::from(c)) != 0
        } else {
            self.altri.iter().any(|&(a, b)| a <= c && c <= b)
        }
    }

    /// Characters below 128.
    pub(crate) fn ascii(&self) -> u128 {
        self.ascii
    }

    /// The ranges from 128 on.
    pub(crate) fn altri(&self) -> &[(char, char)] {
        &self.altri
    }

    fn aggiungi(&mut self, da: char, a: char) {
        for c in (u32::from(da)..=u32::from(a)).take_while(|c| *c < 128) {
            self.ascii |= 1 << c;
        }
        if !a.is_ascii() {
            self.altri.push((da.max('\u{80}'), a));
        }
    }

    fn cifre(&mut self) {
        for (inizio, quante) in CIFRE {
            if let (Some(a), Some(b)) = (char::from_u32(inizio), char::from_u32(inizio + quante - 1)) {
                self.aggiungi(a, b);
            }
        }
    }
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pezzo {
    Uno(Classe),
    Fila(Vec<Pezzo>),
    Oppure(Vec<Pezzo>),
    Ripeti {
        cosa: Box<Pezzo>,
        minimo: u32,
        massimo: Option<u32>,
    },
}

impl Pezzo {
    /// Reads a pattern; `None` for a construct that is not known.
    pub(crate) fn leggi(testo: &str) -> Option<Self> {
        let caratteri: Vec<char> = testo.chars().collect();
        let mut lettore = Lettore { c: &caratteri, i: 0 };
        let intero = lettore.oppure()?;
        (lettore.i == caratteri.len()).then_some(intero)
    }

    /// Does the whole of `testo` match?
    pub(crate) fn vale(&self, testo: &str) -> bool {
        let caratteri: Vec<char> = testo.chars().collect();
        let mut fini = Vec::new();
        self.da(&caratteri, 0, &mut fini);
        fini.contains(&caratteri.len())
    }

    /// Where a match that starts at `i` may end (each place once).
    fn da(&self, c: &[char], i: usize, fini: &mut Vec<usize>) {
        match self {
            Self::Uno(classe) => {
                if c.get(i).is_some_and(|c| classe.contiene(*c)) && !fini.contains(&(i + 1)) {
                    fini.push(i + 1);
                }
            }
            Self::Fila(pezzi) => {
                let mut qui = vec![i];
                for p in pezzi {
                    let mut poi = Vec::new();
                    for j in qui {
                        p.da(c, j, &mut poi);
                    }
                    qui = poi;
                }
                unisci(fini, &qui);
            }
            Self::Oppure(rami) => rami.iter().for_each(|r| r.da(c, i, fini)),
            Self::Ripeti {
                cosa,
                minimo,
                massimo,
            } => {
                let mut fronte = vec![i];
                let mut visti = if *minimo == 0 { vec![i] } else { Vec::new() };
                let mut giro = 0;
                while !fronte.is_empty() && massimo.is_none_or(|m| giro < m) {
                    let mut poi = Vec::new();
                    for j in fronte {
                        cosa.da(c, j, &mut poi);
                    }
                    giro += 1;
                    if giro >= *minimo {
                        poi.retain(|j| !visti.contains(j));
                        unisci(&mut visti, &poi);
                    }
                    fronte = poi;
                }
                unisci(fini, &visti);
            }
        }
    }

    /// The class and the least length, if the pattern is `([class])*` or `([class])+`.
    pub(crate) fn solo_classe(&self) -> Option<(&Classe, u32)> {
        match self {
            Self::Ripeti {
                cosa,
                minimo,
                massimo: None,
            } => match &**cosa {
                Self::Uno(classe) => Some((classe, *minimo)),
                _ => None,
            },
            _ => None,
        }
    }
}

fn unisci(in_: &mut Vec<usize>, da: &[usize]) {
    for j in da {
        if !in_.contains(j) {
            in_.push(*j);
        }
    }
}

/// What a backslash stands for.
enum Fuga {
    Uno(char),
    Cifre,
}

struct Lettore<'a> {
    c: &'a [char],
    i: usize,
}

impl Lettore<'_> {
    fn guarda(&self) -> Option<char> {
        self.c.get(self.i).copied()
    }

    fn prendi(&mut self) -> Option<char> {
        let c = self.guarda();
        self.i += 1;
        c
    }

    fn oppure(&mut self) -> Option<Pezzo> {
        let mut rami = vec![self.fila()?];
        while self.guarda() == Some('|') {
            self.i += 1;
            rami.push(self.fila()?);
        }
        Some(if rami.len() == 1 {
            rami.remove(0)
        } else {
            Pezzo::Oppure(rami)
        })
    }

    fn fila(&mut self) -> Option<Pezzo> {
        let mut pezzi = Vec::new();
        while let Some(c) = self.guarda() {
            if c == '|' || c == ')' {
                break;
            }
            let atomo = self.atomo()?;
            pezzi.push(self.quanti(atomo)?);
        }
        Some(if pezzi.len() == 1 {
            pezzi.remove(0)
        } else {
            Pezzo::Fila(pezzi)
        })
    }

    fn atomo(&mut self) -> Option<Pezzo> {
        let mut classe = Classe::default();
        match self.prendi()? {
            '(' => {
                let dentro = self.oppure()?;
                return (self.prendi()? == ')').then_some(dentro);
            }
            '[' => return self.classe().map(Pezzo::Uno),
            '\\' => {
                self.fuga(&mut classe)?;
            }
            // Not used by the grammar: `.` and what only makes sense elsewhere.
            '.' | '*' | '+' | '?' | '{' | '}' | ']' | ')' | '|' => return None,
            c => classe.aggiungi(c, c),
        }
        Some(Pezzo::Uno(classe))
    }

    /// After a backslash: adds what it stands for; gives the character if it is one.
    fn fuga(&mut self, classe: &mut Classe) -> Option<Fuga> {
        let c = match self.prendi()? {
            'd' => {
                classe.cifre();
                return Some(Fuga::Cifre);
            }
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            c @ ('\\' | '|' | '.' | '-' | '^' | '?' | '*' | '+' | '{' | '}' | '(' | ')' | '[' | ']') => c,
            _ => return None,
        };
        classe.aggiungi(c, c);
        Some(Fuga::Uno(c))
    }

    fn classe(&mut self) -> Option<Classe> {
        let mut classe = Classe::default();
        if self.guarda() == Some('^') {
            return None; // a negated class is not used
        }
        loop {
            let da = match self.prendi()? {
                ']' => return Some(classe),
                '[' => return None,
                '\\' => match self.fuga(&mut classe)? {
                    Fuga::Uno(c) => c,
                    Fuga::Cifre => continue,
                },
                c => c,
            };
            if self.guarda() == Some('-') && self.c.get(self.i + 1).is_some_and(|c| *c != ']') {
                self.i += 1;
                let a = match self.prendi()? {
                    '\\' => match self.fuga(&mut classe)? {
                        Fuga::Uno(c) => c,
                        Fuga::Cifre => return None,
                    },
                    '[' => return None, // subtraction is not used
                    c => c,
                };
                if a < da {
                    return None;
                }
                classe.aggiungi(da, a);
            } else {
                classe.aggiungi(da, da);
            }
        }
    }

    fn quanti(&mut self, atomo: Pezzo) -> Option<Pezzo> {
        let (minimo, massimo) = match self.guarda() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                let fine = self.c[self.i..].iter().position(|c| *c == '}')? + self.i;
                let dentro: String = self.c[self.i + 1..fine].iter().collect();
                self.i = fine;
                match dentro.split_once(',') {
                    None => (dentro.parse().ok()?, Some(dentro.parse().ok()?)),
                    Some((a, "")) => (a.parse().ok()?, None),
                    Some((a, b)) => (a.parse().ok()?, Some(b.parse().ok()?)),
                }
            }
            _ => return Some(atomo),
        };
        self.i += 1;
        if (minimo, massimo) == (1, Some(1)) {
            return Some(atomo);
        }
        Some(Pezzo::Ripeti {
            cosa: Box::new(atomo),
            minimo,
            massimo,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_anchored_and_signs_are_ordinary() {
        for (modello, testo, vale) in [
            ("M|F|N", "F", true),
            ("M|F|N", "Fx", false),
            ("M|F|N", "xF", false),
            ("^\\d*[1-9]\\d*$", "123", false),
            ("^\\d*[1-9]\\d*$", "^123$", true),
            ("([1-9\\+]{1})([0-9])*$", "123$", true),
            ("(\\d)+", "", false),
            ("(\\d)+", "٣4", true),
            ("(\\d)*", "", true),
            ("[a-z]{2,4}", "abcde", false),
            ("[a-z]{2,4}@x", "abcd@x", true),
            ("([\u{9E}-\u{9F}À-žƉ])*", "\u{9F}èƉ", true),
            ("([\u{9E}-\u{9F}À-žƉ])*", "\u{A0}", false),
        ] {
            assert_eq!(
                Pezzo::leggi(modello).expect(modello).vale(testo),
                vale,
                "{modello} {testo}"
            );
        }
    }

    #[test]
    fn unknown_constructs_are_refused() {
        for modello in [
            ".",
            "[^a]",
            "\\p{L}",
            "[a-z-[x]]",
            "(a",
            "a)",
            "*",
            "[z-a]",
            "\\w",
        ] {
            assert_eq!(Pezzo::leggi(modello), None, "{modello}");
        }
    }
}

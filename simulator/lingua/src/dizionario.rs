//! The phrases, and the search for the one that a text is.
//!
//! Whole phrases are found by hash. A phrase with holes is found by its first word, or by its last when it begins with
//! a hole; the one with most text of its own wins, so that the special goes before the general. A text that is no phrase
//! may still be several: sentence by sentence, or without the sign it ends with.

use std::{borrow::Cow, ops::Range};

use rustc_hash::FxHashMap;

use crate::forma::{Forma, Parte, e_numero, numero_inglese, parti};

/// How deep holes are looked up inside holes.
const PROFONDITA_MASSIMA: u8 = 4;
/// Signs around a phrase that are none of it.
const SEGNI: &str = ".,:;()…–·!?\"* ";

/// A row of the fixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voce {
    /// The phrase as the sources write it, with holes.
    pub italiano: &'static str,
    /// The same in English.
    pub inglese: &'static str,
}

/// A phrase with holes.
#[derive(Debug)]
struct Frase {
    forma: Forma,
    inglese: Vec<Parte>,
}

/// All phrases of a language.
#[derive(Debug, Default)]
pub struct Dizionario {
    voci: Vec<Voce>,
    esatte: FxHashMap<&'static str, &'static str>,
    frasi: Vec<Frase>,
    per_inizio: FxHashMap<&'static str, Vec<u32>>,
    per_coda: FxHashMap<&'static str, Vec<u32>>,
    /// Phrases without a whole word at either end.
    altre: Vec<u32>,
}

/// What is told of a text without a phrase.
pub(crate) type Manca<'m> = &'m mut dyn FnMut(&str);

impl Dizionario {
    /// Reads the rows `italiano<TAB>inglese`; `#` begins a comment. The error names every wrong row.
    pub fn leggi(testo: &'static str) -> Result<Self, String> {
        let mut d = Self::default();
        let mut sbagliate = Vec::new();
        for (i, riga) in testo.lines().enumerate() {
            if riga.is_empty() || riga.starts_with('#') {
                continue;
            }
            if let Err(e) = d.aggiungi(riga) {
                sbagliate.push(format!("riga {}: {e}: {riga}", i + 1));
            }
        }
        d.indicizza();
        if sbagliate.is_empty() {
            Ok(d)
        } else {
            Err(sbagliate.join("\n"))
        }
    }

    fn aggiungi(&mut self, riga: &'static str) -> Result<(), String> {
        let (italiano, inglese) = riga.split_once('\t').ok_or("manca la tabulazione")?;
        for lato in [italiano, inglese] {
            if lato.is_empty() || lato.contains('\t') || lato.trim() != lato {
                return Err("un lato vuoto, o con spazi attorno".to_owned());
            }
        }
        let forma = Forma::leggi(italiano);
        let inglese_a_parti = parti(inglese, forma.as_ref().map_or(0, Forma::quanti))?;
        if self.esatte.insert(italiano, inglese).is_some() {
            return Err("due volte".to_owned());
        }
        self.voci.push(Voce { italiano, inglese });
        if let Some(forma) = forma {
            self.frasi.push(Frase {
                forma,
                inglese: inglese_a_parti,
            });
        }
        Ok(())
    }

    fn indicizza(&mut self) {
        // Most text of its own first: the first match is the best one of its list.
        self.frasi.sort_by_key(|f| std::cmp::Reverse(f.forma.peso()));
        for (i, f) in self.frasi.iter().enumerate() {
            let i = i as u32;
            if let Some(parola) = prima_parola(f.forma.inizio()) {
                self.per_inizio.entry(parola).or_default().push(i);
            } else if let Some(parola) = ultima_parola(f.forma.coda()) {
                self.per_coda.entry(parola).or_default().push(i);
            } else {
                self.altre.push(i);
            }
        }
    }

    /// The rows, as they stand.
    pub fn voci(&self) -> &[Voce] {
        &self.voci
    }

    /// The text of a phrase between its holes.
    pub fn pezzi(voce: &Voce) -> Vec<&'static str> {
        Forma::leggi(voce.italiano).map_or_else(|| vec![voce.italiano], |f| f.pezzi().to_vec())
    }

    /// A text without space around, if it is a phrase.
    pub fn frase(&self, testo: &str) -> Option<String> {
        self.cerca(testo, 0, &mut |_| {})
    }

    /// A line of a terminal: the space around it stays, and what is no phrase goes out as it came.
    pub fn riga<'t>(&self, riga: &'t str) -> Cow<'t, str> {
        self.riga_con(riga, &mut |_| {})
    }

    /// The same, telling what has no phrase.
    pub fn riga_con<'t>(&self, riga: &'t str, manca: &mut dyn FnMut(&str)) -> Cow<'t, str> {
        let dentro = riga.trim();
        if dentro.is_empty() {
            return Cow::Borrowed(riga);
        }
        let inizio = riga.len() - riga.trim_start().len();
        match self.cerca(dentro, 0, manca) {
            Some(t) => Cow::Owned(format!(
                "{}{t}{}",
                &riga[..inizio],
                &riga[inizio + dentro.len()..]
            )),
            None => Cow::Borrowed(riga),
        }
    }

    pub(crate) fn cerca(&self, testo: &str, livello: u8, manca: Manca<'_>) -> Option<String> {
        if !testo.contains(|c: char| c.is_alphanumeric()) {
            return None;
        }
        if e_numero(testo) {
            return numero_inglese(testo);
        }
        let trovata = self
            .intera(testo)
            .or_else(|| tra_segni(testo, |dentro| self.intera(dentro)))
            .or_else(|| self.a_frasi(testo, livello, true, &mut |_| {}))
            .or_else(|| self.con_buchi(testo, livello, manca))
            .or_else(|| tra_segni(testo, |dentro| self.con_buchi(dentro, livello, manca)))
            .or_else(|| self.a_frasi(testo, livello, false, manca));
        if trovata.is_none() {
            manca(testo);
        }
        trovata
    }

    /// The text is a phrase without holes, or a number, as it stands or where a sentence begins with it.
    fn intera(&self, testo: &str) -> Option<String> {
        if e_numero(testo) {
            return numero_inglese(testo);
        }
        match self.esatte.get(testo) {
            Some(&t) => Some(t.to_owned()),
            None => self.esatte.get(minuscola(testo)?.as_str()).map(|t| maiuscola(t)),
        }
    }

    fn con_buchi(&self, testo: &str, livello: u8, manca: Manca<'_>) -> Option<String> {
        if livello >= PROFONDITA_MASSIMA {
            return None;
        }
        let minuscola = minuscola(testo);
        let cosi = self.frase_di(testo);
        let altra = minuscola.as_deref().and_then(|m| self.frase_di(m));
        // The phrase with most text of its own: indices follow the weight.
        match (cosi, altra, &minuscola) {
            (cosi, Some((i, buchi)), Some(m)) if cosi.as_ref().is_none_or(|(c, _)| i < *c) => {
                Some(maiuscola(&self.riempi(i, m, &buchi, livello, manca)))
            }
            (Some((i, buchi)), ..) => Some(self.riempi(i, testo, &buchi, livello, manca)),
            _ => None,
        }
    }

    /// The phrase with holes that a text is, and where its holes are.
    fn frase_di(&self, testo: &str) -> Option<(u32, Vec<Range<usize>>)> {
        let per_inizio = prima_parola(testo).and_then(|p| self.per_inizio.get(p));
        let per_coda = ultima_parola(testo).and_then(|p| self.per_coda.get(p));
        [per_inizio, per_coda, Some(&self.altre)]
            .into_iter()
            .flatten()
            .filter_map(|lista| {
                lista
                    .iter()
                    .find_map(|&i| Some((i, self.frasi[i as usize].forma.riconosci(testo)?)))
            })
            .min_by_key(|(i, _)| *i)
    }

    /// The English of a phrase with what stood in its holes, looked up in turn.
    fn riempi(&self, i: u32, testo: &str, buchi: &[Range<usize>], livello: u8, manca: Manca<'_>) -> String {
        let mut fuori = String::with_capacity(testo.len() + testo.len() / 4);
        for parte in &self.frasi[i as usize].inglese {
            match parte {
                Parte::Testo(t) => fuori.push_str(t),
                Parte::Buco(n) => {
                    let dentro = &testo[buchi[*n].clone()];
                    match self.cerca(dentro.trim(), livello + 1, manca) {
                        Some(t) => fuori.push_str(&t),
                        None => fuori.push_str(dentro),
                    }
                }
            }
        }
        fuori
    }

    /// Sentence by sentence; `intere` when none of them may be without a phrase.
    fn a_frasi(&self, testo: &str, livello: u8, intere: bool, manca: Manca<'_>) -> Option<String> {
        if livello >= PROFONDITA_MASSIMA {
            return None;
        }
        // Commas stand inside sentences too: a list is one of phrases only.
        for taglio in [". ", "; ", ", "] {
            if !testo.contains(taglio) || taglio == ", " && !intere {
                continue;
            }
            let (mut fuori, mut trovate) = (String::with_capacity(testo.len()), false);
            let mut senza = Vec::new();
            for (i, pezzo) in testo.split_inclusive(taglio).enumerate() {
                let frase = pezzo.trim_end();
                let t = self.cerca(frase, livello + 1, &mut |m| senza.push(m.to_owned()));
                trovate |= t.is_some();
                if i > 0 {
                    fuori.push(' ');
                }
                fuori.push_str(t.as_deref().unwrap_or(frase));
            }
            if trovate && (!intere || senza.is_empty()) {
                for m in &senza {
                    manca(m);
                }
                return Some(fuori);
            }
        }
        None
    }
}

/// The same words between signs: `(aperta).` is `aperta`.
fn tra_segni(testo: &str, mut cerca: impl FnMut(&str) -> Option<String>) -> Option<String> {
    let segno = |c: char| SEGNI.contains(c);
    let (inizio, fine) = (testo.trim_start_matches(segno), testo.trim_end_matches(segno));
    let tolti = testo.len() - inizio.len();
    for (da, dentro) in [
        (tolti, inizio),
        (0, fine),
        (tolti, inizio.trim_end_matches(segno)),
    ] {
        if dentro.is_empty() || dentro.len() == testo.len() {
            continue;
        }
        if let Some(t) = cerca(dentro) {
            return Some(format!("{}{t}{}", &testo[..da], &testo[da + dentro.len()..]));
        }
    }
    None
}

/// A text as it stands inside a sentence; `None` when it does not begin one.
fn minuscola(testo: &str) -> Option<String> {
    let mut lettere = testo.chars();
    let prima = lettere.next().filter(|c| c.is_uppercase())?;
    let resto = lettere.as_str();
    // Initials and codes begin with two capitals.
    resto
        .starts_with(|c: char| c.is_lowercase() || c == '\'' || c == ' ')
        .then(|| prima.to_lowercase().chain(resto.chars()).collect())
}

/// A text as a sentence begins with it.
fn maiuscola(testo: &str) -> String {
    let mut lettere = testo.chars();
    let prima = lettere.next().into_iter().flat_map(char::to_uppercase);
    prima.chain(lettere.as_str().chars()).collect()
}

/// The first word of a text, when another follows.
fn prima_parola(testo: &str) -> Option<&str> {
    testo.split_once(' ').map(|(p, _)| p).filter(|p| !p.is_empty())
}

/// The last word of a text, when another stands before.
fn ultima_parola(testo: &str) -> Option<&str> {
    testo.rsplit_once(' ').map(|(_, p)| p).filter(|p| !p.is_empty())
}

#[cfg(test)]
mod prove {
    use super::*;

    const PROVA: &str = "# comment\nComune\tComune\naperta\topen\nFornitura {}\tDelivery {}\nfornitura {}\tdelivery {}\n\
        Fornitura {} di {}\t{2}: delivery {1}\n{#} file\t{} files\n{} è {}\t{} is {}\nNulla da fare.\tNothing to do.\n\
        Il Comune {} non c'è.\tThere is no Comune {}.\nstato: {}\tstate: {}\n";

    #[test]
    fn a_text_finds_its_phrase() {
        let d = Dizionario::leggi(PROVA).expect("rows");
        for (qui, la) in [
            ("aperta", Some("open")),
            ("(aperta).", Some("(open).")),
            ("aperto", None),
            ("Fornitura F1", Some("Delivery F1")),
            ("Fornitura F1 di 888001", Some("888001: delivery F1")),
            ("Fornitura aperta", Some("Delivery open")),
            ("1.234 file", Some("1,234 files")),
            ("tanti file", None),
            ("1.234", Some("1,234")),
            ("Essa è aperta", Some("Essa is open")),
            ("stato: aperta", Some("state: open")),
            (
                "Nulla da fare. Il Comune 1 non c'è.",
                Some("Nothing to do. There is no Comune 1."),
            ),
            ("Nulla da fare. Altro.", Some("Nothing to do. Altro.")),
            ("aperta, Comune", Some("open, Comune")),
            ("aperta, altro", None),
            ("Aperta", Some("Open")),
            ("APERTA", None),
            (", fornitura F1:", Some(", delivery F1:")),
            ("–", None),
            ("", None),
        ] {
            assert_eq!(d.frase(qui).as_deref(), la, "{qui}");
        }
        assert_eq!(d.riga("   aperta\n"), "   open\n");
        assert_eq!(d.riga("  "), "  ");
    }

    #[test]
    fn what_is_missing_is_told_also_inside_a_hole() {
        let d = Dizionario::leggi(PROVA).expect("rows");
        let mancanti = |testo: &str| {
            let mut m = Vec::new();
            let _ = d.cerca(testo, 0, &mut |t| m.push(t.to_owned()));
            m
        };
        assert_eq!(mancanti("aperta"), Vec::<String>::new());
        assert_eq!(mancanti("Fornitura chiusa"), ["chiusa"]);
        assert_eq!(mancanti("Nulla da fare. Altro."), ["Altro."]);
        assert_eq!(mancanti("Altro ancora. E altro."), ["Altro ancora. E altro."]);
    }

    #[test]
    fn a_wrong_row_is_named() {
        for (righe, detto) in [
            ("a\tb\na\tc", "due volte"),
            ("a", "manca la tabulazione"),
            ("a\t", "un lato vuoto"),
            ("a {}\tb", "0 buchi in inglese, 1 in italiano"),
            ("a\tb {}", "il buco 1 non c'è"),
        ] {
            let e = Dizionario::leggi(righe).expect_err("a wrong row");
            assert!(e.contains(detto), "{e}");
        }
    }
}

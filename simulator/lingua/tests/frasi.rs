//! The fixture as a whole: every row reads, and none outlives the text it was written for.

use std::{
    fs,
    path::{Path, PathBuf},
};

use lingua::{Dizionario, FRASI_EN, inglese};
use memchr::memmem::Finder;

/// A phrase may be put together by a page out of so many stretches of its sources.
const TRATTI: usize = 4;
/// Stands where something is written by the program.
const BUCO: char = '\u{1}';

fn radice() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn file(cartella: &Path, estensione: &str, trovati: &mut Vec<PathBuf>) {
    for voce in fs::read_dir(cartella).expect("a folder") {
        let percorso = voce.expect("an entry").path();
        if percorso.is_dir() {
            file(&percorso, estensione, trovati);
        } else if percorso.extension().is_some_and(|e| e == estensione) {
            trovati.push(percorso);
        }
    }
}

/// What a browser would show of it, as far as a text search needs.
fn a_parole(testo: &str) -> String {
    testo.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text without what stands between two marks; in its place another text.
fn senza(testo: &str, apre: &str, chiude: &str, posto: &str) -> String {
    let mut fuori = String::with_capacity(testo.len());
    let mut resto = testo;
    while let Some((prima, dentro)) = resto.split_once(apre) {
        fuori += prima;
        fuori += posto;
        resto = dentro.split_once(chiude).map_or("", |(_, dopo)| dopo);
    }
    fuori + resto
}

/// A template: with what a condition chooses, all of it.
fn modello(testo: &str) -> String {
    let testo = senza(testo, "{%", "%}", "");
    let testo = senza(&testo, "{{", "}}", &BUCO.to_string());
    a_parole(&testo)
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
}

/// A source: its literals as they are at run time.
fn sorgente(testo: &str) -> String {
    let mut righe = String::with_capacity(testo.len());
    let mut resto = testo;
    // A line that goes on with `\` loses the space before the next one.
    while let Some((prima, dopo)) = resto.split_once("\\\n") {
        righe += prima;
        resto = dopo.trim_start();
    }
    righe += resto;
    a_parole(
        &righe
            .replace("\\\"", "\"")
            .replace("\\n", " ")
            .replace("\\t", " ")
            .replace("{{", "{")
            .replace("}}", "}"),
    )
}

fn sorgenti() -> String {
    let mut tutto = String::new();
    let mut trovati = Vec::new();
    file(&radice().join("simulator/web/templates"), "html", &mut trovati);
    for f in &trovati {
        tutto += &modello(&fs::read_to_string(f).expect("text"));
        tutto.push(BUCO);
    }
    let mut trovati = Vec::new();
    for crate_ in fs::read_dir(radice().join("simulator")).expect("the rooms") {
        let src = crate_.expect("a room").path().join("src");
        if src.is_dir() && !src.ends_with("lingua/src") {
            file(&src, "rs", &mut trovati);
        }
    }
    file(&radice().join("certs/src"), "rs", &mut trovati);
    // Titles of lessons and of their steps are titles of pages.
    file(&radice().join("fixtures/lezioni"), "toml", &mut trovati);
    for f in &trovati {
        tutto += &sorgente(&fs::read_to_string(f).expect("text"));
        tutto.push(BUCO);
    }
    tutto
}

/// How many stretches of the sources a text is made of; `None` when a word of it is nowhere.
fn tratti(testo: &str, sorgenti: &[u8]) -> Option<usize> {
    let cerca = |t: &str| Finder::new(t.as_bytes()).find(sorgenti).is_some();
    // A sign may come from another stretch.
    let c_e = |t: &str| cerca(t) || cerca(t.trim_matches(|c: char| ".,:;()".contains(c)));
    let mut resto = testo.trim();
    let mut quanti = 0;
    while !resto.is_empty() {
        let fini = resto
            .char_indices()
            .filter(|(_, c)| *c == ' ')
            .map(|(i, _)| i)
            .chain([resto.len()]);
        let lungo = fini.rev().find(|&f| c_e(&resto[..f]))?;
        quanti += 1;
        resto = resto[lungo..].trim_start();
    }
    Some(quanti)
}

#[test]
fn every_row_reads() {
    if let Err(e) = Dizionario::leggi(FRASI_EN) {
        panic!("{e}");
    }
}

#[test]
fn no_row_outlives_its_text() {
    let sorgenti = sorgenti();
    let morte: Vec<&str> = inglese()
        .voci()
        .iter()
        .filter(|v| {
            Dizionario::pezzi(v).iter().any(|pezzo| {
                let pezzo = a_parole(pezzo);
                pezzo.contains(char::is_alphabetic)
                    && tratti(&pezzo, sorgenti.as_bytes()).is_none_or(|n| n > TRATTI)
            })
        })
        .map(|v| v.italiano)
        .collect();
    assert!(morte.is_empty(), "no template, text or command has {morte:#?}");
}

/// A phrase made of little but holes would take data for itself.
#[test]
fn a_phrase_has_words_of_its_own_or_strict_holes() {
    for v in inglese().voci() {
        let lettere: usize = Dizionario::pezzi(v)
            .iter()
            .flat_map(|p| p.chars())
            .filter(|c| c.is_alphabetic())
            .count();
        let larghi = v.italiano.matches("{}").count();
        assert!(
            larghi < 2 || lettere >= 4 || ["{_}", "{@}", "{#}"].iter().any(|b| v.italiano.contains(b)),
            "{}",
            v.italiano
        );
    }
}

//! The official list of texts: rows of a spreadsheet → sentence per code.
//!
//! Nobody promises the layout of the published file, so none is asked for: the column of the codes is the one that
//! holds most codes, the column of the texts the one whose heading says so, else the one with the longest texts.

use std::collections::BTreeMap;

use super::foglio;

/// Bytes a list may have.
pub const LIMITE_ELENCO_BYTES: usize = 16 << 20;
/// Headings of a column of texts, lower case, the best first.
const TITOLI: [&str; 5] = ["descrizione", "messaggio", "testo", "errore", "anomalia"];
/// Shortest and longest code, in bytes (`EN009`, `EHR71`, `EAA30`).
const LUNGHEZZA_CODICE: std::ops::RangeInclusive<usize> = 4..=6;

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ErroreElenco {
    /// Too large to be a list of texts.
    #[error("più di {LIMITE_ELENCO_BYTES} byte: non è un elenco di testi")]
    TroppoGrande,
    /// Neither a spreadsheet nor text.
    #[error("non è un foglio xlsx né un csv leggibile: {0}")]
    Illeggibile(String),
    /// No two columns look like codes and texts.
    #[error("nessuna colonna di codici (EN009, EC007, …) accanto a una di testi")]
    SenzaCodici,
}

/// Sentences by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElencoTesti(BTreeMap<String, String>);

impl ElencoTesti {
    /// Reads a list; the bytes say whether it is xlsx (or xls, ods) or csv, the name only helps the messages.
    pub fn leggi(nome: &str, byte: &[u8]) -> Result<Self, ErroreElenco> {
        if byte.len() > LIMITE_ELENCO_BYTES {
            return Err(ErroreElenco::TroppoGrande);
        }
        let mut testi = BTreeMap::new();
        for righe in foglio::fogli(nome, byte)? {
            for (codice, testo) in voci(&righe) {
                // A code listed twice keeps the first text.
                testi.entry(codice).or_insert(testo);
            }
        }
        if testi.is_empty() {
            return Err(ErroreElenco::SenzaCodici);
        }
        Ok(Self(testi))
    }

    /// The sentence of a code.
    pub fn testo(&self, codice: &str) -> Option<&str> {
        self.0.get(codice).map(String::as_str)
    }

    /// Codes it has.
    pub fn quanti(&self) -> usize {
        self.0.len()
    }
}

/// Codes and texts of one sheet.
fn voci(righe: &[Vec<String>]) -> Vec<(String, String)> {
    let colonne = righe.iter().map(Vec::len).max().unwrap_or(0);
    let cella =
        |riga: &[String], colonna: usize| riga.get(colonna).map_or("", String::as_str).trim().to_owned();
    let quanti = |c: usize| righe.iter().filter(|r| e_codice(&cella(r, c))).count();
    // The leftmost of the richest.
    let Some(codici) = (0..colonne)
        .rev()
        .max_by_key(|c| quanti(*c))
        .filter(|c| quanti(*c) > 0)
    else {
        return Vec::new();
    };
    let con_codice: Vec<&Vec<String>> = righe.iter().filter(|r| e_codice(&cella(r, codici))).collect();
    let prima = righe
        .iter()
        .position(|r| e_codice(&cella(r, codici)))
        .unwrap_or(0);
    let lunghezza = |c: usize| -> usize { con_codice.iter().map(|r| cella(r, c).chars().count()).sum() };
    let titolata = TITOLI.iter().find_map(|titolo| {
        righe[..prima].iter().rev().find_map(|riga| {
            (0..colonne).find(|c| {
                *c != codici && lunghezza(*c) > 0 && cella(riga, *c).to_lowercase().contains(titolo)
            })
        })
    });
    let piu_lunga = || {
        (0..colonne)
            .filter(|c| *c != codici)
            .rev()
            .max_by_key(|c| lunghezza(*c))
    };
    let Some(testi) = titolata.or_else(piu_lunga) else {
        return Vec::new();
    };
    con_codice
        .iter()
        .map(|riga| {
            (
                cella(riga, codici),
                cella(riga, testi)
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        })
        .filter(|(_, testo)| !testo.is_empty())
        .collect()
}

fn e_codice(cella: &str) -> bool {
    LUNGHEZZA_CODICE.contains(&cella.len())
        && cella.starts_with('E')
        && cella
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && cella.bytes().rev().take(2).all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn le_intestazioni_non_contano_troppo() {
        for (cosa, csv) in [
            (
                "titoli",
                "Area,Codice errore,Gravità,Descrizione errore\nx,EC001,W,Il testo @\n",
            ),
            (
                "righe prima",
                "ELENCO\n\n;;\nCodice;Descrizione\nEC001;Il testo @\nfine;\n",
            ),
            ("nessun titolo", "EC001;W;Il testo @\nEC002;E;Un altro testo\n"),
            ("BOM e tab", "\u{feff}Codice\tTesto\nEC001\tIl testo @\n"),
            (
                "virgolette e a capo",
                "Codice;Messaggio\n\"EC001\";\"Il\n testo @\"\n",
            ),
            ("due volte", "Codice;Testo\nEC001;Il testo @\nEC001;dopo\n"),
        ] {
            let elenco = ElencoTesti::leggi("e.csv", csv.as_bytes()).expect(cosa);
            assert_eq!(elenco.testo("EC001"), Some("Il testo @"), "{cosa}");
        }
        let latino = b"Codice;Descrizione\nEC001;Citt\xe0 @\n";
        let elenco = ElencoTesti::leggi("e.csv", latino).expect("Windows-1252");
        assert_eq!(elenco.testo("EC001"), Some("Città @"));
    }

    #[test]
    fn ciò_che_non_e_un_elenco() {
        for byte in [
            &b""[..],
            b"a;b\nc;d\n",
            b"\x00\x01\x02",
            b"PK\x03\x04rotto",
            b"EC001\nEC002\n",
        ] {
            assert!(ElencoTesti::leggi("e.xlsx", byte).is_err(), "{byte:?}");
        }
    }
}

//! The octets of a plan file → rows, each with its place: what spreadsheets in Italian write.
//!
//! UTF-8 with or without mark, UTF-16 with one, else Windows-1252; separator `;`, `,` or tab, that of the header; any
//! ends of line; columns in any order by name, those that are not ours ignored; blank rows and columns skipped. What must
//! stay true: a row keeps the number of the line it stands on in the file, so that whoever opens it finds the error; a
//! file is refused whole only when its header cannot be understood.

use std::borrow::Cow;

use crate::{ErroreServizio, Esito};

/// The columns, in the order of the export.
pub const COLONNE: [&str; 6] = [
    "id_comune",
    "codice_istat",
    "nome_comune",
    "prima_data_subentro",
    "ultima_data_subentro",
    "data_subentro_preferita",
];
/// Those an import cannot do without.
const NECESSARIE: [&str; 4] = [COLONNE[1], COLONNE[3], COLONNE[4], COLONNE[5]];
/// Rows of a file: more than there are Comuni.
pub const RIGHE_MASSIME: usize = 10_000;
/// Separators, the likeliest first.
const SEPARATORI: [u8; 3] = *b";,\t";
/// Digits of an ISTAT code: a spreadsheet takes it for a number and drops the zeros in front.
const CIFRE_ISTAT: usize = 6;

/// A row of a file, not yet judged.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Riga {
    /// Line of the file; the first is 1.
    pub(super) numero: u64,
    /// What stands for the Comune, with the zeros a spreadsheet drops.
    pub(super) comune: String,
    /// First, last, preferred.
    pub(super) date: [String; 3],
    /// Cells with something in them beyond the columns of the header.
    pub(super) in_piu: bool,
}

impl Riga {
    /// No date at all.
    pub(super) fn vuota(&self) -> bool {
        self.date.iter().all(String::is_empty)
    }
}

/// Bytes as text.
fn in_testo(byte: &[u8]) -> Cow<'_, str> {
    if let Some((codifica, _)) = encoding_rs::Encoding::for_bom(byte) {
        // Takes the mark away.
        return codifica.decode(byte).0;
    }
    match std::str::from_utf8(byte) {
        Ok(testo) => Cow::Borrowed(testo),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(byte).0,
    }
}

fn celle(riga: &str, separatore: u8) -> Vec<String> {
    let mut lettore = lettore(riga, separatore);
    let prima = lettore.records().next().and_then(Result::ok).unwrap_or_default();
    prima.iter().map(str::to_lowercase).collect()
}

fn lettore(testo: &str, separatore: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(separatore)
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(testo.as_bytes())
}

/// Where each column of ours stands in the header.
fn posti(intestazione: &[String]) -> Esito<[Option<usize>; COLONNE.len()]> {
    let mut posti = [None; COLONNE.len()];
    for (i, nome) in intestazione.iter().enumerate() {
        let Some(quale) = COLONNE.iter().position(|c| c == nome) else {
            continue;
        };
        if posti[quale].replace(i).is_some() {
            return Err(ErroreServizio::richiesta(format!(
                "La colonna «{}» è ripetuta nella prima riga del file.",
                COLONNE[quale]
            )));
        }
    }
    let mancano: Vec<&str> = NECESSARIE
        .into_iter()
        .filter(|n| !intestazione.iter().any(|c| c == n))
        .collect();
    if mancano.is_empty() {
        return Ok(posti);
    }
    Err(ErroreServizio::richiesta(format!(
        "Nella prima riga del file mancano le colonne: {}. Le colonne sono {}, in qualunque ordine, separate da punto e \
         virgola, virgola o tabulazione.",
        mancano.join(", "),
        COLONNE.join(", ")
    )))
}

/// The rows of a file.
pub(super) fn leggi_righe(byte: &[u8]) -> Esito<Vec<Riga>> {
    let testo = in_testo(byte).replace("\r\n", "\n").replace('\r', "\n");
    let mut righe: Vec<&str> = testo.split('\n').collect();
    // Spreadsheets say the separator on a line of its own, if asked to.
    let salta = righe
        .iter()
        .take_while(|r| r.trim().is_empty() || r.trim().to_ascii_lowercase().starts_with("sep="))
        .count();
    let intestazione = righe.get(salta).copied().unwrap_or_default();
    let nostre = |s: &u8| {
        celle(intestazione, *s)
            .iter()
            .filter(|c| COLONNE.contains(&c.as_str()))
            .count()
    };
    // Of equals the last wins: the likeliest comes last.
    let separatore = SEPARATORI.into_iter().rev().max_by_key(nostre).unwrap_or(b';');
    let intestazione = celle(intestazione, separatore);
    let posti = posti(&intestazione)?;
    // The reader passes blank lines over without counting them: with a separator in it, each is a row of blanks.
    let segno = [separatore];
    let segno = std::str::from_utf8(&segno).map_err(ErroreServizio::guasto)?;
    for r in &mut righe {
        if r.trim().is_empty() {
            *r = segno;
        }
    }
    let corpo = righe.get(salta + 1..).unwrap_or_default().join("\n");
    let mut lette = Vec::new();
    for record in lettore(&corpo, separatore).records() {
        let record = record.map_err(|_| ErroreServizio::richiesta("Il file non è un CSV leggibile."))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        if lette.len() >= RIGHE_MASSIME {
            return Err(ErroreServizio::richiesta(format!(
                "Il file ha più di {RIGHE_MASSIME} righe."
            )));
        }
        let cella = |colonna: usize| {
            let posto = posti[colonna]?;
            record.get(posto).map(ToOwned::to_owned)
        };
        let cella = |colonna| cella(colonna).unwrap_or_default();
        let riga_nel_corpo = record.position().map_or(0, csv::Position::line);
        lette.push(Riga {
            numero: riga_nel_corpo + salta as u64 + 1,
            comune: con_gli_zeri(cella(1)),
            date: [cella(3), cella(4), cella(5)],
            in_piu: record.iter().skip(intestazione.len()).any(|c| !c.is_empty()),
        });
    }
    Ok(lette)
}

/// A code with the zeros that a spreadsheet took away.
fn con_gli_zeri(codice: String) -> String {
    if !codice.is_empty() && codice.len() < CIFRE_ISTAT && codice.bytes().all(|b| b.is_ascii_digit()) {
        format!("{codice:0>CIFRE_ISTAT$}")
    } else {
        codice
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    /// Number, Comune, dates of each row; or the refusal.
    fn righe(byte: &[u8]) -> Result<Vec<(u64, String, String)>, String> {
        leggi_righe(byte)
            .map(|r| {
                r.into_iter()
                    .map(|r| (r.numero, r.comune, r.date.join(" ")))
                    .collect()
            })
            .map_err(|e| e.testo)
    }

    fn attesa(numero: u64, comune: &str, date: &str) -> (u64, String, String) {
        (numero, comune.to_owned(), date.to_owned())
    }

    #[test]
    fn what_an_italian_spreadsheet_writes_is_read() {
        let una = Ok(vec![attesa(2, "888001", "10/03/2021 12/03/2021 11/03/2021")]);
        let testa = COLONNE.join(";");
        let corpo = "888001;888001;SANT'AGATÀ;10/03/2021;12/03/2021;11/03/2021";
        let testo = format!("{testa}\r\n{corpo}\r\n");
        for (come, byte) in [
            ("utf-8", testo.clone().into_bytes()),
            ("utf-8 with mark", format!("\u{feff}{testo}").into_bytes()),
            (
                "windows-1252",
                encoding_rs::WINDOWS_1252.encode(&testo).0.into_owned(),
            ),
            (
                "utf-16 with mark",
                [0xFF, 0xFE]
                    .into_iter()
                    .chain(testo.encode_utf16().flat_map(u16::to_le_bytes))
                    .collect(),
            ),
            ("commas", testo.replace(';', ",").into_bytes()),
            ("tabs", testo.replace(';', "\t").into_bytes()),
            ("old ends of line", testo.replace("\r\n", "\r").into_bytes()),
            ("no last end", testo.trim_end().as_bytes().to_vec()),
            (
                "upper case",
                testo.replace(&testa, &testa.to_uppercase()).into_bytes(),
            ),
            (
                "quotes",
                testo.replace("SANT'AGATÀ", "\"A; \"\"B\"\"\"").into_bytes(),
            ),
            (
                "blank columns and rows after",
                format!("{testa};;\r\n{corpo};;\r\n;;;;;;;\r\n\r\n  \r\n").into_bytes(),
            ),
        ] {
            assert_eq!(righe(&byte), una, "{come}");
        }
        let altro_ordine = "data_subentro_preferita,note,codice_istat,ultima_data_subentro,prima_data_subentro\n\
                            11/03/2021,urgente,888001,12/03/2021,10/03/2021\n";
        assert_eq!(
            righe(altro_ordine.as_bytes()),
            una,
            "another order, no name, one more column"
        );
    }

    #[test]
    fn a_row_keeps_the_line_it_stands_on() {
        let testo = format!(
            "sep=;\r\n{}\r\n\r\n1;58091;\"A\r\nB\";;;\r\n;;;;;\r\n1;888001;X;a;b;c;d\r\n",
            COLONNE.join(";")
        );
        assert_eq!(
            righe(testo.as_bytes()),
            Ok(vec![attesa(4, "058091", "  "), attesa(7, "888001", "a b c")])
        );
        let lette = leggi_righe(testo.as_bytes()).expect("rows");
        assert_eq!((lette[0].in_piu, lette[1].in_piu), (false, true));
        assert!(lette[0].vuota() && !lette[1].vuota());
    }

    #[test]
    fn a_header_that_cannot_be_understood_says_what_is_missing() {
        for (testo, segno) in [
            ("", "codice_istat, prima_data_subentro"),
            (
                "codice_istat\n888004\n",
                "colonne: prima_data_subentro, ultima_data_subentro",
            ),
            ("888001;888001;X;;;\n", "mancano le colonne"),
            (
                "codice_istat;codice_istat;prima_data_subentro;ultima_data_subentro;data_subentro_preferita\n",
                "«codice_istat» è ripetuta",
            ),
        ] {
            let e = righe(testo.as_bytes()).expect_err(testo);
            assert!(e.contains(segno), "{testo}: {e}");
        }
        let testa = COLONNE.join(",");
        assert_eq!(righe(format!("{testa}\n").as_bytes()), Ok(Vec::new()));
        let tante = format!("{testa}\n{}", "1,888001,X,,,\n".repeat(RIGHE_MASSIME + 1));
        assert!(righe(tante.as_bytes()).expect_err("too many").contains("10000"));
    }
}

//! A TOML file → a [`Lezione`], or why it is none, with file and line.
//!
//! Strict: unknown keys, unknown codes, dates that go back, certificates nobody issued are refused when the file is read,
//! not in front of an audience. What must stay true: a lesson that was read can be drawn and played; it may still fail
//! to reach what it expects, which `collaudo` tells.

mod regole;

use std::collections::BTreeSet;

use anagrafe::{CodiceIstat, Data};
use registro::MacroStato;
use serde::{Deserialize, Serialize};

use super::{attesa::Attesa, azione::Azione};
use crate::{
    italiano::errore_valore,
    strumenti::{ABITANTI_DI_PROVA, AIRE_DI_PROVA},
};

/// Bytes of a file.
const FILE_BYTE: usize = 256 * 1024;
/// Characters of an id (the name of the file).
const ID_CARATTERI: usize = 40;
/// Characters of a title.
const TITOLO_CARATTERI: usize = 80;
/// Characters of purpose, prerequisite, note on the calendar.
const FRASE_CARATTERI: usize = 400;
/// Characters of what the audience reads in one step: more is no slide.
const TESTO_CARATTERI: usize = 600;
/// Characters of the trainer's notes on a step, and of an answer.
const NOTE_CARATTERI: usize = 4_000;
/// Steps.
const PASSI: usize = 40;
/// Minutes of one step.
const MINUTI: u16 = 120;
/// Actions of one step.
const AZIONI: usize = 10;
/// Expectations of one step.
const ATTESE: usize = 20;
/// Prerequisites, notes on the calendar, codes of a step.
const VOCI: usize = 20;
/// Questions.
const DOMANDE: usize = 30;
/// Days from the first to the last the calendar shows.
const GIORNI: i32 = 731;

/// The limits, for the documentation: what and how much.
pub const LIMITI: [(&str, usize); 15] = [
    ("byte di un file", FILE_BYTE),
    ("caratteri del nome del file", ID_CARATTERI),
    ("caratteri di un titolo", TITOLO_CARATTERI),
    (
        "caratteri di scopo, prerequisiti, note del calendario",
        FRASE_CARATTERI,
    ),
    ("caratteri del testo per l'aula in un passo", TESTO_CARATTERI),
    (
        "caratteri di note e approfondimento di un passo, e di una risposta",
        NOTE_CARATTERI,
    ),
    ("passi", PASSI),
    ("minuti di un passo", MINUTI as usize),
    ("azioni di un passo", AZIONI),
    ("attese di un passo", ATTESE),
    ("prerequisiti, note del calendario, codici di un passo", VOCI),
    ("domande", DOMANDE),
    ("giorni fra la prima e l'ultima data", GIORNI as usize),
    ("abitanti", ABITANTI_DI_PROVA as usize),
    ("iscritti AIRE", AIRE_DI_PROVA as usize),
];

/// Why a file is no lesson.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {perche}", riga.map_or_else(String::new, |r| format!(", riga {r}")))]
pub struct ErroreLezione {
    /// The file.
    pub file: String,
    /// Line, from 1, where it is known.
    pub riga: Option<usize>,
    /// What is wrong.
    pub perche: String,
}

/// A lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lezione {
    /// Name of the file without its end.
    #[serde(skip_deserializing)]
    pub id: String,
    /// Title.
    pub titolo: String,
    /// What one learns.
    pub scopo: String,
    /// The Comune made for it: fictitious, none of the ready ones.
    pub comune: CodiceIstat,
    /// Where the Comune stands at the start.
    #[serde(default)]
    pub stato: MacroStato,
    /// Scenario date at the start.
    pub oggi: Data,
    /// Inhabitants of its deliveries.
    pub abitanti: u64,
    /// AIRE registrants of its deliveries.
    pub aire: u64,
    /// Seed of its people.
    #[serde(default = "seme")]
    pub seme: u64,
    /// What one must know or have before.
    #[serde(default)]
    pub prerequisiti: Vec<String>,
    /// Notes on the calendar.
    #[serde(default)]
    pub date: Vec<DataNota>,
    /// The steps.
    pub passi: Vec<Passo>,
    /// Questions of the hand-out.
    #[serde(default)]
    pub domande: Vec<Domanda>,
}

const fn seme() -> u64 {
    1
}

/// A day of the calendar with what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataNota {
    /// The day.
    pub giorno: Data,
    /// What it is.
    pub testo: String,
}

/// A question of the hand-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domanda {
    /// The question.
    pub domanda: String,
    /// Its answer.
    pub risposta: String,
}

/// What an outcome the audience looks at is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mostra {
    /// Nothing: the words stand alone.
    #[default]
    Nulla,
    /// The last delivery: state and codes as bars.
    Fornitura,
    /// The last message.
    Pec,
    /// The last refusal.
    Rifiuto,
    /// The last signed request.
    Scambio,
    /// The calendar, large.
    Calendario,
}

/// Where a page that is used by hand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Luogo {
    /// The console.
    Console,
    /// The environment of test.
    Test,
    /// Pre-subentro.
    Pre,
    /// Subentro (with private area, Prefettura, dashboard).
    Sub,
}

/// A step the trainer does himself in the pages; the actions stand in for him when he does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AMano {
    /// What to do.
    pub testo: String,
    /// Where.
    pub luogo: Luogo,
    /// The page; `{comune}` stands for the code.
    pub pagina: String,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passo {
    /// Title, large.
    pub titolo: String,
    /// Minutes it is planned for.
    pub minuti: u16,
    /// What the trainer says; nobody else reads it.
    pub note: String,
    /// What the audience reads while the actions are still to come; without it, the text.
    #[serde(default)]
    pub prima: Option<String>,
    /// What the audience reads.
    pub testo: String,
    /// What the hand-out explains besides.
    #[serde(default)]
    pub approfondimento: Option<String>,
    /// What is shown beside it.
    #[serde(default)]
    pub mostra: Mostra,
    /// Codes it speaks of.
    #[serde(default)]
    pub codici: Vec<String>,
    /// By hand, if it is.
    #[serde(default)]
    pub a_mano: Option<AMano>,
    /// What the simulator does.
    #[serde(default)]
    pub azioni: Vec<Azione>,
    /// What must come of it.
    #[serde(default)]
    pub attese: Vec<Attesa>,
}

impl Lezione {
    /// Planned minutes.
    pub fn minuti(&self) -> u32 {
        self.passi.iter().map(|p| u32::from(p.minuti)).sum()
    }

    /// Reads a file by its name (with `.toml`) and its text.
    pub fn leggi(file: &str, testo: &str) -> Result<Self, ErroreLezione> {
        let errore = |riga: Option<usize>, perche: String| ErroreLezione {
            file: file.to_owned(),
            riga,
            perche,
        };
        if testo.len() > FILE_BYTE {
            return Err(errore(
                None,
                format!("una lezione ha al massimo {FILE_BYTE} byte"),
            ));
        }
        let nome = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let id = nome.strip_suffix(".toml").unwrap_or_default();
        let buono = (1..=ID_CARATTERI).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !buono {
            return Err(errore(
                None,
                format!(
                    "il nome del file diventa l'indirizzo della lezione: da 1 a {ID_CARATTERI} lettere minuscole, cifre o trattini, poi .toml"
                ),
            ));
        }
        let dove = |e: &toml::de::Error| e.span().map(|s| riga_di(testo, s.start));
        if let Err(e) = testo.parse::<toml::Table>() {
            let perche = e.message().lines().next().unwrap_or_default();
            return Err(errore(
                dove(&e),
                format!("il file non si legge come TOML ({perche})"),
            ));
        }
        let mut lezione: Self =
            toml::from_str(testo).map_err(|e| errore(dove(&e), in_italiano(e.message())))?;
        id.clone_into(&mut lezione.id);
        lezione
            .verifica()
            .map_err(|(dove, perche)| errore(dove.riga(testo), perche))?;
        Ok(lezione)
    }

    /// The days its calendar goes from and to.
    pub fn periodo(&self) -> (Data, Data) {
        let tutte: BTreeSet<Data> = std::iter::once(self.oggi)
            .chain(self.date.iter().map(|d| d.giorno))
            .chain(self.passi.iter().flat_map(|p| &p.azioni).flat_map(Azione::giorni))
            .collect();
        (
            tutte.first().copied().unwrap_or(self.oggi),
            tutte.last().copied().unwrap_or(self.oggi),
        )
    }
}

fn riga_di(testo: &str, byte: usize) -> usize {
    let prima = testo.as_bytes().get(..byte).unwrap_or_default();
    memchr::memchr_iter(b'\n', prima).count() + 1
}

/// Our own types speak Italian already; the rest is serde's.
fn in_italiano(messaggio: &str) -> String {
    if messaggio.starts_with('«') {
        messaggio.to_owned()
    } else {
        errore_valore(messaggio)
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    /// A lesson that is right, and short.
    const BUONA: &str = r#"titolo = "Prova"
scopo = "Provare"
comune = "888100"
oggi = "2021-03-01"
abitanti = 50
aire = 5

[[passi]]
titolo = "Uno"
minuti = 5
note = "Si dice"
testo = "Si legge"
azioni = [{ fai = "data", giorno = "2021-03-02" }]
attese = [{ che = "data", giorno = "2021-03-02" }]

[[passi]]
titolo = "Due"
minuti = 5
note = "Si dice"
testo = "Si legge"
"#;

    fn letta(testo: &str) -> Result<Lezione, ErroreLezione> {
        Lezione::leggi("lezioni/una-prova.toml", testo)
    }

    #[test]
    fn a_good_file_is_read() {
        let l = letta(BUONA).expect("good");
        assert_eq!((l.id.as_str(), l.passi.len(), l.minuti()), ("una-prova", 2, 10));
        assert_eq!(l.stato, MacroStato::Censito);
        let (da, a) = l.periodo();
        assert_eq!(
            (da.to_string(), a.to_string()),
            ("2021-03-01".into(), "2021-03-02".into())
        );
    }

    #[test]
    fn a_bad_one_is_refused_with_file_line_and_reason() {
        let cambia = |da: &str, a: &str| {
            assert!(BUONA.contains(da), "{da}");
            BUONA.replacen(da, a, 1)
        };
        for (testo, riga, perche) in [
            (
                cambia("scopo =", "scoppo ="),
                Some(2),
                "campo sconosciuto «scoppo»",
            ),
            (
                cambia("minuti = 5", "minuti = \"5\""),
                Some(10),
                "trovato il testo «5»",
            ),
            (
                cambia("minuti = 5", "minuti = 0"),
                Some(8),
                "passo 1: minuti: da 1 a 120",
            ),
            (
                cambia("oggi = \"2021-03-01\"", "oggi = \"2021-13-01\""),
                Some(4),
                "una data AAAA-MM-GG",
            ),
            (cambia("888100", "888001"), Some(3), "un Comune suo"),
            (cambia("888100", "058091"), Some(3), "un Comune suo"),
            (cambia("abitanti = 50", "abitanti = 0"), Some(5), "da 1 a 5000"),
            (
                cambia("titolo = \"Prova\"\n", ""),
                None,
                "manca il campo «titolo»",
            ),
            (
                cambia("fai = \"data\"", "fai = \"dato\""),
                Some(13),
                "valore sconosciuto «dato»",
            ),
            (
                cambia("fai = \"data\",", "fai = \"data\", che = 1,"),
                Some(13),
                "campo sconosciuto «che»",
            ),
            (
                cambia(
                    "[{ fai = \"data\", giorno = \"2021-03-02\" }]",
                    "[{ fai = \"data\", giorno = \"2021-02-28\" }]",
                ),
                Some(8),
                "torna indietro",
            ),
            (
                cambia("titolo = \"Due\"", &format!("titolo = \"{}\"", "x".repeat(81))),
                Some(16),
                "passo 2: titolo: 81 caratteri, al massimo 80",
            ),
            (
                cambia("minuti = 5", "minuti = 5\ncodici = [\"XX999\"]"),
                Some(8),
                "«XX999» non è nel catalogo",
            ),
            (cambia("titolo = ", "titolo "), Some(1), "non si legge come TOML"),
        ] {
            let e = letta(&testo).expect_err(perche);
            assert_eq!(e.riga, riga.or(e.riga), "{e}");
            assert!(e.perche.contains(perche), "{e} / {perche}");
            assert!(e.to_string().starts_with("lezioni/una-prova.toml"), "{e}");
        }
        for nome in ["Una.toml", "a b.toml", "una.txt", ".toml"] {
            assert!(Lezione::leggi(nome, BUONA).is_err(), "{nome}");
        }
        let lungo = format!("{BUONA}#{}", "x".repeat(FILE_BYTE));
        assert!(letta(&lungo).expect_err("too long").perche.contains("byte"));
    }
}

//! Italian texts for people → the same texts in English, at the rim.
//!
//! Pages, sentences of the API and lines of the terminal are written once, in Italian, where they arise; what goes out
//! to somebody who prefers English passes here. The phrases and their English are data (`fixtures/lingue/en.tsv`), with
//! holes for what changes; `docs/LINGUE.md` tells how to add one, or a language.
//!
//! What must stay true: Italian is never touched; what is not in the dictionary goes out as it came, so that data of
//! people, codes and values stay themselves; nothing that stood in a text becomes markup; a phrase that is missing is
//! told to whoever asks ([`Dizionario::mancanti`]), so that a test can fail for it.

mod dizionario;
mod forma;
mod pagina;
mod preferenza;
mod righe;

use std::sync::LazyLock;

pub use dizionario::{Dizionario, Voce};
pub use pagina::ATTRIBUTI;
pub use preferenza::{Lingua, preferita};
pub use righe::Righe;

/// The phrases in English, as they stand in the fixture.
pub const FRASI_EN: &str = include_str!("../../../fixtures/lingue/en.tsv");

/// The English dictionary; read when the first English reader comes.
pub fn inglese() -> &'static Dizionario {
    static INGLESE: LazyLock<Dizionario> =
        LazyLock::new(|| Dizionario::leggi(FRASI_EN).expect("a test reads every row of the fixture"));
    &INGLESE
}

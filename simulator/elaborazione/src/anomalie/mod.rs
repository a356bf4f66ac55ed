//! The catalogue: one code, one file (architecture.md "One code").
//!
//! Severity, sentence, explanation, predicate and cases of a code stand together; lists, pages, `explain`
//! and tests derive from here. A new code is one file and one line in [`CATALOGO`]'s list.

mod comuni;
mod elenco;
mod modello;
mod non_simulate;
mod prelude;

pub use elenco::{CodiceNoto, codice_noto, codici_noti};
pub use modello::{
    Anomalia, Case, Check, Edit, Fonte, GravitaPer, Livello, Plantable, Procedura, Testo, VerificaAire,
    VerificaPersona, VerificaSoggetto,
};
pub use non_simulate::{NON_SIMULATE, NonSimulata};

use anagrafe::Ambiente;

use crate::tipi::{Gravita, Politica};

/// Characters a sentence may have: the limit of `testoErrore` in the services.
pub const LIMITE_TESTO: usize = 240;

macro_rules! catalogo {
    ($($modulo:ident,)*) => {
        $(mod $modulo;)*

        /// Every simulated code, in order.
        pub static CATALOGO: &[&Anomalia] = &[$(&$modulo::ANOMALIA,)*];
    };
}

catalogo! {
    ea001,
    ea002,
    ea003,
    ea029,
    ea030,
    ea031,
    ea036,
    ea038,
    ea040,
    ea042,
    ea048,
    eaa30,
    eaa31,
    eaa40,
    eaa41,
    eaa50,
    eaa51,
    ec001,
    ec002,
    ec003,
    ec004,
    ec005,
    ec006,
    ec007,
    ec030,
    ec032,
    ec036,
    ec039,
    ec042,
    ec053,
    ec060,
    ec061,
    ec062,
    ec063,
    ec064,
    ec065,
    ec066,
    ec073,
    ec075,
    ec078,
    ec081,
    ec087,
    ec096,
    ec164,
    ec165,
    ec166,
    ec177,
    ef003,
    ef004,
    ef008,
    ef009,
    ef010,
    ehr69,
    ehr70,
    ehr71,
    ehr73,
    en001,
    en002,
    en003,
    en007,
    en008,
    en009,
    en010,
    en011,
    en012,
    en017,
    en018,
    en019,
    en020,
    en021,
    en022,
    en023,
    en024,
    en031,
    en032,
    en034,
    en036,
    en037,
    en038,
    en039,
    en040,
    en063,
    en064,
    en242,
    en306,
    en347,
    en362,
    en363,
    en383,
    en524,
    es007,
    es008,
    es009,
    es010,
    es012,
    es013,
    es027,
    es028,
    es048,
    es049,
    es050,
    es057,
    es063,
    es066,
    es067,
    es078,
    es079,
    es092,
    es127,
    es128,
}

/// The code, if it is simulated.
pub fn anomalia(codice: &str) -> Option<&'static Anomalia> {
    CATALOGO
        .binary_search_by(|a| a.codice.0.cmp(codice))
        .ok()
        .and_then(|i| CATALOGO.get(i).copied())
}

/// Weight of a code at the elaboration, `None` when it is off.
pub fn gravita_di(anomalia: &Anomalia, ambiente: Ambiente, politica: &Politica) -> Option<Gravita> {
    if let Some(scelta) = politica.gravita.get(anomalia.codice.0) {
        return *scelta;
    }
    let livello = if ambiente == Ambiente::Test {
        anomalia.gravita.test
    } else {
        anomalia.gravita.subentro
    };
    match livello {
        Livello::Errore => Some(Gravita::Errore),
        Livello::Avviso => Some(Gravita::Avviso),
        Livello::NonAttivo => None,
    }
}

/// Fills the slots left to right; a slot without a value becomes empty, and takes its blank along. Cut to
/// [`LIMITE_TESTO`].
pub fn riempi(modello: &str, valori: &[&str]) -> String {
    let mut valori = valori.iter();
    let mut testo = String::with_capacity(modello.len() + 32);
    for (i, pezzo) in modello.split('@').enumerate() {
        let mut pezzo = pezzo;
        if i > 0 {
            let valore = valori.next().copied().unwrap_or_default();
            testo.push_str(valore);
            if valore.is_empty() && (pezzo.is_empty() || pezzo.starts_with(' ')) {
                testo.truncate(testo.trim_end_matches(' ').len());
                if testo.is_empty() {
                    pezzo = pezzo.trim_start_matches(' ');
                }
            }
        }
        testo.push_str(pezzo);
    }
    if let Some((taglio, _)) = testo.char_indices().nth(LIMITE_TESTO) {
        testo.truncate(taglio);
    }
    testo
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn il_catalogo_e_ordinato_e_senza_doppioni() {
        assert!(CATALOGO.windows(2).all(|w| w[0].codice < w[1].codice));
        for anomalia in CATALOGO {
            assert_eq!(
                super::anomalia(anomalia.codice.0).map(|a| a.codice),
                Some(anomalia.codice)
            );
            assert!(NON_SIMULATE.iter().all(|n| n.codice != anomalia.codice.0));
        }
        assert!(anomalia("EN999").is_none());
    }

    #[test]
    fn i_segnaposti() {
        assert_eq!(riempi("da @ a @", &["1", "2"]), "da 1 a 2");
        assert_eq!(riempi("da @ a @", &["1"]), "da 1 a");
        assert_eq!(riempi("una: @ @ @", &["", "2"]), "una: 2");
        assert_eq!(riempi("una: @ @ @", &["1"]), "una: 1");
        assert_eq!(riempi("nessuno", &["1"]), "nessuno");
        assert_eq!(
            riempi("@", &["è".repeat(300).as_str()]).chars().count(),
            LIMITE_TESTO
        );
    }
}

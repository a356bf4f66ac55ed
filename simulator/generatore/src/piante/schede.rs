//! Plants on families and convivenze: the association of people and sheets.

use super::testo::Testo;
use super::{Adatto, Modo, Muta, Pianta};

const LEGAME: &str = "famiglia/legameSoggetto/codiceLegame";

const fn famiglia(codice: &'static str, adatto: Adatto, muta: Muta) -> Pianta {
    Pianta {
        codice,
        modo: Modo::Scheda {
            convivenza: false,
            adatto,
            muta,
        },
    }
}

const fn convivenza(codice: &'static str, adatto: Adatto, muta: Muta) -> Pianta {
    Pianta {
        codice,
        modo: Modo::Scheda {
            convivenza: true,
            adatto,
            muta,
        },
    }
}

/// The plants of this file.
pub(super) static SCHEDE: &[Pianta] = &[
    Pianta {
        codice: "EN063",
        modo: Modo::AltroFile {
            adatto: |_, u, _| u.persone.len() == 1,
        },
    },
    famiglia(
        "EF003",
        |_, _, _| true,
        |_, f, _, _| {
            let doppia = Testo(f.schede.first()?.0.clone());
            f.schede.push(doppia);
            Some(())
        },
    ),
    famiglia(
        "EF004",
        |_, u, _| u.persone.len() >= 2,
        |_, f, _, _| {
            f.soggetti
                .get_mut(1)?
                .imposta("famiglia/legameSoggetto/progressivoComponente", "1")
        },
    ),
    famiglia(
        "EF008",
        |_, u, _| u.persone.len() == 1,
        |_, f, _, _| f.soggetti.first_mut()?.imposta(LEGAME, "99"),
    ),
    famiglia(
        "EF009",
        |_, u, _| u.persone.len() >= 2,
        |_, f, _, _| f.soggetti.get_mut(1)?.imposta(LEGAME, "1"),
    ),
    // An empty family of its own, beside one that stays whole.
    famiglia(
        "EF010",
        |_, _, _| true,
        |_, f, u, _| {
            let mut vuota = Testo(f.schede.first()?.0.clone());
            vuota.imposta(
                "idFamigliaConvivenzaComune/idFamigliaConvivenza",
                &id_famiglia_vuota(u.id()),
            )?;
            f.schede.push(vuota);
            Some(())
        },
    ),
    famiglia(
        "EC004",
        |_, _, _| true,
        |_, f, _, _| f.schede.first_mut()?.imposta("motivoCostituzione", "7"),
    ),
    convivenza(
        "EC005",
        |_, _, _| true,
        |_, f, _, _| f.schede.first_mut()?.imposta("specieConvivenza", "9"),
    ),
];

/// An id no other sheet has: real ids are plain numbers.
pub(crate) fn id_famiglia_vuota(id: u64) -> String {
    format!("V{id}")
}

//! The days of a lesson → months as tables: what a day is, in words and in a class.

use std::collections::BTreeSet;

use anagrafe::Data;
use servizi::lezioni::{CasoDelCalendario, Giornata};

use crate::formati;

/// Days of the week: in a grid, and in full.
pub(crate) const GIORNI: [(&str, &str); 7] = [
    ("lun", "lunedì"),
    ("mar", "martedì"),
    ("mer", "mercoledì"),
    ("gio", "giovedì"),
    ("ven", "venerdì"),
    ("sab", "sabato"),
    ("dom", "domenica"),
];

/// Months drawn at most; a lesson of two years shows those where something is.
const MESI_MASSIMI: usize = 6;

/// A month.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mese {
    pub(super) nome: String,
    /// Seven days each; none outside the month.
    pub(super) settimane: Vec<Vec<Option<Casella>>>,
}

/// A day of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Casella {
    pub(super) numero: i8,
    pub(super) classi: String,
    /// What it is, in words.
    pub(super) segni: String,
    pub(super) oggi: bool,
}

fn indice(n: i8, lunghezza: usize) -> usize {
    usize::try_from(n).unwrap_or(0) % lunghezza
}

/// `giovedì 11 marzo 2021`.
pub(super) fn in_parole(d: Data) -> String {
    let giorno = GIORNI[indice(d.weekday().to_monday_zero_offset(), 7)].1;
    let mese = formati::MESI[indice(d.month() - 1, 12)];
    format!("{giorno} {} {mese} {}", d.day(), d.year())
}

/// The months where something is, or only the one of a day.
pub(super) fn mesi(giornate: &[Giornata], solo: Option<Data>) -> Vec<Mese> {
    let primi: BTreeSet<Data> = match solo {
        Some(d) => BTreeSet::from([d.first_of_month()]),
        None => giornate.iter().map(|g| g.giorno.first_of_month()).collect(),
    };
    primi
        .into_iter()
        .take(MESI_MASSIMI)
        .map(|primo| mese(primo, giornate))
        .collect()
}

fn mese(primo: Data, giornate: &[Giornata]) -> Mese {
    let vuoti = indice(primo.weekday().to_monday_zero_offset(), 7);
    let mut celle: Vec<Option<Casella>> = vec![None; vuoti];
    for numero in 1..=primo.days_in_month() {
        let giorno = jiff::civil::date(primo.year(), primo.month(), numero);
        let casi = giornate
            .iter()
            .find(|g| g.giorno == giorno)
            .map_or(&[][..], |g| g.casi.as_slice());
        celle.push(Some(casella(numero, casi)));
    }
    while !celle.len().is_multiple_of(7) {
        celle.push(None);
    }
    Mese {
        nome: format!(
            "{} {}",
            formati::MESI[indice(primo.month() - 1, 12)],
            primo.year()
        ),
        settimane: celle.chunks(7).map(<[_]>::to_vec).collect(),
    }
}

fn casella(numero: i8, casi: &[CasoDelCalendario]) -> Casella {
    let oggi = casi.contains(&CasoDelCalendario::Oggi);
    let mut classi = Vec::new();
    let mut segni = Vec::new();
    if oggi {
        classi.push("oggi");
        segni.push("oggi");
    }
    if casi.contains(&CasoDelCalendario::Finestra) {
        classi.push("finestra");
        segni.push("piano");
    }
    if casi.contains(&CasoDelCalendario::Inizio) {
        segni.push("inizio");
    }
    if casi.contains(&CasoDelCalendario::Tappa) && !oggi {
        segni.push("tappa");
    }
    if casi.iter().any(|c| matches!(c, CasoDelCalendario::Nota(_))) {
        classi.push("nota-giorno");
        segni.push("nota");
    }
    Casella {
        numero,
        classi: classi.join(" "),
        segni: segni.join(", "),
        oggi,
    }
}

/// The days as the room may see them: of a day to come no note, which would tell the end of the story.
pub(super) fn per_l_aula(giornate: &[Giornata], oggi: Data) -> Vec<Giornata> {
    let mut viste = giornate.to_vec();
    for g in viste.iter_mut().filter(|g| g.giorno > oggi) {
        g.casi.retain(|c| !matches!(c, CasoDelCalendario::Nota(_)));
    }
    viste
}

/// The notes, day by day; only those of the month of a day, when one is given.
pub(super) fn note(giornate: &[Giornata], solo: Option<Data>) -> Vec<(String, String)> {
    giornate
        .iter()
        .filter(|g| solo.is_none_or(|d| d.first_of_month() == g.giorno.first_of_month()))
        .flat_map(|g| {
            g.casi.iter().filter_map(|c| match c {
                CasoDelCalendario::Nota(t) => Some((formati::data(g.giorno), t.clone())),
                _ => None,
            })
        })
        .collect()
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_month_has_its_days_in_their_columns_and_says_what_they_are() {
        use CasoDelCalendario::{Finestra, Inizio, Nota, Oggi, Tappa};
        let d = |g: i8| jiff::civil::date(2021, 3, g);
        let giornate = [
            Giornata {
                giorno: d(1),
                casi: vec![Inizio],
            },
            Giornata {
                giorno: d(10),
                casi: vec![Finestra],
            },
            Giornata {
                giorno: d(11),
                casi: vec![Nota("<b>".into()), Tappa, Finestra, Oggi],
            },
        ];
        let [m] = <[Mese; 1]>::try_from(mesi(&giornate, None)).expect("one month");
        assert_eq!(m.nome, "marzo 2021");
        assert_eq!(m.settimane.len(), 5);
        assert!(m.settimane.iter().all(|s| s.len() == 7));
        // 1 March 2021 is a Monday, 11 March a Thursday.
        let c = |r: usize, k: usize| m.settimane[r][k].clone().expect("a day");
        assert_eq!((c(0, 0).numero, c(0, 0).segni.as_str()), (1, "inizio"));
        assert_eq!(
            (c(1, 3).numero, c(1, 3).segni.as_str()),
            (11, "oggi, piano, nota")
        );
        assert_eq!(c(1, 3).classi, "oggi finestra nota-giorno");
        assert!(c(1, 3).oggi && !c(1, 2).oggi);
        assert_eq!(m.settimane[4][3], None);
        let una = [("11/03/2021".to_owned(), "<b>".to_owned())];
        assert_eq!(note(&giornate, None), una);
        assert_eq!(note(&giornate, Some(d(30))), una);
        assert_eq!(note(&giornate, Some(jiff::civil::date(2021, 4, 1))), []);
        // The room reads a note from its day on.
        assert_eq!(note(&per_l_aula(&giornate, d(11)), None), una);
        let prima = per_l_aula(&giornate, d(10));
        assert_eq!(note(&prima, None), []);
        assert_eq!(
            prima[2].casi,
            [Tappa, Finestra, Oggi],
            "the rest of the day stays"
        );
        assert_eq!(in_parole(d(11)), "giovedì 11 marzo 2021");
        assert_eq!(
            mesi(&giornate, Some(jiff::civil::date(2021, 5, 9)))[0].nome,
            "maggio 2021"
        );
    }
}

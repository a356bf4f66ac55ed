//! A name that nobody knows → those it may have been meant to be.

/// Names offered at most.
const OFFERTI: usize = 3;
/// Letters that may differ, in a name of so many.
const fn tolleranza(lettere: usize) -> usize {
    match lettere {
        0..4 => 1,
        4..8 => 2,
        _ => 3,
    }
}

/// The names nearest to what was typed, nearest first; also those it is a piece of.
pub(crate) fn vicini<'n>(scritto: &str, noti: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let piano = scritto.to_lowercase();
    let tolleranza = tolleranza(piano.chars().count());
    let mut trovati: Vec<(usize, &str)> = noti
        .filter_map(|nome| {
            let candidato = nome.to_lowercase();
            let distanza = strsim::osa_distance(&piano, &candidato);
            let pezzo = piano.len() >= 4 && candidato.contains(&piano);
            (distanza <= tolleranza || pezzo).then_some((distanza, nome))
        })
        .collect();
    trovati.sort_unstable();
    trovati.into_iter().map(|(_, n)| n).take(OFFERTI).collect()
}

/// `, forse corpo-modificato o corpo-spostato`; nothing when none is near.
pub(crate) fn forse<'n>(scritto: &str, noti: impl Iterator<Item = &'n str>) -> String {
    match vicini(scritto, noti).as_slice() {
        [] => String::new(),
        nomi => format!(", forse: {}", nomi.join(", ")),
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_what_is_far_does_not_come() {
        let noti = [
            "corpo-modificato",
            "corpo-vuoto",
            "corpo-spostato",
            "ES092",
            "ES093",
            "EA001",
        ];
        for (scritto, attesi) in [
            ("corpo-modificat", &["corpo-modificato"][..]),
            ("modificato", &["corpo-modificato"]),
            ("corpo", &["corpo-vuoto", "corpo-spostato", "corpo-modificato"]),
            ("es92", &["ES092", "ES093"]),
            ("ES9092", &["ES092", "ES093"]),
            ("boh", &[]),
            ("", &[]),
        ] {
            assert_eq!(vicini(scritto, noti.into_iter()), attesi, "{scritto}");
        }
        assert_eq!(forse("corpo-vuot", noti.into_iter()), ", forse: corpo-vuoto");
        assert_eq!(forse("boh", noti.into_iter()), "");
    }
}

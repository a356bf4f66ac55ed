//! Lists of common names (`fixtures/nomi`), embedded: plain words, one a line, no person behind them.

use std::sync::OnceLock;

/// The embedded lists.
pub(crate) struct Nomi {
    pub(crate) maschili: Vec<&'static str>,
    pub(crate) femminili: Vec<&'static str>,
    pub(crate) cognomi: Vec<&'static str>,
    pub(crate) strade: Vec<&'static str>,
}

/// The lists, split once.
pub(crate) fn nomi() -> &'static Nomi {
    static NOMI: OnceLock<Nomi> = OnceLock::new();
    NOMI.get_or_init(|| Nomi {
        maschili: include_str!("../../../fixtures/nomi/maschili.txt")
            .lines()
            .collect(),
        femminili: include_str!("../../../fixtures/nomi/femminili.txt")
            .lines()
            .collect(),
        cognomi: include_str!("../../../fixtures/nomi/cognomi.txt")
            .lines()
            .collect(),
        strade: include_str!("../../../fixtures/nomi/strade.txt")
            .lines()
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn lists_are_large_distinct_and_within_the_character_class_of_names() {
        let n = nomi();
        for (lista, minimo) in [
            (&n.maschili, 200),
            (&n.femminili, 200),
            (&n.cognomi, 200),
            (&n.strade, 80),
        ] {
            assert!(lista.len() >= minimo);
            assert_eq!(lista.iter().collect::<BTreeSet<_>>().len(), lista.len());
        }
        for nome in n.maschili.iter().chain(&n.femminili).chain(&n.cognomi) {
            assert!(
                !nome.is_empty() && nome.len() <= 36,
                "the AIRE field has 36 characters: {nome}"
            );
            assert!(
                nome.bytes()
                    .all(|b| b.is_ascii_uppercase() || b == b' ' || b == b'\''),
                "{nome}"
            );
        }
    }
}

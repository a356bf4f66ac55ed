//! "Did you mean": the known name nearest to one that is not known.

/// Share of a name that may be wrong, as a divisor: a third.
const PARTE_SBAGLIATA: usize = 3;

/// The candidate nearest to `cercato`, if it is near at all; letters of either case count as the same. A path whose
/// last segments are missing is near.
pub fn piu_vicino<'a>(cercato: &str, candidati: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let piano = cercato.to_lowercase();
    candidati
        .into_iter()
        .map(|c| {
            let candidato = c.to_lowercase();
            let manca_la_fine =
                !piano.is_empty() && candidato.strip_prefix(&piano).is_some_and(|r| r.starts_with('/'));
            let distanza = strsim::osa_distance(&piano, &candidato);
            (if manca_la_fine { 1 } else { distanza }, c)
        })
        .filter(|(d, c)| *c != cercato && *d <= c.len().max(cercato.len()) / PARTE_SBAGLIATA)
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_told_and_far_ones_are_not() {
        let noti = [
            "/ANPRTestConn/TestConn",
            "/ANPRS001ServizioSubentro/AnprServiceS001",
        ];
        for (cercato, atteso) in [
            ("/anprtestconn/testconn", Some(noti[0])),
            ("/ANPRTestConn", Some(noti[0])),
            ("/ANPRS001ServizioSubentro/AnprServiceS01", Some(noti[1])),
            ("/ANPRTestConn/TestConn", None),
            ("/ANPR", None),
            ("", None),
        ] {
            assert_eq!(piu_vicino(cercato, noti), atteso, "{cercato}");
        }
    }
}

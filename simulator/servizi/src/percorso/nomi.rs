//! User names and whose they are: a name opens one thing, and looks like it.
//!
//! What must stay true: no name is of two kinds. The private area of a Comune is `CNSD` and its code, the test environment
//! `COMUNETEST` and its code, every Prefettura begins with `PREF`, its sigla and `ALS`, `ALP` or `OPE`; nobody else may be
//! called so, not even before that Comune or that province is here.

use anagrafe::CodiceIstat;
use registro::Lettura;

use super::{prefettura, software_house};
use crate::{ErroreServizio, Esito};

/// What a name is to be for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Per<'a> {
    /// A user of the Prefettura of this province.
    Prefettura(&'a str),
    /// A software house.
    SoftwareHouse,
}

/// The province whose Prefettura begins with this user.
pub(super) fn di_ogni_prefettura(nome: &str) -> Option<&str> {
    let (sigla, ruolo) = nome.strip_prefix("PREF")?.split_at_checked(2)?;
    let di_lettere = sigla.bytes().all(|b| b.is_ascii_uppercase());
    (di_lettere && ["ALS", "ALP", "OPE"].contains(&ruolo)).then_some(sigla)
}

/// A name that belongs to the private area or to the test environment of some Comune.
fn di_un_comune(nome: &str) -> Option<&'static str> {
    let con_codice = |inizio| {
        nome.strip_prefix(inizio)
            .is_some_and(|resto: &str| CodiceIstat::parse(resto).is_ok())
    };
    if con_codice("CNSD") {
        Some("dell'area privata di un Comune")
    } else if con_codice("COMUNETEST") {
        Some("dell'ambiente di test di un Comune")
    } else {
        None
    }
}

/// Refuses a name that is somebody else's.
pub(super) fn libero(t: &impl Lettura, nome: &str, per: Per<'_>) -> Esito<()> {
    let di_chi = if let Some(d) = di_un_comune(nome) {
        Some(d.to_owned())
    } else if t.operatore(nome)?.is_some() {
        Some("di un operatore".to_owned())
    } else {
        let prefettura = prefettura::cerca_utente(t, nome)?.map(|(p, _)| p.provincia);
        let prefettura = prefettura.or_else(|| di_ogni_prefettura(nome).map(ToOwned::to_owned));
        let mia = matches!(per, Per::Prefettura(p) if prefettura.as_deref() == Some(p));
        match prefettura.filter(|_| !mia) {
            Some(p) => Some(format!("di un utente della Prefettura {p}")),
            None if matches!(per, Per::Prefettura(_)) && software_house::cerca(t, nome)?.is_some() => {
                Some("di una software house".to_owned())
            }
            None => None,
        }
    };
    match di_chi {
        Some(d) => Err(ErroreServizio::conflitto(format!("Il nome {nome} è già {d}."))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod prove {
    use super::*;
    use crate::percorso::credenziali::parola_derivata;

    #[test]
    fn a_password_of_the_seed_is_of_its_kind_but_for_those_people_know() {
        let parole = [
            parola_derivata(1, "NUOVO"),
            prefettura::parola(1, "NUOVO"),
            software_house::parola(1, "NUOVO"),
        ];
        let diverse: std::collections::BTreeSet<&String> = parole.iter().collect();
        assert_eq!(diverse.len(), parole.len());
        assert_eq!(
            prefettura::parola(1, "PREFQBALS"),
            parola_derivata(1, "PREFQBALS")
        );
        assert_eq!(software_house::parola(1, "SWBETA"), parola_derivata(1, "SWBETA"));
    }

    #[test]
    fn the_names_that_belong_to_somebody_are_known_by_their_form() {
        assert_eq!(di_ogni_prefettura("PREFQBALS"), Some("QB"));
        for nome in ["PREFQBALSX", "PREFALS", "QBALS", "PREFÀALS", "PREF"] {
            assert_eq!(di_ogni_prefettura(nome), None, "{nome}");
        }
        assert!(di_un_comune("CNSD888001").is_some() && di_un_comune("COMUNETEST888001").is_some());
        for nome in ["CNSD88800", "CNSD", "XCNSD888001", "COMUNETEST88800A"] {
            assert_eq!(di_un_comune(nome), None, "{nome}");
        }
    }
}

//! How many connections the system lets us hold.
//!
//! A socket is a descriptor, and the usual limit of a shell is 1,024 of them for the whole program: the soft limit is
//! raised as far as it may be, and the places of each port are what it then allows. What must stay true: with every place
//! of every port taken the program can still open its files.

use super::limiti::CONNESSIONI;

/// Descriptors kept for what is no connection: store, journal, uploads, libraries.
const RISERVA: u64 = 256;
/// Places of a port however few descriptors there are: whoever finds none is told by the log, and waits.
const POSTI_MINIMI: usize = 64;

/// Raises the limit for `porte` ports, and gives the places of each.
pub fn posti(porte: usize) -> usize {
    let porte = porte.max(1);
    let voluti = (CONNESSIONI * porte) as u64 + RISERVA;
    spartiti(alza(voluti), porte)
}

/// The places of each port under a limit; no limit is `None`.
fn spartiti(limite: Option<u64>, porte: usize) -> usize {
    let Some(limite) = limite else {
        return CONNESSIONI;
    };
    let per_porta = usize::try_from(limite.saturating_sub(RISERVA)).unwrap_or(usize::MAX) / porte;
    per_porta.clamp(POSTI_MINIMI, CONNESSIONI)
}

/// Raises the soft limit to what is wanted or, short of that, to the hard one; the limit in force afterwards.
#[cfg(unix)]
fn alza(voluti: u64) -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let ora = getrlimit(Resource::Nofile);
    let morbido = ora.current?;
    let nuovo = voluti.min(ora.maximum.unwrap_or(u64::MAX));
    if nuovo <= morbido {
        return Some(morbido);
    }
    let chiesto = Rlimit {
        current: Some(nuovo),
        maximum: ora.maximum,
    };
    match setrlimit(Resource::Nofile, chiesto) {
        Ok(()) => Some(nuovo),
        Err(errore) => {
            tracing::warn!(%errore, morbido, nuovo, "il limite dei descrittori resta com'è");
            Some(morbido)
        }
    }
}

#[cfg(not(unix))]
fn alza(_: u64) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_taken_leaves_the_reserve() {
        for (limite, porte, attesi) in [
            (None, 5, CONNESSIONI),
            (Some(1_000_000), 5, CONNESSIONI),
            (Some(4_096), 5, 768),
            (Some(1_024), 5, 153),
            (Some(100), 5, POSTI_MINIMI),
        ] {
            assert_eq!(spartiti(limite, porte), attesi, "{limite:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_limit_is_raised_as_far_as_it_may_be() {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut basso = getrlimit(Resource::Nofile);
        if basso.maximum.is_some_and(|m| m < 900) {
            return;
        }
        basso.current = Some(500);
        setrlimit(Resource::Nofile, basso).expect("a lower limit is always allowed");
        assert_eq!(alza(900), Some(900));
        assert_eq!(getrlimit(Resource::Nofile).current, Some(900));
        // More than enough is left alone.
        assert_eq!(alza(400), Some(900));
    }
}

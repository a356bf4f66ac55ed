//! Instants as the frame writes them, and windows compared with a given clock (spec security §4.2, §4.3).

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

/// Why an instant is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ErroreIstante {
    /// Not `YYYY-MM-DDThh:mm:ss[.f…]Z`.
    #[error("non è un istante nella forma 2031-05-12T08:15:30.120Z")]
    Forma,
    /// Right form, but with an offset or without zone.
    #[error("l'istante deve essere UTC, con la Z finale")]
    NonUtc,
}

/// Reads an `xs:dateTime` in UTC. Fractions beyond nine digits are cut.
pub fn istante(testo: &str) -> Result<Timestamp, ErroreIstante> {
    let b = testo.trim_matches([' ', '\t', '\r', '\n']).as_bytes();
    let forma = || ErroreIstante::Forma;
    let (fisso, coda) = b.split_at_checked(19).ok_or_else(forma)?;
    let cifre = |da: usize, a: usize| -> Result<i16, ErroreIstante> {
        fisso[da..a].iter().try_fold(0_i16, |n, c| {
            if c.is_ascii_digit() {
                Ok(n * 10 + i16::from(c - b'0'))
            } else {
                Err(ErroreIstante::Forma)
            }
        })
    };
    let piccola =
        |da: usize| cifre(da, da + 2).and_then(|n| i8::try_from(n).map_err(|_| ErroreIstante::Forma));
    for (dove, segno) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        if fisso[dove] != segno {
            return Err(ErroreIstante::Forma);
        }
    }
    let mut coda = coda;
    let mut nano = 0_i32;
    if let Some(frazione) = coda.strip_prefix(b".") {
        let quante = frazione.iter().take_while(|c| c.is_ascii_digit()).count();
        if quante == 0 {
            return Err(ErroreIstante::Forma);
        }
        for i in 0..9 {
            nano = nano * 10
                + frazione
                    .get(i)
                    .filter(|_| i < quante)
                    .map_or(0, |c| i32::from(c - b'0'));
        }
        coda = &frazione[quante..];
    }
    match coda {
        b"Z" => {}
        [] | [b'+' | b'-', ..] => return Err(ErroreIstante::NonUtc),
        _ => return Err(ErroreIstante::Forma),
    }
    let quando = DateTime::new(
        cifre(0, 4)?,
        piccola(5)?,
        piccola(8)?,
        piccola(11)?,
        piccola(14)?,
        piccola(17)?,
        nano,
    )
    .map_err(|_| ErroreIstante::Forma)?;
    TimeZone::UTC
        .to_timestamp(quando)
        .map_err(|_| ErroreIstante::Forma)
}

/// How an instant relates to a window; the durations say by how much it misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finestra {
    /// Inside.
    Dentro,
    /// The window begins later than the tolerance allows: the sender's clock is ahead.
    Futura(SignedDuration),
    /// The window is over.
    Scaduta(SignedDuration),
}

/// Compares `adesso` with a window whose ends may be missing; the end is exclusive.
pub fn finestra(
    da: Option<Timestamp>,
    a: Option<Timestamp>,
    adesso: Timestamp,
    tolleranza: SignedDuration,
) -> Finestra {
    if let Some(da) = da {
        let anticipo = da.duration_since(adesso);
        if anticipo > tolleranza {
            return Finestra::Futura(anticipo);
        }
    }
    match a {
        Some(a) if adesso >= a => Finestra::Scaduta(adesso.duration_since(a)),
        _ => Finestra::Dentro,
    }
}

/// A duration as people say it: "41 s", "6 min 2 s", "2 h 0 min".
pub fn a_parole(d: SignedDuration) -> String {
    let ms = d.as_millis().unsigned_abs();
    // To the nearest second: 40.98 s of a clock that is 41 s ahead are 41 s.
    let s = (ms + 500) / 1000;
    match s {
        _ if ms < 1000 => format!("{ms} ms"),
        0..=119 => format!("{s} s"),
        120..=7199 => format!("{} min {} s", s / 60, s % 60),
        _ => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}

/// What a missed window most likely means, for the developer.
pub fn spiega(f: Finestra) -> Option<String> {
    match f {
        Finestra::Dentro => None,
        Finestra::Futura(d) => {
            let ore = d.as_secs();
            let locale = [3600, 7200].iter().any(|o: &i64| (ore - o).abs() <= 300);
            let coda = if locale {
                ": sembra ora locale scritta come se fosse UTC (Z)"
            } else {
                ""
            };
            Some(format!("il vostro orologio è avanti di {}{coda}", a_parole(d)))
        }
        Finestra::Scaduta(d) => Some(format!(
            "la validità è finita da {}: messaggio inviato tardi, riusato, o orologio indietro",
            a_parole(d)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_an_instant() {
        for (testo, atteso) in [
            ("2031-05-12T08:15:30.120Z", Some("2031-05-12T08:15:30.12Z")),
            ("2031-05-12T08:15:30Z", Some("2031-05-12T08:15:30Z")),
            (
                " 2031-05-12T08:15:30.1234567Z\n",
                Some("2031-05-12T08:15:30.1234567Z"),
            ),
            (
                "2031-05-12T08:15:30.1234567891234Z",
                Some("2031-05-12T08:15:30.123456789Z"),
            ),
            ("2031-05-12T10:15:30+02:00", None),
            ("2031-05-12T08:15:30", None),
            ("2031-05-12T08:15:30.Z", None),
            ("2031-02-30T08:15:30Z", None),
            ("2031-05-12 08:15:30Z", None),
            ("2031-05-12T08:15:6€Z", None),
            ("", None),
        ] {
            assert_eq!(
                istante(testo).ok().map(|t| t.to_string()),
                atteso.map(str::to_owned),
                "{testo:?}"
            );
        }
    }

    #[test]
    fn the_end_is_outside_and_the_tolerance_inside() {
        let t = |s: i64| Timestamp::from_second(s).unwrap();
        let cinque = SignedDuration::from_secs(5);
        assert_eq!(
            finestra(Some(t(105)), Some(t(200)), t(100), cinque),
            Finestra::Dentro
        );
        assert_eq!(
            finestra(Some(t(106)), None, t(100), cinque),
            Finestra::Futura(SignedDuration::from_secs(6))
        );
        assert_eq!(
            finestra(None, Some(t(100)), t(100), cinque),
            Finestra::Scaduta(SignedDuration::ZERO)
        );
        assert_eq!(finestra(None, Some(t(101)), t(100), cinque), Finestra::Dentro);
    }
}

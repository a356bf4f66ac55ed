//! `xs:date` text becomes a civil date, quickly and without allocation.

use crate::Data;

/// Largest zone offset of XML Schema, in hours.
const ZONA_ORE_MASSIME: u8 = 14;

/// Reads the lexical form of `xs:date`: `YYYY-MM-DD` with an optional zone (`Z`, `+hh:mm`, `-hh:mm`), which is
/// dropped; XML blanks around are allowed, as the type collapses them. Four-digit years only (changelog
/// 5.6.9, spec subentro.md §2.3); the year 0000 is not one. `None`: not a date.
pub fn leggi_data(testo: &str) -> Option<Data> {
    let byte = match testo.as_bytes() {
        // Almost every text is exactly this long: nothing to trim.
        byte if byte.len() == 10 => byte,
        byte => rifila(byte),
    };
    let (giorno, zona) = byte.split_first_chunk::<10>()?;
    if !zona.is_empty() && !zona_valida(zona) {
        return None;
    }
    if giorno[4] != b'-' || giorno[7] != b'-' {
        return None;
    }
    let due = |i: usize| coppia(giorno[i], giorno[i + 1]);
    let anno = i16::from(due(0)?) * 100 + i16::from(due(2)?);
    let (mese, giorno) = (due(5)?.cast_signed(), due(8)?.cast_signed());
    // Asked before building: the library's refusal carries a message, and so an allocation.
    if anno == 0 || giorno < 1 || giorno > giorni_del_mese(anno, mese) {
        return None;
    }
    Data::new(anno, mese, giorno).ok()
}

/// Days of a month of the Gregorian calendar; none for a month that does not exist.
const fn giorni_del_mese(anno: i16, mese: i8) -> i8 {
    match mese {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if anno % 4 == 0 && (anno % 100 != 0 || anno % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Two ASCII digits as a number 0..=99.
fn coppia(decine: u8, unita: u8) -> Option<u8> {
    let (d, u) = (decine.wrapping_sub(b'0'), unita.wrapping_sub(b'0'));
    (d < 10 && u < 10).then(|| d * 10 + u)
}

fn zona_valida(zona: &[u8]) -> bool {
    match *zona {
        [b'Z'] => true,
        [b'+' | b'-', a, b, b':', c, d] => match (coppia(a, b), coppia(c, d)) {
            (Some(ore), Some(minuti)) => {
                ore < ZONA_ORE_MASSIME && minuti < 60 || ore == ZONA_ORE_MASSIME && minuti == 0
            }
            _ => false,
        },
        _ => false,
    }
}

fn rifila(mut byte: &[u8]) -> &[u8] {
    let spazio = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
    while let Some((_, resto)) = byte.split_first().filter(|(b, _)| spazio(b)) {
        byte = resto;
    }
    while let Some((_, resto)) = byte.split_last().filter(|(b, _)| spazio(b)) {
        byte = resto;
    }
    byte
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn le_forme_di_xs_date() {
        for (testo, attesa) in [
            ("1970-03-15", Some(date(1970, 3, 15))),
            ("1970-03-15Z", Some(date(1970, 3, 15))),
            ("1970-03-15+02:00", Some(date(1970, 3, 15))),
            ("1970-03-15-14:00", Some(date(1970, 3, 15))),
            (" 1970-03-15\n", Some(date(1970, 3, 15))),
            ("9999-12-31", Some(date(9999, 12, 31))),
            ("0001-01-01", Some(date(1, 1, 1))),
            ("2000-02-29", Some(date(2000, 2, 29))),
            ("1900-02-29", None),
            ("0000-01-01", None),
            ("1970-3-15", None),
            ("1970-13-01", None),
            ("1970-00-10", None),
            ("1970-03-15+14:01", None),
            ("1970-03-15+2:00", None),
            ("1970-03-15T00:00:00", None),
            ("19700315", None),
            ("-1970-03-15", None),
            ("12018-03-15", None), // five-digit years are legal xs:date, refused since 5.6.9
            ("１９70-03-15", None),
            ("          ", None),
            ("", None),
        ] {
            assert_eq!(leggi_data(testo), attesa, "{testo:?}");
        }
    }

    proptest! {
        #[test]
        fn mai_un_panico(testo in "\\PC{0,24}") {
            let _ = leggi_data(&testo);
        }

        #[test]
        fn i_giorni_sono_quelli_del_calendario(anno in 1i16..=9999, mese in 0i8..14, giorno in 0i8..33) {
            let testo = format!("{anno:04}-{mese:02}-{giorno:02}");
            prop_assert_eq!(leggi_data(&testo), Data::new(anno, mese, giorno).ok());
        }

        #[test]
        fn ogni_data_scritta_si_rilegge(anno in 1i16..=9999, giorno in 1i16..=365) {
            let data = Data::new(anno, 1, 1).unwrap().checked_add(jiff::Span::new().days(giorno - 1)).unwrap();
            prop_assert_eq!(leggi_data(&data.to_string()), Some(data));
        }
    }
}

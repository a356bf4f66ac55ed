//! Code → what it says of the person.

use super::{GIORNO_FEMMINILE, LUNGHEZZA, MESI, controllo, omocodia};
use crate::{Difetto, Sesso};

/// What a code says. The century is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decodificato {
    /// Last two digits of the year of birth.
    pub anno2: u8,
    /// Month, 1..=12.
    pub mese: u8,
    /// Day of the month, 1..=31, the sex taken out.
    pub giorno: u8,
    /// `M` or `F`, never `N`.
    pub sesso: Sesso,
    /// Belfiore code, omocodia undone, upper case.
    pub belfiore: [u8; 4],
    /// How many digits are replaced by letters: 0 for a base code, 1..=7 for an omocodia.
    pub omocodia: u8,
}

impl Decodificato {
    /// The date part agrees with a date of birth (century aside).
    pub fn stessa_data(&self, nascita: crate::Data) -> bool {
        i32::from(nascita.year()).rem_euclid(100) == i32::from(self.anno2)
            && nascita.month().unsigned_abs() == self.mese
            && nascita.day().unsigned_abs() == self.giorno
    }

    /// The Belfiore code as text.
    pub fn belfiore(&self) -> &str {
        std::str::from_utf8(&self.belfiore).expect("ASCII by construction")
    }
}

/// Decodes a code of 16 characters, of either case, undoing the omocodia.
///
/// # Errors
/// In this order: [`Difetto::Lunghezza`]; [`Difetto::Carattere`] for a character that cannot stand in its
/// position (digits may be omocodia letters); [`Difetto::DataInesistente`] for a day the month never has (29
/// February is accepted, the century being unknown); [`Difetto::Controllo`], when all the rest is in order.
pub fn decodifica(testo: &str) -> Result<Decodificato, Difetto> {
    let inviato: &[u8; LUNGHEZZA] = testo
        .as_bytes()
        .try_into()
        .map_err(|_| Difetto::Lunghezza(testo.len()))?;
    let mut cf = *inviato;
    cf.make_ascii_uppercase();
    let mut base = cf;
    let omocodia = omocodia::disfa(&mut base);
    for (i, b) in base.iter().enumerate() {
        let ammesso = match i {
            6 | 7 | 9 | 10 | 12..=14 => b.is_ascii_digit(),
            8 => MESI.contains(b),
            _ => b.is_ascii_uppercase(),
        };
        if !ammesso {
            return Err(Difetto::Carattere {
                posizione: i as u8 + 1,
            });
        }
    }
    let due = |i: usize| (base[i] - b'0') * 10 + (base[i + 1] - b'0');
    let mese = MESI.iter().position(|m| *m == base[8]).map_or(0, |m| m as u8 + 1);
    let (sesso, giorno) = match due(9) {
        g @ 41.. => (Sesso::F, g - GIORNO_FEMMINILE),
        g => (Sesso::M, g),
    };
    let ultimo = match mese {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if giorno == 0 || giorno > ultimo {
        return Err(Difetto::DataInesistente);
    }
    // The control letter is that of the code as sent, omocodia letters included.
    let trovato = cf[LUNGHEZZA - 1];
    match controllo(&cf) {
        Some(atteso) if atteso != trovato => return Err(Difetto::Controllo { atteso, trovato }),
        _ => {}
    }
    let belfiore = [base[11], base[12], base[13], base[14]];
    Ok(Decodificato {
        anno2: due(6),
        mese,
        giorno,
        sesso,
        belfiore,
        omocodia,
    })
}

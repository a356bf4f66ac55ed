//! Days as numbers: the generator adds and compares dates by the million.

use anagrafe::Data;

/// Days in 400 years.
const CICLO: i32 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCA: i32 = 719_468;

/// A civil day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Giorno(pub(crate) i32);

impl Giorno {
    /// The day of a date that exists (month 1–12; a day past the end of the month runs into the next one).
    pub(crate) const fn di(anno: i32, mese: i32, giorno: i32) -> Self {
        // Years that begin in March put the leap day last; 400 of them always have the same length.
        let marzolino = if mese <= 2 { anno - 1 } else { anno };
        let (ciclo, nel_ciclo) = (marzolino.div_euclid(400), marzolino.rem_euclid(400));
        let da_marzo = if mese > 2 { mese - 3 } else { mese + 9 };
        let nell_anno = (153 * da_marzo + 2) / 5 + giorno - 1;
        Self(ciclo * CICLO + nel_ciclo * 365 + nel_ciclo / 4 - nel_ciclo / 100 + nell_anno - EPOCA)
    }

    /// Year, month, day.
    pub(crate) const fn civile(self) -> (i32, i32, i32) {
        let giorni = self.0 + EPOCA;
        let (ciclo, nel_ciclo) = (giorni.div_euclid(CICLO), giorni.rem_euclid(CICLO));
        let anno = (nel_ciclo - nel_ciclo / 1460 + nel_ciclo / 36_524 - nel_ciclo / 146_096) / 365;
        let nell_anno = nel_ciclo - (365 * anno + anno / 4 - anno / 100);
        let da_marzo = (5 * nell_anno + 2) / 153;
        let mese = if da_marzo < 10 { da_marzo + 3 } else { da_marzo - 9 };
        let anno = anno + ciclo * 400;
        (
            if mese <= 2 { anno + 1 } else { anno },
            mese,
            nell_anno - (153 * da_marzo + 2) / 5 + 1,
        )
    }

    pub(crate) const fn anno(self) -> i32 {
        self.civile().0
    }

    pub(crate) const fn piu(self, giorni: i32) -> Self {
        Self(self.0 + giorni)
    }

    /// The same day `anni` later (29 February becomes 1 March in a common year).
    pub(crate) const fn piu_anni(self, anni: i32) -> Self {
        let (a, m, g) = self.civile();
        Self::di(a + anni, m, g)
    }

    /// Completed years between a birth and `oggi`.
    pub(crate) const fn eta(self, oggi: Self) -> i32 {
        let (nato, ora) = (self.civile(), oggi.civile());
        let compleanno_passato = ora.1 > nato.1 || (ora.1 == nato.1 && ora.2 >= nato.2);
        if compleanno_passato {
            ora.0 - nato.0
        } else {
            ora.0 - nato.0 - 1
        }
    }

    /// `AAAA-MM-GG`.
    pub(crate) fn iso(self) -> [u8; 10] {
        let cifra = |n: i32| b'0' + n.rem_euclid(10).unsigned_abs() as u8;
        let (anno, mese, giorno) = self.civile();
        [
            cifra(anno / 1000),
            cifra(anno / 100),
            cifra(anno / 10),
            cifra(anno),
            b'-',
            cifra(mese / 10),
            cifra(mese),
            b'-',
            cifra(giorno / 10),
            cifra(giorno),
        ]
    }

    /// `AAAA-MM-GG` as owned text.
    pub(crate) fn testo(self) -> String {
        self.iso().iter().map(|&b| b as char).collect()
    }

    /// As the library's date.
    pub(crate) fn data(self) -> Data {
        let (a, m, g) = self.civile();
        Data::constant(a as i16, m as i8, g as i8)
    }
}

impl From<Data> for Giorno {
    fn from(d: Data) -> Self {
        Self::di(i32::from(d.year()), i32::from(d.month()), i32::from(d.day()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_agree_with_the_calendar_of_the_library() {
        let mut d = Data::constant(1899, 12, 1);
        let mut g = Giorno::from(d);
        while d.year() < 2101 {
            assert_eq!(g.data(), d);
            assert_eq!(g.testo(), d.to_string());
            assert_eq!(Giorno::from(d), g);
            d = d.tomorrow().expect("within the calendar");
            g = g.piu(1);
        }
        assert_eq!(Giorno::di(2000, 2, 29).piu_anni(1), Giorno::di(2001, 3, 1));
        assert_eq!(Giorno::di(2000, 3, 1).eta(Giorno::di(2018, 2, 28)), 17);
        assert_eq!(Giorno::di(2000, 3, 1).eta(Giorno::di(2018, 3, 1)), 18);
    }
}

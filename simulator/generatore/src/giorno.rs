//! Days as numbers: the generator adds and compares dates by the million.

use anagrafe::Data;

/// A civil day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Giorno(pub(crate) i32);

impl Giorno {
    /// The day of a date that exists (month 1–12; a day past the end of the month runs into the next one).
    pub(crate) const fn di(anno: i32, mese: i32, giorno: i32) -> Self {
        let y = if mese <= 2 { anno - 1 } else { anno };
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let m = if mese > 2 { mese - 3 } else { mese + 9 };
        let doy = (153 * m + 2) / 5 + giorno - 1;
        Self(era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468)
    }

    /// Year, month, day.
    pub(crate) const fn civile(self) -> (i32, i32, i32) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let m = if mp < 10 { mp + 3 } else { mp - 9 };
        let y = yoe + era * 400;
        (if m <= 2 { y + 1 } else { y }, m, doy - (153 * mp + 2) / 5 + 1)
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
        let (a, m, g) = self.civile();
        let (b, n, h) = oggi.civile();
        if n > m || (n == m && h >= g) {
            b - a
        } else {
            b - a - 1
        }
    }

    /// `AAAA-MM-GG`.
    pub(crate) const fn iso(self) -> [u8; 10] {
        let (a, m, g) = self.civile();
        [
            b'0' + (a / 1000 % 10) as u8,
            b'0' + (a / 100 % 10) as u8,
            b'0' + (a / 10 % 10) as u8,
            b'0' + (a % 10) as u8,
            b'-',
            b'0' + (m / 10) as u8,
            b'0' + (m % 10) as u8,
            b'-',
            b'0' + (g / 10) as u8,
            b'0' + (g % 10) as u8,
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

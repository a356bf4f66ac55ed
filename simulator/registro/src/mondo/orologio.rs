//! The scenario clock moves by rules only: wall time is handed in, events say that they happened.

use jiff::civil::{Date, Time, time};
use jiff::{SignedDuration, Timestamp};

use crate::modello::{Orologio, Quando};

/// Time of day a scenario date begins with. Early enough for a day of 57,600 events with `velocita` 0.
pub const ORA_INIZIALE: Time = time(8, 0, 0, 0);

impl Orologio {
    /// A clock that begins a day at [`ORA_INIZIALE`].
    pub fn dal(oggi: Date, velocita: u32, adesso: Timestamp) -> Self {
        Self {
            scenario: oggi.to_datetime(ORA_INIZIALE),
            velocita,
            ancora: adesso,
        }
    }

    /// The scenario instant, to the second. Standing still, wall time does not matter at all.
    #[must_use]
    pub fn ora(&self, adesso: Timestamp) -> Quando {
        let trascorsi = if self.velocita == 0 {
            0
        } else {
            // A wall clock set back does not take the scenario back.
            let secondi = adesso.duration_since(self.ancora).as_secs().max(0);
            secondi.saturating_mul(i64::from(self.velocita))
        };
        self.scenario.saturating_add(SignedDuration::from_secs(trascorsi))
    }

    /// The scenario date.
    #[must_use]
    pub fn oggi(&self, adesso: Timestamp) -> Date {
        self.ora(adesso).date()
    }

    /// Something happened: its instant. Standing still, the clock takes one second.
    pub fn evento(&mut self, adesso: Timestamp) -> Quando {
        if self.velocita == 0 {
            self.scenario = self.scenario.saturating_add(SignedDuration::from_secs(1));
        }
        self.ora(adesso)
    }

    /// Changes the speed without a jump.
    pub fn imposta_velocita(&mut self, velocita: u32, adesso: Timestamp) {
        self.scenario = self.ora(adesso);
        self.ancora = adesso;
        self.velocita = velocita;
    }

    /// Moves to a date, forward or back; the day begins.
    pub fn imposta_oggi(&mut self, oggi: Date, adesso: Timestamp) {
        *self = Self::dal(oggi, self.velocita, adesso);
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;

    fn secondo(n: i64) -> Timestamp {
        Timestamp::from_second(1_000_000_000 + n).expect("timestamp")
    }

    #[test]
    fn standing_still_only_events_move_it() {
        let mut o = Orologio::dal(date(2021, 3, 1), 0, secondo(0));
        assert_eq!(o.ora(secondo(9_999)), datetime(2021, 3, 1, 8, 0, 0, 0));
        assert_eq!(o.evento(secondo(5)), datetime(2021, 3, 1, 8, 0, 1, 0));
        assert_eq!(o.evento(secondo(-70)), datetime(2021, 3, 1, 8, 0, 2, 0));
        assert_eq!(o.oggi(secondo(0)), date(2021, 3, 1));
    }

    #[test]
    fn running_it_follows_the_wall() {
        let mut o = Orologio::dal(date(2021, 3, 1), 60, secondo(0));
        assert_eq!(o.evento(secondo(2)), datetime(2021, 3, 1, 8, 2, 0, 0));
        assert_eq!(
            o.ora(secondo(-5)),
            datetime(2021, 3, 1, 8, 0, 0, 0),
            "a wall clock set back"
        );
        o.imposta_velocita(0, secondo(10));
        assert_eq!(o.ora(secondo(99)), datetime(2021, 3, 1, 8, 10, 0, 0));
        o.imposta_oggi(date(2020, 2, 29), secondo(99));
        assert_eq!(o.ora(secondo(99)), datetime(2020, 2, 29, 8, 0, 0, 0));
    }

    #[test]
    fn the_end_of_time_does_not_panic() {
        let mut o = Orologio::dal(date(9999, 12, 31), u32::MAX, secondo(0));
        assert_eq!(o.oggi(secondo(10_000_000)), date(9999, 12, 31));
        o.imposta_velocita(0, secondo(10_000_000));
        o.evento(secondo(0));
    }
}

//! How far `check` is, for whoever waits at a terminal.
//!
//! One line on standard error, gone at the end; nothing where standard error is not a terminal, so that logs and
//! pipes stay clean. The result never depends on it.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use anagrafe::italiano::quanti;
use elaborazione::{Fase, Osserva, Osservatore};
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Redrawings a second at most; the rest is only counted.
const AL_SECONDO: u8 = 5;
/// Milliseconds before which a speed says nothing.
const PRIMA_STIMA_MS: u128 = 200;
/// Fits in eighty columns.
const MODELLO: &str = "{prefix:12} {bar:20} {percent:>3}% {msg}, mancano {eta}";

/// The line. Dropping it clears it.
pub(crate) struct Barra(Option<ProgressBar>);

impl Barra {
    /// A line, if anybody can see it, and who is to be told.
    pub(crate) fn nuova() -> (Self, Osserva) {
        if !std::io::stderr().is_terminal() {
            return (Self(None), Osserva::default());
        }
        // Nothing is drawn before the first phase has a name.
        let barra = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let osserva = Osserva::con(Arc::new(Disegno::nuovo(barra.clone())));
        (Self(Some(barra)), osserva)
    }
}

impl Drop for Barra {
    fn drop(&mut self) {
        if let Some(barra) = &self.0 {
            barra.finish_and_clear();
        }
    }
}

struct Disegno {
    barra: ProgressBar,
    schede: AtomicU64,
    /// The unit of the phase is the scheda.
    a_schede: AtomicBool,
}

impl Disegno {
    fn nuovo(barra: ProgressBar) -> Self {
        Self {
            barra,
            schede: AtomicU64::new(0),
            a_schede: AtomicBool::new(false),
        }
    }

    fn conta(&self, quante: u64) {
        let tutte = self.schede.fetch_add(quante, Relaxed) + quante;
        let millesimi = self.barra.elapsed().as_millis();
        let italiano = |n: u64| HumanCount(n).to_string().replace(',', ".");
        let mut testo = quanti(tutte, "scheda", "schede");
        if millesimi > PRIMA_STIMA_MS {
            let velocita = u128::from(tutte) * 1000 / millesimi;
            testo = format!(
                "{testo}, {}/s",
                italiano(u64::try_from(velocita).unwrap_or(u64::MAX))
            );
        }
        self.barra.set_message(testo);
    }
}

impl Osservatore for Disegno {
    fn fase(&self, fase: Fase, totale: u64) {
        self.schede.store(0, Relaxed);
        self.a_schede.store(fase != Fase::Lettura, Relaxed);
        self.barra.set_draw_target(ProgressDrawTarget::hidden());
        self.barra.reset();
        self.barra.set_length(totale);
        self.barra.set_style(
            ProgressStyle::with_template(MODELLO).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        self.barra.set_message("0 schede");
        self.barra.set_prefix(match fase {
            Fase::Lettura => "Lettura",
            Fase::Elaborazione => "Elaborazione",
            Fase::Tributaria => "Anagrafe Tributaria",
            Fase::Caricamento => "Caricamento",
        });
        if totale > 0 && std::io::stderr().is_terminal() {
            self.barra
                .set_draw_target(ProgressDrawTarget::stderr_with_hz(AL_SECONDO));
        }
    }

    fn fatto(&self, quanto: u64) {
        self.barra.inc(quanto);
        if self.a_schede.load(Relaxed) {
            self.conta(quanto);
        }
    }

    fn schede(&self, quante: u64) {
        self.conta(quante);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn la_riga_conta_e_sta_in_ottanta_colonne() {
        ProgressStyle::with_template(MODELLO).expect("a template");
        for fase in [Fase::Lettura, Fase::Elaborazione, Fase::Caricamento] {
            let barra = ProgressBar::with_draw_target(Some(10), ProgressDrawTarget::hidden());
            let disegno = Disegno::nuovo(barra.clone());
            disegno.fase(fase, 3_000_000);
            disegno.fatto(1500);
            if fase == Fase::Lettura {
                disegno.schede(1500);
            }
            assert_eq!((barra.length(), barra.position()), (Some(3_000_000), 1500));
            assert!(barra.message().starts_with("1.500 schede"), "{}", barra.message());
            let piena = format!(
                "{:12} {:20} 100% 3.000.000 schede, 150.000/s, mancano 12m",
                barra.prefix(),
                ""
            );
            assert!(piena.chars().count() <= 80, "{piena}");
        }
    }
}

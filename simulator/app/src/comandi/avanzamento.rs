//! How far `check` is, for whoever waits at a terminal.
//!
//! One line on standard error, gone at the end; nothing where standard error is not a terminal, so that logs and
//! pipes stay clean. The result never depends on it.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use elaborazione::{Fase, Osserva, Osservatore};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

/// Redrawings a second at most; the rest is only counted.
const AL_SECONDO: u8 = 5;

/// The line. Dropping it clears it.
pub(crate) struct Barra(Option<ProgressBar>);

impl Barra {
    /// A line, if anybody can see it, and who is to be told.
    pub(crate) fn nuova() -> (Self, Osserva) {
        if !std::io::stderr().is_terminal() {
            return (Self(None), Osserva::default());
        }
        let barra = ProgressBar::with_draw_target(None, indicatif::ProgressDrawTarget::stderr_with_hz(AL_SECONDO));
        let osserva = Osserva::con(Arc::new(Disegno { barra: barra.clone(), schede: AtomicU64::new(0) }));
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
}

fn modello(fase: Fase) -> &'static str {
    match fase {
        Fase::Lettura => "{prefix} {bar:30} {percent:>3}% {msg}, mancano {eta}",
        Fase::Elaborazione | Fase::Caricamento => {
            "{prefix} {bar:30} {percent:>3}% {human_pos} schede, {per_sec}, mancano {eta}"
        }
    }
}

fn stile(fase: Fase) -> ProgressStyle {
    ProgressStyle::with_template(modello(fase)).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Osservatore for Disegno {
    fn fase(&self, fase: Fase, totale: u64) {
        self.schede.store(0, Relaxed);
        self.barra.reset();
        self.barra.set_length(totale);
        self.barra.set_style(stile(fase));
        self.barra.set_message("0 schede");
        self.barra.set_prefix(match fase {
            Fase::Lettura => "Lettura     ",
            Fase::Elaborazione => "Elaborazione",
            Fase::Caricamento => "Caricamento ",
        });
    }

    fn fatto(&self, quanto: u64) {
        self.barra.inc(quanto);
    }

    fn schede(&self, quante: u64) {
        let tutte = self.schede.fetch_add(quante, Relaxed) + quante;
        let secondi = self.barra.elapsed().as_secs_f64();
        let velocita = if secondi > 0.2 { tutte as f64 / secondi } else { 0.0 };
        self.barra.set_message(format!("{} schede, {velocita:.0} al secondo", HumanCount(tutte)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i_modelli_della_riga_si_leggono() {
        for fase in [Fase::Lettura, Fase::Elaborazione, Fase::Caricamento] {
            ProgressStyle::with_template(modello(fase)).expect("a template");
            let barra = ProgressBar::with_draw_target(Some(10), indicatif::ProgressDrawTarget::hidden());
            let disegno = Disegno { barra: barra.clone(), schede: AtomicU64::new(0) };
            disegno.fase(fase, 20);
            disegno.fatto(5);
            disegno.schede(1234);
            assert_eq!((barra.length(), barra.position()), (Some(20), 5));
            assert!(barra.message().starts_with("1,234 schede"), "{}", barra.message());
        }
    }
}

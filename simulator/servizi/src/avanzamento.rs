//! Long work on a delivery → percentage, schede a second, time left.
//!
//! One counter per Comune and environment, alive while somebody holds the turn of that Comune; the work adds to it
//! by the block ([`elaborazione::Osservatore`]), pages and API read it without waiting for anybody. What must stay
//! true: within a phase the percentage never goes back, and a number that is not known yet is not guessed.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anagrafe::{Ambiente, CodiceIstat};
use elaborazione::{Fase, Osserva, Osservatore};
use registro::Lettura as _;
use serde::Serialize;

/// Time before which a speed says nothing.
const PRIMA_STIMA: Duration = Duration::from_millis(200);

/// How far a piece of work is, as pages and API show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatoAvanzamento {
    /// What is being done.
    #[serde(serialize_with = "in_lettere")]
    pub fase: Fase,
    /// Of the phase, 0–100.
    pub percentuale: u8,
    /// Schede done in the phase.
    pub schede: u64,
    /// Schede a second since the phase began; absent while it is too early to say.
    pub schede_al_secondo: Option<u64>,
    /// Seconds to the end of the phase at this speed, rounded up; absent while it is too early to say.
    pub mancano_secondi: Option<u64>,
}

impl StatoAvanzamento {
    /// The phase in words.
    pub fn titolo(&self) -> &'static str {
        match self.fase {
            Fase::Lettura => "Lettura del file",
            Fase::Elaborazione => "Elaborazione delle schede",
            Fase::Tributaria => "In attesa dell'Anagrafe Tributaria",
            Fase::Caricamento => "Caricamento delle schede",
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
fn in_lettere<S: serde::Serializer>(fase: &Fase, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(match fase {
        Fase::Lettura => "LETTURA",
        Fase::Elaborazione => "ELABORAZIONE",
        Fase::Tributaria => "ANAGRAFE_TRIBUTARIA",
        Fase::Caricamento => "CARICAMENTO",
    })
}

#[derive(Debug, Clone, Copy)]
struct Tratto {
    fase: Fase,
    totale: u64,
    dal: Instant,
}

/// Counts what the work says of itself.
#[derive(Debug, Default)]
pub struct Avanzamento {
    tratto: Mutex<Option<Tratto>>,
    fatto: AtomicU64,
    schede: AtomicU64,
}

impl Osservatore for Avanzamento {
    fn fase(&self, fase: Fase, totale: u64) {
        let mut tratto = self.tratto.lock().unwrap_or_else(PoisonError::into_inner);
        self.fatto.store(0, Relaxed);
        self.schede.store(0, Relaxed);
        // A phase without a length is over before anybody could look.
        *tratto = (totale > 0).then(|| Tratto {
            fase,
            totale,
            dal: Instant::now(),
        });
    }

    fn fatto(&self, quanto: u64) {
        self.fatto.fetch_add(quanto, Relaxed);
    }

    fn schede(&self, quante: u64) {
        self.schede.fetch_add(quante, Relaxed);
    }
}

impl Avanzamento {
    /// As it stands now; `None` before the first phase.
    pub fn stato(&self) -> Option<StatoAvanzamento> {
        let tratto = *self.tratto.lock().unwrap_or_else(PoisonError::into_inner);
        let tratto = tratto?;
        Some(stima(
            tratto.fase,
            tratto.totale,
            self.fatto.load(Relaxed),
            self.schede.load(Relaxed),
            tratto.dal.elapsed(),
        ))
    }
}

fn stima(fase: Fase, totale: u64, fatto: u64, schede: u64, trascorso: Duration) -> StatoAvanzamento {
    let fatto = fatto.min(totale);
    let schede = if fase == Fase::Lettura { schede } else { fatto };
    let millesimi = u64::try_from(trascorso.as_millis()).unwrap_or(u64::MAX);
    let presto = trascorso < PRIMA_STIMA || fatto == 0;
    let proporzione = |a: u64, per: u64, su: u64| {
        u64::try_from(u128::from(a) * u128::from(per) / u128::from(su.max(1))).unwrap_or(u64::MAX)
    };
    StatoAvanzamento {
        fase,
        percentuale: u8::try_from(proporzione(fatto, 100, totale)).unwrap_or(100),
        schede,
        schede_al_secondo: (!presto).then(|| proporzione(schede, 1000, millesimi)),
        mancano_secondi: (!presto).then(|| proporzione(totale - fatto, millesimi, fatto).div_ceil(1000)),
    }
}

/// Progress of questions that take `durata` in all; without one nobody answers, and nothing is known of the end.
fn attesa(totale: u64, trascorso: Duration, durata: Option<Duration>) -> StatoAvanzamento {
    let fatto = durata.map_or(0, |durata| {
        let fatto = u128::from(totale) * trascorso.as_millis() / durata.as_millis().max(1);
        u64::try_from(fatto).unwrap_or(u64::MAX)
    });
    stima(Fase::Tributaria, totale, fatto, 0, trascorso)
}

/// The work under way, by turn.
#[derive(Debug, Default)]
pub(crate) struct Avanzamenti(Mutex<BTreeMap<(Ambiente, CodiceIstat), Arc<Avanzamento>>>);

impl Avanzamenti {
    /// Starts counting for whoever holds that turn, until the value is dropped.
    pub(crate) fn apri(&self, ambiente: Ambiente, comune: CodiceIstat) -> InCorso<'_> {
        let avanzamento = Arc::new(Avanzamento::default());
        let osserva = Osserva::con(Arc::clone(&avanzamento) as Arc<dyn Osservatore>);
        self.dentro().insert((ambiente, comune), avanzamento);
        InCorso {
            di: self,
            turno: (ambiente, comune),
            osserva,
        }
    }

    pub(crate) fn stato(&self, ambiente: Ambiente, comune: CodiceIstat) -> Option<StatoAvanzamento> {
        self.dentro().get(&(ambiente, comune)).and_then(|a| a.stato())
    }

    fn dentro(&self) -> std::sync::MutexGuard<'_, BTreeMap<(Ambiente, CodiceIstat), Arc<Avanzamento>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that is being counted.
#[derive(Debug)]
pub(crate) struct InCorso<'a> {
    di: &'a Avanzamenti,
    turno: (Ambiente, CodiceIstat),
    /// Whom the work tells.
    pub(crate) osserva: Osserva,
}

impl Drop for InCorso<'_> {
    fn drop(&mut self) {
        self.di.dentro().remove(&self.turno);
    }
}

impl crate::Simulatore {
    /// How far the work on a Comune's delivery is, if there is any right now.
    pub fn avanzamento(&self, ambiente: Ambiente, comune: CodiceIstat) -> Option<StatoAvanzamento> {
        self.avanzamenti
            .stato(ambiente, comune)
            .or_else(|| self.in_attesa_della_tributaria(ambiente, comune))
    }

    /// The questions to the Anagrafe Tributaria travel by themselves: how many answers must be back by now.
    fn in_attesa_della_tributaria(
        &self,
        ambiente: Ambiente,
        comune: CodiceIstat,
    ) -> Option<StatoAvanzamento> {
        let domandate = self.batch.domandate();
        if domandate.is_empty() {
            return None;
        }
        let forniture = self.registro().forniture(ambiente, comune).ok()?;
        let f = forniture.last().filter(|f| f.stato.in_corso())?;
        let trascorso = domandate.get(&f.id)?.elapsed();
        let totale = f.schede.soggetti + f.schede.aire;
        let durata = self.durata_tributaria(f).ok()?;
        // Everything is answered: what is left is the batch's to say.
        durata
            .is_none_or(|durata| trascorso < durata)
            .then(|| attesa(totale, trascorso, durata))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comune() -> CodiceIstat {
        CodiceIstat::parse("888001").expect("a code")
    }

    #[test]
    fn le_stime_tornano_e_non_si_inventano() {
        let meta = stima(Fase::Elaborazione, 1000, 250, 0, Duration::from_secs(5));
        assert_eq!(
            (meta.percentuale, meta.schede, meta.schede_al_secondo),
            (25, 250, Some(50))
        );
        assert_eq!(meta.mancano_secondi, Some(15));
        // Bytes measure the reading, schede are told apart.
        let lettura = stima(
            Fase::Lettura,
            4_000_000_000,
            1_000_000_000,
            7000,
            Duration::from_millis(3500),
        );
        assert_eq!(
            (lettura.percentuale, lettura.schede, lettura.schede_al_secondo),
            (25, 7000, Some(2000))
        );
        assert_eq!(lettura.mancano_secondi, Some(11), "10.5 rounded up");
        for presto in [
            stima(Fase::Lettura, 10, 5, 5, Duration::from_millis(199)),
            stima(Fase::Lettura, 10, 0, 0, Duration::from_secs(9)),
        ] {
            assert_eq!((presto.schede_al_secondo, presto.mancano_secondi), (None, None));
        }
        let oltre = stima(Fase::Caricamento, 10, 12, 0, Duration::from_secs(1));
        assert_eq!(
            (oltre.percentuale, oltre.schede, oltre.mancano_secondi),
            (100, 10, Some(0))
        );
    }

    #[test]
    fn l_attesa_delle_risposte_si_misura_sulla_loro_durata() {
        let meta = attesa(3000, Duration::from_secs(2), Some(Duration::from_secs(5)));
        assert_eq!(
            (
                meta.fase,
                meta.percentuale,
                meta.schede,
                meta.schede_al_secondo,
                meta.mancano_secondi
            ),
            (Fase::Tributaria, 40, 1200, Some(600), Some(3))
        );
        let guasta = attesa(3000, Duration::from_secs(2), None);
        assert_eq!(
            (
                guasta.percentuale,
                guasta.schede_al_secondo,
                guasta.mancano_secondi
            ),
            (0, None, None)
        );
    }

    #[test]
    fn si_vede_finche_si_lavora() {
        let tutti = Avanzamenti::default();
        assert_eq!(tutti.stato(Ambiente::Pre, comune()), None);
        let lavoro = tutti.apri(Ambiente::Pre, comune());
        assert_eq!(tutti.stato(Ambiente::Pre, comune()), None, "no phase yet");
        lavoro.osserva.fase(Fase::Lettura, 200);
        lavoro.osserva.fatto(50);
        lavoro.osserva.schede(3);
        let stato = tutti.stato(Ambiente::Pre, comune()).expect("under way");
        assert_eq!(
            (stato.fase, stato.percentuale, stato.schede),
            (Fase::Lettura, 25, 3)
        );
        assert_eq!(tutti.stato(Ambiente::Test, comune()), None, "another environment");
        lavoro.osserva.fase(Fase::Caricamento, 10);
        let stato = tutti.stato(Ambiente::Pre, comune()).expect("under way");
        assert_eq!(
            (stato.fase, stato.percentuale, stato.schede),
            (Fase::Caricamento, 0, 0)
        );
        drop(lavoro);
        assert_eq!(tutti.stato(Ambiente::Pre, comune()), None);
    }
}

//! Where a running lesson has put the clock, and whether it still stands there.
//!
//! The scenario date is everybody's: console and API may move it in the middle of a lesson. Nothing forbids it (the trainer
//! may want to), but it is said: by whoever moves it, and by the presenter's page, which puts it back.

use anagrafe::Data;
use registro::Lettura as _;
use serde::Serialize;

use super::{azione::Azione, corso::Corso, documento::Lezione, vista::StatoLezione};
use crate::{Esito, Simulatore, simulatore::prendi};

/// What the lesson that runs wants of the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttesaOrologio {
    /// Its id.
    pub lezione: String,
    /// Its title.
    pub titolo: String,
    /// The day it put the clock at; it stands still there.
    pub giorno: Data,
    /// The clock is elsewhere, or runs.
    pub spostato: bool,
}

/// The days that the actions of some steps put the clock at, in order.
fn giorni(passi: &[super::documento::Passo]) -> impl DoubleEndedIterator<Item = Data> {
    passi.iter().flat_map(|p| &p.azioni).filter_map(|a| match a {
        Azione::Data { giorno } => Some(*giorno),
        _ => None,
    })
}

impl Corso {
    /// The day the lesson has put the clock at.
    pub(super) fn giorno(&self, l: &Lezione) -> Data {
        let fatti = (self.passo + usize::from(self.eseguito)).min(l.passi.len());
        giorni(&l.passi[..fatti]).next_back().unwrap_or(l.oggi)
    }

    /// Whether the clock may stand at a day: where it was put, or where the step on the screen is about to put it, for a
    /// trainer who does the step by hand.
    fn ammette(&self, l: &Lezione, oggi: Data) -> bool {
        let corrente = self.passo.min(l.passi.len())..(self.passo + 1).min(l.passi.len());
        self.giorno(l) == oggi || (!self.eseguito && giorni(&l.passi[corrente]).any(|g| g == oggi))
    }
}

impl Simulatore {
    pub(super) fn orologio_del_corso(&self, l: &Lezione, c: &Corso) -> Esito<AttesaOrologio> {
        let velocita = self.registro().orologio()?.velocita;
        let oggi = self.registro().oggi()?;
        // While the scene is built the clock is on its way.
        let spostato = !c.in_movimento && (velocita != 0 || !c.ammette(l, oggi));
        Ok(AttesaOrologio {
            lezione: l.id.clone(),
            titolo: l.titolo.clone(),
            giorno: c.giorno(l),
            spostato,
        })
    }

    /// What the lesson that runs wants of the clock; none when none runs.
    pub fn attesa_orologio(&self) -> Esito<Option<AttesaOrologio>> {
        let Some(c) = self.corso()? else { return Ok(None) };
        // A lesson of a folder that is no longer given wants nothing.
        let Some(l) = self.lezioni().una(&c.lezione) else {
            return Ok(None);
        };
        Ok(Some(self.orologio_del_corso(l, &c)?))
    }

    /// Puts the clock back where the lesson put it, and stops it. What another date set off stays: a jump builds it anew.
    pub fn riporta_orologio(&self, id: &str) -> Esito<StatoLezione> {
        {
            let _turno = prendi(&self.turno_lezioni);
            let (l, c) = self.corso_di(id)?;
            let giorno = c.giorno(l);
            self.metti_orologio(Some(giorno), Some(0))?;
        }
        self.stato_lezione(id)
    }
}

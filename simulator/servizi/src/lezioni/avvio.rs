//! Whether a lesson can start, and what can be done about it when it cannot.
//!
//! What must stay true: a Comune that somebody made goes only when it is asked for by name, never because a lesson starts.

use anagrafe::CodiceIstat;
use registro::{Lettura as _, MacroStato};
use serde::Serialize;
use serde_json::Value;

use super::{corso::altra_in_corso, documento::Lezione, scena};
use crate::{ErroreServizio, Esito, Simulatore, simulatore::prendi};

/// Why a lesson cannot start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "perche")]
pub enum NonParte {
    /// Another one runs, and the scenario date is one for all.
    AltraInCorso {
        /// Its id.
        lezione: String,
        /// Its title.
        titolo: String,
    },
    /// Its Comune was made by somebody else.
    ComuneAltrui {
        /// The Comune.
        comune: CodiceIstat,
        /// Its name.
        nome: String,
        /// Where it stands.
        stato: MacroStato,
    },
}

impl From<NonParte> for ErroreServizio {
    fn from(no: NonParte) -> Self {
        match no {
            NonParte::AltraInCorso { lezione, .. } => altra_in_corso(&lezione),
            NonParte::ComuneAltrui { comune, .. } => Self::conflitto(format!(
                "Il Comune {comune} esiste già e non è della lezione: la lezione ne vuole uno suo e non tocca quello che c'è."
            )),
        }
    }
}

impl Simulatore {
    /// Why a lesson cannot start; none when it can, or runs already.
    pub fn non_parte(&self, l: &Lezione) -> Esito<Option<NonParte>> {
        match self.corso()? {
            Some(c) if c.lezione == l.id => return Ok(None),
            Some(c) => {
                let altra = self.lezioni().una(&c.lezione);
                let titolo = altra.map_or_else(|| c.lezione.clone(), |x| x.titolo.clone());
                return Ok(Some(NonParte::AltraInCorso {
                    lezione: c.lezione,
                    titolo,
                }));
            }
            None => {}
        }
        self.comune_altrui(l)
    }

    /// The Comune of a lesson when it is not the lesson's.
    pub(super) fn comune_altrui(&self, l: &Lezione) -> Esito<Option<NonParte>> {
        let nostra: Option<Value> = self.registro().documento(scena::COMUNI, l.comune.as_str())?;
        if nostra.is_some() {
            return Ok(None);
        }
        Ok(self.registro().comune(l.comune)?.map(|c| NonParte::ComuneAltrui {
            comune: c.istat,
            nome: c.nome,
            stato: c.stato,
        }))
    }

    /// Takes away the Comune that is in the way of a lesson, whoever made it, with all that hangs on it.
    pub fn sgombera_per_lezione(&self, id: &str) -> Esito<()> {
        let _turno = prendi(&self.turno_lezioni);
        self.pronto_lo_stato()?;
        let l = self.lezione(id)?;
        if let Some(c) = self.corso()? {
            return Err(altra_in_corso(&c.lezione));
        }
        self.comune(l.comune)?;
        // From here on it is the lesson's: what breaks off is taken away by the next start.
        self.registro()
            .scrivi(|t| -> Esito<()> { Ok(t.salva_documento(scena::COMUNI, l.comune.as_str(), &l.id)?) })?;
        // Whatever its subentro told the others goes too.
        self.smonta_scena(l, 0)
    }
}

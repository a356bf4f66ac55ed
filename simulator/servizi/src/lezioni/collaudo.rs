//! Playing a lesson by itself: every step, every expectation before and after. For whoever writes one, and for the tests.

use serde::Serialize;

use super::documento::Lezione;
use crate::{ErroreServizio, Esito, Simulatore};

/// An expectation that does not do its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difformita {
    /// Step, from 1.
    pub passo: usize,
    /// The expectation.
    pub attesa: String,
    /// What is wrong with it.
    pub perche: String,
}

impl Simulatore {
    /// Plays a lesson from start to end and ends it. Empty when each expectation was not so before its step and was
    /// after it: one that is so already would be reached for the wrong reason.
    pub fn collauda_lezione(&self, id: &str) -> Esito<Vec<Difformita>> {
        let l: &Lezione = self.lezione(id)?;
        if let Some(quale) = self.lezione_in_corso()? {
            return Err(ErroreServizio::conflitto(format!(
                "È in corso la lezione «{quale}»: il collaudo la disferebbe. Prima va terminata."
            )));
        }
        let passi = l.passi.len();
        let mut trovate = Vec::new();
        let mut stato = self.avvia_lezione(id)?;
        let esito = (0..passi).try_for_each(|i| -> Esito<()> {
            for a in stato.attese().iter().filter(|a| a.raggiunta) {
                trovate.push(Difformita {
                    passo: i + 1,
                    attesa: a.frase.clone(),
                    perche: "è già raggiunta prima del passo".to_owned(),
                });
            }
            // Steps by hand too: nobody has touched anything, so the simulator does them.
            let dopo = self.esegui_passo(id)?;
            for a in dopo.attese().iter().filter(|a| !a.raggiunta) {
                trovate.push(Difformita {
                    passo: i + 1,
                    attesa: a.frase.clone(),
                    perche: format!("non è raggiunta dopo il passo: {}", a.osservato),
                });
            }
            stato = self.avanti_lezione(id)?;
            Ok(())
        });
        self.termina_lezione(id)?;
        esito.map(|()| trovate)
    }
}

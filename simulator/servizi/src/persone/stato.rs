//! The state of one scheda, set from outside: a state of the world, until the registration services change it themselves.

use anagrafe::{Ambiente, Data, tabelle::Tabella, tabelle::tabelle};
use registro::{Cancellazione, Classe, Lettura as _, LetturaSchede as _, TipoRecord};
use serde::{Deserialize, Serialize};

use super::vista::PersonaVista;
use crate::{ErroreServizio, Esito, Simulatore, simulatore::prendi};

/// States of a scheda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoScheda {
    /// The person is of the Comune.
    Attiva,
    /// No longer.
    Cancellata,
}

/// What `PUT /api/schede/{id}` may change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModificaScheda {
    /// The new state.
    pub stato: StatoScheda,
    /// Reason of a cancellation: table 15 (APR) or 28 (AIRE).
    pub motivo: Option<String>,
    /// First day without the scheda; today of the scenario when missing.
    pub dal: Option<Data>,
}

impl Simulatore {
    /// Cancels one person's scheda, or makes it active again. The id is that of the present scheda.
    pub fn modifica_scheda(
        &self,
        ambiente: Ambiente,
        id_anpr: u64,
        modifica: &ModificaScheda,
    ) -> Esito<PersonaVista> {
        self.pronto_lo_stato()?;
        let assente = || ErroreServizio::assente(format!("Nessuna scheda individuale con idANPR {id_anpr}."));
        let comune = self
            .registro()
            .scheda(ambiente, Classe::Soggetti, id_anpr)?
            .ok_or_else(assente)?
            .comune;
        {
            let _lavoro = self.al_lavoro();
            let turno = self.turno(ambiente, comune);
            let _turno = prendi(&turno);
            self.registro().scrivi(|t| {
                let scheda = t
                    .scheda(ambiente, Classe::Soggetti, id_anpr)?
                    .filter(|s| s.comune == comune)
                    .ok_or_else(assente)?;
                let quando = t.evento()?;
                let cancellata = match modifica.stato {
                    StatoScheda::Attiva if modifica.motivo.is_none() && modifica.dal.is_none() => None,
                    StatoScheda::Attiva => {
                        return Err(ErroreServizio::richiesta(
                            "«motivo» e «dal» si indicano solo con lo stato CANCELLATA.",
                        ));
                    }
                    StatoScheda::Cancellata => {
                        let motivo = motivo(scheda.record.tipo, modifica.motivo.as_deref())?;
                        let dal = modifica.dal.unwrap_or(t.oggi()?);
                        if dal > t.oggi()? {
                            return Err(ErroreServizio::richiesta("«dal» è dopo la data dello scenario."));
                        }
                        Some(Cancellazione {
                            dal,
                            motivo,
                            registrata: quando,
                        })
                    }
                };
                t.imposta_cancellazione(ambiente, id_anpr, cancellata)?;
                Ok(())
            })?;
        }
        // Pairs with this person stand, or stand no more.
        self.subiti.dimentica();
        self.persona(ambiente, Some(comune), id_anpr)
    }
}

/// The reason, if the table of the scheda's register has it.
fn motivo(tipo: TipoRecord, codice: Option<&str>) -> Esito<String> {
    let tabella = if tipo == TipoRecord::Aire {
        Tabella::MotivoCancellazioneAire
    } else {
        Tabella::MotivoCancellazione
    };
    codice
        .filter(|c| tabelle().voce(tabella, c).is_some())
        .map(ToOwned::to_owned)
        .ok_or_else(|| {
            let ammessi: Vec<String> = tabelle()
                .voci(tabella)
                .map(|v| format!("{} {}", v.codice, v.descrizione))
                .collect();
            ErroreServizio::richiesta(format!(
                "«motivo» è uno dei codici della tabella {}: {}.",
                tabella.numero(),
                ammessi.join("; ")
            ))
        })
}

//! Which software house looks after a Comune: what the Comune chooses first of all (process P01) and may change.
//!
//! What must stay true: a Comune has one at most; nobody's Comune is taken by accident. Dates that are planned stay when
//! the software house changes: whoever changes it then says so.

use anagrafe::{Ambiente, CodiceIstat, Data};
use registro::{Comune, Lettura, MacroStato};
use serde::Serialize;

use super::{
    fascicolo::fascicolo,
    impedimento::Impedimento,
    macro_stato::Passo,
    software_house::{RACCOLTA, SoftwareHouse, di, tutte},
};
use crate::{ErroreServizio, Esito, Simulatore, lezioni};

/// A software house as a Comune that chooses sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VoceSoftwareHouse {
    /// User name.
    pub nome: String,
    /// Name of the company.
    pub ragione_sociale: String,
    /// How many Comuni it looks after.
    pub comuni: usize,
    /// It looks after the Comune that asks.
    pub sua: bool,
}

/// What a Comune can choose, and whether a change asks for a word more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SceltaSoftwareHouse {
    /// The ones to choose from.
    pub voci: Vec<VoceSoftwareHouse>,
    /// The planned day of the subentro: it stays, and a change has to be confirmed.
    pub pianificato: Option<Data>,
}

impl SceltaSoftwareHouse {
    /// The one it has.
    pub fn attuale(&self) -> Option<&VoceSoftwareHouse> {
        self.voci.iter().find(|v| v.sua)
    }

    /// Whether a change has to be confirmed.
    pub fn da_confermare(&self) -> bool {
        self.pianificato.is_some() && self.attuale().is_some()
    }
}

/// Who looks after a Comune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Affidamento {
    /// The Comune.
    pub comune: CodiceIstat,
    /// User name of the software house; none.
    pub software_house: Option<String>,
    /// Its company.
    pub ragione_sociale: Option<String>,
}

impl Affidamento {
    fn nuovo(comune: CodiceIstat, s: Option<SoftwareHouse>) -> Self {
        let (software_house, ragione_sociale) = s.map(|s| (s.nome, s.ragione_sociale)).unzip();
        Self {
            comune,
            software_house,
            ragione_sociale,
        }
    }
}

/// The day for which the subentro of a Comune is planned, while it lies ahead.
fn pianificato(t: &impl Lettura, comune: &Comune) -> Esito<Option<Data>> {
    if comune.stato != MacroStato::Pianificato {
        return Ok(None);
    }
    let finestra = t.piano(Ambiente::Sub, comune.istat)?;
    let data = fascicolo(t, comune)?.pianificazione.map(|p| p.preferita);
    Ok(data.or(finestra.map(|p| p.inizio)))
}

/// The first step of the journey.
pub(super) fn passo(sua: Option<&SoftwareHouse>) -> Passo {
    Passo {
        id: "B09",
        titolo: "Software house",
        fatto: sua.is_some(),
        testo: sua.map_or_else(
            || "Il Comune sceglie chi prepara i file e propone la data del subentro.".to_owned(),
            |s| format!("Segue il Comune: {} ({}).", s.ragione_sociale, s.nome),
        ),
    }
}

fn nessuna(nome: &str) -> ErroreServizio {
    ErroreServizio::assente(format!(
        "Nessuna software house {nome}: l'elenco è in /api/percorso/software-house e in console, «Percorso»."
    ))
}

impl Simulatore {
    /// Who looks after a Comune.
    pub fn affidamento(&self, istat: CodiceIstat) -> Esito<Affidamento> {
        self.comune(istat)?;
        Ok(Affidamento::nuovo(istat, di(self.registro(), istat)?))
    }

    /// What a Comune can choose. The software house of a lesson is nobody else's.
    pub fn scelta_software_house(&self, istat: CodiceIstat) -> Esito<SceltaSoftwareHouse> {
        let comune = self.comune(istat)?;
        let voci = tutte(self.registro())?
            .into_iter()
            .map(|s| VoceSoftwareHouse {
                comuni: s.comuni.len(),
                sua: s.comuni.contains(&istat),
                nome: s.nome,
                ragione_sociale: s.ragione_sociale,
            })
            .filter(|v| v.sua || v.nome != lezioni::SOFTWARE_HOUSE)
            .collect();
        Ok(SceltaSoftwareHouse {
            voci,
            pianificato: pianificato(self.registro(), &comune)?,
        })
    }

    /// Gives a Comune to the software house with this user name, or to none; the one it had loses it. With dates planned
    /// only who says `sostituisci` does; the dates stay.
    pub fn affida_comune(
        &self,
        istat: CodiceIstat,
        nome: Option<&str>,
        sostituisci: bool,
    ) -> Esito<Affidamento> {
        self.comune(istat)?;
        self.registro().scrivi(|t| {
            let comune = t
                .comune(istat)?
                .ok_or_else(|| ErroreServizio::assente(format!("Comune {istat} assente.")))?;
            let prima = di(t, istat)?;
            if prima.as_ref().map(|s| s.nome.as_str()) == nome {
                return Ok(Affidamento::nuovo(istat, prima));
            }
            let nuova = match nome {
                None => None,
                Some(nome) if nome == lezioni::SOFTWARE_HOUSE => {
                    return Err(ErroreServizio::conflitto(format!(
                        "{nome} è la software house di una lezione: finisce con la lezione, e non segue altri Comuni."
                    )));
                }
                Some(nome) => Some(
                    tutte(t)?
                        .into_iter()
                        .find(|s| s.nome == nome)
                        .ok_or_else(|| nessuna(nome))?,
                ),
            };
            if let Some(data) = pianificato(t, &comune)?.filter(|_| prima.is_some() && !sostituisci) {
                return Err(Impedimento::CambioConData(data).into());
            }
            if let Some(mut s) = prima {
                s.comuni.remove(&istat);
                t.salva_documento(RACCOLTA, &s.nome, &s)?;
            }
            if let Some(s) = &nuova {
                let mut s = s.clone();
                s.comuni.insert(istat);
                t.salva_documento(RACCOLTA, &s.nome, &s)?;
            }
            t.evento()?;
            Ok(Affidamento::nuovo(istat, nuova))
        })
    }
}

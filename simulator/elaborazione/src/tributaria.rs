//! The synthetic Anagrafe Tributaria, as the elaboration asks it (subentro.md §5.2, §5.3).
//!
//! The elaboration asks about one person at a time and gets one of a few answers; which code an answer
//! becomes is decided here, by register. The default, [`Allineata`], knows every person with the data of
//! the scheda; what it should know differently is planted.

use std::collections::BTreeMap;

use anagrafe::CodiceIstat;
use anagrafe::codice_fiscale;
use serde::{Deserialize, Serialize};

use crate::scheda::Persona;
use crate::tipi::{Politica, TipoScheda};

/// What the Anagrafe Tributaria says of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RispostaAe {
    /// Known with these data (and with this code, when one was sent).
    Uguale,
    /// Neither the code nor the data are known.
    Sconosciuto,
    /// The code sent was never issued; the data have another one.
    AltroCodice,
    /// The code is the principal one of somebody with other data.
    DatiDiversi,
    /// The code is linked to a more recent one.
    Collegato,
    /// The code is the base of a resolved omocodia.
    BaseOmocodia,
}

/// A question.
#[derive(Debug, Clone, Copy)]
pub struct DomandaAe<'a> {
    /// The person, as sent.
    pub persona: &'a Persona<'a>,
    /// Register it comes from.
    pub tipo: TipoScheda,
    /// Id of the Comune.
    pub scheda: &'a str,
}

/// Somebody who answers. Must be a pure function of the question: the elaboration may ask in any order.
pub trait Tributaria: Sync {
    /// The answer.
    fn interroga(&self, domanda: &DomandaAe<'_>) -> RispostaAe;
}

/// One planted difference; the codice fiscale is looked at before the scheda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differenza {
    /// Codice fiscale as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cf: Option<String>,
    /// Id of the Comune.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheda: Option<String>,
    /// What to answer.
    pub risposta: RispostaAe,
}

/// Knows every person it is asked about with the very data of the scheda, planted differences aside.
#[derive(Debug, Clone, Default)]
pub struct Allineata {
    per_codice: BTreeMap<String, RispostaAe>,
    per_scheda: BTreeMap<String, RispostaAe>,
}

impl Allineata {
    /// With these differences.
    pub fn con(differenze: impl IntoIterator<Item = Differenza>) -> Self {
        let mut registro = Self::default();
        for differenza in differenze {
            if let Some(cf) = differenza.cf {
                registro
                    .per_codice
                    .insert(cf.to_ascii_uppercase(), differenza.risposta);
            }
            if let Some(scheda) = differenza.scheda {
                registro.per_scheda.insert(scheda, differenza.risposta);
            }
        }
        registro
    }
}

impl Tributaria for Allineata {
    fn interroga(&self, domanda: &DomandaAe<'_>) -> RispostaAe {
        if self.per_codice.is_empty() && self.per_scheda.is_empty() {
            return RispostaAe::Uguale;
        }
        let per_codice = domanda
            .persona
            .codice_fiscale
            .and_then(|cf| self.per_codice.get(cf.to_ascii_uppercase().as_str()));
        per_codice
            .or_else(|| self.per_scheda.get(domanda.scheda))
            .copied()
            .unwrap_or(RispostaAe::Uguale)
    }
}

/// What the comparison of one person gives: the codes with the value of their slot.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Confronto {
    /// `EA002`, `EA029`, `EAA30`, … and `EA048` with what it speaks of.
    pub codici: Vec<(&'static str, &'static str)>,
}

/// The decision procedure of subentro.md §5.3 for one scheda.
pub fn confronta(
    domanda: &DomandaAe<'_>,
    ae: &dyn Tributaria,
    comune: CodiceIstat,
    politica: &Politica,
) -> Confronto {
    let mut esito = Confronto::default();
    let persona = domanda.persona;
    if politica.ea048_residenza && persona.residenza.is_some_and(|istat| istat != comune.as_str()) {
        esito
            .codici
            .push(("EA048", "residenza in un comune diverso da quello che invia"));
    }
    let Some(cf) = persona.codice_fiscale else {
        let codice = match ae.interroga(domanda) {
            RispostaAe::Sconosciuto => "EA029",
            _ => "EA002",
        };
        esito.codici.push((codice, ""));
        return esito;
    };
    match cf.len() {
        16 if codice_fiscale::decodifica(cf).is_err() => {
            if politica.ea048_lettera {
                esito.codici.push(("EA048", "codice fiscale formalmente errato"));
            }
            return esito;
        }
        16 => {}
        11 if cf.bytes().all(|b| b.is_ascii_digit()) => {}
        // EA001: nobody is asked.
        _ => return esito,
    }
    let aire = domanda.tipo == TipoScheda::SoggettoAire;
    let codice = match ae.interroga(domanda) {
        RispostaAe::Uguale => return esito,
        RispostaAe::Sconosciuto => "EA029",
        RispostaAe::AltroCodice => "EA003",
        RispostaAe::DatiDiversi if aire => "EAA31",
        RispostaAe::DatiDiversi => "EAA30",
        RispostaAe::Collegato if aire => "EAA41",
        RispostaAe::Collegato => "EAA40",
        RispostaAe::BaseOmocodia if aire => "EAA51",
        RispostaAe::BaseOmocodia => "EAA50",
    };
    esito.codici.push((codice, ""));
    esito
}

/// A finding of this code leaves the codice fiscale of its scheda not validated (`validitaCF` 9,
/// subentro.md §5.4); a scheda without any of them is validated (1).
pub fn toglie_validita(codice: &str) -> bool {
    matches!(codice, "EA001" | "EA002" | "EA003" | "EA029" | "EA048") || codice.starts_with("EAA")
}

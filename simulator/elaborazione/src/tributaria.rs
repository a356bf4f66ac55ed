//! The synthetic Anagrafe Tributaria, as the elaboration asks it (subentro.md §5.2, §5.3).
//!
//! The elaboration asks about one person at a time and gets one of a few answers; which code an answer
//! becomes is decided here, by register. The default, [`Allineata`], knows every person with the data of
//! the scheda; [`Realistica`] answers at the published rates; what either should know differently is planted.

mod codice;
mod realistica;

use std::collections::BTreeMap;

use anagrafe::CodiceIstat;
use anagrafe::codice_fiscale;
use serde::{Deserialize, Serialize};

use crate::scheda::Persona;
use crate::segmento::Record;
use crate::tipi::{Politica, TipoScheda};

use codice::codice_predefinito;
pub use realistica::{Quote, Realistica};

/// What the Anagrafe Tributaria says of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RispostaAe {
    /// Known with these data (and with this code, when one was sent).
    #[serde(alias = "EA002")]
    Uguale,
    /// Neither the code nor the data are known.
    #[serde(alias = "EA029")]
    Sconosciuto,
    /// The code sent was never issued; the data have another one.
    #[serde(alias = "EA003")]
    AltroCodice,
    /// The code is the principal one of somebody with other data.
    #[serde(alias = "EAA30", alias = "EAA31")]
    DatiDiversi,
    /// The code is linked to a more recent one.
    #[serde(alias = "EAA40", alias = "EAA41")]
    Collegato,
    /// The code is the base of a resolved omocodia.
    #[serde(alias = "EAA50", alias = "EAA51")]
    BaseOmocodia,
    /// Known with these data and this code, but the residence is not the one the register holds.
    #[serde(alias = "EA048")]
    NonCongruente,
}

/// Where the record of a question lies. Nothing an answer may depend on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posto {
    /// Number of the file in the delivery.
    pub file: u16,
    /// Offset of the record in its segment.
    pub record: u64,
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
    /// Where it comes from.
    pub posto: Posto,
}

/// Somebody who answers. Must be a pure function of the question: the elaboration may ask in any order.
pub trait Tributaria: Sync {
    /// The answer.
    fn interroga(&self, domanda: &DomandaAe<'_>) -> RispostaAe;

    /// The code the register holds for the person where it is another than the one sent: the resolving code of
    /// an omocodia, the more recent of two, the one issued for the data. `None` when it does not say.
    fn codice(&self, domanda: &DomandaAe<'_>) -> Option<String> {
        codice_predefinito(domanda, self.interroga(domanda))
    }
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
    /// What to answer; the code it leads to is taken too (`"EAA50"`).
    pub risposta: RispostaAe,
    /// The code the register holds instead: resolving, definitive, or issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codice: Option<String>,
}

/// What was planted about one person.
#[derive(Debug, Clone)]
struct Piantata {
    risposta: RispostaAe,
    codice: Option<String>,
}

/// Knows every person it is asked about with the very data of the scheda, planted differences aside.
#[derive(Debug, Clone, Default)]
pub struct Allineata {
    per_codice: BTreeMap<String, Piantata>,
    per_scheda: BTreeMap<String, Piantata>,
}

impl Allineata {
    /// With these differences.
    pub fn con(differenze: impl IntoIterator<Item = Differenza>) -> Self {
        let mut registro = Self::default();
        for differenza in differenze {
            let piantata = Piantata {
                risposta: differenza.risposta,
                codice: differenza.codice.map(|c| c.to_ascii_uppercase()),
            };
            if let Some(cf) = differenza.cf {
                registro
                    .per_codice
                    .insert(cf.to_ascii_uppercase(), piantata.clone());
            }
            if let Some(scheda) = differenza.scheda {
                registro.per_scheda.insert(scheda, piantata);
            }
        }
        registro
    }

    fn piantata(&self, domanda: &DomandaAe<'_>) -> Option<&Piantata> {
        if self.per_codice.is_empty() && self.per_scheda.is_empty() {
            return None;
        }
        let per_codice = domanda
            .persona
            .codice_fiscale
            .and_then(|cf| self.per_codice.get(cf.to_ascii_uppercase().as_str()));
        per_codice.or_else(|| self.per_scheda.get(domanda.scheda))
    }
}

impl Tributaria for Allineata {
    fn interroga(&self, domanda: &DomandaAe<'_>) -> RispostaAe {
        self.piantata(domanda).map_or(RispostaAe::Uguale, |p| p.risposta)
    }

    fn codice(&self, domanda: &DomandaAe<'_>) -> Option<String> {
        self.piantata(domanda)
            .and_then(|p| p.codice.clone())
            .or_else(|| codice_predefinito(domanda, self.interroga(domanda)))
    }
}

/// How a code the register holds is tied to the one sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Legame {
    /// Resolves the omocodia whose base was sent.
    Omocodia,
    /// Replaced the code sent.
    Collegato,
}

impl Legame {
    /// The tie an answer speaks of.
    pub fn di(risposta: RispostaAe) -> Option<Self> {
        match risposta {
            RispostaAe::BaseOmocodia => Some(Self::Omocodia),
            RispostaAe::Collegato => Some(Self::Collegato),
            RispostaAe::Uguale
            | RispostaAe::Sconosciuto
            | RispostaAe::AltroCodice
            | RispostaAe::DatiDiversi
            | RispostaAe::NonCongruente => None,
        }
    }

    /// Whether ANPR stores the other code in place of the one sent (subentro.md §5.5): the resolving code
    /// always, the more recent one only where a provisional code was sent.
    pub fn sostituisce(self, inviato: &str) -> bool {
        match self {
            Self::Omocodia => true,
            Self::Collegato => inviato.len() == 11,
        }
    }
}

/// The code the register ties to the one of a record, if it was asked and does.
pub fn legame(record: &Record, ae: &dyn Tributaria) -> Option<(Legame, String)> {
    let persona = crate::elabora::persona(record)?;
    let cf = persona.codice_fiscale.filter(|cf| si_chiede(cf))?;
    let (tipo, scheda) = crate::elabora::chi(record);
    let domanda = DomandaAe {
        persona: &persona,
        tipo,
        scheda,
        posto: Posto::default(),
    };
    let legame = Legame::di(ae.interroga(&domanda))?;
    let codice = ae.codice(&domanda)?;
    (!codice.eq_ignore_ascii_case(cf)).then_some((legame, codice))
}

/// Whether the register is asked about a code: neither `EA001` nor a wrong control letter.
pub fn si_chiede(cf: &str) -> bool {
    match cf.len() {
        16 => codice_fiscale::decodifica(cf).is_ok(),
        11 => cf.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

/// Reading 2 of `EA048`: what it says, and how it is told that it speaks of the residence.
const RESIDENZA_ALTROVE: &str = "residenza in un comune diverso da quello che invia";
const RESIDENZA_DIVERSA: &str = "residenza diversa da quella nota all'Agenzia";

/// Whether a finding with this value speaks of the residence, not of the codice fiscale.
pub(crate) fn di_residenza(valore: &str) -> bool {
    valore == RESIDENZA_ALTROVE || valore == RESIDENZA_DIVERSA
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
        esito.codici.push(("EA048", RESIDENZA_ALTROVE));
    }
    let Some(cf) = persona.codice_fiscale else {
        let codice = match ae.interroga(domanda) {
            RispostaAe::Sconosciuto => "EA029",
            _ => "EA002",
        };
        esito.codici.push((codice, ""));
        return esito;
    };
    if !si_chiede(cf) {
        // Any other length is EA001's.
        if cf.len() == 16 && politica.ea048_lettera {
            esito.codici.push(("EA048", "codice fiscale formalmente errato"));
        }
        return esito;
    }
    let aire = domanda.tipo == TipoScheda::SoggettoAire;
    let codice = match ae.interroga(domanda) {
        RispostaAe::Uguale => return esito,
        RispostaAe::NonCongruente => {
            // A residence in another Comune was said already: one line for one fact.
            if esito.codici.is_empty() {
                esito.codici.push(("EA048", RESIDENZA_DIVERSA));
            }
            return esito;
        }
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

/// The code the Agenzia names when it gives this answer: the one it holds instead, or the very code sent where it
/// knows it with other data. What it was not asked about, or does not know, has none.
pub fn codice_risposto(codice: &str, domanda: &DomandaAe<'_>, ae: &dyn Tributaria) -> Option<String> {
    match codice {
        "EA048" | "EA029" => None,
        "EAA30" | "EAA31" => ae
            .codice(domanda)
            .or_else(|| domanda.persona.codice_fiscale.map(str::to_owned)),
        _ => ae.codice(domanda),
    }
}

/// A finding of this code leaves the codice fiscale of its scheda not validated (`validitaCF` 9,
/// subentro.md §5.4); a scheda without any of them is validated (1).
pub fn toglie_validita(codice: &str) -> bool {
    matches!(codice, "EA001" | "EA002" | "EA003" | "EA029" | "EA048") || codice.starts_with("EAA")
}

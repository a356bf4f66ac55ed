//! A Comune and where it stands: process level (spec subentro §1.2) and per environment (§1.3, §1.4).

use std::collections::{BTreeMap, BTreeSet};

use anagrafe::{Ambiente, CodiceIstat};
use serde::{Deserialize, Serialize};

use super::{IdFornitura, IdSegmento, Quando};

/// Process states of a Comune, spec subentro §1.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MacroStato {
    /// Start: no censimento sent yet.
    InattivoSenzaCensimento,
    /// Test start date, credentials and addresses received.
    TestAbilitato,
    /// Operators, postazioni and PEC registered.
    #[default]
    Censito,
    /// At least one pre-subentro delivery ended OK.
    Presubentrato,
    /// A window is on the dashboard.
    Pianificato,
    /// The one real migration is done: terminal.
    Subentrato,
    /// The real migration failed: a new date is needed.
    MancatoSubentro,
}

impl MacroStato {
    /// Whether a pre-subentro delivery ended OK: without it the environment of subentro takes nothing (`EN003`).
    pub fn presubentrato(self) -> bool {
        !matches!(
            self,
            Self::InattivoSenzaCensimento | Self::TestAbilitato | Self::Censito
        )
    }
}

/// How the Comune works with ANPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub enum Soluzione {
    /// Web application only.
    #[serde(rename = "WA")]
    Wa,
    /// Web application beside the own software.
    #[serde(rename = "WA_INTEGRATA")]
    WaIntegrata,
    /// Web services.
    #[default]
    #[serde(rename = "WS")]
    Ws,
}

/// Where the Comune stands in one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SituazioneComune {
    /// May send a delivery.
    #[default]
    Attivo,
    /// A delivery is loaded: services answer for it, a further upload gets EN034.
    Subentrato,
    /// Only in the subentro environment: the last delivery failed.
    MancatoSubentro,
    /// Not enabled in this environment (gate EN003).
    NonAbilitato,
}

/// The situation of one Comune in one environment, with what led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct StatoComune {
    /// Present situation.
    pub situazione: SituazioneComune,
    /// Scenario instant since which it holds.
    pub dal: Option<Quando>,
    /// The loaded delivery, while `situazione` is `Subentrato`.
    pub fornitura: Option<IdFornitura>,
    /// Its visible segment of the register.
    pub segmento: Option<IdSegmento>,
    /// Last completely elaborated delivery, OK or KO: "Monitoraggio anomalie" shows this one (spec §1.5).
    pub ultima_elaborata: Option<IdFornitura>,
    /// Versions that ended OK and were not cancelled (gate EN040).
    pub versioni_ok: BTreeSet<u32>,
}

/// Window in which PROD accepts the files, ends included (gate EN032).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piano {
    /// First day.
    pub inizio: jiff::civil::Date,
    /// Last day.
    pub fine: jiff::civil::Date,
}

impl Piano {
    /// Whether the day lies in the window.
    pub fn comprende(&self, giorno: jiff::civil::Date) -> bool {
        self.inizio <= giorno && giorno <= self.fine
    }
}

/// What a Comune configures before the subentro (spec subentro §1.2, `PIANIFICATO`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Configurazione {
    /// Authorisation number for the bollo virtuale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bollo_virtuale: Option<String>,
    /// Exemption from diritti di segreteria.
    pub esente_diritti: bool,
    /// Addresses and networks from which the Comune calls; they count where the filter of an environment is on.
    pub indirizzi_ip: Vec<String>,
    /// Day each of them was asked for: it is in force from the next.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub indirizzi_dal: BTreeMap<String, jiff::civil::Date>,
    /// Whatever else the page stores.
    #[serde(flatten)]
    pub altro: BTreeMap<String, serde_json::Value>,
}

/// A Comune known to the simulator. Environment situations live beside it: see [`Comune::in_ambiente`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comune {
    /// Codice ISTAT.
    pub istat: CodiceIstat,
    /// Name, upper case as in the tables.
    pub nome: String,
    /// Sigla of the province, `XX` for fictitious Comuni.
    pub provincia: String,
    /// Address for the outcome; none = gate EN362.
    pub pec: Option<String>,
    /// Process state.
    #[serde(default)]
    pub stato: MacroStato,
    /// WA, WA integrata or WS.
    #[serde(default)]
    pub soluzione: Soluzione,
    /// Situation in each environment; an environment that is missing is `Attivo` with nothing loaded.
    #[serde(default)]
    pub ambienti: BTreeMap<Ambiente, StatoComune>,
    /// What the Comune set up.
    #[serde(default)]
    pub configurazione: Configurazione,
    /// One of the ready Comuni of the first start (contract.md).
    #[serde(default)]
    pub pronto: bool,
}

impl Comune {
    /// A Comune that has done its censimento and nothing else.
    pub fn nuovo(istat: CodiceIstat, nome: &str, provincia: &str, pec: Option<String>) -> Self {
        Self {
            istat,
            nome: nome.to_owned(),
            provincia: provincia.to_owned(),
            pec,
            stato: MacroStato::default(),
            soluzione: Soluzione::default(),
            ambienti: BTreeMap::new(),
            configurazione: Configurazione::default(),
            pronto: false,
        }
    }

    /// Situation in one environment.
    pub fn in_ambiente(&self, ambiente: Ambiente) -> StatoComune {
        self.ambienti.get(&ambiente).cloned().unwrap_or_default()
    }

    /// Situation in one environment, to change it.
    pub fn in_ambiente_mut(&mut self, ambiente: Ambiente) -> &mut StatoComune {
        self.ambienti.entry(ambiente).or_default()
    }
}

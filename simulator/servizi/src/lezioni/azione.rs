//! What a step does: the typed actions, how each is written, checked and said. Carried out by `esegui`.

mod frase;
mod voci;

use std::{collections::BTreeMap, collections::BTreeSet, fmt};

use anagrafe::{Ambiente, Data};
use certs::Difetto;
use frontiera::firma::Come;
use registro::MacroStato;
use serde::{Deserialize, Serialize};

use crate::{TipoGuasto, strumenti::DIFETTI_DI_PROVA};

pub use voci::{VOCI_AZIONI, Voce};

/// Requests one planned fault strikes at most.
const VOLTE: u64 = 100;
/// Files of one delivery.
const INVII: u16 = 9;
/// Characters of the name of a certificate in a lesson.
const NOME_CERTIFICATO: usize = 30;

/// One part of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Parte {
    /// Every APR file.
    Apr,
    /// The APR file with this progressivo.
    AprNumero(u16),
    /// The AIRE file.
    Aire,
    /// The damaged copies that some codes plant beside the delivery.
    Rifiutati,
}

impl TryFrom<String> for Parte {
    type Error = String;
    fn try_from(t: String) -> Result<Self, String> {
        let numero = || t.strip_prefix("APR ").and_then(|n| n.parse().ok());
        match t.as_str() {
            "APR" => Ok(Self::Apr),
            "AIRE" => Ok(Self::Aire),
            "RIFIUTATI" => Ok(Self::Rifiutati),
            _ => numero()
                .filter(|n| (1..=INVII).contains(n))
                .map(Self::AprNumero)
                .ok_or_else(|| format!("«{t}»: una parte è APR, APR 1 … APR {INVII}, AIRE o RIFIUTATI")),
        }
    }
}

impl From<Parte> for String {
    fn from(p: Parte) -> Self {
        p.to_string()
    }
}

impl fmt::Display for Parte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apr => f.write_str("APR"),
            Self::AprNumero(n) => write!(f, "APR {n}"),
            Self::Aire => f.write_str("AIRE"),
            Self::Rifiutati => f.write_str("RIFIUTATI"),
        }
    }
}

/// Who gives dates to the dashboard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChiDice {
    /// The software house of the lesson.
    #[default]
    SoftwareHouse,
    /// The Ministry.
    Ministero,
}

/// Which service a signed request asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operazione {
    /// TestConn.
    #[serde(rename = "TEST")]
    Test,
    /// S001, with the APR file of a version.
    S001,
}

impl Operazione {
    /// The name of the journal.
    pub const fn nome(self) -> &'static str {
        match self {
            Self::Test => "TEST",
            Self::S001 => "S001",
        }
    }
}

/// Pace of the elaboration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Passo {
    /// At once.
    Istantanea,
    /// Not until told otherwise.
    Sospesa,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fai", rename_all = "snake_case", deny_unknown_fields)]
pub enum Azione {
    /// Moves the scenario date on.
    Data {
        /// To this day.
        giorno: Data,
    },
    /// Generates a delivery and sends it, or parts of it.
    Invia {
        /// Where to.
        ambiente: Ambiente,
        /// Version.
        versione: u16,
        /// Planted defects: code and how many.
        #[serde(default)]
        anomalie: BTreeMap<String, u64>,
        /// APR files it is cut into.
        #[serde(default = "uno")]
        invii: u16,
        /// Which files; all of them when not said.
        #[serde(default = "tutti")]
        file: Vec<Parte>,
    },
    /// Asks for the cancellation of the last delivery.
    Cancella {
        /// Of this environment.
        ambiente: Ambiente,
    },
    /// Runs the night.
    Notte {},
    /// Opens or moves the window of the plan, as the Ministry would.
    Piano {
        /// Of this environment.
        #[serde(default = "subentro")]
        ambiente: Ambiente,
        /// First day.
        inizio: Data,
        /// Last day.
        fine: Data,
    },
    /// Takes the window away.
    TogliPiano {
        /// Of this environment.
        #[serde(default = "subentro")]
        ambiente: Ambiente,
    },
    /// Proposes dates on the dashboard, with its rules.
    Pianifica {
        /// First day.
        prima: Data,
        /// Last day.
        ultima: Data,
        /// Preferred day.
        preferita: Data,
        /// Who proposes.
        #[serde(default)]
        da: ChiDice,
    },
    /// Gives the Comune a mailbox for the outcomes, or takes it away.
    Casella {
        /// The address; none takes it away.
        #[serde(default)]
        indirizzo: Option<String>,
    },
    /// Puts the Comune into a state of the process, as the support would.
    Stato {
        /// The state.
        stato: MacroStato,
    },
    /// Issues a certificate of a postazione.
    Certificato {
        /// How the lesson calls it.
        nome: String,
        /// `CO` or `PC`.
        #[serde(default = "tipo_co")]
        tipo: String,
        /// Its deliberate defect.
        #[serde(default)]
        difetto: Option<Difetto>,
    },
    /// Revokes a certificate.
    Revoca {
        /// The name the lesson gave it.
        certificato: String,
    },
    /// Restores a revoked certificate.
    Ripristina {
        /// The name the lesson gave it.
        certificato: String,
    },
    /// Renews a certificate.
    Rinnova {
        /// The one that ends.
        certificato: String,
        /// The name of the new one.
        nome: String,
    },
    /// Sends a signed request.
    Richiesta {
        /// Where to.
        ambiente: Ambiente,
        /// Which service.
        operazione: Operazione,
        /// Signed with this certificate of the lesson.
        certificato: String,
        /// A defect of the catalogue of `send --difetto`, of the message alone.
        #[serde(default)]
        difetto: Option<String>,
        /// For S001: the version of the delivery whose APR file is sent.
        #[serde(default)]
        versione: Option<u16>,
    },
    /// Changes the pace of the elaboration.
    Ritmo {
        /// To this.
        modo: Passo,
    },
    /// Breaks or mends the tax register.
    Tributaria {
        /// It does not answer.
        guasto: bool,
    },
    /// Puts a fault at the head of the plan.
    Guasto {
        /// In this environment.
        ambiente: Ambiente,
        /// What goes wrong.
        tipo: TipoGuasto,
        /// How often.
        #[serde(default = "una_volta")]
        volte: u64,
    },
}

const fn uno() -> u16 {
    1
}
const fn una_volta() -> u64 {
    1
}
const fn subentro() -> Ambiente {
    Ambiente::Sub
}
fn tipo_co() -> String {
    "CO".to_owned()
}
fn tutti() -> Vec<Parte> {
    vec![Parte::Apr, Parte::Aire]
}

impl Azione {
    /// The word it is written with.
    pub const fn nome(&self) -> &'static str {
        match self {
            Self::Data { .. } => "data",
            Self::Invia { .. } => "invia",
            Self::Cancella { .. } => "cancella",
            Self::Notte {} => "notte",
            Self::Piano { .. } => "piano",
            Self::TogliPiano { .. } => "togli_piano",
            Self::Pianifica { .. } => "pianifica",
            Self::Casella { .. } => "casella",
            Self::Stato { .. } => "stato",
            Self::Certificato { .. } => "certificato",
            Self::Revoca { .. } => "revoca",
            Self::Ripristina { .. } => "ripristina",
            Self::Rinnova { .. } => "rinnova",
            Self::Richiesta { .. } => "richiesta",
            Self::Ritmo { .. } => "ritmo",
            Self::Tributaria { .. } => "tributaria",
            Self::Guasto { .. } => "guasto",
        }
    }

    /// The days it names.
    pub(super) fn giorni(&self) -> Vec<Data> {
        match self {
            Self::Data { giorno } => vec![*giorno],
            Self::Piano { inizio, fine, .. } => vec![*inizio, *fine],
            Self::Pianifica { prima, ultima, .. } => vec![*prima, *ultima],
            _ => Vec::new(),
        }
    }

    /// Checks it in its place: `oggi` is the scenario date there, `certificati` those that have a name already.
    pub(super) fn verifica(&self, oggi: &mut Data, certificati: &mut BTreeSet<String>) -> Result<(), String> {
        let noto = |nome: &str, c: &BTreeSet<String>| {
            if c.contains(nome) {
                Ok(())
            } else {
                Err(format!(
                    "{}: nessun passo prima di questo emette il certificato «{nome}»",
                    self.nome()
                ))
            }
        };
        let nuovo = |nome: &str, c: &mut BTreeSet<String>| {
            let buono = (1..=NOME_CERTIFICATO).contains(&nome.len())
                && nome
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !buono {
                return Err(format!(
                    "{}: «{nome}»: un certificato si chiama con al più {NOME_CERTIFICATO} lettere minuscole, cifre o trattini",
                    self.nome()
                ));
            }
            if c.insert(nome.to_owned()) {
                Ok(())
            } else {
                Err(format!("{}: il certificato «{nome}» c'è già", self.nome()))
            }
        };
        match self {
            Self::Data { giorno } if giorno < oggi => Err(format!(
                "data: {giorno} torna indietro, il passo comincia il {oggi}"
            )),
            Self::Data { giorno } => {
                *oggi = *giorno;
                Ok(())
            }
            Self::Invia {
                versione,
                anomalie,
                invii,
                file,
                ..
            } => invio_buono(*versione, anomalie, *invii, file),
            Self::Piano { inizio, fine, .. } if inizio > fine => {
                Err(format!("piano: {inizio} viene dopo {fine}"))
            }
            Self::Casella { indirizzo: Some(i) } if !registro::posta::indirizzo_valido(i) => {
                Err(format!("casella: «{i}» non è un indirizzo di posta"))
            }
            Self::Certificato { nome, tipo, .. } => {
                if !["CO", "PC"].contains(&tipo.as_str()) {
                    return Err(format!("certificato: tipo «{tipo}»: CO o PC"));
                }
                nuovo(nome, certificati)
            }
            Self::Revoca { certificato } | Self::Ripristina { certificato } => noto(certificato, certificati),
            Self::Rinnova { certificato, nome } => {
                noto(certificato, certificati)?;
                nuovo(nome, certificati)
            }
            Self::Richiesta {
                operazione,
                certificato,
                difetto,
                versione,
                ..
            } => {
                noto(certificato, certificati)?;
                if (*operazione == Operazione::S001) != versione.is_some_and(|v| (1..=999).contains(&v)) {
                    return Err("richiesta: «versione», da 1 a 999, serve a S001 e a nessun'altra".to_owned());
                }
                match difetto
                    .as_deref()
                    .map(|d| (d, frontiera::firma::catalogo::difetto(d)))
                {
                    Some((d, None)) => Err(format!("richiesta: il difetto «{d}» non esiste (DIFETTI.md)")),
                    Some((d, Some(v)))
                        if !matches!(v.come, Come::Ricetta(_) | Come::Prima(_) | Come::Dopo(_)) =>
                    {
                        Err(format!(
                            "richiesta: il difetto «{d}» non riguarda il solo messaggio"
                        ))
                    }
                    _ => Ok(()),
                }
            }
            Self::Guasto { volte, .. } if !(1..=VOLTE).contains(volte) => {
                Err(format!("guasto: volte da 1 a {VOLTE}"))
            }
            Self::Guasto {
                tipo: TipoGuasto::Ritardo,
                ..
            } => Err("guasto: un ritardo non si vede in una lezione".to_owned()),
            _ => Ok(()),
        }
    }
}

/// A state as API and files write it.
pub(super) fn parola(stato: &impl Serialize) -> String {
    match serde_json::to_value(stato) {
        Ok(serde_json::Value::String(t)) => t,
        _ => String::new(),
    }
}

fn invio_buono(
    versione: u16,
    anomalie: &BTreeMap<String, u64>,
    invii: u16,
    file: &[Parte],
) -> Result<(), String> {
    if !(1..=999).contains(&versione) {
        return Err("invia: versione da 1 a 999".to_owned());
    }
    if !(1..=INVII).contains(&invii) {
        return Err(format!("invia: invii da 1 a {INVII}"));
    }
    if file.is_empty() {
        return Err("invia: nessun file da inviare".to_owned());
    }
    for p in file {
        if let Parte::AprNumero(n) = p
            && *n > invii
        {
            return Err(format!("invia: «{p}» ma i file APR sono {invii}"));
        }
    }
    let noti = generatore::pianta_disponibili();
    if let Some(c) = anomalie.keys().find(|c| !noti.contains(&c.as_str())) {
        return Err(format!(
            "invia: «{c}» non si può piantare (l'elenco: anpr-sim generate --anomalie elenco)"
        ));
    }
    if anomalie.values().any(|n| *n == 0)
        || anomalie.values().fold(0_u64, |s, n| s.saturating_add(*n)) > DIFETTI_DI_PROVA
    {
        return Err(format!(
            "invia: ogni difetto almeno uno, in tutto al massimo {DIFETTI_DI_PROVA}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod prove {
    use super::*;

    #[derive(Deserialize)]
    struct Una {
        a: Azione,
    }

    #[test]
    fn every_example_is_read_as_what_it_shows_and_says_something() {
        let mut visti = BTreeSet::new();
        for v in VOCI_AZIONI {
            let letta: Una =
                toml::from_str(&format!("a = {}", v.esempio)).unwrap_or_else(|e| panic!("{}: {e}", v.nome));
            assert_eq!(letta.a.nome(), v.nome);
            assert!(letta.a.frase().ends_with('.'), "{}", v.nome);
            assert!(visti.insert(v.nome), "{} twice", v.nome);
            // What is written back is what was read: the API shows it so.
            let json = serde_json::to_value(&letta.a).expect("JSON");
            assert_eq!(json["fai"], v.nome);
            assert_eq!(serde_json::from_value::<Azione>(json).expect("back"), letta.a);
            // An unknown key is refused whatever the action.
            let di_troppo = v.esempio.replace(" }", ", boh = 1 }");
            assert!(
                toml::from_str::<Una>(&format!("a = {di_troppo}")).is_err(),
                "{di_troppo}"
            );
        }
        assert_eq!(visti.len(), 17, "a variant without a row");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let giorno = jiff::civil::date(2021, 3, 1);
        for (testo, perche) in [
            (r#"{ fai = "invia", ambiente = "pre", versione = 0 }"#, "versione"),
            (
                r#"{ fai = "invia", ambiente = "pre", versione = 1, invii = 2, file = ["APR 3"] }"#,
                "APR 3",
            ),
            (
                r#"{ fai = "invia", ambiente = "pre", versione = 1, anomalie = { XX001 = 1 } }"#,
                "XX001",
            ),
            (
                r#"{ fai = "invia", ambiente = "pre", versione = 1, anomalie = { ES092 = 201 } }"#,
                "200",
            ),
            (
                r#"{ fai = "invia", ambiente = "pre", versione = 1, anomalie = { ES092 = 0 } }"#,
                "almeno uno",
            ),
            (
                r#"{ fai = "piano", inizio = "2021-03-02", fine = "2021-03-01" }"#,
                "viene dopo",
            ),
            (r#"{ fai = "data", giorno = "2021-02-28" }"#, "torna indietro"),
            (r#"{ fai = "casella", indirizzo = "boh" }"#, "non è un indirizzo"),
            (r#"{ fai = "certificato", nome = "a b" }"#, "si chiama"),
            (r#"{ fai = "certificato", nome = "noto" }"#, "c'è già"),
            (r#"{ fai = "certificato", nome = "x", tipo = "XX" }"#, "CO o PC"),
            (r#"{ fai = "revoca", certificato = "ignoto" }"#, "nessun passo"),
            (
                r#"{ fai = "richiesta", ambiente = "test", operazione = "S001", certificato = "noto" }"#,
                "versione",
            ),
            (
                r#"{ fai = "richiesta", ambiente = "test", operazione = "TEST", certificato = "noto", difetto = "boh" }"#,
                "non esiste",
            ),
            (
                r#"{ fai = "richiesta", ambiente = "test", operazione = "TEST", certificato = "noto", difetto = "operatore-bloccato" }"#,
                "riguarda",
            ),
            (
                r#"{ fai = "guasto", ambiente = "test", tipo = "F8", volte = 0 }"#,
                "volte",
            ),
        ] {
            let una: Una = toml::from_str(&format!("a = {testo}")).expect(testo);
            let mut noti = BTreeSet::from(["noto".to_owned()]);
            let e = una.a.verifica(&mut giorno.clone(), &mut noti).expect_err(testo);
            assert!(e.contains(perche), "{testo}: {e}");
        }
        for parte in ["APR 0", "APR 10", "apr", "APR1", ""] {
            assert!(Parte::try_from(parte.to_owned()).is_err(), "{parte}");
        }
    }
}

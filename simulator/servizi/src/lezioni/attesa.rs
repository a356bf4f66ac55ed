//! What must come of a step: the typed expectations, how each is written, checked and said. Looked up by `verifica`.

use std::collections::{BTreeMap, BTreeSet};

use anagrafe::{
    Ambiente, Data,
    italiano::{al, dal, il},
};
use registro::{EsitoScambio, MacroStato, SituazioneComune, StatoFornitura};
use serde::{Deserialize, Serialize};

use super::azione::{Operazione, Voce, parola};
use crate::StatoCertificato;

/// Characters of a text that is looked for.
const TESTO_CERCATO: usize = 120;

/// One expectation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "che", rename_all = "snake_case", deny_unknown_fields)]
pub enum Attesa {
    /// The scenario date.
    Data {
        /// Is this day.
        giorno: Data,
    },
    /// The last delivery of a version.
    Fornitura {
        /// In this environment.
        ambiente: Ambiente,
        /// Of this version.
        versione: u32,
        /// Is in this state.
        stato: StatoFornitura,
        /// With exactly these counts, codes without a finding left out.
        #[serde(default)]
        conteggi: Option<BTreeMap<String, u64>>,
        /// With so many files.
        #[serde(default)]
        file: Option<usize>,
        /// With so many APR sheets.
        #[serde(default)]
        soggetti: Option<u64>,
    },
    /// The state of the Comune in the process.
    Comune {
        /// Is this.
        stato: MacroStato,
    },
    /// The situation of the Comune in an environment.
    Situazione {
        /// In this one.
        ambiente: Ambiente,
        /// Is this.
        situazione: SituazioneComune,
    },
    /// Messages in the mailbox of the Comune.
    Pec {
        /// Of this environment; of any when not said.
        #[serde(default)]
        ambiente: Option<Ambiente>,
        /// Whose subject holds this.
        oggetto: String,
        /// Exactly so many; one at least when not said.
        #[serde(default)]
        quante: Option<usize>,
    },
    /// The window of the plan.
    Piano {
        /// Of this environment.
        #[serde(default = "subentro")]
        ambiente: Ambiente,
        /// Begins on this day.
        inizio: Data,
        /// Ends on this day.
        fine: Data,
    },
    /// There is no window.
    SenzaPiano {
        /// In this environment.
        #[serde(default = "subentro")]
        ambiente: Ambiente,
    },
    /// A refusal among those of this step.
    Rifiuto {
        /// With this code.
        codice: String,
        /// Whose words hold this.
        #[serde(default)]
        testo: Option<String>,
    },
    /// A certificate of the lesson.
    Certificato {
        /// The name the lesson gave it.
        certificato: String,
        /// Is in this state.
        stato: StatoCertificato,
    },
    /// An exchange of this step in the journal.
    Scambio {
        /// In this environment.
        ambiente: Ambiente,
        /// Of this service.
        operazione: Operazione,
        /// That ended so.
        esito: EsitoScambio,
        /// With this fault.
        #[serde(default)]
        fault: Option<String>,
    },
}

const fn subentro() -> Ambiente {
    Ambiente::Sub
}

/// The expectations, for the documentation; a test reads every example.
pub const VOCI_ATTESE: &[Voce] = &[
    Voce {
        nome: "data",
        che: "la data dello scenario",
        esempio: r#"{ che = "data", giorno = "2021-03-11" }"#,
    },
    Voce {
        nome: "fornitura",
        che: "l'ultima fornitura di quella versione: stato e, se detti, conteggi esatti per codice (tutti), numero dei file, schede APR",
        esempio: r#"{ che = "fornitura", ambiente = "pre", versione = 1, stato = "KO", conteggi = { ES092 = 3 }, file = 2, soggetti = 200 }"#,
    },
    Voce {
        nome: "comune",
        che: "lo stato del Comune nel percorso",
        esempio: r#"{ che = "comune", stato = "SUBENTRATO" }"#,
    },
    Voce {
        nome: "situazione",
        che: "la situazione del Comune in un ambiente",
        esempio: r#"{ che = "situazione", ambiente = "sub", situazione = "MANCATO_SUBENTRO" }"#,
    },
    Voce {
        nome: "pec",
        che: "messaggi al Comune con quelle parole nell'oggetto: almeno uno, o esattamente `quante`",
        esempio: r#"{ che = "pec", ambiente = "pre", oggetto = "esito negativo", quante = 1 }"#,
    },
    Voce {
        nome: "piano",
        che: "la finestra del piano",
        esempio: r#"{ che = "piano", ambiente = "sub", inizio = "2021-03-10", fine = "2021-03-12" }"#,
    },
    Voce {
        nome: "senza_piano",
        che: "nessuna finestra",
        esempio: r#"{ che = "senza_piano", ambiente = "sub" }"#,
    },
    Voce {
        nome: "rifiuto",
        che: "un rifiuto ricevuto dalle azioni di questo passo: codice (SIM012 per la dashboard; vuoto per il blocco senza piano) e, se detto, parole",
        esempio: r#"{ che = "rifiuto", codice = "EN032", testo = "piano" }"#,
    },
    Voce {
        nome: "certificato",
        che: "lo stato di un certificato della lezione",
        esempio: r#"{ che = "certificato", certificato = "vecchio", stato = "scaduto" }"#,
    },
    Voce {
        nome: "scambio",
        che: "una richiesta di servizio del Comune in questo passo, dal giornale: anche se l'ha inviata il gestionale",
        esempio: r#"{ che = "scambio", ambiente = "sub", operazione = "TEST", esito = "FAULT", fault = "F4" }"#,
    },
];

impl Attesa {
    /// The word it is written with.
    pub const fn nome(&self) -> &'static str {
        match self {
            Self::Data { .. } => "data",
            Self::Fornitura { .. } => "fornitura",
            Self::Comune { .. } => "comune",
            Self::Situazione { .. } => "situazione",
            Self::Pec { .. } => "pec",
            Self::Piano { .. } => "piano",
            Self::SenzaPiano { .. } => "senza_piano",
            Self::Rifiuto { .. } => "rifiuto",
            Self::Certificato { .. } => "certificato",
            Self::Scambio { .. } => "scambio",
        }
    }

    /// Checks it in its place; `certificati` have a name there.
    pub(super) fn verifica(&self, certificati: &BTreeSet<String>) -> Result<(), String> {
        let cercato = |t: &str| {
            let n = t.chars().count();
            if (1..=TESTO_CERCATO).contains(&n) {
                Ok(())
            } else {
                Err(format!(
                    "{}: il testo cercato ha da 1 a {TESTO_CERCATO} caratteri",
                    self.nome()
                ))
            }
        };
        match self {
            Self::Fornitura {
                conteggi: Some(conteggi),
                ..
            } => match conteggi
                .iter()
                .find(|(c, n)| **n == 0 || elaborazione::anomalia(c).is_none())
            {
                Some((c, _)) => Err(format!(
                    "fornitura: «{c}» non è nel catalogo, o è contato zero volte"
                )),
                None => Ok(()),
            },
            Self::Pec { oggetto, .. } => cercato(oggetto),
            Self::Rifiuto { testo: Some(t), .. } => cercato(t),
            Self::Certificato { certificato, .. } if !certificati.contains(certificato) => Err(format!(
                "certificato: nessun passo fino a questo emette «{certificato}»"
            )),
            Self::Piano { inizio, fine, .. } if inizio > fine => {
                Err(format!("piano: {inizio} viene dopo {fine}"))
            }
            _ => Ok(()),
        }
    }

    /// What must be so, for whoever reads.
    pub fn frase(&self) -> String {
        let amb = |a: &Ambiente| a.chiave();
        match self {
            Self::Data { giorno: g } => format!("La data dello scenario è {}", il(*g)),
            Self::Fornitura {
                ambiente,
                versione,
                stato,
                conteggi,
                file,
                soggetti,
            } => {
                let mut parti = vec![format!(
                    "La fornitura {versione} ({}) è {}",
                    amb(ambiente),
                    stato.nome().replace('_', " ")
                )];
                parti.extend(conteggi.as_ref().map(codici));
                parti.extend(file.map(|n| format!("file ricevuti {n}")));
                parti.extend(soggetti.map(|n| format!("schede APR {n}")));
                parti.join(", ")
            }
            Self::Comune { stato } => format!("Il Comune è {}", parola(stato).replace('_', " ")),
            Self::Situazione { ambiente, situazione } => format!(
                "Nell'ambiente {} il Comune è {}",
                amb(ambiente),
                parola(situazione).replace('_', " ")
            ),
            Self::Pec {
                ambiente,
                oggetto,
                quante,
            } => {
                let dove = ambiente
                    .as_ref()
                    .map_or_else(String::new, |a| format!(" ({})", amb(a)));
                match quante {
                    Some(n) => format!("Messaggi PEC{dove} con «{oggetto}» nell'oggetto: {n}"),
                    None => format!("È arrivata una PEC{dove} con «{oggetto}» nell'oggetto"),
                }
            }
            Self::Piano {
                ambiente,
                inizio,
                fine,
            } => format!("Il piano ({}) va {} {}", amb(ambiente), dal(*inizio), al(*fine)),
            Self::SenzaPiano { ambiente } => format!("Non c'è un piano ({})", amb(ambiente)),
            Self::Rifiuto { codice, testo } => {
                let come = if codice.is_empty() { "senza codice" } else { codice };
                match testo {
                    Some(t) => format!("Rifiutato: {come}, «{t}»"),
                    None => format!("Rifiutato: {come}"),
                }
            }
            Self::Certificato { certificato, stato } => {
                format!("Il certificato «{certificato}» è {}", stato.nome())
            }
            Self::Scambio {
                ambiente,
                operazione,
                esito,
                fault,
            } => {
                let fault = fault.as_ref().map_or_else(String::new, |f| format!(" {f}"));
                format!(
                    "La richiesta {} ({}) ha avuto {}{fault}",
                    operazione.nome(),
                    amb(ambiente),
                    esito.nome()
                )
            }
        }
    }
}

/// `ES092 × 3, EF003 × 1`, or that there is none.
pub(super) fn codici(conteggi: &BTreeMap<String, u64>) -> String {
    let voci: Vec<String> = conteggi
        .iter()
        .filter(|(_, n)| **n > 0)
        .map(|(c, n)| format!("{c} × {n}"))
        .collect();
    if voci.is_empty() {
        "nessuna anomalia".to_owned()
    } else {
        voci.join(", ")
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[derive(Deserialize)]
    struct Una {
        a: Attesa,
    }

    #[test]
    fn every_example_is_read_as_what_it_shows_and_says_something() {
        let certificati = BTreeSet::from(["vecchio".to_owned()]);
        let mut visti = BTreeSet::new();
        for v in VOCI_ATTESE {
            let letta: Una =
                toml::from_str(&format!("a = {}", v.esempio)).unwrap_or_else(|e| panic!("{}: {e}", v.nome));
            assert_eq!(letta.a.nome(), v.nome);
            assert!(letta.a.frase().len() > 10, "{}", v.nome);
            letta.a.verifica(&certificati).expect(v.nome);
            assert!(visti.insert(v.nome), "{} twice", v.nome);
            let json = serde_json::to_value(&letta.a).expect("JSON");
            assert_eq!(serde_json::from_value::<Attesa>(json).expect("back"), letta.a);
            let di_troppo = v.esempio.replace(" }", ", boh = 1 }");
            assert!(
                toml::from_str::<Una>(&format!("a = {di_troppo}")).is_err(),
                "{di_troppo}"
            );
        }
        assert_eq!(visti.len(), 10, "a variant without a row");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (testo, perche) in [
            (
                r#"{ che = "fornitura", ambiente = "pre", versione = 1, stato = "KO", conteggi = { XX000 = 1 } }"#,
                "XX000",
            ),
            (
                r#"{ che = "fornitura", ambiente = "pre", versione = 1, stato = "KO", conteggi = { ES092 = 0 } }"#,
                "zero",
            ),
            (r#"{ che = "pec", oggetto = "" }"#, "da 1 a"),
            (
                r#"{ che = "certificato", certificato = "x", stato = "attivo" }"#,
                "nessun passo",
            ),
            (
                r#"{ che = "piano", inizio = "2021-03-02", fine = "2021-03-01" }"#,
                "viene dopo",
            ),
        ] {
            let una: Una = toml::from_str(&format!("a = {testo}")).expect(testo);
            let e = una.a.verifica(&BTreeSet::new()).expect_err(testo);
            assert!(e.contains(perche), "{testo}: {e}");
        }
    }
}

//! The fault plan (`/api/guasti`): what is to go wrong, for how many requests, in which order.
//!
//! Deterministic: of an environment's list only the first entry that still has turns and fits the request counts; it
//! is used up before the next one begins. A fault that stands for the request's refusal or the operation's failure is
//! used only by a request that got that far. The plan lives in the process: a restart or a reset empties it.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anagrafe::Ambiente;
use frontiera::TipoFault;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ErroreServizio, Esito, Simulatore, gestione::leggi, operazioni};

/// Most entries of a plan.
pub const GUASTI_MASSIMI: usize = 100;
/// Longest delay, in milliseconds.
pub const RITARDO_MASSIMO_MS: u64 = 600_000;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TipoGuasto {
    /// Bare `Internal Error`, before the request is looked at.
    F3,
    /// `ErrorNL`, instead of a good request's operation.
    F8,
    /// The operation is done and its reply refused.
    F9,
    /// The backend's reply is no XML: the operation is not done.
    F10,
    /// HTTP 502, before the request is looked at: the platform is down.
    #[serde(rename = "http502")]
    Http502,
    /// The request waits, then goes on as usual.
    #[serde(rename = "ritardo")]
    Ritardo,
    /// The connection is closed without an answer.
    #[serde(rename = "taglio")]
    Taglio,
    /// `999` in band (A5): the operation is not done.
    #[serde(rename = "999")]
    Generico,
}

impl TipoGuasto {
    /// Every kind with its meaning, for pages and documentation.
    pub const TUTTI: [(Self, &str); 8] = [
        (Self::F3, "«Internal Error», prima di guardare la richiesta"),
        (
            Self::F8,
            "«ErrorNL»: la richiesta è buona, ma l'operazione non si esegue",
        ),
        (
            Self::F9,
            "l'operazione si esegue, poi la risposta è rifiutata (per S001 l'invio resta registrato)",
        ),
        (
            Self::F10,
            "il servizio risponde senza XML: l'operazione non si esegue",
        ),
        (Self::Http502, "HTTP 502, prima di guardare la richiesta"),
        (
            Self::Ritardo,
            "la richiesta aspetta «ms» millisecondi, poi prosegue",
        ),
        (Self::Taglio, "la connessione è chiusa senza risposta"),
        (
            Self::Generico,
            "errore applicativo 999 (A5): l'operazione non si esegue; non tocca TestConn, che non ha risposte KO",
        ),
    ];

    /// The word of the API.
    pub const fn parola(self) -> &'static str {
        match self {
            Self::F3 => "F3",
            Self::F8 => "F8",
            Self::F9 => "F9",
            Self::F10 => "F10",
            Self::Http502 => "http502",
            Self::Ritardo => "ritardo",
            Self::Taglio => "taglio",
            Self::Generico => "999",
        }
    }

    /// Whether it strikes before the request is looked at.
    const fn alla_porta(self) -> bool {
        matches!(self, Self::F3 | Self::Http502 | Self::Ritardo | Self::Taglio)
    }

    /// The fault on the wire, for those that are one.
    pub(crate) const fn fault(self) -> Option<TipoFault> {
        match self {
            Self::F3 => Some(TipoFault::F3),
            Self::F8 => Some(TipoFault::F8),
            Self::F9 => Some(TipoFault::F9),
            Self::F10 => Some(TipoFault::F10),
            Self::Http502 | Self::Ritardo | Self::Taglio | Self::Generico => None,
        }
    }
}

/// One entry of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guasto {
    /// `test`, `pre`, `sub`.
    pub ambiente: Ambiente,
    /// What goes wrong.
    pub tipo: TipoGuasto,
    /// For how many requests; null or missing = always.
    #[serde(default)]
    pub volte: Option<u64>,
    /// Milliseconds of a delay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Only for this operation (`TEST`, `S001`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operazione: Option<String>,
    /// Requests that got it.
    #[serde(default)]
    pub serviti: u64,
}

impl Guasto {
    fn resta(&self) -> bool {
        self.volte.is_none_or(|v| self.serviti < v)
    }

    fn tocca(&self, ambiente: Ambiente, operazione: &str) -> bool {
        self.ambiente == ambiente
            && self.resta()
            && self.operazione.as_deref().is_none_or(|o| o == operazione)
            && (self.tipo != TipoGuasto::Generico || operazione != operazioni::TEST_CONN)
    }

    fn verifica(&self) -> Result<(), String> {
        match (self.tipo, self.ms) {
            (TipoGuasto::Ritardo, None) => return Err("a «ritardo» serve «ms»".into()),
            (TipoGuasto::Ritardo, Some(ms)) if ms > RITARDO_MASSIMO_MS => {
                return Err(format!("«ms» è al massimo {RITARDO_MASSIMO_MS}"));
            }
            (TipoGuasto::Ritardo, Some(_)) | (_, None) => {}
            (_, Some(_)) => return Err("«ms» è solo di «ritardo»".into()),
        }
        if self.volte == Some(0) {
            return Err("«volte» è almeno 1, o null per sempre".into());
        }
        if let Some(o) = &self.operazione {
            let note: Vec<_> = operazioni::PUNTI.iter().map(|p| p.operazione).collect();
            if !note.contains(&o.as_str()) {
                return Err(format!("«operazione» è una di {}", note.join(", ")));
            }
            if self.tipo == TipoGuasto::Generico && o == operazioni::TEST_CONN {
                return Err("TestConn non ha risposte KO: 999 non la tocca".into());
            }
        }
        Ok(())
    }
}

/// A fault that struck a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colpo {
    pub(crate) tipo: TipoGuasto,
    pub(crate) ritardo: Duration,
    /// Position in the plan, from 1.
    pub(crate) voce: usize,
}

/// The plan.
#[derive(Debug, Default)]
pub(crate) struct Piano(Mutex<Vec<Guasto>>);

impl Piano {
    fn elenco(&self) -> std::sync::MutexGuard<'_, Vec<Guasto>> {
        // Entries are changed one number at a time: a panic elsewhere left nothing half-written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn svuota(&self) {
        self.elenco().clear();
    }

    fn prendi(&self, ambiente: Ambiente, operazione: &str, alla_porta: bool) -> Option<Colpo> {
        let mut elenco = self.elenco();
        let voce = elenco.iter().position(|g| g.tocca(ambiente, operazione))?;
        let g = elenco
            .get_mut(voce)
            .filter(|g| g.tipo.alla_porta() == alla_porta)?;
        g.serviti += 1;
        Some(Colpo {
            tipo: g.tipo,
            ritardo: Duration::from_millis(g.ms.unwrap_or(0)),
            voce: voce + 1,
        })
    }

    /// The fault for a request that has just come, if it is its turn.
    pub(crate) fn alla_porta(&self, ambiente: Ambiente, operazione: &str) -> Option<Colpo> {
        self.prendi(ambiente, operazione, true)
    }

    /// The fault for a request that passed the perimeter, if it is its turn.
    pub(crate) fn al_servizio(&self, ambiente: Ambiente, operazione: &str) -> Option<Colpo> {
        self.prendi(ambiente, operazione, false)
    }
}

impl Simulatore {
    /// The fault plan, with how many requests each entry has struck.
    pub fn guasti(&self) -> Vec<Guasto> {
        self.piano_guasti.elenco().clone()
    }

    /// Replaces the fault plan: a list, counters from zero.
    pub fn metti_guasti(&self, nuovi: Value) -> Esito<Vec<Guasto>> {
        let Value::Array(voci) = nuovi else {
            return Err(ErroreServizio::richiesta("Il piano dei guasti è un elenco JSON."));
        };
        let mut nuovi: Vec<Guasto> = voci.into_iter().map(leggi).collect::<Esito<_>>()?;
        if nuovi.len() > GUASTI_MASSIMI {
            return Err(ErroreServizio::richiesta(format!(
                "Un piano ha al massimo {GUASTI_MASSIMI} voci."
            )));
        }
        for (i, g) in nuovi.iter_mut().enumerate() {
            g.verifica()
                .map_err(|e| ErroreServizio::richiesta(format!("Voce {}: {e}.", i + 1)))?;
            g.serviti = 0;
        }
        self.piano_guasti.elenco().clone_from(&nuovi);
        Ok(nuovi)
    }
}

#[cfg(test)]
mod prove {
    use std::fmt::Write as _;

    use super::*;

    fn guasto(tipo: TipoGuasto, volte: Option<u64>) -> Guasto {
        Guasto {
            ambiente: Ambiente::Test,
            tipo,
            volte,
            ms: None,
            operazione: None,
            serviti: 0,
        }
    }

    fn tipi(p: &Piano, quante: usize, alla_porta: bool) -> Vec<Option<TipoGuasto>> {
        (0..quante)
            .map(|_| p.prendi(Ambiente::Test, "S001", alla_porta).map(|c| c.tipo))
            .collect()
    }

    #[test]
    fn entries_are_used_up_in_order_and_wait_for_a_request_that_gets_there() {
        let p = Piano::default();
        *p.elenco() = vec![
            guasto(TipoGuasto::F8, Some(1)),
            guasto(TipoGuasto::F3, Some(2)),
            guasto(TipoGuasto::Taglio, None),
        ];
        // F8 stands first and is no fault of the door: nothing behind it moves until a good request comes.
        assert_eq!(tipi(&p, 2, true), [None, None]);
        assert_eq!(tipi(&p, 2, false), [Some(TipoGuasto::F8), None]);
        let tre = [
            Some(TipoGuasto::F3),
            Some(TipoGuasto::F3),
            Some(TipoGuasto::Taglio),
            Some(TipoGuasto::Taglio),
        ];
        assert_eq!(tipi(&p, 4, true), tre);
        assert_eq!(p.prendi(Ambiente::Pre, "S001", true), None);
        assert_eq!(
            p.elenco().iter().map(|g| g.serviti).collect::<Vec<_>>(),
            [1, 2, 2]
        );
    }

    #[test]
    fn an_operation_of_its_own_and_none_for_test_conn_in_band() {
        let p = Piano::default();
        let solo_test = Guasto {
            operazione: Some("TEST".into()),
            ..guasto(TipoGuasto::F3, None)
        };
        *p.elenco() = vec![solo_test, guasto(TipoGuasto::Generico, None)];
        assert_eq!(p.alla_porta(Ambiente::Test, "S001"), None);
        assert_eq!(
            p.alla_porta(Ambiente::Test, "TEST").map(|c| c.tipo),
            Some(TipoGuasto::F3)
        );
        p.elenco().remove(0);
        assert_eq!(p.al_servizio(Ambiente::Test, "TEST"), None);
        assert_eq!(p.al_servizio(Ambiente::Test, "S001").map(|c| c.voce), Some(1));
    }

    #[test]
    fn words_of_the_table_are_those_of_the_api() {
        for (tipo, _) in TipoGuasto::TUTTI {
            assert_eq!(serde_json::to_value(tipo).unwrap(), tipo.parola());
        }
    }

    #[test]
    fn the_page_has_the_table_of_kinds() {
        let mut tabella = String::from("| guasto | che cosa fa |\n| --- | --- |\n");
        for (tipo, testo) in TipoGuasto::TUTTI {
            writeln!(tabella, "| `{}` | {testo} |", tipo.parola()).expect("in memory");
        }
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/SICUREZZA.md");
        let mut pagina = std::fs::read_to_string(file).expect("the page");
        let (inizio, fine) = ("<!-- guasti -->\n", "<!-- fine guasti -->");
        let a = pagina.find(inizio).expect(inizio) + inizio.len();
        let b = pagina.find(fine).expect(fine);
        if std::env::var_os("ANPR_SIM_RISCRIVI").is_some() {
            pagina.replace_range(a..b, &tabella);
            std::fs::write(file, &pagina).expect("written");
            return;
        }
        assert_eq!(&pagina[a..b], tabella, "riscriverla con ANPR_SIM_RISCRIVI=1");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let con = |g: Guasto| g.verifica().is_ok();
        assert!(con(guasto(TipoGuasto::F9, Some(1))));
        assert!(!con(guasto(TipoGuasto::F9, Some(0))));
        assert!(!con(guasto(TipoGuasto::Ritardo, None)));
        for (ms, buono) in [
            (1, true),
            (RITARDO_MASSIMO_MS, true),
            (RITARDO_MASSIMO_MS + 1, false),
        ] {
            let g = Guasto {
                ms: Some(ms),
                ..guasto(TipoGuasto::Ritardo, None)
            };
            assert_eq!(con(g), buono, "{ms}");
        }
        let g = |tipo, operazione: &str| Guasto {
            operazione: Some(operazione.into()),
            ..guasto(tipo, None)
        };
        assert!(con(g(TipoGuasto::F3, "TEST")) && con(g(TipoGuasto::Generico, "S001")));
        assert!(!con(g(TipoGuasto::F3, "3002")) && !con(g(TipoGuasto::Generico, "TEST")));
        let con_ms = Guasto {
            ms: Some(1),
            ..guasto(TipoGuasto::F3, None)
        };
        assert!(!con(con_ms));
    }
}

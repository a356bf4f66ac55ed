//! The defences of every page, walked table by table: a new row of the pages is judged the moment it is there.
//!
//! One threat, one file; the places are those of [`Luogo`]. What belongs to one page alone (who may do what to whom) is
//! beside that page: the table in `docs/SICUREZZA.md` names all of it.

#[path = "../banco/mod.rs"]
mod banco;

mod accesso;
mod confini;
mod gettone;
mod nomi;
mod smarriti;
mod vuoti;

use std::collections::BTreeSet;

use anagrafe::Ambiente;
use banco::{
    Entrato, Risposta,
    api::{metti, vedi_api},
    banco,
};
use http::Method;
use serde_json::json;
use tokio::sync::Mutex;
use web::mappa::{Condizione, Indirizzo, indirizzi};

const SUB: Ambiente = Ambiente::Sub;
/// A Comune of the bench, in whose name everything here happens.
const COMUNE: &str = "888009";

/// A door with a login behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Luogo {
    Wa(Ambiente),
    Area(&'static str),
}

const LUOGHI: [Luogo; 6] = [
    Luogo::Wa(Ambiente::Test),
    Luogo::Wa(Ambiente::Pre),
    Luogo::Wa(Ambiente::Sub),
    Luogo::Area("privata"),
    Luogo::Area("prefettura"),
    Luogo::Area("dashboard"),
];

impl Luogo {
    /// Where it listens.
    fn porta(self) -> Ambiente {
        match self {
            Self::Wa(a) => a,
            Self::Area(_) => SUB,
        }
    }

    /// Name of its table of pages.
    fn tabella(self) -> &'static str {
        match self {
            Self::Wa(_) => "ambiente",
            Self::Area(a) => a,
        }
    }

    /// What its cookies are called.
    fn chiave(self) -> &'static str {
        match self {
            Self::Wa(a) => a.chiave(),
            Self::Area(a) => a,
        }
    }

    fn casa(self) -> &'static str {
        match self {
            Self::Wa(_) => "/combas",
            Self::Area(a) => banco::casa_di(a),
        }
    }

    /// A name and a password that open it.
    async fn credenziali(self) -> (String, String) {
        self.credenziali_di(0).await
    }

    /// The same of the first or of the second of its users.
    async fn credenziali_di(self, n: usize) -> (String, String) {
        let testo = |v: &serde_json::Value| v.as_str().expect("a text").to_owned();
        match self {
            Self::Wa(a) => {
                let nome = nome_utente(&format!("TUTTI{}{n}", a.chiave().to_uppercase()));
                // Once: a password set again ends the sessions of before.
                static FATTI: Mutex<BTreeSet<String>> = Mutex::const_new(BTreeSet::new());
                let mut fatti = FATTI.lock().await;
                if fatti.insert(nome.clone()) {
                    let ruoli = ["OPERATORE", "ALS", "ALP", "SINDACO", "SUPERVISORE"];
                    let profilo = json!({"ruoli": ruoli, "funzioni": ["*"], "password": "parola-sua"});
                    metti(&format!("/api/comuni/{COMUNE}/operatori/{nome}"), &profilo).await;
                }
                (nome, "parola-sua".to_owned())
            }
            Self::Area("privata") => {
                let comune = [COMUNE, "888010"][n];
                let q = vedi_api(&format!("/api/percorso/comuni/{comune}")).await;
                let a = &q["areaPrivata"];
                (testo(&a["utente"]), testo(&a["password"]))
            }
            Self::Area("prefettura") => {
                let p = vedi_api("/api/percorso/prefetture/XX").await;
                let u = &p["utenti"][n];
                (testo(&u["nome"]), testo(&u["password"]))
            }
            Self::Area(_) => {
                let s = vedi_api("/api/percorso/software-house").await;
                (testo(&s[n]["nome"]), testo(&s[n]["password"]))
            }
        }
    }

    async fn prova(self, nome: &str, password: &str) -> Risposta {
        match self {
            Self::Wa(a) => banco().prova_password(a, nome, password).await,
            Self::Area(a) => banco().prova_area(a, nome, password).await,
        }
    }

    async fn entra(self) -> Entrato {
        let (nome, password) = self.credenziali().await;
        match self {
            Self::Wa(a) => banco().entra_come(a, &nome, &password).await,
            Self::Area(a) => banco().entra_in_area(a, &nome, &password).await,
        }
    }

    async fn vedi(self, dove: &str, biscotto: &str) -> Risposta {
        banco().pagina(self.porta(), dove, biscotto).await
    }

    /// A page of its that somebody must be inside for, and that is not its home.
    fn una_pagina(self) -> String {
        let q = indirizzi().into_iter().find(|i| {
            i.luogo == self.tabella()
                && i.condizione == Condizione::Dentro
                && *i.metodo == Method::GET
                && i.percorso != self.casa()
                && !i.percorso.contains('{')
                && i.ruoli.is_empty()
        });
        q.expect("a page").percorso.to_owned()
    }

    /// Its addresses with this condition.
    fn indirizzi(self, condizione: Condizione) -> Vec<Indirizzo> {
        let mut suoi = indirizzi();
        suoi.retain(|i| i.luogo == self.tabella() && i.condizione == condizione);
        assert!(
            !suoi.is_empty() || condizione == Condizione::Caricamento,
            "{self:?} {condizione:?}"
        );
        suoi
    }
}

/// A user name: sixteen letters and digits.
fn nome_utente(inizio: &str) -> String {
    format!("{inizio:0<16}").chars().take(16).collect()
}

/// An address with its names filled in by one value, percent-encoded already.
fn riempito(percorso: &str, valore: &str) -> String {
    percorso
        .split('/')
        .map(|s| if s.starts_with('{') { valore } else { s })
        .collect::<Vec<_>>()
        .join("/")
}

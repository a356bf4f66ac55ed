//! What one Comune has proven by exchanges and events, compactly: how often, first and last time, the last proof; and the
//! refusals that wait for the exchange that overcomes them.
//!
//! Kept beside the journal, whose entries give way to new ones. An exchange counts once: whoever feeds a libretto keeps the
//! number it has come to. A refused request names its Comune by its own word only, so a refusal alone proves nothing:
//! what proves is the accepted exchange that follows it.

use std::collections::BTreeMap;

use anagrafe::Ambiente;
use registro::{EsitoScambio, Quando, Scambio, Verdetto};
use serde::{Deserialize, Serialize};

use super::casi::{CASI, Caso, Evento, Regola, dell_evento, ripetuta};

/// Postazioni whose proof is kept apart, for one case: more than any Comune calls from.
const POSTAZIONI_MASSIME: usize = 500;

/// The last proof of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Prova {
    /// The exchange.
    pub scambio: Option<u64>,
    /// The refused exchange that it overcame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dopo: Option<u64>,
    /// The delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fornitura: Option<registro::IdFornitura>,
    /// What was seen.
    pub testo: String,
}

/// How often, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Segno {
    pub(super) volte: u64,
    pub(super) primo: Quando,
    pub(super) ultimo: Quando,
    pub(super) prova: Prova,
}

/// A refusal nobody has overcome yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rifiuto {
    scambio: Option<u64>,
    operazione: String,
    causa: String,
}

/// The book of one Comune. Keys are `ambiente/caso` and `ambiente/caso/postazione`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Libretto {
    segni: BTreeMap<String, Segno>,
    rifiuti: BTreeMap<String, Rifiuto>,
}

fn chiave(a: Ambiente, c: &Caso) -> String {
    format!("{}/{}", a.chiave(), c.id)
}

impl Libretto {
    fn segna(&mut self, chiave: String, quando: Quando, prova: Prova) {
        match self.segni.get_mut(&chiave) {
            Some(s) => {
                s.volte += 1;
                s.ultimo = quando;
                s.prova = prova;
            }
            None => {
                let segno = Segno {
                    volte: 1,
                    primo: quando,
                    ultimo: quando,
                    prova,
                };
                self.segni.insert(chiave, segno);
            }
        }
    }

    /// What a case has, in one environment.
    pub(super) fn segno(&self, a: Ambiente, c: &Caso) -> Option<&Segno> {
        self.segni.get(&chiave(a, c))
    }

    /// What each postazione has of a case.
    pub(super) fn per_postazione(&self, a: Ambiente, c: &Caso) -> impl Iterator<Item = (&str, &Segno)> {
        let inizio = format!("{}/", chiave(a, c));
        let lungo = inizio.len();
        self.segni
            .range(inizio.clone()..)
            .take_while(move |(k, _)| k.starts_with(&inizio))
            .map(move |(k, s)| (&k[lungo..], s))
    }

    /// Takes an exchange in; whether it proved something never proven before.
    pub(super) fn scambio(&mut self, a: Ambiente, s: &Scambio) -> bool {
        let quanti = self.segni.len();
        if s.esito == EsitoScambio::Ok {
            self.accolto(a, s);
        } else {
            self.respinto(a, s);
        }
        self.segni.len() > quanti
    }

    fn accolto(&mut self, a: Ambiente, s: &Scambio) {
        let prova = |testo: String, dopo| Prova {
            scambio: Some(s.n),
            dopo,
            fornitura: None,
            testo,
        };
        let operazione = s.operazione.as_deref().unwrap_or_default();
        for c in CASI {
            match c.regola {
                Regola::Passa(vale) if vale(s) => {
                    let testo = s.postazione.clone().unwrap_or_default();
                    self.segna(chiave(a, c), s.quando, prova(testo, None));
                }
                Regola::OgniPostazione(vale) if vale(s) => {
                    let Some(p) = &s.postazione else { continue };
                    let chiave = format!("{}/{p}", chiave(a, c));
                    if self.segni.contains_key(&chiave)
                        || self.per_postazione(a, c).count() < POSTAZIONI_MASSIME
                    {
                        self.segna(chiave, s.quando, prova(p.clone(), None));
                    }
                }
                // A repeated reply overcomes nothing: it is that of another day.
                Regola::Supera(_) if !self.rifiuti.is_empty() && !ripetuta(s) => {
                    let chiave = chiave(a, c);
                    if self
                        .rifiuti
                        .get(&chiave)
                        .is_some_and(|r| r.operazione == operazione)
                        && let Some(r) = self.rifiuti.remove(&chiave)
                    {
                        let testo = format!("{operazione}: rifiuto «{}», poi accolta", r.causa);
                        self.segna(chiave, s.quando, prova(testo, r.scambio));
                    }
                }
                _ => {}
            }
        }
    }

    fn respinto(&mut self, a: Ambiente, s: &Scambio) {
        let fermato = s.passi.iter().rev().find(|p| p.verdetto == Verdetto::Fermato);
        let Some((causa, operazione)) = fermato.map(|p| p.causa.as_ref()).zip(s.operazione.as_deref()) else {
            return;
        };
        let suo = |c: &&Caso| match c.regola {
            Regola::Supera(cause) => cause.iter().any(|x| x.nome() == causa),
            _ => false,
        };
        if let Some(c) = CASI.iter().find(suo) {
            let rifiuto = Rifiuto {
                scambio: Some(s.n),
                operazione: operazione.to_owned(),
                causa: causa.to_owned(),
            };
            self.rifiuti.insert(chiave(a, c), rifiuto);
        }
    }

    /// Something happened.
    pub(super) fn evento(&mut self, a: Ambiente, e: Evento, quando: Quando, testo: &str) {
        if let Some(c) = dell_evento(e) {
            let prova = Prova {
                testo: testo.to_owned(),
                ..Prova::default()
            };
            self.segna(chiave(a, c), quando, prova);
        }
    }

    /// A file at the counter: refused (with its codes) or taken.
    pub(super) fn sportello(&mut self, a: Ambiente, quando: Quando, nome: &str, rifiutato: Option<String>) {
        let caso = CASI.iter().find(|c| matches!(c.regola, Regola::SuperaSportello));
        let Some(chiave) = caso.map(|c| chiave(a, c)) else {
            return;
        };
        if let Some(causa) = rifiutato {
            let rifiuto = Rifiuto {
                scambio: None,
                operazione: nome.to_owned(),
                causa,
            };
            self.rifiuti.insert(chiave, rifiuto);
        } else if let Some(r) = self.rifiuti.remove(&chiave) {
            let prova = Prova {
                testo: format!("{} rifiutato ({}), poi {nome} accettato", r.operazione, r.causa),
                ..Prova::default()
            };
            self.segna(chiave, quando, prova);
        }
    }
}

#[cfg(test)]
mod prove {
    use anagrafe::CodiceIstat;
    use registro::Passo;

    use super::*;

    fn scambio(n: u64, operazione: &str, esito: EsitoScambio, causa: &str) -> Scambio {
        let passi = (!causa.is_empty()).then(|| Passo {
            nome: "digest".into(),
            verdetto: Verdetto::Fermato,
            regola: "".into(),
            atteso: String::new(),
            osservato: String::new(),
            spiegazione: String::new(),
            causa: causa.to_owned().into(),
        });
        Scambio {
            n,
            quando: jiff::civil::datetime(2021, 3, 1, 8, 0, 0, 0),
            porta: "test".into(),
            metodo: "POST".into(),
            percorso: "/".into(),
            http: 200,
            esito,
            comune: CodiceIstat::parse("888001").ok(),
            operazione: Some(operazione.into()),
            id_operazione_comune: None,
            fault: None,
            operatore: None,
            postazione: Some("888001-CO-0000".into()),
            causa: None,
            passi: passi.into_iter().collect(),
            evidenza: serde_json::Value::Null,
            durata_us: 0,
        }
    }

    fn di(id: &str) -> &'static Caso {
        CASI.iter().find(|c| c.id == id).expect("a case")
    }

    #[test]
    fn a_refusal_alone_proves_nothing_and_only_its_own_operation_overcomes_it() {
        use EsitoScambio::{Fault, Ok};
        let a = Ambiente::Test;
        let mut l = Libretto::default();
        assert!(!l.scambio(a, &scambio(1, "TEST", Fault, "digest")));
        assert!(l.segno(a, di("PT04")).is_none());
        l.scambio(a, &scambio(2, "S001", Ok, ""));
        assert!(l.segno(a, di("PT04")).is_none(), "another operation");
        l.scambio(Ambiente::Pre, &scambio(3, "TEST", Ok, ""));
        assert!(l.segno(a, di("PT04")).is_none(), "another environment");
        assert!(l.scambio(a, &scambio(4, "TEST", Ok, "")));
        let s = l.segno(a, di("PT04")).expect("overcome");
        assert_eq!((s.volte, s.prova.scambio, s.prova.dopo), (1, Some(4), Some(1)));
        // The next good one has nothing to overcome.
        l.scambio(a, &scambio(5, "TEST", Ok, ""));
        assert_eq!(l.segno(a, di("PT04")).expect("there").volte, 1);
        let per: Vec<(&str, u64)> = l
            .per_postazione(a, di("PT01"))
            .map(|(p, s)| (p, s.volte))
            .collect();
        assert_eq!(per, [("888001-CO-0000", 2)]);
    }

    #[test]
    fn the_counter_refuses_and_then_takes() {
        let (a, q) = (Ambiente::Test, jiff::civil::datetime(2021, 3, 1, 8, 0, 0, 0));
        let mut l = Libretto::default();
        l.sportello(a, q, "buono.gz", None);
        assert!(l.segno(a, di("PT21")).is_none());
        l.sportello(a, q, "cattivo.gz", Some("EN001".into()));
        l.sportello(a, q, "buono.gz", None);
        let s = l.segno(a, di("PT21")).expect("overcome");
        assert_eq!(
            s.prova.testo,
            "cattivo.gz rifiutato (EN001), poi buono.gz accettato"
        );
        let scritto = serde_json::to_string(&l).expect("JSON");
        assert_eq!(serde_json::from_str::<Libretto>(&scritto).expect("read"), l);
    }
}

//! Persons and families of the register as pages: search, one person, one family; for an environment and for the console.
//!
//! Whose eyes look is decided by the caller, who asks the facade for one Comune or for all; here values become words and
//! links. A page stays small whatever was sent: values shown are [`VALORI_MOSTRATI`] at most, each cut.

use std::sync::Arc;

use anagrafe::{Ambiente, CodiceIstat, leggi_data, tabelle::Tabella, tabelle::tabelle};
use http::StatusCode;
use servizi::{
    CercaPersone, Componente, ErroreServizio, Esito, EsitoRicerca, PersonaBreve, PersonaVista, Simulatore,
    UnitaBreve, UnitaVista,
};

use crate::{
    formati::{self, Etichetta},
    fuori,
    modulo::Campi,
};

/// Values of a scheda that its page lists.
const VALORI_MOSTRATI: usize = 250;
/// Characters of one of them.
const CARATTERI_MOSTRATI: usize = 160;

/// Where the links of a page lead: the pages of an environment, or those of the console about it.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    /// Address of the search.
    pub(crate) ricerca: String,
    /// What stands before the id of a person.
    persone: String,
    /// What stands before the id of a family.
    famiglie: String,
    /// Several Comuni are seen: each row says whose it is.
    pub(crate) tutti: bool,
}

impl Base {
    /// The pages of an environment.
    pub(crate) fn ambiente() -> Self {
        Self {
            ricerca: "/combas/persone".to_owned(),
            persone: "/combas/persone/".to_owned(),
            famiglie: "/combas/famiglie/".to_owned(),
            tutti: false,
        }
    }

    /// The console.
    pub(crate) fn console(a: Ambiente) -> Self {
        Self {
            ricerca: "/registro".to_owned(),
            persone: format!("/registro/{}/persone/", a.chiave()),
            famiglie: format!("/registro/{}/famiglie/", a.chiave()),
            tutti: true,
        }
    }

    fn unita(&self, u: &UnitaBreve) -> LegameUnita {
        let tipo = tipo_unita(u.tipo);
        let iscrizione = u.istat_iscrizione_aire.as_deref();
        LegameUnita {
            dove: format!("{}{}", self.famiglie, u.id_anpr),
            testo: match iscrizione {
                Some(i) => format!("{tipo} {} (Comune d'iscrizione {i})", u.id_comune),
                None => format!("{tipo} {}", u.id_comune),
            },
        }
    }
}

/// What a search form holds: as it was sent, to be shown again.
#[derive(Debug, Default, Clone)]
pub(crate) struct Modulo {
    pub(crate) id_anpr: String,
    pub(crate) cf: String,
    pub(crate) cognome: String,
    pub(crate) nome: String,
    pub(crate) nascita: String,
}

impl Modulo {
    pub(crate) fn leggi(campi: &Campi) -> Self {
        let testo = |nome| campi.pieno(nome).unwrap_or_default().to_owned();
        Self {
            id_anpr: testo("idAnpr"),
            cf: testo("cf"),
            cognome: testo("cognome"),
            nome: testo("nome"),
            nascita: testo("nascita"),
        }
    }

    /// What is asked for; nothing when the form is empty.
    pub(crate) fn domanda(&self) -> Esito<Option<CercaPersone>> {
        let pieno = |t: &String| (!t.is_empty()).then(|| t.clone());
        let id_anpr = pieno(&self.id_anpr)
            .map(|t| {
                t.parse()
                    .map_err(|_| ErroreServizio::richiesta("L'idANPR è un numero."))
            })
            .transpose()?;
        let nascita = pieno(&self.nascita)
            .map(|t| {
                leggi_data(&t).ok_or_else(|| ErroreServizio::richiesta("La data di nascita non è valida."))
            })
            .transpose()?;
        let cerca = CercaPersone {
            id_anpr,
            codice_fiscale: pieno(&self.cf),
            cognome: pieno(&self.cognome),
            nome: pieno(&self.nome),
            nascita,
        };
        Ok((cerca != CercaPersone::default()).then_some(cerca))
    }
}

/// What a search came to.
pub(crate) struct Ricerca {
    /// Status of the page.
    pub(crate) stato: StatusCode,
    /// What was found, if anything was asked.
    pub(crate) trovate: Option<Trovate>,
    /// A wrong question is told above the form, which keeps what was written.
    pub(crate) errore: Option<String>,
}

impl Ricerca {
    /// Asks what the form holds: of one Comune, or of all.
    pub(crate) async fn di(
        sim: &Arc<Simulatore>,
        ambiente: Ambiente,
        comune: Esito<Option<CodiceIstat>>,
        modulo: &Modulo,
        base: &Base,
    ) -> Esito<Self> {
        let cercate = match (modulo.domanda(), comune) {
            (Ok(None), Ok(_)) => Ok(None),
            (Ok(Some(domanda)), Ok(comune)) => {
                fuori(sim, move |s| {
                    s.cerca_persone(ambiente, comune, &domanda).map(Some)
                })
                .await
            }
            (Err(e), _) | (_, Err(e)) => Err(e),
        };
        match cercate {
            Ok(esito) => Ok(Self {
                stato: StatusCode::OK,
                trovate: esito.map(|e| Trovate::nuove(&e, base)),
                errore: None,
            }),
            Err(e) if e.http == 400 => Ok(Self {
                stato: StatusCode::BAD_REQUEST,
                trovate: None,
                errore: Some(e.testo),
            }),
            Err(e) => Err(e),
        }
    }
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Trovate {
    pub(crate) righe: Vec<Riga>,
    pub(crate) altre: bool,
    pub(crate) senza_indice: bool,
}

impl Trovate {
    pub(crate) fn nuove(esito: &EsitoRicerca, base: &Base) -> Self {
        Self {
            righe: esito.persone.iter().map(|p| Riga::nuova(p, base)).collect(),
            altre: esito.altre,
            senza_indice: esito.senza_indice,
        }
    }
}

/// A person in a table.
#[derive(Debug)]
pub(crate) struct Riga {
    pub(crate) dove: String,
    pub(crate) nome: String,
    pub(crate) nascita: String,
    pub(crate) cf: String,
    pub(crate) id_anpr: u64,
    pub(crate) id_comune: String,
    pub(crate) anagrafe: &'static str,
    pub(crate) comune: String,
    pub(crate) stato: Etichetta,
}

impl Riga {
    fn nuova(p: &PersonaBreve, base: &Base) -> Self {
        Self {
            dove: format!("{}{}", base.persone, p.id_anpr),
            nome: nome(p),
            nascita: p.nascita.map(formati::data).unwrap_or_default(),
            cf: p.codice_fiscale.as_deref().map(corto).unwrap_or_default(),
            id_anpr: p.id_anpr,
            id_comune: corto(&p.id_comune),
            anagrafe: p.anagrafe,
            comune: p.comune.as_str().to_owned(),
            stato: stato(p),
        }
    }
}

/// A link to a family or convivenza.
#[derive(Debug)]
pub(crate) struct LegameUnita {
    pub(crate) dove: String,
    pub(crate) testo: String,
}

/// One person.
#[derive(Debug)]
pub(crate) struct Persona {
    pub(crate) riga: Riga,
    pub(crate) sesso: &'static str,
    /// Since when and why it is cancelled.
    pub(crate) cancellata: Option<String>,
    pub(crate) cf_inviato: Option<String>,
    pub(crate) cf_validato: &'static str,
    pub(crate) fornitura: String,
    pub(crate) unita: Vec<LegameUnita>,
    /// Other schede with its id, in words; only for who sees every Comune.
    pub(crate) stesso_id: Vec<String>,
    pub(crate) valori: Valori,
}

impl Persona {
    pub(crate) fn nuova(p: &PersonaVista, base: &Base) -> Self {
        let b = &p.breve;
        Self {
            riga: Riga::nuova(b, base),
            sesso: b.sesso.map_or("non indicato", anagrafe::Sesso::lettera),
            cancellata: b.cancellazione.as_ref().map(|c| {
                let tabella = tabella_motivi(b.anagrafe);
                let voce = tabelle().voce(tabella, &c.motivo);
                format!(
                    "{}, motivo {} ({})",
                    formati::dal(c.dal),
                    c.motivo,
                    voce.map_or("?", |v| v.descrizione)
                )
            }),
            cf_inviato: p.codice_fiscale_inviato.as_deref().map(corto),
            cf_validato: if p.validita_cf == 1 {
                "validato"
            } else {
                "non validato"
            },
            fornitura: p.fornitura.to_string(),
            unita: p.unita.iter().map(|u| base.unita(u)).collect(),
            stesso_id: p
                .stesso_id
                .iter()
                .map(|e| {
                    format!(
                        "{}, scheda {}, {}",
                        e.comune.as_str(),
                        corto(&e.id_comune),
                        e.stato.to_lowercase()
                    )
                })
                .collect(),
            valori: Valori::nuovi(&p.in_ordine),
        }
    }
}

/// The table of the reasons for a cancellation, by register.
pub(crate) fn tabella_motivi(anagrafe: &str) -> Tabella {
    if anagrafe == "AIRE" {
        Tabella::MotivoCancellazioneAire
    } else {
        Tabella::MotivoCancellazione
    }
}

/// One family or convivenza.
#[derive(Debug)]
pub(crate) struct Unita {
    pub(crate) id_anpr: u64,
    pub(crate) tipo: &'static str,
    pub(crate) id_comune: String,
    pub(crate) comune: String,
    pub(crate) iscrizione: Option<String>,
    pub(crate) fornitura: String,
    pub(crate) componenti: Vec<Membro>,
    pub(crate) altri: bool,
    pub(crate) senza_indice: bool,
    pub(crate) valori: Valori,
}

/// A member of it.
#[derive(Debug)]
pub(crate) struct Membro {
    pub(crate) riga: Riga,
    pub(crate) progressivo: String,
    pub(crate) legame: String,
}

impl Membro {
    fn nuovo(c: &Componente, base: &Base) -> Self {
        Self {
            riga: Riga::nuova(&c.persona, base),
            progressivo: c.progressivo.map(|p| p.to_string()).unwrap_or_default(),
            legame: match (&c.legame, c.descrizione_legame) {
                (Some(codice), Some(testo)) => format!("{} – {testo}", corto(codice)),
                (Some(codice), None) => corto(codice),
                (None, _) => String::new(),
            },
        }
    }
}

impl Unita {
    pub(crate) fn nuova(u: &UnitaVista, base: &Base) -> Self {
        Self {
            id_anpr: u.breve.id_anpr,
            tipo: tipo_unita(u.breve.tipo),
            id_comune: corto(&u.breve.id_comune),
            comune: u.breve.comune.as_str().to_owned(),
            iscrizione: u.breve.istat_iscrizione_aire.as_deref().map(corto),
            fornitura: u.fornitura.to_string(),
            componenti: u.componenti.iter().map(|c| Membro::nuovo(c, base)).collect(),
            altri: u.altri,
            senza_indice: u.senza_indice,
            valori: Valori::nuovi(&u.in_ordine),
        }
    }
}

/// Values as they were sent, as far as they are shown.
#[derive(Debug)]
pub(crate) struct Valori {
    pub(crate) righe: Vec<(String, String)>,
    pub(crate) altri: usize,
}

impl Valori {
    fn nuovi(tutti: &[(String, String)]) -> Self {
        let nome = |n: &str| {
            [
                "subentro/generalitaSoggetti/soggetto/",
                "subentro/famiglie/famiglia/",
                "subentro/convivenze/convivenza/",
            ]
            .into_iter()
            .find_map(|testa| n.strip_prefix(testa))
            .unwrap_or(n)
            .to_owned()
        };
        let pieni = || tutti.iter().filter(|(_, v)| !v.trim().is_empty());
        Self {
            righe: pieni()
                .take(VALORI_MOSTRATI)
                .map(|(n, v)| (nome(n), corto(v.trim())))
                .collect(),
            altri: pieni().count().saturating_sub(VALORI_MOSTRATI),
        }
    }
}

fn tipo_unita(tipo: &str) -> &'static str {
    match tipo {
        "CONVIVENZA" => "Convivenza",
        "FAMIGLIA_AIRE" => "Famiglia AIRE",
        _ => "Famiglia",
    }
}

fn nome(p: &PersonaBreve) -> String {
    let parti: Vec<String> = [&p.cognome, &p.nome]
        .into_iter()
        .flatten()
        .map(|t| corto(t))
        .collect();
    if parti.is_empty() {
        "(senza nome)".to_owned()
    } else {
        parti.join(" ")
    }
}

/// A text as long as a page can carry.
fn corto(testo: &str) -> String {
    match testo.char_indices().nth(CARATTERI_MOSTRATI) {
        Some((i, _)) => format!("{}…", &testo[..i]),
        None => testo.to_owned(),
    }
}

fn stato(p: &PersonaBreve) -> Etichetta {
    if p.cancellazione.is_some() {
        Etichetta {
            classe: "ko",
            testo: "cancellata",
            segno: "✕",
        }
    } else {
        Etichetta {
            classe: "ok",
            testo: "attiva",
            segno: "✓",
        }
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn an_empty_form_asks_for_nothing_and_a_wrong_one_says_why() {
        let di = |query: &str| Modulo::leggi(&Campi::leggi(query)).domanda();
        assert_eq!(di("idAnpr=&cf=+&cognome=").expect("good"), None);
        let tutto = di("cognome=ROS*&nome=A&nascita=1970-01-02").expect("good");
        assert_eq!(
            tutto,
            Some(CercaPersone {
                cognome: Some("ROS*".to_owned()),
                nome: Some("A".to_owned()),
                nascita: leggi_data("1970-01-02"),
                ..CercaPersone::default()
            })
        );
        for (query, parte) in [("idAnpr=abc", "numero"), ("cognome=A&nascita=1970-02-30", "data")] {
            let e = di(query).expect_err("wrong");
            assert!(e.http == 400 && e.testo.contains(parte), "{query}: {}", e.testo);
        }
    }

    #[test]
    fn what_is_shown_is_bounded() {
        let tanti: Vec<(String, String)> = (0..1_000)
            .map(|n| (format!("campo{n}"), "è".repeat(1_000)))
            .chain([("vuoto".to_owned(), "  ".to_owned())])
            .collect();
        let v = Valori::nuovi(&tanti);
        assert_eq!(
            (v.righe.len(), v.altri),
            (VALORI_MOSTRATI, 1_000 - VALORI_MOSTRATI)
        );
        assert_eq!(v.righe[0].1.chars().count(), CARATTERI_MOSTRATI + 1);
    }
}

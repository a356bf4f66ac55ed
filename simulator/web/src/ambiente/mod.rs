//! The web application of one environment, entered with user and password at `/combas`.
//!
//! Door (Host, origin) → route → session → page. A session belongs to one environment and one Comune; whatever names
//! a delivery or a message is looked up and then compared with it, and what belongs to another Comune does not exist.

mod accesso;
mod amministrazione;
mod assistenza;
mod cancellazione;
mod confronto;
mod contributo;
mod esiti;
mod installazione;
mod invio;
mod persone;
mod posta;
mod profilo;
mod rotte;
mod sicurezza_locale;
mod stato;
mod strumenti;

use std::sync::Arc;

use anagrafe::Ambiente;
use askama::Template;
use http::{StatusCode, header, request::Parts};
use registro::Fornitura;
use servizi::{
    ErroreServizio, Esito, FiltroPosta, Sessione, Simulatore,
    http::{Corpo, Richiesta, Risposta, raccogli},
};

pub(crate) use contributo::TIPO_P7M;

pub(crate) use accesso::{DallaCarta, TEMPO_CARTA_SECONDI, casuale};

use crate::{
    cookie,
    cornice::{
        Cornice, METODO_NON_AMMESSO, Utente, errore, metodo_non_ammesso, pagina, pagina_errore,
        titolo_errore, vai, vietato,
    },
    fuori,
    modulo::Campi,
    ricezione::{self, ErroreModulo, Modulo},
    rotte::{Interna, Parametri, Riga as _, Risponde, Rotta, Sala, Trovata, cerca, serve},
    sicurezza, smarriti,
};

use self::rotte::{CASA, PRIMA_DELLA_SCELTA, SCELTA};
pub(crate) use self::{confronto::filtro as filtro_del_confronto, rotte::ROTTE};

/// Most bytes of a form without a file.
pub(crate) const LIMITE_MODULO_BYTE: usize = 64 * 1024;

/// The pages of an environment.
pub(crate) struct Wa;

impl Sala for Wa {
    type Soglia<'a> = Soglia<'a>;
    type Dentro<'a> = Dentro<'a>;
}

/// A request before any login.
pub(crate) struct Soglia<'r> {
    sim: &'r Arc<Simulatore>,
    ambiente: Ambiente,
    parti: &'r Parts,
    segmenti: Parametri,
}

/// A logged-in request.
pub(crate) struct Dentro<'r> {
    sim: &'r Arc<Simulatore>,
    ambiente: Ambiente,
    sessione: Sessione,
    segmenti: Parametri,
    query: Campi,
}

impl Dentro<'_> {
    /// One of these roles, if any is asked for.
    fn richiede(&self, ruoli: &[&str]) -> Esito<()> {
        if ruoli.is_empty() || self.sessione.ha_ruolo(ruoli) {
            Ok(())
        } else {
            Err(riservata(&ruoli.join(" o ")))
        }
    }

    /// Reads a form with a file; its token stands before the file.
    async fn caricamento(&self, parti: &Parts, corpo: Corpo) -> Esito<Modulo> {
        let tipo = parti
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        let permesso = |t: &str| sicurezza::uguali(t, &self.sessione.csrf);
        ricezione::modulo(self.sim, tipo, corpo, permesso)
            .await
            .map_err(|e| match e {
                ErroreModulo::Csrf => csrf_mancante(),
                ErroreModulo::Servizio(e) => e,
            })
    }

    /// The frame of a page; `qui` is its entry in the menu.
    async fn cornice(&self, titolo: impl Into<String>, qui: &str) -> Esito<Cornice> {
        let (comune, ambiente) = (self.sessione.comune, self.ambiente);
        let (nome, da_leggere) = fuori(self.sim, move |s| {
            let nome = s.comune(comune)?.nome;
            let conto = s.conto_posta(&FiltroPosta::del_comune(ambiente, comune))?;
            Ok((nome, conto.da_leggere))
        })
        .await?;
        let utente = Utente {
            nome: self.sessione.name_id.clone(),
            comune: format!("{} {nome}", comune.as_str()),
            csrf: self.sessione.csrf.clone(),
            sicurezza: self.sessione.ha_ruolo(&["ALS", "ALP", "SINDACO"]),
            sindaco: self.sessione.ha_ruolo(&["SINDACO"]),
        };
        Ok(Cornice::interna(self.ambiente, titolo, utente, qui, da_leggere))
    }

    /// A delivery of this Comune in this environment; any other does not exist.
    async fn fornitura(&self, id: &str) -> Esito<Fornitura> {
        let (id, ambiente, comune) = (id.to_owned(), self.ambiente, self.sessione.comune);
        fuori(self.sim, move |s| {
            let f = s.fornitura(&id)?;
            if f.comune == comune && f.ambiente == ambiente {
                Ok(f)
            } else {
                Err(nessuna_fornitura())
            }
        })
        .await
    }

    /// The deliveries of this Comune here, oldest first.
    async fn forniture(&self) -> Esito<Vec<Fornitura>> {
        let (ambiente, comune) = (self.ambiente, self.sessione.comune);
        fuori(self.sim, move |s| s.forniture(Some(ambiente), Some(comune))).await
    }
}

/// A page of somebody else's role.
fn riservata(chi: &str) -> ErroreServizio {
    vietato(format!("Questa pagina è riservata a chi ha il ruolo di {chi}."))
}

fn nessuna_fornitura() -> ErroreServizio {
    ErroreServizio::assente("Nessuna fornitura con questo numero tra quelle del Comune in questo ambiente.")
}

/// Answers a request to an environment's pages.
pub(crate) async fn rispondi(sim: &Arc<Simulatore>, a: Ambiente, r: Richiesta) -> Risposta {
    let (parti, corpo) = r.into_parts();
    let porta = sicurezza::verifica_host(&parti, &sim.impostazioni().host_ambienti)
        .and_then(|()| sicurezza::verifica_origine(&parti, true));
    if let Err(negato) = porta {
        return errore(
            StatusCode::FORBIDDEN,
            Cornice::ambiente(a, "Richiesta non accettata"),
            negato.testo(),
            None,
        );
    }
    let (rotta, segmenti) = match cerca(ROTTE, &parti.method, parti.uri.path()) {
        Trovata::Si(rotta, segmenti) => (rotta, segmenti),
        Trovata::AltroMetodo(_) => return metodo_non_ammesso(Cornice::ambiente(a, METODO_NON_AMMESSO)),
        Trovata::No => return non_trovata(sim, a, &parti).await,
    };
    match &rotta.risponde {
        Risponde::Aperta(f) => {
            let soglia = Soglia {
                sim,
                ambiente: a,
                parti: &parti,
                segmenti,
            };
            let esito = f(&soglia, corpo).await;
            esito.unwrap_or_else(|e| pagina_errore(Cornice::ambiente(a, titolo_errore(&e)), e))
        }
        Risponde::Interna(interna) => dentro(sim, a, &parti, corpo, (rotta, interna), segmenti).await,
    }
}

/// In the frame of who is in, if somebody is.
async fn non_trovata(sim: &Arc<Simulatore>, a: Ambiente, parti: &Parts) -> Risposta {
    let fuori = || Cornice::ambiente(a, smarriti::TITOLO);
    let c = match sessione(sim, a, parti).await.filter(|s| !s.da_scegliere) {
        Some(sessione) => {
            let d = Dentro {
                sim,
                ambiente: a,
                sessione,
                segmenti: Parametri::default(),
                query: Campi::leggi(""),
            };
            d.cornice(smarriti::TITOLO, "").await.unwrap_or_else(|_| fuori())
        }
        None => fuori(),
    };
    smarriti::pagina(sim, smarriti::Luogo::Ambiente(a), parti.uri.path(), c)
}

async fn dentro(
    sim: &Arc<Simulatore>,
    a: Ambiente,
    parti: &Parts,
    corpo: Corpo,
    (rotta, interna): (&Rotta<Wa>, &Interna<Wa>),
    segmenti: Parametri,
) -> Risposta {
    let Some(sessione) = sessione(sim, a, parti).await else {
        return accesso::modulo(sim, a, rotta.percorso() != CASA);
    };
    let d = Dentro {
        sim,
        ambiente: a,
        sessione,
        segmenti,
        query: Campi::leggi(parti.uri.query().unwrap_or_default()),
    };
    if d.sessione.da_scegliere && !PRIMA_DELLA_SCELTA.contains(&rotta.percorso()) {
        return vai(SCELTA);
    }
    let esito = match d.richiede(rotta.ruoli) {
        Ok(()) => serve(interna, &d, Some(&d.sessione.csrf), parti, corpo).await,
        Err(e) => Err(e),
    };
    match esito {
        Ok(r) => r,
        Err(e) => {
            let titolo = titolo_errore(&e);
            let c = d.cornice(titolo, "").await;
            pagina_errore(c.unwrap_or_else(|_| Cornice::ambiente(a, titolo)), e)
        }
    }
}

/// The session of a request.
async fn sessione(sim: &Arc<Simulatore>, a: Ambiente, parti: &Parts) -> Option<Sessione> {
    let chiave = cookie::leggi(&parti.headers, &cookie::nome_sessione(a))?.to_owned();
    fuori(sim, move |s| Ok(s.sessione(a, &chiave))).await.ok()?
}

pub(crate) fn csrf_mancante() -> ErroreServizio {
    ErroreServizio {
        codice: Some("SIM017"),
        http: 403,
        testo:
            "Il modulo non è di questa sessione (o è rimasto aperto oltre la sua fine): tornare alla pagina, \
                ricaricarla e ripetere."
                .to_owned(),
    }
}

/// The fields of a form.
pub(crate) async fn campi(corpo: Corpo) -> Esito<Campi> {
    let byte = raccogli(corpo, LIMITE_MODULO_BYTE).await.map_err(|e| {
        ErroreServizio::richiesta(format!("Modulo non letto: {e}. Tornare alla pagina e ripetere."))
    })?;
    Ok(Campi::leggi(&String::from_utf8_lossy(&byte)))
}

/// The web services that answer in this version, with their paths (spec security §1.2).
const SERVIZI: [(&str, &str); 2] = [
    ("TestConn, prova di connessione", "/ANPRTestConn/TestConn"),
    (
        "S001, invio dell'APR",
        "/ANPRS001ServizioSubentro/AnprServiceS001",
    ),
];

#[derive(Template)]
#[template(path = "ambiente/indice.html")]
struct Indice {
    c: Cornice,
    tipo_invio: &'static str,
    console: String,
    servizi: [(&'static str, &'static str); 2],
}

fn indice(sim: &Simulatore, a: Ambiente) -> Risposta {
    let console = sim.indirizzi().map(|i| i.console.clone()).unwrap_or_default();
    let c = Cornice {
        inizio: "/",
        ..Cornice::ambiente(a, "Che cosa c'è su questa porta")
    };
    pagina(
        StatusCode::OK,
        &Indice {
            c,
            tipo_invio: a.tipo_invio(),
            console,
            servizi: SERVIZI,
        },
    )
}

/// Adds a cookie to a reply.
pub(crate) fn con_cookie(mut r: Risposta, valori: impl IntoIterator<Item = http::HeaderValue>) -> Risposta {
    for v in valori {
        r.headers_mut().append(header::SET_COOKIE, v);
    }
    r
}

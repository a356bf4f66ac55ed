//! The web application of one environment, entered with user and password at `/combas`.
//!
//! Door (Host, origin) → route → session → page. A session belongs to one environment and one Comune; whatever names
//! a delivery or a message is looked up and then compared with it, and what belongs to another Comune does not exist.

mod accesso;
mod altre;
mod amministrazione;
mod assistenza;
mod cancellazione;
mod contributo;
mod esiti;
mod installazione;
mod invio;
mod persone;
mod posta;
mod profilo;
mod sicurezza_locale;
mod stato;
mod strumenti;

use std::sync::Arc;

use anagrafe::Ambiente;
use askama::Template;
use http::{Method, StatusCode, header, request::Parts};
use registro::Fornitura;
use servizi::{
    ErroreServizio, Esito, FiltroPosta, Sessione, Simulatore,
    http::{Corpo, Richiesta, Risposta, raccogli},
};

pub(crate) use accesso::{DallaCarta, TEMPO_CARTA_SECONDI, casuale};

use crate::{
    cookie,
    cornice::{Cornice, Utente, errore, pagina, vai},
    fuori,
    modulo::Campi,
    rotte::{Parametri, Rotta, Trovata, cerca},
    sicurezza, statici,
};

/// Most bytes of a form without a file.
pub(crate) const LIMITE_MODULO_BYTE: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Azione {
    Indice,
    Statico,
    Com,
    Casa,
    Entra,
    Esci,
    InvioModulo,
    InvioFatto,
    Esiti,
    Esito,
    Lista,
    Anomalie,
    Codice,
    Subentro,
    Persone,
    Persona,
    Famiglia,
    Cancellazione,
    CancellazioneFatta,
    ComRitorno,
    Comune,
    ComuneScelto,
    Profilo,
    Password,
    EsciOvunque,
    Sicurezza,
    Operatori,
    OperatoreNuovo,
    Operatore,
    OperatoreMuta,
    CartaP12,
    SmartCard,
    SmartCardMuta,
    Busta,
    Postazioni,
    PostazioneNuova,
    PostazioniArchivio,
    Postazione,
    PostazioneP12,
    PostazioneMuta,
    /// A row of the other table.
    Altra(altre::Altra),
}

impl Azione {
    /// A form of a logged-in page: it carries the session's token.
    const fn modulo(self) -> bool {
        if let Self::Altra(altra) = self {
            return altra.modulo();
        }
        matches!(
            self,
            Self::Esci
                | Self::CancellazioneFatta
                | Self::ComuneScelto
                | Self::Password
                | Self::EsciOvunque
                | Self::OperatoreNuovo
                | Self::OperatoreMuta
                | Self::SmartCardMuta
                | Self::PostazioneNuova
                | Self::PostazioneMuta
        )
    }

    /// What an operator of several Comuni may do before he has said for which one he works.
    const fn prima_della_scelta(self) -> bool {
        matches!(
            self,
            Self::Esci | Self::Comune | Self::ComuneScelto | Self::EsciOvunque
        )
    }
}

const fn rotta(metodo: Method, percorso: &'static str, azione: Azione) -> Rotta<Azione> {
    Rotta {
        metodo,
        percorso,
        azione,
    }
}

static ROTTE: &[Rotta<Azione>] = &[
    rotta(Method::GET, "/", Azione::Indice),
    rotta(Method::GET, "/statico/{nome}", Azione::Statico),
    rotta(Method::GET, "/com", Azione::Com),
    rotta(Method::GET, "/combas", Azione::Casa),
    rotta(Method::POST, "/combas/entra", Azione::Entra),
    rotta(Method::POST, "/combas/esci", Azione::Esci),
    rotta(Method::GET, "/combas/invio", Azione::InvioModulo),
    rotta(Method::POST, "/combas/invio", Azione::InvioFatto),
    rotta(Method::GET, "/combas/esiti", Azione::Esiti),
    rotta(Method::GET, "/combas/esiti/{id}", Azione::Esito),
    rotta(Method::GET, "/combas/esiti/{id}/liste/{nome}", Azione::Lista),
    rotta(Method::GET, "/combas/anomalie", Azione::Anomalie),
    rotta(Method::GET, "/combas/codici/{codice}", Azione::Codice),
    rotta(Method::GET, "/combas/subentro", Azione::Subentro),
    rotta(Method::GET, "/combas/persone", Azione::Persone),
    rotta(Method::GET, "/combas/persone/{id}", Azione::Persona),
    rotta(Method::GET, "/combas/famiglie/{id}", Azione::Famiglia),
    rotta(Method::GET, "/combas/cancellazione", Azione::Cancellazione),
    rotta(Method::POST, "/combas/cancellazione", Azione::CancellazioneFatta),
    rotta(Method::GET, "/com/entra", Azione::ComRitorno),
    rotta(Method::GET, "/combas/comune", Azione::Comune),
    rotta(Method::POST, "/combas/comune", Azione::ComuneScelto),
    rotta(Method::GET, "/combas/profilo", Azione::Profilo),
    rotta(Method::POST, "/combas/profilo", Azione::Password),
    rotta(Method::POST, "/combas/profilo/uscita", Azione::EsciOvunque),
    rotta(Method::GET, "/combas/sicurezza", Azione::Sicurezza),
    rotta(Method::GET, "/combas/sicurezza/operatori", Azione::Operatori),
    rotta(
        Method::POST,
        "/combas/sicurezza/operatori",
        Azione::OperatoreNuovo,
    ),
    rotta(
        Method::GET,
        "/combas/sicurezza/operatori/{nome}",
        Azione::Operatore,
    ),
    rotta(
        Method::POST,
        "/combas/sicurezza/operatori/{nome}",
        Azione::OperatoreMuta,
    ),
    rotta(Method::GET, "/combas/sicurezza/carte/{id}/p12", Azione::CartaP12),
    rotta(Method::GET, "/combas/sicurezza/smart-card", Azione::SmartCard),
    rotta(
        Method::POST,
        "/combas/sicurezza/smart-card",
        Azione::SmartCardMuta,
    ),
    rotta(
        Method::GET,
        "/combas/sicurezza/smart-card/{numero}",
        Azione::Busta,
    ),
    rotta(Method::GET, "/combas/sicurezza/postazioni", Azione::Postazioni),
    rotta(
        Method::POST,
        "/combas/sicurezza/postazioni",
        Azione::PostazioneNuova,
    ),
    rotta(
        Method::GET,
        "/combas/sicurezza/postazioni/archivio",
        Azione::PostazioniArchivio,
    ),
    rotta(
        Method::GET,
        "/combas/sicurezza/postazioni/{id}",
        Azione::Postazione,
    ),
    rotta(
        Method::GET,
        "/combas/sicurezza/postazioni/{id}/p12",
        Azione::PostazioneP12,
    ),
    rotta(
        Method::POST,
        "/combas/sicurezza/postazioni/{id}",
        Azione::PostazioneMuta,
    ),
];

/// A logged-in request.
struct Dentro<'r> {
    sim: &'r Arc<Simulatore>,
    ambiente: Ambiente,
    sessione: Sessione,
    segmenti: Parametri,
    query: Campi,
}

impl Dentro<'_> {
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
    let trovata = match cerca(ROTTE, &parti.method, parti.uri.path()) {
        Trovata::Si(rotta, segmenti) => Some((rotta.azione, segmenti)),
        Trovata::AltroMetodo(_) => None,
        Trovata::No => match cerca(altre::ROTTE, &parti.method, parti.uri.path()) {
            Trovata::Si(rotta, segmenti) => Some((Azione::Altra(rotta.azione), segmenti)),
            Trovata::AltroMetodo(_) => None,
            Trovata::No => return non_trovata(a),
        },
    };
    let Some((azione, segmenti)) = trovata else {
        let testo =
            "Questa pagina non accetta il metodo usato: tornare indietro e usare i comandi della pagina.";
        return errore(
            StatusCode::METHOD_NOT_ALLOWED,
            Cornice::ambiente(a, "Metodo non ammesso"),
            testo,
            None,
        );
    };
    match azione {
        Azione::Statico => statici::file(segmenti.prendi("nome")).unwrap_or_else(|| non_trovata(a)),
        Azione::Indice => indice(sim, a),
        Azione::Com => accesso::con_carta(sim, a, &parti),
        Azione::ComRitorno => accesso::dalla_carta(sim, a, &parti).await,
        Azione::Entra => accesso::entra(sim, a, &parti, corpo).await,
        _ => dentro(sim, a, parti, corpo, azione, segmenti).await,
    }
}

fn non_trovata(a: Ambiente) -> Risposta {
    let testo = "Nessuna pagina a questo indirizzo. L'applicazione comincia da /combas.";
    errore(
        StatusCode::NOT_FOUND,
        Cornice::ambiente(a, "Pagina non trovata"),
        testo,
        None,
    )
}

async fn dentro(
    sim: &Arc<Simulatore>,
    a: Ambiente,
    parti: Parts,
    corpo: Corpo,
    azione: Azione,
    segmenti: Parametri,
) -> Risposta {
    let Some(sessione) = sessione(sim, a, &parti).await else {
        return accesso::modulo(sim, a, azione != Azione::Casa);
    };
    let query = Campi::leggi(parti.uri.query().unwrap_or_default());
    let d = Dentro {
        sim,
        ambiente: a,
        sessione,
        segmenti,
        query,
    };
    if d.sessione.da_scegliere && !azione.prima_della_scelta() {
        return vai("/combas/comune");
    }
    let esito = match azione {
        Azione::InvioFatto => invio::riceve(&d, &parti, corpo).await,
        Azione::Altra(altra) if altra.caricamento() => altre::riceve(&d, altra, &parti, corpo).await,
        modulo if modulo.modulo() => match campi_con_csrf(&d, corpo).await {
            Ok(campi) => comanda(&d, modulo, &campi).await,
            Err(e) => Err(e),
        },
        Azione::Comune => profilo::comune(&d).await,
        Azione::Profilo => profilo::pagina_profilo(&d).await,
        Azione::Sicurezza => sicurezza_locale::indice(&d).await,
        Azione::Operatori => sicurezza_locale::operatori::elenco(&d).await,
        Azione::Operatore => sicurezza_locale::operatori::uno(&d).await,
        Azione::CartaP12 => sicurezza_locale::operatori::carta(&d).await,
        Azione::SmartCard => sicurezza_locale::smart_card::elenco(&d).await,
        Azione::Busta => sicurezza_locale::smart_card::busta(&d).await,
        Azione::Postazioni => sicurezza_locale::postazioni::elenco(&d).await,
        Azione::Postazione => sicurezza_locale::postazioni::una(&d).await,
        Azione::PostazioneP12 => sicurezza_locale::postazioni::p12(&d).await,
        Azione::PostazioniArchivio => sicurezza_locale::postazioni::archivio(&d).await,
        Azione::Casa => stato::pagina_stato(&d).await,
        Azione::InvioModulo => invio::modulo(&d).await,
        Azione::Esiti => esiti::elenco(&d).await,
        Azione::Esito => esiti::uno(&d).await,
        Azione::Lista => esiti::lista(&d).await,
        Azione::Anomalie => esiti::anomalie(&d).await,
        Azione::Codice => esiti::codice(&d).await,
        Azione::Subentro => stato::subentro(&d).await,
        Azione::Persone => persone::cerca(&d).await,
        Azione::Persona => persone::una(&d).await,
        Azione::Famiglia => persone::famiglia(&d).await,
        Azione::Cancellazione => cancellazione::pagina_cancellazione(&d).await,
        Azione::Altra(altra) => altre::mostra(&d, altra).await,
        _ => Ok(non_trovata(a)),
    };
    match esito {
        Ok(r) => r,
        Err(e) => pagina_errore(&d, &e).await,
    }
}

/// The forms of a logged-in page, once their token is right.
async fn comanda(d: &Dentro<'_>, azione: Azione, campi: &Campi) -> Esito<Risposta> {
    match azione {
        Azione::Altra(altra) => altre::comanda(d, altra, campi).await,
        Azione::Esci => accesso::esci(d).await,
        Azione::CancellazioneFatta => cancellazione::chiede(d, campi).await,
        Azione::ComuneScelto => profilo::sceglie(d, campi).await,
        Azione::Password => profilo::cambia_password(d, campi).await,
        Azione::EsciOvunque => profilo::esce_ovunque(d).await,
        Azione::OperatoreNuovo => sicurezza_locale::operatori::crea(d, campi).await,
        Azione::OperatoreMuta => sicurezza_locale::operatori::agisce(d, campi).await,
        Azione::SmartCardMuta => sicurezza_locale::smart_card::agisce(d, campi).await,
        Azione::PostazioneNuova => sicurezza_locale::postazioni::chiede(d, campi).await,
        _ => sicurezza_locale::postazioni::agisce(d, campi).await,
    }
}

/// An error of the facade as a page inside the frame.
async fn pagina_errore(d: &Dentro<'_>, e: &ErroreServizio) -> Risposta {
    let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let titolo = match e.http {
        403 => "Non consentito",
        404 => "Non trovato",
        409 => "Non possibile ora",
        500.. => "Guasto del simulatore",
        _ => "Richiesta non valida",
    };
    let c = match d.cornice(titolo, "").await {
        Ok(c) => c,
        Err(_) => Cornice::ambiente(d.ambiente, titolo),
    };
    errore(stato, c, e.testo.clone(), e.codice)
}

/// The session of a request.
async fn sessione(sim: &Arc<Simulatore>, a: Ambiente, parti: &Parts) -> Option<Sessione> {
    let chiave = cookie::leggi(&parti.headers, &cookie::nome_sessione(a))?.to_owned();
    fuori(sim, move |s| Ok(s.sessione(a, &chiave))).await.ok()?
}

/// The fields of a form of a logged-in page, once its token is right.
async fn campi_con_csrf(d: &Dentro<'_>, corpo: Corpo) -> Esito<Campi> {
    let campi = campi(corpo).await?;
    if sicurezza::uguali(campi.valore("csrf").unwrap_or_default(), &d.sessione.csrf) {
        Ok(campi)
    } else {
        Err(csrf_mancante())
    }
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

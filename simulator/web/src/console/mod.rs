//! The console: where whoever runs the simulator sees the three environments, the journal, the mailbox, and moves
//! the clock. Plain HTTP on loopback; from elsewhere with the token only.
//!
//! The control API lives behind the same door. Forms here have no session to bind a token to: `Host`, `Origin` and
//! `Sec-Fetch-Site` decide, as for the API.

mod casa;
mod certificati;
mod comuni;
mod forniture;
mod giornale;
mod guasti;
pub(crate) mod lezioni;
mod operatori;
mod percorso;
mod porta;
mod posta;
mod registro;
mod sicurezza;

use std::sync::Arc;

use askama::Template;
use http::{Method, StatusCode, request::Parts};
use servizi::{
    ErroreServizio, Esito, FiltroPosta, Simulatore,
    http::{Corpo, Richiesta, Risposta, raccogli},
};

use self::lezioni::Pagina;
use crate::{
    ambiente::LIMITE_MODULO_BYTE,
    api, catalogo,
    cornice::{Cornice, errore, pagina},
    fuori,
    modulo::Campi,
    rotte::{Parametri, Rotta, Trovata, cerca},
    sicurezza::{self as porta_sicura, Negato},
    statici,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Azione {
    Casa,
    Statico,
    Gettone,
    Ca,
    Scarica,
    Certificati,
    CertificatoEmette,
    Certificato,
    CertificatoAgisce,
    Archivio,
    Importa,
    Carta,
    CartaP12,
    Operatori,
    Operatore,
    OperatoriAgisce,
    Comune,
    Piano,
    PecComune,
    Sblocca,
    Percorso,
    PercorsoMuta,
    PercorsoComune,
    PercorsoComuneMuta,
    Forniture,
    Fornitura,
    Lista,
    Anomalie,
    Registro,
    Persona,
    PersonaCambia,
    Famiglia,
    Scambi,
    Scambio,
    CorpoScambio,
    Posta,
    PostaArchivio,
    Messaggio,
    MessaggioSegna,
    Eml,
    Allegato,
    Ricevuta,
    RicevutaEml,
    Rispondi,
    Catalogo,
    Codice,
    Sicurezza,
    SicurezzaCambia,
    Lezioni(lezioni::Pagina),
    Guasti,
    GuastiCambia,
    Orologio,
    Elaborazione,
    Notte,
    Reset,
}

const fn rotta(metodo: Method, percorso: &'static str, azione: Azione) -> Rotta<Azione> {
    Rotta {
        metodo,
        percorso,
        azione,
    }
}

static ROTTE: &[Rotta<Azione>] = &[
    rotta(Method::GET, "/", Azione::Casa),
    rotta(Method::GET, "/statico/{nome}", Azione::Statico),
    rotta(Method::POST, "/gettone", Azione::Gettone),
    rotta(Method::GET, "/ca.pem", Azione::Ca),
    rotta(Method::GET, "/postazioni/{id}/{cosa}", Azione::Scarica),
    rotta(Method::GET, "/certificati", Azione::Certificati),
    rotta(Method::POST, "/certificati", Azione::CertificatoEmette),
    rotta(Method::GET, "/certificati/archivio", Azione::Archivio),
    rotta(Method::POST, "/certificati/importati", Azione::Importa),
    rotta(Method::GET, "/certificati/{id}", Azione::Certificato),
    rotta(Method::POST, "/certificati/{id}", Azione::CertificatoAgisce),
    rotta(Method::GET, "/certificati/{id}/{cosa}", Azione::Scarica),
    rotta(Method::POST, "/carte", Azione::Carta),
    rotta(Method::GET, "/carte/{id}/p12", Azione::CartaP12),
    rotta(Method::GET, "/comuni/{istat}/operatori", Azione::Operatori),
    rotta(Method::POST, "/comuni/{istat}/operatori", Azione::OperatoriAgisce),
    rotta(Method::GET, "/comuni/{istat}/operatori/{nome}", Azione::Operatore),
    rotta(Method::GET, "/comuni/{istat}", Azione::Comune),
    rotta(Method::POST, "/comuni/{istat}/piano", Azione::Piano),
    rotta(Method::POST, "/comuni/{istat}/pec", Azione::PecComune),
    rotta(Method::POST, "/comuni/{istat}/sblocco", Azione::Sblocca),
    rotta(Method::GET, "/percorso", Azione::Percorso),
    rotta(Method::POST, "/percorso", Azione::PercorsoMuta),
    rotta(Method::GET, "/percorso/{istat}", Azione::PercorsoComune),
    rotta(Method::POST, "/percorso/{istat}", Azione::PercorsoComuneMuta),
    rotta(Method::GET, "/forniture", Azione::Forniture),
    rotta(Method::GET, "/forniture/{id}", Azione::Fornitura),
    rotta(Method::GET, "/forniture/{id}/liste/{nome}", Azione::Lista),
    rotta(Method::GET, "/forniture/{id}/anomalie", Azione::Anomalie),
    rotta(Method::GET, "/registro", Azione::Registro),
    rotta(Method::GET, "/registro/{ambiente}/persone/{id}", Azione::Persona),
    rotta(
        Method::POST,
        "/registro/{ambiente}/persone/{id}",
        Azione::PersonaCambia,
    ),
    rotta(
        Method::GET,
        "/registro/{ambiente}/famiglie/{id}",
        Azione::Famiglia,
    ),
    rotta(Method::GET, "/scambi", Azione::Scambi),
    rotta(Method::GET, "/scambi/{n}", Azione::Scambio),
    rotta(Method::GET, "/scambi/{n}/{quale}", Azione::CorpoScambio),
    rotta(Method::GET, "/posta", Azione::Posta),
    rotta(Method::GET, "/posta/archivio/{formato}", Azione::PostaArchivio),
    rotta(Method::GET, "/posta/{id}", Azione::Messaggio),
    rotta(Method::POST, "/posta/{id}", Azione::MessaggioSegna),
    rotta(Method::POST, "/posta/{id}/risposta", Azione::Rispondi),
    rotta(Method::GET, "/posta/{id}/messaggio.eml", Azione::Eml),
    rotta(Method::GET, "/posta/{id}/allegati/{n}", Azione::Allegato),
    rotta(Method::GET, "/posta/{id}/ricevute/{n}", Azione::Ricevuta),
    rotta(
        Method::GET,
        "/posta/{id}/ricevute/{n}/messaggio.eml",
        Azione::RicevutaEml,
    ),
    rotta(Method::GET, "/catalogo", Azione::Catalogo),
    rotta(Method::GET, "/catalogo/{codice}", Azione::Codice),
    rotta(Method::GET, "/sicurezza", Azione::Sicurezza),
    rotta(Method::POST, "/sicurezza", Azione::SicurezzaCambia),
    rotta(Method::GET, "/lezioni", Azione::Lezioni(Pagina::Elenco)),
    rotta(Method::GET, "/lezioni/{id}", Azione::Lezioni(Pagina::Una)),
    rotta(Method::POST, "/lezioni/{id}", Azione::Lezioni(Pagina::Comando)),
    rotta(
        Method::GET,
        "/lezioni/{id}/relatore",
        Azione::Lezioni(Pagina::Relatore),
    ),
    rotta(Method::GET, "/lezioni/{id}/aula", Azione::Lezioni(Pagina::Aula)),
    rotta(
        Method::GET,
        "/lezioni/{id}/dispensa",
        Azione::Lezioni(Pagina::Dispensa),
    ),
    rotta(Method::GET, "/guasti", Azione::Guasti),
    rotta(Method::POST, "/guasti", Azione::GuastiCambia),
    rotta(Method::POST, "/orologio", Azione::Orologio),
    rotta(Method::POST, "/elaborazione", Azione::Elaborazione),
    rotta(Method::POST, "/notte", Azione::Notte),
    rotta(Method::POST, "/reset", Azione::Reset),
];

/// A request let in.
struct Chiesta<'r> {
    sim: &'r Arc<Simulatore>,
    segmenti: Parametri,
    query: Campi,
}

impl Chiesta<'_> {
    async fn cornice(&self, titolo: impl Into<String>, qui: &str) -> Esito<Cornice> {
        let conto = fuori(self.sim, |s| s.conto_posta(&FiltroPosta::default())).await?;
        let da_leggere = conto.da_leggere;
        Ok(Cornice::console(titolo, qui, da_leggere))
    }
}

/// Answers a request to the console port.
pub(crate) async fn rispondi(sim: &Arc<Simulatore>, r: Richiesta) -> Risposta {
    let (parti, corpo) = r.into_parts();
    let percorso = parti.uri.path().to_owned();
    let programma = percorso == "/metrics" || percorso == "/api" || percorso.starts_with("/api/");
    match bussa(sim, &parti, !programma) {
        Ok(()) if programma => return api::rispondi(sim, parti, corpo).await,
        Ok(()) => {}
        Err(negato) if programma => return api::rifiuto_alla_porta(&negato),
        Err(Negato::Gettone) => return porta::gettone(sim, &parti, corpo).await,
        Err(negato) => {
            let c = Cornice::console_chiusa("Richiesta non accettata");
            return errore(StatusCode::FORBIDDEN, c, negato.testo(), None);
        }
    }
    let (azione, segmenti) = match cerca(ROTTE, &parti.method, &percorso) {
        Trovata::Si(rotta, segmenti) => (rotta.azione, segmenti),
        Trovata::AltroMetodo(_) => {
            let testo =
                "Questa pagina non accetta il metodo usato: tornare indietro e usare i comandi della pagina.";
            return errore(
                StatusCode::METHOD_NOT_ALLOWED,
                Cornice::console_chiusa("Metodo non ammesso"),
                testo,
                None,
            );
        }
        Trovata::No => return non_trovata(),
    };
    let q = Chiesta {
        sim,
        segmenti,
        query: Campi::leggi(parti.uri.query().unwrap_or_default()),
    };
    let esito = match campi(&parti, corpo).await {
        Ok(campi) => servi(&q, azione, &campi).await,
        Err(e) => Err(e),
    };
    esito.unwrap_or_else(|e| {
        let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let titolo = if stato == StatusCode::NOT_FOUND {
            "Non trovato"
        } else {
            "Non riuscito"
        };
        errore(stato, Cornice::console(titolo, "", 0), e.testo, e.codice)
    })
}

async fn servi(q: &Chiesta<'_>, azione: Azione, campi: &Campi) -> Esito<Risposta> {
    match azione {
        Azione::Casa => casa::quadro(q).await,
        Azione::Statico => Ok(statici::file(q.segmenti.prendi("nome")).unwrap_or_else(non_trovata)),
        Azione::Gettone => Ok(crate::cornice::vai("/")),
        Azione::Ca => comuni::ca(q).await,
        Azione::Scarica => certificati::scarica(q).await,
        Azione::Certificati => certificati::elenco(q).await,
        Azione::CertificatoEmette => certificati::emette(q, campi).await,
        Azione::Certificato => certificati::uno(q).await,
        Azione::CertificatoAgisce => certificati::agisce(q, campi).await,
        Azione::Archivio => certificati::archivio(q).await,
        Azione::Importa => certificati::importa(q, campi).await,
        Azione::Carta => certificati::carta(q, campi).await,
        Azione::CartaP12 => certificati::p12_carta(q).await,
        Azione::Operatori => operatori::elenco(q).await,
        Azione::Operatore => operatori::uno(q).await,
        Azione::OperatoriAgisce => operatori::agisce(q, campi).await,
        Azione::Comune => comuni::uno(q).await,
        Azione::Piano => comuni::piano(q, campi).await,
        Azione::PecComune => comuni::pec(q, campi).await,
        Azione::Sblocca => comuni::sblocca(q, campi).await,
        Azione::Percorso => self::percorso::elenco(q).await,
        Azione::PercorsoMuta => self::percorso::agisce(q, campi).await,
        Azione::PercorsoComune => self::percorso::uno(q).await,
        Azione::PercorsoComuneMuta => self::percorso::agisce_su_uno(q, campi).await,
        Azione::Forniture => forniture::elenco(q).await,
        Azione::Fornitura => forniture::una(q).await,
        Azione::Lista => forniture::lista(q).await,
        Azione::Anomalie => forniture::anomalie(q).await,
        Azione::Scambi => giornale::elenco(q).await,
        Azione::Scambio => giornale::uno(q).await,
        Azione::CorpoScambio => giornale::corpo(q).await,
        Azione::Posta => posta::casella(q).await,
        Azione::PostaArchivio => posta::archivio(q).await,
        Azione::MessaggioSegna => posta::segna(q, campi).await,
        Azione::Rispondi => posta::rispondi(q, campi).await,
        Azione::Messaggio | Azione::Eml | Azione::Allegato | Azione::Ricevuta | Azione::RicevutaEml => {
            posta::uno(q, azione).await
        }
        Azione::Registro => self::registro::cerca(q).await,
        Azione::Persona => self::registro::una(q).await,
        Azione::PersonaCambia => self::registro::cambia(q, campi).await,
        Azione::Famiglia => self::registro::famiglia(q).await,
        Azione::Catalogo => catalogo_elenco(q).await,
        Azione::Codice => catalogo_voce(q).await,
        Azione::Sicurezza => self::sicurezza::pagina_sicurezza(q).await,
        Azione::SicurezzaCambia => self::sicurezza::cambia(q, campi).await,
        Azione::Lezioni(quale) => lezioni::rispondi(q, quale, campi).await,
        Azione::Guasti => guasti::piano(q).await,
        Azione::GuastiCambia => guasti::cambia(q, campi).await,
        Azione::Orologio | Azione::Elaborazione | Azione::Notte | Azione::Reset => {
            casa::comando(q, azione, campi).await
        }
    }
}

/// Host, origin, and the token beyond loopback.
fn bussa(sim: &Simulatore, parti: &Parts, pagina: bool) -> Result<(), Negato> {
    let i = sim.impostazioni();
    porta_sicura::verifica_host(parti, &i.host_console)?;
    porta_sicura::verifica_origine(parti, pagina)?;
    // The style of the token form is no secret.
    if parti.uri.path().starts_with("/statico/") {
        return Ok(());
    }
    porta_sicura::verifica_gettone(parti, i.token_console.as_deref())
}

async fn campi(parti: &Parts, corpo: Corpo) -> Esito<Campi> {
    if parti.method != Method::POST {
        return Ok(Campi::default());
    }
    let byte = raccogli(corpo, LIMITE_MODULO_BYTE).await.map_err(|e| {
        ErroreServizio::richiesta(format!("Modulo non letto: {e}. Tornare alla pagina e ripetere."))
    })?;
    Ok(Campi::leggi(&String::from_utf8_lossy(&byte)))
}

fn non_trovata() -> Risposta {
    let testo = "Nessuna pagina a questo indirizzo. La console comincia da /, l'API è descritta in /api/openapi.json.";
    errore(
        StatusCode::NOT_FOUND,
        Cornice::console("Pagina non trovata", "", 0),
        testo,
        None,
    )
}

#[derive(Template)]
#[template(path = "console/catalogo.html")]
struct Elenco {
    c: Cornice,
    righe: Vec<catalogo::Voce>,
    testo: String,
}

async fn catalogo_elenco(q: &Chiesta<'_>) -> Esito<Risposta> {
    let testo = q.query.pieno("testo").unwrap_or_default().to_owned();
    let mut righe = catalogo::tutte(q.sim);
    righe.retain(|v| v.contiene(&testo));
    let c = q.cornice("Catalogo delle anomalie", "/catalogo").await?;
    Ok(pagina(StatusCode::OK, &Elenco { c, righe, testo }))
}

#[derive(Template)]
#[template(path = "codice.html")]
struct Codice {
    c: Cornice,
    v: catalogo::Voce,
    ritorno: &'static str,
    ritorno_testo: &'static str,
}

async fn catalogo_voce(q: &Chiesta<'_>) -> Esito<Risposta> {
    let v = catalogo::voce(q.sim, q.segmenti.prendi("codice"))
        .ok_or_else(|| ErroreServizio::assente("Questo codice non è nel catalogo delle anomalie."))?;
    let c = q.cornice(v.codice, "/catalogo").await?;
    let (ritorno, ritorno_testo) = ("/catalogo", "Catalogo delle anomalie");
    Ok(pagina(
        StatusCode::OK,
        &Codice {
            c,
            v,
            ritorno,
            ritorno_testo,
        },
    ))
}

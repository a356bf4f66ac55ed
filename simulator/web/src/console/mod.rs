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
mod rotte;
mod sicurezza;

use std::sync::Arc;

use askama::Template;
use http::{StatusCode, request::Parts};
use servizi::{
    ErroreServizio, Esito, FiltroPosta, Simulatore,
    http::{Richiesta, Risposta},
};

pub(crate) use self::rotte::ROTTE;
use crate::{
    api, catalogo,
    cornice::{
        Cornice, METODO_NON_AMMESSO, errore, metodo_non_ammesso, pagina, pagina_errore_di_modulo,
        titolo_errore,
    },
    fuori,
    modulo::Campi,
    rotte::{Parametri, Risponde, Sala, Trovata, cerca, pagina_del_modulo, serve},
    sicurezza::{self as porta_sicura, Negato},
    smarriti,
};

/// The pages of the console.
pub(crate) struct Console;

impl Sala for Console {
    type Soglia<'a> = Chiesta<'a>;
    type Dentro<'a> = Chiesta<'a>;
}

/// A request let in.
pub(crate) struct Chiesta<'r> {
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
    let (rotta, segmenti) = match cerca(ROTTE, &parti.method, &percorso) {
        Trovata::Si(rotta, segmenti) => (rotta, segmenti),
        Trovata::AltroMetodo(_) => return metodo_non_ammesso(Cornice::console_chiusa(METODO_NON_AMMESSO)),
        Trovata::No => return non_trovata(sim, &percorso),
    };
    let q = Chiesta {
        sim,
        segmenti,
        query: Campi::leggi(parti.uri.query().unwrap_or_default()),
    };
    let esito = match &rotta.risponde {
        Risponde::Aperta(f) => f(&q, corpo).await,
        // No session to bind a token to: the door has decided.
        Risponde::Interna(interna) => serve(interna, &q, None, &parti, corpo).await,
    };
    esito.unwrap_or_else(|e| {
        let modulo = pagina_del_modulo(ROTTE, &parti);
        pagina_errore_di_modulo(Cornice::console(titolo_errore(&e), "", 0), e, modulo)
    })
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

fn non_trovata(sim: &Simulatore, percorso: &str) -> Risposta {
    let c = Cornice::console(smarriti::TITOLO, "", 0);
    smarriti::pagina(sim, smarriti::Luogo::Console, percorso, c)
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

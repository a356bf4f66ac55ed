//! In and out of the two areas: the same rules as at the web application, cookies of their own.

use std::sync::Arc;

use askama::Template;
use http::{HeaderValue, StatusCode, request::Parts};
use servizi::{
    Esito, Simulatore,
    http::{Corpo, Risposta},
    percorso::{Area, SessioneArea},
};

use super::Dentro;
use crate::{
    ambiente::{campi, casuale, con_cookie},
    cookie,
    cornice::{Cornice, pagina, vai},
    fuori, sicurezza,
};

#[derive(Template)]
#[template(path = "aree/accesso.html")]
struct Accesso {
    c: Cornice,
    errore: Option<String>,
    csrf: String,
    nome: String,
    console: String,
    entra: &'static str,
    privata: bool,
}

/// Home of an area.
const fn casa(a: Area) -> &'static str {
    match a {
        Area::Privata => "/servizidemografici",
        Area::Prefettura => "/prefettura",
    }
}

/// The login form; `deviato` says that another page was asked for.
pub(super) fn modulo(sim: &Simulatore, a: Area, deviato: bool) -> Risposta {
    let avviso =
        deviato.then(|| "Per questa pagina bisogna entrare, oppure la sessione è finita.".to_owned());
    let stato = if deviato {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::OK
    };
    mostra(sim, a, stato, avviso, String::new())
}

fn mostra(sim: &Simulatore, a: Area, stato: StatusCode, errore: Option<String>, nome: String) -> Risposta {
    let (csrf, biscotto) = ingresso(a);
    let privata = a == Area::Privata;
    let accesso = Accesso {
        c: Cornice::area(
            a,
            if privata {
                "Area privata dei servizi demografici"
            } else {
                "Area della Prefettura"
            },
        ),
        errore,
        csrf,
        nome,
        console: sim.indirizzi().map(|i| i.console.clone()).unwrap_or_default(),
        entra: if privata {
            "/servizidemografici/entra"
        } else {
            "/prefettura/entra"
        },
        privata,
    };
    con_cookie(pagina(stato, &accesso), [biscotto])
}

/// A random value for a form before the login, and the cookie that pairs with it.
pub(super) fn ingresso(a: Area) -> (String, HeaderValue) {
    let csrf = casuale();
    let biscotto = cookie::posa(&cookie::nome_area_ingresso(a), &csrf);
    (csrf, biscotto)
}

/// Whether a form before the login is of this browser.
pub(super) fn e_suo(a: Area, parti: &Parts, csrf: Option<&str>) -> bool {
    let atteso = cookie::leggi(&parti.headers, &cookie::nome_area_ingresso(a)).unwrap_or_default();
    !atteso.is_empty() && sicurezza::uguali(atteso, csrf.unwrap_or_default())
}

/// Takes the login form.
pub(super) async fn entra(sim: &Arc<Simulatore>, a: Area, parti: &Parts, corpo: Corpo) -> Risposta {
    let campi = match campi(corpo).await {
        Ok(c) => c,
        Err(e) => return mostra(sim, a, StatusCode::BAD_REQUEST, Some(e.testo), String::new()),
    };
    let nome = campi.pieno("nome").unwrap_or_default().to_owned();
    if !e_suo(a, parti, campi.valore("csrf")) {
        let testo =
            "Il modulo di accesso è scaduto: riprovare da questa pagina (servono i cookie).".to_owned();
        return mostra(sim, a, StatusCode::FORBIDDEN, Some(testo), nome);
    }
    let password = campi.valore("password").unwrap_or_default().to_owned();
    let chi = nome.clone();
    let prima = cookie::leggi(&parti.headers, &cookie::nome_area(a)).map(str::to_owned);
    match fuori(sim, move |s| {
        s.entra_in_area(a, &chi, &password, prima.as_deref())
    })
    .await
    {
        Ok(s) => con_cookie(
            vai(casa(a)),
            [
                cookie::posa(&cookie::nome_area(a), &s.chiave),
                cookie::togli(&cookie::nome_area_ingresso(a)),
            ],
        ),
        Err(e) => {
            let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::UNAUTHORIZED);
            mostra(sim, a, stato, Some(e.testo), nome)
        }
    }
}

/// The session of a request.
pub(super) async fn sessione(sim: &Arc<Simulatore>, a: Area, parti: &Parts) -> Option<SessioneArea> {
    let chiave = cookie::leggi(&parti.headers, &cookie::nome_area(a))?.to_owned();
    fuori(sim, move |s| s.sessione_di_area(a, &chiave)).await.ok()?
}

/// Ends the session.
pub(super) async fn esci(d: &Dentro<'_>) -> Esito<Risposta> {
    let chiave = d.sessione.chiave.clone();
    fuori(d.sim, move |s| s.esci_da_area(&chiave)).await?;
    Ok(con_cookie(
        vai(casa(d.area)),
        [cookie::togli(&cookie::nome_area(d.area))],
    ))
}

//! In and out of the areas: the same rules as at the web application, cookies of their own.

use std::sync::Arc;

use askama::Template;
use http::{HeaderValue, StatusCode, request::Parts};
use servizi::{
    Esito, Simulatore,
    http::{Corpo, Risposta},
    percorso::{Area, SessioneArea},
};

use super::{Dentro, rotte::casa};
use crate::{
    ambiente::{DallaCarta, TEMPO_CARTA_SECONDI, campi, casuale, con_cookie},
    cookie,
    cornice::{Cornice, pagina, vai},
    fuori,
    modulo::Campi,
    sicurezza,
};

#[derive(Template)]
#[template(path = "aree/accesso.html")]
struct Accesso {
    c: Cornice,
    errore: Option<String>,
    csrf: String,
    nome: String,
    console: String,
    entra: String,
    privata: bool,
    dashboard: bool,
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
    let accesso = Accesso {
        c: Cornice::area(
            a,
            match a {
                Area::Privata => "Area privata dei servizi demografici",
                Area::Prefettura => "Area della Prefettura",
                Area::Dashboard => "Dashboard subentro",
            },
        ),
        errore,
        csrf,
        nome,
        console: sim.indirizzi().map(|i| i.console.clone()).unwrap_or_default(),
        entra: format!("{}/entra", casa(a)),
        privata: a == Area::Privata,
        dashboard: a == Area::Dashboard,
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

/// `/prefettura/carta`: on to the card listener, which alone asks for a certificate.
pub(super) fn con_carta(sim: &Simulatore, parti: &Parts) -> Risposta {
    let Some(indirizzi) = sim.indirizzi() else {
        return vai("/prefettura");
    };
    let (tenuto, mostrato) = Simulatore::legame_nuovo();
    let base = sicurezza::altra_porta(parti, &indirizzi.carta);
    let biscotto = cookie::posa_carta(&cookie::nome_carta_prefettura(), &tenuto, TEMPO_CARTA_SECONDI);
    con_cookie(
        vai(&format!("{base}/prefettura/com?legame={mostrato}")),
        [biscotto],
    )
}

/// `/prefettura/carta/entra?biglietto=…`: the ticket becomes a session; a page, for the same reason as at `/com`.
pub(super) async fn dalla_carta(sim: &Arc<Simulatore>, parti: &Parts) -> Risposta {
    let query = Campi::leggi(parti.uri.query().unwrap_or_default());
    let biglietto = query.valore("biglietto").unwrap_or_default().to_owned();
    let leggi = |nome: String| cookie::leggi(&parti.headers, &nome).map(str::to_owned);
    let tenuto = leggi(cookie::nome_carta_prefettura()).unwrap_or_default();
    let prima = leggi(cookie::nome_area(Area::Prefettura));
    let esito = fuori(sim, move |s| {
        s.riscuoti_prefettura(&biglietto, &tenuto, prima.as_deref())
    })
    .await;
    match esito {
        Ok(s) => {
            let dalla_carta = DallaCarta {
                c: Cornice::area(Area::Prefettura, "Accesso con carta riuscito"),
                nome: s.utente,
                dove: "/prefettura",
            };
            let posati = [
                cookie::posa(&cookie::nome_area(Area::Prefettura), &s.chiave),
                cookie::togli(&cookie::nome_carta_prefettura()),
            ];
            con_cookie(pagina(StatusCode::OK, &dalla_carta), posati)
        }
        Err(e) => {
            let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::FORBIDDEN);
            let c = Cornice::area(Area::Prefettura, "Accesso con carta non riuscito");
            crate::cornice::errore(stato, c, e.testo, e.codice)
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

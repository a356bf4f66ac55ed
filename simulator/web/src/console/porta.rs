//! The token form: what a browser on another computer meets first.

use std::sync::Arc;

use askama::Template;
use http::{Method, StatusCode, header, request::Parts};
use servizi::{
    Simulatore,
    http::{Corpo, Risposta},
};

use crate::{
    ambiente::campi,
    cookie,
    cornice::{Cornice, pagina, vai},
    sicurezza,
};

#[derive(Template)]
#[template(path = "console/gettone.html")]
struct Gettone {
    c: Cornice,
    errore: Option<String>,
}

/// Shows the form, or takes it; a good token becomes a cookie.
pub(super) async fn gettone(sim: &Arc<Simulatore>, parti: &Parts, corpo: Corpo) -> Risposta {
    let atteso = sim.impostazioni().token_console.clone();
    let mut errore = None;
    if atteso.is_none() {
        errore = Some(
            "Il simulatore è stato avviato senza gettone: da questo computer la console non si apre. \
                       Avviarlo con --console-token."
                .to_owned(),
        );
    } else if parti.method == Method::POST && parti.uri.path() == "/gettone" {
        let dato = campi(corpo).await.unwrap_or_default();
        match (atteso, dato.valore("gettone")) {
            (Some(atteso), Some(g)) if sicurezza::uguali(g, &atteso) => {
                let tls = parti
                    .headers
                    .get(header::ORIGIN)
                    .is_some_and(|o| o.as_bytes().starts_with(b"https:"));
                let mut r = vai("/");
                r.headers_mut().append(
                    header::SET_COOKIE,
                    cookie::posa_console(&sicurezza::impronta(&atteso), tls),
                );
                return r;
            }
            // A pause makes guessing slow; the token is chosen by people.
            _ => tokio::time::sleep(std::time::Duration::from_secs(1)).await,
        }
        errore = Some("Gettone non riconosciuto.".to_owned());
    }
    let c = Cornice::console_chiusa("Accesso alla console");
    pagina(StatusCode::UNAUTHORIZED, &Gettone { c, errore })
}

//! In and out: the login form, the session, the way out.
//!
//! The login form has no session to hang a token on, so a random value goes both into a short-lived cookie and into
//! the form. A session gets a new key at every login (`servizi` makes it), so that a key planted before is worthless.
//!
//! By card: `/com` binds the login to this browser (a cookie) and sends it to the card listener; the ticket that comes
//! back at `/com/entra` becomes a session only together with that cookie.

use std::{fmt::Write as _, sync::Arc};

use anagrafe::Ambiente;
use askama::Template;
use http::{StatusCode, request::Parts};
use servizi::{
    Esito, Simulatore,
    http::{Corpo, Risposta},
};

use super::{Dentro, campi, con_cookie};
use crate::{
    cookie,
    cornice::{Cornice, pagina, vai},
    fuori,
    modulo::Campi,
    sicurezza,
};

#[derive(Template)]
#[template(path = "ambiente/accesso.html")]
struct Accesso {
    c: Cornice,
    errore: Option<String>,
    csrf: String,
    nome: String,
    console: String,
}

/// The login form; `deviato` says that another page was asked for.
pub(super) fn modulo(sim: &Simulatore, a: Ambiente, deviato: bool) -> Risposta {
    let avviso =
        deviato.then(|| "Per questa pagina bisogna entrare, oppure la sessione è finita.".to_owned());
    let stato = if deviato {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::OK
    };
    mostra(sim, a, stato, avviso, String::new())
}

fn mostra(
    sim: &Simulatore,
    a: Ambiente,
    stato: StatusCode,
    errore: Option<String>,
    nome: String,
) -> Risposta {
    let csrf = casuale();
    let console = sim.indirizzi().map(|i| i.console.clone()).unwrap_or_default();
    let biscotto = cookie::posa(&cookie::nome_ingresso(a), &csrf);
    let c = Cornice::ambiente(a, "Accesso con utente e password");
    con_cookie(
        pagina(
            stato,
            &Accesso {
                c,
                errore,
                csrf,
                nome,
                console,
            },
        ),
        [biscotto],
    )
}

/// 128 random bits in hexadecimal. Real chance, not the scenario's seed: this is a secret, not part of the story.
pub(crate) fn casuale() -> String {
    let byte: [u8; 16] = rand::random();
    byte.iter().fold(String::with_capacity(32), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

/// Takes the login form.
pub(super) async fn entra(sim: &Arc<Simulatore>, a: Ambiente, parti: &Parts, corpo: Corpo) -> Risposta {
    let campi = match campi(corpo).await {
        Ok(c) => c,
        Err(e) => return mostra(sim, a, StatusCode::BAD_REQUEST, Some(e.testo), String::new()),
    };
    let nome = campi.pieno("name_id").unwrap_or_default().to_owned();
    let atteso = cookie::leggi(&parti.headers, &cookie::nome_ingresso(a)).unwrap_or_default();
    let dato = campi.valore("csrf").unwrap_or_default();
    if atteso.is_empty() || !sicurezza::uguali(atteso, dato) {
        let testo =
            "Il modulo di accesso è scaduto: riprovare da questa pagina (servono i cookie).".to_owned();
        return mostra(sim, a, StatusCode::FORBIDDEN, Some(testo), nome);
    }
    let password = campi.valore("password").unwrap_or_default().to_owned();
    let chi = nome.clone();
    let prima = cookie::leggi(&parti.headers, &cookie::nome_sessione(a)).map(str::to_owned);
    match fuori(sim, move |s| s.entra(a, &chi, &password, prima.as_deref())).await {
        Ok(s) => con_cookie(
            vai("/combas"),
            [
                cookie::posa(&cookie::nome_sessione(a), &s.chiave),
                cookie::togli(&cookie::nome_ingresso(a)),
            ],
        ),
        Err(e) => {
            let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::UNAUTHORIZED);
            mostra(sim, a, stato, Some(e.testo), nome)
        }
    }
}

/// How long a login by card may take from `/com` to the ticket: choosing a certificate and typing its PIN.
pub(crate) const TEMPO_CARTA_SECONDI: u32 = 300;

/// `/com`: on to the card listener, which alone asks for a certificate.
pub(super) fn con_carta(sim: &Simulatore, a: Ambiente, parti: &Parts) -> Risposta {
    let Some(indirizzi) = sim.indirizzi() else {
        return vai("/combas");
    };
    let (tenuto, mostrato) = Simulatore::legame_nuovo();
    let base = sicurezza::altra_porta(parti, &indirizzi.carta);
    con_cookie(
        vai(&format!("{base}/{}/com?legame={mostrato}", a.chiave())),
        [cookie::posa_carta(
            &cookie::nome_carta(a),
            &tenuto,
            TEMPO_CARTA_SECONDI,
        )],
    )
}

#[derive(Template)]
#[template(path = "ambiente/dalla_carta.html")]
pub(crate) struct DallaCarta {
    pub(crate) c: Cornice,
    pub(crate) nome: String,
    /// Where one goes on.
    pub(crate) dove: &'static str,
}

/// `/com/entra?biglietto=…`: the ticket becomes a session. A page and not a redirect: the browser may have come here
/// from another site, and then it would not send the new cookie (`SameSite=Strict`) with a redirect.
pub(super) async fn dalla_carta(sim: &Arc<Simulatore>, a: Ambiente, parti: &Parts) -> Risposta {
    let query = Campi::leggi(parti.uri.query().unwrap_or_default());
    let biglietto = query.valore("biglietto").unwrap_or_default().to_owned();
    let leggi = |nome: String| cookie::leggi(&parti.headers, &nome).map(str::to_owned);
    let tenuto = leggi(cookie::nome_carta(a)).unwrap_or_default();
    let prima = leggi(cookie::nome_sessione(a));
    let esito = fuori(sim, move |s| s.riscuoti(a, &biglietto, &tenuto, prima.as_deref())).await;
    match esito {
        Ok(s) => {
            let c = Cornice::ambiente(a, "Accesso con carta riuscito");
            let posati = [
                cookie::posa(&cookie::nome_sessione(a), &s.chiave),
                cookie::togli(&cookie::nome_carta(a)),
            ];
            con_cookie(
                pagina(
                    StatusCode::OK,
                    &DallaCarta {
                        c,
                        nome: s.name_id,
                        dove: "/combas",
                    },
                ),
                posati,
            )
        }
        Err(e) => {
            let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::FORBIDDEN);
            let c = Cornice::ambiente(a, "Accesso con carta non riuscito");
            crate::cornice::errore(stato, c, e.testo, e.codice)
        }
    }
}

/// Ends the session.
pub(super) async fn esci(d: &Dentro<'_>) -> Esito<Risposta> {
    let chiave = d.sessione.chiave.clone();
    fuori(d.sim, move |s| s.esci(&chiave)).await?;
    Ok(uscito(d.ambiente))
}

/// Back to the login form without the cookie.
pub(super) fn uscito(a: Ambiente) -> Risposta {
    con_cookie(vai("/combas"), [cookie::togli(&cookie::nome_sessione(a))])
}

//! A holder with his card, his envelope and his message: activates the card with the whole PIN, unblocks it with the PUK,
//! takes the file of the card. No login: the codes are what he proves himself with, and wrong ones block the card.

use std::sync::Arc;

use askama::Template;
use http::{StatusCode, request::Parts};
use servizi::{
    ErroreServizio, Esito, Simulatore,
    http::{Corpo, Risposta, risposta},
    percorso::Area,
};

use super::accesso::{e_suo, ingresso};
use crate::{
    ambiente::{campi, con_cookie, csrf_mancante},
    certificati::TIPO_P12,
    cornice::{Cornice, da_scaricare, pagina},
    fuori,
    modulo::{Campi, decodifica},
};

#[derive(Template)]
#[template(path = "aree/attivazione.html")]
struct Modulo {
    c: Cornice,
    csrf: String,
    errore: Option<String>,
    numero: String,
    fatto: bool,
}

/// Longest card number looked at.
const NUMERO_MASSIMO: usize = 32;

fn mostra(stato: StatusCode, errore: Option<String>, numero: String, fatto: Option<&str>) -> Risposta {
    let (csrf, biscotto) = ingresso(Area::Privata);
    let mut c = Cornice::area(Area::Privata, "Attivazione della smart card");
    if let Some(f) = fatto {
        c = c.con_avviso("ok", f);
    }
    let modulo = Modulo {
        c,
        csrf,
        errore,
        numero,
        fatto: fatto.is_some(),
    };
    con_cookie(pagina(stato, &modulo), [biscotto])
}

/// `GET /servizidemografici/attivazione`.
pub(super) fn modulo(parti: &Parts) -> Risposta {
    let query = Campi::leggi(parti.uri.query().unwrap_or_default());
    let numero = query.pieno("numero").unwrap_or_default();
    mostra(
        StatusCode::OK,
        None,
        numero.chars().take(NUMERO_MASSIMO).collect(),
        None,
    )
}

/// `POST /servizidemografici/attivazione`: activate, unblock, download.
pub(super) async fn agisce(sim: &Arc<Simulatore>, parti: &Parts, corpo: Corpo) -> Risposta {
    let campi = match campi(corpo).await {
        Ok(c) => c,
        Err(e) => return mostra(StatusCode::BAD_REQUEST, Some(e.testo), String::new(), None),
    };
    let numero: String = campi
        .pieno("numero")
        .unwrap_or_default()
        .to_ascii_uppercase()
        .chars()
        .take(NUMERO_MASSIMO)
        .collect();
    if !e_suo(Area::Privata, parti, campi.valore("csrf")) {
        let e = csrf_mancante();
        return mostra(StatusCode::FORBIDDEN, Some(e.testo), numero, None);
    }
    match esegue(sim, &campi, &numero).await {
        Ok(Fatto::Scaricata(r)) => r,
        Ok(Fatto::Detto(testo)) => mostra(StatusCode::OK, None, numero, Some(testo)),
        Err(e) => {
            let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::BAD_REQUEST);
            mostra(stato, Some(e.testo), numero, None)
        }
    }
}

enum Fatto {
    Detto(&'static str),
    Scaricata(Risposta),
}

async fn esegue(sim: &Arc<Simulatore>, campi: &Campi, numero: &str) -> Esito<Fatto> {
    let istat = Simulatore::comune_della_smart_card(numero)?;
    // Copied with spaces between the two halves, it is still the same code.
    let codice: String = campi
        .valore("codice")
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    if codice.is_empty() {
        return Err(ErroreServizio::richiesta(
            "Scrivere il codice intero: la metà della busta seguita da quella del messaggio.",
        ));
    }
    let n = numero.to_owned();
    match campi.pieno("azione").unwrap_or_default() {
        "attiva" => {
            fuori(sim, move |s| s.attiva_smart_card(istat, &n, &codice)).await?;
            Ok(Fatto::Detto(
                "Smart card attiva. Da ora l'accesso con carta funziona; si può scaricare il file da importare nel browser.",
            ))
        }
        "sblocca" => {
            fuori(sim, move |s| s.sblocca_smart_card(istat, &n, &codice)).await?;
            Ok(Fatto::Detto("Smart card sbloccata: il suo PIN vale di nuovo."))
        }
        "scarica" => {
            let (nome, byte) = fuori(sim, move |s| s.file_smart_card(istat, &n, &codice)).await?;
            Ok(Fatto::Scaricata(da_scaricare(
                risposta(StatusCode::OK, TIPO_P12, byte),
                &nome,
            )))
        }
        altro => Err(ErroreServizio::richiesta(format!(
            "Comando «{}» non riconosciuto.",
            decodifica(altro, false).unwrap_or_default()
        ))),
    }
}

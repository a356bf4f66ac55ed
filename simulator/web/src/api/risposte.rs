//! Replies of the API: JSON, and refusals in one shape.

use http::{StatusCode, header, request::Parts};
use serde::Serialize;
use serde_json::json;
use servizi::{
    ErroreServizio,
    http::{Risposta, risposta},
};

const TIPO_JSON: &str = "application/json; charset=utf-8";

/// A value as JSON.
pub(crate) fn json<T: Serialize + ?Sized>(stato: StatusCode, valore: &T) -> Risposta {
    match serde_json::to_vec(valore) {
        Ok(byte) => risposta(stato, TIPO_JSON, byte),
        Err(e) => errore_servizio(&ErroreServizio::guasto(e)),
    }
}

/// A refusal with one entry.
pub(crate) fn errore(stato: u16, codice: &str, testo: &str) -> Risposta {
    let corpo = json!({"errori": [{"codice": codice, "testo": testo}]});
    let stato = StatusCode::from_u16(stato).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    risposta(stato, TIPO_JSON, corpo.to_string())
}

/// A refusal or failure of the facade.
pub(crate) fn errore_servizio(e: &ErroreServizio) -> Risposta {
    errore(e.http, e.codice.unwrap_or_default(), &e.testo)
}

/// A request turned away at the door.
pub(crate) fn rifiuto(negato: &crate::sicurezza::Negato) -> Risposta {
    let stato = if *negato == crate::sicurezza::Negato::Gettone {
        401
    } else {
        403
    };
    errore(stato, "SIM017", &negato.testo())
}

/// The language of this crate's own sentences; those of the facade are Italian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lingua {
    /// Italian.
    It,
    /// English, when `Accept-Language` names it before Italian.
    En,
}

impl Lingua {
    /// As the request prefers.
    pub(crate) fn di(parti: &Parts) -> Self {
        let testo = parti
            .headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        let prima = testo
            .split(',')
            .map(str::trim)
            .find(|t| t.starts_with("it") || t.starts_with("en"));
        if prima.is_some_and(|t| t.starts_with("en")) {
            Self::En
        } else {
            Self::It
        }
    }

    /// 404.
    pub(crate) fn percorso(self) -> &'static str {
        match self {
            Self::It => "Percorso sconosciuto: le chiamate sono descritte in /api/openapi.json.",
            Self::En => "Unknown path: the calls are described at /api/openapi.json.",
        }
    }

    /// 405.
    pub(crate) fn metodo(self, ammessi: &str) -> String {
        match self {
            Self::It => format!("Metodo non ammesso qui: usare {ammessi}."),
            Self::En => format!("Method not allowed here: use {ammessi}."),
        }
    }

    /// 415.
    pub(crate) fn tipo(self) -> &'static str {
        match self {
            Self::It => "Il corpo deve essere JSON: aggiungere la testata Content-Type: application/json.",
            Self::En => "The body must be JSON: add the header Content-Type: application/json.",
        }
    }

    /// 501.
    pub(crate) fn non_ancora(self, titolo: &str) -> String {
        match self {
            Self::It => format!("«{titolo}»: chiamata prevista ma non ancora realizzata in questa versione."),
            Self::En => format!("\"{titolo}\": announced, not built yet in this version."),
        }
    }
}

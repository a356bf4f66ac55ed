//! Replies of the API: JSON, and refusals in one shape.

use http::StatusCode;
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

/// A refusal of fields that are not right (`SIM010`, 400): all of them in one sentence, for people, and each by itself, for
/// programs.
pub(crate) fn errore_di_campi(campi: impl Iterator<Item = (&'static str, String)>) -> Risposta {
    let (frasi, campi): (Vec<String>, Vec<_>) = campi
        .map(|(campo, testo)| {
            (
                format!("{campo}: {testo}"),
                json!({"campo": campo, "testo": testo}),
            )
        })
        .unzip();
    let corpo = json!({"errori": [{"codice": "SIM010", "testo": frasi.join(" "), "campi": campi}]});
    risposta(StatusCode::BAD_REQUEST, TIPO_JSON, corpo.to_string())
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

//! The control API as the tests speak it: JSON in, JSON out, and a call that must succeed says so by its name.

use http::{Method, StatusCode};
use serde_json::Value;

use super::banco;

/// What a form says it is.
pub(crate) const MODULO: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
/// What a call with a body says it is.
pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");

/// Any call: its status and what it said. A null body is none where nothing is sent.
pub(crate) async fn chiama(metodo: Method, dove: &str, corpo: &Value) -> (StatusCode, Value) {
    let testo = if corpo.is_null() && metodo == Method::GET {
        String::new()
    } else {
        corpo.to_string()
    };
    let r = banco().console(metodo, dove, &[JSON], &testo).await;
    let v = serde_json::from_str(&r.testo).unwrap_or_else(|e| panic!("{e}: {}", r.testo));
    (r.stato, v)
}

/// Reads.
pub(crate) async fn vedi_api(dove: &str) -> Value {
    let (stato, v) = chiama(Method::GET, dove, &Value::Null).await;
    assert_eq!(stato, StatusCode::OK, "{dove}: {v}");
    v
}

/// Sets.
pub(crate) async fn metti(dove: &str, corpo: &Value) -> Value {
    let (stato, v) = chiama(Method::PUT, dove, corpo).await;
    assert_eq!(stato, StatusCode::OK, "{dove}: {v}");
    v
}

/// Asks for something to be done or made.
pub(crate) async fn ordina(dove: &str, corpo: &Value) -> Value {
    let (stato, v) = chiama(Method::POST, dove, corpo).await;
    assert!(stato.is_success(), "{dove}: {stato} {v}");
    v
}

/// A refusal, with its status, its code and a piece of its sentence.
pub(crate) async fn rifiuto(metodo: Method, dove: &str, corpo: &Value, atteso: (u16, &str), frase: &str) {
    let (stato, v) = chiama(metodo, dove, corpo).await;
    let e = &v["errori"][0];
    assert_eq!(
        (stato.as_u16(), e["codice"].as_str()),
        (atteso.0, Some(atteso.1)),
        "{dove}: {v}"
    );
    let testo = e["testo"].as_str().unwrap_or_default();
    assert!(testo.contains(frase), "{dove}: {testo}");
}

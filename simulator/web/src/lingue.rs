//! The one place where a reply takes the language its reader prefers.
//!
//! Pages, and the sentences of the API's refusals, are made in Italian; for who prefers English (`Accept-Language`,
//! RFC 9110) they pass through the dictionary of `lingua` on their way out. Untouched are downloads, values programs
//! rely on (codes, states), and what imitates the authority: PEC, certificates, the texts of ANPR's anomalies. What must
//! stay true: a reply to who prefers Italian, or nothing, has the very bytes it was made with.

use http::{HeaderMap, HeaderValue, header};
use lingua::{Lingua, inglese, preferita};
use serde_json::Value;
use servizi::http::{Risposta, corpo, raccogli};

/// Beginning of the codes whose sentences are ours (`elaborazione::rapporto::CODICI_SIM`).
const CODICE_NOSTRO: &str = "SIM";

/// What a reply is made of, as far as it has texts for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forma {
    Pagina,
    Rifiuto,
    Frase,
}

/// The language a request prefers.
pub(crate) fn chiesta(testate: &HeaderMap) -> Lingua {
    let dette: Vec<&str> = testate
        .get_all(header::ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .collect();
    preferita(&dette.join(","))
}

/// The reply in that language.
pub(crate) async fn volgi(r: Risposta, chiesta: Lingua) -> Risposta {
    let Some(forma) = forma(&r) else { return r };
    let (mut parti, dentro) = r.into_parts();
    let h = &mut parti.headers;
    h.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    h.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(chiesta.etichetta()),
    );
    if chiesta == Lingua::It {
        return Risposta::from_parts(parti, dentro);
    }
    // Our own replies, made whole a moment ago: nothing to limit, nothing that can break off.
    let Ok(byte) = raccogli(dentro, usize::MAX).await else {
        return Risposta::from_parts(parti, corpo(""));
    };
    let tradotto = std::str::from_utf8(&byte).ok().map(|testo| match forma {
        Forma::Pagina => inglese().pagina(testo),
        Forma::Rifiuto => rifiuto(testo).unwrap_or_else(|| testo.to_owned()),
        Forma::Frase => inglese().riga(testo).into_owned(),
    });
    match tradotto {
        Some(testo) => Risposta::from_parts(parti, corpo(testo)),
        None => Risposta::from_parts(parti, corpo(byte)),
    }
}

fn forma(r: &Risposta) -> Option<Forma> {
    let h = r.headers();
    if h.contains_key(header::CONTENT_DISPOSITION) {
        return None;
    }
    let male = r.status().is_client_error() || r.status().is_server_error();
    let tipo = h.get(header::CONTENT_TYPE)?.to_str().ok()?;
    match tipo.split(';').next()?.trim() {
        "text/html" => Some(Forma::Pagina),
        "application/json" if male => Some(Forma::Rifiuto),
        "text/plain" if male => Some(Forma::Frase),
        _ => None,
    }
}

/// A refusal of the API with the sentences of our own codes in English; `None` when there is none.
fn rifiuto(testo: &str) -> Option<String> {
    let mut v: Value = serde_json::from_str(testo).ok()?;
    let mut cambiato = false;
    let mut volgi = |errore: &mut Value| {
        if let Some(t) = errore["testo"].as_str().and_then(|t| inglese().frase(t)) {
            errore["testo"] = Value::String(t);
            cambiato = true;
        }
    };
    // Several fields in one sentence: it is made again of theirs.
    let insieme = |campi: &[Value]| -> String {
        let frasi: Vec<String> = campi
            .iter()
            .map(|e| {
                let di = |n: &str| e[n].as_str().unwrap_or_default();
                format!("{}: {}", di("campo"), di("testo"))
            })
            .collect();
        frasi.join(" ")
    };
    for errore in v.get_mut("errori")?.as_array_mut()? {
        let nostro = errore["codice"]
            .as_str()
            .is_some_and(|c| c.starts_with(CODICE_NOSTRO));
        if nostro {
            if let Some(campi) = errore.get_mut("campi").and_then(Value::as_array_mut) {
                campi.iter_mut().for_each(&mut volgi);
                let tutte = insieme(campi);
                errore["testo"] = Value::String(tutte);
            } else {
                volgi(errore);
            }
        }
    }
    cambiato.then(|| v.to_string())
}

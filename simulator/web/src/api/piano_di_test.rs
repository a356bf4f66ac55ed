//! The test plan by the API: what a suite asks at its end.

use http::StatusCode;
use serde_json::{Value, json};
use servizi::{Esito, http::Risposta};

use super::{
    Chiamata,
    forniture::accetta,
    mondo,
    openapi::rif,
    risposte::json as come_json,
    rotte::{Azione, RottaApi, leggi, p},
};
use crate::{fuori, piano_di_test};

/// Longest list of cases of a call, in characters.
const CASI_CARATTERI: usize = 1_000;

pub(super) fn rotte() -> Vec<RottaApi> {
    vec![RottaApi {
        parametri: const {
            &[
                p("ambiente", "test (predefinito) o pre"),
                p(
                    "casi",
                    "solo questi casi, separati da virgole: l'esito riguarda loro",
                ),
            ]
        },
        altri: &[400, 404],
        ..leggi(
            "/api/comuni/{istat}/piano-di-test",
            "Il piano di test: quali casi sono stati eseguiti davvero, con la prova; CSV con Accept: text/csv",
            Azione::PianoDiTest,
        )
    }]
}

/// `GET /api/comuni/{istat}/piano-di-test`.
pub(super) async fn vedi(c: &Chiamata<'_>) -> Esito<Risposta> {
    let (istat, ambiente) = (mondo::istat(c)?, piano_di_test::ambiente(&c.query)?);
    let casi: String = c
        .query
        .pieno("casi")
        .unwrap_or_default()
        .chars()
        .take(CASI_CARATTERI)
        .collect();
    let piano = fuori(c.sim, move |s| {
        let quali: Vec<&str> = casi.split(',').map(str::trim).filter(|q| !q.is_empty()).collect();
        s.piano_di_test(istat, ambiente, &quali)
    })
    .await?;
    if accetta(c, "text/csv") {
        return piano_di_test::csv(&piano);
    }
    Ok(come_json(StatusCode::OK, &piano))
}

/// The shapes of the answer.
pub(super) fn schemi() -> Value {
    let s = json!({"type": "string"});
    let i = json!({"type": "integer", "minimum": 0});
    let forse = json!({"type": ["string", "null"]});
    json!({
        "PianoDiTest": {"type": "object", "required": ["comune", "ambiente", "esito", "fatti", "applicabili", "mancanti", "casi"],
            "properties": {"comune": s, "nome": s, "ambiente": {"enum": ["test", "pre"]},
                "soluzione": {"enum": ["WA", "WA_INTEGRATA", "WS"]}, "esito": {"enum": ["COMPLETO", "INCOMPLETO"]},
                "fatti": i, "applicabili": i, "mancanti": {"type": "array", "items": s},
                "prove": {"type": ["object", "null"], "properties": {"comunicato": s, "dal": s, "utente": s}},
                "preliminare": {"type": "object", "properties": {
                    "stato": {"enum": ["DA_INVIARE", "INVIATO", "CARICATO", "RESPINTO", "NON_SERVE"]}, "termine": forse,
                    "inRitardo": {"type": "boolean"}, "manca": {"enum": ["AIRE", null]}, "inviato": forse, "fornitura": forse, "sollecito": forse}},
                "casi": {"type": "array", "items": rif("CasoDiTest")}}},
        "CasoDiTest": {"type": "object", "required": ["id", "stato", "volte"], "properties": {
            "id": s, "gruppo": s, "titolo": s, "come": s, "volte": i, "primo": forse, "ultimo": forse, "nota": s,
            "stato": {"enum": ["FATTO", "IN_PARTE", "DA_FARE", "NON_APPLICABILE", "SERVIZIO_ASSENTE"]},
            "nelGiornale": {"type": "boolean"},
            "prova": {"type": ["object", "null"], "properties": {
                "scambio": {"type": ["integer", "null"]}, "dopo": {"type": "integer"}, "fornitura": s, "testo": s}}}},
    })
}

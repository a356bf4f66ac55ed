//! Exchanges as HAR 1.2, the form that browsers' developer tools and HTTP debuggers read.

use registro::{Grezzo, Voce};
use serde_json::{Value, json};

/// A HAR of some exchanges; `base` gives the address of a listener (`test`) without a slash at its end.
pub(super) fn har(voci: &[Voce], base: &dyn Fn(&str) -> String) -> Value {
    json!({"log": {
        "version": "1.2",
        "creator": {"name": "anpr-sim", "version": env!("CARGO_PKG_VERSION")},
        "comment": "SIMULATORE – dati fittizi",
        "entries": voci.iter().map(|v| una(v, base)).collect::<Vec<_>>(),
    }})
}

fn una(v: &Voce, base: &dyn Fn(&str) -> String) -> Value {
    let s = &v.scambio;
    // Longer than an hour is said as an hour: no request lives so long.
    let millisecondi = f64::from(u32::try_from(s.durata_us).unwrap_or(u32::MAX)) / 1000.0;
    let url = format!("{}{}", base(&s.porta), s.percorso);
    let query: Vec<Value> = s
        .percorso
        .split_once('?')
        .map_or("", |(_, q)| q)
        .split('&')
        .filter(|c| !c.is_empty())
        .map(|c| {
            let (nome, valore) = c.split_once('=').unwrap_or((c, ""));
            json!({"name": nome, "value": valore})
        })
        .collect();
    let mut richiesta = json!({
        "method": s.metodo, "url": url, "httpVersion": v.richiesta.protocollo, "cookies": [], "headers": testate(&v.richiesta),
        "queryString": query, "headersSize": -1, "bodySize": v.richiesta.byte,
    });
    if v.richiesta.byte > 0 {
        let (testo, codifica) = corpo(&v.richiesta);
        let mut dati = json!({"mimeType": tipo(&v.richiesta), "params": [], "text": testo});
        dati["comment"] = nota(&v.richiesta, codifica).into();
        richiesta["postData"] = dati;
    }
    let (testo, codifica) = corpo(&v.risposta);
    let mut contenuto = json!({"size": v.risposta.byte, "mimeType": tipo(&v.risposta), "text": testo, "comment": nota(&v.risposta, None)});
    if let Some(c) = codifica {
        contenuto["encoding"] = c.into();
    }
    json!({
        // The scenario's clock, so that the same exchanges give the same bytes.
        "startedDateTime": format!("{}.000Z", s.quando.strftime("%Y-%m-%dT%H:%M:%S")),
        "time": millisecondi,
        "request": richiesta,
        "response": {
            "status": s.http,
            "statusText": http::StatusCode::from_u16(s.http).ok().and_then(|s| s.canonical_reason()).unwrap_or_default(),
            "httpVersion": v.risposta.protocollo, "cookies": [], "headers": testate(&v.risposta), "content": contenuto,
            "redirectURL": "", "headersSize": -1, "bodySize": v.risposta.byte,
        },
        "cache": {},
        "timings": {"send": 0, "wait": millisecondi, "receive": 0},
        "comment": format!("scambio {}: {}", s.n, s.causa.as_deref().unwrap_or(s.esito.nome())),
    })
}

fn testate(g: &Grezzo) -> Vec<Value> {
    g.testate
        .iter()
        .map(|(nome, valore)| json!({"name": nome, "value": valore}))
        .collect()
}

fn tipo(g: &Grezzo) -> String {
    g.testate
        .iter()
        .find(|(n, _)| n == "content-type")
        .map_or_else(String::new, |(_, v)| v.clone())
}

fn corpo(g: &Grezzo) -> (String, Option<&'static str>) {
    use base64::Engine as _;
    match std::str::from_utf8(&g.corpo) {
        Ok(t) => (t.to_owned(), None),
        Err(_) => (
            base64::engine::general_purpose::STANDARD.encode(&g.corpo),
            Some("base64"),
        ),
    }
}

fn nota(g: &Grezzo, codifica: Option<&str>) -> String {
    let mut note = Vec::new();
    if g.troncato() {
        note.push(format!("solo i primi {} byte di {}", g.corpo.len(), g.byte));
    }
    if codifica.is_some() {
        note.push("in base64".to_owned());
    }
    note.join("; ")
}

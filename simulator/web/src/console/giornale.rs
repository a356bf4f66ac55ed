//! The journal of exchanges: what came, which step stopped it, with the evidence.

use askama::Template;
use http::StatusCode;
use registro::{EsitoScambio, Scambio};
use serde_json::Value;
use servizi::{ErroreServizio, Esito, http::Risposta};

use super::Chiesta;
use crate::{
    cornice::{Cornice, pagina},
    formati, fuori,
};

/// Exchanges on one screen.
const RIGHE: usize = 100;
/// Exchanges looked at in one step back.
const FINESTRA: u64 = 500;

#[derive(Template)]
#[template(path = "console/scambi.html")]
struct Scambi {
    c: Cornice,
    esito: String,
    esiti: Vec<(&'static str, &'static str)>,
    righe: Vec<Scambio>,
    precedenti: Option<u64>,
    prima: bool,
}

/// `GET /scambi`, newest first; `fino` pages back.
pub(super) async fn elenco(q: &Chiesta<'_>) -> Esito<Risposta> {
    let esito = q
        .query
        .pieno("esito")
        .filter(|e| EsitoScambio::parse(e).is_some())
        .unwrap_or_default()
        .to_owned();
    let fino: Option<u64> = q.query.pieno("fino").and_then(|t| t.parse().ok());
    let cercato = esito.clone();
    let mut righe = fuori(q.sim, move |s| ultimi(s, fino, &cercato)).await?;
    let precedenti = (righe.len() > RIGHE).then(|| righe.get(RIGHE - 1).map_or(0, |s| s.n));
    righe.truncate(RIGHE);
    let esiti = [
        EsitoScambio::Ok,
        EsitoScambio::Ko,
        EsitoScambio::Fault,
        EsitoScambio::Rifiutato,
        EsitoScambio::Guasto,
    ]
    .map(|e| (e.nome(), formati::esito_scambio(e).testo))
    .to_vec();
    let c = q.cornice("Giornale degli scambi", "/scambi").await?;
    Ok(pagina(
        StatusCode::OK,
        &Scambi {
            c,
            esito,
            esiti,
            righe,
            precedenti,
            prima: fino.is_none(),
        },
    ))
}

/// The last exchanges before `fino`, newest first, one more than a screen holds. Walks the journal backwards in
/// windows, because a filter may leave many of them empty.
fn ultimi(s: &servizi::Simulatore, fino: Option<u64>, esito: &str) -> Esito<Vec<Scambio>> {
    let cercato = (!esito.is_empty()).then_some(esito);
    let mut alto = match fino {
        Some(n) => n,
        None => s.ultimi_scambi(1)?.first().map_or(0, |x| x.n + 1),
    };
    let mut trovati: Vec<Scambio> = Vec::new();
    while alto > 1 && trovati.len() <= RIGHE {
        let basso = alto.saturating_sub(FINESTRA);
        let mut dopo = basso.saturating_sub(1);
        let mut qui: Vec<Scambio> = Vec::new();
        loop {
            let pezzo = s.scambi(dopo, cercato)?;
            let Some(ultimo) = pezzo.last().map(|x| x.n) else {
                break;
            };
            qui.extend(pezzo.into_iter().filter(|x| x.n < alto));
            if ultimo >= alto || ultimo <= dopo {
                break;
            }
            dopo = ultimo;
        }
        trovati.extend(qui.into_iter().rev());
        alto = basso;
    }
    trovati.truncate(RIGHE + 1);
    Ok(trovati)
}

#[derive(Template)]
#[template(path = "console/scambio.html")]
struct UnoScambio {
    c: Cornice,
    s: Scambio,
    evidenza: Vec<(String, String)>,
}

/// `GET /scambi/{n}`.
pub(super) async fn uno(q: &Chiesta<'_>) -> Esito<Risposta> {
    let n: u64 = q
        .segmenti
        .prendi("n")
        .parse()
        .map_err(|_| ErroreServizio::assente("Il numero di uno scambio è un intero."))?;
    let s = fuori(q.sim, move |s| s.scambio(n)).await?;
    let evidenza = match &s.evidenza {
        Value::Null => Vec::new(),
        Value::Object(voci) => voci
            .iter()
            .filter(|(_, v)| !vuoto(v))
            .map(|(nome, v)| (nome.clone(), leggibile(v)))
            .collect(),
        v => vec![("dati".to_owned(), leggibile(v))],
    };
    let c = q.cornice(format!("Scambio {n}"), "/scambi").await?;
    Ok(pagina(StatusCode::OK, &UnoScambio { c, s, evidenza }))
}

/// Nothing to show.
fn vuoto(v: &Value) -> bool {
    match v {
        Value::Null => true,
        Value::String(t) => t.is_empty(),
        Value::Array(a) => a.is_empty(),
        Value::Object(o) => o.is_empty(),
        _ => false,
    }
}

fn leggibile(v: &Value) -> String {
    match v {
        Value::String(t) => t.clone(),
        v => serde_json::to_string_pretty(v).unwrap_or_default(),
    }
}

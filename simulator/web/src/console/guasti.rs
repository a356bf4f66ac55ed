//! The fault plan: what is to go wrong next, and how often it did.

use askama::Template;
use http::StatusCode;
use serde_json::json;
use servizi::{ErroreServizio, Esito, Guasto, TipoGuasto, http::Risposta};

use super::Chiesta;
use crate::{
    cornice::{Cornice, pagina, vai},
    fuori,
    modulo::Campi,
};

#[derive(Template)]
#[template(path = "console/guasti.html")]
struct Guasti {
    c: Cornice,
    piano: Vec<Guasto>,
    tipi: Vec<(&'static str, &'static str)>,
}

/// `GET /guasti`.
pub(super) async fn piano(q: &Chiesta<'_>) -> Esito<Risposta> {
    let mut c = q.cornice("Piano dei guasti", "/guasti").await?;
    if q.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Piano aggiornato.");
    }
    let guasti = Guasti {
        c,
        piano: q.sim.guasti(),
        tipi: TipoGuasto::TUTTI
            .iter()
            .map(|(t, testo)| (t.parola(), *testo))
            .collect(),
    };
    Ok(pagina(StatusCode::OK, &guasti))
}

/// `POST /guasti`: appends an entry (the counters of the others go on from zero), or empties the plan.
pub(super) async fn cambia(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let numero = |nome: &str| {
        campi.pieno(nome).map(str::parse::<u64>).transpose().map_err(|_| {
            ErroreServizio::richiesta(format!("«{nome}» è un numero intero: correggere e ripetere."))
        })
    };
    let mut voci = Vec::new();
    if campi.valore("svuota").is_none() {
        // What has been used up goes, what is under way begins anew with what is left.
        voci.extend(q.sim.guasti().iter().filter_map(|g| {
            let volte = match g.volte {
                Some(v) if v <= g.serviti => return None,
                altro => altro.map(|v| v - g.serviti),
            };
            let mut resta = g.clone();
            resta.volte = volte;
            Some(json!(resta))
        }));
        let mut nuova = json!({
            "ambiente": campi.pieno("ambiente").unwrap_or_default(),
            "tipo": campi.pieno("tipo").unwrap_or_default(),
            "volte": numero("volte")?,
        });
        if let Some(ms) = numero("ms")? {
            nuova["ms"] = json!(ms);
        }
        if let Some(operazione) = campi.pieno("operazione") {
            nuova["operazione"] = json!(operazione);
        }
        voci.push(nuova);
    }
    fuori(q.sim, move |s| s.metti_guasti(json!(voci))).await?;
    Ok(vai("/guasti?fatto=si"))
}

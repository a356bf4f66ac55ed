//! *Gestione smart card*: the cards of the Comune in one list, for the ALS and the sindaco. What may be done with a card
//! is on the page of its operator, under the same rules.

use askama::Template;
use http::StatusCode;
use serde_json::Value;
use servizi::{Esito, http::Risposta};

use super::{Dentro, QUI};
use crate::{
    certificati::{Riga, orologi},
    cornice::{Cornice, pagina},
    fuori,
};

struct Carta {
    r: Riga,
    operatore: String,
}

#[derive(Template)]
#[template(path = "ambiente/carte.html")]
struct Carte {
    c: Cornice,
    righe: Vec<Carta>,
    testo: String,
    stato: String,
    tutte: usize,
    /// Which clock decides.
    orologi: String,
}

/// `GET /combas/sicurezza/carte`.
pub(in crate::ambiente) async fn elenco(d: &Dentro<'_>) -> Esito<Risposta> {
    let comune = d.sessione.comune;
    let (carte, orologi) = fuori(d.sim, move |s| Ok((s.carte(Some(comune))?, orologi(s)?))).await?;
    let cerca = |nome| d.query.pieno(nome).unwrap_or_default().to_owned();
    let (testo, stato) = (cerca("testo"), cerca("stato"));
    let cercato = testo.to_lowercase();
    let tutte = carte.len();
    let righe = carte
        .iter()
        .map(|v| Carta {
            operatore: v
                .get("nameId")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            r: Riga::di(v),
        })
        .filter(|c| stato.is_empty() || c.r.stato.testo == stato)
        .filter(|c| {
            [&c.r.id, &c.operatore]
                .iter()
                .any(|t| t.to_lowercase().contains(&cercato))
        })
        .collect();
    let p = Carte {
        c: d.cornice("Smart card: carte emesse", QUI).await?,
        righe,
        testo,
        stato,
        tutte,
        orologi,
    };
    Ok(pagina(StatusCode::OK, &p))
}

//! The workstation (process C09): how to install certificate, card and reader, and what the simulator finds missing.

use askama::Template;
use http::StatusCode;
use servizi::{
    Esito,
    http::Risposta,
    percorso::{Occorrente, Trovato},
};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina},
    formati::Etichetta,
    fuori,
};

/// Menu entry of this page.
const MENU: &str = "/combas/strumenti";

#[derive(Template)]
#[template(path = "ambiente/installazione.html")]
struct Pagina {
    c: Cornice,
    voci: Vec<Occorrente>,
    mancano: usize,
    /// Address of TestConn, of the card listener and of the console.
    testconn: String,
    carta: String,
    console: String,
    ambiente: &'static str,
}

pub(crate) fn etichetta(t: impl std::borrow::Borrow<Trovato>) -> Etichetta {
    let (classe, testo, segno) = match t.borrow() {
        Trovato::Presente => ("ok", "a posto", "✓"),
        Trovato::Manca => ("ko", "manca", "✕"),
        Trovato::DaVedere => ("corso", "da vedere", "…"),
    };
    Etichetta { classe, testo, segno }
}

/// `GET /combas/strumenti/postazione`.
pub(super) async fn mostra(d: &Dentro<'_>) -> Esito<Risposta> {
    let (a, comune) = (d.ambiente, d.sessione.comune);
    let (io, con_carta) = (d.sessione.name_id.clone(), d.sessione.carta);
    let voci = fuori(d.sim, move |s| s.prova_postazione(a, comune, &io, con_carta)).await?;
    let indirizzi = d.sim.indirizzi();
    let p = Pagina {
        c: d.cornice("Postazione: installazione e prova", MENU).await?,
        mancano: voci.iter().filter(|v| v.esito == Trovato::Manca).count(),
        voci,
        testconn: indirizzi
            .map(|i| format!("{}/ANPRTestConn/TestConn", i.ambiente(a)))
            .unwrap_or_default(),
        carta: indirizzi.map(|i| i.carta.clone()).unwrap_or_default(),
        console: indirizzi.map(|i| i.console.clone()).unwrap_or_default(),
        ambiente: a.chiave(),
    };
    Ok(pagina(StatusCode::OK, &p))
}

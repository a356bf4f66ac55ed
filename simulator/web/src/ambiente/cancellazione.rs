//! "Richiesta cancellazione subentro": test and pre-subentro only.

use anagrafe::Ambiente;
use askama::Template;
use http::StatusCode;
use registro::{Fornitura, StatoFornitura};
use servizi::{ErroreServizio, Esito, http::Risposta};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina, vai},
    fuori,
    modulo::Campi,
};

#[derive(Template)]
#[template(path = "ambiente/cancellazione.html")]
struct Cancellazione {
    c: Cornice,
    csrf: String,
    possibile: Option<Fornitura>,
    richieste: Vec<Fornitura>,
}

fn solo_prova(d: &Dentro<'_>) -> Esito<()> {
    if d.ambiente == Ambiente::Sub {
        return Err(ErroreServizio::assente(
            "Nell'ambiente di subentro non esiste cancellazione: l'esito è definitivo.",
        ));
    }
    Ok(())
}

/// The page: what can be cancelled, requests by date.
pub(super) async fn pagina_cancellazione(d: &Dentro<'_>) -> Esito<Risposta> {
    solo_prova(d)?;
    let mut tutte = d.forniture().await?;
    let possibile = tutte
        .iter()
        .rfind(|f| f.stato == StatoFornitura::ElaborataOk)
        .cloned();
    tutte.retain(|f| f.cancellazione.is_some());
    tutte.sort_by_key(|f| std::cmp::Reverse(f.cancellazione));
    let c = d
        .cornice("Richiesta cancellazione subentro", "/combas/cancellazione")
        .await?;
    Ok(pagina(
        StatusCode::OK,
        &Cancellazione {
            c,
            csrf: d.sessione.csrf.clone(),
            possibile,
            richieste: tutte,
        },
    ))
}

/// Takes the request.
pub(super) async fn chiede(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    solo_prova(d)?;
    let f = d.fornitura(campi.valore("fornitura").unwrap_or_default()).await?;
    let id = f.id.to_string();
    fuori(d.sim, move |s| s.chiedi_cancellazione(&id)).await?;
    Ok(vai("/combas/cancellazione"))
}

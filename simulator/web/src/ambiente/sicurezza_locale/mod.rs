//! *Sicurezza*: what the local administrators do by themselves. ALS and sindaco see the operators and their cards,
//! the ALP the postazioni; the table of routes asks for the role of each page, whatever the menu showed.

pub(super) mod carte;
pub(super) mod operatori;
pub(super) mod postazioni;
pub(super) mod smart_card;

use askama::Template;
use http::StatusCode;
use servizi::{Esito, http::Risposta};

use super::{Dentro, riservata};
use crate::{
    cornice::{Cornice, pagina},
    formati::{self, Etichetta},
    fuori,
};

/// Menu entry of these pages.
const QUI: &str = "/combas/sicurezza";
/// Who administers operators.
pub(super) const PER_GLI_OPERATORI: &[&str] = &["ALS", "SINDACO"];
/// Who administers postazioni.
pub(super) const PER_LE_POSTAZIONI: &[&str] = &["ALP"];

#[derive(Template)]
#[template(path = "ambiente/sicurezza.html")]
struct Indice {
    c: Cornice,
    operatori: bool,
    postazioni: bool,
    /// Who holds a role of security here: user name, roles, state.
    amministratori: Vec<(String, String, Etichetta)>,
}

/// The roles this area is about.
const DI_SICUREZZA: [&str; 3] = ["SINDACO", "ALS", "ALP"];

/// `/combas/sicurezza`.
pub(super) async fn indice(d: &Dentro<'_>) -> Esito<Risposta> {
    let comune = d.sessione.comune;
    let tutti = fuori(d.sim, move |s| s.operatori(comune)).await?;
    let amministratori = tutti
        .iter()
        .filter_map(|o| {
            let ruoli: Vec<&str> = DI_SICUREZZA.into_iter().filter(|r| o.ha_ruolo(r)).collect();
            (!ruoli.is_empty()).then(|| {
                (
                    o.name_id.clone(),
                    ruoli.join(", "),
                    formati::stato_operatore(o.stato),
                )
            })
        })
        .collect();
    let indice = Indice {
        amministratori,
        c: d.cornice("Sicurezza", QUI).await?,
        operatori: d.sessione.ha_ruolo(PER_GLI_OPERATORI),
        postazioni: d.sessione.ha_ruolo(PER_LE_POSTAZIONI),
    };
    if !(indice.operatori || indice.postazioni) {
        return Err(riservata("ALS, ALP o sindaco"));
    }
    Ok(pagina(StatusCode::OK, &indice))
}

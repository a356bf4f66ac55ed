//! Where the Comune stands: the delivery of the moment, the plan.

use anagrafe::Ambiente;
use askama::Template;
use http::StatusCode;
use registro::{Comune, Fornitura};
use servizi::{Esito, http::Risposta};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina},
    formati::{self, Etichetta},
    fuori,
    viste::Vista,
};

#[derive(Template)]
#[template(path = "ambiente/stato.html")]
struct Stato {
    c: Cornice,
    fornitura: Option<Fornitura>,
    vista: Vista,
}

/// `/combas`: the delivery of the moment, what is missing, what to do next.
pub(super) async fn pagina_stato(d: &Dentro<'_>) -> Esito<Risposta> {
    let fornitura = d.forniture().await?.pop();
    let ritmo = fuori(d.sim, servizi::Simulatore::ritmo).await?;
    let avanzamento = d.sim.avanzamento(d.ambiente, d.sessione.comune);
    let vista = Vista::di(d.ambiente, fornitura.as_ref(), Some(&ritmo), true).con_avanzamento(avanzamento);
    let mut c = d.cornice("Stato della fornitura", "/combas").await?;
    c.vivo = vista.in_moto;
    match d.query.valore("fatto") {
        Some("inviato") => c = c.con_avviso("ok", "File ricevuto."),
        Some("opaco") => {
            c = c.con_avviso("corso", "File ricevuto. Il tracciato AIRE non è tra quelli noti: il file è conservato e contato, ma il contenuto non è letto.");
        }
        Some("scartato") => {
            c = c.con_avviso("corso", "File ricevuto senza effetto: l'ultima fornitura è già fallita e quella nuova si apre con il suo APR. Inviare prima l'APR con versione più alta, poi l'AIRE.");
        }
        _ => {}
    }
    Ok(pagina(StatusCode::OK, &Stato { c, fornitura, vista }))
}

#[derive(Template)]
#[template(path = "ambiente/subentro.html")]
struct Subentro {
    c: Cornice,
    comune: Comune,
    oggi: String,
    macro_stato: &'static str,
    situazione: Etichetta,
    piano: Option<(String, String)>,
    finestra: Etichetta,
    definitivo: bool,
}

/// `/combas/subentro`: the plan and the state of the Comune.
pub(super) async fn subentro(d: &Dentro<'_>) -> Esito<Risposta> {
    let (istat, ambiente) = (d.sessione.comune, d.ambiente);
    let (comune, piano, oggi) = fuori(d.sim, move |s| {
        Ok((s.comune(istat)?, s.piano(istat, ambiente)?, s.orologio()?.oggi))
    })
    .await?;
    let finestra = match piano {
        Some(p) if p.comprende(oggi) => Etichetta {
            classe: "ok",
            testo: "oggi si può inviare",
            segno: "✓",
        },
        Some(p) if oggi < p.inizio => Etichetta {
            classe: "corso",
            testo: "non ancora aperta",
            segno: "…",
        },
        _ => Etichetta {
            classe: "ko",
            testo: "chiusa",
            segno: "✕",
        },
    };
    let pagina_subentro = Subentro {
        c: d.cornice("Stato subentro", "/combas/subentro").await?,
        oggi: formati::data(oggi),
        macro_stato: formati::macro_stato(comune.stato),
        situazione: formati::situazione(&comune, ambiente),
        piano: piano.map(|p| (formati::data(p.inizio), formati::data(p.fine))),
        finestra,
        definitivo: ambiente == Ambiente::Sub,
        comune,
    };
    Ok(pagina(StatusCode::OK, &pagina_subentro))
}

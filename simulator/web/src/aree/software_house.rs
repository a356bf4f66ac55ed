//! The first choice of a Comune: the software house that looks after it (process P01).

use askama::Template;
use servizi::{Esito, http::Risposta, percorso::SceltaSoftwareHouse};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina, vai},
    errori::Errori,
    formati, fuori,
    modulo::Campi,
};

const PAGINA: &str = "/servizidemografici/software-house";

#[derive(Template)]
#[template(path = "aree/software_house.html")]
struct Modulo {
    c: Cornice,
    csrf: String,
    errori: Errori,
    scelta: SceltaSoftwareHouse,
    /// What is ticked: what was sent, or the one there is.
    segnata: String,
}

async fn modulo(d: &Dentro<'_>, errori: Errori, segnata: Option<String>) -> Esito<Risposta> {
    let istat = d.comune()?;
    let scelta = fuori(d.sim, move |s| s.scelta_software_house(istat)).await?;
    let mut c = d.cornice("Software house", PAGINA).await?;
    if d.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Salvato.");
    }
    let stato = errori.stato();
    let modulo = Modulo {
        c,
        csrf: d.sessione.csrf.clone(),
        errori,
        segnata: segnata
            .or_else(|| Some(scelta.attuale()?.nome.clone()))
            .unwrap_or_default(),
        scelta,
    };
    Ok(pagina(stato, &modulo))
}

/// `GET /servizidemografici/software-house`.
pub(super) async fn scelta(d: &Dentro<'_>) -> Esito<Risposta> {
    modulo(d, Errori::default(), None).await
}

/// `POST /servizidemografici/software-house`.
pub(super) async fn sceglie(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = d.comune()?;
    let nome = campi.pieno("softwareHouse").unwrap_or_default().to_owned();
    let confermata = campi.valore("conferma") == Some("si");
    let scelta = fuori(d.sim, move |s| s.scelta_software_house(istat)).await?;
    let errore = if !scelta.voci.iter().any(|v| v.nome == nome) {
        Some(Errori::uno(
            "softwareHouse",
            "Scegliere una software house dall'elenco.",
        ))
    } else if let (Some(data), Some(attuale), false) = (scelta.pianificato, scelta.attuale(), confermata)
        && attuale.nome != nome
    {
        Some(Errori::uno(
            "conferma",
            format!(
                "Il subentro è già pianificato per {}: per cambiare software house serve la conferma.",
                formati::il(data)
            ),
        ))
    } else {
        None
    };
    if let Some(e) = errore {
        return modulo(d, e, Some(nome)).await;
    }
    fuori(d.sim, move |s| s.affida_comune(istat, Some(&nome), confermata)).await?;
    Ok(vai(&format!("{PAGINA}?fatto=si")))
}

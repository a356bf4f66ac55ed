//! The mailboxes over the API: search, read state, receipts, attachments, archives, questions and answers, the relay.

use http::StatusCode;
use registro::{Casella, Pec};
use serde::Deserialize;
use serde_json::{Value, json};
use servizi::{ErroreServizio, Esito, FiltroPosta, Simulatore, http::Risposta};

use super::{Chiamata, mondo, risposte::json as come_json, rotte::Azione};
use crate::{fuori, posta};

const OK: StatusCode = StatusCode::OK;

/// Which messages the query asks for.
pub(super) fn filtro(c: &Chiamata<'_>) -> Esito<FiltroPosta> {
    let uno_di =
        |nome: &str, ammessi: &str| ErroreServizio::richiesta(format!("«{nome}» è uno di {ammessi}."));
    Ok(FiltroPosta {
        casella: match c.query.pieno("casella") {
            None => None,
            Some("COMUNE") => Some(Casella::Comune),
            Some("ASSISTENZA") => Some(Casella::Assistenza),
            Some("ALTRI") => Some(Casella::Altri),
            Some(_) => return Err(uno_di("casella", "COMUNE, ASSISTENZA, ALTRI")),
        },
        di: c.query.pieno("di").map(ToOwned::to_owned),
        ambiente: c.ambiente()?,
        comune: c.comune()?,
        letta: match c.query.pieno("letta") {
            None => None,
            Some("si") => Some(true),
            Some("no") => Some(false),
            Some(_) => return Err(uno_di("letta", "si, no")),
        },
        testo: c.query.pieno("testo").unwrap_or_default().to_owned(),
    })
}

/// The messages of a filter, whole, oldest first.
pub(super) fn elenco(s: &Simulatore, filtro: &FiltroPosta) -> Esito<Vec<Pec>> {
    s.posta(filtro)?
        .iter()
        .rev()
        .map(|t| s.pec_una(&t.id.to_string()))
        .collect()
}

/// Calls without a body.
pub(super) async fn leggi(azione: Azione, c: &Chiamata<'_>) -> Esito<Risposta> {
    let id = c.segmenti.prendi("id").to_owned();
    Ok(match azione {
        Azione::PecConti => come_json(OK, &fuori(c.sim, Simulatore::caselle).await?),
        Azione::PecArchivio => {
            let formato = posta::formato(c.segmenti.prendi("formato"))?;
            let filtro = filtro(c)?;
            let byte = fuori(c.sim, move |s| s.archivio_posta(&filtro, formato)).await?;
            posta::archivio(formato, byte)
        }
        Azione::PecRicevute => {
            let ricevute = fuori(c.sim, move |s| s.ricevute_pec(&id)).await?;
            let righe: Vec<Value> = ricevute
                .iter()
                .map(|r| {
                    json!({"tipo": r.tipo.parola(), "da": r.da, "a": r.a, "oggetto": r.oggetto, "quando": r.quando,
                        "testo": r.testo, "grezzo": r.grezzo})
                })
                .collect();
            come_json(OK, &righe)
        }
        Azione::PecAllegato => {
            let n = posta::posto(c.segmenti.prendi("n"))?;
            let pec = fuori(c.sim, move |s| s.pec_una(&id)).await?;
            posta::allegato(&pec, n)?
        }
        _ => come_json(OK, &c.sim.inoltro()),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stato {
    letta: bool,
}

/// A question of a Comune, or the answer to one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Scritto {
    Risposta {
        risponde: String,
        testo: String,
    },
    Domanda {
        comune: anagrafe::CodiceIstat,
        ambiente: anagrafe::Ambiente,
        oggetto: String,
        testo: String,
    },
}

/// Calls with a JSON body.
pub(super) async fn scrivi(azione: Azione, c: &Chiamata<'_>, v: Value) -> Esito<Risposta> {
    if azione == Azione::PecStato {
        let Stato { letta } = mondo::leggi(v)?;
        let id = c.segmenti.prendi("id").to_owned();
        return Ok(come_json(
            OK,
            &fuori(c.sim, move |s| s.segna_pec(&id, letta)).await?,
        ));
    }
    let scritto: Scritto = serde_json::from_value(v).map_err(|_| {
        ErroreServizio::richiesta(
            "Serve una domanda {comune, ambiente, oggetto, testo} oppure una risposta {risponde, testo}.",
        )
    })?;
    let pec = fuori(c.sim, move |s| match scritto {
        Scritto::Risposta { risponde, testo } => s.rispondi_al_comune(&risponde, &testo),
        Scritto::Domanda {
            comune,
            ambiente,
            oggetto,
            testo,
        } => s.scrivi_all_assistenza(ambiente, comune, &oggetto, &testo),
    })
    .await?;
    Ok(come_json(StatusCode::CREATED, &pec))
}

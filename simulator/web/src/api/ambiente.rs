//! What the web application of an environment does, over the API: administration, comparison, support, tools.

use http::StatusCode;
use serde_json::json;
use servizi::{
    ErroreServizio, Esito, FornituraDiProva,
    http::{Corpo, Risposta, risposta},
};

use super::{Chiamata, mondo, risposte::json as come_json, rotte::Azione};
use crate::{cornice::da_scaricare, fuori, ricezione};

const OK: StatusCode = StatusCode::OK;

/// Calls without a body.
pub(super) async fn leggi(azione: Azione, c: &Chiamata<'_>) -> Esito<Risposta> {
    let sim = c.sim;
    Ok(match azione {
        Azione::LogoLeggi => {
            let istat = mondo::istat(c)?;
            let (_, png) = fuori(sim, move |s| s.logo(istat))
                .await?
                .ok_or_else(|| ErroreServizio::assente("Il Comune non ha un logo."))?;
            risposta(OK, "image/png", png)
        }
        Azione::LogoTogli => {
            let istat = mondo::istat(c)?;
            let tolto = fuori(sim, move |s| s.togli_logo(istat)).await?;
            come_json(OK, &json!({"tolto": tolto}))
        }
        Azione::Indirizzi => {
            let istat = mondo::istat(c)?;
            come_json(OK, &fuori(sim, move |s| s.indirizzi_abilitati(istat)).await?)
        }
        Azione::BloccoLeggi | Azione::Sblocca => {
            let (istat, ambiente) = (mondo::istat(c)?, c.ambiente_chiesto()?);
            let blocco = fuori(sim, move |s| match azione {
                Azione::Sblocca => s.sblocca(ambiente, istat).map(Some),
                _ => s.blocco(ambiente, istat),
            })
            .await?;
            come_json(
                OK,
                &json!({"blocco": blocco, "rimedio": blocco.map(servizi::Blocco::rimedio)}),
            )
        }
        _ => {
            let r = di_prova(c)?;
            let (nome, byte) = fuori(sim, move |s| s.fornitura_di_prova(&r)).await?;
            da_scaricare(risposta(OK, "application/zip", byte), &nome)
        }
    })
}

fn di_prova(c: &Chiamata<'_>) -> Esito<FornituraDiProva> {
    let piante = c.query.pieno("anomalie").unwrap_or_default();
    Ok(FornituraDiProva {
        comune: mondo::istat(c)?,
        ambiente: c.ambiente()?.unwrap_or(anagrafe::Ambiente::Pre),
        abitanti: c.numero("abitanti")?.unwrap_or(100),
        aire: c.numero("aire")?.unwrap_or(0),
        versione: c.numero("versione")?.unwrap_or(1),
        seme: c.numero("seed")?.unwrap_or(1),
        anomalie: servizi::leggi_difetti(piante)?,
        realistica: c.query.pieno("profilo") == Some("realistico"),
    })
}

/// Calls whose body is a file.
pub(super) async fn carica(azione: Azione, c: &Chiamata<'_>, corpo: Corpo) -> Esito<Risposta> {
    if azione == Azione::LogoMetti {
        let istat = mondo::istat(c)?;
        let deposito = ricezione::corpo_intero(c.sim, corpo).await?;
        let logo = fuori(c.sim, move |s| s.metti_logo(istat, &deposito)).await?;
        return Ok(come_json(OK, &logo));
    }
    let ambiente = c.ambiente_chiesto()?;
    let manca = |cosa: &str| ErroreServizio::richiesta(format!("Il parametro «{cosa}» manca."));
    let comune = c.comune()?.ok_or_else(|| manca("comune"))?;
    let nome = c.query.pieno("nome").ok_or_else(|| manca("nome"))?.to_owned();
    let senza_en009 = c.query.pieno("senzaEN009") == Some("si");
    let deposito = ricezione::corpo_intero(c.sim, corpo).await?;
    let v = fuori(c.sim, move |s| {
        s.valida(ambiente, comune, &nome, deposito, senza_en009)
    })
    .await?;
    Ok(come_json(OK, &v))
}

//! The upload page: kind, file, confirmation; the bytes stream to a spool file while they arrive.

use std::sync::Arc;

use anagrafe::Ambiente;
use askama::Template;
use http::{StatusCode, header, request::Parts};
use registro::{Canale, TipoFile};
use servizi::{
    ErroreServizio, Esito, Invio, RifiutoInvio,
    http::{Corpo, Risposta},
};

use super::{Dentro, csrf_mancante};
use crate::{
    cornice::{Cornice, pagina, vai},
    ricerca::Riga,
    ricezione::{self, ErroreModulo},
    sicurezza,
};

#[derive(Template)]
#[template(path = "ambiente/invio.html")]
struct PaginaInvio {
    c: Cornice,
    csrf: String,
    istat: String,
    definitivo: bool,
    tipo: String,
    nome_file: String,
    errori: Vec<Riga>,
    guasto: Option<String>,
}

async fn nuova(d: &Dentro<'_>) -> Esito<PaginaInvio> {
    Ok(PaginaInvio {
        c: d.cornice("Invio di un file", "/combas/invio").await?,
        csrf: d.sessione.csrf.clone(),
        istat: d.sessione.comune.as_str().to_owned(),
        definitivo: d.ambiente == Ambiente::Sub,
        tipo: d.query.pieno("tipo").unwrap_or("APR").to_owned(),
        nome_file: String::new(),
        errori: Vec::new(),
        guasto: None,
    })
}

/// The empty form.
pub(super) async fn modulo(d: &Dentro<'_>) -> Esito<Risposta> {
    Ok(pagina(StatusCode::OK, &nuova(d).await?))
}

/// Takes the form.
pub(super) async fn riceve(d: &Dentro<'_>, parti: &Parts, corpo: Corpo) -> Esito<Risposta> {
    let tipo = parti
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let modulo = match ricezione::modulo(d.sim, tipo, corpo, |t| sicurezza::uguali(t, &d.sessione.csrf)).await
    {
        Ok(m) => m,
        Err(ErroreModulo::Csrf) => return Err(csrf_mancante()),
        Err(ErroreModulo::Servizio(e)) => return rifiuta(d, String::new(), e).await,
    };
    let scelto = modulo.campo("tipo").to_owned();
    let confermato = modulo.campo("conferma") == "si";
    let Some((nome, deposito)) = modulo.file.filter(|(nome, _)| !nome.is_empty()) else {
        return rifiuta(
            d,
            scelto,
            ErroreServizio::richiesta("Manca il file: sceglierlo e ripetere."),
        )
        .await;
    };
    let tipo = match scelto.as_str() {
        "APR" => TipoFile::Apr,
        "AIRE" => TipoFile::Aire,
        _ => {
            return rifiuta(
                d,
                scelto,
                ErroreServizio::richiesta("Indicare se il file è APR o AIRE."),
            )
            .await;
        }
    };
    if !confermato {
        let e = ErroreServizio::richiesta(
            "Manca la conferma: spuntare la casella e ripetere. Nulla è stato inviato.",
        );
        return rifiuta(d, scelto, e).await;
    }
    let invio = Invio {
        ambiente: d.ambiente,
        comune: d.sessione.comune,
        tipo: Some(tipo),
        nome: nome.clone(),
        canale: Canale::Web,
        deposito,
        solo_apr: false,
    };
    let sim = Arc::clone(d.sim);
    match tokio::task::spawn_blocking(move || sim.carica(invio))
        .await
        .map_err(ErroreServizio::guasto)?
    {
        Ok(r) if r.scartato => Ok(vai("/combas?fatto=scartato")),
        Ok(r) if r.opaco => Ok(vai("/combas?fatto=opaco")),
        Ok(_) => Ok(vai("/combas?fatto=inviato")),
        Err(RifiutoInvio::Rilievi(rilievi)) => {
            let errori = rilievi.into_iter().map(Riga::di).collect();
            let p = PaginaInvio {
                tipo: scelto,
                nome_file: nome,
                errori,
                ..nuova(d).await?
            };
            Ok(pagina(StatusCode::UNPROCESSABLE_ENTITY, &p))
        }
        Err(RifiutoInvio::Nostro(e)) => rifiuta(d, scelto, e).await,
    }
}

/// The form again, with what went wrong.
async fn rifiuta(d: &Dentro<'_>, tipo: String, e: ErroreServizio) -> Esito<Risposta> {
    let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let testo = match e.codice {
        Some(codice) => format!("{} ({codice})", e.testo),
        None => e.testo,
    };
    Ok(pagina(
        stato,
        &PaginaInvio {
            tipo,
            guasto: Some(testo),
            ..nuova(d).await?
        },
    ))
}

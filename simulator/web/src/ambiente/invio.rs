//! The upload page: kind, file, confirmation; the bytes stream to a spool file while they arrive.

use std::sync::Arc;

use anagrafe::Ambiente;
use askama::Template;
use http::{StatusCode, header, request::Parts};
use registro::{Canale, Comune, Fornitura, Piano, StatoFornitura, TipoFile};
use servizi::{
    ErroreServizio, Esito, Invio, RifiutoInvio,
    http::{Corpo, Risposta},
};

use super::{Dentro, csrf_mancante};
use crate::{
    cornice::{Cornice, pagina, vai},
    formati, fuori,
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
    /// What is worth knowing before a subentro; only the plan can stop it.
    messaggi: Vec<Messaggio>,
    tipo: String,
    nome_file: String,
    errori: Vec<Riga>,
    guasto: Option<String>,
}

/// A message that does not stop anything by itself: its class, its words.
type Messaggio = (&'static str, String);

/// What a Comune should know before it sends in subentro: rehearsal, plan, set-up (spec subentro §1.2).
fn prima_del_subentro(
    comune: &Comune,
    prova: Option<&Fornitura>,
    finestra: Option<Piano>,
    oggi: anagrafe::Data,
    logo: bool,
) -> Vec<Messaggio> {
    let mut tutti = Vec::new();
    let segnalazioni = |f: &Fornitura| -> u64 { f.conteggi.values().sum() };
    tutti.push(match prova {
        Some(f) if f.stato == StatoFornitura::Ko => (
            "corso",
            format!(
                "L'ultima prova di pre-subentro ({}, versione {}) è fallita.",
                f.id, f.versione
            ),
        ),
        Some(f) => (
            "ok",
            format!(
                "Ultima prova di pre-subentro: {}, versione {}, {}; {}.",
                f.id,
                f.versione,
                formati::stato_fornitura(f.stato).testo,
                formati::quanti(segnalazioni(f), "segnalazione", "segnalazioni")
            ),
        ),
        None if comune.stato.presubentrato() => (
            "corso",
            "Il pre-subentro risulta superato, ma la sua fornitura qui non c'è.".to_owned(),
        ),
        None => (
            "corso",
            "Nessuna prova di pre-subentro conclusa finora.".to_owned(),
        ),
    });
    if !comune.stato.presubentrato() {
        tutti.push((
            "corso",
            "Finché un pre-subentro non riesce, l'invio è rifiutato (EN003).".to_owned(),
        ));
    }
    tutti.push(match finestra {
        Some(p) if p.comprende(oggi) => (
            "ok",
            format!(
                "Oggi è dentro la finestra del piano, aperta fino {}.",
                formati::al(p.fine)
            ),
        ),
        Some(p) => (
            "ko",
            format!(
                "Oggi è fuori dalla finestra del piano, {} {}: l'invio è rifiutato.",
                formati::dal(p.inizio),
                formati::al(p.fine)
            ),
        ),
        None => (
            "ko",
            "Il Comune non è nel piano di subentro: l'invio è rifiutato.".to_owned(),
        ),
    });
    let mancano: Vec<&str> = super::amministrazione::pronte(comune, logo)
        .iter()
        .filter(|p| p.classe != "ok")
        .map(|p| p.titolo)
        .collect();
    if !mancano.is_empty() {
        tutti.push((
            "corso",
            format!("In Amministrazione non è impostato: {}.", mancano.join(", ")),
        ));
    }
    tutti
}

async fn messaggi(d: &Dentro<'_>) -> Esito<Vec<Messaggio>> {
    if d.ambiente != Ambiente::Sub {
        return Ok(Vec::new());
    }
    let istat = d.sessione.comune;
    fuori(d.sim, move |s| {
        let prove = s.forniture(Some(Ambiente::Pre), Some(istat))?;
        Ok(prima_del_subentro(
            &s.comune(istat)?,
            prove.iter().rfind(|f| f.conclusa.is_some()),
            s.piano(istat, Ambiente::Sub)?,
            s.orologio()?.oggi,
            s.logo(istat)?.is_some(),
        ))
    })
    .await
}

async fn nuova(d: &Dentro<'_>) -> Esito<PaginaInvio> {
    Ok(PaginaInvio {
        c: d.cornice("Invio di un file", "/combas/invio").await?,
        csrf: d.sessione.csrf.clone(),
        istat: d.sessione.comune.as_str().to_owned(),
        definitivo: d.ambiente == Ambiente::Sub,
        messaggi: messaggi(d).await?,
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
    let irrevocabile = modulo.campo("definitivo") == "si";
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
    if d.ambiente == Ambiente::Sub && !irrevocabile {
        let e = ErroreServizio::richiesta(
            "Manca la seconda conferma, quella che il subentro non si annulla. Nulla è stato inviato.",
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

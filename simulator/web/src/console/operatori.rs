//! The operators of a Comune as the support sees them: everything may be changed, of any role.

use anagrafe::Ambiente;
use askama::Template;
use http::StatusCode;
use registro::{Operatore, StatoOperatore};
use serde_json::json;
use servizi::{Esito, RUOLI, http::Risposta};

use super::{Chiesta, comuni::istat};
use crate::{
    cornice::{Cornice, pagina, vai},
    formati::{self, Etichetta},
    fuori,
    modulo::{Campi, codifica},
};

/// The states a person can choose.
const STATI: [StatoOperatore; 4] = [
    StatoOperatore::Attivo,
    StatoOperatore::SchedaDaAttivare,
    StatoOperatore::Bloccato,
    StatoOperatore::Cancellato,
];

#[derive(Template)]
#[template(path = "console/operatori.html")]
struct Elenco {
    c: Cornice,
    istat: String,
    operatori: Vec<(Operatore, Etichetta)>,
}

/// `GET /comuni/{istat}/operatori`.
pub(super) async fn elenco(q: &Chiesta<'_>) -> Esito<Risposta> {
    let istat = istat(q)?;
    let tutti = fuori(q.sim, move |s| s.operatori(istat)).await?;
    let mut c = q.cornice(format!("Operatori di {istat}"), "").await?;
    if q.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Fatto.");
    }
    let elenco = Elenco {
        c,
        istat: istat.to_string(),
        operatori: tutti
            .into_iter()
            .map(|o| {
                let stato = formati::stato_operatore(o.stato);
                (o, stato)
            })
            .collect(),
    };
    Ok(pagina(StatusCode::OK, &elenco))
}

#[derive(Template)]
#[template(path = "console/operatore.html")]
struct Uno {
    c: Cornice,
    istat: String,
    o: Operatore,
    stati: [StatoOperatore; 4],
    ruoli: Vec<(&'static str, bool)>,
    ambienti: Vec<(&'static str, &'static str, bool)>,
    funzioni: String,
}

/// `GET /comuni/{istat}/operatori/{nome}`.
pub(super) async fn uno(q: &Chiesta<'_>) -> Esito<Risposta> {
    let (istat, nome) = (istat(q)?, q.segmenti.prendi("nome").to_owned());
    let o = fuori(q.sim, move |s| s.operatore(istat, &nome)).await?;
    let mut c = q.cornice(format!("Operatore {}", o.name_id), "").await?;
    if q.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Salvato: vale dalla prossima richiesta.");
    }
    let uno = Uno {
        c,
        istat: istat.to_string(),
        stati: STATI,
        ruoli: RUOLI.iter().map(|r| (*r, o.ha_ruolo(r))).collect(),
        ambienti: Ambiente::TUTTI
            .into_iter()
            .map(|a| (a.chiave(), formati::ambiente(a), o.ambienti.contains(&a)))
            .collect(),
        funzioni: o.funzioni.iter().cloned().collect::<Vec<_>>().join(" "),
        o,
    };
    Ok(pagina(StatusCode::OK, &uno))
}

/// `POST /comuni/{istat}/operatori`: creates (or adds a known one to this Comune), changes, deletes.
pub(super) async fn agisce(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = istat(q)?;
    let nome = campi.pieno("name_id").unwrap_or_default().to_owned();
    let chi = nome.clone();
    match campi.pieno("azione").unwrap_or_default() {
        "cancella" => {
            fuori(q.sim, move |s| s.cancella_operatore(istat, &chi)).await?;
            return Ok(vai(&format!("/comuni/{istat}/operatori?fatto=si")));
        }
        "nuovo" => {
            let chi = chi.to_ascii_uppercase();
            fuori(q.sim, move |s| s.metti_operatore(istat, &chi, json!({}))).await?;
            return Ok(vai(&format!(
                "/comuni/{istat}/operatori/{}?fatto=si",
                nome.to_ascii_uppercase()
            )));
        }
        _ => {
            let mut m = json!({
                "stato": campi.pieno("stato"),
                "ruoli": campi.tutti("ruolo").collect::<Vec<_>>(),
                "ambienti": campi.tutti("ambiente").collect::<Vec<_>>(),
                "funzioni": campi.valore("funzioni").unwrap_or_default()
                    .split(|c: char| c == ',' || c.is_whitespace()).filter(|f| !f.is_empty()).collect::<Vec<_>>(),
            });
            if let Some(p) = campi.valore("password").filter(|p| !p.is_empty()) {
                m["password"] = json!(p);
            }
            fuori(q.sim, move |s| s.metti_operatore(istat, &chi, m)).await?;
        }
    }
    Ok(vai(&format!(
        "/comuni/{istat}/operatori/{}?fatto=si",
        codifica(&nome)
    )))
}

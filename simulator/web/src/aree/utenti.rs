//! Users and postazioni of a Prefettura (process B03): its ALS administers the users, its ALP the postazioni.

use std::collections::BTreeSet;

use askama::Template;
use http::StatusCode;
use serde_json::json;
use servizi::{
    ErroreServizio, Esito,
    http::Risposta,
    percorso::{Prefettura, RuoloPrefettura, UTENTI_MASSIMI},
};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina, vai},
    fuori,
    modulo::Campi,
};

const PAGINA: &str = "/prefettura/utenti";

/// Roles, as the form writes them.
pub(crate) const RUOLI: [(&str, RuoloPrefettura); 3] = [
    ("ALS", RuoloPrefettura::Als),
    ("ALP", RuoloPrefettura::Alp),
    ("OPERATORE", RuoloPrefettura::Operatore),
];

/// Roles of a user in words.
pub(crate) fn ruoli(r: &BTreeSet<RuoloPrefettura>) -> String {
    let nomi: Vec<&str> = RUOLI
        .iter()
        .filter(|(_, x)| r.contains(x))
        .map(|(n, _)| *n)
        .collect();
    nomi.join(", ")
}

#[derive(Template)]
#[template(path = "aree/pref_utenti.html")]
struct Elenco {
    c: Cornice,
    csrf: String,
    p: Prefettura,
    als: bool,
    alp: bool,
    io: String,
    massimo: usize,
}

/// `GET /prefettura/utenti`.
pub(super) async fn elenco(d: &Dentro<'_>) -> Esito<Risposta> {
    let provincia = d.provincia()?;
    let p = fuori(d.sim, move |s| s.prefettura(&provincia)).await?;
    let mut c = d.cornice("Utenti e postazioni", PAGINA).await?;
    if d.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Fatto.");
    }
    let elenco = Elenco {
        c,
        csrf: d.sessione.csrf.clone(),
        p,
        als: d.sessione.als,
        alp: d.sessione.alp,
        io: d.sessione.utente.clone(),
        massimo: UTENTI_MASSIMI,
    };
    Ok(pagina(StatusCode::OK, &elenco))
}

fn riservato(chi: &str) -> ErroreServizio {
    ErroreServizio {
        codice: None,
        http: 403,
        testo: format!("Lo fa l'{chi} della Prefettura."),
    }
}

/// `POST /prefettura/utenti`: add or change a user, take one off, declare postazioni.
pub(super) async fn agisce(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let provincia = d.provincia()?;
    let nome = campi.pieno("nome").unwrap_or_default().to_ascii_uppercase();
    match campi.pieno("azione").unwrap_or_default() {
        "metti" | "togli" if !d.sessione.als => Err(riservato("ALS")),
        "metti" => {
            let ruoli: BTreeSet<RuoloPrefettura> = campi
                .tutti("ruolo")
                .filter_map(|r| RUOLI.iter().find(|(n, _)| *n == r).map(|(_, x)| *x))
                .collect();
            let password = campi
                .valore("password")
                .filter(|p| !p.is_empty())
                .map(str::to_owned);
            fuori(d.sim, move |s| {
                s.metti_utente_prefettura(&provincia, &nome, ruoli, password.as_deref())
            })
            .await?;
            Ok(vai(&format!("{PAGINA}?fatto=si")))
        }
        "togli" => {
            if nome == d.sessione.utente {
                return Err(ErroreServizio::conflitto(
                    "È il vostro stesso utente: lo toglie un altro ALS o l'assistenza (la console del simulatore).",
                ));
            }
            fuori(d.sim, move |s| s.togli_utente_prefettura(&provincia, &nome)).await?;
            Ok(vai(&format!("{PAGINA}?fatto=si")))
        }
        "postazioni" => {
            if !d.sessione.alp {
                return Err(riservato("ALP"));
            }
            let quante: u8 = campi
                .pieno("postazioni")
                .and_then(|n| n.parse().ok())
                .ok_or_else(|| ErroreServizio::richiesta("Indicare quante postazioni, in cifre."))?;
            fuori(d.sim, move |s| {
                s.metti_prefettura(&provincia, json!({"postazioni": quante}))
            })
            .await?;
            Ok(vai(&format!("{PAGINA}?fatto=si")))
        }
        _ => Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
}

//! Users and postazioni of a Prefettura (process B03): its ALS administers the users, its ALP the postazioni.

use std::collections::BTreeSet;

use askama::Template;
use http::StatusCode;
use serde_json::json;
use servizi::{
    ErroreServizio, Esito,
    http::Risposta,
    percorso::{ErroreCampo, Prefettura, Rifiuto, RuoloPrefettura, UTENTI_MASSIMI},
};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina, vai},
    errori::Errori,
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

/// The form of a user as it was filled in; never his password.
#[derive(Default)]
struct Riempito {
    nome: String,
    ruoli: Vec<String>,
    postazioni: Option<String>,
}

impl Riempito {
    fn leggi(campi: &Campi) -> Self {
        let testo = |nome: &str| campi.pieno(nome).map(ToOwned::to_owned);
        let mut ruoli: Vec<String> = campi.tutti("ruolo").map(ToOwned::to_owned).collect();
        ruoli.retain(|r| RUOLI.iter().any(|(n, _)| n == r));
        Self {
            nome: testo("nome").unwrap_or_default(),
            ruoli,
            postazioni: testo("postazioni"),
        }
    }
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
    errori: Errori,
    r: Riempito,
}

impl Elenco {
    fn segnato(&self, ruolo: &str) -> bool {
        self.r.ruoli.iter().any(|r| r == ruolo)
    }
}

async fn mostra(d: &Dentro<'_>, stato: StatusCode, errori: Errori, r: Riempito) -> Esito<Risposta> {
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
        errori,
        r,
    };
    Ok(pagina(stato, &elenco))
}

/// `GET /prefettura/utenti`.
pub(super) async fn elenco(d: &Dentro<'_>) -> Esito<Risposta> {
    mostra(d, StatusCode::OK, Errori::default(), Riempito::default()).await
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
    // The field that stands for what has none of its own.
    let (campo, esito) = match campi.pieno("azione").unwrap_or_default() {
        "metti" | "togli" if !d.sessione.als => return Err(riservato("ALS")),
        "postazioni" if !d.sessione.alp => return Err(riservato("ALP")),
        "metti" => {
            let ruoli: BTreeSet<RuoloPrefettura> = campi
                .tutti("ruolo")
                .filter_map(|r| RUOLI.iter().find(|(n, _)| *n == r).map(|(_, x)| *x))
                .collect();
            let password = campi
                .valore("password")
                .filter(|p| !p.is_empty())
                .map(str::to_owned);
            let esito = fuori(d.sim, move |s| {
                Ok(s.metti_utente_prefettura(&provincia, &nome, ruoli, password.as_deref()))
            });
            ("nome", esito.await?)
        }
        "togli" if nome == d.sessione.utente => {
            let no = ErroreServizio::conflitto(
                "È il vostro stesso utente: lo toglie un altro ALS o l'assistenza (la console del simulatore).",
            );
            ("utenti", Err(no.into()))
        }
        "togli" => {
            let esito = fuori(d.sim, move |s| Ok(s.togli_utente_prefettura(&provincia, &nome)));
            // Whatever is wrong then is wrong with the list.
            let della_lista = |e: ErroreCampo| ErroreCampo::nuovo("utenti", e.testo);
            let esito = esito.await?.map_err(|r| match r {
                Rifiuto::Campi(c) => Rifiuto::Campi(c.into_iter().map(della_lista).collect()),
                Rifiuto::Altro(e) => Rifiuto::Altro(e),
            });
            ("utenti", esito)
        }
        "postazioni" => match campi.pieno("postazioni").and_then(|n| n.parse::<i64>().ok()) {
            Some(quante) => {
                let esito = fuori(d.sim, move |s| {
                    Ok(s.metti_prefettura(&provincia, json!({"postazioni": quante})))
                });
                ("postazioni", esito.await?)
            }
            None => {
                let no = ErroreServizio::richiesta("Indicare quante postazioni, in cifre.");
                ("postazioni", Err(no.into()))
            }
        },
        _ => return Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    };
    let (stato, errori) = match esito {
        Ok(_) => return Ok(vai(&format!("{PAGINA}?fatto=si"))),
        Err(Rifiuto::Campi(errori)) => (StatusCode::BAD_REQUEST, errori.into()),
        Err(Rifiuto::Altro(e)) => match StatusCode::from_u16(e.http) {
            Ok(s) if s.is_client_error() => (s, Errori::uno(campo, e.testo)),
            _ => return Err(e),
        },
    };
    mostra(d, stato, errori, Riempito::leggi(campi)).await
}

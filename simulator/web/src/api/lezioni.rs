//! The trainer's lessons over the API: rows, shapes and calls, each in a line over the facade.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use servizi::{ErroreServizio, Esito, http::Risposta, lezioni::Mossa};

use super::{
    Chiamata, mondo,
    openapi::rif,
    risposte::json as come_json,
    rotte::{Azione, Corpo, RottaApi, leggi as riga, p, scrivi as riga_json},
};
use crate::fuori;

const OK: StatusCode = StatusCode::OK;

/// What a call of the lessons does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lezioni {
    Elenco,
    Una,
    Stato,
    Avvio,
    Esecuzione,
    Avanti,
    Salto,
    Fine,
    Collaudo,
    Orologio,
    Sgombero,
}

/// The step a move is meant for.
const DA: &[super::rotte::Parametro] = &[p(
    "da",
    "il passo per cui vale la mossa: se la lezione è già altrove, 409 e nulla si muove",
)];

fn ordina(percorso: &'static str, titolo: &'static str, a: Lezioni) -> RottaApi {
    RottaApi {
        corpo: Corpo::Nessuno,
        altri: &[400, 404, 409, 507],
        ..riga_json(Method::POST, percorso, titolo, Azione::Lezioni(a))
    }
}

pub(super) fn rotte() -> Vec<RottaApi> {
    vec![
        riga(
            "/api/lezioni",
            "Le lezioni, e quale è in corso",
            Azione::Lezioni(Lezioni::Elenco),
        ),
        RottaApi {
            altri: &[404],
            ..riga(
                "/api/lezioni/{id}",
                "Una lezione come è scritta: passi, azioni, attese",
                Azione::Lezioni(Lezioni::Una),
            )
        },
        RottaApi {
            altri: &[404],
            ..riga(
                "/api/lezioni/{id}/stato",
                "A che punto è: passo, attese, ultima fornitura e PEC, calendario",
                Azione::Lezioni(Lezioni::Stato),
            )
        },
        ordina(
            "/api/lezioni/{id}/avvio",
            "Avvia la lezione, o la ricomincia: sposta la data dello scenario",
            Lezioni::Avvio,
        ),
        RottaApi {
            parametri: DA,
            ..ordina(
                "/api/lezioni/{id}/esecuzione",
                "Esegue il passo corrente, se non lo è già",
                Lezioni::Esecuzione,
            )
        },
        RottaApi {
            parametri: DA,
            ..ordina(
                "/api/lezioni/{id}/avanti",
                "Esegue ciò che manca al passo corrente e va al prossimo",
                Lezioni::Avanti,
            )
        },
        ordina(
            "/api/lezioni/{id}/orologio",
            "Riporta l'orologio dove la lezione lo ha messo, e lo ferma",
            Lezioni::Orologio,
        ),
        ordina(
            "/api/lezioni/{id}/sgombero",
            "Elimina il Comune che occupa il codice della lezione, chiunque lo abbia creato, con tutto ciò che ha",
            Lezioni::Sgombero,
        ),
        RottaApi {
            altri: &[400, 404, 409, 413, 415, 507],
            ..riga_json(
                Method::PUT,
                "/api/lezioni/{id}/passo",
                "Salta a un passo: lo stato è quello di chi ci arriva un passo alla volta",
                Azione::Lezioni(Lezioni::Salto),
            )
        },
        ordina(
            "/api/lezioni/{id}/fine",
            "Termina: il Comune della lezione sparisce, data e ritmo tornano com'erano",
            Lezioni::Fine,
        ),
        ordina(
            "/api/lezioni/{id}/collaudo",
            "Esegue la lezione da sola e dice quali attese non fanno il loro lavoro",
            Lezioni::Collaudo,
        ),
    ]
}

/// Calls without a body.
pub(super) async fn leggi(a: Lezioni, c: &Chiamata<'_>) -> Esito<Risposta> {
    let id = c.segmenti.prendi("id").to_owned();
    let sim = c.sim;
    Ok(match a {
        Lezioni::Elenco => {
            let corrente = fuori(sim, servizi::Simulatore::lezione_in_corso).await?;
            let righe: Vec<Value> = sim
                .lezioni()
                .tutte()
                .iter()
                .map(|l| {
                    json!({"id": l.id, "titolo": l.titolo, "scopo": l.scopo, "comune": l.comune, "oggi": l.oggi,
                        "passi": l.passi.len(), "minuti": l.minuti(), "inCorso": corrente.as_deref() == Some(&l.id)})
                })
                .collect();
            come_json(OK, &righe)
        }
        Lezioni::Una => come_json(OK, sim.lezione(&id)?),
        Lezioni::Stato => come_json(OK, &fuori(sim, move |s| s.stato_lezione(&id)).await?),
        Lezioni::Avvio => come_json(OK, &fuori(sim, move |s| s.avvia_lezione(&id)).await?),
        Lezioni::Esecuzione | Lezioni::Avanti => {
            let mossa = if a == Lezioni::Avanti {
                Mossa::Avanti
            } else {
                Mossa::Esegui
            };
            let da = da(c)?;
            come_json(OK, &fuori(sim, move |s| s.muovi_lezione(&id, mossa, da)).await?)
        }
        Lezioni::Orologio => come_json(OK, &fuori(sim, move |s| s.riporta_orologio(&id)).await?),
        Lezioni::Sgombero => {
            let stato = fuori(sim, move |s| {
                s.sgombera_per_lezione(&id)?;
                s.stato_lezione(&id)
            });
            come_json(OK, &stato.await?)
        }
        Lezioni::Fine => {
            let stato = fuori(sim, move |s| {
                s.termina_lezione(&id)?;
                s.stato_lezione(&id)
            });
            come_json(OK, &stato.await?)
        }
        Lezioni::Collaudo => {
            let difformita = fuori(sim, move |s| s.collauda_lezione(&id)).await?;
            come_json(
                OK,
                &json!({"buona": difformita.is_empty(), "difformita": difformita}),
            )
        }
        Lezioni::Salto => return Err(ErroreServizio::guasto("chiamata senza risposta")),
    })
}

/// The step a move is meant for.
fn da(c: &Chiamata<'_>) -> Esito<Option<usize>> {
    c.query
        .pieno("da")
        .map(|t| {
            t.parse().map_err(|_| {
                ErroreServizio::richiesta("Il parametro «da» è il numero di un passo, da 1 in su.")
            })
        })
        .transpose()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Salto {
    /// From 1; one more than there are is the end.
    passo: usize,
}

/// The call with a JSON body.
pub(super) async fn salta(c: &Chiamata<'_>, v: Value) -> Esito<Risposta> {
    let id = c.segmenti.prendi("id").to_owned();
    let Salto { passo } = mondo::leggi(v)?;
    let passo = passo
        .checked_sub(1)
        .ok_or_else(|| ErroreServizio::richiesta("Il passo va da 1 in su."))?;
    let stato = fuori(c.sim, move |s| s.salta_lezione(&id, passo)).await?;
    Ok(come_json(OK, &stato))
}

/// What a call takes.
pub(super) fn ingresso() -> Value {
    json!({"type": "object", "additionalProperties": false, "required": ["passo"],
        "properties": {"passo": {"type": "integer", "minimum": 1}}})
}

/// What a call answers.
pub(super) fn uscita(a: Lezioni) -> Value {
    match a {
        Lezioni::Elenco => super::openapi::lista("RigaLezione"),
        Lezioni::Una => rif("Lezione"),
        Lezioni::Collaudo => rif("Collaudo"),
        _ => rif("StatoLezione"),
    }
}

/// The named shapes.
pub(super) fn schemi() -> Value {
    let s = json!({"type": "string"});
    let i = json!({"type": "integer", "minimum": 0});
    let b = json!({"type": "boolean"});
    let forse = json!({"type": ["string", "null"]});
    let giorno = json!({"type": "string", "format": "date"});
    let ambiente = json!({"enum": ["test", "pre", "sub"]});
    let conteggi = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    let attesa = json!({"type": "object", "properties": {"frase": s, "raggiunta": b, "osservato": s}});
    let nomi = |voci: &[servizi::lezioni::Voce]| voci.iter().map(|v| v.nome).collect::<Vec<_>>();
    json!({
        "RigaLezione": {"type": "object", "properties": {"id": s, "titolo": s, "scopo": s, "comune": s, "oggi": giorno,
            "passi": i, "minuti": i, "inCorso": b}},
        "Lezione": {"type": "object", "required": ["id", "titolo", "passi"], "properties": {"id": s, "titolo": s, "scopo": s,
            "comune": s, "stato": s, "oggi": giorno, "abitanti": i, "aire": i, "seme": i,
            "prerequisiti": {"type": "array", "items": s},
            "date": {"type": "array", "items": {"type": "object", "properties": {"giorno": giorno, "testo": s}}},
            "domande": {"type": "array", "items": {"type": "object", "properties": {"domanda": s, "risposta": s}}},
            "passi": {"type": "array", "items": {"type": "object", "properties": {"titolo": s, "minuti": i, "note": s,
                "prima": forse, "testo": s, "approfondimento": forse,
                "mostra": {"enum": ["nulla", "fornitura", "pec", "rifiuto", "scambio", "calendario"]},
                "codici": {"type": "array", "items": s}, "a_mano": {"type": ["object", "null"]},
                "azioni": {"type": "array", "items": {"type": "object", "required": ["fai"],
                    "properties": {"fai": {"enum": nomi(servizi::lezioni::VOCI_AZIONI)}}}},
                "attese": {"type": "array", "items": {"type": "object", "required": ["che"],
                    "properties": {"che": {"enum": nomi(servizi::lezioni::VOCI_ATTESE)}}}}}}}}},
        "StatoLezione": {"type": "object", "required": ["id", "inCorso", "passi"], "properties": {"id": s, "inCorso": b,
            "altra": forse, "passo": {"type": ["integer", "null"]}, "eseguito": b, "interrotta": b, "finita": b,
            "trascorsiSecondi": i, "previstiMinuti": i, "totaleMinuti": i, "comune": s, "nomeComune": s, "statoComune": forse,
            "oggi": giorno, "orologioAtteso": {"type": ["string", "null"], "format": "date"},
            "nonParte": {"type": ["object", "null"], "properties": {"perche": {"enum": ["altraInCorso", "comuneAltrui"]},
                "lezione": s, "titolo": s, "comune": s, "nome": s, "stato": s}},
            "passi": {"type": "array", "items": {"type": "object", "properties": {"numero": i, "titolo": s, "minuti": i,
                "stato": {"enum": ["FATTO", "CORRENTE", "DA_FARE"]}, "attese": {"type": "array", "items": attesa}}}},
            "rifiuti": {"type": "array", "items": {"type": "object", "properties": {"codice": s, "testo": s}}},
            "fornitura": {"type": ["object", "null"], "properties": {"id": s, "ambiente": ambiente, "versione": i, "stato": s,
                "file": {"type": "array", "items": s}, "soggetti": i, "conteggi": conteggi}},
            "pec": {"type": ["object", "null"], "properties": {"id": s, "ambiente": ambiente, "oggetto": s, "quando": s}},
            "scambio": {"type": ["object", "null"], "properties": {"n": i, "esito": s, "fault": forse, "causa": forse}},
            "calendario": {"type": "array", "items": {"type": "object", "properties": {"giorno": giorno,
                "casi": {"type": "array", "items": {"type": "object", "properties": {
                    "che": {"enum": ["inizio", "tappa", "oggi", "finestra", "nota"]}, "testo": s}}}}}}}},
        "Collaudo": {"type": "object", "required": ["buona", "difformita"], "properties": {"buona": b,
            "difformita": {"type": "array", "items": {"type": "object", "properties": {"passo": i, "attesa": s, "perche": s}}}}},
    })
}

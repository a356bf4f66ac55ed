//! The rows of the register proper: persons, families, the state of one scheda.

use http::Method;

use super::rotte::{Azione, Parametro, RottaApi, UN_AMBIENTE, leggi, p, scrivi, serve};

const AMBIENTE: Parametro = UN_AMBIENTE;
const DOPO: Parametro = p("dopo", "quante saltarne dall'inizio dell'elenco di un Comune");
const LIMITE: Parametro = p("limite", "quante al massimo, fino a 1000");

/// They stand after the other rows of the table.
pub(super) fn rotte() -> Vec<RottaApi> {
    vec![
        RottaApi {
            parametri: const {
                &[
                    AMBIENTE,
                    p(
                        "comune",
                        "codice ISTAT; da solo elenca le schede individuali di quel Comune",
                    ),
                    p("idAnpr", "cerca per idANPR"),
                    p("cf", "cerca per codice fiscale, intero o inizio seguito da *"),
                    p("cognome", "cerca per cognome, intero o inizio seguito da *"),
                    p("nome", "insieme al cognome: nome, intero o inizio seguito da *"),
                    p("nascita", "insieme al cognome: data di nascita, AAAA-MM-GG"),
                    DOPO,
                    LIMITE,
                ]
            },
            altri: &[400],
            ..leggi(
                "/api/schede",
                "Cerca (al più 50) o elenca schede individuali del registro",
                Azione::Schede,
            )
        },
        RottaApi {
            parametri: const { &[AMBIENTE] },
            altri: &[400, 404],
            ..leggi(
                "/api/schede/{id}",
                "Una scheda individuale per idANPR",
                Azione::Scheda,
            )
        },
        RottaApi {
            parametri: const { &[AMBIENTE] },
            altri: &[400, 404, 413, 415, 507],
            ..scrivi(
                Method::PUT,
                "/api/schede/{id}",
                "Cancella una scheda individuale o la riattiva: uno stato del mondo",
                Azione::SchedaMetti,
            )
        },
        RottaApi {
            parametri: const { &[AMBIENTE, serve("comune", "codice ISTAT"), DOPO, LIMITE] },
            altri: &[400],
            ..leggi(
                "/api/famiglie",
                "Famiglie, convivenze e famiglie AIRE di un Comune",
                Azione::Famiglie,
            )
        },
        RottaApi {
            parametri: const { &[AMBIENTE] },
            altri: &[400, 404],
            ..leggi(
                "/api/famiglie/{id}",
                "Una famiglia o convivenza per idANPR, con i componenti",
                Azione::Famiglia,
            )
        },
    ]
}

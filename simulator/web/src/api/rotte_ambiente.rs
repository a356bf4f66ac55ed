//! The rows of the mailboxes, of a Comune's administration, of the support and its tools.

use http::Method;

use super::rotte::{AMBIENTE, Azione, Corpo, FILTRI_PEC, RottaApi, UN_AMBIENTE, leggi, p, scrivi, serve};

/// They stand after the other rows of the table.
pub(super) fn rotte() -> Vec<RottaApi> {
    vec![
        RottaApi {
            altri: &[400, 404, 413, 415, 507],
            ..scrivi(
                Method::PUT,
                "/api/pec/{id}",
                "Segna un messaggio come letto o da leggere",
                Azione::PecStato,
            )
        },
        RottaApi {
            esito: 201,
            altri: &[400, 404, 409, 413, 415, 507],
            ..scrivi(
                Method::POST,
                "/api/pec",
                "Una domanda all'assistenza, o la sua risposta",
                Azione::PecScrivi,
            )
        },
        RottaApi {
            parametri: FILTRI_PEC,
            altri: &[400, 404, 413],
            ..leggi(
                "/api/pec/archivio/{formato}",
                "I messaggi in un solo file: zip o mbox",
                Azione::PecArchivio,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi(
                "/api/pec/{id}/ricevute",
                "Ricevuta di accettazione e di consegna",
                Azione::PecRicevute,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi(
                "/api/pec/{id}/allegati/{n}",
                "Un allegato, contando da 0",
                Azione::PecAllegato,
            )
        },
        leggi(
            "/api/inoltro",
            "L'inoltro verso un server SMTP di prova",
            Azione::Inoltro,
        ),
        RottaApi {
            parametri: const { &[serve("con", "la fornitura precedente")] },
            altri: &[400, 404],
            ..leggi(
                "/api/forniture/{id}/confronto",
                "Anomalie nuove, rimaste e scomparse rispetto a un'altra fornitura",
                Azione::Confronto,
            )
        },
        RottaApi {
            parametri: const {
                &[
                    serve("con", "la fornitura precedente"),
                    p("quali", "scomparse, rimaste o nuove; tutte se manca"),
                    p("codice", "solo questo codice"),
                    p("dopo", "quante saltarne"),
                    p("limite", "quante al più"),
                ]
            },
            altri: &[400, 404, 409],
            ..leggi(
                "/api/forniture/{id}/confronto/anomalie",
                "Quali anomalie sono nuove, rimaste e scomparse, una a una; CSV con Accept: text/csv",
                Azione::ConfrontoAnomalie,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi(
                "/api/comuni/{istat}/logo",
                "Il logo del Comune (PNG)",
                Azione::LogoLeggi,
            )
        },
        RottaApi {
            corpo: Corpo::Byte,
            altri: &[404, 413, 422, 507],
            ..scrivi(
                Method::PUT,
                "/api/comuni/{istat}/logo",
                "Carica il logo del Comune, PNG o JPEG",
                Azione::LogoMetti,
            )
        },
        RottaApi {
            metodo: Method::DELETE,
            altri: &[404, 507],
            ..leggi("/api/comuni/{istat}/logo", "Toglie il logo", Azione::LogoTogli)
        },
        RottaApi {
            altri: &[404],
            ..leggi(
                "/api/comuni/{istat}/indirizzi",
                "Gli indirizzi IP abilitati, con il giorno della richiesta",
                Azione::Indirizzi,
            )
        },
        RottaApi {
            parametri: const { &[UN_AMBIENTE] },
            altri: &[400, 404],
            ..leggi(
                "/api/comuni/{istat}/blocco",
                "Che cosa impedisce al Comune di andare avanti, o null",
                Azione::BloccoLeggi,
            )
        },
        RottaApi {
            corpo: Corpo::Nessuno,
            parametri: const { &[UN_AMBIENTE] },
            altri: &[400, 404, 409, 507],
            ..scrivi(
                Method::POST,
                "/api/comuni/{istat}/sblocco",
                "Fa ciò che farebbe l'assistenza: toglie il blocco",
                Azione::Sblocca,
            )
        },
        RottaApi {
            corpo: Corpo::Byte,
            parametri: const {
                &[
                    UN_AMBIENTE,
                    serve("comune", "codice ISTAT di chi invierebbe"),
                    serve("nome", "nome del file"),
                    p("senzaEN009", "si: esclude EN009"),
                ]
            },
            altri: &[400, 413, 422, 429, 507],
            ..scrivi(
                Method::POST,
                "/api/validatore",
                "Controlla un file senza conservarlo",
                Azione::Valida,
            )
        },
        RottaApi {
            parametri: const {
                &[
                    AMBIENTE,
                    p("abitanti", "schede APR"),
                    p("aire", "schede AIRE"),
                    p("versione", "versione"),
                    p("seed", "seme"),
                    p("anomalie", "CODICE=N,…"),
                    p("profilo", "realistico"),
                ]
            },
            altri: &[400, 404, 429],
            ..leggi(
                "/api/comuni/{istat}/fornitura-di-prova",
                "Una fornitura sintetica pronta da inviare (zip)",
                Azione::FornituraDiProva,
            )
        },
    ]
}

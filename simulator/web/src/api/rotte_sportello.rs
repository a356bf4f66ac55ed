//! The rows of the postazione desk, of the cards and of the operators' further calls.

use http::Method;

use super::rotte::{AMBIENTE, Azione, COMUNE, Corpo, Parametro, RottaApi, leggi, p, scrivi, serve};

const COMPAT: Parametro = p(
    "compat",
    "forma del .p12: universale, moderno, antico; senza, il file com'è",
);

/// They stand after the other rows of the table; literal segments before named ones.
pub(super) fn rotte() -> Vec<RottaApi> {
    vec![
        RottaApi {
            metodo: Method::DELETE,
            altri: &[404, 409, 507],
            ..leggi(
                "/api/comuni/{istat}/operatori/{nameId}",
                "Toglie un operatore dal Comune",
                Azione::OperatoreCancella,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi(
                "/api/comuni/{istat}/operatori",
                "Gli operatori di un Comune",
                Azione::OperatoriElenco,
            )
        },
        RottaApi {
            metodo: Method::DELETE,
            altri: &[404, 507],
            ..leggi(
                "/api/comuni/{istat}/operatori/{nameId}/sessioni",
                "Chiude tutte le sessioni di un operatore",
                Azione::OperatoreEsce,
            )
        },
        RottaApi {
            parametri: const {
                &[
                    COMUNE,
                    p("stato", "in lavorazione, futuro, attivo, revocato, scaduto"),
                    p("scadeEntro", "giorni"),
                ]
            },
            altri: &[400],
            ..leggi(
                "/api/certificati",
                "I certificati delle postazioni; stato e date seguono l'orologio del computer, non la data dello scenario",
                Azione::Certificati,
            )
        },
        RottaApi {
            parametri: const { &[serve("comune", "codice ISTAT"), COMPAT] },
            altri: &[400, 404],
            ..leggi(
                "/api/certificati/archivio",
                "Scarica tutti: zip con i .p12 attivi e senza difetti di un Comune, e le password",
                Azione::CertificatiArchivio,
            )
        },
        RottaApi {
            parametri: const { &[AMBIENTE] },
            altri: &[400],
            ..leggi(
                "/api/certificati/importati",
                "Certificati altrui di cui gli ambienti si fidano",
                Azione::ImportatiElenco,
            )
        },
        RottaApi {
            esito: 201,
            altri: &[400, 409, 413, 415, 507],
            ..scrivi(
                Method::POST,
                "/api/certificati/importati",
                "Importa certificati pubblici (PEM, DER, p7b, p12) nella lista di fiducia",
                Azione::ImportatiMetti,
            )
        },
        RottaApi {
            metodo: Method::DELETE,
            parametri: const { &[AMBIENTE] },
            altri: &[400, 404, 507],
            ..leggi(
                "/api/certificati/importati/{impronta}",
                "Toglie un certificato dalla lista di fiducia",
                Azione::ImportatoTogli,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi(
                "/api/certificati/{id}",
                "Un certificato, anche importato, per id o per impronta SHA-256",
                Azione::Certificato,
            )
        },
        RottaApi {
            parametri: const { &[COMPAT] },
            altri: &[400, 404, 409],
            ..leggi(
                "/api/certificati/{id}/p12",
                "Il .p12 nella forma chiesta",
                Azione::CertificatoP12,
            )
        },
        RottaApi {
            corpo: Corpo::Nessuno,
            altri: &[404, 409, 507],
            ..scrivi(
                Method::POST,
                "/api/certificati/{id}/ripristino",
                "Annulla una revoca",
                Azione::CertificatoRipristina,
            )
        },
        RottaApi {
            corpo: Corpo::Nessuno,
            esito: 201,
            altri: &[404, 409, 507],
            ..scrivi(
                Method::POST,
                "/api/certificati/{id}/rinnovo",
                "Emette il certificato che segue (CO-9999 e CO-9998 si alternano)",
                Azione::CertificatoRinnova,
            )
        },
        RottaApi {
            parametri: const {
                &[p(
                    "comune",
                    "codice ISTAT, o la sigla della provincia di una Prefettura",
                )]
            },
            altri: &[400],
            ..leggi("/api/carte", "Le carte degli operatori", Azione::Carte)
        },
        RottaApi {
            esito: 201,
            altri: &[400, 404, 409, 413, 415, 507],
            ..scrivi(
                Method::POST,
                "/api/carte",
                "Emette la carta di un operatore",
                Azione::CartaEmetti,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi("/api/carte/{id}", "Una carta", Azione::Carta)
        },
        RottaApi {
            metodo: Method::DELETE,
            altri: &[404, 507],
            ..leggi("/api/carte/{id}", "Revoca una carta", Azione::CartaRevoca)
        },
        RottaApi {
            parametri: const { &[COMPAT] },
            altri: &[400, 404],
            ..leggi(
                "/api/carte/{id}/p12",
                "Il .p12 di una carta, da importare nel browser",
                Azione::CartaP12,
            )
        },
        RottaApi {
            corpo: Corpo::Nessuno,
            altri: &[404, 409, 507],
            ..scrivi(
                Method::POST,
                "/api/carte/{id}/ripristino",
                "Annulla la revoca di una carta",
                Azione::CartaRipristina,
            )
        },
        RottaApi {
            esito: 201,
            altri: &[400, 404, 413, 415, 507],
            ..scrivi(
                Method::POST,
                "/api/certificati",
                "Emette un certificato, anche difettoso",
                Azione::CertificatoEmetti,
            )
        },
        RottaApi {
            metodo: Method::DELETE,
            altri: &[404],
            ..leggi(
                "/api/certificati/{id}",
                "Revoca un certificato, anche importato",
                Azione::CertificatoRevoca,
            )
        },
    ]
}

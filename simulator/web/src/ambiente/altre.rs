//! The rest of the table of an environment's pages: mailbox, administration, tools, support.
//!
//! Looked up after the first table; each row says whether it is a page, a form (with the session's token) or a form with
//! a file (whose token comes before the file).

use http::Method;
use servizi::{Esito, http::Risposta};

use super::{Dentro, posta};
use crate::{modulo::Campi, rotte::Rotta};

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Altra {
    Posta,
    PostaArchivio,
    Messaggio,
    MessaggioSegna,
    Eml,
    Allegato,
    Ricevuta,
    RicevutaEml,
}

impl Altra {
    /// A form: it carries the session's token.
    pub(super) const fn modulo(self) -> bool {
        matches!(self, Self::MessaggioSegna)
    }
}

const fn rotta(metodo: Method, percorso: &'static str, azione: Altra) -> Rotta<Altra> {
    Rotta {
        metodo,
        percorso,
        azione,
    }
}

/// The table.
pub(super) static ROTTE: &[Rotta<Altra>] = &[
    rotta(Method::GET, "/combas/posta", Altra::Posta),
    rotta(
        Method::GET,
        "/combas/posta/archivio/{formato}",
        Altra::PostaArchivio,
    ),
    rotta(Method::GET, "/combas/posta/{id}", Altra::Messaggio),
    rotta(Method::POST, "/combas/posta/{id}", Altra::MessaggioSegna),
    rotta(Method::GET, "/combas/posta/{id}/messaggio.eml", Altra::Eml),
    rotta(Method::GET, "/combas/posta/{id}/allegati/{n}", Altra::Allegato),
    rotta(Method::GET, "/combas/posta/{id}/ricevute/{n}", Altra::Ricevuta),
    rotta(
        Method::GET,
        "/combas/posta/{id}/ricevute/{n}/messaggio.eml",
        Altra::RicevutaEml,
    ),
];

/// Pages.
pub(super) async fn mostra(d: &Dentro<'_>, azione: Altra) -> Esito<Risposta> {
    match azione {
        Altra::Posta => posta::casella(d).await,
        Altra::PostaArchivio => posta::archivio(d).await,
        altra => posta::uno(d, altra).await,
    }
}

/// Forms, once their token is right.
pub(super) async fn comanda(d: &Dentro<'_>, _azione: Altra, campi: &Campi) -> Esito<Risposta> {
    posta::segna(d, campi).await
}

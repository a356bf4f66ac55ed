//! The rest of the table of an environment's pages: mailbox, administration, tools, support, contribution.
//!
//! Looked up after the first table; each row says whether it is a page, a form (with the session's token) or a form with
//! a file (whose token comes before the file).

use http::{Method, header, request::Parts};
use servizi::{
    Esito,
    http::{Corpo, Risposta},
};

use super::{
    Dentro, amministrazione, assistenza, contributo, csrf_mancante, installazione, posta, sicurezza_locale,
    strumenti,
};
use crate::{
    modulo::Campi,
    ricezione::{self, ErroreModulo, Modulo},
    rotte::Rotta,
    sicurezza,
};

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
    Daticert,
    Amministrazione,
    AmministrazioneCambia,
    Logo,
    LogoCarica,
    Carte,
    Strumenti,
    Validatore,
    Valida,
    FileDiProva,
    FileDiProvaScarica,
    Installazione,
    Download,
    Confronto,
    Assistenza,
    AssistenzaAgisce,
    Contributo,
    ContributoMuta,
    ContributoDocumento,
    ContributoFirmato,
}

impl Altra {
    /// A form: it carries the session's token.
    pub(super) const fn modulo(self) -> bool {
        matches!(
            self,
            Self::MessaggioSegna
                | Self::AmministrazioneCambia
                | Self::AssistenzaAgisce
                | Self::ContributoMuta
        )
    }

    /// A form with a file: its token comes before the file.
    pub(super) const fn caricamento(self) -> bool {
        matches!(self, Self::LogoCarica | Self::Valida | Self::ContributoFirmato)
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
    rotta(
        Method::GET,
        "/combas/posta/{id}/ricevute/{n}/daticert.xml",
        Altra::Daticert,
    ),
    rotta(Method::GET, "/combas/amministrazione", Altra::Amministrazione),
    rotta(
        Method::POST,
        "/combas/amministrazione",
        Altra::AmministrazioneCambia,
    ),
    rotta(Method::POST, "/combas/amministrazione/logo", Altra::LogoCarica),
    rotta(Method::GET, "/combas/amministrazione/logo.png", Altra::Logo),
    rotta(Method::GET, "/combas/sicurezza/carte", Altra::Carte),
    rotta(Method::GET, "/combas/strumenti", Altra::Strumenti),
    rotta(Method::GET, "/combas/strumenti/postazione", Altra::Installazione),
    rotta(Method::GET, "/combas/strumenti/validatore", Altra::Validatore),
    rotta(Method::POST, "/combas/strumenti/validatore", Altra::Valida),
    rotta(Method::GET, "/combas/strumenti/file-di-prova", Altra::FileDiProva),
    rotta(
        Method::GET,
        "/combas/strumenti/file-di-prova.zip",
        Altra::FileDiProvaScarica,
    ),
    rotta(Method::GET, "/combas/download", Altra::Download),
    rotta(Method::GET, "/combas/confronto", Altra::Confronto),
    rotta(Method::GET, "/combas/assistenza", Altra::Assistenza),
    rotta(Method::POST, "/combas/assistenza", Altra::AssistenzaAgisce),
    rotta(Method::GET, "/combas/contributo", Altra::Contributo),
    rotta(Method::POST, "/combas/contributo", Altra::ContributoMuta),
    rotta(
        Method::GET,
        "/combas/contributo/documento",
        Altra::ContributoDocumento,
    ),
    rotta(
        Method::POST,
        "/combas/contributo/firmato",
        Altra::ContributoFirmato,
    ),
];

/// Pages.
pub(super) async fn mostra(d: &Dentro<'_>, azione: Altra) -> Esito<Risposta> {
    match azione {
        Altra::Posta => posta::casella(d).await,
        Altra::PostaArchivio => posta::archivio(d).await,
        Altra::Amministrazione => amministrazione::mostra(d).await,
        Altra::Logo => amministrazione::logo(d).await,
        Altra::Carte => sicurezza_locale::carte::elenco(d).await,
        Altra::Strumenti => strumenti::indice(d).await,
        Altra::Installazione => installazione::mostra(d).await,
        Altra::Validatore => strumenti::validatore(d).await,
        Altra::FileDiProva => strumenti::file_di_prova(d).await,
        Altra::FileDiProvaScarica => strumenti::scarica_di_prova(d).await,
        Altra::Download => strumenti::download(d).await,
        Altra::Confronto => strumenti::confronto(d).await,
        Altra::Assistenza => assistenza::mostra(d).await,
        Altra::Contributo => contributo::una(d).await,
        Altra::ContributoDocumento => contributo::documento(d).await,
        altra => posta::uno(d, altra).await,
    }
}

/// Forms, once their token is right.
pub(super) async fn comanda(d: &Dentro<'_>, azione: Altra, campi: &Campi) -> Esito<Risposta> {
    match azione {
        Altra::AmministrazioneCambia => amministrazione::cambia(d, campi).await,
        Altra::AssistenzaAgisce => assistenza::agisce(d, campi).await,
        Altra::ContributoMuta => contributo::agisce(d, campi).await,
        _ => posta::segna(d, campi).await,
    }
}

/// Forms with a file.
pub(super) async fn riceve(d: &Dentro<'_>, azione: Altra, parti: &Parts, corpo: Corpo) -> Esito<Risposta> {
    match azione {
        Altra::LogoCarica => amministrazione::carica_logo(d, parti, corpo).await,
        Altra::ContributoFirmato => contributo::firmato(d, parti, corpo).await,
        _ => strumenti::valida(d, parti, corpo).await,
    }
}

/// Reads a form with a file.
pub(super) async fn caricamento(d: &Dentro<'_>, parti: &Parts, corpo: Corpo) -> Esito<Modulo> {
    let tipo = parti
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let permesso = |t: &str| sicurezza::uguali(t, &d.sessione.csrf);
    ricezione::modulo(d.sim, tipo, corpo, permesso)
        .await
        .map_err(|e| match e {
            ErroreModulo::Csrf => csrf_mancante(),
            ErroreModulo::Servizio(e) => e,
        })
}

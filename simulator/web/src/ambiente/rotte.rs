//! The pages of an environment, row by row: address, handler, and who may.
//!
//! Roles stand here when the whole page is theirs. Where a page serves several roles, each to its own part, or a role
//! and a card, the handler asks (`amministrazione`, `assistenza`, `contributo`, `sicurezza_locale::indice`).

use super::{
    Wa, accesso, amministrazione, assistenza, cancellazione, confronto, contributo, esiti, indice,
    installazione, invio, non_trovata, persone, posta, profilo,
    sicurezza_locale::{
        self, PER_GLI_OPERATORI, PER_LE_POSTAZIONI, carte, operatori, postazioni, smart_card,
    },
    stato, strumenti,
};
use crate::{
    posta::Pezzo,
    rotte::{Rotta, aperta, caricamento, get, invio, post, vista},
    statici,
};

/// Home of the application; before the login, the login form.
pub(super) const CASA: &str = "/combas";
/// Where an operator of several Comuni says for which one he works.
pub(super) const SCELTA: &str = "/combas/comune";
const ESCI: &str = "/combas/esci";
const ESCI_OVUNQUE: &str = "/combas/profilo/uscita";
/// What such an operator may do before he has said it.
pub(super) const PRIMA_DELLA_SCELTA: [&str; 3] = [SCELTA, ESCI, ESCI_OVUNQUE];

/// The table.
pub(crate) static ROTTE: &[Rotta<Wa>] = &[
    get("/", aperta!(|s, _| indice(s.sim, s.ambiente))),
    get(
        "/statico/{nome}",
        aperta!(|s, _| match statici::file(s.segmenti.prendi("nome")) {
            Some(r) => r,
            None => non_trovata(s.sim, s.ambiente, s.parti).await,
        }),
    ),
    get(
        "/com",
        aperta!(|s, _| accesso::con_carta(s.sim, s.ambiente, s.parti)),
    ),
    get(
        "/com/entra",
        aperta!(|s, _| accesso::dalla_carta(s.sim, s.ambiente, s.parti).await),
    ),
    get(CASA, vista!(stato::pagina_stato)),
    post(
        "/combas/entra",
        aperta!(|s, corpo| accesso::entra(s.sim, s.ambiente, s.parti, corpo).await),
    ),
    post(ESCI, invio!(|d, _| accesso::esci(d).await)),
    get(SCELTA, vista!(profilo::comune)),
    post(SCELTA, invio!(profilo::sceglie)),
    get("/combas/profilo", vista!(profilo::pagina_profilo)),
    post("/combas/profilo", invio!(profilo::cambia_password)),
    post(ESCI_OVUNQUE, invio!(|d, _| profilo::esce_ovunque(d).await)),
    // Deliveries.
    get("/combas/invio", vista!(invio::modulo)),
    post("/combas/invio", caricamento!(invio::riceve)),
    get("/combas/esiti", vista!(esiti::elenco)),
    get("/combas/esiti/{id}", vista!(esiti::uno)),
    get("/combas/esiti/{id}/liste/{nome}", vista!(esiti::lista)),
    get("/combas/anomalie", vista!(esiti::anomalie)),
    get("/combas/codici/{codice}", vista!(esiti::codice)),
    get("/combas/subentro", vista!(stato::subentro)),
    get("/combas/confronto", vista!(confronto::confronto)),
    get("/combas/confronto/anomalie", vista!(confronto::anomalie)),
    get("/combas/confronto/anomalie.csv", vista!(confronto::csv)),
    get("/combas/download", vista!(strumenti::download)),
    get(
        "/combas/cancellazione",
        vista!(cancellazione::pagina_cancellazione),
    ),
    post("/combas/cancellazione", invio!(cancellazione::chiede)),
    // The register.
    get("/combas/persone", vista!(persone::cerca)),
    get("/combas/persone/{id}", vista!(persone::una)),
    get("/combas/famiglie/{id}", vista!(persone::famiglia)),
    // Sicurezza.
    get("/combas/sicurezza", vista!(sicurezza_locale::indice)),
    get("/combas/sicurezza/operatori", vista!(operatori::elenco)).per(PER_GLI_OPERATORI),
    post("/combas/sicurezza/operatori", invio!(operatori::crea)).per(PER_GLI_OPERATORI),
    get("/combas/sicurezza/operatori/{nome}", vista!(operatori::uno)).per(PER_GLI_OPERATORI),
    post("/combas/sicurezza/operatori/{nome}", invio!(operatori::agisce)).per(PER_GLI_OPERATORI),
    get("/combas/sicurezza/carte", vista!(carte::elenco)).per(PER_GLI_OPERATORI),
    get("/combas/sicurezza/carte/{id}/p12", vista!(operatori::carta)).per(PER_GLI_OPERATORI),
    get("/combas/sicurezza/smart-card", vista!(smart_card::elenco)).per(PER_GLI_OPERATORI),
    post("/combas/sicurezza/smart-card", invio!(smart_card::agisce)).per(PER_GLI_OPERATORI),
    get("/combas/sicurezza/smart-card/{numero}", vista!(smart_card::busta)).per(PER_GLI_OPERATORI),
    get("/combas/sicurezza/postazioni", vista!(postazioni::elenco)).per(PER_LE_POSTAZIONI),
    post("/combas/sicurezza/postazioni", invio!(postazioni::chiede)).per(PER_LE_POSTAZIONI),
    get(
        "/combas/sicurezza/postazioni/archivio",
        vista!(postazioni::archivio),
    )
    .per(PER_LE_POSTAZIONI),
    get("/combas/sicurezza/postazioni/{id}", vista!(postazioni::una)).per(PER_LE_POSTAZIONI),
    post("/combas/sicurezza/postazioni/{id}", invio!(postazioni::agisce)).per(PER_LE_POSTAZIONI),
    get("/combas/sicurezza/postazioni/{id}/p12", vista!(postazioni::p12)).per(PER_LE_POSTAZIONI),
    // Mailbox.
    get("/combas/posta", vista!(posta::casella)),
    get("/combas/posta/archivio/{formato}", vista!(posta::archivio)),
    get(
        "/combas/posta/{id}",
        vista!(|d| posta::uno(d, Pezzo::Messaggio).await),
    ),
    post("/combas/posta/{id}", invio!(posta::segna)),
    get(
        "/combas/posta/{id}/messaggio.eml",
        vista!(|d| posta::uno(d, Pezzo::Eml).await),
    ),
    get(
        "/combas/posta/{id}/allegati/{n}",
        vista!(|d| posta::uno(d, Pezzo::Allegato).await),
    ),
    get(
        "/combas/posta/{id}/ricevute/{n}",
        vista!(|d| posta::uno(d, Pezzo::Ricevuta).await),
    ),
    get(
        "/combas/posta/{id}/ricevute/{n}/messaggio.eml",
        vista!(|d| posta::uno(d, Pezzo::RicevutaEml).await),
    ),
    get(
        "/combas/posta/{id}/ricevute/{n}/daticert.xml",
        vista!(|d| posta::uno(d, Pezzo::Daticert).await),
    ),
    // Amministrazione, tools, support, contribution.
    get("/combas/amministrazione", vista!(amministrazione::mostra)),
    post("/combas/amministrazione", invio!(amministrazione::cambia)),
    post(
        "/combas/amministrazione/logo",
        caricamento!(amministrazione::carica_logo),
    ),
    get("/combas/amministrazione/logo.png", vista!(amministrazione::logo)),
    get("/combas/strumenti", vista!(strumenti::indice)),
    get("/combas/strumenti/postazione", vista!(installazione::mostra)),
    get("/combas/strumenti/validatore", vista!(strumenti::validatore)),
    post("/combas/strumenti/validatore", caricamento!(strumenti::valida)),
    get(
        "/combas/strumenti/file-di-prova",
        vista!(strumenti::file_di_prova),
    ),
    get(
        "/combas/strumenti/file-di-prova.zip",
        vista!(strumenti::scarica_di_prova),
    ),
    get("/combas/assistenza", vista!(assistenza::mostra)),
    post("/combas/assistenza", invio!(assistenza::agisce)),
    get("/combas/contributo", vista!(contributo::una)),
    post("/combas/contributo", invio!(contributo::agisce)),
    get("/combas/contributo/documento", vista!(contributo::documento)),
    get(
        "/combas/contributo/firma-di-prova",
        vista!(contributo::firma_di_prova),
    ),
    post("/combas/contributo/firmato", caricamento!(contributo::firmato)),
];

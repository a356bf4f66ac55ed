//! The pages of the areas, row by row: address and handler. Each area has its table, and its session opens no other.

use servizi::percorso::Area;

use super::{
    Aree, accesso, allegato, attivazione, casella, censimento, dashboard, messaggio, prefettura, privata,
    software_house, utenti,
};
use crate::{
    posta::Pezzo,
    rotte::{Rotta, aperta, caricamento, get, invio, post, vista},
};

/// Where the addresses of an area begin.
pub(super) const fn radice(area: Area) -> &'static str {
    match area {
        Area::Privata => "/servizidemografici",
        Area::Prefettura => "/prefettura",
        Area::Dashboard => "/dashboard",
    }
}

/// Home of who is in an area.
pub(super) const fn casa(area: Area) -> &'static str {
    match area {
        Area::Privata | Area::Prefettura => radice(area),
        Area::Dashboard => "/dashboard/subentro",
    }
}

/// The table of an area.
pub(crate) fn di(area: Area) -> &'static [Rotta<Aree>] {
    match area {
        Area::Privata => PRIVATA,
        Area::Prefettura => PREFETTURA,
        Area::Dashboard => DASHBOARD,
    }
}

static PRIVATA: &[Rotta<Aree>] = &[
    get("/servizidemografici", vista!(privata::casa)),
    post(
        "/servizidemografici/entra",
        aperta!(|s, corpo| accesso::entra(s.sim, s.area, s.parti, corpo).await),
    ),
    post("/servizidemografici/esci", invio!(|d, _| accesso::esci(d).await)),
    get(
        "/servizidemografici/posta",
        vista!(|d| casella(d, "/servizidemografici/posta").await),
    ),
    get(
        "/servizidemografici/posta/{id}",
        vista!(|d| messaggio(d, "/servizidemografici/posta", Pezzo::Messaggio).await),
    ),
    get(
        "/servizidemografici/posta/{id}/messaggio.eml",
        vista!(|d| messaggio(d, "/servizidemografici/posta", Pezzo::Eml).await),
    ),
    get("/servizidemografici/posta/{id}/allegati/{n}", vista!(allegato)),
    get(
        "/servizidemografici/attivazione",
        aperta!(|s, _| attivazione::modulo(s.parti)),
    ),
    post(
        "/servizidemografici/attivazione",
        aperta!(|s, corpo| attivazione::agisce(s.sim, s.parti, corpo).await),
    ),
    get(
        "/servizidemografici/software-house",
        vista!(software_house::scelta),
    ),
    post(
        "/servizidemografici/software-house",
        invio!(software_house::sceglie),
    ),
    get("/servizidemografici/scheda", vista!(privata::scheda)),
    post("/servizidemografici/scheda", invio!(privata::manda)),
    get("/servizidemografici/scheda/ricevuta", vista!(privata::ricevuta)),
    get(
        "/servizidemografici/censimento",
        vista!(censimento::pagina_censimento),
    ),
    post("/servizidemografici/censimento", invio!(censimento::agisce)),
    get("/servizidemografici/carte", vista!(privata::carte)),
    get(
        "/servizidemografici/piano-di-test",
        vista!(|d| privata::piano_di_test(d, false).await),
    ),
    get(
        "/servizidemografici/piano-di-test.csv",
        vista!(|d| privata::piano_di_test(d, true).await),
    ),
];

static PREFETTURA: &[Rotta<Aree>] = &[
    get("/prefettura", vista!(prefettura::casa)),
    post(
        "/prefettura/entra",
        aperta!(|s, corpo| accesso::entra(s.sim, s.area, s.parti, corpo).await),
    ),
    post("/prefettura/esci", invio!(|d, _| accesso::esci(d).await)),
    get(
        "/prefettura/carta",
        aperta!(|s, _| accesso::con_carta(s.sim, s.parti)),
    ),
    get(
        "/prefettura/carta/entra",
        aperta!(|s, _| accesso::dalla_carta(s.sim, s.parti).await),
    ),
    get(
        "/prefettura/posta",
        vista!(|d| casella(d, "/prefettura/posta").await),
    ),
    get(
        "/prefettura/posta/{id}",
        vista!(|d| messaggio(d, "/prefettura/posta", Pezzo::Messaggio).await),
    ),
    get(
        "/prefettura/posta/{id}/messaggio.eml",
        vista!(|d| messaggio(d, "/prefettura/posta", Pezzo::Eml).await),
    ),
    get("/prefettura/posta/{id}/allegati/{n}", vista!(allegato)),
    get("/prefettura/schede", vista!(prefettura::schede)),
    get("/prefettura/schede.csv", vista!(prefettura::csv)),
    post("/prefettura/schede", invio!(prefettura::sollecita)),
    get("/prefettura/plichi", vista!(prefettura::plichi)),
    get("/prefettura/plichi/{id}", vista!(prefettura::plico)),
    post("/prefettura/plichi/{id}", invio!(prefettura::agisce)),
    get("/prefettura/utenti", vista!(utenti::elenco)),
    post("/prefettura/utenti", invio!(utenti::agisce)),
];

static DASHBOARD: &[Rotta<Aree>] = &[
    get("/dashboard", aperta!(|s, _| dashboard::pubblica(s.sim).await)),
    get("/dashboard/subentro", vista!(dashboard::elenco)),
    post(
        "/dashboard/subentro/entra",
        aperta!(|s, corpo| accesso::entra(s.sim, s.area, s.parti, corpo).await),
    ),
    post("/dashboard/subentro/esci", invio!(|d, _| accesso::esci(d).await)),
    get("/dashboard/subentro/calendario", vista!(dashboard::calendario)),
    get("/dashboard/subentro/piano", vista!(dashboard::piano)),
    post("/dashboard/subentro/piano", caricamento!(dashboard::importa)),
    get("/dashboard/subentro/piano.csv", vista!(dashboard::csv)),
    get("/dashboard/subentro/{istat}", vista!(dashboard::comune)),
    post("/dashboard/subentro/{istat}", invio!(dashboard::propone)),
    get(
        "/dashboard/subentro/{istat}/piano-di-test",
        vista!(|d| dashboard::piano_di_test(d, false).await),
    ),
    get(
        "/dashboard/subentro/{istat}/piano-di-test.csv",
        vista!(|d| dashboard::piano_di_test(d, true).await),
    ),
];

//! A page that is not there: what each place says of itself, and where it leads. One table for all of them.
//!
//! What must stay true: a place names its own addresses and no other's; what is the address of another place is said to be
//! so, with the link, and only by comparing it with the tables of the routes.

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use servizi::{Simulatore, http::Risposta, percorso::Area};

use crate::{
    ambiente, aree, carta, console,
    cornice::{Cornice, Via, errore_con_vie, voci_di},
    formati,
    rotte::{Trovata, cerca},
};

/// Title of the page.
pub(crate) const TITOLO: &str = "Pagina non trovata";

/// Somewhere pages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Luogo {
    /// The web application of an environment.
    Ambiente(Ambiente),
    /// Private area, Prefettura, dashboard.
    Area(Area),
    /// The console.
    Console,
    /// The access by card.
    Carta,
}

const AREE: [Area; 3] = [Area::Privata, Area::Prefettura, Area::Dashboard];
/// Where the application of the subentro leads besides: the areas answer on its port.
const DAL_SUBENTRO: &[(&str, &str)] = &[
    ("/combas", "Applicazione web"),
    ("/servizidemografici", "Area privata"),
    ("/prefettura", "Prefettura"),
    ("/dashboard", "Dashboard subentro"),
];

impl Luogo {
    /// The sentence, and where one may want to go.
    const fn dice(self) -> (&'static str, &'static [(&'static str, &'static str)]) {
        match self {
            Self::Ambiente(Ambiente::Sub) => (
                "Nessuna pagina a questo indirizzo: l'applicazione web di questo ambiente comincia da /combas.",
                DAL_SUBENTRO,
            ),
            Self::Ambiente(_) => (
                "Nessuna pagina a questo indirizzo: l'applicazione web di questo ambiente comincia da /combas.",
                &[("/combas", "Applicazione web")],
            ),
            Self::Area(Area::Privata) => (
                "Nessuna pagina a questo indirizzo: l'area privata del Comune comincia da /servizidemografici.",
                voci_di(Area::Privata),
            ),
            Self::Area(Area::Prefettura) => (
                "Nessuna pagina a questo indirizzo: le pagine della Prefettura cominciano da /prefettura.",
                voci_di(Area::Prefettura),
            ),
            Self::Area(Area::Dashboard) => (
                "Nessuna pagina a questo indirizzo: la dashboard comincia da /dashboard, e per la software house da \
                 /dashboard/subentro.",
                voci_di(Area::Dashboard),
            ),
            Self::Console => (
                "Nessuna pagina a questo indirizzo. La console comincia da /, l'API è descritta in /api/openapi.json.",
                &[("/api/openapi.json", "Descrizione dell'API")],
            ),
            Self::Carta => (
                "Nessuna pagina a questo indirizzo. L'accesso con carta comincia da /test/com, /pre/com, /sub/com, \
                 /prefettura/com.",
                &[("/", "Accesso con carta")],
            ),
        }
    }

    /// Its name.
    fn nome(self) -> &'static str {
        match self {
            Self::Ambiente(a) => formati::ambiente(a),
            Self::Area(a) => Cornice::area(a, "").luogo,
            Self::Console => "Console",
            Self::Carta => "Accesso con carta",
        }
    }

    /// Whether an address is one of its pages.
    fn ha(self, percorso: &str) -> bool {
        let m = &Method::GET;
        match self {
            Self::Ambiente(_) => !matches!(cerca(ambiente::ROTTE, m, percorso), Trovata::No),
            Self::Area(a) => aree::area_di(percorso) == Some(a),
            Self::Console => !matches!(cerca(console::ROTTE, m, percorso), Trovata::No),
            Self::Carta => !matches!(cerca(carta::ROTTE, m, percorso), Trovata::No),
        }
    }

    /// Its home from anywhere.
    fn casa(self, sim: &Simulatore) -> Option<String> {
        let i = sim.indirizzi()?;
        Some(match self {
            Self::Ambiente(a) => format!("{}/combas", i.ambiente(a)),
            Self::Area(a) => format!("{}{}", i.ambiente(Ambiente::Sub), Cornice::area(a, "").inizio),
            Self::Console => format!("{}/", i.console),
            Self::Carta => format!("{}/", i.carta),
        })
    }

    /// The other places that have a page at this address.
    fn altrove(self, sim: &Simulatore, percorso: &str) -> Vec<Via> {
        if percorso.starts_with("/statico/") {
            return Vec::new();
        }
        Ambiente::TUTTI
            .into_iter()
            .map(Self::Ambiente)
            .chain(AREE.map(Self::Area))
            .chain([Self::Console, Self::Carta])
            .filter(|l| *l != self && l.ha(percorso))
            .filter_map(|l| Some(Via::nuova(l.casa(sim)?, l.nome())))
            .collect()
    }
}

/// The page, in the frame of its place.
pub(crate) fn pagina(sim: &Simulatore, luogo: Luogo, percorso: &str, c: Cornice) -> Risposta {
    let (testo, vie) = luogo.dice();
    // A menu already leads there.
    let sue = if c.voci.is_empty() || luogo == Luogo::Console {
        vie
    } else {
        &[]
    };
    let sue = sue.iter().map(|(dove, nome)| Via::nuova(*dove, *nome)).collect();
    errore_con_vie(StatusCode::NOT_FOUND, c, testo, sue, luogo.altrove(sim, percorso))
}

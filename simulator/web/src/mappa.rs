//! Every address of the pages, as who walks them all sees it: the tests of their defences do.

use http::Method;
use servizi::percorso::Area;

use crate::{
    ambiente, aree, carta, console,
    rotte::{Interna, Riga as _, Risponde, Rotta, Sala},
};

/// What must be so before a page answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condizione {
    /// Nothing: it stands before the login.
    Nessuna,
    /// Somebody is inside.
    Dentro,
    /// Somebody is inside, and the form carries the token of his session.
    Modulo,
    /// The same for a form with a file.
    Caricamento,
}

/// One address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Indirizzo {
    /// Whose it is: `ambiente`, `privata`, `prefettura`, `dashboard`, `console`, `carta`.
    pub luogo: &'static str,
    /// Method.
    pub metodo: &'static Method,
    /// Path; a name in braces stands for one segment.
    pub percorso: &'static str,
    /// What must be so.
    pub condizione: Condizione,
    /// Roles of which one is needed; none for whoever is inside.
    pub ruoli: &'static [&'static str],
}

fn di<S: Sala>(luogo: &'static str, tabella: &'static [Rotta<S>]) -> impl Iterator<Item = Indirizzo> {
    tabella.iter().map(move |r| Indirizzo {
        luogo,
        metodo: r.metodo(),
        percorso: r.percorso(),
        condizione: match &r.risponde {
            Risponde::Aperta(_) => Condizione::Nessuna,
            Risponde::Interna(Interna::Vista(_)) => Condizione::Dentro,
            Risponde::Interna(Interna::Modulo(_)) => Condizione::Modulo,
            Risponde::Interna(Interna::Caricamento(_)) => Condizione::Caricamento,
        },
        ruoli: r.ruoli,
    })
}

/// All of them.
pub fn indirizzi() -> Vec<Indirizzo> {
    let aree = [Area::Privata, Area::Prefettura, Area::Dashboard];
    di("ambiente", ambiente::ROTTE)
        .chain(aree.into_iter().flat_map(|a| di(a.chiave(), aree::rotte_di(a))))
        .chain(di("console", console::ROTTE))
        .chain(di("carta", carta::ROTTE))
        .collect()
}

//! Every code of the public lists, also those nothing here raises: what it is about and where it may appear.
//!
//! Carries no sentence of the lists: keywords of our own say what a code is about.

use std::sync::LazyLock;

use super::Livello;

/// One code of the lists.
#[derive(Debug, Clone, Copy)]
pub struct CodiceNoto {
    /// The code.
    pub codice: &'static str,
    /// Weight at the elaboration of a delivery.
    pub subentro: Livello,
    /// Weight in the services and the web application after the subentro.
    pub servizi: Livello,
    /// Reference table, by number.
    pub tabella: Option<&'static str>,
    /// What it is about, in keywords.
    pub argomenti: &'static str,
}

static NOTI: LazyLock<Vec<CodiceNoto>> = LazyLock::new(|| {
    include_str!("../../../../fixtures/codici/elenco.tsv")
        .lines()
        .skip(1)
        .filter_map(leggi)
        .collect()
});

fn leggi(riga: &'static str) -> Option<CodiceNoto> {
    let mut celle = riga.split('\t');
    let mut prossima = || celle.next();
    Some(CodiceNoto {
        codice: prossima()?,
        subentro: livello(prossima()?),
        servizi: livello(prossima()?),
        tabella: prossima().filter(|t| *t != "-"),
        argomenti: prossima()?,
    })
}

fn livello(lettera: &str) -> Livello {
    match lettera {
        "E" => Livello::Errore,
        "W" => Livello::Avviso,
        _ => Livello::NonAttivo,
    }
}

/// All of them, in order.
pub fn codici_noti() -> &'static [CodiceNoto] {
    &NOTI
}

/// One of them.
pub fn codice_noto(codice: &str) -> Option<&'static CodiceNoto> {
    let i = NOTI.binary_search_by(|n| n.codice.cmp(codice)).ok()?;
    NOTI.get(i)
}

impl CodiceNoto {
    /// The family its first letters say, in words.
    pub fn famiglia(&self) -> &'static str {
        match self.codice.get(..2) {
            Some("EA") => "codice fiscale e Anagrafe Tributaria",
            Some("EC") => "tabelle di riferimento e luoghi",
            Some("EF") => "schede di famiglia e di convivenza",
            Some("EH") => "atti, date e regole delle operazioni",
            Some("EN") => "regole delle richieste, dei file e delle operazioni",
            Some("ES") => "date e dati della scheda",
            _ => "altre regole",
        }
    }
}

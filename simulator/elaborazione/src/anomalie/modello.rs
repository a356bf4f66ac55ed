//! What is known of one code, and the edits its cases are made of.

use crate::banco::Banco;
use crate::scheda::{Ambito, Persona, RigaAire, SchedaLetta, Trovati};
use crate::tipi::Codice;

/// Weight of a code somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Livello {
    /// Blocks.
    Errore,
    /// Warns.
    Avviso,
    /// Is not raised there.
    NonAttivo,
}

/// Weight per phase and environment. The services are listed for reference: nothing here raises them.
#[derive(Debug, Clone, Copy)]
pub struct GravitaPer {
    /// At the elaboration of a delivery in pre-subentro and subentro.
    pub subentro: Livello,
    /// The same in the test environment.
    pub test: Livello,
    /// In the web services and the web application after the subentro.
    pub servizi: Livello,
}

impl GravitaPer {
    /// The same weight in every environment.
    pub const fn ovunque(subentro: Livello, servizi: Livello) -> Self {
        Self {
            subentro,
            test: subentro,
            servizi,
        }
    }
}

/// The sentence in its two forms (subentro.md §3.2), both in our own words; `@` is a slot.
#[derive(Debug, Clone, Copy)]
pub struct Testo {
    /// With as many slots as the published table counts.
    pub tabella: &'static str,
    /// As more specific deliveries were seen; the default.
    pub osservato: &'static str,
}

impl Testo {
    /// One sentence for both forms.
    pub const fn unico(testo: &'static str) -> Self {
        Self {
            tabella: testo,
            osservato: testo,
        }
    }
}

/// The procedures the Ministry suggests for curing an anomaly, by number; the words are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Procedura(pub &'static str);

/// Public list a code stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fonte {
    /// The general list of errors.
    ElencoErrori,
    /// The published page of subentro anomalies.
    TabellaAnomalie,
    /// The workbook with the severities at subentro and in the services.
    ErroriAe,
    /// The changelog.
    Registro,
}

/// What it takes to make a code appear on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plantable {
    /// An edit of one scheda.
    Scheda,
    /// An edit of the file around the schede.
    File,
    /// Several files, or their arrival.
    Fornitura,
    /// A state of the world: plan, register, Anagrafe Tributaria.
    Mondo,
    /// Not reachable, with the reason.
    No(&'static str),
}

/// A check of one person of the APR.
pub type VerificaSoggetto = fn(&SchedaLetta<'_>, &Ambito<'_>, &mut Trovati<'_>);

/// A check of one person of either register.
pub type VerificaPersona = fn(&Persona<'_>, &Ambito<'_>, &mut Trovati<'_>);

/// A check of one line of the AIRE.
pub type VerificaAire = fn(&RigaAire<'_>, &Ambito<'_>, &mut Trovati<'_>);

/// Who finds a code.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// The gates of [`crate::sportello`].
    Sportello,
    /// The reading of the content in [`crate::prepara`].
    Formato,
    /// A record of the APR alone: `soggetto`.
    Soggetto(VerificaSoggetto),
    /// A record of the APR alone: `famiglia` or `convivenza`.
    Famiglia(VerificaSoggetto),
    /// A person, APR or AIRE, by what both have.
    Persona(VerificaPersona),
    /// A line of the AIRE alone.
    Aire(VerificaAire),
    /// A `soggetto` and a line of the AIRE, each in its own way.
    Entrambi(VerificaSoggetto, VerificaAire),
    /// A declared counter of the file or of the delivery against what is there.
    Quadratura,
    /// The join of subjects and families in [`crate::elabora`].
    Unione,
    /// The answer of the Anagrafe Tributaria.
    Tributaria,
    /// The register of the environment, after the load.
    Registro,
}

/// One edit of the clean delivery of [`Banco`]. Paths start below the root and take the first of
/// repeated elements unless `[n]` says which; `soggetto[2]/residenza/tipoIndirizzo` is shorthand for
/// the path below `generalitaSoggetti`.
#[derive(Debug, Clone, Copy)]
pub enum Edit {
    /// Gives an element this text.
    Set(&'static str, &'static str),
    /// Removes an element.
    Remove(&'static str),
    /// Puts a fragment after an element.
    After(&'static str, &'static str),
    /// Puts a fragment as the first content of an element.
    Into(&'static str, &'static str),
    /// Gives a field of the AIRE line this text.
    Aire(&'static str, &'static str),
    /// Anything else: arrivals, states of the world, with what an officer would say of it.
    World(&'static str, fn(&mut Banco)),
}

/// A minimal pair: after `setup` the whole catalogue is silent, after `breaks` exactly this code
/// appears, after `setup` and `near` it is silent again.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What an officer would call it.
    pub name: &'static str,
    /// Edits that keep the delivery clean.
    pub setup: &'static [Edit],
    /// The edits that break it.
    pub breaks: &'static [Edit],
    /// The near miss of subentro.md §4: looks like it, is not.
    pub near: &'static [Edit],
}

/// Everything about one code, in one place.
#[derive(Debug, Clone, Copy)]
pub struct Anomalia {
    /// The code.
    pub codice: Codice,
    /// What it is about in a few words, without values: where many findings become one line.
    pub titolo: &'static str,
    /// The sentence.
    pub testo: Testo,
    /// Weights.
    pub gravita: GravitaPer,
    /// Listed as "da rimuovere prima del subentro".
    pub da_rimuovere: bool,
    /// Reference table, by number.
    pub tabella: Option<&'static str>,
    /// Suggested procedure.
    pub procedura: Option<Procedura>,
    /// Lists it stands in.
    pub fonti: &'static [Fonte],
    /// Where the sources disagree, or are silent, and what was chosen.
    pub divergenza: Option<&'static str>,
    /// For a registry officer: what it means and what to do.
    pub spiegazione: &'static str,
    /// What it takes to make it appear.
    pub plantable: Plantable,
    /// Who finds it.
    pub check: Check,
    /// Minimal pairs.
    pub cases: &'static [Case],
}

impl std::fmt::Display for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Edit::Set(percorso, testo) => write!(f, "{percorso} = {testo}"),
            Edit::Remove(percorso) => write!(f, "senza {percorso}"),
            Edit::After(percorso, xml) => write!(f, "dopo {percorso}: {xml}"),
            Edit::Into(percorso, xml) => write!(f, "dentro {percorso}: {xml}"),
            Edit::Aire(campo, testo) => write!(f, "AIRE {campo} = {testo}"),
            Edit::World(cosa, _) => f.write_str(cosa),
        }
    }
}

//! What a household is before it becomes text: people, ties, acts, places; dates already consistent.

use anagrafe::Sesso;

use crate::giorno::Giorno;
use crate::luoghi::Comune;
use crate::stati::Stato;

/// A place of birth.
#[derive(Clone, Copy)]
pub(crate) enum Luogo<'a> {
    Italia(&'a Comune),
    Estero {
        stato: &'static Stato,
        citta: &'static str,
    },
}

impl Luogo<'_> {
    /// The code the codice fiscale wants.
    pub(crate) fn belfiore(&self) -> &'static str {
        match self {
            Self::Italia(c) => c.belfiore,
            Self::Estero { stato, .. } => stato.belfiore,
        }
    }
}

/// A civil-status act.
#[derive(Clone)]
pub(crate) struct Atto<'a> {
    pub(crate) comune: &'a Comune,
    pub(crate) anno: i32,
    pub(crate) parte: &'static str,
    pub(crate) serie: &'static str,
    pub(crate) numero: u64,
    pub(crate) formazione: Giorno,
    pub(crate) trascritto: bool,
}

/// Something that happened in a Comune, with its act.
#[derive(Clone)]
pub(crate) struct Evento<'a> {
    pub(crate) data: Giorno,
    pub(crate) comune: &'a Comune,
    pub(crate) atto: Atto<'a>,
}

/// The other half of a tie: a member of the same household (by position) or someone outside it.
#[derive(Clone)]
pub(crate) enum Altro {
    Componente(usize),
    Fuori(Parente),
}

/// Somebody known by name only.
#[derive(Clone, Copy)]
pub(crate) struct Parente {
    pub(crate) cognome: &'static str,
    pub(crate) nome: &'static str,
    pub(crate) sesso: Sesso,
}

/// A marriage, civil union or contract of cohabitation.
#[derive(Clone)]
pub(crate) struct Legame<'a> {
    pub(crate) con: Altro,
    pub(crate) evento: Evento<'a>,
}

/// The end of a marriage by a court.
#[derive(Clone)]
pub(crate) struct Cessazione<'a> {
    pub(crate) tipo: &'static str,
    pub(crate) sentenza: Giorno,
    pub(crate) numero: u64,
    pub(crate) tribunale: &'static str,
    pub(crate) atto: Atto<'a>,
}

/// An identity card.
#[derive(Clone)]
pub(crate) struct Carta<'a> {
    pub(crate) numero: u64,
    pub(crate) rilascio: Giorno,
    pub(crate) scadenza: Giorno,
    pub(crate) elettronica: bool,
    pub(crate) comune: &'a Comune,
}

/// A residence permit.
#[derive(Clone)]
pub(crate) struct Permesso<'a> {
    pub(crate) numero: u64,
    pub(crate) tipo: &'static str,
    pub(crate) rilascio: Giorno,
    pub(crate) scadenza: Giorno,
    pub(crate) comune: &'a Comune,
}

/// One resident.
#[allow(
    clippy::struct_excessive_bools,
    reason = "yes and no fields of the schema, each independent of the others"
)]
#[derive(Clone)]
pub(crate) struct Persona<'a> {
    pub(crate) cognome: &'static str,
    /// `None`: the person has no given name.
    pub(crate) nome: Option<&'static str>,
    pub(crate) sesso: Sesso,
    pub(crate) nascita: Giorno,
    /// Only the year of birth is known; `nascita` is then the first of January.
    pub(crate) senza_giorno_mese: bool,
    pub(crate) luogo: Luogo<'a>,
    pub(crate) cf: [u8; 16],
    pub(crate) stato_civile: &'static str,
    /// `None`: Italian.
    pub(crate) cittadinanza: Option<&'static Stato>,
    /// Since when the citizenship is held, when it says more than the birth.
    pub(crate) cittadina_dal: Option<Giorno>,
    pub(crate) altra_cittadinanza: Option<&'static Stato>,
    pub(crate) padre: Parente,
    pub(crate) madre: Parente,
    pub(crate) prima_iscrizione: Giorno,
    pub(crate) residenza_dal: Giorno,
    pub(crate) legame_dal: Giorno,
    pub(crate) aggiornamento: Giorno,
    pub(crate) motivo: &'static str,
    pub(crate) atto_nascita: Option<Atto<'a>>,
    /// Table 5 in a family, table 6 in a convivenza.
    pub(crate) legame: &'static str,
    pub(crate) matrimonio: Option<Legame<'a>>,
    pub(crate) vedovanza: Option<Evento<'a>>,
    pub(crate) cessazione: Option<Cessazione<'a>>,
    pub(crate) unione: Option<Legame<'a>>,
    pub(crate) convivente: Option<Legame<'a>>,
    pub(crate) carta: Option<Carta<'a>>,
    pub(crate) permesso: Option<Permesso<'a>>,
    pub(crate) elettore: bool,
    pub(crate) leva: bool,
    pub(crate) patente: bool,
    pub(crate) auto: bool,
    pub(crate) posizione: &'static str,
    pub(crate) condizione: &'static str,
    pub(crate) studio: &'static str,
}

/// Where a household lives.
#[derive(Clone)]
pub(crate) struct Indirizzo {
    pub(crate) cod_specie: &'static str,
    pub(crate) specie: &'static str,
    pub(crate) via: &'static str,
    pub(crate) civico: u64,
    pub(crate) interno: u64,
}

/// Who answers for a convivenza.
#[derive(Clone)]
pub(crate) enum Responsabile<'a> {
    /// A member with code 1 and nothing on the sheet.
    Interno,
    /// A member coded 2 who is also on the sheet (position in the household).
    InternoInScheda(usize),
    /// A resident of the Comune in a family of his own: member of it, and on the sheet.
    InFamiglia {
        chi: Box<Persona<'a>>,
        /// Position among all the residents, from 0.
        posizione: u64,
    },
    /// Somebody who lives elsewhere, only on the sheet.
    Esterno {
        chi: Parente,
        nascita: Giorno,
        comune: &'a Comune,
    },
}

/// What makes a unit a convivenza.
#[derive(Clone)]
pub(crate) struct Convivenza<'a> {
    pub(crate) denominazione: String,
    pub(crate) specie: &'static str,
    pub(crate) responsabile: Responsabile<'a>,
}

/// A family or a convivenza with all its members, the unit that never crosses files.
#[derive(Clone)]
pub(crate) struct Unita<'a> {
    /// Position in the delivery, from 0; the id of the sheet is this plus one.
    pub(crate) indice: u64,
    /// Position of its first member among all the residents, from 0.
    pub(crate) primo: u64,
    pub(crate) origine: Giorno,
    pub(crate) motivo: &'static str,
    pub(crate) convivenza: Option<Convivenza<'a>>,
    pub(crate) indirizzo: Indirizzo,
    pub(crate) persone: Vec<Persona<'a>>,
}

impl Unita<'_> {
    /// Id of the sheet, as the Comune calls it.
    pub(crate) fn id(&self) -> u64 {
        self.indice + 1
    }

    /// Id of the member at a position, as the Comune calls it.
    pub(crate) fn id_persona(&self, posto: usize) -> u64 {
        self.primo + posto as u64 + 1
    }
}

//! One record of the register: kind, the Comune's id, codice fiscale, opaque data; and its bytes on disk.
//!
//! ```text
//! version 1 · kind 1 · length of id 2 (big-endian) · id · length of cf 1 · cf · data
//! version 2 · kind 1 · length of id 2 (big-endian) · id · length of cf 1 · cf · tie 1 · length 1 · code · data
//! ```
//! Version 2 is written only for the few records with a tie; both are read.

use serde::{Deserialize, Serialize};

use super::{PRIMO_ID_SOGGETTO, PRIMO_ID_UNITA};
use crate::errore::ErroreRegistro;
use crate::mondo::limiti::LIMITE_RECORD_BYTE;

type Esito<T> = Result<T, ErroreRegistro>;

/// Version of the record's header.
const VERSIONE_SCHEDA: u8 = 1;
/// The same, with a code that the Anagrafe Tributaria ties to the one sent.
const VERSIONE_CON_LEGAME: u8 = 2;

/// Kind of scheda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TipoRecord {
    /// Scheda individuale APR.
    Soggetto,
    /// Scheda di famiglia.
    Famiglia,
    /// Scheda di convivenza.
    Convivenza,
    /// Scheda individuale AIRE.
    Aire,
    /// Scheda di famiglia AIRE: no file carries it, the lines of its members make it.
    FamigliaAire,
}

impl TipoRecord {
    const TUTTI: [Self; 5] = [
        Self::Soggetto,
        Self::Famiglia,
        Self::Convivenza,
        Self::Aire,
        Self::FamigliaAire,
    ];

    /// Which sequence of ids the kind draws from.
    pub fn classe(self) -> Classe {
        match self {
            Self::Soggetto | Self::Aire => Classe::Soggetti,
            Self::Famiglia | Self::Convivenza | Self::FamigliaAire => Classe::Unita,
        }
    }

    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Soggetto => b'S',
            Self::Famiglia => b'F',
            Self::Convivenza => b'C',
            Self::Aire => b'A',
            Self::FamigliaAire => b'E',
        }
    }

    fn da_byte(byte: u8) -> Option<Self> {
        Self::TUTTI.into_iter().find(|t| t.byte() == byte)
    }
}

/// The two sequences of ids assigned by ANPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Classe {
    /// Persons, APR and AIRE: `idSchedaSoggettoANPR`.
    Soggetti,
    /// Families and convivenze.
    Unita,
}

impl Classe {
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Soggetti => b's',
            Self::Unita => b'u',
        }
    }

    pub(super) fn contatore(self) -> &'static str {
        match self {
            Self::Soggetti => "idSchedaSoggettoANPR",
            Self::Unita => "idFamigliaANPR",
        }
    }

    pub(super) fn primo(self) -> u64 {
        match self {
            Self::Soggetti => PRIMO_ID_SOGGETTO,
            Self::Unita => PRIMO_ID_UNITA,
        }
    }
}

/// How a code is tied to the one sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TipoLegame {
    /// Resolves the omocodia whose base was sent.
    Omocodia,
    /// Replaced the code sent.
    Collegato,
}

impl TipoLegame {
    fn byte(self) -> u8 {
        match self {
            Self::Omocodia => b'O',
            Self::Collegato => b'C',
        }
    }
}

/// A code that the Anagrafe Tributaria ties to the one sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegameCf {
    /// How.
    pub tipo: TipoLegame,
    /// The other code, upper case.
    pub codice: String,
    /// ANPR stores it in place of the one sent (spec subentro §5.5).
    pub sostituisce: bool,
}

/// One scheda as it goes to the disk. `dati` is opaque here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordCompatto {
    /// Kind.
    pub tipo: TipoRecord,
    /// Id given by the Comune.
    pub id_comune: String,
    /// Codice fiscale as sent, if any.
    pub cf: Option<String>,
    /// Another code that the Anagrafe Tributaria ties to it.
    pub legame: Option<LegameCf>,
    /// The compact record.
    pub dati: Vec<u8>,
}

impl RecordCompatto {
    /// The codice fiscale of the scheda in ANPR: the one sent, unless ANPR replaced it (spec subentro §5.5).
    pub fn cf_registrato(&self) -> Option<&str> {
        let sostituto = self.legame.as_ref().filter(|l| l.sostituisce);
        sostituto.map(|l| l.codice.as_str()).or(self.cf.as_deref())
    }
}

/// A record on its way into the register, with what else than id and codice fiscale it will be looked for by. These
/// texts are of the index alone: they stand in the record anyway, in a form that only its author can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaCaricare {
    /// The record.
    pub record: RecordCompatto,
    /// Names of the families and convivenze a person belongs to, equal for those who live together and nobody else.
    pub unita: [Option<String>; 2],
    /// Name of a person in the form in which it is ordered.
    pub nome: Option<String>,
}

impl From<RecordCompatto> for DaCaricare {
    fn from(record: RecordCompatto) -> Self {
        Self {
            record,
            unita: [None, None],
            nome: None,
        }
    }
}

pub(super) fn codifica_record(r: &RecordCompatto) -> Esito<Vec<u8>> {
    let cf = r.cf.as_deref().unwrap_or("");
    let byte = r.id_comune.len() + cf.len() + r.dati.len();
    let troppo = ErroreRegistro::RecordTroppoGrande {
        byte,
        limite: LIMITE_RECORD_BYTE,
    };
    let (Ok(lungo_id), Ok(lungo_cf)) = (u16::try_from(r.id_comune.len()), u8::try_from(cf.len())) else {
        return Err(troppo);
    };
    if byte > LIMITE_RECORD_BYTE {
        return Err(troppo);
    }
    let mut v = Vec::with_capacity(byte + 5);
    let versione = if r.legame.is_some() {
        VERSIONE_CON_LEGAME
    } else {
        VERSIONE_SCHEDA
    };
    v.extend_from_slice(&[versione, r.tipo.byte()]);
    v.extend_from_slice(&lungo_id.to_be_bytes());
    v.extend_from_slice(r.id_comune.as_bytes());
    v.push(lungo_cf);
    v.extend_from_slice(cf.as_bytes());
    if let Some(l) = &r.legame {
        let Ok(lungo) = u8::try_from(l.codice.len()) else {
            return Err(troppo);
        };
        let segno = l.tipo.byte();
        v.extend_from_slice(&[
            if l.sostituisce {
                segno
            } else {
                segno.to_ascii_lowercase()
            },
            lungo,
        ]);
        v.extend_from_slice(l.codice.as_bytes());
    }
    v.extend_from_slice(&r.dati);
    Ok(v)
}

pub(super) fn decodifica_record(v: &[u8]) -> Esito<RecordCompatto> {
    fn leggi(v: &[u8]) -> Option<RecordCompatto> {
        let (&[versione, tipo, alto, basso], v) = v.split_first_chunk::<4>()?;
        let (id, v) = v.split_at_checked(usize::from(u16::from_be_bytes([alto, basso])))?;
        let (&lungo_cf, v) = v.split_first()?;
        let (cf, dati) = v.split_at_checked(usize::from(lungo_cf))?;
        let (legame, dati) = match versione {
            VERSIONE_SCHEDA => (None, dati),
            VERSIONE_CON_LEGAME => {
                let (&[segno, lungo], resto) = dati.split_first_chunk::<2>()?;
                let (codice, dati) = resto.split_at_checked(usize::from(lungo))?;
                let tipo = [TipoLegame::Omocodia, TipoLegame::Collegato]
                    .into_iter()
                    .find(|t| t.byte() == segno.to_ascii_uppercase())?;
                let legame = LegameCf {
                    tipo,
                    codice: std::str::from_utf8(codice).ok()?.to_owned(),
                    sostituisce: segno.is_ascii_uppercase(),
                };
                (Some(legame), dati)
            }
            _ => return None,
        };
        Some(RecordCompatto {
            tipo: TipoRecord::da_byte(tipo)?,
            id_comune: std::str::from_utf8(id).ok()?.to_owned(),
            cf: if cf.is_empty() {
                None
            } else {
                Some(std::str::from_utf8(cf).ok()?.to_owned())
            },
            legame,
            dati: dati.to_vec(),
        })
    }
    leggi(v).ok_or_else(|| ErroreRegistro::Corrotto {
        cosa: "scheda",
        dettaglio: "intestazione del record".to_owned(),
    })
}

//! The register of a country as it is: a share of the people it knows otherwise, or not at all (subentro.md §6.5).
//!
//! The answer is a function of the seed and of the person, never of the order, of the Comune or of the day; the
//! published shares are those of schede with an anomaly, not of each code, so their split is a choice of ours.

use crate::scheda::{Nascita, Persona};
use crate::tipi::TipoScheda;

use super::{Allineata, Differenza, DomandaAe, RispostaAe, Tributaria};

/// People out of which shares are counted.
const SU: u64 = 100_000;

/// Shares of one register, each out of 100,000 people that have a code; the rest is validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Known with other data: `EAA30`, `EAA31`.
    pub dati_diversi: u64,
    /// Known with another code: `EA003`.
    pub altro_codice: u64,
    /// Unknown: `EA029`.
    pub sconosciuti: u64,
    /// Code replaced by a more recent one: `EAA40`, `EAA41`.
    pub collegati: u64,
    /// Base of a resolved omocodia: `EAA50`, `EAA51`.
    pub basi: u64,
    /// Unknown among those sent without a code (`EA029`; the others are `EA002`).
    pub senza_codice: u64,
}

impl Quote {
    /// Residents: 1.36% of the schede have an anomaly of the codice fiscale.
    pub const APR: Self = Self {
        dati_diversi: 600,
        altro_codice: 250,
        sconosciuti: 250,
        collegati: 160,
        basi: 100,
        senza_codice: 30_000,
    };
    /// Citizens abroad: less than half are validated.
    pub const AIRE: Self = Self {
        dati_diversi: 8_000,
        altro_codice: 4_000,
        sconosciuti: 40_000,
        collegati: 2_000,
        basi: 1_000,
        senza_codice: 60_000,
    };

    /// All that is not validated, of those with a code.
    pub const fn anomale(self) -> u64 {
        self.dati_diversi + self.altro_codice + self.sconosciuti + self.collegati + self.basi
    }
}

/// Answers at the published rates, planted differences aside.
#[derive(Debug, Clone, Default)]
pub struct Realistica {
    seme: u64,
    piantate: Allineata,
}

impl Realistica {
    /// The register of this seed, with these differences.
    pub fn nuova(seme: u64, differenze: impl IntoIterator<Item = Differenza>) -> Self {
        Self {
            seme,
            piantate: Allineata::con(differenze),
        }
    }
}

impl Tributaria for Realistica {
    fn interroga(&self, domanda: &DomandaAe<'_>) -> RispostaAe {
        if let Some(piantata) = self.piantate.piantata(domanda) {
            return piantata.risposta;
        }
        let quote = if domanda.tipo == TipoScheda::SoggettoAire {
            Quote::AIRE
        } else {
            Quote::APR
        };
        let mut punto = dado(self.seme, domanda.persona) % SU;
        if domanda.persona.codice_fiscale.is_none() {
            return if punto < quote.senza_codice {
                RispostaAe::Sconosciuto
            } else {
                RispostaAe::Uguale
            };
        }
        for (quota, risposta) in [
            (quote.dati_diversi, RispostaAe::DatiDiversi),
            (quote.altro_codice, RispostaAe::AltroCodice),
            (quote.sconosciuti, RispostaAe::Sconosciuto),
            (quote.collegati, RispostaAe::Collegato),
            (quote.basi, RispostaAe::BaseOmocodia),
        ] {
            if punto < quota {
                return risposta;
            }
            punto -= quota;
        }
        RispostaAe::Uguale
    }

    fn codice(&self, domanda: &DomandaAe<'_>) -> Option<String> {
        self.piantate
            .piantata(domanda)
            .and_then(|p| p.codice.clone())
            .or_else(|| super::codice_predefinito(domanda, self.interroga(domanda)))
    }
}

/// A number that follows from the seed and the person: by code, else by the five data. FNV-1a with a finisher of
/// its own, so that no release of the language changes who is who.
fn dado(seme: u64, persona: &Persona<'_>) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325 ^ seme.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut mesci = |testo: &str| {
        for b in testo.bytes().chain([0]) {
            h = (h ^ u64::from(b.to_ascii_uppercase())).wrapping_mul(0x0100_0000_01b3);
        }
    };
    match persona.codice_fiscale {
        Some(cf) => mesci(cf),
        None => {
            mesci(persona.cognome.unwrap_or_default());
            mesci(persona.nome.unwrap_or_default());
            mesci(persona.sesso.map_or("", anagrafe::Sesso::lettera));
            if let Some(nascita) = persona.nascita {
                mesci(&nascita.to_string());
            }
            match persona.luogo {
                Nascita::Comune(comune) => mesci(comune.istat.unwrap_or(comune.nome)),
                Nascita::Stato(stato) => mesci(stato),
                Nascita::Altrove => {}
            }
        }
    }
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^ (h >> 31)
}

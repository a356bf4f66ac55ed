//! Table 2: foreign States and territories, with the three uses each may have.

use super::indice::{Indice, impronta};
use super::testo::{Celle, cella, righe, vale};
use crate::Data;

/// A foreign State or territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stato {
    /// ISTAT code, three digits: the one of the messages.
    pub cod_istat: &'static str,
    /// Name.
    pub nome: &'static str,
    /// First day of validity; `None`: always.
    pub dal: Option<Data>,
    /// Last day of validity; `None`: still.
    pub al: Option<Data>,
    /// May be a citizenship.
    pub cittadinanza: bool,
    /// May be a place of birth.
    pub nascita: bool,
    /// May be a place of residence.
    pub residenza: bool,
    /// Code for the codice fiscale, `Znnn`; empty for the 30 that have none.
    pub belfiore: &'static str,
    /// ISO 3166 alpha-3; may be empty.
    pub iso3: &'static str,
    resto: &'static str,
}

impl Stato {
    /// Valid on that day, ends included.
    pub fn vale_il(&self, giorno: Data) -> bool {
        vale(self.dal, self.al, giorno)
    }

    /// Code of the Ministry of Foreign Affairs; may be empty.
    pub fn cod_mae(&self) -> &'static str {
        cella(self.resto, 0)
    }

    /// Code of the Ministry of the Interior.
    pub fn cod_min(&self) -> &'static str {
        cella(self.resto, 1)
    }

    /// ANPR id of the row.
    pub fn id(&self) -> &'static str {
        cella(self.resto, 2)
    }

    /// Name by ISTAT; may be empty.
    pub fn nome_istat(&self) -> &'static str {
        cella(self.resto, 3)
    }

    /// English name by ISTAT; may be empty.
    pub fn nome_inglese(&self) -> &'static str {
        cella(self.resto, 4)
    }

    /// Who says so: `MAECI`, `ISTAT`, `ANPR`.
    pub fn fonte(&self) -> &'static str {
        cella(self.resto, 5)
    }

    /// `STATO`, `TERRITORIO`, `ALTRO` or empty.
    pub fn tipo(&self) -> &'static str {
        cella(self.resto, 6)
    }

    /// ISO code of the sovereign State of a territory; else empty.
    pub fn iso3_sovrano(&self) -> &'static str {
        cella(self.resto, 7)
    }

    /// Date of the last change, ISO; else empty.
    pub fn aggiornato(&self) -> &'static str {
        cella(self.resto, 8)
    }
}

pub(super) struct Stati {
    stati: Vec<Stato>,
    indice: Indice,
}

impl Stati {
    pub(super) fn carica() -> Self {
        let stati: Vec<_> = righe(include_str!("../../../../fixtures/tabelle/stati_esteri.tsv"))
            .map(|riga| {
                let mut c = Celle::di(riga);
                Stato {
                    cod_istat: c.cella(),
                    nome: c.cella(),
                    dal: c.data(),
                    al: c.data(),
                    cittadinanza: c.si(),
                    nascita: c.si(),
                    residenza: c.si(),
                    belfiore: c.cella(),
                    iso3: c.cella(),
                    resto: c.resto(),
                }
            })
            .collect();
        let indice = Indice::nuovo(
            stati.len(),
            stati.iter().map(|s| impronta(s.cod_istat.as_bytes())).zip(0..),
        );
        Self { stati, indice }
    }

    pub(super) fn per_istat(&self, cod_istat: &str) -> Option<Stato> {
        self.indice
            .righe(impronta(cod_istat.as_bytes()))
            .map(|i| self.stati[i])
            .find(|s| s.cod_istat == cod_istat)
    }

    pub(super) fn tutti(&self) -> &[Stato] {
        &self.stati
    }
}

//! Tables 40 (consulates; 24 in error texts) and 41 (which consulate serves which territory).

use super::indice::{Indice, impronta};
use super::testo::{Celle, righe};

/// A consulate. Messages describe it by its seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consolato {
    /// Code, seven digits.
    pub codice: &'static str,
    /// Seat: the description sent in messages.
    pub sede: &'static str,
    /// Kind of office.
    pub rango: &'static str,
    /// Foreign Affairs code of its State.
    pub stato_mae: &'static str,
    /// Name of its State.
    pub stato: &'static str,
}

/// A line of table 41.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Territorio {
    /// ISTAT code of the State or territory served.
    pub cod_istat: &'static str,
    /// Its name.
    pub nome: &'static str,
    /// Code of the consulate.
    pub consolato: &'static str,
    /// Foreign Affairs code of the State it is counted under.
    pub stato_mae: &'static str,
    /// Name of that State.
    pub stato: &'static str,
}

pub(super) struct Consolati {
    righe: Vec<Consolato>,
    indice: Indice,
    territori: Vec<Territorio>,
}

impl Consolati {
    pub(super) fn carica() -> Self {
        let consolati: Vec<_> = righe(include_str!("../../../../fixtures/tabelle/consolati.tsv"))
            .map(|riga| {
                let mut c = Celle::di(riga);
                Consolato {
                    codice: c.cella(),
                    sede: c.cella(),
                    rango: c.cella(),
                    stato_mae: c.cella(),
                    stato: c.cella(),
                }
            })
            .collect();
        let territori = righe(include_str!(
            "../../../../fixtures/tabelle/territori_consolati.tsv"
        ))
        .map(|riga| {
            let mut c = Celle::di(riga);
            Territorio {
                cod_istat: c.cella(),
                nome: c.cella(),
                consolato: c.cella(),
                stato_mae: c.cella(),
                stato: c.cella(),
            }
        })
        .collect();
        let chiavi = consolati
            .iter()
            .map(|c: &Consolato| impronta(c.codice.as_bytes()))
            .zip(0..);
        Self {
            indice: Indice::nuovo(consolati.len(), chiavi),
            righe: consolati,
            territori,
        }
    }

    pub(super) fn consolato(&self, codice: &str) -> Option<Consolato> {
        self.indice
            .righe(impronta(codice.as_bytes()))
            .map(|i| self.righe[i])
            .find(|c| c.codice == codice)
    }

    pub(super) fn tutti(&self) -> &[Consolato] {
        &self.righe
    }

    pub(super) fn del_territorio(&self, cod_istat: &str) -> impl Iterator<Item = Territorio> + '_ {
        // The text asked for must not tie the iterator to its own life: codes are at most three bytes.
        let cercato: Option<[u8; 3]> = cod_istat.as_bytes().try_into().ok();
        self.territori
            .iter()
            .filter(move |t| cercato.is_some_and(|c| t.cod_istat.as_bytes() == c))
            .copied()
    }

    pub(super) fn territori(&self) -> &[Territorio] {
        &self.territori
    }
}

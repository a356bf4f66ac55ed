//! The dated reference tables: (table, code or name, date) → row.
//!
//! Everything comes from a compact text committed in `fixtures/tabelle/` and embedded here (written by the
//! example `converti_tabelle`); every text handed out is a slice of it. Loaded once, on first use, in a few
//! milliseconds; no look-up allocates.
//!
//! A row that has ended is still a row: [`Tabelle::voce`] gives it, and the caller asks [`Voce::vale_il`] with
//! the day that matters. Codes are compared exactly as sent, leading zeros included.

mod comuni;
mod consolati;
mod indice;
mod luogo;
mod nome;
mod semplici;
mod stati;
mod testo;

use std::sync::OnceLock;

pub use comuni::{Comuni, Riga};
pub use consolati::{Consolato, Territorio};
pub use luogo::{ComuneInviato, Luogo};
pub use semplici::{Conversione, RigaProspetto, Tabella, Voce};
pub use stati::Stato;

use crate::{CodiceIstat, Data};

/// All reference tables, loaded.
pub struct Tabelle {
    semplici: semplici::Semplici,
    stati: stati::Stati,
    consolati: consolati::Consolati,
    comuni: Comuni,
    /// Table 45: (Comune, day of subentro), sorted by Comune.
    subentrati: Vec<(CodiceIstat, Data)>,
}

/// The tables embedded in the program, loaded on first use and then shared.
pub fn tabelle() -> &'static Tabelle {
    static TABELLE: OnceLock<Tabelle> = OnceLock::new();
    TABELLE.get_or_init(Tabelle::carica)
}

impl Tabelle {
    /// Loads the embedded text. [`tabelle`] does it once; this is for measuring.
    pub fn carica() -> Self {
        let mut subentrati: Vec<_> =
            testo::righe(include_str!("../../../../fixtures/tabelle/comuni_subentrati.tsv"))
                .filter_map(|riga| {
                    let mut celle = testo::Celle::di(riga);
                    Some((CodiceIstat::parse(celle.cella()).ok()?, celle.data()?))
                })
                .collect();
        subentrati.sort_unstable();
        Self {
            semplici: semplici::Semplici::carica(),
            stati: stati::Stati::carica(),
            consolati: consolati::Consolati::carica(),
            comuni: Comuni::carica(),
            subentrati,
        }
    }

    /// The row of a plain table, valid or ended. Several rows never share a code in these tables.
    pub fn voce(&self, tabella: Tabella, codice: &str) -> Option<Voce> {
        self.semplici.voce(tabella, codice)
    }

    /// The rows of a plain table, in the order of the source.
    pub fn voci(&self, tabella: Tabella) -> impl Iterator<Item = Voce> + '_ {
        self.semplici.voci(tabella)
    }

    /// A line of a statistical form (table 18): the code is unique only within its form.
    pub fn riga_prospetto(&self, prospetto: &str, codice: &str) -> Option<RigaProspetto> {
        self.semplici
            .righe_prospetti()
            .iter()
            .find(|r| r.prospetto == prospetto && r.codice == codice)
            .copied()
    }

    /// Table 18, whole.
    pub fn righe_prospetti(&self) -> &[RigaProspetto] {
        self.semplici.righe_prospetti()
    }

    /// The ANPR code for a code of the old AIRE archive (table 33); `None` when there is none. Some codes it
    /// gives (`A`, `B` of the posizione) exist for this purpose only.
    pub fn conversione_aire(&self, tabella: Tabella, codice: &str) -> Option<&'static str> {
        self.semplici
            .conversioni()
            .iter()
            .find(|c| c.tabella == tabella && c.codice_aire == codice)
            .map(|c| c.codice_anpr)
    }

    /// Table 33, whole.
    pub fn conversioni_aire(&self) -> &[Conversione] {
        self.semplici.conversioni()
    }

    /// A foreign State or territory (table 2) by its ISTAT code, valid or ended.
    pub fn stato(&self, cod_istat: &str) -> Option<Stato> {
        self.stati.per_istat(cod_istat)
    }

    /// A foreign State by its codice fiscale code, `Znnn`.
    pub fn stato_per_belfiore(&self, belfiore: &str) -> Option<Stato> {
        self.stati
            .tutti()
            .iter()
            .find(|s| !s.belfiore.is_empty() && s.belfiore == belfiore)
            .copied()
    }

    /// Table 2, whole.
    pub fn stati(&self) -> &[Stato] {
        self.stati.tutti()
    }

    /// A consulate (table 40, which error texts call 24).
    pub fn consolato(&self, codice: &str) -> Option<Consolato> {
        self.consolati.consolato(codice)
    }

    /// Table 40, whole.
    pub fn consolati(&self) -> &[Consolato] {
        self.consolati.tutti()
    }

    /// The consulates competent for a State or territory (table 41), by its ISTAT code.
    pub fn consolati_del_territorio(&self, cod_istat: &str) -> impl Iterator<Item = Territorio> + '_ {
        self.consolati.del_territorio(cod_istat)
    }

    /// Table 41, whole.
    pub fn territori(&self) -> &[Territorio] {
        self.consolati.territori()
    }

    /// Table 3 with its history, the fictitious Comuni included.
    pub fn comuni(&self) -> &Comuni {
        &self.comuni
    }

    /// Day of the real subentro of a Comune (table 45: the snapshot of May 2018, later days are planned ones).
    pub fn subentrato_il(&self, comune: CodiceIstat) -> Option<Data> {
        let i = self
            .subentrati
            .binary_search_by_key(&comune, |(istat, _)| *istat)
            .ok()?;
        Some(self.subentrati[i].1)
    }

    /// Table 45, whole, by Comune.
    pub fn subentrati(&self) -> &[(CodiceIstat, Data)] {
        &self.subentrati
    }
}

#[cfg(test)]
mod tests;

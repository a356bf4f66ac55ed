//! `place(c)`: which Comune is meant by what was sent (spec subentro.md §4.8).

use super::comuni::{Comuni, Riga};
use crate::{CodiceIstat, Data};

/// A Comune as a message names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComuneInviato<'a> {
    /// `nomeComune`.
    pub nome: &'a str,
    /// `codiceIstat`, when sent.
    pub istat: Option<&'a str>,
    /// `siglaProvinciaIstat`.
    pub sigla: &'a str,
}

/// Outcome of the match.
#[derive(Clone, Copy, Debug)]
pub struct Luogo {
    /// The Comune in the period of the date; `None`: the match fails.
    pub riga: Option<&'static Riga>,
    /// The code sent is a COD_DENOM and no CODISTAT: the finding EN347.
    pub en347: bool,
    /// No Comune ever had that name, in any province: what EC166 asks.
    pub nome_mai_esistito: bool,
}

/// Keeps one row out of those that survive: with a date, one that exists that day; without, the latest. Between
/// two that fit equally the later beginning wins, then the order of the table.
struct Scelta<'t> {
    quando: Option<Data>,
    viste: bool,
    riga: Option<&'t Riga>,
}

impl<'t> Scelta<'t> {
    const fn nuova(quando: Option<Data>) -> Self {
        Self {
            quando,
            viste: false,
            riga: None,
        }
    }

    fn considera(&mut self, riga: &'t Riga) {
        self.viste = true;
        if self.quando.is_some_and(|giorno| !riga.vale_il(giorno)) {
            return;
        }
        let meglio = match self.riga {
            None => true,
            Some(gia) if self.quando.is_some() => riga.dal > gia.dal,
            Some(gia) => (riga.al, riga.dal) > (gia.al, gia.dal),
        };
        if meglio {
            self.riga = Some(riga);
        }
    }
}

impl Comuni {
    /// Matches what was sent to a row of the table, step by step as the specification says: name and sigla; then
    /// the code, which wins over the name (a COD_DENOM raises EN347 and leads to its owner); then the period.
    /// With no date (`quando` = `None`) the period does not count and ambiguity is silent.
    ///
    /// Does not allocate.
    pub fn luogo(&'static self, c: &ComuneInviato<'_>, quando: Option<Data>) -> Luogo {
        let mut nome_mai_esistito = true;
        let (riga, en347) = self.scegli(c, quando, || nome_mai_esistito = false);
        Luogo {
            riga,
            en347,
            nome_mai_esistito,
        }
    }

    /// What was sent can mean, at any time, a Comune with that Belfiore code: the tolerance of EC007.
    pub fn ha_belfiore(&self, c: &ComuneInviato<'_>, belfiore: &str) -> bool {
        let sigla = |riga: &&Riga| riga.sigla.eq_ignore_ascii_case(c.sigla);
        let uguale = |riga: &Riga| riga.belfiore.eq_ignore_ascii_case(belfiore);
        let Some(istat) = c.istat else {
            return self.per_nome(c.nome).filter(sigla).any(uguale);
        };
        let Ok(istat) = CodiceIstat::parse(istat) else {
            return false;
        };
        let mut viste = false;
        let con_nome = self
            .per_nome(c.nome)
            .filter(sigla)
            .filter(|r| r.istat == istat)
            .any(|r| {
                viste = true;
                uguale(r)
            });
        con_nome || !viste && (self.con_istat(istat).any(uguale) || self.con_denominazione(istat).any(uguale))
    }

    fn scegli(
        &self,
        c: &ComuneInviato<'_>,
        quando: Option<Data>,
        mut nome_visto: impl FnMut(),
    ) -> (Option<&Riga>, bool) {
        // A code that is no code cannot be equal to any CODISTAT: nothing is left.
        let istat = c.istat.map(CodiceIstat::parse);
        let mut scelta = Scelta::nuova(quando);
        for riga in self.per_nome(c.nome) {
            nome_visto();
            let stesso_codice = istat.is_none_or(|i| i == Ok(riga.istat));
            if stesso_codice && riga.sigla.eq_ignore_ascii_case(c.sigla) {
                scelta.considera(riga);
            }
        }
        let mut en347 = false;
        if let (false, Some(Ok(istat))) = (scelta.viste, istat) {
            for riga in self.con_istat(istat) {
                scelta.considera(riga);
            }
            if !scelta.viste {
                for riga in self.con_denominazione(istat) {
                    en347 = true;
                    scelta.considera(riga);
                }
            }
        }
        (scelta.riga, en347)
    }
}

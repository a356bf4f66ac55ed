//! What an APR sheet and an AIRE line have in common: a person.

use anagrafe::codice_fiscale::{self, Generalita};
use anagrafe::tabelle::{ComuneInviato, Tabelle};
use anagrafe::{Data, Sesso};

use super::{Punto, RigaAire, SchedaLetta, nodi};

/// Where a person was born, as sent.
#[derive(Debug, Clone, Copy)]
pub enum Nascita<'a> {
    /// In an Italian Comune.
    Comune(ComuneInviato<'a>),
    /// Abroad: the ISTAT code of the state.
    Stato(&'a str),
    /// Elsewhere, or not said.
    Altrove,
}

/// A person, by what both registers send.
#[derive(Debug, Clone, Copy)]
pub struct Persona<'a> {
    /// Codice fiscale as sent.
    pub codice_fiscale: Option<&'a str>,
    /// Surname, unless there is none.
    pub cognome: Option<&'a str>,
    /// Given name, unless there is none.
    pub nome: Option<&'a str>,
    /// Sex.
    pub sesso: Option<Sesso>,
    /// Date of birth.
    pub nascita: Option<Data>,
    /// Place of birth.
    pub luogo: Nascita<'a>,
    /// ISTAT of the Comune of residence, when the sheet says it (APR only).
    pub residenza: Option<&'a str>,
    offset_cf: usize,
}

impl<'a> Persona<'a> {
    /// From an APR sheet.
    pub fn di_scheda(s: &SchedaLetta<'a>) -> Self {
        let n = nodi();
        let luogo = match (s.comune(&n.comune_nascita), s.testo(n.nascita_stato)) {
            (Some(comune), _) => Nascita::Comune(comune),
            (None, Some(stato)) => Nascita::Stato(stato),
            (None, None) => Nascita::Altrove,
        };
        Self {
            codice_fiscale: s.testo(n.codice_fiscale),
            cognome: s.testo(n.cognome),
            nome: s.testo(n.nome),
            sesso: s.testo(n.sesso).and_then(Sesso::leggi),
            nascita: s.data(n.nascita),
            luogo,
            residenza: s.testo(n.comune_residenza.istat),
            offset_cf: s.offset(n.codice_fiscale),
        }
    }

    /// From an AIRE line.
    pub fn di_riga(r: &RigaAire<'a>) -> Self {
        let stato = r.significativo("statoNascita");
        let luogo = match (r.campo("comuneNascita"), stato) {
            (Some(nome), _) => Nascita::Comune(ComuneInviato {
                nome,
                istat: r.significativo("istatNascita"),
                sigla: r.campo("siglaNascita").unwrap_or_default(),
            }),
            (None, Some(stato)) => Nascita::Stato(stato),
            (None, None) => Nascita::Altrove,
        };
        let sesso = match r.campo("sesso") {
            Some("1") => Some(Sesso::M),
            Some("2") => Some(Sesso::F),
            altro => altro.and_then(Sesso::leggi),
        };
        Self {
            codice_fiscale: r.campo("codiceFiscale"),
            cognome: r.campo("cognome"),
            nome: r.campo("nome"),
            sesso,
            nascita: r.data("dataNascita"),
            luogo,
            residenza: None,
            offset_cf: 0,
        }
    }

    /// The codice fiscale as a place for a finding.
    pub fn punto_cf(&self) -> Punto {
        Punto::campo("codiceFiscale", "codFiscale", self.codice_fiscale, self.offset_cf)
    }

    /// The Comune of residence as a place for a finding.
    pub fn punto_residenza(&self) -> Punto {
        Punto::campo("comune", "codiceIstat", self.residenza, self.offset_cf)
    }

    /// Belfiore code of the place of birth, `None` when it is not known.
    pub fn belfiore(&self, tabelle: &'static Tabelle) -> Option<&'static str> {
        match self.luogo {
            Nascita::Comune(comune) => {
                let luogo = tabelle.comuni().luogo(&comune, self.nascita);
                luogo.riga.map(|r| r.belfiore)
            }
            Nascita::Stato(codice) => tabelle.stato(codice).map(|s| s.belfiore),
            Nascita::Altrove => None,
        }
    }

    /// The codice fiscale that follows from the data, when they are complete.
    pub fn codice_calcolato(&self, tabelle: &'static Tabelle) -> Option<[u8; 16]> {
        Some(codice_fiscale::calcola(&Generalita {
            cognome: self.cognome,
            nome: self.nome,
            sesso: self.sesso?,
            nascita: self.nascita?,
            belfiore: self.belfiore(tabelle)?,
        }))
    }
}

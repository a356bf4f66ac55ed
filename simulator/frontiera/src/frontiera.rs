//! The perimeter of one environment: its anchors and its policy, and one examination per request.

use std::sync::Arc;

use anagrafe::Ambiente;
use jiff::Timestamp;

use crate::censimento::Censimento;
use crate::passo::Esame;
use crate::politica::Politica;
use crate::repliche::Repliche;
use crate::security::Fiducia;
use crate::security::certificato::{Certificato, ProblemaCertificato};
use crate::security::esame::{self, Tavolo};
use crate::security::indagine::{self, Perizia};

/// Why a perimeter cannot be set up: a failure of ours, or of the data folder, never of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErroreFrontiera {
    /// An anchor that is no RSA certificate.
    #[error("l'ancora numero {quale} non si può usare: {problema}")]
    Ancora {
        /// Position in the list given, from 1.
        quale: usize,
        /// Why.
        problema: ProblemaCertificato,
    },
}

/// What a path of the web services accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Servizio {
    /// Accepted elements in the Body: namespace and local name.
    pub radici: &'static [(&'static str, &'static str)],
    /// Whether `testataRichiesta` means anything here (not on TestConn, spec security §6.3).
    pub controlla_testata: bool,
}

/// The perimeter of one environment. Immutable, shared among threads; a change of roots or policy makes a new one,
/// which keeps whatever of the memory still holds.
#[derive(Debug, Clone)]
pub struct Frontiera {
    ambiente: Ambiente,
    fiducia: Arc<Fiducia>,
    repliche: Arc<Repliche>,
    politica: Politica,
}

impl Frontiera {
    /// Reads the anchors (DER: roots, or single certificates imported into the trust list).
    pub fn nuova(
        ambiente: Ambiente,
        ancore: impl AsRef<[Vec<u8>]>,
        politica: Politica,
    ) -> Result<Self, ErroreFrontiera> {
        Ok(Self {
            ambiente,
            fiducia: Arc::new(Fiducia::nuova(leggi_ancore(ancore.as_ref())?)),
            repliche: Arc::new(Repliche::nuove()),
            politica,
        })
    }

    /// The same perimeter under another policy.
    #[must_use]
    pub fn con_politica(&self, politica: Politica) -> Self {
        Self {
            politica,
            ..self.clone()
        }
    }

    /// The same perimeter with other anchors; what was remembered of certificates is forgotten.
    pub fn con_ancore(&self, ancore: &[Vec<u8>]) -> Result<Self, ErroreFrontiera> {
        Ok(Self {
            fiducia: Arc::new(Fiducia::nuova(leggi_ancore(ancore)?)),
            ..self.clone()
        })
    }

    /// The environment served.
    pub const fn ambiente(&self) -> Ambiente {
        self.ambiente
    }

    /// The policy in force.
    pub const fn politica(&self) -> &Politica {
        &self.politica
    }

    /// Examines one request, steps 4 to 10 of spec security §6.3. Never panics, whatever the octets.
    ///
    /// `corpo` is the HTTP body, already freed of any content encoding; `adesso` is the true instant, to which the
    /// policy's clock offset is added.
    pub fn esamina(
        &self,
        corpo: &[u8],
        content_type: Option<&str>,
        servizio: &Servizio,
        censimento: &dyn Censimento,
        adesso: Timestamp,
    ) -> Esame {
        esame::esamina(corpo, content_type, &self.tavolo(servizio, censimento, adesso))
    }

    /// The same without the evidence of the digests ([`crate::Confronto`]): for who keeps the octets, over which
    /// [`Self::perizia`] finds it again.
    pub fn esamina_senza_prove(
        &self,
        corpo: &[u8],
        content_type: Option<&str>,
        servizio: &Servizio,
        censimento: &dyn Censimento,
        adesso: Timestamp,
    ) -> Esame {
        let tavolo = Tavolo {
            prove: false,
            ..self.tavolo(servizio, censimento, adesso)
        };
        esame::esamina(corpo, content_type, &tavolo)
    }

    /// Looks at a request once more and tells all that can be found, for the journal. Never panics; decides nothing.
    pub fn perizia(
        &self,
        corpo: &[u8],
        content_type: Option<&str>,
        servizio: &Servizio,
        censimento: &dyn Censimento,
        adesso: Timestamp,
    ) -> Perizia {
        indagine::perizia(corpo, content_type, &self.tavolo(servizio, censimento, adesso))
    }

    fn tavolo<'t>(
        &'t self,
        servizio: &Servizio,
        censimento: &'t dyn Censimento,
        adesso: Timestamp,
    ) -> Tavolo<'t> {
        Tavolo {
            politica: &self.politica,
            fiducia: &self.fiducia,
            repliche: &self.repliche,
            censimento,
            radici: servizio.radici,
            controlla_testata: servizio.controlla_testata,
            // An offset is a day at most; only at the ends of time does it not fit.
            adesso: adesso
                .checked_add(self.politica.scarto_orologio)
                .unwrap_or(adesso),
            prove: true,
        }
    }
}

fn leggi_ancore(ancore: &[Vec<u8>]) -> Result<Vec<Certificato>, ErroreFrontiera> {
    let leggi = |(i, der): (usize, &Vec<u8>)| {
        Certificato::leggi(der).map_err(|problema| ErroreFrontiera::Ancora {
            quale: i + 1,
            problema,
        })
    };
    ancore.iter().enumerate().map(leggi).collect()
}

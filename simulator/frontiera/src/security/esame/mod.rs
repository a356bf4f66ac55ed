//! The order of spec security §6.3, steps 4 to 10, as a chain of types.
//!
//! Each step takes the type that the step before it made and makes the next; a step that was not reached
//! cannot have its result used, because there is no value of its type. [`Verbale`] writes one line per step.
//! The last type, [`BustaVerificata`], has no constructor outside this chain.

mod identita;
mod messaggio;
mod verbale;
mod verifiche;

use anagrafe::{CodiceIstat, IdPostazione};
use jiff::Timestamp;

use super::certificato::Certificato;
use super::corpo::Validatore;
use crate::censimento::{Censimento, OperatoreVisto};
use crate::passo::Esame;
use crate::politica::Politica;
use crate::soap::{self, Malformato, VersioneSoap};
pub use verbale::PASSI;
use verbale::Verbale;

/// A request that passed every step: who calls, and what he asks, read again from the octets he signed.
#[derive(Debug, Clone)]
pub struct BustaVerificata {
    radice: (String, String),
    corpo: Vec<u8>,
    chiamante: Chiamante,
    asserzione: String,
}

impl BustaVerificata {
    /// The body's element: namespace and local name.
    pub fn radice(&self) -> (&str, &str) {
        (&self.radice.0, &self.radice.1)
    }

    /// The body's element as a standalone UTF-8 document, from the canonical octets that were digested.
    pub fn corpo(&self) -> &[u8] {
        &self.corpo
    }

    /// Who calls.
    pub fn chiamante(&self) -> &Chiamante {
        &self.chiamante
    }

    /// The assertion's id, for whoever keeps the replay memory.
    pub fn asserzione(&self) -> &str {
        &self.asserzione
    }
}

/// The caller's identities, already compared with one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chiamante {
    /// The Comune (`IdSede`).
    pub id_sede: CodiceIstat,
    /// The postazione that proved itself by its PKCS#7.
    pub postazione: IdPostazione,
    /// The operator's id as sent.
    pub name_id: String,
    /// The operator as the register knows him.
    pub operatore: OperatoreVisto,
    /// CN of the certificate that signed the message (normally the Comune's).
    pub comune_cert: String,
}

/// What one examination is made with.
pub(crate) struct Tavolo<'t> {
    pub(crate) politica: &'t Politica,
    pub(crate) ancore: &'t [Certificato],
    pub(crate) validatore: &'t dyn Validatore,
    pub(crate) censimento: &'t dyn Censimento,
    pub(crate) radici: &'t [(&'static str, &'static str)],
    pub(crate) controlla_testata: bool,
    pub(crate) adesso: Timestamp,
}

/// Runs the chain and closes the report.
pub(crate) fn esamina(corpo: &[u8], content_type: Option<&str>, t: &Tavolo<'_>) -> Esame {
    // Until an envelope says otherwise, the media type is all there is to choose the answer's version by.
    let tipo = content_type.unwrap_or("").trim_start().to_ascii_lowercase();
    let mut versione = if tipo.starts_with("application/soap+xml") {
        VersioneSoap::V12
    } else {
        VersioneSoap::V11
    };
    let mut v = Verbale::nuovo();
    let testo = if corpo.len() > t.politica.corpo_massimo {
        let limite = t.politica.corpo_massimo;
        Err(Malformato::TroppoGrande { limite })
    } else if tipo.starts_with("multipart/") {
        Err(Malformato::NonBusta(
            "richiesta multipart: gli allegati vanno in linea, in base64".into(),
        ))
    } else {
        soap::decodifica(corpo)
    };
    let albero = testo
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|x| soap::busta::albero(x));
    let letta = albero.as_ref().map_err(Clone::clone).and_then(|doc| {
        let busta = soap::busta::Busta::leggi(doc)?;
        Ok((doc, busta))
    });
    let esito = match letta {
        Err(m) => Err(v.ferma(
            "busta",
            t.politica.fault_xml,
            Some("una Envelope SOAP ben formata"),
            None,
            m.to_string(),
        )),
        Ok((doc, busta)) => {
            versione = busta.versione;
            v.superato("busta", Some(format!("SOAP {versione:?}")));
            messaggio::ConBusta { doc, busta }
                .schema(t, &mut v)
                .and_then(|x| x.intestazione(t, &mut v))
                .and_then(|x| x.riferimenti(t, &mut v))
                .and_then(|x| x.digest(t, &mut v))
                .and_then(|x| x.valore(t, &mut v))
                .and_then(|x| x.copertura(&mut v))
                .and_then(|x| x.tempo(t, &mut v))
                .and_then(|x| x.asserzione(t, &mut v))
                .and_then(|x| x.sede(t, &mut v))
                .and_then(|x| x.postazione(t, &mut v))
                .and_then(|x| x.operatore(t, &mut v))
        }
    };
    let (passi, evidenza) = v.chiudi();
    Esame {
        passi,
        versione,
        esito,
        evidenza,
    }
}

//! The order of spec security §6.3, steps 4 to 10, as a chain of types.
//!
//! Each step takes the type that the step before it made and makes the next; a step that was not reached
//! cannot have its result used, because there is no value of its type. [`Verbale`] writes one line per step.
//! The last type, [`BustaVerificata`], has no constructor outside this chain.

mod identita;
mod messaggio;
mod verbale;
mod verifiche;

use std::borrow::Cow;

use anagrafe::{CodiceIstat, IdPostazione};
use jiff::Timestamp;
use schema::Albero;

use super::Fiducia;
use crate::censimento::{Censimento, OperatoreVisto};
use crate::passo::Esame;
use crate::politica::Politica;
use crate::repliche::Repliche;
use crate::soap::mime::TipoMime;
use crate::soap::{self, Malformato, VersioneSoap, xop};
pub use verbale::PASSI;
use verbale::Verbale;

/// A request that passed every step: who calls, and what he asks, read again from the octets he signed.
#[derive(Debug, Clone)]
pub struct BustaVerificata {
    radice: (String, String),
    corpo: Vec<u8>,
    albero: Option<Albero<'static>>,
    chiamante: Chiamante,
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

    /// The values of [`Self::corpo`], if they were read already: the very octets were validated by the perimeter.
    pub fn albero(&self) -> Option<&Albero<'static>> {
        self.albero.as_ref()
    }

    /// Who calls.
    pub fn chiamante(&self) -> &Chiamante {
        &self.chiamante
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
    pub(crate) fiducia: &'t Fiducia,
    pub(crate) repliche: &'t Repliche,
    pub(crate) censimento: &'t dyn Censimento,
    pub(crate) radici: &'t [(&'static str, &'static str)],
    pub(crate) controlla_testata: bool,
    pub(crate) adesso: Timestamp,
    /// Whether the evidence tells of every digest; who keeps the octets can do without.
    pub(crate) prove: bool,
}

/// Whether the media type announces SOAP 1.2, in a multipart by the type of its root.
fn dodici(tipo: &TipoMime) -> bool {
    tipo.nome == "application/soap+xml"
        || tipo
            .parametro("start-info")
            .is_some_and(|t| TipoMime::leggi(t).nome == "application/soap+xml")
}

/// The envelope as text, and how many attachments were put into it.
pub(crate) fn in_chiaro<'c>(
    corpo: &'c [u8],
    tipo: &TipoMime,
    massimo: usize,
) -> Result<(Cow<'c, str>, usize), Malformato> {
    if corpo.len() > massimo {
        return Err(Malformato::TroppoGrande { limite: massimo });
    }
    match tipo.nome.as_str() {
        // Who forgets the type, or sends the older or generic one, still sends an envelope.
        "" | "text/xml" | "application/xml" | "application/soap+xml" => {
            soap::decodifica(corpo, tipo.parametro("charset")).map(|t| (t, 0))
        }
        n if n.starts_with("multipart/") => {
            let r = xop::ricomponi(tipo, corpo, massimo)?;
            Ok((Cow::Owned(r.testo), r.allegati))
        }
        altro => Err(Malformato::Tipo(altro.to_owned())),
    }
}

/// Runs the chain and closes the report.
pub(crate) fn esamina(corpo: &[u8], content_type: Option<&str>, t: &Tavolo<'_>) -> Esame {
    let tipo = TipoMime::leggi(content_type.unwrap_or(""));
    // Until an envelope says otherwise, the media type is all there is to choose the answer's version by.
    let mut versione = if dodici(&tipo) {
        VersioneSoap::V12
    } else {
        VersioneSoap::V11
    };
    let mut v = Verbale::nuovo();
    let (testo, allegati) = match in_chiaro(corpo, &tipo, t.politica.corpo_massimo) {
        Ok((testo, allegati)) => (Ok(testo), allegati),
        Err(e) => (Err(e), 0),
    };
    let albero = testo
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|x| crate::albero::leggi(x));
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
            m,
        )),
        Ok((doc, busta)) => {
            versione = busta.versione;
            let osservato = match allegati {
                0 => format!("SOAP {versione:?}"),
                n => format!("SOAP {versione:?}, {n} allegati XOP messi al loro posto"),
            };
            v.superato("busta", Some(osservato));
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

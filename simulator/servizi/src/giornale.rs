//! The exchange journal seen by people: lists, one exchange with its evidence, the cause in words, HAR.
//!
//! What is stored are the verdicts and the octets; canonical bytes, investigation and advice are found anew when
//! somebody asks, by looking at the stored octets with the stored instant. So the request path pays for none of it, and
//! the verdicts shown are always those of then.

mod diagnosi;
pub(crate) mod grezzo;
mod har;
mod pile;

use anagrafe::{Ambiente, CodiceIstat};
use frontiera::Perizia;
use http::HeaderName;
use registro::{EsitoScambio, Grezzo, Ordine, Scambio, Voce};
use serde::Serialize;
use serde_json::{Value, json};

pub use diagnosi::Diagnosi;

use crate::{ErroreServizio, Esito, Simulatore, http::Risposta, operazioni, soap::Anagrafica};

/// Exchanges of one page of the API.
pub const SCAMBI_PER_PAGINA: usize = 200;
/// Largest stored body that is looked at again: what was kept whole.
const PERIZIA_MASSIMA_BYTE: usize = registro::giornale::CORPO_INTERO_BYTE;

/// Which exchanges a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CercaScambi {
    /// After (rising) or before (falling) this number.
    pub da: Option<u64>,
    /// Newest first.
    pub decrescente: bool,
    /// How many at most; 0 = [`SCAMBI_PER_PAGINA`].
    pub limite: usize,
    /// Outcome.
    pub esito: Option<EsitoScambio>,
    /// Comune.
    pub comune: Option<CodiceIstat>,
    /// Operation.
    pub operazione: Option<String>,
    /// Row of the fault catalogue.
    pub fault: Option<String>,
    /// Part of the path.
    pub percorso: Option<String>,
    /// Anywhere in cause, steps, ids, operator.
    pub testo: Option<String>,
}

impl CercaScambi {
    fn tiene(&self, s: &Scambio) -> bool {
        let piano = |t: &str| t.to_lowercase();
        let contiene = |dove: &str, cosa: &str| piano(dove).contains(&piano(cosa));
        let uguale = |dove: Option<&str>, cosa: &str| dove.is_some_and(|d| d.eq_ignore_ascii_case(cosa));
        self.comune.is_none_or(|c| s.comune == Some(c))
            && self
                .operazione
                .as_deref()
                .is_none_or(|o| uguale(s.operazione.as_deref(), o))
            && self
                .fault
                .as_deref()
                .is_none_or(|f| uguale(s.fault.as_deref(), f))
            && self.percorso.as_deref().is_none_or(|p| contiene(&s.percorso, p))
            && self.testo.as_deref().is_none_or(|t| {
                [
                    s.causa.as_deref(),
                    s.id_operazione_comune.as_deref(),
                    s.operatore.as_deref(),
                    s.postazione.as_deref(),
                    Some(s.percorso.as_str()),
                ]
                .into_iter()
                .flatten()
                .chain(
                    s.passi
                        .iter()
                        .flat_map(|p| [p.osservato.as_str(), p.atteso.as_str(), p.spiegazione.as_str()]),
                )
                .any(|x| contiene(x, t))
            })
    }
}

/// One exchange with everything that can be told about it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScambioIntero {
    /// Summary and verdicts, as they were.
    #[serde(flatten)]
    pub scambio: Scambio,
    /// What went wrong and what to do, in words.
    pub diagnosi: Diagnosi,
    /// What the expert found in the stored request; none when only its head was kept, or it is no request of a service.
    pub perizia: Option<Perizia>,
    /// As received.
    #[serde(serialize_with = "mostra")]
    pub richiesta: Grezzo,
    /// As sent.
    #[serde(serialize_with = "mostra")]
    pub risposta: Grezzo,
}

/// A message for the API: text when it is text, base64 when it is not.
fn mostra<S: serde::Serializer>(g: &Grezzo, s: S) -> Result<S::Ok, S::Error> {
    use base64::Engine as _;
    let (codifica, corpo) = match std::str::from_utf8(&g.corpo) {
        Ok(t) => ("testo", t.to_owned()),
        Err(_) => (
            "base64",
            base64::engine::general_purpose::STANDARD.encode(&g.corpo),
        ),
    };
    let testate: Vec<Value> = g
        .testate
        .iter()
        .map(|(nome, valore)| json!({"nome": nome, "valore": valore}))
        .collect();
    json!({
        "protocollo": g.protocollo, "testate": testate, "byte": g.byte, "troncato": g.troncato(), "sha256": g.sha256,
        "codifica": codifica, "corpo": corpo,
    })
    .serialize(s)
}

impl Simulatore {
    /// A page of the journal.
    pub fn scambi(&self, c: &CercaScambi) -> Esito<Vec<Scambio>> {
        let ordine = if c.decrescente {
            Ordine::Decrescente
        } else {
            Ordine::Crescente
        };
        let limite = if c.limite == 0 {
            SCAMBI_PER_PAGINA
        } else {
            c.limite
        };
        Ok(self
            .giornale()
            .scorri(c.da, ordine, limite, c.esito, &|s| c.tiene(s)))
    }

    /// One entry of the journal as stored.
    pub fn voce(&self, n: u64) -> Esito<Voce> {
        self.giornale().leggi(n)?.ok_or_else(|| {
            ErroreServizio::assente(format!(
                "Nessuno scambio {n}: i più vecchi lasciano il posto ai nuovi."
            ))
        })
    }

    /// One exchange with its evidence, found anew.
    pub fn scambio(&self, n: u64) -> Esito<ScambioIntero> {
        let voce = self.voce(n)?;
        let perizia = self.perizia(&voce);
        let diagnosi = diagnosi::di(&voce, perizia.as_ref());
        Ok(ScambioIntero {
            diagnosi,
            perizia,
            scambio: voce.scambio,
            richiesta: voce.richiesta,
            risposta: voce.risposta,
        })
    }

    /// Some exchanges as HAR 1.2; numbers that are gone are left out.
    pub fn har(&self, numeri: &[u64]) -> Esito<Value> {
        let mut voci = Vec::with_capacity(numeri.len());
        for n in numeri {
            voci.extend(self.giornale().leggi(*n)?);
        }
        Ok(har::har(&voci, &|porta| self.base(porta)))
    }

    /// Base address of a listener by its name in the journal.
    pub fn base(&self, porta: &str) -> String {
        let ambiente: Option<Ambiente> = porta.parse().ok();
        self.indirizzi()
            .zip(ambiente)
            .map_or_else(String::new, |(i, a)| i.ambiente(a).to_owned())
    }

    fn perizia(&self, voce: &Voce) -> Option<Perizia> {
        let ambiente: Ambiente = voce.scambio.porta.parse().ok()?;
        let percorso = voce.scambio.percorso.split('?').next().unwrap_or_default();
        let punto = operazioni::punto(percorso)?;
        let corpo = &voce.richiesta.corpo;
        if voce.scambio.metodo != "POST"
            || corpo.is_empty()
            || voce.richiesta.troncato()
            || corpo.len() > PERIZIA_MASSIMA_BYTE
        {
            return None;
        }
        let content_type = voce.richiesta.testate.iter().find(|(n, _)| n == "content-type");
        let content_type = content_type.map(|(_, v)| v.as_str());
        let censimento = Anagrafica { sim: self, ambiente };
        Some(self.frontiera(ambiente).perizia(
            corpo,
            content_type,
            &punto.servizio,
            &censimento,
            voce.istante,
        ))
    }

    /// Hands an exchange over to the journal and names it on the reply.
    pub(crate) fn annota(&self, reply: &mut Risposta, voce: Voce) {
        let n = self.giornale().annota(voce);
        if !self.impostazioni().senza_diagnostica {
            reply.headers_mut().insert(
                HeaderName::from_static(crate::soap::INTESTAZIONE_SCAMBIO),
                n.into(),
            );
        }
    }
}

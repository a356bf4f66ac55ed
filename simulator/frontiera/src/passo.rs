//! What an examination leaves behind: the verdict of each step and the evidence for it.
//!
//! The caller of the service sees only a terse fault; all of this is for the journal, whose reader is the
//! developer of the management system that was refused.

use crate::albero::Node;
use serde::Serialize;

use crate::{
    causa::Causa,
    security::{esame::BustaVerificata, in_base64, xmldsig::Riferimento},
    soap::{Fault, VersioneSoap},
};

/// How one step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Verdetto {
    /// The rule holds.
    Superato,
    /// The rule is broken. It ends the examination, unless a permissive policy tolerates it.
    Fallito,
    /// Not reached, or switched off by the policy.
    NonEseguito,
}

/// One step of spec security §6.3, with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passo {
    /// Stable name, one of [`crate::PASSI`].
    pub nome: &'static str,
    /// How it ended.
    pub verdetto: Verdetto,
    /// The rule's place: "spec security §4.2".
    pub regola: &'static str,
    /// What the rule wants to see.
    pub atteso: Option<String>,
    /// What the request carries.
    pub osservato: Option<String>,
    /// In Italian, for the developer: what to look at.
    pub spiegazione: Option<String>,
    /// Why it failed; the remedy follows from it.
    pub causa: Option<Causa>,
}

/// Declared and computed digest of one reference. The octets that were hashed are found again, when somebody asks, by
/// [`crate::Frontiera::perizia`]: keeping them here would cost every request a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Confronto {
    /// Which signature: `messaggio` or `asserzione`.
    pub firma: &'static str,
    /// The reference's URI as sent.
    pub uri: String,
    /// Path of the element found, by local names (`Envelope/Body`).
    pub elemento: String,
    /// Digest algorithm URI.
    pub algoritmo: String,
    /// Digest in the message, base64 without blanks.
    pub dichiarato: String,
    /// Digest of the canonical octets, base64.
    pub calcolato: String,
    /// Length of all canonical octets, in bytes.
    pub byte_canonici: usize,
}

impl Confronto {
    /// What a reference declares, before anything was computed.
    pub(crate) fn di(firma: &'static str, r: &Riferimento<'_>) -> Self {
        Self {
            firma,
            uri: r.uri.unwrap_or("").to_owned(),
            elemento: String::new(),
            algoritmo: r.algoritmo.to_owned(),
            dichiarato: in_base64(&r.dichiarato),
            calcolato: String::new(),
            byte_canonici: 0,
        }
    }

    /// Adds the element found and the digest of its canonical octets; whether it is the declared one.
    pub(crate) fn completa(&mut self, r: &Riferimento<'_>, nodo: Node<'_, '_>, canonica: &[u8]) -> bool {
        let calcolato = r.digest.calcola(canonica);
        let mut nomi: Vec<&str> = nodo
            .ancestors()
            .filter(Node::is_element)
            .map(|n| n.tag_name().name())
            .collect();
        nomi.reverse();
        self.elemento = nomi.join("/");
        self.calcolato = in_base64(&calcolato);
        self.byte_canonici = canonica.len();
        calcolato == r.dichiarato
    }
}

/// What was looked at, for the journal. Holds no private key and no password; it does hold names of people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Evidenza {
    /// One entry per reference of each signature, in order of examination.
    pub confronti: Vec<Confronto>,
    /// CN of the message signer.
    pub cn_messaggio: Option<String>,
    /// CN of the assertion signer.
    pub cn_asserzione: Option<String>,
    /// CN of the signer of the postazione id.
    pub cn_postazione: Option<String>,
    /// `Created` of the Timestamp minus the simulator's instant, in milliseconds: positive is a clock ahead.
    pub scarto_orologio_ms: Option<i64>,
    /// `NameID` as sent, once the assertion was read.
    pub name_id: Option<String>,
    /// `IdSede` as sent.
    pub id_sede: Option<String>,
    /// `IdPostazione` as sent.
    pub id_postazione: Option<String>,
    /// `idOperazioneComune` of the message header, if any: the key people quote to support.
    pub id_operazione_comune: Option<String>,
    /// Root element of the body: namespace and local name.
    pub radice: Option<(String, String)>,
}

/// The whole examination of one request.
#[derive(Debug)]
pub struct Esame {
    /// One entry per step of [`crate::PASSI`], always all of them, in order.
    pub passi: Vec<Passo>,
    /// Version in which the answer is due.
    pub versione: VersioneSoap,
    /// The verified request, or the fault to send.
    pub esito: Result<BustaVerificata, Fault>,
    /// What was looked at.
    pub evidenza: Evidenza,
}

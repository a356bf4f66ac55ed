//! Outcome of a delivery → a real RFC 5322 message in the mailbox of the Comune. Nothing is ever sent.
//!
//! Same data and same scenario instant give the same bytes: date, Message-ID and boundary are ours to set.
//! What must stay true: no text from outside can add a header or close a part (control characters go, bodies are
//! quoted-printable or base64, so the boundary's `=_` cannot occur in them); a Comune with a broken address still gets
//! its outcome, for the mailbox is ours. The sentences are the simulator's own: the official wording is not public
//! (spec subentro §6.3).

mod avviso;
mod testo;

use std::time::{Duration, SystemTime};

use anagrafe::Ambiente;
use jiff::tz::TimeZone;
use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, Message, MultiPart, SinglePart};

use crate::errore::ErroreRegistro;
use crate::modello::{Comune, IdFornitura, IdPec, Pec, Quando, Schede};
use crate::mondo::limiti::{LIMITE_OGGETTO_CARATTERI, LIMITE_PEC_BYTE};
use crate::transazione::Transazione;

pub use avviso::{Avviso, Destinatario, MITTENTE_AVVISI, componi_avviso};

/// Sender of every message; `.example` can never be a real address.
pub const MITTENTE: &str = "esiti@anpr-sim.example";
/// Name beside it.
pub const NOME_MITTENTE: &str = "SIMULATORE ANPR – dati fittizi";
/// Where a message goes when the address of the Comune is not one.
pub const DESTINATARIO_DI_RIPIEGO: &str = "indirizzo-non-valido@anpr-sim.example";
/// Domain of the Message-ID.
const DOMINIO: &str = "anpr-sim.example";
/// What begins every subject.
const PREFISSO_OGGETTO: &str = "[SIMULATORE – dati fittizi]";
/// Last second that the `Date` header can say (31-12-9999).
const ULTIMO_SECONDO: i64 = 253_402_300_799;

/// One reason of a KO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motivo {
    /// Code.
    pub codice: String,
    /// Its text.
    pub testo: String,
    /// How many times, exactly.
    pub quante: u64,
}

/// How the delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conclusione {
    /// Loaded; warnings never block.
    Positiva {
        /// Schede loaded.
        schede: Schede,
        /// Codes with counts.
        avvisi: Vec<Motivo>,
    },
    /// Discarded as a whole.
    Negativa {
        /// The blocking codes.
        motivi: Vec<Motivo>,
    },
}

/// A file that travels with the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allegato {
    /// Name shown.
    pub nome: String,
    /// MIME type; what cannot be read as one becomes `application/octet-stream`.
    pub tipo: String,
    /// Content.
    pub byte: Vec<u8>,
}

/// What the outcome message is made of.
#[derive(Debug, Clone)]
pub struct Lettera<'a> {
    /// Environment.
    pub ambiente: Ambiente,
    /// The Comune; its `pec` is the recipient.
    pub comune: &'a Comune,
    /// Delivery.
    pub fornitura: IdFornitura,
    /// Version of the delivery.
    pub versione: u32,
    /// Protocol number.
    pub protocollo: &'a str,
    /// How it ended.
    pub conclusione: Conclusione,
    /// The AIRE file was one that nothing was read of.
    pub aire_opaco: bool,
    /// Lists that travel with it.
    pub allegati: Vec<Allegato>,
}

/// Whether a text is an address that a message can carry.
pub fn indirizzo_valido(testo: &str) -> bool {
    testo.is_ascii() && testo.parse::<Address>().is_ok()
}

/// One line without control characters, at most so many characters.
fn una_riga(testo: &str, limite: usize) -> String {
    testo
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(limite)
        .collect()
}

fn errore(e: impl std::fmt::Display) -> ErroreRegistro {
    ErroreRegistro::Posta(e.to_string())
}

fn istante(quando: Quando) -> SystemTime {
    let zona = TimeZone::get("Europe/Rome").unwrap_or(TimeZone::UTC);
    let secondo = zona
        .to_ambiguous_timestamp(quando)
        .compatible()
        .map_or(0, jiff::Timestamp::as_second);
    // The header's type knows 1970–9999 only; scenario dates outside are nobody's subentro.
    SystemTime::UNIX_EPOCH + Duration::from_secs(secondo.clamp(0, ULTIMO_SECONDO).unsigned_abs())
}

fn intestazione(nome: &'static str, valore: &str) -> HeaderValue {
    HeaderValue::new(
        HeaderName::new_from_ascii_str(nome),
        una_riga(valore, LIMITE_OGGETTO_CARATTERI),
    )
}

/// Composes the message that gets that id at that instant.
pub fn componi(id: IdPec, quando: Quando, lettera: &Lettera<'_>) -> Result<Pec, ErroreRegistro> {
    let byte: usize = lettera.allegati.iter().map(|a| a.byte.len()).sum();
    if byte > LIMITE_PEC_BYTE {
        return Err(ErroreRegistro::Posta(format!(
            "allegati di {byte} byte, oltre il limite di {LIMITE_PEC_BYTE}"
        )));
    }
    let indirizzo = lettera
        .comune
        .pec
        .as_deref()
        .map(str::trim)
        .filter(|a| indirizzo_valido(a));
    let a = indirizzo.unwrap_or(DESTINATARIO_DI_RIPIEGO);
    let oggetto = una_riga(
        &format!("{PREFISSO_OGGETTO} {}", testo::oggetto(lettera)),
        LIMITE_OGGETTO_CARATTERI,
    );
    let testo = testo::corpo(lettera, quando, indirizzo.is_none());

    let corpo = Body::new_with_encoding(testo.clone(), ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| ErroreRegistro::Posta("testo non codificabile".to_owned()))?;
    let chiave = lettera.ambiente.chiave();
    let mut parti = MultiPart::mixed()
        .boundary(format!("=_anpr-sim_{chiave}_{id}"))
        .singlepart(
            SinglePart::builder()
                .content_type(ContentType::TEXT_PLAIN)
                .body(corpo),
        );
    for allegato in &lettera.allegati {
        let tipo = ContentType::parse(&allegato.tipo)
            .or_else(|_| ContentType::parse("application/octet-stream"))
            .map_err(errore)?;
        let byte = Body::new_with_encoding(allegato.byte.clone(), ContentTransferEncoding::Base64)
            .map_err(|_| ErroreRegistro::Posta("allegato non codificabile".to_owned()))?;
        parti = parti
            .singlepart(Attachment::new(una_riga(&allegato.nome, LIMITE_OGGETTO_CARATTERI)).body(byte, tipo));
    }
    let messaggio = Message::builder()
        .from(Mailbox::new(
            Some(NOME_MITTENTE.to_owned()),
            MITTENTE.parse().map_err(errore)?,
        ))
        .to(Mailbox::new(
            Some(una_riga(&testo::nome_comune(lettera), 100)),
            a.parse().map_err(errore)?,
        ))
        .subject(&oggetto)
        .date(istante(quando))
        .message_id(Some(format!("<{chiave}.{id}@{DOMINIO}>")))
        .raw_header(intestazione("X-Anpr-Sim-Ambiente", chiave))
        .raw_header(intestazione("X-Anpr-Sim-Comune", lettera.comune.istat.as_str()))
        .raw_header(intestazione(
            "X-Anpr-Sim-Fornitura",
            &lettera.fornitura.to_string(),
        ))
        .raw_header(intestazione("X-Anpr-Sim-Protocollo", lettera.protocollo))
        .raw_header(intestazione(
            "X-Anpr-Sim-Avvertenza",
            "Messaggio simulato, dati fittizi, mai spedito",
        ))
        .multipart(parti)
        .map_err(errore)?;
    let grezzo = String::from_utf8(messaggio.formatted()).map_err(errore)?;
    Ok(Pec {
        id,
        ambiente: lettera.ambiente,
        comune: lettera.comune.istat,
        casella: None,
        da: MITTENTE.to_owned(),
        a: a.to_owned(),
        oggetto,
        quando,
        letta: false,
        fornitura: Some(lettera.fornitura),
        testo,
        allegati: lettera.allegati.iter().map(|a| a.nome.clone()).collect(),
        grezzo,
    })
}

impl Transazione {
    /// Puts the outcome message into the mailbox, in the same commit as whatever else happens here.
    pub fn spedisci(&mut self, lettera: &Lettera<'_>) -> Result<IdPec, ErroreRegistro> {
        let id = self.nuova_pec()?;
        let quando = self.evento()?;
        let pec = componi(id, quando, lettera)?;
        self.salva_pec(&pec)?;
        Ok(id)
    }
}

//! Outcome of a delivery, question, answer → a real RFC 5322 message in a mailbox of the simulator. Nothing is sent from
//! here.
//!
//! Same data and same scenario instant give the same bytes: date, Message-ID and boundary are ours to set.
//! What must stay true: no text from outside can add a header or close a part (control characters go, bodies are
//! quoted-printable or base64, so the boundary's `=_` cannot occur in them); a Comune with a broken address still gets
//! its outcome, for the mailbox is ours; every sender is a `.example` address and every name and subject says SIMULATORE,
//! so that a message means nothing even where it is relayed to a test server. The sentences are the simulator's own: the
//! official wording is not public (spec subentro §6.3).

mod allegati;
mod avviso;
mod ricevute;
mod testo;

use std::time::{Duration, SystemTime};

use anagrafe::Ambiente;
use jiff::tz::TimeZone;
use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, Message, MultiPart, SinglePart};

use crate::errore::ErroreRegistro;
use crate::modello::{Comune, IdFornitura, IdPec, NaturaPec, Pec, Quando, Schede};
use crate::mondo::limiti::{LIMITE_OGGETTO_CARATTERI, LIMITE_PEC_BYTE};
use crate::transazione::Transazione;

pub use allegati::{allegati, allegato};
pub use avviso::{Avviso, Destinatario, MITTENTE_AVVISI, componi_avviso};
pub use ricevute::{GESTORE, Ricevuta, TipoRicevuta, ricevute};

/// Sender of every message; `.example` can never be a real address.
pub const MITTENTE: &str = "esiti@anpr-sim.example";
/// Name beside it.
pub const NOME_MITTENTE: &str = "SIMULATORE ANPR – dati fittizi";
/// Mailbox of the support; questions of the Comuni land there and nowhere else.
pub const ASSISTENZA: &str = "assistenza@anpr-sim.example";
/// Name beside it.
pub const NOME_ASSISTENZA: &str = "SIMULATORE – assistenza (dati fittizi)";
/// Where a message goes when the address of the Comune is not one.
pub const DESTINATARIO_DI_RIPIEGO: &str = "indirizzo-non-valido@anpr-sim.example";
/// Domain of the Message-ID.
const DOMINIO: &str = "anpr-sim.example";
/// What begins every subject.
const PREFISSO_OGGETTO: &str = "[SIMULATORE – dati fittizi]";
/// Characters of the name at one end of a message.
const LIMITE_NOME_CARATTERI: usize = 100;
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

/// A message written by hand or by a rule: a notice, a question, an answer.
#[derive(Debug, Clone)]
pub struct Scritto<'a> {
    /// Environment.
    pub ambiente: Ambiente,
    /// The Comune that asks or is told.
    pub comune: &'a Comune,
    /// What it is; a question goes to the support, anything else to the Comune.
    pub natura: NaturaPec,
    /// Subject; the warning is put before it.
    pub oggetto: &'a str,
    /// Text; the warning is put before it.
    pub testo: &'a str,
    /// The message it answers.
    pub risponde: Option<IdPec>,
    /// The delivery it speaks of.
    pub fornitura: Option<IdFornitura>,
}

/// Longest address, in characters: what an envelope can carry (RFC 5321).
pub const INDIRIZZO_MASSIMO_CARATTERI: usize = 254;

/// Whether a text is an address that a message can carry: the one rule, whoever asks. The domain has a dot, as that of any
/// mailbox of a Comune does; reserved ones (`.example`, `.test`) are as good as any.
pub fn indirizzo_valido(testo: &str) -> bool {
    // An address literal (`a@[192.0.2.1]`) is an address to the parser and none to the composer.
    let dominio = |d: &str| {
        d.contains('.')
            && d.split('.')
                .all(|p| !p.is_empty() && !p.starts_with('-') && !p.ends_with('-'))
    };
    // A quoted local part (`"a b"@c.example`) likewise: nobody's mailbox is called so.
    testo.is_ascii()
        && !testo.contains(['"', '\\'])
        && testo.len() <= INDIRIZZO_MASSIMO_CARATTERI
        && !testo.contains(char::is_whitespace)
        && testo
            .parse::<Address>()
            .is_ok_and(|a| !a.domain().starts_with('[') && dominio(a.domain()))
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

/// Name and address at one end of a message.
struct Capo<'a> {
    nome: String,
    indirizzo: &'a str,
}

impl Capo<'_> {
    fn casella(&self) -> Result<Mailbox, ErroreRegistro> {
        Ok(Mailbox::new(
            Some(una_riga(&self.nome, LIMITE_NOME_CARATTERI)),
            self.indirizzo.parse().map_err(errore)?,
        ))
    }
}

/// What every message has, whatever it is about.
struct Busta<'a> {
    da: Capo<'a>,
    a: Capo<'a>,
    oggetto: &'a str,
    quando: Quando,
    /// Left of the `@` in the Message-ID, and the end of the boundary.
    nome: &'a str,
    testate: Vec<HeaderValue>,
    testo: &'a str,
    allegati: &'a [Allegato],
}

impl Busta<'_> {
    fn testo(&self) -> Result<SinglePart, ErroreRegistro> {
        let corpo = Body::new_with_encoding(self.testo.to_owned(), ContentTransferEncoding::QuotedPrintable)
            .map_err(|_| ErroreRegistro::Posta("testo non codificabile".to_owned()))?;
        Ok(SinglePart::builder()
            .content_type(ContentType::TEXT_PLAIN)
            .body(corpo))
    }

    fn testate(self) -> Result<lettre::message::MessageBuilder, ErroreRegistro> {
        let mut messaggio = Message::builder()
            .from(self.da.casella()?)
            .to(self.a.casella()?)
            .subject(self.oggetto)
            .date(istante(self.quando))
            .message_id(Some(format!("<{}@{DOMINIO}>", self.nome)));
        for testata in self.testate {
            messaggio = messaggio.raw_header(testata);
        }
        Ok(messaggio.raw_header(intestazione(
            "X-Anpr-Sim-Avvertenza",
            "Messaggio simulato, dati fittizi, privo di valore",
        )))
    }

    /// A message that is its text alone.
    fn solo_testo(self) -> Result<String, ErroreRegistro> {
        let testo = self.testo()?;
        let messaggio = self.testate()?.singlepart(testo).map_err(errore)?;
        String::from_utf8(messaggio.formatted()).map_err(errore)
    }

    fn chiudi(self) -> Result<String, ErroreRegistro> {
        let mut parti = MultiPart::mixed()
            .boundary(format!("=_anpr-sim_{}", self.nome.replace('.', "_")))
            .singlepart(self.testo()?);
        for allegato in self.allegati {
            let tipo = ContentType::parse(&allegato.tipo)
                .or_else(|_| ContentType::parse("application/octet-stream"))
                .map_err(errore)?;
            let byte = Body::new_with_encoding(allegato.byte.clone(), ContentTransferEncoding::Base64)
                .map_err(|_| ErroreRegistro::Posta("allegato non codificabile".to_owned()))?;
            parti = parti.singlepart(
                Attachment::new(una_riga(&allegato.nome, LIMITE_OGGETTO_CARATTERI)).body(byte, tipo),
            );
        }
        let messaggio = self.testate()?.multipart(parti).map_err(errore)?;
        String::from_utf8(messaggio.formatted()).map_err(errore)
    }
}

/// The address of a Comune, when a message can carry it.
fn indirizzo(comune: &Comune) -> Option<&str> {
    comune
        .pec
        .as_deref()
        .map(str::trim)
        .filter(|a| indirizzo_valido(a))
}

/// Whether an address belongs to a domain that is reserved for examples and tests (RFC 2606): nobody real has it.
pub fn indirizzo_riservato(testo: &str) -> bool {
    indirizzo_valido(testo)
        && testo
            .rsplit_once('.')
            .is_some_and(|(_, coda)| ["example", "test"].iter().any(|d| coda.eq_ignore_ascii_case(d)))
}

/// Composes the message that gets that id at that instant.
pub fn componi(id: IdPec, quando: Quando, lettera: &Lettera<'_>) -> Result<Pec, ErroreRegistro> {
    let byte: usize = lettera.allegati.iter().map(|a| a.byte.len()).sum();
    if byte > LIMITE_PEC_BYTE {
        return Err(ErroreRegistro::Posta(format!(
            "allegati di {byte} byte, oltre il limite di {LIMITE_PEC_BYTE}"
        )));
    }
    let indirizzo = indirizzo(lettera.comune);
    let a = indirizzo.unwrap_or(DESTINATARIO_DI_RIPIEGO);
    let oggetto = una_riga(
        &format!("{PREFISSO_OGGETTO} {}", testo::oggetto(lettera)),
        LIMITE_OGGETTO_CARATTERI,
    );
    let testo = testo::corpo(lettera, quando, indirizzo.is_none());
    let chiave = lettera.ambiente.chiave();
    let busta = Busta {
        da: Capo {
            nome: NOME_MITTENTE.to_owned(),
            indirizzo: MITTENTE,
        },
        a: Capo {
            nome: testo::nome_comune(lettera.comune),
            indirizzo: a,
        },
        oggetto: &oggetto,
        quando,
        nome: &format!("{chiave}.{id}"),
        testate: vec![
            intestazione("X-Anpr-Sim-Ambiente", chiave),
            intestazione("X-Anpr-Sim-Comune", lettera.comune.istat.as_str()),
            intestazione("X-Anpr-Sim-Fornitura", &lettera.fornitura.to_string()),
            intestazione("X-Anpr-Sim-Protocollo", lettera.protocollo),
        ],
        testo: &testo,
        allegati: &lettera.allegati,
    };
    let grezzo = busta.chiudi()?;
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
        natura: NaturaPec::Esito,
        risponde: None,
        grezzo,
    })
}

/// Composes a notice, a question or an answer.
pub fn componi_scritto(id: IdPec, quando: Quando, s: &Scritto<'_>) -> Result<Pec, ErroreRegistro> {
    let chiave = s.ambiente.chiave();
    let oggetto = una_riga(
        &format!("{PREFISSO_OGGETTO} {}", s.oggetto.trim()),
        LIMITE_OGGETTO_CARATTERI,
    );
    let testo = testo::scritto(s);
    // A question would carry the address of the Comune as its sender: only one that cannot be anybody's.
    let proprio = format!("comune-{}@pec.{DOMINIO}", s.comune.istat);
    let (da, a) = if s.natura == NaturaPec::Domanda {
        let da = indirizzo(s.comune)
            .filter(|i| indirizzo_riservato(i))
            .unwrap_or(&proprio);
        (
            Capo {
                nome: format!("SIMULATORE – {}", testo::nome_comune(s.comune)),
                indirizzo: da,
            },
            Capo {
                nome: NOME_ASSISTENZA.to_owned(),
                indirizzo: ASSISTENZA,
            },
        )
    } else {
        let (nome, da) = match s.natura {
            NaturaPec::Risposta => (NOME_ASSISTENZA, ASSISTENZA),
            _ => (NOME_MITTENTE, MITTENTE),
        };
        (
            Capo {
                nome: nome.to_owned(),
                indirizzo: da,
            },
            Capo {
                nome: testo::nome_comune(s.comune),
                indirizzo: indirizzo(s.comune).unwrap_or(DESTINATARIO_DI_RIPIEGO),
            },
        )
    };
    let (mittente, destinatario) = (da.indirizzo.to_owned(), a.indirizzo.to_owned());
    let busta = Busta {
        da,
        a,
        oggetto: &oggetto,
        quando,
        nome: &format!("{chiave}.{id}"),
        testate: vec![
            intestazione("X-Anpr-Sim-Ambiente", chiave),
            intestazione("X-Anpr-Sim-Comune", s.comune.istat.as_str()),
        ],
        testo: &testo,
        allegati: &[],
    };
    let grezzo = busta.chiudi()?;
    Ok(Pec {
        id,
        ambiente: s.ambiente,
        comune: s.comune.istat,
        casella: None,
        da: mittente,
        a: destinatario,
        oggetto,
        quando,
        letta: false,
        fornitura: s.fornitura,
        testo,
        allegati: Vec::new(),
        natura: s.natura,
        risponde: s.risponde,
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

    /// The same for a notice, a question or an answer.
    pub fn spedisci_scritto(&mut self, scritto: &Scritto<'_>) -> Result<IdPec, ErroreRegistro> {
        let id = self.nuova_pec()?;
        let quando = self.evento()?;
        let pec = componi_scritto(id, quando, scritto)?;
        self.salva_pec(&pec)?;
        Ok(id)
    }
}

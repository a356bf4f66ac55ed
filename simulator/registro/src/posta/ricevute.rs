//! A message → what the two providers of certified mail say of it: taken in charge, delivered or not.
//!
//! Receipts are functions of their message: nothing is stored, the same message always has the same two. They are the
//! simulator's own reduced form; the `daticert.xml` beside them has the elements of the public rules (DM 2-11-2005) that
//! a program looks for, and says in a comment what it is.

use jiff::{ToSpan as _, tz::TimeZone};

use super::{Allegato, Busta, Capo, DESTINATARIO_DI_RIPIEGO, DOMINIO, NOME_MITTENTE, intestazione, una_riga};
use crate::errore::ErroreRegistro;
use crate::modello::{Pec, Quando};
use crate::mondo::limiti::LIMITE_OGGETTO_CARATTERI;

/// The provider that writes the receipts.
pub const GESTORE: &str = "posta-certificata@pec.anpr-sim.example";
/// Name beside it.
const NOME_GESTORE: &str = "SIMULATORE – posta certificata (dati fittizi)";
/// From the acceptance to the delivery.
const CONSEGNA_DOPO_SECONDI: i64 = 2;

/// What a receipt says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TipoRicevuta {
    /// The sender's provider has taken the message.
    Accettazione,
    /// It lies in the recipient's mailbox.
    Consegna,
    /// It could not be put there.
    MancataConsegna,
}

impl TipoRicevuta {
    /// The word of the header and of `daticert.xml`.
    pub const fn parola(self) -> &'static str {
        match self {
            Self::Accettazione => "accettazione",
            Self::Consegna => "avvenuta-consegna",
            Self::MancataConsegna => "errore-consegna",
        }
    }

    /// As people call it.
    pub const fn nome(self) -> &'static str {
        match self {
            Self::Accettazione => "ricevuta di accettazione",
            Self::Consegna => "ricevuta di avvenuta consegna",
            Self::MancataConsegna => "avviso di mancata consegna",
        }
    }

    const fn prefisso(self) -> &'static str {
        match self {
            Self::Accettazione => "ACCETTAZIONE",
            Self::Consegna => "CONSEGNA",
            Self::MancataConsegna => "AVVISO DI MANCATA CONSEGNA",
        }
    }
}

/// One receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ricevuta {
    /// What it says.
    pub tipo: TipoRicevuta,
    /// Sender: the provider.
    pub da: String,
    /// Recipient: who sent the message.
    pub a: String,
    /// Subject.
    pub oggetto: String,
    /// Scenario instant.
    pub quando: Quando,
    /// Text.
    pub testo: String,
    /// The `daticert.xml` that travels with it.
    pub daticert: String,
    /// The whole message.
    pub grezzo: String,
}

/// The receipts of a message: the acceptance, then the delivery or its failure.
pub fn ricevute(pec: &Pec) -> Result<[Ricevuta; 2], ErroreRegistro> {
    let consegna = if pec.a == DESTINATARIO_DI_RIPIEGO {
        TipoRicevuta::MancataConsegna
    } else {
        TipoRicevuta::Consegna
    };
    Ok([una(pec, TipoRicevuta::Accettazione)?, una(pec, consegna)?])
}

fn una(pec: &Pec, tipo: TipoRicevuta) -> Result<Ricevuta, ErroreRegistro> {
    let quando = match tipo {
        TipoRicevuta::Accettazione => pec.quando,
        _ => pec
            .quando
            .checked_add(CONSEGNA_DOPO_SECONDI.seconds())
            .unwrap_or(pec.quando),
    };
    let oggetto = una_riga(
        &format!("{}: {}", tipo.prefisso(), pec.oggetto),
        LIMITE_OGGETTO_CARATTERI,
    );
    let riferimento = format!("<{}.{}@{DOMINIO}>", pec.ambiente.chiave(), pec.id);
    let detto = match tipo {
        TipoRicevuta::Accettazione => "è stato accettato dal gestore del mittente e inoltrato",
        TipoRicevuta::Consegna => "è stato consegnato nella casella del destinatario",
        TipoRicevuta::MancataConsegna => {
            "non è stato consegnato: l'indirizzo del destinatario non è utilizzabile"
        }
    };
    let testo = format!(
        "SIMULATORE ANPR – ricevuta simulata, dati fittizi, priva di ogni valore.\n\n{}\n\nIl giorno {} alle {} il messaggio\n  \
         {}\ninviato da {}\na {}\n{detto}.\n\nIdentificativo del messaggio: {riferimento}\n",
        maiuscola(tipo.nome()),
        quando.strftime("%d/%m/%Y"),
        quando.strftime("%H:%M:%S"),
        pec.oggetto,
        pec.da,
        pec.a,
    );
    let daticert = daticert(pec, tipo, quando, &riferimento);
    let dati = Allegato {
        nome: "daticert.xml".to_owned(),
        tipo: "application/xml".to_owned(),
        byte: daticert.clone().into_bytes(),
    };
    let busta = Busta {
        da: Capo {
            nome: NOME_GESTORE.to_owned(),
            indirizzo: GESTORE,
        },
        a: Capo {
            nome: NOME_MITTENTE.to_owned(),
            indirizzo: &pec.da,
        },
        oggetto: &oggetto,
        quando,
        nome: &format!("{}.{}.{}", pec.ambiente.chiave(), pec.id, tipo.parola()),
        testate: vec![
            intestazione("X-Ricevuta", tipo.parola()),
            intestazione("X-Riferimento-Message-ID", &riferimento),
        ],
        testo: &testo,
        allegati: &[dati],
    };
    let grezzo = busta.chiudi()?;
    Ok(Ricevuta {
        tipo,
        da: GESTORE.to_owned(),
        a: pec.da.clone(),
        oggetto,
        quando,
        testo,
        daticert,
        grezzo,
    })
}

fn maiuscola(testo: &str) -> String {
    let mut lettere = testo.chars();
    lettere
        .next()
        .map(|c| c.to_uppercase().collect::<String>() + lettere.as_str())
        .unwrap_or_default()
}

/// Text as XML content: what XML cannot say becomes a space.
fn xml(testo: &str) -> String {
    una_riga(testo, usize::MAX)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace(['\u{fffe}', '\u{ffff}'], " ")
}

/// Offset of the Italian hour on that day, `+0100` or `+0200`.
fn zona(quando: Quando) -> String {
    TimeZone::get("Europe/Rome")
        .unwrap_or(TimeZone::UTC)
        .to_ambiguous_zoned(quando)
        .compatible()
        .map_or_else(|_| "+0100".to_owned(), |z| z.strftime("%z").to_string())
}

fn daticert(pec: &Pec, tipo: TipoRicevuta, quando: Quando, riferimento: &str) -> String {
    let errore = match tipo {
        TipoRicevuta::MancataConsegna => "no-dest",
        _ => "nessuno",
    };
    let consegna = match tipo {
        TipoRicevuta::Accettazione => String::new(),
        _ => format!("<consegna>{}</consegna>", xml(&pec.a)),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- SIMULATORE: dati fittizi -->\n\
         <postacert tipo=\"{}\" errore=\"{errore}\"><intestazione><mittente>{}</mittente>\
         <destinatari tipo=\"certificato\">{}</destinatari><risposte>{}</risposte><oggetto>{}</oggetto></intestazione>\
         <dati><gestore-emittente>SIMULATORE</gestore-emittente>\
         <data zona=\"{}\"><giorno>{}</giorno><ora>{}</ora></data>\
         <identificativo>{}.{}</identificativo><msgid>{}</msgid>{consegna}</dati></postacert>\n",
        tipo.parola(),
        xml(&pec.da),
        xml(&pec.a),
        xml(&pec.da),
        xml(&pec.oggetto),
        zona(quando),
        quando.strftime("%d/%m/%Y"),
        quando.strftime("%H:%M:%S"),
        pec.ambiente.chiave(),
        pec.id,
        xml(riferimento),
    )
}

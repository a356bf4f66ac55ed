//! Requests wrong on purpose, and requests odd but right: one row each, with the answer it deserves.
//!
//! The two tables are all there is: `anpr-sim send --difetto` and `--stranezza`, the page `docs/DIFETTI.md` and the
//! tests are read off them. A row changes one thing of an otherwise correct request; its `come` says what, and where
//! in the making of the request it happens. What this crate cannot do itself (certificates of the desk, operators,
//! HTTP) is data here and done by whoever sends.

/// Rows of a table, one beside the other; without an answer of its own a row is accepted.
macro_rules! voci {
    ($( $nome:literal: $atteso:expr, $descrizione:literal, $come:expr; )+) => {
        &[ $( Voce { nome: $nome, atteso: $atteso, descrizione: $descrizione, come: $come }, )+ ]
    };
    ($( $nome:literal: $descrizione:literal, $come:expr; )+) => {
        voci! { $( $nome: Atteso::Accettata, $descrizione, $come; )+ }
    };
}

mod difetti;
mod pagina;
mod ritocchi;
mod stranezze;

use jiff::{SignedDuration, Timestamp};

pub use difetti::DIFETTI;
pub use pagina::pagina;
pub(super) use ritocchi::cambia_ultimo;
pub use stranezze::STRANEZZE;

use super::Messaggio;
use crate::soap::TipoFault;

/// The answer a row deserves under the faithful policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atteso {
    /// Served as if nothing were.
    Accettata,
    /// HTTP 500 with this fault (spec security §6.2).
    Fault(TipoFault),
    /// HTTP 200 with a `rispostaKO` (spec security §8).
    Ko {
        /// Row of §8; empty where the specification has none.
        riga: &'static str,
        /// `codiceErroreAnomalia`.
        codice: &'static str,
        /// What `testoErroreAnomalia` holds.
        testo: &'static str,
    },
}

impl Atteso {
    /// In a few words: `F5`, `A8 EN148`, `accettata`.
    pub fn sigla(&self) -> String {
        match self {
            Self::Accettata => "accettata".to_owned(),
            Self::Fault(f) => f.sigla().to_owned(),
            Self::Ko { riga, codice, .. } => format!("{riga} {codice}").trim_start().to_owned(),
        }
    }

    /// Whether a reply is that answer.
    pub fn e(&self, http: u16, corpo: &str) -> bool {
        match self {
            Self::Accettata => http == 200 && !corpo.contains("rispostaKO"),
            Self::Fault(f) => http == 500 && corpo.contains(&format!(">{}<", f.testo())),
            Self::Ko { codice, testo, .. } => {
                http == 200
                    && corpo.contains("rispostaKO")
                    && corpo.contains(&format!("<codiceErroreAnomalia>{codice}<"))
                    && corpo.contains(testo)
            }
        }
    }
}

/// Who uses a certificate of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parti {
    /// Message and assertion: a `CO`.
    Comune,
    /// The postazione id: a `PC`.
    Postazione,
    /// All three: a `PC`.
    Tutte,
}

/// Which operator the assertion names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Utente {
    /// One in state *bloccato*.
    Bloccato,
    /// One in state *cancellato*.
    Cancellato,
    /// One without the function of the operation.
    SenzaFunzione,
    /// One registered for another Comune only.
    AltroComune,
    /// One registered in the other environments only.
    AltroAmbiente,
    /// The generic user of the FREE environment, with its `tipoInvio`.
    Free,
}

/// What happens around the message.
#[derive(Debug, Clone, Copy)]
pub enum Trasporto {
    /// Another path than the operation's.
    Percorso(&'static str),
    /// These headers instead of the usual ones of that name.
    Intestazioni(&'static [(&'static str, &'static str)]),
    /// `Transfer-Encoding: chunked` and `Expect: 100-continue`.
    APezzi,
    /// `Content-Encoding: gzip`.
    Gzip,
    /// Other bytes for the same text, or broken ones.
    Byte(fn(&str) -> Vec<u8>),
    /// The same message twice; the second answer counts.
    DueVolte,
}

/// Where in the making of a request a row does its work.
#[derive(Debug, Clone, Copy)]
pub enum Come {
    /// Changes what is to be said, before the envelope is written.
    Ricetta(fn(&mut Ricetta)),
    /// Changes the envelope before it is signed: the change is signed along.
    Prima(fn(&str) -> String),
    /// Changes the envelope after it was signed.
    Dopo(fn(&str) -> String),
    /// Signs with a certificate of the desk, with this `--difetto` of `cert issue` if any.
    Certificato {
        /// Who uses it.
        parti: Parti,
        /// Its defect.
        difetto: Option<&'static str>,
    },
    /// Names another operator.
    Utente(Utente),
    /// Changes how it is sent.
    Trasporto(Trasporto),
    /// Nothing is wrong with the request: the simulator's fault plan strikes it, once, with this word.
    Guasto(&'static str),
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Voce {
    /// Name on the command line.
    pub nome: &'static str,
    /// The answer it deserves.
    pub atteso: Atteso,
    /// What is wrong or odd, in Italian.
    pub descrizione: &'static str,
    /// What it does.
    pub come: Come,
}

impl Voce {
    /// Whether the message alone shows it: no certificate of the desk, no register, no transport.
    pub const fn del_messaggio(&self) -> bool {
        matches!(self.come, Come::Ricetta(_) | Come::Prima(_) | Come::Dopo(_))
            && !matches!(self.atteso, Atteso::Ko { .. })
    }
}

/// A defect by its name.
pub fn difetto(nome: &str) -> Option<&'static Voce> {
    DIFETTI.iter().find(|v| v.nome == nome)
}

/// An oddity by its name.
pub fn stranezza(nome: &str) -> Option<&'static Voce> {
    STRANEZZE.iter().find(|v| v.nome == nome)
}

/// A message with what only deviating ones need.
#[derive(Debug, Clone)]
pub struct Ricetta {
    /// The message.
    pub messaggio: Messaggio,
    /// How far the Timestamp's window lies from the client's instant.
    pub scarto_timestamp: SignedDuration,
    /// The same for the assertion's windows.
    pub scarto_asserzione: SignedDuration,
    /// The PKCS#7 is made with the Comune's key or, if it is the same, over another id.
    pub pkcs7_altrui: bool,
    /// The PKCS#7 is over another id.
    pub pkcs7_altro_id: bool,
}

impl Ricetta {
    pub(super) const fn nuova(messaggio: Messaggio) -> Self {
        Self {
            messaggio,
            scarto_timestamp: SignedDuration::ZERO,
            scarto_asserzione: SignedDuration::ZERO,
            pkcs7_altrui: false,
            pkcs7_altro_id: false,
        }
    }

    /// A window of the message's duration.
    pub(super) fn finestra(&self, scarto: SignedDuration) -> (Timestamp, Timestamp) {
        let m = &self.messaggio;
        let da = m.adesso.saturating_add(scarto).unwrap_or(m.adesso);
        (da, da.saturating_add(m.durata).unwrap_or(da))
    }

    /// Both windows moved.
    fn sposta(&mut self, scarto: SignedDuration) {
        (self.scarto_timestamp, self.scarto_asserzione) = (scarto, scarto);
    }

    /// Writes a field of the body's header; nothing if it has none.
    fn testata(&mut self, campo: &str, valore: &str) {
        let corpo = &self.messaggio.corpo_xml;
        self.messaggio.corpo_xml =
            ritocchi::contenuto(corpo, &["testataRichiesta", campo], |_| valore.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        let tutte: Vec<_> = DIFETTI.iter().chain(STRANEZZE).collect();
        for (i, v) in tutte.iter().enumerate() {
            assert!(tutte[..i].iter().all(|a| a.nome != v.nome), "{}", v.nome);
            assert!(
                v.nome
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
        }
        assert!(
            DIFETTI
                .iter()
                .all(|v| difetto(v.nome).is_some() && v.atteso != Atteso::Accettata)
        );
        assert!(
            STRANEZZE
                .iter()
                .all(|v| stranezza(v.nome).is_some() && v.atteso == Atteso::Accettata)
        );
    }

    #[test]
    fn every_fault_a_request_can_cause_has_a_defect() {
        use TipoFault::{F1, F2, F3, F4, F5, F6, F7};
        for f in [F1, F2, F3, F4, F5, F6, F7] {
            assert!(DIFETTI.iter().any(|v| v.atteso == Atteso::Fault(f)), "{f:?}");
        }
    }
}

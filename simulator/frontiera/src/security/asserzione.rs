//! A SAML 2.0 assertion as the frame demands it (spec security §4.3).
//!
//! Reads the canonical octets that its signature digested, never the element in the envelope, so what is
//! believed is what was signed. Reading is separate from judging: the caller asks windows, confirmation and
//! attributes one after the other, because each has its own line in the journal.

use crate::albero::Node;
use jiff::{SignedDuration, Timestamp};

use super::tempo::{self, ErroreIstante, Finestra};
use super::testo_di;
use crate::soap::ns;

/// Why the octets are no assertion one may judge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErroreAsserzione {
    /// Not XML, or not an `Assertion` of SAML 2.0.
    #[error("non è una Assertion SAML 2.0")]
    Forma,
    /// A mandatory part missing or doubled.
    #[error("nell'asserzione manca o è ripetuto: {0}")]
    Parte(&'static str),
    /// An instant that cannot be read.
    #[error("{attributo}: {errore}")]
    Istante {
        /// The attribute.
        attributo: &'static str,
        /// Why.
        errore: ErroreIstante,
    },
    /// An attribute sent twice, or with several values.
    #[error("l'attributo {0} è ripetuto o non ha un solo valore")]
    Attributo(String),
}

/// A window as the assertion writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validita {
    /// The element that carries it.
    pub dove: &'static str,
    /// Not valid before.
    pub da: Option<Timestamp>,
    /// Not valid from here on.
    pub a: Option<Timestamp>,
}

/// An assertion, read and not yet judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asserzione {
    /// Its `ID`, any text.
    pub id: String,
    /// The operator named.
    pub name_id: String,
    /// `Method` of every subject confirmation.
    pub conferme: Vec<String>,
    /// Every window, `IssueInstant` included, in document order.
    pub validita: Vec<Validita>,
    /// Attributes as they come, each name once, blanks at the ends removed.
    pub attributi: Vec<(String, String)>,
}

impl Asserzione {
    /// Reads canonical octets.
    pub fn leggi(canonica: &[u8]) -> Result<Self, ErroreAsserzione> {
        let testo = std::str::from_utf8(canonica).map_err(|_| ErroreAsserzione::Forma)?;
        let doc = crate::albero::leggi(testo).map_err(|_| ErroreAsserzione::Forma)?;
        let radice = doc.root_element();
        if !radice.has_tag_name((ns::SAML2, "Assertion")) || radice.attribute("Version") != Some("2.0") {
            return Err(ErroreAsserzione::Forma);
        }
        let id = radice
            .attribute("ID")
            .filter(|i| !i.is_empty())
            .ok_or(ErroreAsserzione::Parte("ID"))?;
        let emessa = istante(radice, "IssueInstant")?.ok_or(ErroreAsserzione::Parte("IssueInstant"))?;
        unico(radice, "Issuer").ok_or(ErroreAsserzione::Parte("Issuer"))?;
        let soggetto = unico(radice, "Subject").ok_or(ErroreAsserzione::Parte("Subject"))?;
        let name_id = unico(soggetto, "NameID")
            .and_then(testo_di)
            .map(|t| t.trim().to_owned());
        let name_id = name_id
            .filter(|n| !n.is_empty())
            .ok_or(ErroreAsserzione::Parte("NameID"))?;
        let mut letta = Self {
            id: id.to_owned(),
            name_id,
            conferme: Vec::new(),
            validita: vec![Validita {
                dove: "IssueInstant",
                da: Some(emessa),
                a: None,
            }],
            attributi: Vec::new(),
        };
        for c in figli(soggetto, "SubjectConfirmation") {
            letta
                .conferme
                .push(c.attribute("Method").unwrap_or("").to_owned());
            for d in figli(c, "SubjectConfirmationData") {
                letta.finestra("SubjectConfirmationData", d, "NotBefore", "NotOnOrAfter")?;
            }
        }
        if figli(radice, "Conditions").count() > 1 {
            return Err(ErroreAsserzione::Parte("Conditions"));
        }
        for c in figli(radice, "Conditions") {
            letta.finestra("Conditions", c, "NotBefore", "NotOnOrAfter")?;
        }
        for s in figli(radice, "AuthnStatement") {
            letta.finestra("AuthnStatement", s, "AuthnInstant", "SessionNotOnOrAfter")?;
        }
        for a in figli(radice, "AttributeStatement").flat_map(|s| figli(s, "Attribute")) {
            letta.attributo(a)?;
        }
        Ok(letta)
    }

    fn finestra(
        &mut self,
        dove: &'static str,
        n: Node<'_, '_>,
        da: &'static str,
        a: &'static str,
    ) -> Result<(), ErroreAsserzione> {
        self.validita.push(Validita {
            dove,
            da: istante(n, da)?,
            a: istante(n, a)?,
        });
        Ok(())
    }

    fn attributo(&mut self, a: Node<'_, '_>) -> Result<(), ErroreAsserzione> {
        let nome = a.attribute("Name").unwrap_or("");
        match unico(a, "AttributeValue").and_then(testo_di) {
            Some(valore) if self.attributi.iter().all(|(n, _)| n != nome) => {
                self.attributi.push((nome.to_owned(), valore.trim().to_owned()));
                Ok(())
            }
            _ => Err(ErroreAsserzione::Attributo(nome.to_owned())),
        }
    }

    /// The first window that `adesso` misses, and how. An assertion that never ends misses none, see [`Self::finisce`].
    pub fn fuori(&self, adesso: Timestamp, tolleranza: SignedDuration) -> Option<(&'static str, Finestra)> {
        self.validita
            .iter()
            .map(|v| (v.dove, tempo::finestra(v.da, v.a, adesso, tolleranza)))
            .find(|(_, f)| *f != Finestra::Dentro)
    }

    /// Whether any part of it says when it ends.
    pub fn finisce(&self) -> bool {
        self.validita.iter().any(|v| v.a.is_some())
    }

    /// An attribute's value, if sent and not empty.
    pub fn attributo_di(&self, nome: &str) -> Option<&str> {
        self.attributi
            .iter()
            .find(|(n, v)| n == nome && !v.is_empty())
            .map(|(_, v)| v.as_str())
    }
}

fn istante(n: Node<'_, '_>, attributo: &'static str) -> Result<Option<Timestamp>, ErroreAsserzione> {
    n.attribute(attributo)
        .map(|t| tempo::istante(t).map_err(|errore| ErroreAsserzione::Istante { attributo, errore }))
        .transpose()
}

fn figli<'a, 'input>(n: Node<'a, 'input>, nome: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    n.children().filter(move |c| c.has_tag_name((ns::SAML2, nome)))
}

fn unico<'a, 'input>(n: Node<'a, 'input>, nome: &'static str) -> Option<Node<'a, 'input>> {
    let mut trovati = figli(n, nome);
    let primo = trovati.next()?;
    trovati.next().is_none().then_some(primo)
}

//! From a `KeyInfo` to the certificate it means (spec security §4.8): token reference, embedded
//! certificate, issuer and serial, subject key identifier, thumbprint. All must be in the message itself.

use crate::albero::{Node, NodeId};

use super::certificato::{Certificato, ProblemaCertificato};
use super::fiducia::Fiducia;
use super::identificatori::Identificatori;
use super::{base64, testo_di};
use crate::limiti::CERTIFICATI_MASSIMI;
use crate::soap::ns;

/// Why no certificate came out of a `KeyInfo`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErroreChiave {
    /// No `KeyInfo`, or one that says nothing known.
    #[error("KeyInfo assente o di una forma non riconosciuta")]
    Forma,
    /// A token reference that leads nowhere: an unresolvable reference like any other.
    #[error("KeyInfo rinvia a «{0}», che non è un BinarySecurityToken del messaggio")]
    Irrisolto(String),
    /// A token type other than X.509 v3.
    #[error("tipo di token non ammesso: {0}")]
    Tipo(String),
    /// The certificate it describes is not in the message.
    #[error("il certificato indicato da KeyInfo non è nel messaggio")]
    Assente,
    /// The certificate cannot be used.
    #[error(transparent)]
    Certificato(#[from] ProblemaCertificato),
}

/// The certificate that `chi` (a `ds:KeyInfo`) means. `in_messaggio` are all certificates the message carries.
pub fn certificato(
    chi: Option<Node<'_, '_>>,
    id: &Identificatori<'_, '_>,
    in_messaggio: &NelMessaggio,
) -> Result<Certificato, ErroreChiave> {
    let figlio = chi
        .and_then(|k| {
            k.children()
                .find(|n| n.has_tag_name((ns::WSSE, "SecurityTokenReference")) || x509_data(*n))
        })
        .ok_or(ErroreChiave::Forma)?;
    if x509_data(figlio) {
        return da_x509_data(figlio, in_messaggio);
    }
    let rinvio = figlio
        .children()
        .find(Node::is_element)
        .ok_or(ErroreChiave::Forma)?;
    match (rinvio.tag_name().namespace(), rinvio.tag_name().name()) {
        (Some(ns::WSSE), "Reference") => {
            let uri = rinvio.attribute("URI").unwrap_or("");
            let token = id
                .trova(uri)
                .filter(|n| n.has_tag_name((ns::WSSE, "BinarySecurityToken")));
            token_x509(
                token.ok_or_else(|| ErroreChiave::Irrisolto(uri.to_owned()))?,
                in_messaggio,
            )
        }
        (Some(ns::WSSE), "Embedded") => {
            let token = rinvio
                .children()
                .find(|n| n.has_tag_name((ns::WSSE, "BinarySecurityToken")));
            token_x509(token.ok_or(ErroreChiave::Forma)?, in_messaggio)
        }
        (Some(ns::WSSE), "KeyIdentifier") => {
            let valore = testo_di(rinvio)
                .and_then(|t| base64(&t))
                .ok_or(ErroreChiave::Forma)?;
            match rinvio.attribute("ValueType").unwrap_or("") {
                ns::X509V3 => in_messaggio.letto(&valore),
                ns::X509_SKI => in_messaggio.unico(|c| c.ha_ski(&valore)),
                ns::THUMBPRINT => in_messaggio.unico(|c| c.impronta_sha1() == valore),
                altro => Err(ErroreChiave::Tipo(altro.to_owned())),
            }
        }
        _ if x509_data(rinvio) => da_x509_data(rinvio, in_messaggio),
        _ => Err(ErroreChiave::Forma),
    }
}

/// The certificates that a message carries, as tokens or embedded.
#[derive(Debug, Clone, Default)]
pub struct NelMessaggio {
    /// By the element that carries it, so that none is read twice.
    portati: Vec<(NodeId, Certificato)>,
    /// Each once.
    diversi: Vec<Certificato>,
}

impl NelMessaggio {
    /// Every readable one below an element, from at most [`CERTIFICATI_MASSIMI`] carriers.
    pub(crate) fn raccogli(sotto: Node<'_, '_>, fiducia: &Fiducia) -> Self {
        let mut trovati = Self::default();
        let portatori = sotto.descendants().filter(|n| {
            n.has_tag_name((ns::WSSE, "BinarySecurityToken")) || n.has_tag_name((ns::DS, "X509Certificate"))
        });
        for n in portatori.take(CERTIFICATI_MASSIMI) {
            let Some(Ok(c)) = testo_di(n).map(|t| fiducia.leggi(&t)) else {
                continue;
            };
            if !trovati.diversi.contains(&c) {
                trovati.diversi.push(c.clone());
            }
            trovati.portati.push((n.id(), c));
        }
        trovati
    }

    /// All of them, each once.
    pub fn certificati(&self) -> &[Certificato] {
        &self.diversi
    }

    /// The one in an element.
    fn in_elemento(&self, n: Node<'_, '_>) -> Result<Certificato, ErroreChiave> {
        if let Some((_, c)) = self.portati.iter().find(|(id, _)| *id == n.id()) {
            return Ok(c.clone());
        }
        // Unreadable, or one too many.
        let der = testo_di(n).and_then(|t| base64(&t));
        Ok(Certificato::leggi(&der.ok_or(ProblemaCertificato::Illeggibile)?)?)
    }

    /// The one with these octets.
    fn letto(&self, der: &[u8]) -> Result<Certificato, ErroreChiave> {
        match self.diversi.iter().find(|c| c.der() == der) {
            Some(c) => Ok(c.clone()),
            None => Ok(Certificato::leggi(der)?),
        }
    }

    fn unico(&self, quale: impl Fn(&Certificato) -> bool) -> Result<Certificato, ErroreChiave> {
        let mut trovati = self.diversi.iter().filter(|c| quale(c));
        match (trovati.next(), trovati.next()) {
            (Some(c), None) => Ok(c.clone()),
            _ => Err(ErroreChiave::Assente),
        }
    }
}

/// The element that a token reference of the message names directly, for the STR-Transform.
pub(crate) fn token_di<'a, 'input>(
    str_: Node<'a, 'input>,
    id: &Identificatori<'a, 'input>,
) -> Option<Node<'a, 'input>> {
    let rinvio = str_
        .children()
        .find(|n| n.has_tag_name((ns::WSSE, "Reference")))?;
    id.trova(rinvio.attribute("URI")?)
        .filter(|n| n.has_tag_name((ns::WSSE, "BinarySecurityToken")))
}

fn x509_data(n: Node<'_, '_>) -> bool {
    n.has_tag_name((ns::DS, "X509Data"))
}

fn token_x509(token: Node<'_, '_>, in_messaggio: &NelMessaggio) -> Result<Certificato, ErroreChiave> {
    match token.attribute("ValueType") {
        None | Some(ns::X509V3) => {}
        Some(altro) => return Err(ErroreChiave::Tipo(altro.to_owned())),
    }
    in_messaggio.in_elemento(token)
}

/// An `X509Data`: its only certificate (CAs sent along do not count), or one of the message that it describes.
fn da_x509_data(dati: Node<'_, '_>, in_messaggio: &NelMessaggio) -> Result<Certificato, ErroreChiave> {
    let inclusi = dati
        .children()
        .filter(|n| n.has_tag_name((ns::DS, "X509Certificate")))
        .take(CERTIFICATI_MASSIMI)
        .map(|n| in_messaggio.in_elemento(n))
        .collect::<Result<Vec<_>, _>>()?;
    match inclusi.as_slice() {
        [unico] => return Ok(unico.clone()),
        [] => {}
        molti => {
            let mut foglie = molti.iter().filter(|c| !c.ca());
            // Which of several leaves signs is a guess: published clients send one.
            return match (foglie.next(), foglie.next()) {
                (Some(foglia), None) => Ok(foglia.clone()),
                _ => Err(ErroreChiave::Forma),
            };
        }
    }
    for n in dati.children().filter(Node::is_element) {
        if n.has_tag_name((ns::DS, "X509SKI")) {
            let ski = testo_di(n).and_then(|t| base64(&t)).ok_or(ErroreChiave::Forma)?;
            return in_messaggio.unico(|c| c.ha_ski(&ski));
        }
        if n.has_tag_name((ns::DS, "X509IssuerSerial")) {
            let seriale = n
                .children()
                .find(|f| f.has_tag_name((ns::DS, "X509SerialNumber")));
            let seriale = seriale
                .and_then(testo_di)
                .and_then(|t| da_decimale(t.trim()))
                .ok_or(ErroreChiave::Forma)?;
            // The issuer's name has as many spellings as there are libraries; the serial finds the certificate,
            // and the signature that follows proves it.
            return in_messaggio.unico(|c| c.seriale() == seriale);
        }
    }
    Err(ErroreChiave::Forma)
}

/// A decimal number as big-endian octets without leading zeros; a serial has at most 20 octets, 49 digits.
fn da_decimale(cifre: &str) -> Option<Vec<u8>> {
    if cifre.is_empty() || cifre.len() > 60 {
        return None;
    }
    let mut ottetti: Vec<u8> = Vec::new();
    for c in cifre.bytes() {
        let mut riporto = u32::from(c.checked_sub(b'0').filter(|d| *d < 10)?);
        for o in ottetti.iter_mut().rev() {
            let n = u32::from(*o) * 10 + riporto;
            *o = n as u8;
            riporto = n >> 8;
        }
        if riporto > 0 {
            ottetti.insert(0, riporto as u8);
        }
    }
    Some(ottetti)
}

#[cfg(test)]
mod tests {
    #[test]
    fn decimal_serials() {
        assert_eq!(super::da_decimale("0"), Some(vec![]));
        assert_eq!(super::da_decimale("255"), Some(vec![255]));
        assert_eq!(
            super::da_decimale("18446744073709551616"),
            Some(vec![1, 0, 0, 0, 0, 0, 0, 0, 0])
        );
        assert_eq!(super::da_decimale("12a"), None);
    }
}

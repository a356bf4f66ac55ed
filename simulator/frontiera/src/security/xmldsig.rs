//! XML signatures as the frame uses them: enveloped-signature and exclusive C14N, RSA with SHA-1 or SHA-256.
//!
//! Three separate moments, because the gateway answers each failure differently: the signature is *read*
//! (algorithms, transforms), its references are *resolved* to elements, the elements are *digested*; the
//! value is checked against a certificate last. Returns the nodes covered; demanding that they be the right
//! ones is the caller's part.

use crate::albero::{Node, NodeId};

use super::c14n::{self, Opzioni};
use super::certificato::{Certificato, ProblemaCertificato};
use super::chiave;
use super::digest::Digest;
use super::identificatori::Identificatori;
use super::{base64, testo_di};
use crate::limiti::{PREFISSI_MASSIMI, RIFERIMENTI_MASSIMI, TRASFORMAZIONI_MASSIME};
use crate::soap::ns;

/// Why a signature cannot even be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErroreFirma {
    /// A mandatory part missing, doubled or unreadable.
    #[error("ds:Signature incompleta o malformata: {0}")]
    Struttura(&'static str),
    /// Signature or digest method that is not accepted.
    #[error("algoritmo non ammesso: {0}")]
    Algoritmo(String),
    /// One that exists and that the policy in force does not accept.
    #[error("algoritmo che la politica di questo ambiente non accetta: {0}")]
    Spento(String),
    /// Another canonicalization of `SignedInfo` than the exclusive one.
    #[error("CanonicalizationMethod «{0}»: serve il C14N esclusivo")]
    C14n(String),
    /// No reference, or too many.
    #[error("ds:Signature senza Reference, o con più di {RIFERIMENTI_MASSIMI}")]
    NumeroRiferimenti,
    /// A `PrefixList` that is too long.
    #[error("PrefixList con più di {PREFISSI_MASSIMI} prefissi")]
    ListaPrefissi,
    /// A transform that is not accepted.
    #[error("trasformazione non ammessa: {0}")]
    Trasformazione(String),
}

/// One reference, read but not resolved.
#[derive(Debug, Clone)]
pub struct Riferimento<'a> {
    /// The URI as sent; `None` if the attribute is missing.
    pub uri: Option<&'a str>,
    /// Digest function.
    pub digest: Digest,
    /// Its URI.
    pub algoritmo: &'a str,
    /// The digest declared.
    pub dichiarato: Vec<u8>,
    /// The enveloping signature is left out.
    pub enveloped: bool,
    /// STR-Transform: the token that the element refers to is digested in its place.
    pub(crate) tramite_str: bool,
    prefissi: &'a str,
    commenti: bool,
}

/// A `ds:Signature`, read.
#[derive(Debug, Clone)]
pub struct Firma<'a, 'input> {
    /// The element itself.
    pub nodo: Node<'a, 'input>,
    /// References in document order.
    pub riferimenti: Vec<Riferimento<'a>>,
    /// The digest under the RSA signature.
    pub digest: Digest,
    /// URI of the signature method.
    pub algoritmo: &'a str,
    /// The `KeyInfo`, if any.
    pub key_info: Option<Node<'a, 'input>>,
    signed_info: Node<'a, 'input>,
    prefissi: &'a str,
    commenti: bool,
    valore: Vec<u8>,
}

/// The algorithms a policy admits.
#[derive(Debug, Clone, Copy)]
pub struct Ammessi {
    /// SHA-1, in digests and signatures.
    pub sha1: bool,
    /// SHA-256; in digests SHA-512 too.
    pub sha256: bool,
}

impl Ammessi {
    pub(crate) fn vede(self, d: Digest) -> bool {
        if d == Digest::Sha1 { self.sha1 } else { self.sha256 }
    }

    /// The digest function of a method, if it is known and admitted.
    fn ammette(self, d: Option<Digest>, metodo: Node<'_, '_>) -> Result<Digest, ErroreFirma> {
        let uri = || algoritmo(metodo).to_owned();
        let d = d.ok_or_else(|| ErroreFirma::Algoritmo(uri()))?;
        if self.vede(d) {
            Ok(d)
        } else {
            Err(ErroreFirma::Spento(uri()))
        }
    }
}

impl<'a, 'input> Firma<'a, 'input> {
    /// Reads a `ds:Signature`; nothing is computed yet.
    pub fn leggi(nodo: Node<'a, 'input>, ammessi: Ammessi) -> Result<Self, ErroreFirma> {
        let signed_info = unico(nodo, "SignedInfo").ok_or(ErroreFirma::Struttura("SignedInfo"))?;
        let valore = unico(nodo, "SignatureValue")
            .and_then(testo_di)
            .and_then(|t| base64(&t));
        let valore = valore.ok_or(ErroreFirma::Struttura("SignatureValue"))?;
        let c14n = unico(signed_info, "CanonicalizationMethod")
            .ok_or(ErroreFirma::Struttura("CanonicalizationMethod"))?;
        let commenti = esclusiva(c14n).ok_or_else(|| ErroreFirma::C14n(algoritmo(c14n).to_owned()))?;
        let metodo =
            unico(signed_info, "SignatureMethod").ok_or(ErroreFirma::Struttura("SignatureMethod"))?;
        let digest = ammessi.ammette(Digest::da_firma(algoritmo(metodo)), metodo)?;
        let riferimenti = figli(signed_info, "Reference")
            .take(RIFERIMENTI_MASSIMI + 1)
            .map(|r| Riferimento::leggi(r, ammessi))
            .collect::<Result<Vec<_>, _>>()?;
        if riferimenti.is_empty() || riferimenti.len() > RIFERIMENTI_MASSIMI {
            return Err(ErroreFirma::NumeroRiferimenti);
        }
        Ok(Self {
            nodo,
            riferimenti,
            digest,
            algoritmo: algoritmo(metodo),
            key_info: unico(nodo, "KeyInfo"),
            signed_info,
            prefissi: c14n::lista_prefissi(c14n).ok_or(ErroreFirma::ListaPrefissi)?,
            commenti,
            valore,
        })
    }

    /// The octets over which the value is computed.
    pub fn signed_info_canonico(&self) -> Vec<u8> {
        let opzioni = Opzioni {
            commenti: self.commenti,
            ..Opzioni::con_lista(self.prefissi)
        };
        c14n::canonica(self.signed_info, &opzioni)
    }

    /// The signature's octets, for the journal's investigation.
    pub(crate) fn valore(&self) -> &[u8] {
        &self.valore
    }

    /// The element over which the value is computed.
    pub(crate) fn signed_info(&self) -> Node<'a, 'input> {
        self.signed_info
    }

    /// Whether the value is the certificate's signature over `SignedInfo`.
    pub fn verifica(&self, c: &Certificato) -> Result<bool, ProblemaCertificato> {
        c.verifica(self.digest, &self.signed_info_canonico(), &self.valore)
    }
}

impl<'a> Riferimento<'a> {
    fn leggi(n: Node<'a, '_>, ammessi: Ammessi) -> Result<Self, ErroreFirma> {
        let metodo = unico(n, "DigestMethod").ok_or(ErroreFirma::Struttura("DigestMethod"))?;
        let digest = ammessi.ammette(Digest::da_uri(algoritmo(metodo)), metodo)?;
        let dichiarato = unico(n, "DigestValue")
            .and_then(testo_di)
            .and_then(|t| base64(&t));
        let dichiarato = dichiarato.ok_or(ErroreFirma::Struttura("DigestValue"))?;
        let mut letto = Self {
            uri: n.attribute("URI"),
            digest,
            algoritmo: algoritmo(metodo),
            dichiarato,
            enveloped: false,
            tramite_str: false,
            prefissi: "",
            commenti: false,
        };
        let trasformazioni = unico(n, "Transforms")
            .into_iter()
            .flat_map(|t| figli(t, "Transform"));
        let mut canonica = false;
        for (i, t) in trasformazioni.enumerate() {
            match algoritmo(t) {
                // gSOAP's plugin writes this for a SAML assertion; no verifier can follow it.
                ns::ENVELOPED if canonica => {
                    return Err(ErroreFirma::Trasformazione(
                        "enveloped-signature sta dopo il C14N, va prima".into(),
                    ));
                }
                _ if i >= TRASFORMAZIONI_MASSIME || canonica => {
                    return Err(ErroreFirma::Trasformazione("troppe trasformazioni".into()));
                }
                ns::ENVELOPED => letto.enveloped = true,
                ns::STR_TRANSFORM => {
                    // It canonicalizes by itself, with the method among its parameters.
                    let metodo = t
                        .children()
                        .find(|n| n.has_tag_name((ns::WSSE, "TransformationParameters")))
                        .and_then(|p| unico(p, "CanonicalizationMethod"))
                        .ok_or_else(|| {
                            ErroreFirma::Trasformazione("STR-Transform senza TransformationParameters".into())
                        })?;
                    letto.commenti = esclusiva(metodo)
                        .ok_or_else(|| ErroreFirma::Trasformazione(algoritmo(metodo).to_owned()))?;
                    letto.prefissi = c14n::lista_prefissi(metodo).ok_or(ErroreFirma::ListaPrefissi)?;
                    letto.tramite_str = true;
                    canonica = true;
                }
                altro => {
                    letto.commenti =
                        esclusiva(t).ok_or_else(|| ErroreFirma::Trasformazione(altro.to_owned()))?;
                    letto.prefissi = c14n::lista_prefissi(t).ok_or(ErroreFirma::ListaPrefissi)?;
                    canonica = true;
                }
            }
        }
        // Without it the standard falls back on inclusive C14N, which drags in the whole envelope's namespaces.
        if canonica {
            Ok(letto)
        } else {
            Err(ErroreFirma::Trasformazione("manca il C14N esclusivo".into()))
        }
    }

    /// The `PrefixList` of the canonicalization, and whether it keeps comments.
    pub(crate) fn forma(&self) -> (&'a str, bool) {
        (self.prefissi, self.commenti)
    }

    /// The element named by the URI.
    pub fn risolvi<'d, 'input>(&self, id: &Identificatori<'d, 'input>) -> Option<Node<'d, 'input>> {
        id.trova(self.uri?)
    }

    /// The canonical octets of the element, the enveloped signature left out if it was asked for. `None` if the
    /// STR-Transform was asked for and the element refers to no token of the message.
    pub fn canonica<'d, 'input>(
        &self,
        elemento: Node<'d, 'input>,
        firma: NodeId,
        id: &Identificatori<'d, 'input>,
    ) -> Option<Vec<u8>> {
        let opzioni = Opzioni {
            senza: self.enveloped.then_some(firma),
            commenti: self.commenti,
            ..Opzioni::con_lista(self.prefissi)
        };
        if !self.tramite_str {
            return Some(c14n::canonica(elemento, &opzioni));
        }
        if !elemento.has_tag_name((ns::WSSE, "SecurityTokenReference")) {
            return None;
        }
        let token = chiave::token_di(elemento, id)?;
        Some(con_spazio_vuoto(c14n::canonica(token, &opzioni)))
    }
}

/// The STR-Transform wants the default namespace stated on the apex even if it is none (WSS 1.0 §8.3).
fn con_spazio_vuoto(canonica: Vec<u8>) -> Vec<u8> {
    let fine_nome = canonica
        .iter()
        .position(|b| matches!(b, b' ' | b'>'))
        .unwrap_or(canonica.len());
    // Canonical order puts the default namespace first.
    if canonica[fine_nome..].starts_with(b" xmlns=\"") {
        return canonica;
    }
    let (nome, resto) = canonica.split_at(fine_nome);
    [nome, b" xmlns=\"\"", resto].concat()
}

/// Whether a method is exclusive C14N: `Some(with comments)`.
fn esclusiva(metodo: Node<'_, '_>) -> Option<bool> {
    match algoritmo(metodo) {
        ns::EXC_C14N => Some(false),
        ns::EXC_C14N_COMMENTI => Some(true),
        _ => None,
    }
}

fn algoritmo<'a>(n: Node<'a, '_>) -> &'a str {
    n.attribute("Algorithm").unwrap_or("")
}

fn figli<'a, 'input>(n: Node<'a, 'input>, nome: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    n.children().filter(move |c| c.has_tag_name((ns::DS, nome)))
}

fn unico<'a, 'input>(n: Node<'a, 'input>, nome: &'static str) -> Option<Node<'a, 'input>> {
    let mut trovati = figli(n, nome);
    let primo = trovati.next()?;
    trovati.next().is_none().then_some(primo)
}

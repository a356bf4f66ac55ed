//! The other side: signed requests, right or wrong on purpose, for `anpr-sim send` and for tests.
//!
//! Turns a body, identities and keys into one envelope with the layout of spec security §4.10. The envelope
//! is assembled as text, read back, digested by the same tools that verify, and assembled again with the
//! values in place; so what is signed is exactly what a reader will see. No clock and no chance of its own:
//! instants and ids come with the [`Messaggio`].

mod assembla;
pub mod cms;
mod difetti;

use anagrafe::IdPostazione;
use jiff::{SignedDuration, Timestamp};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::signature::{SignatureEncoding as _, Signer as _};

pub use difetti::{DIFETTI, DifettoMessaggio};

use crate::security::certificato::{Certificato, ProblemaCertificato};
use crate::security::digest::Digest;
use crate::security::identificatori::Identificatori;
use crate::security::xmldsig::{Ammessi, Firma};
use crate::security::{c14n, in_base64};
use crate::soap::{Malformato, VersioneSoap, busta, ns};

/// The two key pairs of a client. In machine-to-machine use both are the Comune's (spec security §3.1).
#[derive(Clone)]
pub struct Chiavi {
    /// Key of the Comune's certificate, PKCS#8 in DER. Signs assertion and message.
    pub comune_key_pkcs8: Vec<u8>,
    /// The Comune's certificate in DER.
    pub comune_cert_der: Vec<u8>,
    /// Key of the postazione's certificate, PKCS#8 in DER. Signs the postazione id.
    pub postazione_key_pkcs8: Vec<u8>,
    /// The postazione's certificate in DER.
    pub postazione_cert_der: Vec<u8>,
}

/// Keys never show, not even in a debug print.
impl std::fmt::Debug for Chiavi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chiavi { .. }")
    }
}

/// The message signature's algorithm, with the digest of its references.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Algoritmo {
    /// What the published policy prescribes (Basic128Rsa15).
    #[default]
    RsaSha1,
    /// Accepted as well.
    RsaSha256,
}

impl Algoritmo {
    const fn digest(self) -> Digest {
        match self {
            Self::RsaSha1 => Digest::Sha1,
            Self::RsaSha256 => Digest::Sha256,
        }
    }
}

/// How the message signature names its certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RiferimentoChiave {
    /// A reference to the `BinarySecurityToken`.
    #[default]
    Token,
    /// The certificate itself in `X509Data`.
    Incluso,
    /// Issuer and serial number.
    EmittenteSeriale,
    /// Subject key identifier.
    Ski,
    /// SHA-1 thumbprint.
    Impronta,
}

/// Legitimate variations that clients in the field show (spec security §4).
#[derive(Debug, Clone, PartialEq, Eq)]
// Independent habits of real clients: an enum would only hide them.
#[allow(clippy::struct_excessive_bools)]
pub struct Varianti {
    /// SOAP version.
    pub versione: VersioneSoap,
    /// Assertion before Timestamp, as WCF does.
    pub asserzione_prima: bool,
    /// Prefixes `o` and `u` instead of `wsse` and `wsu`.
    pub prefissi_wcf: bool,
    /// The assertion's issuer.
    pub issuer: String,
    /// Digest of the assertion's reference.
    pub digest_asserzione: Digest,
    /// How the postazione id is signed.
    pub pkcs7: cms::Forma,
    /// `InclusiveNamespaces` with a non-empty list on the references, as CXF does.
    pub lista_prefissi: bool,
    /// How the message signature names its certificate.
    pub chiave: RiferimentoChiave,
    /// Fractional digits of the Timestamp (0 to 9).
    pub decimali_timestamp: usize,
    /// Fractional digits of the assertion's instants (0 to 9).
    pub decimali_asserzione: usize,
}

impl Default for Varianti {
    fn default() -> Self {
        Self {
            versione: VersioneSoap::V11,
            asserzione_prima: false,
            prefissi_wcf: false,
            issuer: "XS".into(),
            digest_asserzione: Digest::Sha256,
            pkcs7: cms::Forma::default(),
            lista_prefissi: false,
            chiave: RiferimentoChiave::Token,
            decimali_timestamp: 3,
            decimali_asserzione: 3,
        }
    }
}

/// One request to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messaggio {
    /// The body's element as XML.
    pub corpo_xml: String,
    /// Suffix of the four ids of the envelope; two messages should not share it.
    pub id: String,
    /// The operator.
    pub name_id: String,
    /// `IdSede`.
    pub id_sede: String,
    /// `IdPostazione`.
    pub id_postazione: String,
    /// `IdApplicazione`.
    pub id_applicazione: String,
    /// The client's instant.
    pub adesso: Timestamp,
    /// Validity of Timestamp and assertion.
    pub durata: SignedDuration,
    /// Message signature.
    pub algoritmo: Algoritmo,
    /// Habits of the client imitated.
    pub varianti: Varianti,
}

impl Messaggio {
    /// A request of the ordinary form, valid for five minutes.
    pub fn nuovo(
        corpo_xml: impl Into<String>,
        name_id: impl Into<String>,
        postazione: &IdPostazione,
        adesso: Timestamp,
    ) -> Self {
        Self {
            corpo_xml: corpo_xml.into(),
            id: "anpr-sim-1".into(),
            name_id: name_id.into(),
            id_sede: postazione.comune.to_string(),
            id_postazione: postazione.to_string(),
            id_applicazione: "anpr-sim".into(),
            adesso,
            durata: SignedDuration::from_mins(5),
            algoritmo: Algoritmo::RsaSha1,
            varianti: Varianti::default(),
        }
    }
}

/// Why no envelope was made.
#[derive(Debug, thiserror::Error)]
pub enum ErroreFirma {
    /// The body is no XML element.
    #[error("il corpo non è XML: {0}")]
    Corpo(Malformato),
    /// A key that cannot be read.
    #[error("chiave privata illeggibile: serve PKCS#8 in DER")]
    Chiave,
    /// A certificate that cannot be read.
    #[error(transparent)]
    Certificato(#[from] ProblemaCertificato),
    /// The signature primitive failed (a key too small for the digest).
    #[error("firma RSA non riuscita")]
    Rsa,
    /// The envelope assembled cannot be read back: an id or name holds what XML does not allow.
    #[error("la busta composta non si rilegge: {0}")]
    Busta(String),
}

/// RSA PKCS#1 v1.5; aws-lc refuses to sign with SHA-1, so the pure-Rust implementation does both.
pub(crate) fn firma_rsa(pkcs8: &[u8], digest: Digest, dati: &[u8]) -> Result<Vec<u8>, ErroreFirma> {
    let chiave = rsa::RsaPrivateKey::from_pkcs8_der(pkcs8).map_err(|_| ErroreFirma::Chiave)?;
    let firma = match digest {
        Digest::Sha1 => rsa::pkcs1v15::SigningKey::<sha1::Sha1>::new(chiave).try_sign(dati),
        Digest::Sha256 => rsa::pkcs1v15::SigningKey::<sha2::Sha256>::new(chiave).try_sign(dati),
        Digest::Sha384 => rsa::pkcs1v15::SigningKey::<sha2::Sha384>::new(chiave).try_sign(dati),
        Digest::Sha512 => rsa::pkcs1v15::SigningKey::<sha2::Sha512>::new(chiave).try_sign(dati),
    };
    firma.map(|f| f.to_vec()).map_err(|_| ErroreFirma::Rsa)
}

/// Composes and signs one request; with a `difetto`, one that deserves its fault.
pub fn componi(
    m: &Messaggio,
    chiavi: &Chiavi,
    difetto: Option<DifettoMessaggio>,
) -> Result<String, ErroreFirma> {
    let comune = Certificato::leggi(&chiavi.comune_cert_der)?;
    let mut m = m.clone();
    m.corpo_xml = corpo(&m.corpo_xml)?;
    let tempi = difetti::prepara(&mut m, difetto);
    let firmato = postazione_firmata(&m, chiavi, difetto)?;
    let mut stampo = assembla::Stampo::nuovo(&m, tempi, &comune, in_base64(&firmato), difetto);

    stampo.digest_asserzione = leggendo(&stampo.testo(), |b| {
        let firma = b.firma_asserzione()?;
        b.digest_di(&firma).pop().flatten()
    })?;
    let signed_info = leggendo(&stampo.testo(), |b| {
        Some(b.firma_asserzione()?.signed_info_canonico())
    })?;
    if let Some(dati) = signed_info {
        let valore = firma_rsa(&chiavi.comune_key_pkcs8, Digest::Sha1.max_con(m.algoritmo), &dati)?;
        stampo.firma_asserzione = Some(in_base64(&valore));
    }
    stampo.digest_messaggio =
        leggendo(&stampo.testo(), |b| Some(b.digest_di(&b.firma_messaggio()?)))?.unwrap_or_default();
    let signed_info = leggendo(&stampo.testo(), |b| {
        Some(b.firma_messaggio()?.signed_info_canonico())
    })?;
    if let Some(dati) = signed_info {
        let valore = firma_rsa(&chiavi.comune_key_pkcs8, m.algoritmo.digest(), &dati)?;
        stampo.firma_messaggio = Some(in_base64(&valore));
    }
    Ok(difetti::guasta(stampo.testo(), &m, difetto))
}

impl Digest {
    /// The digest under the assertion's signature follows the message's algorithm.
    const fn max_con(self, algoritmo: Algoritmo) -> Self {
        match algoritmo {
            Algoritmo::RsaSha1 => self,
            Algoritmo::RsaSha256 => Self::Sha256,
        }
    }
}

/// The body's element without declaration, with all namespaces it can see.
fn corpo(xml: &str) -> Result<String, ErroreFirma> {
    let doc = busta::albero(xml).map_err(ErroreFirma::Corpo)?;
    Ok(String::from_utf8_lossy(&c14n::documento(doc.root_element())).into_owned())
}

fn postazione_firmata(
    m: &Messaggio,
    chiavi: &Chiavi,
    difetto: Option<DifettoMessaggio>,
) -> Result<Vec<u8>, ErroreFirma> {
    let mut forma = m.varianti.pkcs7;
    let mut contenuto = m.id_postazione.clone();
    let mut con = (&chiavi.postazione_cert_der, &chiavi.postazione_key_pkcs8);
    match difetto {
        Some(DifettoMessaggio::Pkcs7Staccato) => forma.staccato = true,
        Some(DifettoMessaggio::Pkcs7Altrui) if chiavi.comune_cert_der != chiavi.postazione_cert_der => {
            con = (&chiavi.comune_cert_der, &chiavi.comune_key_pkcs8);
        }
        // With one certificate for everything there is no other signer at hand: another id will do.
        Some(DifettoMessaggio::Pkcs7Altrui) => contenuto = difetti::cambia_ultimo(&contenuto),
        _ => {}
    }
    if forma.coda_bianca {
        contenuto.push(' ');
    }
    cms::componi(contenuto.as_bytes(), con.0, con.1, forma)
}

/// An envelope assembled and read back.
struct Letta<'a, 'i> {
    id: Identificatori<'a, 'i>,
    security: Option<roxmltree::Node<'a, 'i>>,
}

fn leggendo<T>(testo: &str, fai: impl FnOnce(&Letta<'_, '_>) -> Option<T>) -> Result<Option<T>, ErroreFirma> {
    let errore = |e: &dyn std::fmt::Display| ErroreFirma::Busta(e.to_string());
    let doc = busta::albero(testo).map_err(|e| errore(&e))?;
    // Not strict: one of the defects puts its id where a strict reader does not look.
    let id = Identificatori::leggi(&doc, false).map_err(|e| errore(&e))?;
    let b = busta::Busta::leggi(&doc).map_err(|e| errore(&e))?;
    let security = b.intestazioni(ns::WSSE, "Security").next();
    Ok(fai(&Letta { id, security }))
}

impl<'a, 'i> Letta<'a, 'i> {
    fn firma_in(nodo: roxmltree::Node<'a, 'i>) -> Option<Firma<'a, 'i>> {
        let firma = nodo.children().find(|n| n.has_tag_name((ns::DS, "Signature")))?;
        Firma::leggi(
            firma,
            Ammessi {
                sha1: true,
                sha256: true,
            },
        )
        .ok()
    }

    fn firma_messaggio(&self) -> Option<Firma<'a, 'i>> {
        Self::firma_in(self.security?)
    }

    fn firma_asserzione(&self) -> Option<Firma<'a, 'i>> {
        Self::firma_in(
            self.security?
                .children()
                .find(|n| n.has_tag_name((ns::SAML2, "Assertion")))?,
        )
    }

    /// The digest of each reference, in base64; `None` where it leads nowhere.
    fn digest_di(&self, firma: &Firma<'a, 'i>) -> Vec<Option<String>> {
        let calcola = |r: &crate::security::xmldsig::Riferimento<'_>| {
            let nodo = r.risolvi(&self.id)?;
            Some(in_base64(&r.digest.calcola(&r.canonica(
                nodo,
                firma.nodo.id(),
                &self.id,
            )?)))
        };
        firma.riferimenti.iter().map(calcola).collect()
    }
}

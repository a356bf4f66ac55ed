//! The other side: signed requests, right or wrong on purpose, for `anpr-sim send` and for tests.
//!
//! Turns a body, identities and keys into one envelope with the layout of spec security §4.10. The envelope
//! is assembled as text with empty places, changed by the rows of the [`catalogo`] that were asked for, and
//! signed as a template. No clock and no chance of its own: instants and ids come with the [`Messaggio`].

mod assembla;
pub mod catalogo;
pub mod cms;
mod rilettura;

use anagrafe::IdPostazione;
use jiff::{SignedDuration, Timestamp};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::signature::{SignatureEncoding as _, Signer as _};

pub use catalogo::{Atteso, Come, DIFETTI, Ricetta, STRANEZZE, Trasporto, Voce};

use crate::security::certificato::{Certificato, ProblemaCertificato};
use crate::security::digest::Digest;
use crate::security::{c14n, in_base64};
use crate::soap::{Malformato, VersioneSoap};

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

/// Composes and signs one request; with a row of the catalogue, one that deserves what the row says.
///
/// Rows that concern certificates, operators or the transport change nothing here: they are for whoever sends.
pub fn componi(m: &Messaggio, chiavi: &Chiavi, voce: Option<&Voce>) -> Result<String, ErroreFirma> {
    componi_con(m, chiavi, voce.as_slice())
}

/// The same with several rows, in their order.
pub fn componi_con(m: &Messaggio, chiavi: &Chiavi, voci: &[&Voce]) -> Result<String, ErroreFirma> {
    let comune = Certificato::leggi(&chiavi.comune_cert_der)?;
    let mut ricetta = Ricetta::nuova(m.clone());
    ricetta.messaggio.corpo_xml = corpo(&m.corpo_xml)?;
    for v in voci {
        if let Come::Ricetta(cambia) = v.come {
            cambia(&mut ricetta);
        }
    }
    let firmato = postazione_firmata(&ricetta, chiavi)?;
    let stampo = assembla::Stampo {
        ricetta: &ricetta,
        comune: &comune,
        postazione_firmata: in_base64(&firmato),
    };
    let mut testo = stampo.testo();
    for v in voci {
        if let Come::Prima(cambia) = v.come {
            testo = cambia(&testo);
        }
    }
    testo = rilettura::firma_modello(testo, chiavi)?;
    for v in voci {
        if let Come::Dopo(cambia) = v.come {
            testo = cambia(&testo);
        }
    }
    Ok(testo)
}

/// Signs a template of the caller's: every `ds:Signature` with empty `DigestValue` and `SignatureValue` is filled
/// with the key of the Comune, those inside assertions first.
pub fn firma_modello(testo: &str, chiavi: &Chiavi) -> Result<String, ErroreFirma> {
    rilettura::firma_modello(testo.to_owned(), chiavi)
}

/// The body's element without declaration, with all namespaces it can see.
fn corpo(xml: &str) -> Result<String, ErroreFirma> {
    let doc = crate::albero::leggi(xml).map_err(ErroreFirma::Corpo)?;
    Ok(String::from_utf8_lossy(&c14n::documento(doc.root_element())).into_owned())
}

fn postazione_firmata(r: &Ricetta, chiavi: &Chiavi) -> Result<Vec<u8>, ErroreFirma> {
    let mut contenuto = r.messaggio.id_postazione.clone();
    let mut con = (&chiavi.postazione_cert_der, &chiavi.postazione_key_pkcs8);
    if r.pkcs7_altrui {
        if chiavi.comune_cert_der == chiavi.postazione_cert_der {
            // With one certificate for everything there is no other signer at hand: another id will do.
            contenuto = catalogo::cambia_ultimo(&contenuto);
        } else {
            con = (&chiavi.comune_cert_der, &chiavi.comune_key_pkcs8);
        }
    }
    if r.pkcs7_altro_id {
        contenuto = catalogo::cambia_ultimo(&contenuto);
    }
    let forma = r.messaggio.varianti.pkcs7;
    if forma.coda_bianca {
        contenuto.push(' ');
    }
    cms::componi(contenuto.as_bytes(), con.0, con.1, forma)
}

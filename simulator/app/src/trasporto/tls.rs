//! TLS of the listeners: versions 1.2 and 1.3, the provider given explicitly, the certificate chosen by name.
//!
//! The suites are those of [`frontiera::SUITE_TLS`] and no other (`spec/security.md` §2).
//!
//! The card listener asks for a client certificate and takes any, or none: a handshake that fails is a page nobody
//! sees. What the TLS layer vouches for is only that the client holds the key of what it showed; everything else is
//! judged for each request (`Simulatore::riconosci_carta`), so that a revocation counts on an open connection too.

use std::{collections::BTreeSet, sync::Arc};

use certs::{CertificatoServer, NOMI_REALI};
use rustls::{
    DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    server::{
        ClientHello, ResolvesServerCert,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};

/// Protocols offered by ALPN, the preferred one first.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The certificates of one listener.
pub struct CertificatiTls<'a> {
    /// The simulator's own, for `localhost` and every name not below.
    pub simulatore: &'a CertificatoServer,
    /// The one for the real host names, with `--nomi-reali`.
    pub reali: Option<&'a CertificatoServer>,
}

/// Chooses the certificate by the name the client asks for.
#[derive(Debug)]
struct PerNome {
    simulatore: Arc<CertifiedKey>,
    reali: Option<(BTreeSet<&'static str>, Arc<CertifiedKey>)>,
}

impl ResolvesServerCert for PerNome {
    fn resolve(&self, saluto: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if let (Some((nomi, chiave)), Some(chiesto)) = (&self.reali, saluto.server_name())
            && nomi.contains(chiesto.to_ascii_lowercase().as_str())
        {
            return Some(Arc::clone(chiave));
        }
        Some(Arc::clone(&self.simulatore))
    }
}

/// The configuration of a listener. Web services ask for no client certificate: `cliente` is `None` everywhere but on
/// the card listener, whose verifier must let every certificate through and leave the judgement to the request.
pub fn configura(
    c: &CertificatiTls<'_>,
    cliente: Option<Arc<dyn ClientCertVerifier>>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let fornitore = Arc::new(fornitore()?);
    let reali = match c.reali {
        Some(r) => Some((NOMI_REALI.iter().copied().collect(), chiave(r, &fornitore)?)),
        None => None,
    };
    let per_nome = PerNome {
        simulatore: chiave(c.simulatore, &fornitore)?,
        reali,
    };
    let base = ServerConfig::builder_with_provider(fornitore).with_protocol_versions(&[&TLS13, &TLS12])?;
    let base = match cliente {
        Some(v) => base.with_client_cert_verifier(v),
        None => base.with_no_client_auth(),
    };
    let mut config = base.with_cert_resolver(Arc::new(per_nome));
    config.alpn_protocols = ALPN.iter().map(|p| p.to_vec()).collect();
    Ok(Arc::new(config))
}

/// The library with exactly our suites, in our order.
fn fornitore() -> Result<CryptoProvider, rustls::Error> {
    let intero = rustls::crypto::aws_lc_rs::default_provider();
    let cerca = |&(_, nome): &(&str, &str)| {
        let trovata = intero
            .cipher_suites
            .iter()
            .find(|s| nome_standard(s.suite()) == nome);
        trovata
            .copied()
            .ok_or_else(|| rustls::Error::General(format!("suite TLS {nome} non disponibile")))
    };
    Ok(CryptoProvider {
        cipher_suites: frontiera::SUITE_TLS.iter().map(cerca).collect::<Result<_, _>>()?,
        ..intero
    })
}

/// The name of the standard: the library writes the suites of TLS 1.3 with its number.
fn nome_standard(suite: rustls::CipherSuite) -> String {
    suite.as_str().unwrap_or_default().replacen("TLS13_", "TLS_", 1)
}

fn chiave(c: &CertificatoServer, fornitore: &CryptoProvider) -> Result<Arc<CertifiedKey>, rustls::Error> {
    let catena = c.catena.iter().map(|d| CertificateDer::from(d.clone())).collect();
    let chiave = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(c.chiave_pkcs8.clone()));
    CertifiedKey::from_der(catena, chiave, fornitore).map(Arc::new)
}

/// The verifier of the card listener.
pub fn chiedi_la_carta() -> Arc<dyn ClientCertVerifier> {
    Arc::new(QualunqueCarta {
        algoritmi: rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms,
    })
}

/// Asks for a certificate and refuses none.
#[derive(Debug)]
struct QualunqueCarta {
    algoritmi: WebPkiSupportedAlgorithms,
}

impl QualunqueCarta {
    /// Proof that the client holds the key. Only a certificate that no check of ours could ever accept (a weak key,
    /// another kind of key) passes without: its owner then reads why.
    fn provata(
        esito: Result<HandshakeSignatureValid, rustls::Error>,
        cert: &CertificateDer<'_>,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        esito.or_else(|e| {
            if servizi::nessuna_carta_lo_sarebbe(cert) {
                Ok(HandshakeSignatureValid::assertion())
            } else {
                Err(e)
            }
        })
    }
}

impl ClientCertVerifier for QualunqueCarta {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// Empty: with names in it some browsers would hide every other certificate, and the page that explains the
    /// difference between a card and a postazione could never be seen.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        messaggio: &[u8],
        cert: &CertificateDer<'_>,
        firma: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Self::provata(
            verify_tls12_signature(messaggio, cert, firma, &self.algoritmi),
            cert,
        )
    }

    fn verify_tls13_signature(
        &self,
        messaggio: &[u8],
        cert: &CertificateDer<'_>,
        firma: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Self::provata(
            verify_tls13_signature(messaggio, cert, firma, &self.algoritmi),
            cert,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algoritmi.supported_schemes()
    }
}

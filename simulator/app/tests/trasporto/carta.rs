//! The card listener's handshake: any certificate or none, but never somebody else's.

use std::sync::Arc;

use anpr_sim::trasporto::{
    Ascolto, CertificatiPari, Gestore, Limiti, Presa, Trasporto,
    tls::{CertificatiTls, chiedi_la_carta, configura},
};
use certs::RichiestaCarta;
use http::StatusCode;
use rustls::{
    ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion, client::ResolvesClientCert,
    sign::CertifiedKey, version,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use servizi::http::{Porta, risposta};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::aiuti::{PKI, entro, presa};

/// Tells how many certificates the request came with.
fn gestore() -> Gestore {
    Arc::new(|_, r| {
        Box::pin(async move {
            let quanti = r.extensions().get::<CertificatiPari>().map_or(0, |c| c.0.len());
            risposta(StatusCode::OK, "text/plain", format!("certificati: {quanti}"))
        })
    })
}

/// Shows a certificate with a key that need not be its own.
#[derive(Debug)]
struct Mostra(Arc<CertifiedKey>);

impl ResolvesClientCert for Mostra {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn chi_non_ha_la_chiave_non_passa_per_un_altro() {
    let simulatore = PKI.1.server("carta").unwrap_or_else(|e| panic!("{e}"));
    let certificati = CertificatiTls {
        simulatore: &simulatore,
        reali: None,
    };
    let a = Ascolto::lega(&Presa {
        porta: Porta::Carta,
        tls: Some(configura(&certificati, Some(chiedi_la_carta())).expect("a configuration")),
        ..presa(false)
    })
    .unwrap_or_else(|e| panic!("{e}"));
    let dove = a.indirizzi()[0];
    let t = Trasporto::nuovo(Limiti::default(), gestore());
    t.avvia(a).expect("inside a runtime");

    let carta = |nome: &str| {
        let r = RichiestaCarta {
            comune: "888001".to_owned(),
            name_id: nome.to_owned(),
            difetto: None,
            password: None,
        };
        PKI.1.emetti_carta(&r).unwrap_or_else(|e| panic!("{e}"))
    };
    let (sua, altrui) = tokio::task::spawn_blocking(move || (carta("SUA1"), carta("ALTRUI1")))
        .await
        .expect("issued");
    let fornitore = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mostra = |cert: &certs::Carta, chiave: &certs::Carta| {
        let der = CertificateDer::from_pem_file(&cert.pem).expect("a certificate");
        let chiave = PrivateKeyDer::from_pem_file(&chiave.chiave).expect("a key");
        let chiave = fornitore.key_provider.load_private_key(chiave).expect("RSA");
        Arc::new(CertifiedKey::new(vec![der], chiave))
    };
    let chiedi = async |versione: &'static SupportedProtocolVersion, che: Option<Arc<CertifiedKey>>| {
        let mut radici = RootCertStore::empty();
        for r in PKI.1.ancore("test") {
            radici.add(r.into()).expect("a root");
        }
        let base = ClientConfig::builder_with_provider(Arc::clone(&fornitore))
            .with_protocol_versions(&[versione])
            .expect("a known version")
            .with_root_certificates(radici);
        let config = match che {
            Some(c) => base.with_client_cert_resolver(Arc::new(Mostra(c))),
            None => base.with_no_client_auth(),
        };
        let tcp = TcpStream::connect(dove).await.expect("connected");
        let nome = ServerName::try_from("localhost").expect("a name");
        // With TLS 1.3 the client hears of a refusal only when it reads.
        let mut tls = tokio_rustls::TlsConnector::from(Arc::new(config))
            .connect(nome, tcp)
            .await?;
        tls.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .await?;
        let mut letto = String::new();
        entro(tls.read_to_string(&mut letto)).await?;
        std::io::Result::Ok(letto)
    };
    for versione in [&version::TLS12, &version::TLS13] {
        for (che, quanti) in [(None, 0), (Some(mostra(&sua, &sua)), 1)] {
            let r = chiedi(versione, che).await.expect("answered");
            assert!(r.ends_with(&format!("certificati: {quanti}")), "{r}");
        }
        let r = chiedi(versione, Some(mostra(&sua, &altrui))).await;
        let errore = r.expect_err("another's certificate");
        assert!(errore.to_string().contains("alert"), "{errore}");
    }
}

//! What every test of the listeners needs: a handler, a listener on a free port, raw requests.

use std::{
    future::Future,
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, LazyLock},
    time::Duration,
};

use anpr_sim::trasporto::{
    Ascolto, Gestore, Limiti, Presa, Trasporto,
    tls::{CertificatiTls, configura},
};
use certs::{OpzioniPki, Pki};
use flate2::{Compression, write::GzEncoder};
use http::StatusCode;
use http_body_util::BodyExt;
use servizi::http::{Corpo, ErroreCorpo, Pari, Porta, corpo, risposta};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

/// No step of a test may take longer.
pub(crate) const ATTESA: Duration = Duration::from_secs(20);
/// A reply larger than all buffers on the way.
pub(crate) const GRANDE: usize = 64 * 1024 * 1024;
/// How long `/lento` thinks.
const PENSIERO: Duration = Duration::from_millis(700);

pub(crate) static PKI: LazyLock<(tempfile::TempDir, Pki)> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let o = OpzioniPki {
        nomi: Vec::new(),
        nomi_reali: true,
        pronti: Vec::new(),
        adesso: jiff::Timestamp::now(),
        fili: 2,
    };
    let pki = Pki::apri(dir.path(), &o).unwrap_or_else(|e| panic!("{e}"));
    (dir, pki)
});

/// Answers with the body it got, after a while under `/lento`, with a lot under `/grande`.
pub(crate) fn gestore() -> Gestore {
    Arc::new(|porta, r| {
        Box::pin(async move {
            assert!(
                r.extensions()
                    .get::<Pari>()
                    .is_some_and(|p| p.indirizzo.ip().is_loopback())
            );
            let via = r.uri().path().to_owned();
            match via.as_str() {
                "/lento" => sleep(PENSIERO).await,
                "/eterno" => sleep(ATTESA).await,
                // Answers without reading what is sent.
                "/troppo" => return risposta(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "troppo"),
                "/grande" => return http::Response::new(corpo(vec![b'x'; GRANDE])),
                _ => {}
            }
            match leggi(r.into_body()).await {
                Ok(b) if via == "/conta" => risposta(StatusCode::OK, "text/plain", b.len().to_string()),
                Ok(b) if via == "/porta" => {
                    risposta(StatusCode::OK, "text/plain", format!("{porta:?} {}", b.len()))
                }
                Ok(b) => risposta(StatusCode::OK, "text/plain", b),
                Err(e) => risposta(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", e.to_string()),
            }
        })
    })
}

async fn leggi(mut corpo: Corpo) -> Result<Vec<u8>, ErroreCorpo> {
    let mut v = Vec::new();
    while let Some(pezzo) = corpo.frame().await {
        v.extend_from_slice(pezzo?.data_ref().map_or(&[][..], |d| d));
    }
    Ok(v)
}

pub(crate) fn presa(tls: bool) -> Presa {
    Presa {
        porta: if tls {
            Porta::Ambiente(anagrafe::Ambiente::Test)
        } else {
            Porta::Console
        },
        opzione: if tls { "--test-port" } else { "--console-port" },
        numero: 0,
        indirizzi: vec![Ipv4Addr::LOCALHOST.into()],
        tls: tls.then(|| {
            let simulatore = PKI.1.server("test").unwrap_or_else(|e| panic!("{e}"));
            let reali = PKI.1.server_reali().unwrap_or_else(|e| panic!("{e}"));
            let c = CertificatiTls {
                simulatore: &simulatore,
                reali: reali.as_ref(),
            };
            configura(&c, None).unwrap_or_else(|e| panic!("{e}"))
        }),
    }
}

pub(crate) fn avvia(limiti: Limiti, tls: bool) -> (Trasporto, SocketAddr) {
    let a = Ascolto::lega(&presa(tls)).unwrap_or_else(|e| panic!("{e}"));
    let dove = a.indirizzi()[0];
    let t = Trasporto::nuovo(limiti, gestore());
    t.avvia(a).expect("inside a runtime");
    (t, dove)
}

pub(crate) async fn entro<T>(f: impl Future<Output = T>) -> T {
    timeout(ATTESA, f).await.expect("within the time of the test")
}

/// Either end of a connection, open or under TLS.
pub(crate) trait Filo: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Filo for T {}

/// A connection to a listener, as it wants it.
pub(crate) async fn apri(dove: SocketAddr, tls: bool) -> Box<dyn Filo> {
    if tls {
        Box::new(cifra(dove, None).await)
    } else {
        Box::new(TcpStream::connect(dove).await.expect("connected"))
    }
}

/// A connection under TLS, speaking the protocol named.
pub(crate) async fn cifra(
    dove: SocketAddr,
    alpn: Option<&str>,
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut radici = rustls::RootCertStore::empty();
    for r in PKI.1.ancore("test") {
        radici.add(r.into()).expect("a root");
    }
    let fornitore = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(fornitore)
        .with_safe_default_protocol_versions()
        .expect("known versions")
        .with_root_certificates(radici)
        .with_no_client_auth();
    config.alpn_protocols = alpn.into_iter().map(|p| p.as_bytes().to_vec()).collect();
    let tcp = TcpStream::connect(dove).await.expect("connected");
    let nome = rustls_pki_types::ServerName::try_from("localhost").expect("a name");
    tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(nome, tcp)
        .await
        .expect("trusted")
}

/// Sends bytes and reads until the other side closes.
pub(crate) async fn scambia(dove: SocketAddr, b: &[u8]) -> String {
    let mut s = TcpStream::connect(dove).await.expect("connected");
    s.write_all(b).await.expect("sent");
    tutto(&mut s).await
}

pub(crate) async fn tutto(s: &mut TcpStream) -> String {
    let mut v = Vec::new();
    // A reset after the reply is the server's right when it did not want the rest of the body.
    let _ = entro(s.read_to_end(&mut v)).await;
    String::from_utf8_lossy(&v).into_owned()
}

/// Reads until `fine` has come.
pub(crate) async fn fino_a(s: &mut TcpStream, fine: &str) -> String {
    let mut v = Vec::new();
    while !v.ends_with(fine.as_bytes()) {
        let b = entro(s.read_u8()).await;
        v.push(b.unwrap_or_else(|e| panic!("{e} after {:?}", String::from_utf8_lossy(&v))));
    }
    String::from_utf8_lossy(&v).into_owned()
}

pub(crate) fn stato(r: &str) -> u16 {
    r.split(' ')
        .nth(1)
        .and_then(|s| s.parse().ok())
        .unwrap_or_else(|| panic!("no status in {r:?}"))
}

pub(crate) fn post(via: &str, altre: &str, corpo: &[u8]) -> Vec<u8> {
    let n = corpo.len();
    let testata =
        format!("POST {via} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{altre}Content-Length: {n}\r\n\r\n");
    [testata.as_bytes(), corpo].concat()
}

pub(crate) fn gzip(b: &[u8]) -> Vec<u8> {
    let mut g = GzEncoder::new(Vec::new(), Compression::best());
    g.write_all(b).expect("in memory");
    g.finish().expect("in memory")
}

/// Waits until the listeners hold this many connections.
pub(crate) async fn aperte(t: &Trasporto, quante: usize) {
    entro(async {
        while t.aperte() != quante {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

//! A small HTTP client for the simulator's own doors: the commands `send`, `demo`, `wait`, `cert` and the tests.
//!
//! One request per call over HTTP/1.1, plain or TLS; only the simulator's roots are trusted. No redirects, no
//! cookies kept: what a caller wants to see it sees as sent.

use std::{
    collections::VecDeque,
    convert::Infallible,
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context as Turno, Poll},
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body, Frame};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::net::TcpStream;

/// Longest time a whole exchange may take; a delivery of the size of Rome is elaborated within it.
const ATTESA_MASSIMA: Duration = Duration::from_mins(10);
/// Largest reply taken into memory, in bytes.
const RISPOSTA_MASSIMA: usize = 512 * 1024 * 1024;

/// A reply as received.
#[derive(Debug, Clone)]
pub struct Ricevuta {
    /// HTTP status.
    pub stato: u16,
    /// Headers in order, names in lower case.
    pub intestazioni: Vec<(String, String)>,
    /// Body.
    pub corpo: Vec<u8>,
}

impl Ricevuta {
    /// The first header of that name (lower case).
    pub fn intestazione(&self, nome: &str) -> Option<&str> {
        self.intestazioni
            .iter()
            .find(|(n, _)| n == nome)
            .map(|(_, v)| v.as_str())
    }

    /// The body as text, whatever its bytes.
    pub fn testo(&self) -> String {
        String::from_utf8_lossy(&self.corpo).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.corpo).with_context(|| format!("risposta non JSON: {}", self.testo()))
    }
}

/// A client that trusts the given roots.
#[derive(Debug)]
pub struct Cliente {
    tls: Option<Arc<ClientConfig>>,
    runtime: tokio::runtime::Runtime,
}

impl Cliente {
    /// Reads the roots from a PEM file; without one only plain HTTP works.
    pub fn nuovo(ca: Option<&Path>) -> Result<Self> {
        let tls = match ca {
            None => None,
            Some(file) => {
                let mut radici = RootCertStore::empty();
                let pem = std::fs::read(file).with_context(|| file.display().to_string())?;
                for cert in CertificateDer::pem_slice_iter(&pem) {
                    radici.add(cert.map_err(|e| anyhow!("{}: {e}", file.display()))?)?;
                }
                let config = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
                    .with_safe_default_protocol_versions()?
                    .with_root_certificates(radici)
                    .with_no_client_auth();
                Some(Arc::new(config))
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self { tls, runtime })
    }

    /// `GET`.
    pub fn prendi(&self, url: &str) -> Result<Ricevuta> {
        self.chiedi("GET", url, &[], Vec::new())
    }

    /// One request, its whole reply. `url` is `http://host:port/path` or `https://…`.
    pub fn chiedi(
        &self,
        metodo: &str,
        url: &str,
        intestazioni: &[(&str, &str)],
        corpo: Vec<u8>,
    ) -> Result<Ricevuta> {
        self.esegui(metodo, url, intestazioni, Full::new(Bytes::from(corpo)))
    }

    /// The same with a body of unknown length, in pieces (`Transfer-Encoding: chunked`).
    pub fn chiedi_a_pezzi(
        &self,
        metodo: &str,
        url: &str,
        intestazioni: &[(&str, &str)],
        pezzi: Vec<Vec<u8>>,
    ) -> Result<Ricevuta> {
        let corpo = APezzi(pezzi.into_iter().map(Bytes::from).collect());
        self.esegui(metodo, url, intestazioni, corpo)
    }

    fn esegui<B>(&self, metodo: &str, url: &str, intestazioni: &[(&str, &str)], corpo: B) -> Result<Ricevuta>
    where
        B: Body<Data = Bytes, Error = Infallible> + Send + Unpin + 'static,
    {
        self.runtime.block_on(async {
            tokio::time::timeout(ATTESA_MASSIMA, self.scambia(metodo, url, intestazioni, corpo))
                .await
                .map_err(|_| anyhow!("{url}: nessuna risposta entro {} s", ATTESA_MASSIMA.as_secs()))?
        })
    }

    async fn scambia<B>(
        &self,
        metodo: &str,
        url: &str,
        intestazioni: &[(&str, &str)],
        corpo: B,
    ) -> Result<Ricevuta>
    where
        B: Body<Data = Bytes, Error = Infallible> + Send + Unpin + 'static,
    {
        let uri: http::Uri = url
            .parse()
            .with_context(|| format!("indirizzo non valido: {url}"))?;
        let host = uri
            .host()
            .context("indirizzo senza host")?
            .trim_matches(['[', ']'])
            .to_owned();
        let tls = uri.scheme_str() == Some("https");
        let porta = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let tcp = TcpStream::connect((host.as_str(), porta))
            .await
            .with_context(|| format!("connessione a {host}:{porta}"))?;
        tcp.set_nodelay(true)?;
        let mut richiesta = http::Request::builder()
            .method(metodo)
            .uri(uri.path_and_query().map_or("/", |p| p.as_str()))
            .header(
                http::header::HOST,
                uri.authority().map_or(host.as_str(), |a| a.as_str()),
            );
        for (nome, valore) in intestazioni {
            richiesta = richiesta.header(*nome, *valore);
        }
        let richiesta = richiesta.body(corpo)?;
        if tls {
            let Some(config) = &self.tls else {
                bail!("{url}: serve il file delle CA del simulatore")
            };
            let nome = ServerName::try_from(host.clone()).context("nome dell'host")?;
            let flusso = tokio_rustls::TlsConnector::from(config.clone())
                .connect(nome, tcp)
                .await
                .context("TLS")?;
            invia(TokioIo::new(flusso), richiesta).await
        } else {
            invia(TokioIo::new(tcp), richiesta).await
        }
    }
}

/// A body whose length nobody knows beforehand.
struct APezzi(VecDeque<Bytes>);

impl Body for APezzi {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Turno<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|p| Ok(Frame::data(p))))
    }
}

async fn invia<I, B>(io: I, richiesta: http::Request<B>) -> Result<Ricevuta>
where
    B: Body<Data = Bytes, Error = Infallible> + Send + Unpin + 'static,
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (mut mittente, connessione) = hyper::client::conn::http1::handshake(io).await?;
    let guida = tokio::spawn(connessione);
    let risposta = mittente
        .send_request(richiesta)
        .await
        .context("nessuna risposta")?;
    let (parti, corpo) = risposta.into_parts();
    let corpo = Limited::new(corpo, RISPOSTA_MASSIMA)
        .collect()
        .await
        .map_err(|e| anyhow!("risposta interrotta: {e}"))?;
    drop(mittente);
    guida.abort();
    Ok(Ricevuta {
        stato: parti.status.as_u16(),
        intestazioni: parti
            .headers
            .iter()
            .map(|(n, v)| {
                (
                    n.as_str().to_owned(),
                    String::from_utf8_lossy(v.as_bytes()).into_owned(),
                )
            })
            .collect(),
        corpo: corpo.to_bytes().to_vec(),
    })
}

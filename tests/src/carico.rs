//! A load client: connections that are kept, each sending its next request when the last reply is in.
//!
//! Bounded in requests and in time. Every reply is looked at: its status, and a text it must contain; one that is wrong
//! is counted and quoted. Latencies are kept one by one, so percentiles are exact. One thread drives all connections:
//! beside a server on a core of its own it never needs more.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    path::Path,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, bail};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::LocalSet,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Longest wait for one reply.
const ATTESA_RISPOSTA: Duration = Duration::from_secs(20);
/// Largest reply taken in.
const RISPOSTA_MASSIMA: usize = 1024 * 1024;
/// Wrong replies quoted in the outcome; all are counted.
const ERRORI_DETTI: usize = 5;

/// One request as it goes out, and the reply it must get.
#[derive(Debug, Clone)]
pub struct Colpo {
    /// Head and body.
    pub byte: Vec<u8>,
    /// Status of the right reply.
    pub stato: u16,
    /// What the right reply's body contains.
    pub contiene: &'static str,
}

/// A POST of an envelope with its head.
pub fn richiesta(percorso: &str, corpo: &[u8]) -> Vec<u8> {
    let mut byte = format!(
        "POST {percorso} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n\
         Content-Length: {}\r\n\r\n",
        corpo.len()
    )
    .into_bytes();
    byte.extend_from_slice(corpo);
    byte
}

/// Where to and how much.
#[derive(Debug, Clone)]
pub struct Carico {
    /// The server.
    pub indirizzo: SocketAddr,
    /// Trusts the server.
    pub tls: Arc<ClientConfig>,
    /// Connections kept open.
    pub connessioni: usize,
    /// Most requests.
    pub richieste: usize,
    /// Longest time.
    pub tempo: Duration,
    /// What a connection waits between a reply and its next request; zero is full load.
    pub pausa: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Esito {
    /// From the first request to the last reply.
    pub durata: Duration,
    /// Nanoseconds of every exchange, ascending.
    pub latenze: Vec<u64>,
    /// Kept connections found closed and asked again on a new one, as every HTTP client does.
    pub riprese: usize,
    /// Replies that were not the right one, and connections that broke.
    pub errori: usize,
    /// The first of them.
    pub detti: Vec<String>,
}

impl Esito {
    /// Exchanges a second.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn al_secondo(&self) -> f64 {
        self.latenze.len() as f64 / self.durata.as_secs_f64()
    }

    /// The latency that a share of the exchanges (in thousandths) did not exceed.
    pub fn percentile(&self, millesimi: usize) -> Duration {
        let ultimo = self.latenze.len().saturating_sub(1);
        let quale = (self.latenze.len() * millesimi).div_ceil(1000).saturating_sub(1);
        Duration::from_nanos(self.latenze.get(quale.min(ultimo)).copied().unwrap_or(0))
    }
}

/// A TLS configuration that trusts the roots of a PEM file.
pub fn fiducia(ca: &Path) -> Result<Arc<ClientConfig>> {
    let mut radici = RootCertStore::empty();
    let pem = std::fs::read(ca).with_context(|| ca.display().to_string())?;
    for cert in CertificateDer::pem_slice_iter(&pem) {
        radici.add(cert.map_err(|e| anyhow!("{}: {e}", ca.display()))?)?;
    }
    let config = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(radici)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Runs a load on the calling thread. `colpo` gives the n-th request.
pub fn esegui(c: &Carico, colpo: impl Fn(usize) -> Arc<Colpo> + 'static) -> Result<Esito> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let giro = Rc::new(Giro {
        carico: c.clone(),
        colpo: Box::new(colpo),
        prossimo: Cell::new(0),
        esito: RefCell::default(),
        inizio: Cell::new(Instant::now()),
    });
    let locale = LocalSet::new();
    locale.block_on(&runtime, async {
        // Connected first, all of them: a handshake is no part of a kept connection's exchange. One exchange each, too:
        // until it has had its first request, a connection blocks one of the few threads of some servers.
        let mut collegate = Vec::with_capacity(c.connessioni);
        for n in 0..c.connessioni {
            let mut aperta = None;
            giro.uno(&mut aperta, &(giro.colpo)(n)).await?;
            collegate.extend(aperta);
        }
        giro.inizio.set(Instant::now());
        let compiti: Vec<_> = collegate
            .into_iter()
            .map(|c| tokio::task::spawn_local(Rc::clone(&giro).connessione(c)))
            .collect();
        for compito in compiti {
            compito.await?;
        }
        anyhow::Ok(())
    })?;
    let mut esito = giro.esito.take();
    esito.durata = giro.inizio.get().elapsed();
    esito.latenze.sort_unstable();
    Ok(esito)
}

/// What the connections share.
struct Giro {
    carico: Carico,
    colpo: Box<dyn Fn(usize) -> Arc<Colpo>>,
    prossimo: Cell<usize>,
    esito: RefCell<Esito>,
    inizio: Cell<Instant>,
}

impl Giro {
    async fn connessione(self: Rc<Self>, prima: Collegata) {
        let mut aperta = Some(prima);
        loop {
            let n = self.prossimo.get();
            if n >= self.carico.richieste || self.inizio.get().elapsed() >= self.carico.tempo {
                return;
            }
            self.prossimo.set(n + 1);
            if !self.carico.pausa.is_zero() {
                tokio::time::sleep(self.carico.pausa).await;
            }
            let colpo = (self.colpo)(n);
            let partita = Instant::now();
            match self.uno(&mut aperta, &colpo).await {
                Ok(()) => {
                    let ns = u64::try_from(partita.elapsed().as_nanos()).unwrap_or(u64::MAX);
                    self.esito.borrow_mut().latenze.push(ns);
                }
                Err(e) => {
                    aperta = None;
                    let mut esito = self.esito.borrow_mut();
                    esito.errori += 1;
                    if esito.detti.len() < ERRORI_DETTI {
                        esito.detti.push(format!("richiesta {n}: {e:#}"));
                    }
                }
            }
        }
    }

    async fn uno(&self, aperta: &mut Option<Collegata>, colpo: &Colpo) -> Result<()> {
        if let Some(tenuta) = aperta {
            let esito = timeout(ATTESA_RISPOSTA, tenuta.scambia(colpo))
                .await
                .context("nessuna risposta in tempo")?;
            // A server may close a kept connection at any time: if nothing came, the request goes out again.
            if esito.is_ok() || !tenuta.tampone.is_empty() {
                if esito? {
                    *aperta = None;
                }
                return Ok(());
            }
            self.esito.borrow_mut().riprese += 1;
        }
        let mut nuova = Collegata::nuova(&self.carico).await?;
        let chiude = timeout(ATTESA_RISPOSTA, nuova.scambia(colpo))
            .await
            .context("nessuna risposta in tempo")??;
        *aperta = (!chiude).then_some(nuova);
        Ok(())
    }
}

/// A TLS connection to the simulator.
pub async fn collega(dove: SocketAddr, tls: &Arc<ClientConfig>) -> Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(dove).await.context("connessione")?;
    tcp.set_nodelay(true)?;
    let nome = ServerName::try_from("localhost").context("nome")?;
    timeout(
        ATTESA_RISPOSTA,
        TlsConnector::from(Arc::clone(tls)).connect(nome, tcp),
    )
    .await
    .context("TLS oltre il tempo")?
    .context("TLS")
}

/// One kept connection.
struct Collegata {
    flusso: TlsStream<TcpStream>,
    tampone: Vec<u8>,
}

impl Collegata {
    async fn nuova(c: &Carico) -> Result<Self> {
        Ok(Self {
            flusso: collega(c.indirizzo, &c.tls).await?,
            tampone: Vec::with_capacity(16 * 1024),
        })
    }

    /// One exchange. Tells whether the server closes the connection after it.
    async fn scambia(&mut self, colpo: &Colpo) -> Result<bool> {
        self.tampone.clear();
        self.flusso.write_all(&colpo.byte).await.context("invio")?;
        self.flusso.flush().await.context("invio")?;
        let fine_testa = loop {
            if self
                .flusso
                .read_buf(&mut self.tampone)
                .await
                .context("risposta")?
                == 0
            {
                bail!("connessione chiusa senza risposta");
            }
            if let Some(p) = self.tampone.windows(4).position(|w| w == b"\r\n\r\n") {
                break p + 4;
            }
            if self.tampone.len() > RISPOSTA_MASSIMA {
                bail!("testata senza fine");
            }
        };
        let testa = Testa::leggi(&self.tampone[..fine_testa])?;
        while self.tampone.len() < fine_testa + testa.lunga {
            if self
                .flusso
                .read_buf(&mut self.tampone)
                .await
                .context("risposta")?
                == 0
            {
                bail!("risposta interrotta");
            }
        }
        let corpo = &self.tampone[fine_testa..];
        if corpo.len() != testa.lunga {
            bail!("byte oltre la risposta");
        }
        if testa.stato != colpo.stato || !contiene(corpo, colpo.contiene.as_bytes()) {
            bail!(
                "attesi {} e «{}», ricevuti {} e «{}»",
                colpo.stato,
                colpo.contiene,
                testa.stato,
                String::from_utf8_lossy(corpo)
            );
        }
        Ok(testa.chiude)
    }
}

fn contiene(corpo: &[u8], cosa: &[u8]) -> bool {
    corpo.windows(cosa.len()).any(|w| w == cosa)
}

/// What of a reply's head matters here.
struct Testa {
    stato: u16,
    lunga: usize,
    chiude: bool,
}

impl Testa {
    fn leggi(byte: &[u8]) -> Result<Self> {
        let testo = std::str::from_utf8(byte).context("testata")?;
        let mut righe = testo.split("\r\n");
        let stato = righe
            .next()
            .and_then(|r| r.split(' ').nth(1))
            .and_then(|s| s.parse().ok())
            .context("riga di stato")?;
        let mut testa = Self {
            stato,
            lunga: usize::MAX,
            chiude: false,
        };
        for riga in righe {
            let Some((nome, valore)) = riga.split_once(':') else {
                continue;
            };
            if nome.eq_ignore_ascii_case("content-length") {
                testa.lunga = valore.trim().parse().context("Content-Length")?;
            } else if nome.eq_ignore_ascii_case("connection") {
                testa.chiude = valore.trim().eq_ignore_ascii_case("close");
            }
        }
        if testa.lunga > RISPOSTA_MASSIMA {
            bail!("risposta senza lunghezza, o troppo lunga");
        }
        Ok(testa)
    }
}

//! Hostile clients, each kind for as long as it is let: what honest callers must not feel.
//!
//! A [`Molestia`] runs on a thread of its own from [`Molestia::avvia`] until it is dropped. It never gives up: whoever is
//! cut off comes back at once, as an attacker would.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustls::ClientConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{carico::collega, messaggi::TEST_CONN};

/// Pause between two drops of a slow client.
const GOCCIA: Duration = Duration::from_millis(200);
/// Pause of who was cut off before he comes back.
const RITORNO: Duration = Duration::from_millis(50);
/// Longest wait for the hostile clients to be in place.
const SCHIERAMENTO: Duration = Duration::from_mins(1);
/// Length a slow client promises.
const PROMESSI: usize = 8_000;

/// What a hostile client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Genere {
    /// A header, one byte at a time, over TLS.
    TestateLente,
    /// A body, one byte at a time, over TLS.
    CorpiLenti,
    /// A TLS connection on which nothing is asked.
    Ferme,
    /// A TCP connection on which the handshake is begun and never ended.
    StrettaAMeta,
    /// One TLS handshake after the other.
    Strette,
}

impl Genere {
    /// All of them, with how many clients of the kind stand for a flood, and their name for people.
    pub const TUTTI: [(Self, usize, &'static str); 5] = [
        (Self::TestateLente, 300, "300 testate lente"),
        (Self::CorpiLenti, 300, "300 corpi lenti"),
        (Self::Ferme, 2_000, "2.000 connessioni ferme"),
        (Self::StrettaAMeta, 600, "600 handshake a metà"),
        (Self::Strette, 4, "4 client che fanno solo handshake"),
    ];
}

/// Hostile clients at work.
#[derive(Debug)]
pub struct Molestia {
    basta: Arc<AtomicBool>,
    filo: Option<JoinHandle<()>>,
}

impl Molestia {
    /// Starts so many clients of a kind and waits until each has made its first move.
    pub fn avvia(genere: Genere, quanti: usize, dove: SocketAddr, tls: &Arc<ClientConfig>) -> Result<Self> {
        let basta = Arc::new(AtomicBool::new(false));
        let schierati = Arc::new(AtomicUsize::new(0));
        let io = Arc::new(Mandato {
            genere,
            dove,
            tls: Arc::clone(tls),
            basta: Arc::clone(&basta),
            schierati: Arc::clone(&schierati),
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let filo = thread::spawn(move || {
            runtime.block_on(async move {
                for _ in 0..quanti {
                    tokio::spawn(Arc::clone(&io).insiste());
                }
                while !io.basta.load(Ordering::Relaxed) {
                    sleep(RITORNO).await;
                }
            });
            // Dropping the runtime drops every client with its socket.
        });
        let molestia = Self {
            basta,
            filo: Some(filo),
        };
        let fine = Instant::now() + SCHIERAMENTO;
        while schierati.load(Ordering::Relaxed) < quanti {
            if Instant::now() > fine {
                bail!(
                    "{genere:?}: solo {} di {quanti}",
                    schierati.load(Ordering::Relaxed)
                );
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(molestia)
    }
}

impl Drop for Molestia {
    fn drop(&mut self) {
        self.basta.store(true, Ordering::Relaxed);
        if let Some(filo) = self.filo.take() {
            let _ = filo.join();
        }
    }
}

/// What the clients share.
struct Mandato {
    genere: Genere,
    dove: SocketAddr,
    tls: Arc<ClientConfig>,
    basta: Arc<AtomicBool>,
    schierati: Arc<AtomicUsize>,
}

impl Mandato {
    async fn insiste(self: Arc<Self>) {
        let mut prima = true;
        while !self.basta.load(Ordering::Relaxed) {
            // Being cut off is what it is for.
            let _ = self.una_volta(&mut prima).await;
            sleep(RITORNO).await;
        }
    }

    fn schierato(&self, prima: &mut bool) {
        if std::mem::take(prima) {
            self.schierati.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn una_volta(&self, prima: &mut bool) -> Result<()> {
        if self.genere == Genere::StrettaAMeta {
            let mut tcp = TcpStream::connect(self.dove).await?;
            // A record header of a handshake whose 512 bytes never come.
            tcp.write_all(&[22, 3, 1, 2, 0, 1]).await?;
            self.schierato(prima);
            return fino_al_taglio(&mut tcp).await;
        }
        let mut flusso = collega(self.dove, &self.tls).await?;
        match self.genere {
            Genere::Ferme => {
                self.schierato(prima);
                fino_al_taglio(&mut flusso).await
            }
            Genere::TestateLente => {
                let testa = format!("POST {TEST_CONN} HTTP/1.1\r\nHost: localhost\r\nX-Lento: ");
                flusso.write_all(testa.as_bytes()).await?;
                self.schierato(prima);
                goccia_a_goccia(&mut flusso).await
            }
            Genere::CorpiLenti => {
                let testa = format!(
                    "POST {TEST_CONN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: {PROMESSI}\r\n\r\n"
                );
                flusso.write_all(testa.as_bytes()).await?;
                self.schierato(prima);
                goccia_a_goccia(&mut flusso).await
            }
            Genere::Strette | Genere::StrettaAMeta => {
                self.schierato(prima);
                Ok(())
            }
        }
    }
}

async fn goccia_a_goccia<F: AsyncWriteExt + Unpin>(flusso: &mut F) -> Result<()> {
    loop {
        flusso.write_all(b"x").await?;
        flusso.flush().await?;
        sleep(GOCCIA).await;
    }
}

async fn fino_al_taglio<F: AsyncReadExt + Unpin>(flusso: &mut F) -> Result<()> {
    let mut b = [0; 256];
    while flusso.read(&mut b).await? > 0 {}
    Ok(())
}

/// Sends bytes on a fresh TLS connection and reads until the other side closes.
pub fn grezza(dove: SocketAddr, tls: &Arc<ClientConfig>, byte: &[u8]) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut flusso = collega(dove, tls).await?;
        flusso.write_all(byte).await?;
        flusso.flush().await?;
        let mut letto = Vec::new();
        // A server may close without TLS's goodbye: what came before counts.
        let _ = timeout(SCHIERAMENTO, flusso.read_to_end(&mut letto))
            .await
            .context("il server non chiude")?;
        Ok(String::from_utf8_lossy(&letto).into_owned())
    })
}

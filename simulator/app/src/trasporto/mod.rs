//! Listeners: sockets and TLS on one side, [`servizi::http`] requests and replies on the other.
//!
//! Nothing here knows what a request means. What must stay true: no client, however slow or odd, holds anything
//! without a limit of [`limiti`]; a request in hand when the program ends is finished within
//! [`limiti::TEMPO_CHIUSURA`]. A handler's future is dropped when its client goes away: what must happen as a whole
//! belongs into a task of its own.

pub mod ascolto;
mod connessione;
mod corpo;
pub mod descrittori;
mod flusso;
pub mod limiti;
mod posti;
pub mod tls;

use std::{
    future::Future,
    net::{IpAddr, TcpListener},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use servizi::{
    Ammissione,
    http::{Pari, Porta, Richiesta, Risposta},
};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio_rustls::TlsAcceptor;

pub use ascolto::{Ascolto, ErroreAscolto, Presa};
pub use connessione::CertificatiPari;
pub use limiti::Limiti;
pub use servizi::http::GuastoCorpo;

use connessione::Ambito;
use posti::Posti;

/// Pause after the system refused to hand over a connection (no descriptors left): trying at once would only spin.
const PAUSA_ACCETTA: Duration = Duration::from_millis(100);

/// A future on the heap.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Who answers the requests.
pub type Gestore = Arc<dyn Fn(Porta, Richiesta) -> BoxFuture<Risposta> + Send + Sync>;

/// Who may connect to a door, asked before anything is read.
pub type Filtro = Arc<dyn Fn(Porta, IpAddr) -> Ammissione + Send + Sync>;

/// The life of the listeners; phases only go forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fase {
    /// Connections are taken.
    Aperto,
    /// No new ones; what is in hand is finished.
    Finisce,
    /// Everything is dropped.
    Taglia,
}

/// How the listeners ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chiusura {
    /// Connections still busy when patience ended, and cut.
    pub tagliate: usize,
}

/// The running listeners. Dropping it cuts everything; [`Trasporto::chiudi`] ends it in order.
pub struct Trasporto {
    limiti: Limiti,
    gestore: Gestore,
    filtro: Option<Filtro>,
    fase: watch::Sender<Fase>,
    /// Every accept loop and connection holds a clone of the sender; when the receiver ends, nobody is left.
    vivi: (mpsc::Sender<()>, mpsc::Receiver<()>),
    aperte: Arc<AtomicUsize>,
}

impl Trasporto {
    /// A transport without listeners.
    pub fn nuovo(limiti: Limiti, gestore: Gestore) -> Self {
        Self {
            limiti,
            gestore,
            filtro: None,
            fase: watch::Sender::new(Fase::Aperto),
            vivi: mpsc::channel(1),
            aperte: Arc::default(),
        }
    }

    /// The same, asking a filter about every new connection.
    #[must_use]
    pub fn con_filtro(mut self, filtro: Filtro) -> Self {
        self.filtro = Some(filtro);
        self
    }

    /// Starts serving bound sockets, one accept loop each. Needs a tokio runtime around it.
    pub fn avvia(&self, ascolto: Ascolto) -> std::io::Result<()> {
        let ambito = Arc::new(Ambito {
            porta: ascolto.porta,
            tls: ascolto.tls.map(TlsAcceptor::from),
            gestore: Arc::clone(&self.gestore),
            filtro: self.filtro.clone(),
            ignorati: Arc::new(Semaphore::new(self.limiti.ignorati)),
            limiti: self.limiti.clone(),
        });
        // Each port has its own number of connections: a flood of requests must not shut the console out.
        let posti = Posti::nuovi(self.limiti.connessioni);
        for presa in ascolto.prese {
            let giro = Giro {
                ambito: Arc::clone(&ambito),
                posti: Arc::clone(&posti),
                fase: self.fase.subscribe(),
                vivo: self.vivi.0.clone(),
                aperte: Arc::clone(&self.aperte),
            };
            giro.avvia(presa)?;
        }
        Ok(())
    }

    /// Connections open now.
    pub fn aperte(&self) -> usize {
        self.aperte.load(Ordering::Relaxed)
    }

    /// Takes no more connections, finishes the requests in hand within the limit, cuts the rest.
    pub async fn chiudi(self) -> Chiusura {
        let (vivo, mut tutti_via) = self.vivi;
        drop(vivo);
        self.fase.send_replace(Fase::Finisce);
        if tokio::time::timeout(self.limiti.tempo_chiusura, tutti_via.recv())
            .await
            .is_ok()
        {
            return Chiusura { tagliate: 0 };
        }
        let tagliate = self.aperte.load(Ordering::Relaxed);
        self.fase.send_replace(Fase::Taglia);
        Chiusura { tagliate }
    }

    /// Serves until the system asks to end (Ctrl-C, SIGTERM), then closes in order; a second request to end cuts what
    /// is still in hand at once.
    pub async fn fino_al_segnale(self, segnali: &mut Segnali) -> Chiusura {
        segnali.arriva().await;
        let aperte = Arc::clone(&self.aperte);
        tokio::select! {
            c = self.chiudi() => c,
            () = segnali.arriva() => Chiusura { tagliate: aperte.load(Ordering::Relaxed) },
        }
    }
}

/// The system's requests to end. From the moment it exists none is lost: whoever starts us may ask as soon as we say
/// that we are ready.
#[cfg(unix)]
pub struct Segnali {
    interrotto: tokio::signal::unix::Signal,
    finito: tokio::signal::unix::Signal,
    altro: Option<oneshot::Receiver<()>>,
}

#[cfg(unix)]
impl Segnali {
    /// Begins to listen to SIGINT and SIGTERM. Needs a tokio runtime around it.
    pub fn ascolta() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrotto: signal(SignalKind::interrupt())?,
            finito: signal(SignalKind::terminate())?,
            altro: None,
        })
    }

    /// Counts this too as a request to end, once.
    pub fn anche(&mut self, altro: oneshot::Receiver<()>) {
        self.altro = Some(altro);
    }

    /// Waits for the next request.
    pub async fn arriva(&mut self) {
        tokio::select! {
            _ = self.interrotto.recv() => {}
            _ = self.finito.recv() => {}
            () = arrivato(&mut self.altro) => {}
        }
    }
}

/// The system's requests to end: Ctrl-C, Ctrl-Break, a closing console.
#[cfg(windows)]
pub struct Segnali {
    interrotto: tokio::signal::windows::CtrlC,
    pausa: tokio::signal::windows::CtrlBreak,
    finestra: tokio::signal::windows::CtrlClose,
    altro: Option<oneshot::Receiver<()>>,
}

#[cfg(windows)]
impl Segnali {
    /// Begins to listen. Needs a tokio runtime around it.
    pub fn ascolta() -> std::io::Result<Self> {
        use tokio::signal::windows;
        Ok(Self {
            interrotto: windows::ctrl_c()?,
            pausa: windows::ctrl_break()?,
            finestra: windows::ctrl_close()?,
            altro: None,
        })
    }

    /// Counts this too as a request to end, once.
    pub fn anche(&mut self, altro: oneshot::Receiver<()>) {
        self.altro = Some(altro);
    }

    /// Waits for the next request.
    pub async fn arriva(&mut self) {
        tokio::select! {
            _ = self.interrotto.recv() => {}
            _ = self.pausa.recv() => {}
            _ = self.finestra.recv() => {}
            () = arrivato(&mut self.altro) => {}
        }
    }
}

/// Ends when the notice comes; never, when there is none or it came already.
async fn arrivato(avviso: &mut Option<oneshot::Receiver<()>>) {
    match avviso {
        Some(canale) => {
            let _ = canale.await;
            *avviso = None;
        }
        None => std::future::pending().await,
    }
}

/// One accept loop.
struct Giro {
    ambito: Arc<Ambito>,
    posti: Arc<Posti>,
    fase: watch::Receiver<Fase>,
    vivo: mpsc::Sender<()>,
    aperte: Arc<AtomicUsize>,
}

impl Giro {
    fn avvia(self, presa: TcpListener) -> std::io::Result<()> {
        let presa = tokio::net::TcpListener::from_std(presa)?;
        tokio::spawn(async move {
            let mut fase = self.fase.clone();
            tokio::select! {
                () = self.accetta(&presa) => {}
                _ = fase.wait_for(|f| *f >= Fase::Finisce) => {}
            }
        });
        Ok(())
    }

    async fn accetta(&self, presa: &tokio::net::TcpListener) {
        loop {
            match presa.accept().await {
                Ok((presa, indirizzo)) => {
                    if let Some(filtro) = &self.ambito.filtro {
                        match filtro(self.ambito.porta, indirizzo.ip()) {
                            Ammissione::Entra => {}
                            Ammissione::Chiudi => continue,
                            Ammissione::Ignora => {
                                connessione::ignora(&self.ambito, presa, self.fase.clone());
                                continue;
                            }
                        }
                    }
                    // One newcomer at a time waits here for a place, the others in the system's queue.
                    let posto = self.posti.prendi().await;
                    let (ambito, fase) = (Arc::clone(&self.ambito), self.fase.clone());
                    let (vivo, aperta) = (self.vivo.clone(), Aperta::una(&self.aperte));
                    tokio::spawn(async move {
                        let in_mano = posto.in_mano();
                        tokio::select! {
                            () = connessione::servi(ambito, presa, Pari { indirizzo }, in_mano, fase) => {}
                            () = posto.perso() => {}
                        }
                        drop((posto, aperta, vivo));
                    });
                }
                Err(errore) => {
                    tracing::warn!(%errore, "connessione non accettata");
                    tokio::time::sleep(PAUSA_ACCETTA).await;
                }
            }
        }
    }
}

/// One open connection in the count, until dropped (also by a panic of its task).
struct Aperta(Arc<AtomicUsize>);

impl Aperta {
    fn una(aperte: &Arc<AtomicUsize>) -> Self {
        aperte.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(aperte))
    }
}

impl Drop for Aperta {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

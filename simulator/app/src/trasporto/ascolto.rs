//! Sockets: one port number on several addresses.
//!
//! A port already taken is an everyday mishap, so its error names the option that changes it. An IPv6 address that the
//! machine does not have (containers often lack ::1) is left out with a notice, as long as another address is served.

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr, TcpListener},
    sync::Arc,
};

use servizi::http::Porta;
use socket2::{Domain, Protocol, Socket, Type};

use super::limiti::CODA;

/// How often port 0 is tried anew when the number found on the first address is taken on the second.
const TENTATIVI_PORTA_LIBERA: usize = 32;

/// What is to be listened on.
#[derive(Clone)]
pub struct Presa {
    /// The door requests come in by.
    pub porta: Porta,
    /// The command-line option that sets the number, for messages (`--test-port`).
    pub opzione: &'static str,
    /// Port number; 0 = any free one, the same on every address.
    pub numero: u16,
    /// Addresses, the most important first.
    pub indirizzi: Vec<IpAddr>,
    /// TLS configuration; `None` = plain HTTP.
    pub tls: Option<Arc<rustls::ServerConfig>>,
}

/// Bound sockets that wait to be served (by [`super::Trasporto::avvia`]).
pub struct Ascolto {
    pub(super) porta: Porta,
    pub(super) tls: Option<Arc<rustls::ServerConfig>>,
    pub(super) prese: Vec<TcpListener>,
    numero: u16,
    indirizzi: Vec<SocketAddr>,
    avvisi: Vec<String>,
}

/// Why a port could not be listened on.
#[derive(Debug, thiserror::Error)]
pub enum ErroreAscolto {
    /// Another program (or another simulator) has it.
    #[error(
        "la porta {} è già occupata su {}: sceglietene un'altra con {opzione} NUMERO (0 = una libera qualsiasi)",
        indirizzo.port(), indirizzo.ip()
    )]
    Occupata {
        /// The address and port asked for.
        indirizzo: SocketAddr,
        /// The option that changes it.
        opzione: &'static str,
    },
    /// The system admits only privileged programs to it.
    #[error(
        "il sistema non concede la porta {} su {}: sceglietene una da 1024 in su con {opzione} NUMERO",
        indirizzo.port(), indirizzo.ip()
    )]
    Negata {
        /// The address and port asked for.
        indirizzo: SocketAddr,
        /// The option that changes it.
        opzione: &'static str,
    },
    /// The machine does not have the address (`--listen`).
    #[error("non è possibile ascoltare su {indirizzo} ({opzione}): {errore}")]
    Indirizzo {
        /// The address and port asked for.
        indirizzo: SocketAddr,
        /// The option that sets the port.
        opzione: &'static str,
        /// What the system answered.
        errore: io::Error,
    },
    /// No address at all was asked for.
    #[error("nessun indirizzo su cui ascoltare ({opzione})")]
    NessunIndirizzo {
        /// The option that sets the port.
        opzione: &'static str,
    },
}

impl ErroreAscolto {
    /// The option whose value is to be changed.
    pub fn opzione(&self) -> &'static str {
        match self {
            Self::Occupata { opzione, .. }
            | Self::Negata { opzione, .. }
            | Self::Indirizzo { opzione, .. }
            | Self::NessunIndirizzo { opzione } => opzione,
        }
    }

    fn da(indirizzo: SocketAddr, opzione: &'static str, errore: io::Error) -> Self {
        match errore.kind() {
            ErrorKind::AddrInUse => Self::Occupata { indirizzo, opzione },
            ErrorKind::PermissionDenied => Self::Negata { indirizzo, opzione },
            _ => Self::Indirizzo {
                indirizzo,
                opzione,
                errore,
            },
        }
    }
}

impl Ascolto {
    /// Binds every address of `p` to the same port.
    pub fn lega(p: &Presa) -> Result<Self, ErroreAscolto> {
        let mut ultimo = ErroreAscolto::NessunIndirizzo { opzione: p.opzione };
        let volte = if p.numero == 0 { TENTATIVI_PORTA_LIBERA } else { 1 };
        for _ in 0..volte {
            match Self::prova(p) {
                Err(e @ ErroreAscolto::Occupata { .. }) => ultimo = e,
                altro => return altro,
            }
        }
        Err(ultimo)
    }

    fn prova(p: &Presa) -> Result<Self, ErroreAscolto> {
        let mut numero = p.numero;
        let (mut prese, mut indirizzi, mut avvisi) = (Vec::new(), Vec::new(), Vec::new());
        for ip in &p.indirizzi {
            let voluto = SocketAddr::new(*ip, numero);
            match presa(voluto).and_then(|s| Ok((s.local_addr()?, s))) {
                Ok((legato, s)) => {
                    numero = legato.port();
                    indirizzi.push(legato);
                    prese.push(s);
                }
                Err(e) if ip.is_ipv6() && !prese.is_empty() && assente(&e) => avvisi.push(format!(
                    "{ip} non è disponibile su questa macchina: la porta {numero} risponde solo in IPv4"
                )),
                Err(e) => return Err(ErroreAscolto::da(voluto, p.opzione, e)),
            }
        }
        if prese.is_empty() {
            return Err(ErroreAscolto::NessunIndirizzo { opzione: p.opzione });
        }
        Ok(Self {
            porta: p.porta,
            tls: p.tls.clone(),
            prese,
            numero,
            indirizzi,
            avvisi,
        })
    }

    /// The port number really bound.
    pub fn numero(&self) -> u16 {
        self.numero
    }

    /// The addresses really bound.
    pub fn indirizzi(&self) -> &[SocketAddr] {
        &self.indirizzi
    }

    /// Notices for the person who started the program (an address left out).
    pub fn avvisi(&self) -> &[String] {
        &self.avvisi
    }
}

/// The machine has no such address or no IPv6 at all.
fn assente(e: &io::Error) -> bool {
    matches!(
        e.kind(),
        ErrorKind::AddrNotAvailable | ErrorKind::Unsupported | ErrorKind::InvalidInput
    ) || e.raw_os_error() == Some(FAMIGLIA_IGNOTA)
}

/// EAFNOSUPPORT, for which the standard library has no kind.
#[cfg(target_os = "linux")]
const FAMIGLIA_IGNOTA: i32 = 97;
/// EAFNOSUPPORT, for which the standard library has no kind.
#[cfg(all(unix, not(target_os = "linux")))]
const FAMIGLIA_IGNOTA: i32 = 47;
/// WSAEAFNOSUPPORT, for which the standard library has no kind.
#[cfg(not(unix))]
const FAMIGLIA_IGNOTA: i32 = 10047;

fn presa(a: SocketAddr) -> io::Result<TcpListener> {
    let s = Socket::new(Domain::for_address(a), Type::STREAM, Some(Protocol::TCP))?;
    if a.is_ipv6() {
        // `--listen 0.0.0.0 --listen ::` must work: the IPv6 socket keeps to IPv6.
        s.set_only_v6(true)?;
    }
    // On Unix a restart must not wait for old connections to time out; on Windows the same option would let two
    // programs share the port.
    #[cfg(unix)]
    s.set_reuse_address(true)?;
    s.set_nonblocking(true)?;
    s.bind(&a.into())?;
    s.listen(CODA)?;
    Ok(s.into())
}

//! The shape of an HTTP exchange as the rooms of the simulator see it.
//!
//! Listeners turn connections into a `Richiesta` and a `Risposta` into bytes; services and pages know only these
//! types, so that they can be driven in tests without a socket. A body is always a stream: whoever needs it whole
//! collects it under a limit of its own (`raccogli`).

use std::net::SocketAddr;

use anagrafe::Ambiente;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full, combinators::UnsyncBoxBody};

/// What can go wrong while a body streams: the peer left, was too slow, sent bad gzip.
pub type ErroreCorpo = Box<dyn std::error::Error + Send + Sync>;
/// A streamed body.
pub type Corpo = UnsyncBoxBody<Bytes, ErroreCorpo>;
/// A request; [`Pari`] is among its extensions when it came over a socket.
pub type Richiesta = http::Request<Corpo>;
/// A reply.
pub type Risposta = http::Response<Corpo>;

/// The door a request came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Porta {
    /// Web services and web application of one environment.
    Ambiente(Ambiente),
    /// The card listener, the only one whose TLS asks for a client certificate.
    Carta,
    /// Console and control API.
    Console,
}

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Pari {
    /// Address of the peer as the socket tells it.
    pub indirizzo: SocketAddr,
}

/// On a reply: no reply is to be sent, the connection ends here (a planned fault).
#[derive(Clone, Copy, Debug)]
pub struct Taglia;

/// What went wrong with a request body, as far as the transport can see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u8)]
pub enum GuastoCorpo {
    /// The client sends too slowly, or has stopped.
    #[error("il corpo della richiesta arriva troppo lentamente")]
    Lento = 1,
    /// `Content-Encoding: gzip` on something that is not gzip, or is cut short.
    #[error("il corpo è dichiarato gzip ma non lo è, o è troncato")]
    NonGzip = 2,
    /// The body expands to more than the limit.
    #[error("il corpo decompresso supera il limite")]
    TroppoEspanso = 3,
    /// A `Content-Encoding` nobody here can undo.
    #[error("Content-Encoding ammessi: gzip, identity")]
    CodificaIgnota = 4,
}

impl GuastoCorpo {
    /// The HTTP status that says so.
    pub fn stato(self) -> http::StatusCode {
        match self {
            Self::Lento => http::StatusCode::REQUEST_TIMEOUT,
            Self::NonGzip => http::StatusCode::BAD_REQUEST,
            Self::TroppoEspanso => http::StatusCode::PAYLOAD_TOO_LARGE,
            Self::CodificaIgnota => http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

/// Among a request's extensions: its body is packed in a way that is not known and must not be used. The transport
/// refuses such a request itself, but for the web services, whose journal names every refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodificaIgnota;

/// Why a body could not be collected.
#[derive(Debug, thiserror::Error)]
pub enum CorpoNonLetto {
    /// More bytes than the named limit.
    #[error("il corpo supera {limite} byte")]
    TroppoGrande {
        /// The limit in bytes.
        limite: usize,
    },
    /// The stream broke before its end.
    #[error("invio interrotto: {0}")]
    Interrotto(ErroreCorpo),
}

/// A body out of bytes already at hand.
pub fn corpo(bytes: impl Into<Bytes>) -> Corpo {
    Full::new(bytes.into()).map_err(|mai| match mai {}).boxed_unsync()
}

/// The whole body, at most `limite` bytes of it.
///
/// A loop of our own: `Limited::collect` asks more of the error type than a boxed future can promise.
pub async fn raccogli(mut corpo: Corpo, limite: usize) -> Result<Bytes, CorpoNonLetto> {
    // Nearly every message comes in one piece, which is then handed on as it is.
    let mut primo = Bytes::new();
    let mut intero = BytesMut::new();
    while let Some(pezzo) = corpo.frame().await {
        let Ok(dati) = pezzo.map_err(CorpoNonLetto::Interrotto)?.into_data() else {
            continue;
        };
        if primo.len() + intero.len() + dati.len() > limite {
            return Err(CorpoNonLetto::TroppoGrande { limite });
        }
        if primo.is_empty() && intero.is_empty() {
            primo = dati;
            continue;
        }
        intero.extend_from_slice(&std::mem::take(&mut primo));
        intero.extend_from_slice(&dati);
    }
    Ok(if intero.is_empty() { primo } else { intero.freeze() })
}

/// A reply with a status, a content type and a body at hand.
pub fn risposta(stato: http::StatusCode, tipo: &'static str, contenuto: impl Into<Bytes>) -> Risposta {
    let mut r = Risposta::new(corpo(contenuto));
    *r.status_mut() = stato;
    r.headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(tipo));
    r
}

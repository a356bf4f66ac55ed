//! Every limit of the listeners, in one place.
//!
//! The constants are the defaults; [`Limiti`] carries them so that tests can shorten the times.

use std::time::Duration;

/// Connections open at once on one port, if the system has as many descriptors ([`super::descrittori`]); a further one
/// takes the place of one that asks for nothing. An idle one costs some 30 KiB.
pub const CONNESSIONI: usize = 2_560;
/// Time a new connection has to ask for something before it may lose its place to a newcomer.
pub const GRAZIA_POSTO: Duration = Duration::from_millis(500);
/// Time a kept connection has to ask for more before it may lose its place to a newcomer.
pub const GRAZIA_TENUTA: Duration = Duration::from_secs(5);
/// Time a request body has to arrive before its connection may lose its place to a newcomer.
pub const GRAZIA_CORPO: Duration = Duration::from_secs(2);
/// Connections the system queues for us, per socket.
pub const CODA: i32 = 1024;
/// Time for the TLS handshake.
pub const TEMPO_TLS: Duration = Duration::from_secs(10);
/// Time from the first wait for a request to the end of its header; also the longest idle time of an HTTP/1 connection.
pub const TEMPO_TESTATE: Duration = Duration::from_secs(30);
/// A connection (of either protocol) without any request in hand for this long is closed.
pub const TEMPO_INATTIVITA: Duration = Duration::from_mins(1);
/// Longest wait between two pieces of a request body.
pub const TEMPO_PEZZO: Duration = Duration::from_secs(30);
/// Bytes per second a request body must keep up on average, once [`TEMPO_RITMO`] has been spent waiting for it.
pub const RITMO_CORPO: u64 = 512;
/// Time spent waiting for a body before its pace is judged.
pub const TEMPO_RITMO: Duration = Duration::from_secs(15);
/// A client that takes no byte of a reply for this long is cut.
pub const TEMPO_SCRITTURA: Duration = Duration::from_secs(30);
/// Connections of refused peers held open without an answer, on one port; further ones are closed.
pub const IGNORATI: usize = 256;
/// How long such a connection is held, unless the peer gives up before.
pub const TEMPO_IGNORATO: Duration = Duration::from_mins(2);
/// Bytes of request line and header fields together.
pub const BYTE_TESTATE: usize = 64 * 1024;
/// Buffer of one HTTP/1 connection; it must hold a header.
pub const BYTE_TAMPONE: usize = 128 * 1024;
/// Requests at once on one HTTP/2 connection.
pub const FLUSSI_H2: u32 = 64;
/// Bytes a body sent with `Content-Encoding: gzip` may expand to. How large a body may be otherwise is the business of
/// who reads it: a web service takes less than an upload.
pub const BYTE_ESPANSI: u64 = 64 * 1024 * 1024;
/// Bytes of an unwanted HTTP/2 body taken after its reply; of a longer one the stream is reset.
pub const BYTE_SCARTATI: u64 = 256 * 1024 * 1024;
/// Time an unwanted body is taken for.
pub const TEMPO_SCARTO: Duration = Duration::from_secs(30);
/// Time given to the requests in hand when the program ends.
pub const TEMPO_CHIUSURA: Duration = Duration::from_secs(10);

/// The limits of a listener.
#[derive(Clone, Debug)]
pub struct Limiti {
    /// See [`CONNESSIONI`].
    pub connessioni: usize,
    /// See [`TEMPO_TLS`].
    pub tempo_tls: Duration,
    /// See [`TEMPO_TESTATE`].
    pub tempo_testate: Duration,
    /// See [`TEMPO_INATTIVITA`].
    pub tempo_inattivita: Duration,
    /// See [`TEMPO_PEZZO`].
    pub tempo_pezzo: Duration,
    /// See [`RITMO_CORPO`].
    pub ritmo_corpo: u64,
    /// See [`TEMPO_RITMO`].
    pub tempo_ritmo: Duration,
    /// See [`TEMPO_SCRITTURA`].
    pub tempo_scrittura: Duration,
    /// See [`IGNORATI`].
    pub ignorati: usize,
    /// See [`TEMPO_IGNORATO`].
    pub tempo_ignorato: Duration,
    /// See [`BYTE_ESPANSI`].
    pub byte_espansi: u64,
    /// See [`TEMPO_CHIUSURA`].
    pub tempo_chiusura: Duration,
}

impl Default for Limiti {
    fn default() -> Self {
        Self {
            connessioni: CONNESSIONI,
            tempo_tls: TEMPO_TLS,
            tempo_testate: TEMPO_TESTATE,
            tempo_inattivita: TEMPO_INATTIVITA,
            tempo_pezzo: TEMPO_PEZZO,
            ritmo_corpo: RITMO_CORPO,
            tempo_ritmo: TEMPO_RITMO,
            tempo_scrittura: TEMPO_SCRITTURA,
            ignorati: IGNORATI,
            tempo_ignorato: TEMPO_IGNORATO,
            byte_espansi: BYTE_ESPANSI,
            tempo_chiusura: TEMPO_CHIUSURA,
        }
    }
}

//! A TCP stream that does not wait for ever for a client that reads nothing, and that asks the system for much at once.
//!
//! Reading needs no guard here: header, body and idle times are watched where their meaning is known. TLS reads records
//! by four kilobytes: a signed request would cost four calls of the system instead of one. What was read beyond what was
//! asked for waits here, never longer than the next reading, so an idle connection holds no buffer.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// Bytes asked of the system at a time: a TLS record and what comes with it.
const BYTE_LETTURA: usize = 32 * 1024;

thread_local! {
    /// Where a thread reads into, one connection after the other.
    static LETTURA: RefCell<Box<[u8]>> = RefCell::new(vec![0; BYTE_LETTURA].into());
}

/// The stream of one connection, below TLS.
pub(super) struct Flusso {
    presa: TcpStream,
    /// Read and not yet asked for.
    avanzo: Bytes,
    pazienza: Duration,
    /// Runs while a write waits.
    stallo: Option<Pin<Box<Sleep>>>,
}

impl Flusso {
    pub(super) fn nuovo(presa: TcpStream, pazienza: Duration) -> Self {
        Self {
            presa,
            avanzo: Bytes::new(),
            pazienza,
            stallo: None,
        }
    }

    /// Passes a finished write on, and turns one that waits too long into an error.
    fn sorveglia<T>(&mut self, cx: &mut Context<'_>, esito: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if esito.is_ready() {
            self.stallo = None;
            return esito;
        }
        let pazienza = self.pazienza;
        let stallo = self.stallo.get_or_insert_with(|| Box::pin(sleep(pazienza)));
        ready!(stallo.as_mut().poll(cx));
        self.stallo = None;
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "il client non legge la risposta",
        )))
    }
}

impl AsyncRead for Flusso {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        b: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let me = &mut *self;
        if me.avanzo.is_empty() {
            if b.remaining() >= BYTE_LETTURA {
                return Pin::new(&mut me.presa).poll_read(cx, b);
            }
            return LETTURA.with_borrow_mut(|spazio| {
                let mut letti = ReadBuf::new(spazio);
                ready!(Pin::new(&mut me.presa).poll_read(cx, &mut letti))?;
                let letti = letti.filled();
                let (ora, poi) = letti.split_at(letti.len().min(b.remaining()));
                b.put_slice(ora);
                me.avanzo = Bytes::copy_from_slice(poi);
                Poll::Ready(Ok(()))
            });
        }
        let ora = me.avanzo.split_to(me.avanzo.len().min(b.remaining()));
        b.put_slice(&ora);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Flusso {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, b: &[u8]) -> Poll<io::Result<usize>> {
        let esito = Pin::new(&mut self.presa).poll_write(cx, b);
        self.sorveglia(cx, esito)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        b: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let esito = Pin::new(&mut self.presa).poll_write_vectored(cx, b);
        self.sorveglia(cx, esito)
    }

    fn is_write_vectored(&self) -> bool {
        self.presa.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let esito = Pin::new(&mut self.presa).poll_flush(cx);
        self.sorveglia(cx, esito)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.presa).poll_shutdown(cx)
    }
}

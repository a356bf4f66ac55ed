//! A TCP stream that does not wait for ever for a client that reads nothing.
//!
//! Reading needs no guard here: header, body and idle times are watched where their meaning is known.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// The stream of one connection, below TLS.
pub(super) struct Flusso {
    presa: TcpStream,
    pazienza: Duration,
    /// Runs while a write waits.
    stallo: Option<Pin<Box<Sleep>>>,
}

impl Flusso {
    pub(super) fn nuovo(presa: TcpStream, pazienza: Duration) -> Self {
        Self {
            presa,
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
        Pin::new(&mut self.presa).poll_read(cx, b)
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

//! Bodies: a request's under time limits and unpacked, a reply's counted until it has left.
//!
//! Whatever goes wrong with a request body is noted in a [`Guaio`] shared with the connection, so that the client is
//! told the right status even if the handler knows only "the body broke off".

use std::{
    io::{self, Write},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes};
use flate2::write::MultiGzDecoder;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use servizi::http::{Corpo, ErroreCorpo, GuastoCorpo};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{
    limiti::{BYTE_SCARTATI, Limiti, TEMPO_SCARTO},
    posti::Arrivo,
};

/// Compressed bytes handed to the decoder at a time: deflate expands at most about 1032 times, so one step yields
/// 4 MiB at the worst and the byte limit is checked in between.
const PASSO_GZIP: usize = 4 * 1024;

/// Where a body notes what went wrong with it.
#[derive(Clone, Default)]
pub(super) struct Guaio(Arc<AtomicU8>);

impl Guaio {
    fn nota(&self, g: GuastoCorpo) -> ErroreCorpo {
        self.0.store(g as u8, Ordering::Relaxed);
        g.into()
    }

    pub(super) fn letto(&self) -> Option<GuastoCorpo> {
        let n = self.0.load(Ordering::Relaxed);
        [
            GuastoCorpo::Lento,
            GuastoCorpo::NonGzip,
            GuastoCorpo::TroppoEspanso,
        ]
        .into_iter()
        .find(|g| *g as u8 == n)
    }
}

/// A request body that must keep coming.
///
/// Only time spent waiting for the client counts, not the time the handler takes between two reads.
pub(super) struct CorpoSorvegliato {
    /// None from its end on, or after an error.
    dentro: Option<Incoming>,
    /// What is not read is taken and thrown away.
    scarta: bool,
    /// Given up at the end of the body: from then on the request is being answered.
    arrivo: Option<Arrivo>,
    guaio: Guaio,
    pezzo: Duration,
    ritmo: u64,
    grazia: Duration,
    attesa_da: Option<Instant>,
    atteso: Duration,
    byte: u64,
    sveglia: Option<Pin<Box<Sleep>>>,
}

impl CorpoSorvegliato {
    pub(super) fn nuovo(dentro: Incoming, arrivo: Arrivo, guaio: Guaio, l: &Limiti, scarta: bool) -> Self {
        Self {
            arrivo: (!dentro.is_end_stream()).then_some(arrivo),
            dentro: Some(dentro),
            scarta,
            guaio,
            pezzo: l.tempo_pezzo,
            ritmo: l.ritmo_corpo,
            grazia: l.tempo_ritmo,
            attesa_da: None,
            atteso: Duration::ZERO,
            byte: 0,
            sveglia: None,
        }
    }

    fn lento(&self) -> bool {
        let dovuti = u128::from(self.ritmo) * self.atteso.as_millis() / 1000;
        self.atteso > self.grazia && u128::from(self.byte) < dovuti
    }
}

impl Body for CorpoSorvegliato {
    type Data = Bytes;
    type Error = ErroreCorpo;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ErroreCorpo>>> {
        let me = &mut *self;
        let Some(dentro) = &mut me.dentro else {
            return Poll::Ready(None);
        };
        match Pin::new(dentro).poll_frame(cx) {
            Poll::Ready(pezzo) => {
                if let Some(da) = me.attesa_da.take() {
                    me.atteso += da.elapsed();
                }
                let Some(pezzo) = pezzo else {
                    (me.arrivo, me.dentro) = (None, None);
                    return Poll::Ready(None);
                };
                let pezzo = match pezzo {
                    Ok(pezzo) => pezzo,
                    Err(e) => {
                        me.dentro = None;
                        return Poll::Ready(Some(Err(e.into())));
                    }
                };
                me.byte += pezzo.data_ref().map_or(0, |d| d.len() as u64);
                if me.lento() {
                    return Poll::Ready(Some(Err(me.guaio.nota(GuastoCorpo::Lento))));
                }
                Poll::Ready(Some(Ok(pezzo)))
            }
            Poll::Pending => {
                let fine = *me.attesa_da.get_or_insert_with(Instant::now) + me.pezzo;
                let sveglia = me.sveglia.get_or_insert_with(|| Box::pin(sleep_until(fine)));
                if sveglia.deadline() != fine {
                    sveglia.as_mut().reset(fine);
                }
                ready!(sveglia.as_mut().poll(cx));
                Poll::Ready(Some(Err(me.guaio.nota(GuastoCorpo::Lento))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.dentro.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.dentro
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for CorpoSorvegliato {
    /// The handler has answered without reading the body to its end.
    fn drop(&mut self) {
        let Some(dentro) = self.dentro.take().filter(|d| self.scarta && !d.is_end_stream()) else {
            return;
        };
        // Outside a runtime nothing arrives any more.
        if let Ok(qui) = tokio::runtime::Handle::try_current() {
            qui.spawn(tokio::time::timeout(TEMPO_SCARTO, butta(dentro)));
        }
    }
}

/// Takes a body nobody wants until it ends, or has gone on for too long: the client then reads the reply it has.
async fn butta(mut corpo: Incoming) {
    let mut byte = 0;
    while let Some(Ok(pezzo)) = corpo.frame().await {
        byte += pezzo.data_ref().map_or(0, |d| d.len() as u64);
        if byte > BYTE_SCARTATI {
            return;
        }
    }
}

/// A body unpacked while it streams, up to a number of bytes.
pub(super) struct CorpoGzip {
    dentro: CorpoSorvegliato,
    guaio: Guaio,
    scompone: MultiGzDecoder<Vec<u8>>,
    /// Received and not yet unpacked.
    resto: Bytes,
    byte: u64,
    limite: u64,
    finito: bool,
}

impl CorpoGzip {
    pub(super) fn nuovo(dentro: CorpoSorvegliato, guaio: Guaio, limite: u64) -> Self {
        let scompone = MultiGzDecoder::new(Vec::new());
        Self {
            dentro,
            guaio,
            scompone,
            resto: Bytes::new(),
            byte: 0,
            limite,
            finito: false,
        }
    }

    /// What the decoder has put out since the last call.
    fn uscito(&mut self) -> Result<Option<Frame<Bytes>>, ErroreCorpo> {
        let fuori = std::mem::take(self.scompone.get_mut());
        self.byte += fuori.len() as u64;
        if self.byte > self.limite {
            return Err(self.guaio.nota(GuastoCorpo::TroppoEspanso));
        }
        Ok((!fuori.is_empty()).then(|| Frame::data(fuori.into())))
    }

    fn passo(&mut self) -> io::Result<()> {
        let n = self.resto.len().min(PASSO_GZIP);
        self.scompone.write_all(&self.resto[..n])?;
        self.resto.advance(n);
        Ok(())
    }
}

impl Body for CorpoGzip {
    type Data = Bytes;
    type Error = ErroreCorpo;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ErroreCorpo>>> {
        let me = &mut *self;
        loop {
            if me.finito {
                return Poll::Ready(None);
            }
            if me.resto.is_empty() {
                match ready!(Pin::new(&mut me.dentro).poll_frame(cx)) {
                    Some(Ok(pezzo)) => {
                        // Trailers after a packed body mean nothing here.
                        if let Ok(dati) = pezzo.into_data() {
                            me.resto = dati;
                        }
                        continue;
                    }
                    Some(Err(e)) => return Poll::Ready(Some(Err(e))),
                    None => {
                        me.finito = true;
                        if me.scompone.try_finish().is_err() {
                            return Poll::Ready(Some(Err(me.guaio.nota(GuastoCorpo::NonGzip))));
                        }
                    }
                }
            } else if me.passo().is_err() {
                me.finito = true;
                return Poll::Ready(Some(Err(me.guaio.nota(GuastoCorpo::NonGzip))));
            }
            if let Some(pezzo) = me.uscito()? {
                return Poll::Ready(Some(Ok(pezzo)));
            }
        }
    }
}

/// A reply body that keeps something alive (the count of requests in hand) until it has been sent or dropped.
pub(super) struct CorpoContato<G> {
    pub(super) dentro: Corpo,
    pub(super) _segno: G,
}

impl<G: Unpin> Body for CorpoContato<G> {
    type Data = Bytes;
    type Error = ErroreCorpo;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ErroreCorpo>>> {
        Pin::new(&mut self.dentro).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.dentro.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.dentro.size_hint()
    }
}

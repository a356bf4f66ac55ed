//! One connection, from the accepted socket to its end.
//!
//! The protocol is settled by ALPN (plain connections speak HTTP/1), so no byte is waited for outside a time limit.
//! A connection is told to finish when the program ends or nothing is asked on it for long; one that then does not go
//! by itself, though no request is in hand, is dropped.

use std::{pin::Pin, sync::Arc, time::Duration};

use http::{HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::GracefulConnection,
};
use rustls_pki_types::CertificateDer;
use servizi::http::{CodificaIgnota, Corpo, Pari, Porta, Richiesta, Risposta, Taglia, risposta};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    sync::{Semaphore, watch},
    time::{Instant, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{
    Fase, Filtro, Gestore,
    corpo::{CorpoContato, CorpoGzip, CorpoSorvegliato, Guaio},
    flusso::Flusso,
    limiti::{BYTE_TAMPONE, BYTE_TESTATE, FLUSSI_H2, Limiti},
    posti::{Arrivo, InMano},
};

/// Time an idle connection gets to say goodbye.
const TEMPO_CONGEDO: Duration = Duration::from_millis(500);
/// How often a connection is looked at for idleness, as a part of the idle limit.
const SGUARDI: u32 = 4;

/// The certificates the client showed in the TLS handshake (card listener only), in the request's extensions.
#[derive(Clone, Debug)]
pub struct CertificatiPari(pub Arc<Vec<CertificateDer<'static>>>);

/// What every connection of a listener shares.
pub(super) struct Ambito {
    pub(super) porta: Porta,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) gestore: Gestore,
    pub(super) filtro: Option<Filtro>,
    /// Places for refused peers who are left without an answer.
    pub(super) ignorati: Arc<Semaphore>,
    pub(super) limiti: Limiti,
}

/// Holds the connection of a refused peer, silent, until he gives up or the limit ends it. When too many wait so, he is
/// closed instead.
pub(super) fn ignora(a: &Arc<Ambito>, mut presa: TcpStream, mut fase: watch::Receiver<Fase>) {
    let Ok(posto) = Arc::clone(&a.ignorati).try_acquire_owned() else {
        return;
    };
    let limite = a.limiti.tempo_ignorato;
    tokio::spawn(async move {
        let mut buttati = [0; 512];
        let se_ne_va = async { while !matches!(presa.read(&mut buttati).await, Ok(0) | Err(_)) {} };
        tokio::select! {
            () = se_ne_va => {}
            () = tokio::time::sleep(limite) => {}
            () = fino_a(&mut fase, Fase::Finisce) => {}
        }
        drop(posto);
    });
}

/// A planned fault wants the connection closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("connessione tagliata dal piano dei guasti")]
struct Tagliata;

/// Serves a connection to its end. Errors are the client's business and only traced.
pub(super) async fn servi(
    a: Arc<Ambito>,
    presa: TcpStream,
    pari: Pari,
    in_mano: InMano,
    fase: watch::Receiver<Fase>,
) {
    // Replies are small and awaited; a system that refuses the option still works.
    let _ = presa.set_nodelay(true);
    let flusso = Flusso::nuovo(presa, a.limiti.tempo_scrittura);
    let Some(tls) = &a.tls else {
        return protocollo(&a, flusso, (pari, None), in_mano, false, fase).await;
    };
    let mut tagliata = fase.clone();
    let stretta = tokio::select! {
        s = timeout(a.limiti.tempo_tls, tls.accept(flusso)) => s,
        () = fino_a(&mut tagliata, Fase::Finisce) => return,
    };
    match stretta {
        Ok(Ok(cifrato)) => {
            in_mano.pronta();
            let sessione = cifrato.get_ref().1;
            let h2 = sessione.alpn_protocol() == Some(b"h2");
            let certificati = sessione
                .peer_certificates()
                .map(|c| CertificatiPari(Arc::new(c.iter().map(|c| c.clone().into_owned()).collect())));
            protocollo(&a, cifrato, (pari, certificati), in_mano, h2, fase).await;
        }
        Ok(Err(errore)) => tracing::debug!(pari = %pari.indirizzo, %errore, "handshake TLS non riuscito"),
        Err(_) => tracing::debug!(pari = %pari.indirizzo, "handshake TLS oltre il tempo"),
    }
}

async fn protocollo<F: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    a: &Arc<Ambito>,
    flusso: F,
    (pari, certificati): (Pari, Option<CertificatiPari>),
    in_mano: InMano,
    h2: bool,
    fase: watch::Receiver<Fase>,
) {
    let servizio = {
        let (a, in_mano) = (Arc::clone(a), in_mano.clone());
        service_fn(move |r: Request<Incoming>| {
            let (segno, arrivo) = (in_mano.una(), in_mano.arriva());
            let (a, certificati) = (Arc::clone(&a), certificati.clone());
            async move {
                let risposta = gestisci(&a, r, arrivo, pari, certificati).await;
                if risposta.extensions().get::<Taglia>().is_some() {
                    return Err(Tagliata);
                }
                Ok(risposta.map(|dentro| CorpoContato {
                    dentro,
                    _segno: segno,
                }))
            }
        })
    };
    let io = TokioIo::new(flusso);
    let l = &a.limiti;
    if h2 {
        let mut c = Box::pin(
            conn::http2::Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .max_concurrent_streams(FLUSSI_H2)
                .max_header_list_size(u32::try_from(BYTE_TESTATE).unwrap_or(u32::MAX))
                .keep_alive_interval(l.tempo_inattivita)
                .keep_alive_timeout(l.tempo_tls)
                .serve_connection(io, servizio),
        );
        accompagna(c.as_mut(), &in_mano, l, pari, fase).await;
    } else {
        let mut c = conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(l.tempo_testate)
            .max_header_size(BYTE_TESTATE)
            .max_buf_size(BYTE_TAMPONE)
            // A client may close its sending side after the request and still wait for the reply.
            .half_close(true)
            .serve_connection(io, servizio);
        let errore = accompagna(Pin::new(&mut c), &in_mano, l, pari, fase).await;
        if errore.is_some_and(|e| e.is_timeout()) {
            let resto = c.into_parts();
            testata_lenta(resto.io.into_inner(), &resto.read_buf).await;
        }
    }
}

/// Answers a request whose header did not end in time, so that its sender learns why he is closed. One of which nothing
/// came was no request: an idle connection ends in silence.
async fn testata_lenta<F: AsyncWrite + Unpin>(mut flusso: F, arrivati: &[u8]) {
    if arrivati.is_empty() {
        return;
    }
    let detto = "la testata della richiesta arriva troppo lentamente\n";
    let risposta = format!(
        "HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{detto}",
        detto.len()
    );
    let dice = async {
        flusso.write_all(risposta.as_bytes()).await?;
        flusso.shutdown().await
    };
    // Who does not take it is closed all the same.
    let _ = timeout(TEMPO_CONGEDO, dice).await;
}

/// Drives a connection until it ends, by itself or by a limit; gives the error it ended with, if it did.
async fn accompagna<C>(
    mut c: Pin<&mut C>,
    in_mano: &InMano,
    l: &Limiti,
    pari: Pari,
    mut fase: watch::Receiver<Fase>,
) -> Option<hyper::Error>
where
    C: GracefulConnection<Error = hyper::Error>,
{
    let mut fase_finale = fase.clone();
    let mut sguardo = tokio::time::interval(l.tempo_inattivita / SGUARDI);
    let (mut viste, mut ferma_da) = (0, Instant::now());
    loop {
        tokio::select! {
            esito = &mut c => {
                let errore = esito.err();
                if let Some(errore) = &errore {
                    tracing::debug!(pari = %pari.indirizzo, %errore, "connessione interrotta");
                }
                return errore;
            }
            () = fino_a(&mut fase, Fase::Finisce) => break,
            _ = sguardo.tick() => {
                if in_mano.quante() > 0 || in_mano.viste() != viste {
                    (viste, ferma_da) = (in_mano.viste(), Instant::now());
                } else if ferma_da.elapsed() >= l.tempo_inattivita {
                    break;
                }
            }
        }
    }
    c.as_mut().graceful_shutdown();
    let mut occhiata = tokio::time::interval(TEMPO_CONGEDO);
    occhiata.tick().await;
    loop {
        tokio::select! {
            esito = &mut c => return esito.err(),
            () = fino_a(&mut fase_finale, Fase::Taglia) => return None,
            _ = occhiata.tick() => if in_mano.quante() == 0 { return None },
        }
    }
}

/// Waits until the program has come to a phase (or its transport is gone, which is the last one).
async fn fino_a(fase: &mut watch::Receiver<Fase>, quale: Fase) {
    let _ = fase.wait_for(|f| *f >= quale).await;
}

async fn gestisci(
    a: &Ambito,
    r: Request<Incoming>,
    arrivo: Arrivo,
    pari: Pari,
    certificati: Option<CertificatiPari>,
) -> Risposta {
    let guaio = Guaio::default();
    let (mut parti, dentro) = r.into_parts();
    // Of a body that is not read to its end HTTP/2 tells the client in a way that makes some forget the reply.
    let scarta = parti.version == http::Version::HTTP_2;
    let sorvegliato = CorpoSorvegliato::nuovo(dentro, arrivo, guaio.clone(), &a.limiti, scarta);
    let corpo: Corpo = match codifica(&parti.headers) {
        Codifica::Nessuna => sorvegliato.boxed_unsync(),
        Codifica::Gzip => {
            // The handler sees the body as if it had been sent open, of a length nobody knows yet.
            parti.headers.remove(header::CONTENT_ENCODING);
            parti.headers.remove(header::CONTENT_LENGTH);
            CorpoGzip::nuovo(sorvegliato, guaio.clone(), a.limiti.byte_espansi).boxed_unsync()
        }
        Codifica::Altra if e_dei_servizi(a.porta, parti.uri.path()) => {
            parti.extensions.insert(CodificaIgnota);
            servizi::http::corpo("")
        }
        Codifica::Altra => {
            let mut no = testo(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Content-Encoding ammessi: gzip, identity\n",
            );
            no.headers_mut().insert(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static("gzip, identity"),
            );
            return no;
        }
    };
    parti.extensions.insert(pari);
    if let Some(c) = certificati {
        parti.extensions.insert(c);
    }
    let risposta = (a.gestore)(a.porta, Richiesta::from_parts(parti, corpo)).await;
    match guaio.letto() {
        None => risposta,
        Some(g) => {
            tracing::debug!(pari = %pari.indirizzo, "{g}");
            let mut no = testo(g.stato(), format!("{g}\n"));
            // The journal has it under this number.
            if let Some(n) = risposta.headers().get(servizi::soap::INTESTAZIONE_SCAMBIO) {
                no.headers_mut()
                    .insert(servizi::soap::INTESTAZIONE_SCAMBIO, n.clone());
            }
            no
        }
    }
}

/// Whether the journal of the web services answers for this request.
fn e_dei_servizi(porta: Porta, percorso: &str) -> bool {
    matches!(porta, Porta::Ambiente(_)) && servizi::soap::e_servizio(percorso)
}

/// How the body of a request is packed.
enum Codifica {
    Nessuna,
    Gzip,
    Altra,
}

fn codifica(testate: &http::HeaderMap) -> Codifica {
    let mut esito = Codifica::Nessuna;
    for valore in testate.get_all(header::CONTENT_ENCODING) {
        for nome in valore.as_bytes().split(|b| *b == b',').map(<[u8]>::trim_ascii) {
            esito = match (nome.to_ascii_lowercase().as_slice(), esito) {
                (b"" | b"identity", prima) => prima,
                (b"gzip" | b"x-gzip", Codifica::Nessuna) => Codifica::Gzip,
                // Unknown, or packed twice.
                _ => Codifica::Altra,
            };
        }
    }
    esito
}

/// A short plain reply after which the connection ends: what is left of the request body is not wanted.
fn testo(stato: StatusCode, contenuto: impl Into<bytes::Bytes>) -> Risposta {
    let mut r = risposta(stato, "text/plain; charset=utf-8", contenuto);
    r.headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    r
}

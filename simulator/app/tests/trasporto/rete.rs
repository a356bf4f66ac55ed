//! Before and after a request: peers that may not connect, replies that must not be sent, suites one by one.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anpr_sim::trasporto::{Ascolto, Gestore, Limiti, Trasporto};
use http::StatusCode;
use servizi::{
    Ammissione,
    http::{Taglia, risposta},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::aiuti::{aperte, entro, gestore, post, presa, scambia, stato};

/// A plain listener under a filter.
fn avvia_con(limiti: Limiti, gestore: Gestore, esito: Ammissione) -> (Trasporto, SocketAddr) {
    let a = Ascolto::lega(&presa(false)).unwrap_or_else(|e| panic!("{e}"));
    let dove = a.indirizzi()[0];
    let t = Trasporto::nuovo(limiti, gestore).con_filtro(Arc::new(move |_, ip| {
        assert!(ip.is_loopback());
        esito
    }));
    t.avvia(a).expect("inside a runtime");
    (t, dove)
}

#[tokio::test]
async fn chi_non_e_ammesso_non_riceve_un_byte() {
    let (_t, dove) = avvia_con(Limiti::default(), gestore(), Ammissione::Entra);
    assert_eq!(stato(&scambia(dove, &post("/x", "", b"ab")).await), 200);

    let (_t, dove) = avvia_con(Limiti::default(), gestore(), Ammissione::Chiudi);
    let mut s = entro(TcpStream::connect(dove)).await.expect("connected");
    let mut b = [0; 8];
    assert!(
        matches!(entro(s.read(&mut b)).await, Ok(0) | Err(_)),
        "closed at once, without a request"
    );

    // Left without an answer: silent while the limit lasts, then closed.
    let limiti = Limiti {
        tempo_ignorato: Duration::from_secs(2),
        ignorati: 1,
        ..Limiti::default()
    };
    let (t, dove) = avvia_con(limiti, gestore(), Ammissione::Ignora);
    let mut s = entro(TcpStream::connect(dove)).await.expect("connected");
    s.write_all(&post("/x", "", b"ab")).await.expect("sent");
    assert!(
        timeout(Duration::from_millis(400), s.read(&mut b)).await.is_err(),
        "not a byte, not an end"
    );
    // One more than may wait is closed instead.
    let mut altro = entro(TcpStream::connect(dove)).await.expect("connected");
    assert!(matches!(entro(altro.read(&mut b)).await, Ok(0) | Err(_)));
    assert!(
        matches!(entro(s.read(&mut b)).await, Ok(0) | Err(_)),
        "the limit ends it"
    );
    // None of them ever held a place of the served.
    aperte(&t, 0).await;
}

#[tokio::test]
async fn una_risposta_da_tagliare_non_esce() {
    let taglia: Gestore = Arc::new(|_, r| {
        Box::pin(async move {
            let mut risposta = risposta(StatusCode::BAD_GATEWAY, "text/plain", "mai");
            if r.uri().path() == "/taglio" {
                risposta.extensions_mut().insert(Taglia);
            }
            risposta
        })
    });
    let (t, dove) = avvia_con(Limiti::default(), taglia, Ammissione::Entra);
    assert_eq!(scambia(dove, &post("/taglio", "", b"ab")).await, "");
    assert_eq!(stato(&scambia(dove, &post("/altro", "", b"ab")).await), 502);
    aperte(&t, 0).await;
}

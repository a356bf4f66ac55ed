//! The end: what is in hand is finished, within a limit.

use std::time::{Duration, Instant};

use anpr_sim::trasporto::Limiti;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::sleep};

use crate::aiuti::{avvia, entro, fino_a, post, scambia, stato, tutto};

#[tokio::test]
async fn chiusura_finisce_cio_che_ha_in_mano() {
    let (t, dove) = avvia(Limiti::default(), false);
    let in_corso = tokio::spawn(async move { scambia(dove, &post("/lento", "", b"in corso")).await });
    let mut ferma = TcpStream::connect(dove).await.expect("connected");
    ferma
        .write_all(b"GET /eco HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .expect("sent");
    fino_a(&mut ferma, "\r\n\r\n").await;
    let muta = TcpStream::connect(dove).await.expect("connected");
    sleep(Duration::from_millis(150)).await;
    assert_eq!(t.aperte(), 3);
    let inizio = Instant::now();
    let chiusura = tokio::spawn(t.chiudi());
    sleep(Duration::from_millis(150)).await;
    assert!(TcpStream::connect(dove).await.is_err(), "no new connections");
    assert_eq!(tutto(&mut ferma).await, "", "the idle one is sent home");
    let r = entro(in_corso).await.expect("ended");
    assert!(stato(&r) == 200 && r.ends_with("in corso"), "{r}");
    assert_eq!(entro(chiusura).await.expect("ended").tagliate, 0);
    assert!(
        inizio.elapsed() < Duration::from_secs(3),
        "{:?}",
        inizio.elapsed()
    );
    drop(muta);
}

#[tokio::test]
async fn chiusura_ha_un_limite() {
    let l = Limiti {
        tempo_chiusura: Duration::from_millis(300),
        ..Limiti::default()
    };
    let (t, dove) = avvia(l, false);
    let eterna = tokio::spawn(async move { scambia(dove, &post("/eterno", "", b"")).await });
    sleep(Duration::from_millis(150)).await;
    let inizio = Instant::now();
    assert_eq!(entro(t.chiudi()).await.tagliate, 1);
    assert!(inizio.elapsed() < Duration::from_secs(2));
    assert_eq!(entro(eterna).await.expect("ended"), "");
}

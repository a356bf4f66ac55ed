//! Slow and silent clients are cut while others are served.

use std::time::{Duration, Instant};

use anpr_sim::trasporto::Limiti;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::aiuti::{ATTESA, GRANDE, aperte, apri, avvia, entro, fino_a, post, scambia, stato, tutto};

/// Clients that never end their header are cut when their time is over, while others are served.
#[tokio::test]
async fn testate_lente_sono_tagliate() {
    let l = Limiti {
        tempo_testate: Duration::from_millis(400),
        ..Limiti::default()
    };
    let (t, dove) = avvia(l, false);
    let inizio = Instant::now();
    let lenti: Vec<_> = (0..2)
        .map(|_| {
            tokio::spawn(async move {
                let mut s = TcpStream::connect(dove).await.expect("connected");
                let _ = s.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await;
                // One byte now and then: the limit is on the whole header, not on a pause.
                while s.write_all(b"X").await.is_ok() && inizio.elapsed() < ATTESA {
                    sleep(Duration::from_millis(40)).await;
                }
                inizio.elapsed()
            })
        })
        .collect();
    aperte(&t, 2).await;
    assert_eq!(stato(&scambia(dove, &post("/eco", "", b"ciao")).await), 200);
    for l in lenti {
        let durata = entro(l).await.expect("ended");
        assert!(
            durata >= Duration::from_millis(350) && durata < Duration::from_secs(5),
            "{durata:?}"
        );
    }
}

/// A header that began and did not end is answered; a connection on which nothing came is closed in silence.
#[tokio::test]
async fn una_testata_lenta_ha_408() {
    let l = Limiti {
        tempo_testate: Duration::from_millis(300),
        ..Limiti::default()
    };
    for tls in [false, true] {
        let (_t, dove) = avvia(l.clone(), tls);
        let (mut lenta, mut muta) = (apri(dove, tls).await, apri(dove, tls).await);
        lenta
            .write_all(b"POST /eco HTTP/1.1\r\nHost: x\r\nX-Lu")
            .await
            .expect("sent");
        let mut detto = Vec::new();
        entro(lenta.read_to_end(&mut detto))
            .await
            .expect("closed in good order");
        let detto = String::from_utf8(detto).expect("UTF-8");
        assert_eq!(stato(&detto), 408, "{detto}");
        assert!(detto.contains("\r\nconnection: close\r\n"), "{detto}");
        assert!(
            detto.ends_with("\r\n\r\nla testata della richiesta arriva troppo lentamente\n"),
            "{detto}"
        );
        let mut niente = Vec::new();
        let _ = entro(muta.read_to_end(&mut niente)).await;
        assert_eq!(niente, b"", "an idle connection is not answered");
    }
}

/// All places are taken by clients that ask for nothing: a newcomer gets the place of the one idle longest. Who is
/// being answered keeps his.
#[tokio::test]
async fn chi_non_chiede_cede_il_posto() {
    let l = Limiti {
        connessioni: 3,
        ..Limiti::default()
    };
    let (t, dove) = avvia(l, false);
    let lenta = tokio::spawn(async move { scambia(dove, &post("/lento", "", b"ciao")).await });
    aperte(&t, 1).await;
    let mut ferme = Vec::new();
    for n in 2..=3 {
        let mut s = TcpStream::connect(dove).await.expect("connected");
        s.write_all(b"POST /eco HTTP/1.1\r\n").await.expect("sent");
        aperte(&t, n).await;
        // The idle times must differ.
        sleep(Duration::from_millis(20)).await;
        ferme.push(s);
    }
    assert_eq!(stato(&scambia(dove, &post("/eco", "", b"uno")).await), 200);
    let mut ferma = ferme.remove(0);
    assert_eq!(tutto(&mut ferma).await, "", "the first idle one was closed");
    let mut viva = ferme.remove(0);
    viva.write_all(b"Host: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\ndue")
        .await
        .expect("sent");
    assert_eq!(stato(&tutto(&mut viva).await), 200, "the other one was not");
    assert_eq!(
        stato(&lenta.await.expect("ended")),
        200,
        "nor the one being answered"
    );
}

#[tokio::test]
async fn corpi_lenti_hanno_408_mentre_altri_sono_serviti() {
    let limiti = Limiti {
        tempo_pezzo: Duration::from_millis(500),
        tempo_ritmo: Duration::from_millis(600),
        ..Limiti::default()
    };
    let (_t, dove) = avvia(limiti, false);
    let testata = "POST /eco HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n";
    let fermo = tokio::spawn(async move { scambia(dove, format!("{testata}dieci byte").as_bytes()).await });
    let goccia = tokio::spawn(async move {
        let mut s = TcpStream::connect(dove).await.expect("connected");
        s.write_all(testata.as_bytes()).await.expect("sent");
        // Never a long pause, yet far below the pace asked for. It reads as well, lest the reply be lost in the reset
        // that late bytes provoke.
        let mut letto = Vec::new();
        entro(async {
            let mut b = [0; 1024];
            loop {
                tokio::select! {
                    n = s.read(&mut b) => match n {
                        Ok(n) if n > 0 => letto.extend_from_slice(&b[..n]),
                        _ => break,
                    },
                    () = sleep(Duration::from_millis(50)) => {
                        if letto.is_empty() && s.write_all(b"x").await.is_err() { break }
                    }
                }
            }
        })
        .await;
        String::from_utf8_lossy(&letto).into_owned()
    });
    for _ in 0..20 {
        assert_eq!(stato(&scambia(dove, &post("/eco", "", b"svelto")).await), 200);
    }
    assert!(
        !fermo.is_finished() && !goccia.is_finished(),
        "served meanwhile, not afterwards"
    );
    for r in [fermo, goccia] {
        let r = entro(r).await.expect("ended");
        assert_eq!(stato(&r), 408, "{r}");
        assert!(r.contains("connection: close"), "{r}");
    }
    // A handler that reads late costs the client nothing.
    assert!(
        scambia(dove, &post("/lento", "", b"0123456789"))
            .await
            .ends_with("0123456789")
    );
}

#[tokio::test]
async fn chi_non_legge_o_tace_e_tagliato() {
    let breve = Duration::from_millis(300);
    let limiti = Limiti {
        tempo_scrittura: breve,
        tempo_tls: breve,
        ..Limiti::default()
    };
    let (t, dove) = avvia(limiti.clone(), false);
    let mut presa = TcpStream::connect(dove).await.expect("connected");
    presa.write_all(&post("/grande", "", b"")).await.expect("sent");
    aperte(&t, 1).await;
    aperte(&t, 0).await;
    // Who reads, however slowly, gets everything.
    let mut presa = TcpStream::connect(dove).await.expect("connected");
    presa.write_all(&post("/grande", "", b"")).await.expect("sent");
    let (mut letti, mut tampone) = (0, vec![0; 4 * 1024 * 1024]);
    loop {
        match entro(presa.read(&mut tampone)).await.expect("not cut") {
            0 => break,
            n => letti += n,
        }
        sleep(Duration::from_millis(5)).await;
    }
    assert!(letti > GRANDE, "{letti}");

    let (t, dove) = avvia(limiti, true);
    let muto = TcpStream::connect(dove).await.expect("connected");
    aperte(&t, 1).await;
    aperte(&t, 0).await;
    drop(muto);
}

#[tokio::test]
async fn inattiva_si_chiude_con_garbo() {
    let l = Limiti {
        tempo_inattivita: Duration::from_millis(400),
        ..Limiti::default()
    };
    let (_t, dove) = avvia(l, false);
    let mut s = TcpStream::connect(dove).await.expect("connected");
    s.write_all(b"GET /eco HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .expect("sent");
    fino_a(&mut s, "\r\n\r\n").await;
    // A long reply is no idleness.
    s.write_all(b"GET /lento HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .expect("sent");
    assert_eq!(stato(&fino_a(&mut s, "\r\n\r\n").await), 200);
    let t = Instant::now();
    assert_eq!(tutto(&mut s).await, "");
    assert!(t.elapsed() < Duration::from_secs(3), "{:?}", t.elapsed());
}

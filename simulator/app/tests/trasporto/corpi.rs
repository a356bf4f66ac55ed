//! Bodies and headers as real clients send them: chunked, announced, packed, too large.

use std::time::Duration;

use anpr_sim::trasporto::Limiti;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::sleep};

use crate::aiuti::{GRANDE, avvia, fino_a, gzip, post, scambia, stato, tutto};

#[tokio::test]
async fn chunked_con_100_continue_e_connessione_tenuta() {
    let (_t, dove) = avvia(Limiti::default(), false);
    let mut s = TcpStream::connect(dove).await.expect("connected");
    for giro in 0..3 {
        let testata =
            "POST /eco HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n";
        s.write_all(testata.as_bytes()).await.expect("sent");
        assert_eq!(fino_a(&mut s, "\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");
        // Cut at the worst places: inside a size line, between CR and LF.
        for pezzo in [
            "5;nome=valore\r\nprima",
            "\r\n1\r",
            "\n \r\n00",
            "7\r\n",
            "seconda",
            "\r\n0\r\n",
            "\r\n",
        ] {
            s.write_all(pezzo.as_bytes()).await.expect("sent");
            sleep(Duration::from_millis(5)).await;
        }
        let r = fino_a(&mut s, "prima seconda").await;
        assert_eq!(stato(&r), 200, "{giro}: {r}");
    }
    // Two requests in one packet, the second one the last.
    let mut due = b"POST /eco HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nuno".to_vec();
    due.extend(post("/eco", "", b"due"));
    s.write_all(&due).await.expect("sent");
    let r = tutto(&mut s).await;
    assert_eq!(r.matches("HTTP/1.1 200 OK").count(), 2, "{r}");
    assert!(r.contains("\r\n\r\nuno") && r.ends_with("\r\n\r\ndue"), "{r}");
}

#[tokio::test]
async fn corpi_gzip() {
    let l = Limiti {
        byte_espansi: 1024 * 1024,
        ..Limiti::default()
    };
    let (_t, dove) = avvia(l, false);
    let manda = async |corpo: &[u8], come: &str| {
        scambia(
            dove,
            &post("/conta", &format!("Content-Encoding: {come}\r\n"), corpo),
        )
        .await
    };
    let testo: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    for come in ["gzip", "GZIP", "x-gzip", "identity, gzip"] {
        let r = manda(&gzip(&testo), come).await;
        assert!(stato(&r) == 200 && r.ends_with("\r\n800000"), "{come}: {r}");
    }
    let due = [gzip(b"una"), gzip(b" e due")].concat();
    assert!(manda(&due, "gzip").await.ends_with("\r\n9"));
    assert!(manda(b"in chiaro", "identity").await.ends_with("\r\n9"));
    assert!(
        manda(&gzip(&vec![0; 1024 * 1024]), "gzip")
            .await
            .ends_with("\r\n1048576"),
        "exactly the limit"
    );

    let intero = gzip(&testo);
    let n = intero.len();
    let mut guasto = intero.clone();
    guasto[n - 6] ^= 1;
    let casi: [(&str, &[u8], u16); 9] = [
        ("gzip", b"questo non e' gzip", 400),
        ("gzip", &intero[..n - 100], 400),
        ("gzip", &intero[..5], 400),
        ("gzip", b"", 400),
        ("gzip", &guasto, 400),
        ("gzip", &gzip(&vec![0; 1024 * 1024 + 1]), 413),
        ("gzip", &gzip(&vec![0; GRANDE]), 413),
        ("deflate", b"x", 415),
        ("gzip, gzip", b"x", 415),
    ];
    for (i, (come, corpo, atteso)) in casi.into_iter().enumerate() {
        let r = manda(corpo, come).await;
        assert_eq!(stato(&r), atteso, "{i} {come}: {r}");
    }
}

#[tokio::test]
async fn testate_troppo_grandi_hanno_431() {
    let (_t, dove) = avvia(Limiti::default(), false);
    let manda = async |n: usize| {
        let lunga = "y".repeat(n);
        let r = format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: {lunga}\r\n\r\n");
        stato(&scambia(dove, r.as_bytes()).await)
    };
    assert_eq!(manda(60 * 1024).await, 200);
    assert_eq!(manda(70 * 1024).await, 431);
}

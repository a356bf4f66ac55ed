//! The end: what is in hand is finished, within a limit.

use std::time::{Duration, Instant};

use anpr_sim::trasporto::Limiti;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::sleep};

use crate::aiuti::{aperte, avvia, entro, fino_a, post, scambia, stato, tutto};

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
    aperte(&t, 3).await;
    sleep(Duration::from_millis(150)).await;
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

/// Not a test by itself: the process that [`il_segnale_chiude_il_secondo_taglia`] sends signals to.
#[cfg(unix)]
#[tokio::test]
async fn figlio() {
    if std::env::var_os(FIGLIO).is_none() {
        return;
    }
    let (t, dove) = avvia(Limiti::default(), false);
    let mut segnali = anpr_sim::trasporto::Segnali::ascolta().expect("signals can be waited for");
    println!("\nDOVE {dove}");
    let c = t.fino_al_segnale(&mut segnali).await;
    println!("\nTAGLIATE {}", c.tagliate);
}

/// Set in the environment of the process to be signalled.
#[cfg(unix)]
const FIGLIO: &str = "PROVA_SEGNALI";

#[cfg(unix)]
#[tokio::test]
async fn il_segnale_chiude_il_secondo_taglia() {
    use std::{
        io::{BufRead, BufReader},
        process::{Command, Stdio},
    };
    for (segnali, via, atteso) in [(1, "/lento", "TAGLIATE 0"), (2, "/eterno", "TAGLIATE 1")] {
        let mut figlio = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "chiusura::figlio", "--nocapture"])
            .env(FIGLIO, "1")
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut righe = BufReader::new(figlio.stdout.take().expect("piped"))
            .lines()
            .map_while(Result::ok);
        let dove = righe
            .find_map(|r| r.strip_prefix("DOVE ").map(str::to_owned))
            .expect("it listens");
        let dove = dove.parse().expect("an address");
        let in_corso = tokio::spawn(async move { scambia(dove, &post(via, "", b"in corso")).await });
        for _ in 0..segnali {
            sleep(Duration::from_millis(200)).await;
            let ok = Command::new("kill")
                .args(["-TERM", &figlio.id().to_string()])
                .status();
            assert!(ok.is_ok_and(|s| s.success()));
        }
        let inizio = Instant::now();
        let r = entro(in_corso).await.expect("ended");
        let fine = tokio::task::spawn_blocking(move || {
            let detto: Vec<String> = righe.collect();
            (figlio.wait().expect("ended").success(), detto)
        });
        let (ok, detto) = entro(fine).await.expect("no panic");
        assert!(ok && detto.iter().any(|d| d == atteso), "{detto:?}");
        assert_eq!(r.ends_with("in corso"), segnali == 1, "{r}");
        assert!(
            inizio.elapsed() < Duration::from_secs(5),
            "{:?}",
            inizio.elapsed()
        );
    }
}

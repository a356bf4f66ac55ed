//! Hostile clients: while they are at work others are served, and the simulator ends clean. How fast the others are
//! served meanwhile is measured by `cargo xtask bench --ostili`.

use std::{
    io::{Read as _, Write as _},
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use anpr_sim_tests::{
    Banco, attrezzo,
    carico::{self, Carico, Colpo},
    messaggi,
    molestie::{Genere, Molestia, grezza},
    tenuta::indirizzo,
};
use rustls::ClientConfig;

/// Requests of the honest callers in each test, over so many connections.
const RICHIESTE: usize = 60;
const CONNESSIONI: usize = 4;

/// A simulator, honest messages, and how to reach it.
struct Scena {
    banco: Banco,
    dove: SocketAddr,
    tls: Arc<ClientConfig>,
    colpi: Vec<Arc<Colpo>>,
}

impl Scena {
    fn nuova() -> Self {
        let banco = Banco::nuovo();
        let ca = banco.pronto["ca"].as_str().expect("ca in ready.json");
        Self {
            dove: indirizzo(&banco, "test").expect("an address"),
            tls: carico::fiducia(Path::new(ca)).expect("roots"),
            colpi: messaggi::buoni(&banco.pronto, 20)
                .expect("signed")
                .into_iter()
                .map(Arc::new)
                .collect(),
            banco,
        }
    }

    /// Every honest request gets its right reply.
    fn gli_altri_sono_serviti(&self) {
        let colpi = self.colpi.clone();
        let esito = carico::esegui(
            &Carico {
                indirizzo: self.dove,
                tls: Arc::clone(&self.tls),
                connessioni: CONNESSIONI,
                richieste: RICHIESTE,
                tempo: Duration::from_mins(2),
                pausa: Duration::ZERO,
            },
            move |n| Arc::clone(&colpi[n % colpi.len()]),
        )
        .expect("the load runs");
        assert_eq!((esito.errori, esito.detti), (0, vec![]));
        assert_eq!(esito.latenze.len(), RICHIESTE);
    }

    fn finisce_bene(mut self) {
        assert_eq!(self.banco.chiudi(), Some(0), "it ends clean");
    }
}

/// The flood is still at work when the simulator is asked to end.
fn durante(genere: Genere) {
    let (_, quanti, _) = Genere::TUTTI
        .into_iter()
        .find(|(g, ..)| *g == genere)
        .expect("a kind of the table");
    let s = Scena::nuova();
    let molestia = Molestia::avvia(genere, quanti, s.dove, &s.tls).expect("hostile clients");
    s.gli_altri_sono_serviti();
    s.finisce_bene();
    drop(molestia);
}

#[test]
fn testate_goccia_a_goccia() {
    durante(Genere::TestateLente);
}

#[test]
fn corpi_goccia_a_goccia() {
    durante(Genere::CorpiLenti);
}

#[test]
fn duemila_connessioni_ferme() {
    durante(Genere::Ferme);
}

#[test]
fn handshake_a_meta() {
    durante(Genere::StrettaAMeta);
}

#[test]
fn un_handshake_dopo_l_altro() {
    durante(Genere::Strette);
}

/// A renegotiation is refused with TLS's own words, again and again, and nobody else notices.
#[test]
fn rinegoziazioni() {
    if !attrezzo("openssl") {
        return;
    }
    let s = Scena::nuova();
    for _ in 0..10 {
        let mut cliente = Command::new("openssl")
            .args(["s_client", "-tls1_2", "-legacy_renegotiation", "-connect"])
            .arg(s.dove.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("openssl starts");
        let mut dentro = cliente.stdin.take().expect("its input");
        // Read on until the handshake is over: the command must not be taken for data of the handshake.
        let mut fuori = cliente.stdout.take().expect("its output");
        let mut detto = Vec::new();
        let mut b = [0; 4096];
        while !String::from_utf8_lossy(&detto).contains("Verify return code") {
            let n = fuori.read(&mut b).expect("its output");
            assert!(n > 0, "{}", String::from_utf8_lossy(&detto));
            detto.extend_from_slice(&b[..n]);
        }
        dentro.write_all(b"R\n").expect("its input");
        let fine = cliente.wait_with_output().expect("openssl ends");
        let errori = String::from_utf8_lossy(&fine.stderr);
        assert!(
            errori.contains("no renegotiation") && !fine.status.success(),
            "{}: {errori}",
            fine.status
        );
    }
    s.gli_altri_sono_serviti();
    s.finisce_bene();
}

/// A good request in chunks of one byte is a good request.
#[test]
fn pezzi_di_un_byte() {
    let s = Scena::nuova();
    let byte = &s.colpi[0].byte;
    let fine = byte
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .expect("the end of the head")
        + 4;
    let mut a_pezzi = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\
         Connection: close\r\n\r\n",
        messaggi::TEST_CONN
    )
    .into_bytes();
    for b in &byte[fine..] {
        a_pezzi.extend_from_slice(b"1\r\n");
        a_pezzi.extend_from_slice(&[*b, b'\r', b'\n']);
    }
    a_pezzi.extend_from_slice(b"0\r\n\r\n");
    let risposta = grezza(s.dove, &s.tls, &a_pezzi).expect("a reply");
    assert!(
        risposta.starts_with("HTTP/1.1 200 OK\r\n") && risposta.contains("RispostaConnessione"),
        "{risposta}"
    );
    s.finisce_bene();
}

/// Many requests at once on one connection are answered one after the other, in their order.
#[test]
fn richieste_in_fila_senza_aspettare() {
    let s = Scena::nuova();
    let mut tutte = Vec::new();
    for colpo in &s.colpi {
        tutte.extend_from_slice(&colpo.byte);
    }
    tutte.extend_from_slice(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let risposte = grezza(s.dove, &s.tls, &tutte).expect("replies");
    let echi: Vec<&str> = risposte
        .split("<idOperazioneComune>")
        .skip(1)
        .filter_map(|r| r.split('<').next())
        .collect();
    let chiesti: Vec<String> = s
        .colpi
        .iter()
        .map(|c| {
            let testo = String::from_utf8_lossy(&c.byte).into_owned();
            let dopo = testo
                .split("<idOperazioneComune>")
                .nth(1)
                .expect("an id")
                .to_owned();
            dopo.split('<').next().expect("an id").to_owned()
        })
        .collect();
    assert_eq!(echi, chiesti);
    s.finisce_bene();
}

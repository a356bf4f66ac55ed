//! The relay against a server of this test: what goes, what stays, and what happens while nobody answers.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use anagrafe::{Ambiente, CodiceIstat};
use certs::{OpzioniPki, Pki};
use servizi::{Destinazione, Impostazioni, Simulatore, Sorte};

/// What a server was told of one message.
#[derive(Debug, Clone, Default)]
struct Preso {
    da: String,
    a: Vec<String>,
    testo: String,
}

/// Connections a server turns away before it takes any mail.
const ALLA_PORTA: usize = 3;

/// One conversation; recipients that begin with `rifiuta` are refused for good.
fn conversa(filo: TcpStream, presi: &Mutex<Vec<Preso>>) -> std::io::Result<()> {
    let mut scrivi = filo.try_clone()?;
    let mut leggi = BufReader::new(filo);
    let mut preso = Preso::default();
    let mut riga = String::new();
    scrivi.write_all(b"220 prova.example ESMTP\r\n")?;
    loop {
        riga.clear();
        if leggi.read_line(&mut riga)? == 0 {
            return Ok(());
        }
        let comando = riga.trim_end().to_owned();
        let risposta: &[u8] = match comando.get(..4).unwrap_or_default() {
            "EHLO" => b"250-prova.example\r\n250 8BITMIME\r\n",
            "MAIL" => {
                preso = Preso {
                    da: comando,
                    ..Preso::default()
                };
                b"250 ok\r\n"
            }
            "RCPT" if comando.contains("<rifiuta") => b"550 no such mailbox\r\n",
            "RCPT" => {
                preso.a.push(comando);
                b"250 ok\r\n"
            }
            "DATA" => {
                scrivi.write_all(b"354 go on\r\n")?;
                loop {
                    riga.clear();
                    leggi.read_line(&mut riga)?;
                    if riga == ".\r\n" {
                        break;
                    }
                    preso.testo.push_str(&riga);
                }
                presi.lock().expect("taken").push(preso.clone());
                b"250 queued\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        scrivi.write_all(risposta)?;
    }
}

fn ascolta(server: TcpListener, presi: &Arc<Mutex<Vec<Preso>>>) {
    let presi = Arc::clone(presi);
    thread::spawn(move || {
        for (quale, mut filo) in server.incoming().flatten().enumerate() {
            if quale < ALLA_PORTA {
                let _ = filo.write_all(b"554 prova.example takes no mail now\r\n");
                continue;
            }
            // A client that leaves half-way is its own business.
            let _ = conversa(filo, &presi);
        }
    });
}

/// A header, and what its first encoded word (RFC 2047) hides.
fn in_chiaro(riga: &str) -> String {
    use base64::Engine as _;
    let parola = riga.split("=?utf-8?b?").nth(1).and_then(|p| p.split("?=").next());
    parola.map_or_else(
        || riga.to_owned(),
        |p| {
            let byte = base64::engine::general_purpose::STANDARD
                .decode(p)
                .expect("base64");
            format!("{riga} {}", String::from_utf8_lossy(&byte))
        },
    )
}

/// Waits for something that happens behind everybody's back.
fn finche<T>(che: &str, mut prova: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1200 {
        if let Some(t) = prova() {
            return t;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("non accade: {che}");
}

#[test]
fn what_may_leave_leaves_once_and_a_server_that_is_down_holds_up_nothing() {
    let cartella = tempfile::tempdir().expect("folder");
    let opzioni = OpzioniPki {
        nomi: Vec::new(),
        nomi_reali: false,
        pronti: vec!["888001".to_owned()],
        adesso: jiff::Timestamp::now(),
        fili: 2,
    };
    let pki = Pki::apri(&cartella.path().join("pki"), &opzioni).expect("keys");
    // A port nobody listens on yet.
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("port");
    let indirizzo = server.local_addr().expect("address");
    drop(server);
    let mut i = Impostazioni::in_cartella(cartella.path().to_owned());
    i.oggi = anagrafe::leggi_data("2021-03-01");
    i.inoltro = Some(Destinazione::parse(&indirizzo.to_string()).expect("loopback"));
    let sim = Simulatore::apri(i, pki).expect("simulator");
    sim.popola();
    let k = CodiceIstat::parse("888001").expect("code");
    let gia = sim.pec(None).expect("mail").len();

    // While the server is down messages are kept, the page says why, and whoever writes is not kept waiting.
    let domanda = sim
        .scrivi_all_assistenza(Ambiente::Pre, k, "Prova\r\nBcc: x@y.it", "Testo\r\n.\r\nQUIT\r\n")
        .expect("a question");
    let risposta_a = |pec: &str, oggetto: &str| {
        sim.aggiorna_comune(k, serde_json::json!({"pec": pec}))
            .expect("address");
        let d = sim
            .scrivi_all_assistenza(Ambiente::Pre, k, oggetto, "?")
            .expect("a question");
        sim.rispondi_al_comune(&d.id.to_string(), "Sì.")
            .expect("an answer")
    };
    let fuori = risposta_a("persona.vera@comune.it", "fuori");
    let respinta = risposta_a("rifiuta@pec.example", "respinta");
    let rimbalzo = risposta_a("persona%comune.it@pec.example", "rimbalzo");
    let buona = risposta_a("protocollo@pec.test", "buona");
    let tutti = sim.pec(None).expect("mail").len();
    assert_eq!(tutti, gia + 9);
    let errore = finche("l'errore", || sim.inoltro().errore);
    assert!(!errore.is_empty());
    assert_eq!(sim.inoltro().inoltrati, 0);
    assert_eq!(sim.sorte_pec(domanda.id), Ok(None));

    // It comes up: everything that may leave does, once, and the rest says why it stays.
    let presi = Arc::new(Mutex::new(Vec::new()));
    ascolta(TcpListener::bind(indirizzo).expect("the same port"), &presi);
    finche("l'inoltro", || {
        (sim.inoltro().in_attesa == 0 && sim.inoltro().errore.is_none() && sim.inoltro().inoltrati > 0)
            .then_some(())
    });
    assert_eq!(sim.sorte_pec(buona.id), Ok(Some(Sorte::Inoltrato)));
    let Ok(Some(Sorte::Escluso(perche))) = sim.sorte_pec(fuori.id) else {
        panic!("{:?}", sim.sorte_pec(fuori.id));
    };
    assert!(
        perche.contains("persona.vera@comune.it") && perche.contains(".test o .example"),
        "{perche}"
    );
    // The old way of asking a server to pass a message on.
    let Ok(Some(Sorte::Escluso(perche))) = sim.sorte_pec(rimbalzo.id) else {
        panic!("{:?}", sim.sorte_pec(rimbalzo.id));
    };
    assert!(perche.contains("un altro server"), "{perche}");
    let Ok(Some(Sorte::Rifiutato(perche))) = sim.sorte_pec(respinta.id) else {
        panic!("{:?}", sim.sorte_pec(respinta.id));
    };
    assert!(perche.contains("no such mailbox"), "{perche}");
    let presi = presi.lock().expect("taken").clone();
    // The outcomes of the ready Comuni, five questions, one answer.
    assert_eq!(presi.len(), gia + 6, "{presi:#?}");
    assert_eq!(sim.inoltro().trattenuti, 3);
    for p in &presi {
        let testate = p.testo.split("\r\n\r\n").next().expect("headers");
        assert_eq!(p.a.len(), 1);
        for capo in [&p.da, &p.a[0]] {
            assert!([".example>", ".test>"].iter().any(|d| capo.contains(d)), "{capo}");
        }
        for nome in ["From: ", "Subject: "] {
            let riga = testate.split("\r\n").find(|r| r.starts_with(nome)).expect(nome);
            assert!(in_chiaro(riga).contains("SIMULATORE"), "{riga}");
        }
        assert!(!testate.lines().any(|r| r.starts_with("Bcc")), "{testate}");
    }
    assert_eq!(
        presi
            .iter()
            .filter(|p| p.testo.contains(&format!("pre.{}@", domanda.id)))
            .count(),
        1
    );
    // What was relayed is still in its mailbox.
    assert_eq!(sim.pec(None).expect("mail").len(), tutti);
}

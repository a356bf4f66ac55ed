//! Relay of the messages to an SMTP server of this machine, for those who want to see them in a mail program.
//!
//! It must be no way to send mail to anybody. So: the server's address is settled once, at the start, and every address
//! its name resolves to must be loopback (the connection then goes to that address, never to the name again); only
//! recipients and senders under `.test` and `.example` are relayed, which no real mailbox is (RFC 2606); only messages
//! this simulator composed exist to be relayed, and their sender's name and subject say SIMULATORE, which is looked at
//! again here. What is not relayed stays in the mailbox and says why.
//!
//! A thread of its own reads the mailbox behind everybody else: a relay that is down holds up nothing, and is tried
//! again. Where it stands is kept, so that a restart neither repeats nor forgets.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr, ToSocketAddrs as _},
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use lettre::{
    Address, SmtpTransport, Transport as _,
    address::Envelope,
    transport::smtp::{Error as ErroreSmtp, extension::ClientId},
};
use registro::{IdPec, Lettura as _, Pec, posta::indirizzo_riservato};
use serde::{Deserialize, Serialize};

use crate::{Esito, Simulatore, simulatore::prendi};

/// The word that the sender's name and the subject must have.
const PAROLA: &str = "SIMULATORE";
/// How often the mailbox is looked at.
const GIRO: Duration = Duration::from_millis(300);
/// Pause after the first failure; doubled at each further one.
const PAUSA: Duration = Duration::from_millis(500);
/// Longest such pause.
const PAUSA_MASSIMA: Duration = Duration::from_secs(30);
/// Longest wait for the server.
const ATTESA_SERVER: Duration = Duration::from_secs(5);
/// Collection of what became of the messages, by id.
const RACCOLTA: &str = "inoltro";
/// Key of the last message dealt with.
const SEGNO: &str = "ultimo";

/// Forgets what became of a message that is no more.
pub(crate) fn dimentica(t: &mut registro::Transazione, id: IdPec) {
    t.togli_documento(RACCOLTA, &id.to_string());
}

/// A server that may be relayed to: on this machine, for sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destinazione {
    /// As it was asked for.
    detta: String,
    /// Where connections go.
    indirizzo: SocketAddr,
}

impl fmt::Display for Destinazione {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detta)
    }
}

impl Destinazione {
    /// Reads `HOST:PORTA` and settles it, or says why it is refused.
    pub fn parse(testo: &str) -> Result<Self, String> {
        Self::risolta(testo, |host, porta| {
            Ok((host, porta).to_socket_addrs()?.collect())
        })
    }

    /// The same with a resolver of one's own.
    pub fn risolta(
        testo: &str,
        risolvi: impl FnOnce(&str, u16) -> io::Result<Vec<SocketAddr>>,
    ) -> Result<Self, String> {
        let forma = || format!("--smtp-relay: «{testo}» non è HOST:PORTA (per esempio 127.0.0.1:1025)");
        let (host, porta) = testo.rsplit_once(':').ok_or_else(forma)?;
        let porta: u16 = porta.parse().ok().filter(|p| *p != 0).ok_or_else(forma)?;
        let nudo = host
            .strip_prefix('[')
            .and_then(|h| h.strip_suffix(']'))
            .unwrap_or(host);
        if nudo.is_empty() || nudo.contains(char::is_whitespace) {
            return Err(forma());
        }
        let trovati = match nudo.parse::<IpAddr>() {
            Ok(ip) if ip.is_ipv4() || nudo != host => vec![SocketAddr::new(ip, porta)],
            Ok(_) => return Err(forma()),
            Err(_) if nudo.contains(':') => return Err(forma()),
            Err(_) => risolvi(nudo, porta)
                .map_err(|e| format!("--smtp-relay: il nome «{nudo}» non si risolve ({e})"))?,
        };
        let fuori = trovati.iter().find(|a| !a.ip().to_canonical().is_loopback());
        match (fuori, trovati.first()) {
            (Some(a), _) => Err(format!(
                "--smtp-relay: {} non è un indirizzo di questo computer: l'inoltro è ammesso solo sul loopback \
                 (127.0.0.0/8, ::1)",
                a.ip()
            )),
            (None, None) => Err(format!("--smtp-relay: il nome «{nudo}» non ha indirizzi")),
            (None, Some(primo)) => Ok(Self {
                detta: testo.to_owned(),
                indirizzo: *primo,
            }),
        }
    }
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", tag = "stato", content = "motivo")]
pub enum Sorte {
    /// Taken by the server.
    Inoltrato,
    /// Never offered to it.
    Escluso(String),
    /// Refused by it for good.
    Rifiutato(String),
}

/// Where the relay stands, for pages and API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatoInoltro {
    /// The server, when there is one.
    pub verso: Option<String>,
    /// Taken by it since this start.
    pub inoltrati: u64,
    /// Kept out or refused since this start.
    pub trattenuti: u64,
    /// Waiting.
    pub in_attesa: u64,
    /// Why the last try failed, while it is being repeated.
    pub errore: Option<String>,
}

impl Simulatore {
    /// Where the relay stands.
    pub fn inoltro(&self) -> StatoInoltro {
        prendi(&self.inoltro).clone()
    }

    /// What became of a message, once it was its turn.
    pub fn sorte_pec(&self, id: IdPec) -> Esito<Option<Sorte>> {
        Ok(self.registro().documento(RACCOLTA, &id.to_string())?)
    }

    /// Starts the relay, if the simulator was started with one.
    pub(crate) fn avvia_inoltro(self: &Arc<Self>) -> io::Result<()> {
        let Some(dove) = self.impostazioni().inoltro.clone() else {
            return Ok(());
        };
        prendi(&self.inoltro).verso = Some(dove.to_string());
        let debole = Arc::downgrade(self);
        thread::Builder::new()
            .name("inoltro".into())
            .spawn(move || giri(&debole, &dove))?;
        Ok(())
    }

    /// Deals with everything that has come; `Err` is the server's, to be tried again.
    fn inoltra(&self, posta: &SmtpTransport) -> Result<(), String> {
        let errore = |e: registro::ErroreRegistro| e.to_string();
        let ultimo: Option<IdPec> = self.registro().documento(RACCOLTA, SEGNO).map_err(errore)?;
        let da_fare = self
            .registro()
            .pec_dopo(ultimo.unwrap_or(IdPec(0)))
            .map_err(errore)?;
        prendi(&self.inoltro).in_attesa = da_fare.len() as u64;
        for pec in da_fare {
            let sorte = match busta(&pec) {
                Err(perche) => Sorte::Escluso(perche),
                Ok(busta) => spedisci(posta, &busta, pec.grezzo.as_bytes())?,
            };
            let inoltrato = sorte == Sorte::Inoltrato;
            self.registro()
                .scrivi(|t| {
                    t.salva_documento(RACCOLTA, &pec.id.to_string(), &sorte)?;
                    t.salva_documento(RACCOLTA, SEGNO, &pec.id)
                })
                .map_err(errore)?;
            let mut stato = prendi(&self.inoltro);
            stato.in_attesa = stato.in_attesa.saturating_sub(1);
            if inoltrato {
                stato.inoltrati += 1;
            } else {
                stato.trattenuti += 1;
            }
        }
        prendi(&self.inoltro).errore = None;
        Ok(())
    }
}

/// Offers a message. A server that turns everybody away at its door has said nothing of this message: a refusal counts
/// when it is repeated to somebody who was let in.
fn spedisci(posta: &SmtpTransport, busta: &Envelope, byte: &[u8]) -> Result<Sorte, String> {
    let offri = || match posta.send_raw(busta, byte) {
        Ok(_) => Ok(Sorte::Inoltrato),
        Err(e) if e.is_permanent() => Ok(Sorte::Rifiutato(detto(&e))),
        Err(e) => Err(detto(&e)),
    };
    match offri()? {
        Sorte::Rifiutato(_) => {
            posta.test_connection().map_err(|e| detto(&e))?;
            offri()
        }
        altra => Ok(altra),
    }
}

fn giri(sim: &Weak<Simulatore>, dove: &Destinazione) {
    let posta = SmtpTransport::builder_dangerous(dove.indirizzo.ip().to_string())
        .port(dove.indirizzo.port())
        .timeout(Some(ATTESA_SERVER))
        .hello_name(ClientId::Domain("anpr-sim.example".to_owned()))
        .build();
    let mut pausa = PAUSA;
    loop {
        thread::sleep(GIRO);
        let Some(sim) = sim.upgrade() else { return };
        if !sim.registro_aperto() || sim.pronto_lo_stato().is_err() {
            continue;
        }
        match sim.inoltra(&posta) {
            Ok(()) => pausa = PAUSA,
            Err(e) => {
                prendi(&sim.inoltro).errore = Some(e);
                drop(sim);
                thread::sleep(pausa);
                pausa = (pausa * 2).min(PAUSA_MASSIMA);
            }
        }
    }
}

/// Who sends and who gets a message, if it may leave.
fn busta(pec: &Pec) -> Result<Envelope, String> {
    if !indirizzo_riservato(&pec.a) {
        return Err(format!(
            "il destinatario {} non è sotto .test o .example: il messaggio resta nella casella",
            pec.a
        ));
    }
    if pec.a.split('@').next().is_some_and(|u| u.contains(['%', '!'])) {
        return Err(format!(
            "il destinatario {} nomina un altro server nella parte locale: il messaggio resta nella casella",
            pec.a
        ));
    }
    let testate = pec.grezzo.split("\r\n\r\n").next().unwrap_or_default();
    let da = testata(testate, "From");
    if !indirizzo_riservato(&pec.da) || !da.ends_with(&format!("<{}>", pec.da)) || !da.contains(PAROLA) {
        return Err("il mittente non dice SIMULATORE".to_owned());
    }
    if !pec.oggetto.contains(PAROLA) || !testata(testate, "Subject").contains(PAROLA) {
        return Err("l'oggetto non dice SIMULATORE".to_owned());
    }
    let indirizzo = |t: &str| t.parse::<Address>().map_err(|e| e.to_string());
    Envelope::new(Some(indirizzo(&pec.da)?), vec![indirizzo(&pec.a)?]).map_err(|e| e.to_string())
}

/// Value of a header, unfolded; empty when it is not there exactly once. An encoded word is read for what it hides.
fn testata(testate: &str, nome: &str) -> String {
    let mut valori = Vec::new();
    let mut dentro = false;
    for riga in testate.split("\r\n") {
        if let Some(seguito) = riga.strip_prefix([' ', '\t']) {
            if dentro && let Some(v) = valori.last_mut() {
                *v = format!("{v} {seguito}");
            }
            continue;
        }
        let valore = riga.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(nome));
        dentro = valore.is_some();
        valori.extend(valore.map(|(_, v)| v.trim().to_owned()));
    }
    match valori.as_slice() {
        [uno] => in_chiaro(uno),
        _ => String::new(),
    }
}

/// Undoes the base64 encoded words (RFC 2047) that our composer writes.
fn in_chiaro(valore: &str) -> String {
    use base64::Engine as _;
    valore
        .split(' ')
        .map(|parola| {
            parola
                .strip_prefix("=?utf-8?b?")
                .and_then(|p| p.strip_suffix("?="))
                .and_then(|p| base64::engine::general_purpose::STANDARD.decode(p).ok())
                .map_or_else(
                    || format!("{parola} "),
                    |b| String::from_utf8_lossy(&b).into_owned(),
                )
        })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

fn detto(e: &ErroreSmtp) -> String {
    use std::error::Error as _;
    e.source()
        .map_or_else(|| e.to_string(), |causa| format!("{e}: {causa}"))
}

#[cfg(test)]
mod prove {
    use super::*;

    fn nessuno(_: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        panic!("an address needs no resolver")
    }

    #[test]
    fn only_this_machine_is_a_destination() {
        for si in [
            "127.0.0.1:25",
            "127.9.9.9:1025",
            "[::1]:1025",
            "[::ffff:127.0.0.1]:1025",
        ] {
            let d = Destinazione::risolta(si, nessuno).expect(si);
            assert!(d.indirizzo.ip().to_canonical().is_loopback(), "{si}");
        }
        for no in [
            "192.0.2.1:25",
            "10.0.0.1:25",
            "0.0.0.0:25",
            "[::]:25",
            "[2001:db8::1]:25",
            "[::ffff:192.0.2.1]:25",
            "169.254.169.254:25",
        ] {
            let e = Destinazione::risolta(no, nessuno).expect_err(no);
            assert!(e.contains("solo sul loopback"), "{no}: {e}");
        }
        for storto in [
            "",
            "localhost",
            ":25",
            "localhost:",
            "localhost:0",
            "localhost:65536",
            "a b:25",
            "::1:25",
            "smtp://localhost:25x",
        ] {
            let e = Destinazione::risolta(storto, |_, _| Ok(vec![([127, 0, 0, 1], 25).into()]))
                .expect_err(storto);
            assert!(e.contains("HOST:PORTA"), "{storto}: {e}");
        }
    }

    #[test]
    fn a_name_is_settled_once_and_every_address_of_it_counts() {
        let qui: SocketAddr = ([127, 0, 0, 1], 1025).into();
        let fuori: SocketAddr = ([192, 0, 2, 1], 1025).into();
        let d = Destinazione::risolta("posta.test:1025", |nome, porta| {
            assert_eq!((nome, porta), ("posta.test", 1025));
            Ok(vec![qui])
        })
        .expect("loopback");
        assert_eq!(d.indirizzo, qui, "connections go to the address that was judged");
        for risolti in [vec![fuori], vec![qui, fuori], vec![fuori, qui]] {
            let e = Destinazione::risolta("posta.test:1025", |_, _| Ok(risolti)).expect_err("outside");
            assert!(e.contains("192.0.2.1") && e.contains("solo sul loopback"), "{e}");
        }
        assert!(Destinazione::risolta("vuoto.test:1025", |_, _| Ok(Vec::new())).is_err());
        assert!(Destinazione::risolta("no.test:1025", |_, _| Err(io::ErrorKind::NotFound.into())).is_err());
    }

    fn messaggio(a: &str) -> Pec {
        let comune = registro::Comune::nuovo(
            anagrafe::CodiceIstat::parse("888001").expect("code"),
            "PROVA\r\nBcc: x@y.example",
            "XX",
            Some(a.to_owned()),
        );
        registro::posta::componi_scritto(
            IdPec(7),
            jiff::civil::datetime(2021, 3, 1, 8, 0, 0, 0),
            &registro::posta::Scritto {
                ambiente: anagrafe::Ambiente::Test,
                comune: &comune,
                natura: registro::NaturaPec::Avviso,
                oggetto: "Uno\r\nBcc: spia@altrove.example\r\n\r\ntesto",
                testo: "Due",
                risponde: None,
                fornitura: None,
            },
        )
        .expect("a message")
    }

    #[test]
    fn only_reserved_domains_leave_and_nothing_adds_a_header() {
        for si in ["a@b.example", "a@b.TEST", "a@sub.dominio.example"] {
            let b = busta(&messaggio(si)).expect(si);
            assert_eq!(b.to().len(), 1);
            assert_eq!(b.to()[0].to_string().to_lowercase(), si.to_lowercase());
            assert_eq!(
                b.from().map(ToString::to_string).as_deref(),
                Some("esiti@anpr-sim.example")
            );
        }
        for no in ["a@b.it", "a@example.com", "a@b.example.it", "a@b.nontest"] {
            let e = busta(&messaggio(no)).expect_err(no);
            assert!(e.contains(".test o .example"), "{no}: {e}");
        }
        let pec = messaggio("a@b.example");
        let testate = pec.grezzo.split("\r\n\r\n").next().expect("headers");
        assert!(
            testate
                .split("\r\n")
                .all(|r| !r.to_lowercase().starts_with("bcc")),
            "{testate}"
        );
        assert_eq!(testate.matches("Subject:").count(), 1);
    }

    #[test]
    fn a_message_that_does_not_say_what_it_is_stays() {
        let buona = messaggio("a@b.example");
        let mut senza_oggetto = buona.clone();
        senza_oggetto.grezzo = buona.grezzo.replacen("Subject:", "X-Subject:", 1);
        let mut altro_oggetto = buona.clone();
        altro_oggetto.oggetto = "Fattura".to_owned();
        let mut due_da = buona.clone();
        due_da.grezzo = format!("From: Banca <esiti@anpr-sim.example>\r\n{}", buona.grezzo);
        let mut altri = buona.clone();
        altri.da = "banca@vera.it".to_owned();
        assert!(busta(&buona).is_ok());
        for (pec, perche) in [
            (senza_oggetto, "oggetto"),
            (altro_oggetto, "oggetto"),
            (due_da, "mittente"),
            (altri, "mittente"),
        ] {
            let e = busta(&pec).expect_err(perche);
            assert!(e.contains(perche), "{e}");
        }
    }
}

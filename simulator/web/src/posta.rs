//! The mailbox on a page: list and search, one message rendered, its source, attachments, receipts, downloads.
//!
//! The environment's pages and the console show the same; what each may see is decided by whoever calls (a Comune's
//! mailbox, or all). What must stay true: nothing of a message reaches a page but through an escaping template, and
//! what is downloaded carries a name that is only a name and a type no browser runs.

use anagrafe::{Ambiente, CodiceIstat};
use askama::Template;
use http::StatusCode;
use registro::{Casella, NaturaPec, Pec, posta::Ricevuta};
use servizi::{
    ContoCasella, ErroreServizio, Esito, FiltroPosta, FormatoArchivio, MESSAGGI_PER_PAGINA, Simulatore,
    Sorte, StatoInoltro, Testata,
    http::{Risposta, risposta},
};

use crate::{
    cornice::{Cornice, da_scaricare, pagina},
    formati,
    modulo::{Campi, codifica},
};

/// Where the pages of a mailbox are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Luogo<'c> {
    /// Address of the list.
    pub(crate) base: &'static str,
    /// Address of the deliveries.
    pub(crate) forniture: &'static str,
    /// Receipts, archives and marks have pages here.
    pub(crate) completo: bool,
    /// The console: every mailbox, and the support's answers.
    pub(crate) console: bool,
    /// Token of the forms; the console has none.
    pub(crate) csrf: &'c str,
}

/// What is asked of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pezzo {
    Messaggio,
    Eml,
    Allegato,
    Ricevuta,
    RicevutaEml,
    Daticert,
}

impl Pezzo {
    /// To see it is to have read the message.
    pub(crate) const fn apre(self) -> bool {
        matches!(self, Self::Messaggio | Self::Eml)
    }
}

/// The console's.
pub(crate) const CONSOLE: Luogo<'static> = Luogo {
    base: "/posta",
    forniture: "/forniture",
    completo: true,
    console: true,
    csrf: "",
};

/// What a query asks of the list.
#[derive(Debug, Default)]
pub(crate) struct Domanda {
    filtro: FiltroPosta,
    /// The messages the Comune wrote, instead of those it got.
    inviati: bool,
    salta: usize,
    stato: String,
}

impl Domanda {
    /// Of a Comune's mailbox.
    pub(crate) fn del_comune(q: &Campi, ambiente: Ambiente, comune: CodiceIstat) -> Self {
        let inviati = q.valore("cartella") == Some("inviati");
        let casella = if inviati {
            Casella::Assistenza
        } else {
            Casella::Comune
        };
        Self {
            inviati,
            ..Self::con(
                q,
                FiltroPosta {
                    casella: Some(casella),
                    ..FiltroPosta::del_comune(ambiente, comune)
                },
            )
        }
    }

    /// Of every mailbox; what is not an environment, a Comune or a mailbox filters nothing.
    pub(crate) fn di_tutti(q: &Campi) -> Self {
        Self::con(
            q,
            FiltroPosta {
                casella: match q.valore("casella") {
                    Some("comuni") => Some(Casella::Comune),
                    Some("assistenza") => Some(Casella::Assistenza),
                    Some("altri") => Some(Casella::Altri),
                    _ => None,
                },
                ambiente: q.pieno("ambiente").and_then(|a| a.parse().ok()),
                comune: q.pieno("comune").and_then(|c| CodiceIstat::parse(c).ok()),
                ..FiltroPosta::default()
            },
        )
    }

    /// Of the messages of a filter.
    pub(crate) fn con(q: &Campi, filtro: FiltroPosta) -> Self {
        let stato = q.valore("stato").unwrap_or_default().to_owned();
        Self {
            filtro: FiltroPosta {
                letta: match stato.as_str() {
                    "da-leggere" => Some(false),
                    "letti" => Some(true),
                    _ => None,
                },
                testo: q
                    .pieno("testo")
                    .unwrap_or_default()
                    .chars()
                    .take(TESTO_CERCATO)
                    .collect(),
                ..filtro
            },
            inviati: false,
            salta: q.pieno("salta").and_then(|s| s.parse().ok()).unwrap_or(0),
            stato,
        }
    }

    /// The environments: key, name, whether the filter names it.
    fn ambienti(&self) -> [(&'static str, &'static str, bool); 3] {
        Ambiente::TUTTI.map(|a| (a.chiave(), formati::ambiente(a), self.filtro.ambiente == Some(a)))
    }

    /// The filter, for an archive of the same messages.
    pub(crate) fn filtro(self) -> FiltroPosta {
        self.filtro
    }

    /// The query again, from a place on.
    fn indirizzo(&self, console: bool, salta: usize) -> String {
        let f = &self.filtro;
        let mut coppie = vec![("stato", self.stato.clone()), ("testo", f.testo.clone())];
        if console {
            let casella = match f.casella {
                Some(Casella::Comune) => "comuni",
                Some(Casella::Assistenza) => "assistenza",
                Some(Casella::Altri) => "altri",
                None => "",
            };
            coppie.push(("casella", casella.to_owned()));
            coppie.push((
                "ambiente",
                f.ambiente.map(|a| a.chiave().to_owned()).unwrap_or_default(),
            ));
            coppie.push(("comune", f.comune.map(|c| c.to_string()).unwrap_or_default()));
        } else if self.inviati {
            coppie.push(("cartella", "inviati".to_owned()));
        }
        if salta > 0 {
            coppie.push(("salta", salta.to_string()));
        }
        let pieni: Vec<String> = coppie
            .iter()
            .filter(|(_, v)| !v.is_empty())
            .map(|(n, v)| format!("{n}={}", codifica(v)))
            .collect();
        pieni.join("&")
    }
}

/// Longest text a search takes, in characters.
const TESTO_CERCATO: usize = 100;

#[derive(Template)]
#[template(path = "posta/casella.html")]
struct Lista<'c> {
    c: Cornice,
    luogo: Luogo<'c>,
    righe: Vec<Testata>,
    trovati: usize,
    tutti: usize,
    da_leggere: usize,
    domanda: Domanda,
    /// Query of the filter alone.
    interrogazione: String,
    prima: Option<String>,
    dopo: Option<String>,
    caselle: Vec<ContoCasella>,
    inoltro: StatoInoltro,
}

/// What the list is made of; reads the store.
pub(crate) struct Dati {
    righe: Vec<Testata>,
    trovati: usize,
    tutti: usize,
    da_leggere: usize,
    domanda: Domanda,
    caselle: Vec<ContoCasella>,
    inoltro: StatoInoltro,
}

/// Reads what a list shows.
pub(crate) fn leggi(s: &Simulatore, domanda: Domanda, console: bool) -> Esito<Dati> {
    let intero = FiltroPosta {
        letta: None,
        testo: String::new(),
        ..domanda.filtro.clone()
    };
    let conto = s.conto_posta(&intero)?;
    let righe = s.posta(&domanda.filtro)?;
    let trovati = righe.len();
    Ok(Dati {
        righe: righe
            .into_iter()
            .skip(domanda.salta)
            .take(MESSAGGI_PER_PAGINA)
            .collect(),
        trovati,
        tutti: conto.messaggi,
        da_leggere: conto.da_leggere,
        domanda,
        caselle: if console { s.caselle()? } else { Vec::new() },
        inoltro: s.inoltro(),
    })
}

/// The list, newest first.
pub(crate) fn casella(mut c: Cornice, luogo: Luogo<'_>, d: Dati) -> Risposta {
    c.ascolta = true;
    let fino = d.domanda.salta + d.righe.len();
    let prima = (d.domanda.salta > 0).then(|| {
        d.domanda
            .indirizzo(luogo.console, d.domanda.salta.saturating_sub(MESSAGGI_PER_PAGINA))
    });
    let dopo = (fino < d.trovati).then(|| d.domanda.indirizzo(luogo.console, fino));
    pagina(
        StatusCode::OK,
        &Lista {
            c,
            luogo,
            interrogazione: d.domanda.indirizzo(luogo.console, 0),
            prima,
            dopo,
            righe: d.righe,
            trovati: d.trovati,
            tutti: d.tutti,
            da_leggere: d.da_leggere,
            domanda: d.domanda,
            caselle: d.caselle,
            inoltro: d.inoltro,
        },
    )
}

#[derive(Template)]
#[template(path = "posta/messaggio.html")]
struct Messaggio<'c> {
    c: Cornice,
    luogo: Luogo<'c>,
    pec: Pec,
    /// Name and size of each.
    allegati: Vec<(String, Option<usize>)>,
    ricevute: [Ricevuta; 2],
    risposte: Vec<Testata>,
    sorte: Option<String>,
    limite: usize,
}

/// What a message's page is made of.
pub(crate) struct DatiMessaggio {
    pub(crate) pec: Pec,
    ricevute: [Ricevuta; 2],
    risposte: Vec<Testata>,
    sorte: Option<String>,
}

/// Reads what the page of a message shows.
pub(crate) fn leggi_messaggio(s: &Simulatore, mut pec: Pec) -> Esito<DatiMessaggio> {
    // The message outlives its delivery, which goes with the round of its Comune: no link to what is no more.
    pec.fornitura = pec.fornitura.filter(|f| s.fornitura(&f.to_string()).is_ok());
    let sorte = s.sorte_pec(pec.id)?.map(|sorte| match sorte {
        Sorte::Inoltrato => "inoltrato al server SMTP di prova".to_owned(),
        Sorte::Escluso(perche) => format!("non inoltrato: {perche}"),
        Sorte::Rifiutato(perche) => format!("rifiutato dal server SMTP di prova: {perche}"),
    });
    Ok(DatiMessaggio {
        ricevute: registro::posta::ricevute(&pec)?,
        risposte: s.risposte(pec.id)?,
        sorte,
        pec,
    })
}

/// One message.
pub(crate) fn messaggio(c: Cornice, luogo: Luogo<'_>, d: DatiMessaggio) -> Risposta {
    pagina(
        StatusCode::OK,
        &Messaggio {
            c,
            luogo,
            allegati: registro::posta::allegati(&d.pec),
            pec: d.pec,
            ricevute: d.ricevute,
            risposte: d.risposte,
            sorte: d.sorte,
            limite: servizi::LIMITE_TESTO_SCRITTO,
        },
    )
}

#[derive(Template)]
#[template(path = "posta/ricevuta.html")]
struct UnaRicevuta<'c> {
    c: Cornice,
    luogo: Luogo<'c>,
    id: String,
    n: usize,
    r: Ricevuta,
}

/// The place of a receipt or an attachment in an address.
pub(crate) fn posto(testo: &str) -> Esito<usize> {
    testo
        .parse()
        .ok()
        .filter(|n| *n < POSTI_MASSIMI)
        .ok_or_else(|| ErroreServizio::assente("Il messaggio non ha questa parte."))
}

/// More parts than any message of ours has.
const POSTI_MASSIMI: usize = 1_000;

/// One of the receipts of a message.
pub(crate) fn ricevuta(c: Cornice, luogo: Luogo<'_>, pec: &Pec, n: usize) -> Esito<Risposta> {
    let r = una_ricevuta(pec, n)?;
    let id = pec.id.to_string();
    Ok(pagina(StatusCode::OK, &UnaRicevuta { c, luogo, id, n, r }))
}

/// The same as a file.
pub(crate) fn eml_ricevuta(pec: &Pec, n: usize) -> Esito<Risposta> {
    let r = una_ricevuta(pec, n)?;
    let nome = format!("{}-{}.eml", pec.id, r.tipo.parola());
    Ok(da_scaricare(
        risposta(StatusCode::OK, "message/rfc822", r.grezzo),
        &nome,
    ))
}

/// What a receipt says, for programs: its `daticert.xml`.
pub(crate) fn daticert(pec: &Pec, n: usize) -> Esito<Risposta> {
    let r = una_ricevuta(pec, n)?;
    Ok(da_scaricare(
        risposta(StatusCode::OK, "application/octet-stream", r.daticert),
        "daticert.xml",
    ))
}

fn una_ricevuta(pec: &Pec, n: usize) -> Esito<Ricevuta> {
    let tutte = registro::posta::ricevute(pec)?;
    tutte
        .into_iter()
        .nth(n)
        .ok_or_else(|| ErroreServizio::assente("Il messaggio ha due ricevute: 0 e 1."))
}

/// The message as a file.
pub(crate) fn eml(pec: Pec) -> Risposta {
    let nome = format!("{}.eml", pec.id);
    da_scaricare(risposta(StatusCode::OK, "message/rfc822", pec.grezzo), &nome)
}

/// An attachment as a file. Lists are told as what they are; anything else is bytes, whatever it says it is.
pub(crate) fn allegato(pec: &Pec, n: usize) -> Esito<Risposta> {
    let a = registro::posta::allegato(pec, n)
        .ok_or_else(|| ErroreServizio::assente("Il messaggio non ha questo allegato."))?;
    let tipo = match a.tipo.split(';').next().unwrap_or_default().trim() {
        "text/csv" => "text/csv; charset=windows-1252",
        "application/x-pkcs12" => "application/x-pkcs12",
        _ => "application/octet-stream",
    };
    Ok(da_scaricare(risposta(StatusCode::OK, tipo, a.byte), &a.nome))
}

/// The form an address asks an archive in.
pub(crate) fn formato(nome: &str) -> Esito<FormatoArchivio> {
    FormatoArchivio::parse(nome)
        .ok_or_else(|| ErroreServizio::assente("I messaggi si scaricano in zip o in mbox."))
}

/// Many messages as one file.
pub(crate) fn archivio(formato: FormatoArchivio, byte: Vec<u8>) -> Risposta {
    let tipo = match formato {
        FormatoArchivio::Zip => "application/zip",
        FormatoArchivio::Mbox => "application/mbox",
    };
    da_scaricare(
        risposta(StatusCode::OK, tipo, byte),
        &format!("posta-simulatore.{}", formato.nome()),
    )
}

#[cfg(test)]
mod prove {
    use super::*;

    fn cattiva(cattivo: &str) -> Pec {
        Pec {
            id: registro::IdPec(1),
            ambiente: Ambiente::Test,
            comune: CodiceIstat::parse("888001").expect("code"),
            casella: None,
            da: "a@b.example".to_owned(),
            a: "c@d.example".to_owned(),
            oggetto: cattivo.to_owned(),
            quando: jiff::civil::datetime(2021, 3, 1, 8, 0, 0, 0),
            letta: false,
            fornitura: None,
            testo: cattivo.to_owned(),
            allegati: vec![cattivo.to_owned()],
            natura: NaturaPec::Domanda,
            risponde: None,
            grezzo: format!("Subject: {cattivo}\r\n\r\n{cattivo}"),
        }
    }

    #[tokio::test]
    async fn what_a_message_carries_is_text_and_never_markup() {
        let cattivo = "<script>alert('x')</script>\"";
        let pec = cattiva(cattivo);
        let c = || Cornice::ambiente(Ambiente::Test, cattivo);
        let dati = DatiMessaggio {
            ricevute: registro::posta::ricevute(&pec).expect("receipts"),
            risposte: Vec::new(),
            sorte: Some(cattivo.to_owned()),
            pec: pec.clone(),
        };
        for luogo in [
            CONSOLE,
            Luogo {
                base: "/combas/posta",
                console: false,
                ..CONSOLE
            },
        ] {
            let pagine = [
                messaggio(
                    c(),
                    luogo,
                    DatiMessaggio {
                        ricevute: dati.ricevute.clone(),
                        risposte: Vec::new(),
                        sorte: dati.sorte.clone(),
                        pec: dati.pec.clone(),
                    },
                ),
                ricevuta(c(), luogo, &pec, 0).expect("a receipt"),
            ];
            for r in pagine {
                let byte = servizi::http::raccogli(r.into_body(), 1 << 20)
                    .await
                    .expect("body");
                let html = String::from_utf8(byte.to_vec()).expect("utf-8");
                assert!(!html.contains("<script>alert"), "{html}");
                assert!(html.contains("&#60;script&#62;"), "{html}");
            }
        }
    }

    #[tokio::test]
    async fn the_name_of_an_attachment_is_text_on_the_page_and_only_a_name_in_the_download() {
        let comune = registro::Comune::nuovo(CodiceIstat::parse("888001").expect("code"), "X", "XX", None);
        for (nome, scaricato) in [
            (
                "../../etc/<script>alert(1)</script>\"\r\nX: y.csv",
                "_.._etc__script_alert_1___script____X__y.csv",
            ),
            ("..", "file"),
            (".ssh", "ssh"),
            ("C:\\a\\b.csv", "C__a_b.csv"),
        ] {
            let lettera = registro::posta::Lettera {
                ambiente: Ambiente::Test,
                comune: &comune,
                fornitura: registro::IdFornitura(1),
                versione: 1,
                protocollo: "p",
                conclusione: registro::posta::Conclusione::Negativa { motivi: Vec::new() },
                aire_opaco: false,
                allegati: vec![registro::posta::Allegato {
                    nome: nome.to_owned(),
                    tipo: "text/html".to_owned(),
                    byte: b"<script>alert(1)</script>".to_vec(),
                }],
            };
            let quando = jiff::civil::datetime(2021, 3, 1, 8, 0, 0, 0);
            let pec = registro::posta::componi(registro::IdPec(1), quando, &lettera).expect("a message");
            assert!(!pec.grezzo.contains("\r\nX: y"), "{}", pec.grezzo);
            let dati = DatiMessaggio {
                ricevute: registro::posta::ricevute(&pec).expect("receipts"),
                risposte: Vec::new(),
                sorte: None,
                pec: pec.clone(),
            };
            let r = messaggio(Cornice::ambiente(Ambiente::Test, "x"), CONSOLE, dati);
            let byte = servizi::http::raccogli(r.into_body(), 1 << 20)
                .await
                .expect("body");
            let html = String::from_utf8(byte.to_vec()).expect("utf-8");
            assert!(!html.contains("<script>alert"), "{html}");
            assert!(
                html.contains("/posta/P000001/allegati/0\" download>")
                    && html.contains("<small>25 B</small>"),
                "{html}"
            );
            let r = allegato(&pec, 0).expect("the file");
            let testata = |n: &str| r.headers()[n].to_str().expect("ascii").to_owned();
            assert_eq!(
                testata("content-disposition"),
                format!("attachment; filename=\"{scaricato}\"")
            );
            // Whatever it says it is, no browser runs it.
            assert_eq!(testata("content-type"), "application/octet-stream");
        }
    }

    #[test]
    fn a_query_comes_back_in_the_addresses_of_the_pages() {
        let q =
            Campi::leggi("stato=letti&testo=a%26b&casella=assistenza&ambiente=pre&comune=888001&salta=50");
        let d = Domanda::di_tutti(&q);
        assert_eq!(d.salta, 50);
        assert_eq!(
            d.indirizzo(true, 100),
            "stato=letti&testo=a%26b&casella=assistenza&ambiente=pre&comune=888001&salta=100"
        );
        // A Comune's mailbox takes neither Comune nor environment from outside.
        let mio = CodiceIstat::parse("888009").expect("code");
        let d = Domanda::del_comune(&q, Ambiente::Test, mio);
        assert_eq!(
            (d.filtro.comune, d.filtro.ambiente),
            (Some(mio), Some(Ambiente::Test))
        );
        assert_eq!(d.filtro.casella, Some(Casella::Comune));
        assert_eq!(d.indirizzo(false, 0), "stato=letti&testo=a%26b");
    }
}

//! The mailbox on a page: list, one message rendered, its source, its download.

use askama::Template;
use http::StatusCode;
use registro::Pec;
use servizi::http::{Risposta, risposta};

use crate::cornice::{Cornice, da_scaricare, pagina};

#[derive(Template)]
#[template(path = "posta.html")]
struct Casella {
    c: Cornice,
    righe: Vec<Pec>,
    da_leggere: usize,
    base: &'static str,
    mostra_comune: bool,
}

#[derive(Template)]
#[template(path = "messaggio.html")]
struct Messaggio {
    c: Cornice,
    pec: Pec,
    testo: String,
    allegati: Vec<String>,
    base: &'static str,
    base_forniture: &'static str,
}

/// Messages not opened yet.
pub(crate) fn da_leggere(tutte: &[Pec]) -> usize {
    tutte.iter().filter(|p| !p.letta).count()
}

/// The list, newest first.
pub(crate) fn casella(c: Cornice, mut righe: Vec<Pec>, base: &'static str, mostra_comune: bool) -> Risposta {
    righe.reverse();
    let da_leggere = da_leggere(&righe);
    pagina(
        StatusCode::OK,
        &Casella {
            c,
            righe,
            da_leggere,
            base,
            mostra_comune,
        },
    )
}

/// One message.
pub(crate) fn messaggio(c: Cornice, pec: Pec, base: &'static str, base_forniture: &'static str) -> Risposta {
    let (testo, allegati) = leggi(&pec.grezzo);
    pagina(
        StatusCode::OK,
        &Messaggio {
            c,
            pec,
            testo,
            allegati,
            base,
            base_forniture,
        },
    )
}

/// The message as a file.
pub(crate) fn eml(pec: Pec) -> Risposta {
    let nome = format!("{}.eml", pec.id);
    da_scaricare(risposta(StatusCode::OK, "message/rfc822", pec.grezzo), &nome)
}

/// How deep parts may lie in parts.
const PROFONDITA: usize = 4;

/// The readable text of a message and the names of its attachments. Reads what the simulator itself composes
/// (7bit, quoted-printable, base64, UTF-8 or ASCII); anything else is shown as it stands.
pub(crate) fn leggi(grezzo: &str) -> (String, Vec<String>) {
    let mut testo = String::new();
    let mut allegati = Vec::new();
    parte(grezzo, PROFONDITA, &mut testo, &mut allegati);
    (testo, allegati)
}

fn parte(grezzo: &str, profondita: usize, testo: &mut String, allegati: &mut Vec<String>) {
    let (testate, corpo) = grezzo
        .split_once("\r\n\r\n")
        .or_else(|| grezzo.split_once("\n\n"))
        .unwrap_or(("", grezzo));
    let testata = |nome: &str| valore(testate, nome);
    let tipo = testata("content-type").unwrap_or_else(|| "text/plain".to_owned());
    if tipo.to_ascii_lowercase().starts_with("multipart/") && profondita > 0 {
        let Some(confine) = parametro(&tipo, "boundary") else {
            return;
        };
        let segno = format!("--{confine}");
        for pezzo in corpo.split(segno.as_str()).skip(1) {
            if pezzo.starts_with("--") {
                break;
            }
            parte(
                pezzo.trim_start_matches(['\r', '\n']),
                profondita - 1,
                testo,
                allegati,
            );
        }
        return;
    }
    let disposizione = testata("content-disposition").unwrap_or_default();
    if disposizione.to_ascii_lowercase().starts_with("attachment") {
        allegati.push(parametro(&disposizione, "filename").unwrap_or_else(|| "senza nome".to_owned()));
        return;
    }
    if testo.is_empty() && tipo.to_ascii_lowercase().starts_with("text/plain") {
        *testo = decodifica(corpo, &testata("content-transfer-encoding").unwrap_or_default());
    }
}

/// A header's value, folded lines joined.
fn valore(testate: &str, nome: &str) -> Option<String> {
    let mut righe = testate.lines();
    let prima = righe.by_ref().find_map(|r| {
        let (n, v) = r.split_once(':')?;
        n.trim().eq_ignore_ascii_case(nome).then(|| v.trim().to_owned())
    })?;
    Some(
        righe
            .take_while(|r| r.starts_with([' ', '\t']))
            .fold(prima, |v, r| v + " " + r.trim()),
    )
}

fn parametro(valore: &str, nome: &str) -> Option<String> {
    valore.split(';').skip(1).find_map(|p| {
        let (n, v) = p.split_once('=')?;
        n.trim()
            .eq_ignore_ascii_case(nome)
            .then(|| v.trim().trim_matches('"').to_owned())
    })
}

fn decodifica(corpo: &str, codifica: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let byte = match codifica.trim().to_ascii_lowercase().as_str() {
        "base64" => {
            let pulito: String = corpo.split_whitespace().collect();
            STANDARD
                .decode(pulito)
                .unwrap_or_else(|_| corpo.as_bytes().to_vec())
        }
        "quoted-printable" => quoted_printable(corpo),
        _ => corpo.as_bytes().to_vec(),
    };
    String::from_utf8_lossy(&byte)
        .replace("\r\n", "\n")
        .trim_end()
        .to_owned()
}

fn quoted_printable(corpo: &str) -> Vec<u8> {
    let mut fuori = Vec::with_capacity(corpo.len());
    let mut resto = corpo.as_bytes();
    while let Some((&b, dopo)) = resto.split_first() {
        resto = dopo;
        if b != b'=' {
            fuori.push(b);
        } else if let Some(r) = dopo.strip_prefix(b"\r\n").or_else(|| dopo.strip_prefix(b"\n")) {
            resto = r;
        } else if let Some((cifre, r)) = dopo.split_at_checked(2)
            && let Some(v) = std::str::from_utf8(cifre)
                .ok()
                .and_then(|c| u8::from_str_radix(c, 16).ok())
        {
            fuori.push(v);
            resto = r;
        } else {
            fuori.push(b);
        }
    }
    fuori
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn the_text_of_a_message_is_found_and_decoded() {
        let semplice = "Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCitt=C3=A0 di=\r\n prova\r\n=ZZ";
        assert_eq!(leggi(semplice).0, "Città di prova\n=ZZ");
        let composto = "Content-Type: multipart/mixed;\r\n boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nPHNjcmlwdD4=\r\n--b\r\nContent-Disposition: attachment; filename=\"l.csv\"\r\n\r\nx\r\n--b--\r\n";
        assert_eq!(leggi(composto), ("<script>".to_owned(), vec!["l.csv".to_owned()]));
        assert_eq!(leggi("solo testo").0, "solo testo");
    }

    #[tokio::test]
    async fn what_a_message_carries_is_text_and_never_markup() {
        let cattivo = "<script>alert('x')</script>";
        let pec = Pec {
            id: registro::IdPec(1),
            ambiente: anagrafe::Ambiente::Test,
            comune: anagrafe::CodiceIstat::parse("888001").expect("code"),
            da: format!("\"{cattivo}\" <a@b.example>"),
            a: cattivo.to_owned(),
            oggetto: cattivo.to_owned(),
            quando: jiff::civil::datetime(2021, 3, 1, 8, 0, 0, 0),
            letta: false,
            fornitura: None,
            grezzo: format!("Subject: {cattivo}\r\n\r\n{cattivo}"),
        };
        let c = || Cornice::ambiente(anagrafe::Ambiente::Test, cattivo);
        for r in [
            messaggio(c(), pec.clone(), "/combas/posta", "/x"),
            casella(c(), vec![pec], "/combas/posta", true),
        ] {
            let byte = servizi::http::raccogli(r.into_body(), 1 << 20)
                .await
                .expect("body");
            let html = String::from_utf8(byte.to_vec()).expect("utf-8");
            assert!(!html.contains("<script>alert"), "{html}");
            assert!(html.contains("&#60;script&#62;"), "{html}");
        }
    }
}

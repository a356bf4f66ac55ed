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
    pagina(
        StatusCode::OK,
        &Messaggio {
            c,
            pec,
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

#[cfg(test)]
mod prove {
    use super::*;

    #[tokio::test]
    async fn what_a_message_carries_is_text_and_never_markup() {
        let cattivo = "<script>alert('x')</script>";
        let pec = Pec {
            id: registro::IdPec(1),
            ambiente: anagrafe::Ambiente::Test,
            comune: anagrafe::CodiceIstat::parse("888001").expect("code"),
            casella: None,
            da: format!("\"{cattivo}\" <a@b.example>"),
            a: cattivo.to_owned(),
            oggetto: cattivo.to_owned(),
            quando: jiff::civil::datetime(2021, 3, 1, 8, 0, 0, 0),
            letta: false,
            fornitura: None,
            testo: cattivo.to_owned(),
            allegati: vec![cattivo.to_owned()],
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

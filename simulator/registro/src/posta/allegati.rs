//! A message of ours → one of its attachments.
//!
//! Reads back what [`super::componi`] wrote, no more: a multipart message whose attachments are base64. Whatever is not
//! so gives nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Allegato;
use crate::modello::Pec;

/// What a header of a part is called, lower case.
const TIPO: &str = "content-type";
const CODIFICA: &str = "content-transfer-encoding";
const POSTO: &str = "content-disposition";

/// Name and size in bytes of each attachment; no size where it cannot be read back.
pub fn allegati(pec: &Pec) -> Vec<(String, Option<usize>)> {
    let misura = |n| allegato(pec, n).map(|a| a.byte.len());
    let nomi = pec.allegati.iter().enumerate();
    nomi.map(|(n, nome)| (nome.clone(), misura(n))).collect()
}

/// The `n`th attachment, from 0, with the name the message shows.
pub fn allegato(pec: &Pec, n: usize) -> Option<Allegato> {
    let nome = pec.allegati.get(n)?;
    let (testate, corpo) = pec.grezzo.split_once("\r\n\r\n")?;
    let tipo = testata(testate, TIPO)?;
    let confine = parametro(&tipo, "boundary")?;
    let segno = format!("--{confine}");
    let parte = corpo
        .split(&segno)
        .skip(1)
        .filter(|p| !p.starts_with("--"))
        .filter_map(|p| p.trim_start_matches("\r\n").split_once("\r\n\r\n"))
        .filter(|(t, _)| testata(t, POSTO).is_some_and(|v| v.starts_with("attachment")))
        .nth(n)?;
    let (testate, contenuto) = parte;
    if !testata(testate, CODIFICA)?.eq_ignore_ascii_case("base64") {
        return None;
    }
    let pulito: Vec<u8> = contenuto.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    Some(Allegato {
        nome: nome.clone(),
        tipo: testata(testate, TIPO)?,
        byte: STANDARD.decode(pulito).ok()?,
    })
}

/// Value of a header, its folding undone.
fn testata(testate: &str, nome: &str) -> Option<String> {
    let mut righe = testate.split("\r\n").peekable();
    while let Some(riga) = righe.next() {
        let Some((n, v)) = riga.split_once(':') else {
            continue;
        };
        if !n.eq_ignore_ascii_case(nome) {
            continue;
        }
        let mut valore = v.trim().to_owned();
        while let Some(seguito) = righe.next_if(|r| r.starts_with([' ', '\t'])) {
            valore.push(' ');
            valore.push_str(seguito.trim());
        }
        return Some(valore);
    }
    None
}

fn parametro<'v>(valore: &'v str, nome: &str) -> Option<&'v str> {
    valore.split(';').skip(1).find_map(|p| {
        let (n, v) = p.split_once('=')?;
        n.trim()
            .eq_ignore_ascii_case(nome)
            .then(|| v.trim().trim_matches('"'))
    })
}

//! The body of the request: given, or made for the operation.

use std::{fs, io::Read as _};

use anyhow::{Context as _, Result};
use base64::Engine as _;

use crate::opzioni::Send;

/// A name and a content for requests that are refused before anybody looks at the file.
const FILE_FINTO: (&str, &[u8]) = ("888001_SUBAPR_1_1_1.gz", b"simulatore");

/// `in_banda`: the request is to be refused for its header, so S001 needs no file.
pub(super) fn componi(
    o: &Send,
    operazione: &str,
    tipo_invio: &str,
    adesso: jiff::Timestamp,
    in_banda: bool,
) -> Result<String> {
    if let Some(file) = &o.body {
        let mut corpo = String::new();
        if file.as_os_str() == "-" {
            std::io::stdin()
                .read_to_string(&mut corpo)
                .context("standard input")?;
        } else {
            corpo = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        }
        return Ok(corpo);
    }
    let secondo = jiff::Timestamp::from_second(adesso.as_second()).unwrap_or(adesso);
    let testata = format!(
        "<testataRichiesta><idOperazioneComune>{}</idOperazioneComune><codMittente>{}</codMittente>\
         <codDestinatario>ANPR05</codDestinatario><operazioneRichiesta>{operazione}</operazioneRichiesta>\
         <dataOraRichiesta>{secondo}</dataOraRichiesta><tipoOperazione>C</tipoOperazione>\
         <tipoInvio>{tipo_invio}</tipoInvio></testataRichiesta>",
        adesso.as_microsecond(),
        o.comune,
    );
    if operazione == "TEST" {
        let ns = schema::radici::RICHIESTA_CONNESSIONE.0;
        return Ok(format!(
            "<a:RichiestaConnessione xmlns:a=\"{ns}\">{testata}</a:RichiestaConnessione>"
        ));
    }
    let (nome, byte) = match &o.file {
        Some(file) => {
            let nome = file
                .file_name()
                .and_then(|n| n.to_str())
                .context("nome del file non leggibile")?;
            let byte = fs::read(file).with_context(|| file.display().to_string())?;
            (nome.to_owned(), byte)
        }
        None if in_banda => (FILE_FINTO.0.to_owned(), FILE_FINTO.1.to_vec()),
        None => anyhow::bail!("S001 vuole --file FILE.gz (o --body con la richiesta intera)"),
    };
    let base64 = base64::engine::general_purpose::STANDARD.encode(byte);
    let nome = nome.replace('&', "&amp;").replace('<', "&lt;");
    let ns = schema::radici::RICHIESTA_S001.0;
    Ok(format!(
        "<a:RichiestaS001 xmlns:a=\"{ns}\">{testata}<nomeFile>{nome}</nomeFile><fileXml>{base64}</fileXml></a:RichiestaS001>"
    ))
}

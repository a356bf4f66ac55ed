//! `send`: composes, signs and sends one request to a running simulator, right or wrong on purpose.

use std::{fs, io::Read as _, path::Path};

use anagrafe::IdPostazione;
use anyhow::{Context as _, Result, anyhow, bail};
use base64::Engine as _;
use frontiera::firma::{self, Algoritmo, Chiavi, DifettoMessaggio, Messaggio};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _};
use serde_json::{Value, json};

use super::{Fine, cliente, pronto, testo};
use crate::opzioni::Send;

/// Path of an operation's service.
fn percorso(operazione: &str) -> Result<&'static str> {
    match operazione {
        "TEST" => Ok("/ANPRTestConn/TestConn"),
        "S001" => Ok("/ANPRS001ServizioSubentro/AnprServiceS001"),
        altra => bail!("--operazione {altra}: il simulatore risponde a TEST e S001"),
    }
}

pub(crate) fn esegui(o: &Send) -> Result<Fine> {
    let percorso = percorso(&o.operazione)?;
    let difetto = o
        .difetto
        .as_deref()
        .map(|d| {
            DifettoMessaggio::da_nome(d).with_context(|| {
                let noti: Vec<&str> = firma::DIFETTI.iter().map(|d| d.1).collect();
                format!("--difetto {d}: quelli noti sono {}", noti.join(", "))
            })
        })
        .transpose()?;
    let p = pronto(&o.dove.data)?;
    let comune = p["comuni"]
        .as_array()
        .and_then(|c| c.iter().find(|c| c["istat"] == o.comune.as_str()))
        .with_context(|| {
            format!(
                "il Comune {} non è tra quelli pronti di questo simulatore",
                o.comune
            )
        })?;
    let postazione = &comune["postazioni"][0];
    let id = IdPostazione::parse(testo(postazione, &["id"])?).map_err(|e| anyhow!("postazione: {e}"))?;
    let chiavi = chiavi(postazione)?;
    let tipo_invio = testo(&p, &["ambienti", o.ambiente.chiave(), "tipoInvio"])?;
    let adesso = jiff::Timestamp::now();
    let corpo = corpo(o, tipo_invio, adesso)?;
    let operatore = testo(&comune["operatori"][0], &["nameId"])?;
    let mut messaggio = Messaggio::nuovo(corpo, operatore, &id, adesso);
    messaggio.id = format!("{}", adesso.as_microsecond());
    messaggio.algoritmo = match o.firma.as_str() {
        "sha1" => Algoritmo::RsaSha1,
        "sha256" => Algoritmo::RsaSha256,
        altro => bail!("--firma {altro}: sha1 o sha256"),
    };
    let busta = firma::componi(&messaggio, &chiavi, difetto)?;
    let url = format!(
        "{}{percorso}",
        testo(&p, &["ambienti", o.ambiente.chiave(), "ws"])?
    );
    let intestazioni = [
        ("content-type", "text/xml; charset=utf-8"),
        ("soapaction", "\"\""),
    ];
    let r = cliente(&p)?.chiedi("POST", &url, &intestazioni, busta.into_bytes())?;
    let corpo = r.testo();
    let positiva = r.stato == 200 && !corpo.contains("rispostaKO");
    if o.dove.json {
        let v = json!({"http": r.stato, "positiva": positiva, "scambio": r.intestazione("x-anpr-sim-scambio"), "corpo": corpo});
        println!("{}", serde_json::to_string_pretty(&v)?);
    } else {
        eprintln!("HTTP {}", r.stato);
        println!("{corpo}");
        if let (false, Some(n)) = (positiva, r.intestazione("x-anpr-sim-scambio")) {
            let console = testo(&p, &["console"])?;
            // A console out of reach (a token, another machine) leaves the address, which says where to look.
            let causa = cliente(&p)?
                .chiedi("GET", &format!("{console}/api/scambi/{n}"), &[], Vec::new())
                .ok()
                .and_then(|r| r.json().ok())
                .and_then(|v| v["diagnosi"]["frase"].as_str().map(|f| f.replace('\n', " ")));
            if let Some(causa) = causa {
                eprintln!("causa: {causa}");
            }
            eprintln!("il perché: {console}/scambi/{n}");
        }
    }
    Ok(if positiva { Fine::Bene } else { Fine::Negativa })
}

/// The one certificate of a ready Comune plays both parts, as is usual in test (spec security §3.1).
fn chiavi(postazione: &Value) -> Result<Chiavi> {
    let leggi = |nome: &str| -> Result<Vec<u8>> {
        let file = Path::new(testo(postazione, &[nome])?);
        fs::read(file).with_context(|| file.display().to_string())
    };
    let cert =
        CertificateDer::from_pem_slice(&leggi("certificato")?).map_err(|e| anyhow!("certificato: {e}"))?;
    let chiave = PrivatePkcs8KeyDer::from_pem_slice(&leggi("chiave")?).map_err(|e| anyhow!("chiave: {e}"))?;
    Ok(Chiavi {
        comune_key_pkcs8: chiave.secret_pkcs8_der().to_vec(),
        comune_cert_der: cert.to_vec(),
        postazione_key_pkcs8: chiave.secret_pkcs8_der().to_vec(),
        postazione_cert_der: cert.to_vec(),
    })
}

fn corpo(o: &Send, tipo_invio: &str, adesso: jiff::Timestamp) -> Result<String> {
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
         <codDestinatario>ANPR05</codDestinatario><operazioneRichiesta>{}</operazioneRichiesta>\
         <dataOraRichiesta>{secondo}</dataOraRichiesta><tipoOperazione>C</tipoOperazione>\
         <tipoInvio>{tipo_invio}</tipoInvio></testataRichiesta>",
        adesso.as_microsecond(),
        o.comune,
        o.operazione,
    );
    if o.operazione == "TEST" {
        let ns = schema::radici::RICHIESTA_CONNESSIONE.0;
        return Ok(format!(
            "<a:RichiestaConnessione xmlns:a=\"{ns}\">{testata}</a:RichiestaConnessione>"
        ));
    }
    let file = o
        .file
        .as_deref()
        .context("S001 vuole --file FILE.gz (o --body con la richiesta intera)")?;
    let nome = file
        .file_name()
        .and_then(|n| n.to_str())
        .context("nome del file non leggibile")?;
    let byte = fs::read(file).with_context(|| file.display().to_string())?;
    let base64 = base64::engine::general_purpose::STANDARD.encode(byte);
    let nome = nome.replace('&', "&amp;").replace('<', "&lt;");
    let ns = schema::radici::RICHIESTA_S001.0;
    Ok(format!(
        "<a:RichiestaS001 xmlns:a=\"{ns}\">{testata}<nomeFile>{nome}</nomeFile><fileXml>{base64}</fileXml></a:RichiestaS001>"
    ))
}

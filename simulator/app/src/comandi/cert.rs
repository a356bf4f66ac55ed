//! `cert`: the postazione desk from the command line.
//!
//! With a simulator running on the data folder everything goes through its control API, so that it knows; without
//! one, issuing, listing, renewing and exporting work on the folder of the keys itself. Revocation, cards and the trust
//! list are state of the simulator.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use base64::Engine as _;
use certs::{FormaP12, OpzioniPki, Pki, RichiestaEmissione};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Fine, api, cliente, istat, messaggio, pronto, testo};
use crate::opzioni::{
    AzioneCert, Cert, CertCard, CertExport, CertId, CertImport, CertIssue, CertList, CertRenew, Lingua,
};

/// Largest file of certificates that is read; the simulator takes no more either.
const IMPORTAZIONE_MASSIMA_BYTE: usize = 512 * 1024;

pub(crate) fn esegui(o: &Cert, l: Lingua) -> Result<Fine> {
    match &o.azione {
        AzioneCert::Issue(o) => emetti(o),
        AzioneCert::List(o) => elenca(o, l),
        AzioneCert::Revoke(o) => revoca(o, "DELETE", "", "revocato", l),
        AzioneCert::Restore(o) => revoca(o, "POST", "/ripristino", "ripristinato", l),
        AzioneCert::Renew(o) => rinnova(o),
        AzioneCert::Export(o) => esporta(o),
        AzioneCert::Import(o) => importa(o, l),
        AzioneCert::Card(o) => carta(o),
    }
}

/// The running simulator of a data folder, if it answers.
fn in_esecuzione(dati: &Path) -> Option<Value> {
    let p = pronto(dati).ok()?;
    let c = cliente(&p).ok()?;
    api(&c, &p, "GET", "/api/ready", &Value::Null).ok()?;
    Some(p)
}

/// The same, or how to start one.
fn in_esecuzione_per(dati: &Path, che: &str) -> Result<Value> {
    in_esecuzione(dati).with_context(|| {
        format!(
            "per {che} serve il simulatore in esecuzione: `anpr-sim serve --data {}`",
            dati.display()
        )
    })
}

fn pki(dati: &Path) -> Result<Pki> {
    let dir = dati.join("pki");
    if !dir.is_dir() {
        bail!(
            "{}: nessuna chiave qui (le prepara il primo `anpr-sim serve --data {}`)",
            dir.display(),
            dati.display()
        );
    }
    let opzioni = OpzioniPki {
        nomi: Vec::new(),
        nomi_reali: false,
        pronti: Vec::new(),
        adesso: Timestamp::now(),
        fili: 1,
    };
    Ok(Pki::apri(&dir, &opzioni)?)
}

fn tutti(dati: &Path) -> Result<Vec<Value>> {
    if let Some(p) = in_esecuzione(dati) {
        let v = api(&cliente(&p)?, &p, "GET", "/api/certificati", &Value::Null)?;
        return v.as_array().cloned().context("elenco dei certificati");
    }
    pki(dati)?
        .elenco()
        .into_iter()
        .map(|p| Ok(serde_json::to_value(p)?))
        .collect()
}

/// A segment of a path, whatever was typed.
fn segmento(testo: &str) -> String {
    testo.bytes().fold(String::new(), |mut s, b| {
        use std::fmt::Write as _;
        if b.is_ascii_alphanumeric() || b == b'-' {
            s.push(char::from(b));
        } else {
            let _ = write!(s, "%{b:02X}");
        }
        s
    })
}

fn emetti(o: &CertIssue) -> Result<Fine> {
    let ambiente = o.ambiente.map(anagrafe::Ambiente::chiave);
    let emesso = if let Some(p) = in_esecuzione(&o.dove.data) {
        let domanda = json!({"comune": o.comune, "tipo": o.tipo, "numero": o.numero, "difetto": o.difetto,
                             "ambiente": ambiente});
        api(&cliente(&p)?, &p, "POST", "/api/certificati", &domanda)?
    } else {
        let difetto = o
            .difetto
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|e| anyhow!("--difetto: {e}"))?;
        if difetto == Some(certs::Difetto::Revocato) {
            bail!(
                "la revoca è uno stato del simulatore: avviarlo con `anpr-sim serve --data {}`",
                o.dove.data.display()
            );
        }
        let r = RichiestaEmissione {
            comune: o.comune.clone(),
            tipo: o.tipo.clone(),
            numero: o.numero,
            difetto,
            ambiente: ambiente.map(str::to_owned),
        };
        serde_json::to_value(pki(&o.dove.data)?.emetti(&r)?)?
    };
    if let Some(out) = &o.out {
        copia(&emesso, &o.dove.data, out, o.compat, o.dove.json)?;
    }
    mostra(&emesso, o.dove.json)
}

fn elenca(o: &CertList, l: Lingua) -> Result<Fine> {
    let mut tutti = tutti(&o.dove.data)?;
    if o.stato.is_some() && tutti.iter().any(|c| c["stato"].is_null()) {
        in_esecuzione_per(&o.dove.data, "conoscere gli stati")?;
    }
    if let Some(comune) = &o.comune {
        let comune = istat(comune)?;
        tutti.retain(|c| c["comune"] == comune.as_str());
    }
    if let Some(stato) = o.stato {
        tutti.retain(|c| c["stato"] == stato.nome());
    }
    if let Some(giorni) = o.scade_entro {
        let limite = Timestamp::now() + SignedDuration::from_hours(24 * i64::from(giorni));
        tutti.retain(|c| {
            campo(c, "nonDopo")
                .parse::<Timestamp>()
                .is_ok_and(|t| t <= limite)
        });
    }
    if o.dove.json {
        println!("{}", serde_json::to_string_pretty(&tutti)?);
        return Ok(Fine::Bene);
    }
    for c in &tutti {
        let riga = format!(
            "{}  {}  scade {}  {}",
            campo(c, "id"),
            c["stato"].as_str().unwrap_or("emesso"),
            campo(c, "nonDopo").get(..10).unwrap_or_default(),
            difetto(c)
        );
        println!("{}", l.riga(&riga));
    }
    if !tutti.is_empty() {
        // Beside the rows: who reads them by program is not disturbed.
        let nota = "stati e scadenze seguono l'orologio di questo computer, non la data dello scenario";
        eprintln!("{}", l.riga(nota));
    }
    Ok(Fine::Bene)
}

/// The wanted defect, and the Comune at whose desk it was issued when the id names another.
fn difetto(c: &Value) -> String {
    let difetto = campo(c, "difetto");
    let comune = campo(c, "comune");
    if campo(c, "id").starts_with(comune) {
        difetto.to_owned()
    } else {
        format!("{difetto} (emesso allo sportello di {comune})")
    }
}

fn revoca(o: &CertId, metodo: &str, coda: &str, fatto: &str, l: Lingua) -> Result<Fine> {
    let p = in_esecuzione_per(&o.dove.data, "revocare e ripristinare")?;
    let percorso = format!("/api/certificati/{}{coda}", segmento(&o.id));
    let v = api(&cliente(&p)?, &p, metodo, &percorso, &Value::Null)?;
    if o.dove.json {
        println!("{}", serde_json::to_string_pretty(&v)?);
    } else {
        println!("{}", l.riga(&format!("{}: {fatto}", o.id)));
    }
    Ok(Fine::Bene)
}

fn rinnova(o: &CertRenew) -> Result<Fine> {
    let nuovo = if let Some(p) = in_esecuzione(&o.dove.data) {
        let percorso = format!("/api/certificati/{}/rinnovo", segmento(&o.id));
        api(&cliente(&p)?, &p, "POST", &percorso, &Value::Null)?
    } else {
        let pki = pki(&o.dove.data)?;
        let vecchio = pki
            .elenco()
            .into_iter()
            .rfind(|p| (p.id == o.id || p.impronta_sha256 == o.id) && p.difetto.is_none())
            .with_context(|| format!("nessun certificato {}", o.id))?;
        serde_json::to_value(pki.rinnova(&vecchio)?)?
    };
    if let Some(out) = &o.out {
        copia(&nuovo, &o.dove.data, out, None, o.dove.json)?;
    }
    mostra(&nuovo, o.dove.json)
}

fn esporta(o: &CertExport) -> Result<Fine> {
    if let Some(comune) = &o.comune {
        return esporta_tutti(o, comune);
    }
    let id =
        o.id.as_deref()
            .context("serve l'id di una postazione, o --comune")?;
    let tutti = tutti(&o.dove.data)?;
    let suo = |c: &&Value| c["id"] == id || c["improntaSha256"] == id;
    let c = tutti
        .iter()
        .filter(suo)
        .rfind(|c| c["difetto"].is_null())
        .or_else(|| tutti.iter().find(suo))
        .with_context(|| format!("nessun certificato {id}"))?;
    copia(c, &o.dove.data, &o.out, o.compat, o.dove.json)?;
    mostra(c, o.dove.json)
}

/// "Scarica tutti".
fn esporta_tutti(o: &CertExport, comune: &str) -> Result<Fine> {
    let comune = istat(comune)?;
    let forma = o.compat.unwrap_or_default();
    let byte = if let Some(p) = in_esecuzione(&o.dove.data) {
        scarica(
            &p,
            &format!("/api/certificati/archivio?comune={comune}&compat={forma}"),
        )?
    } else {
        let pki = pki(&o.dove.data)?;
        let mut suoi = pki.elenco();
        let adesso = Timestamp::now();
        suoi.retain(|p| {
            p.comune == comune.as_str() && p.difetto.is_none() && p.non_prima <= adesso && adesso < p.non_dopo
        });
        if suoi.is_empty() {
            bail!("il Comune {comune} non ha certificati da scaricare");
        }
        certs::archivio(&pki, &suoi, forma)?
    };
    fs::create_dir_all(&o.out).with_context(|| o.out.display().to_string())?;
    let file = o.out.join(format!("{comune}-certificati.zip"));
    scrivi_privato(&file, &byte)?;
    if o.dove.json {
        println!("{}", json!({"archivio": file}));
    } else {
        println!("{}", file.display());
    }
    Ok(Fine::Bene)
}

fn importa(o: &CertImport, l: Lingua) -> Result<Fine> {
    let p = in_esecuzione_per(&o.dove.data, "la lista di fiducia")?;
    let c = cliente(&p)?;
    let ambiente = o.ambiente.map(|a| format!("?ambiente={a}")).unwrap_or_default();
    if let Some(impronta) = &o.togli {
        let percorso = format!("/api/certificati/importati/{}{ambiente}", segmento(impronta));
        api(&c, &p, "DELETE", &percorso, &Value::Null)?;
        println!("{}", l.riga(&format!("{impronta}: tolto")));
        return Ok(Fine::Bene);
    }
    let importati = match &o.file {
        None => api(
            &c,
            &p,
            "GET",
            &format!("/api/certificati/importati{ambiente}"),
            &Value::Null,
        )?,
        Some(file) => {
            let byte = fs::read(file).with_context(|| file.display().to_string())?;
            if byte.len() > IMPORTAZIONE_MASSIMA_BYTE {
                bail!(
                    "{}: più di {} KiB, non è un file di certificati",
                    file.display(),
                    IMPORTAZIONE_MASSIMA_BYTE / 1024
                );
            }
            let contenuto = base64_o_testo(&byte);
            let domanda = json!({"contenuto": contenuto, "ambiente": o.ambiente, "password": o.password});
            api(&c, &p, "POST", "/api/certificati/importati", &domanda)
                .with_context(|| file.display().to_string())?
        }
    };
    let elenco = importati
        .as_array()
        .context("risposta del simulatore senza l'elenco dei certificati")?;
    if o.dove.json {
        println!("{}", serde_json::to_string_pretty(&importati)?);
        return Ok(Fine::Bene);
    }
    for i in elenco {
        let riga = format!(
            "{}  {}  {}  scade {}  {}",
            campo(i, "id"),
            campo(i, "ambiente"),
            campo(i, "stato"),
            campo(i, "nonDopo").get(..10).unwrap_or_default(),
            campo(i, "improntaSha256")
        );
        println!("{}", l.riga(&riga));
    }
    Ok(Fine::Bene)
}

/// Text made of the letters of base64 only.
fn gia_base64(testo: &str) -> bool {
    let lettera = |b: u8| b.is_ascii_alphanumeric() || b"+/=\r\n".contains(&b);
    !testo.trim().is_empty() && testo.bytes().all(lettera)
}

/// PEM and base64 travel as they stand, bytes in base64.
fn base64_o_testo(byte: &[u8]) -> String {
    match std::str::from_utf8(byte) {
        Ok(testo) if testo.contains("-----BEGIN ") || gia_base64(testo) => testo.to_owned(),
        _ => base64::engine::general_purpose::STANDARD.encode(byte),
    }
}

fn carta(o: &CertCard) -> Result<Fine> {
    let p = in_esecuzione_per(&o.dove.data, "emettere una carta")?;
    let comune = istat(&o.comune)?;
    let operatore = match &o.operatore {
        Some(nome) => nome.clone(),
        None => p["comuni"]
            .as_array()
            .and_then(|c| c.iter().find(|c| c["istat"] == comune.as_str()))
            .and_then(|c| c["operatori"][0]["nameId"].as_str())
            .map(str::to_owned)
            .with_context(|| format!("{comune} non è tra i Comuni pronti: dire --operatore NAMEID"))?,
    };
    let domanda =
        json!({"comune": comune, "nameId": operatore, "difetto": o.difetto, "daAttivare": o.da_attivare});
    let emessa = api(&cliente(&p)?, &p, "POST", "/api/carte", &domanda)?;
    if let Some(out) = &o.out {
        copia(&emessa, &o.dove.data, out, o.compat, o.dove.json)?;
    }
    mostra(&emessa, o.dove.json)
}

fn campo<'v>(v: &'v Value, nome: &str) -> &'v str {
    v[nome].as_str().unwrap_or_default()
}

/// The bytes of a download of the API.
fn scarica(p: &Value, percorso: &str) -> Result<Vec<u8>> {
    let url = format!("{}{percorso}", testo(p, &["console"])?);
    let r = cliente(p)?.prendi(&url)?;
    if r.stato == 200 {
        Ok(r.corpo)
    } else {
        Err(anyhow!("GET {percorso}: {} {}", r.stato, messaggio(&r.testo())))
    }
}

/// The key store of a certificate or card in a form of its own.
fn nella_forma(c: &Value, dati: &Path, forma: FormaP12) -> Result<Vec<u8>> {
    let Some(p) = in_esecuzione(dati) else {
        let pki = pki(dati)?;
        let suo = pki
            .elenco()
            .into_iter()
            .find(|p| p.impronta_sha256 == campo(c, "improntaSha256"))
            .context("certificato assente")?;
        return Ok(pki.p12(&suo, forma)?);
    };
    let (raccolta, nome) = match c["nameId"].as_str() {
        Some(_) => ("carte", campo(c, "id")),
        None => ("certificati", campo(c, "improntaSha256")),
    };
    scarica(
        &p,
        &format!("/api/{raccolta}/{}/p12?compat={forma}", segmento(nome)),
    )
}

fn copia(c: &Value, dati: &Path, out: &Path, compat: Option<FormaP12>, zitto: bool) -> Result<()> {
    if c["p12"].is_null() {
        bail!("{}: la richiesta è ancora in lavorazione", campo(c, "id"));
    }
    fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    for nome in ["p12", "pem", "chiave"] {
        let da = PathBuf::from(campo(c, nome));
        let a = out.join(da.file_name().with_context(|| format!("{nome} senza nome"))?);
        match compat {
            Some(forma) if nome == "p12" => scrivi_privato(&a, &nella_forma(c, dati, forma)?)?,
            _ => {
                fs::copy(&da, &a).with_context(|| format!("copia di {} in {}", da.display(), a.display()))?;
            }
        }
        if !zitto {
            println!("{}", a.display());
        }
    }
    Ok(())
}

/// Writes a file of keys: readable by its owner alone.
fn scrivi_privato(file: &Path, byte: &[u8]) -> Result<()> {
    let cartella = file.parent().unwrap_or(Path::new("."));
    // A temporary file is private from its creation on.
    let mut parte = tempfile::Builder::new().prefix("cert-").tempfile_in(cartella)?;
    std::io::Write::write_all(&mut parte, byte)?;
    parte.persist(file).with_context(|| file.display().to_string())?;
    Ok(())
}

fn mostra(c: &Value, json: bool) -> Result<Fine> {
    if json {
        println!("{}", serde_json::to_string_pretty(c)?);
    } else {
        println!(
            "{}  password {}  {}",
            campo(c, "id"),
            campo(c, "password"),
            campo(c, "p12")
        );
    }
    Ok(Fine::Bene)
}

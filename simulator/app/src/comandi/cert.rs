//! `cert`: the postazione desk from the command line.
//!
//! With a simulator running on the data folder everything goes through its control API, so that it knows; without
//! one, issuing, listing and exporting work on the folder of the keys itself. Revocation is state of the simulator.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, anyhow, bail};
use certs::{OpzioniPki, Pki, RichiestaEmissione};
use serde_json::{Value, json};

use super::{Fine, api, cliente, pronto};
use crate::opzioni::{AzioneCert, Cert, CertDove, CertExport, CertId, CertIssue};

pub(crate) fn esegui(o: &Cert) -> Result<Fine> {
    match &o.azione {
        AzioneCert::Issue(o) => emetti(o),
        AzioneCert::List(o) => elenca(o),
        AzioneCert::Revoke(o) => revoca(o),
        AzioneCert::Export(o) => esporta(o),
    }
}

/// The running simulator of a data folder, if it answers.
fn in_esecuzione(dati: &Path) -> Option<Value> {
    let p = pronto(dati).ok()?;
    let c = cliente(&p).ok()?;
    api(&c, &p, "GET", "/api/ready", &Value::Null).ok()?;
    Some(p)
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
        adesso: jiff::Timestamp::now(),
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

fn emetti(o: &CertIssue) -> Result<Fine> {
    let emesso = if let Some(p) = in_esecuzione(&o.dove.data) {
        let domanda = json!({"comune": o.comune, "tipo": o.tipo, "numero": o.numero, "difetto": o.difetto});
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
            ambiente: None,
        };
        serde_json::to_value(pki(&o.dove.data)?.emetti(&r)?)?
    };
    if let Some(out) = &o.out {
        copia(&emesso, out, o.dove.json)?;
    }
    mostra(&emesso, o.dove.json)
}

fn elenca(o: &CertDove) -> Result<Fine> {
    let tutti = tutti(&o.data)?;
    if o.json {
        println!("{}", serde_json::to_string_pretty(&tutti)?);
        return Ok(Fine::Bene);
    }
    for c in &tutti {
        println!(
            "{}  {}  scade {}  {}",
            campo(c, "id"),
            c["stato"].as_str().unwrap_or("emesso"),
            campo(c, "nonDopo").get(..10).unwrap_or_default(),
            c["difetto"].as_str().unwrap_or_default()
        );
    }
    Ok(Fine::Bene)
}

fn revoca(o: &CertId) -> Result<Fine> {
    let p = in_esecuzione(&o.dove.data).with_context(|| {
        format!(
            "per revocare serve il simulatore in esecuzione: `anpr-sim serve --data {}`",
            o.dove.data.display()
        )
    })?;
    let v = api(
        &cliente(&p)?,
        &p,
        "DELETE",
        &format!("/api/certificati/{}", o.id),
        &Value::Null,
    )?;
    if o.dove.json {
        println!("{}", serde_json::to_string_pretty(&v)?);
    } else {
        println!("{}: revocato", o.id);
    }
    Ok(Fine::Bene)
}

fn esporta(o: &CertExport) -> Result<Fine> {
    let tutti = tutti(&o.dove.data)?;
    let c = tutti
        .iter()
        .find(|c| c["id"] == o.id.as_str())
        .with_context(|| format!("nessun certificato {}", o.id))?;
    copia(c, &o.out, o.dove.json)?;
    mostra(c, o.dove.json)
}

fn campo<'v>(v: &'v Value, nome: &str) -> &'v str {
    v[nome].as_str().unwrap_or_default()
}

fn copia(c: &Value, out: &Path, zitto: bool) -> Result<()> {
    fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    for nome in ["p12", "pem", "chiave"] {
        let da = Path::new(campo(c, nome));
        let a = out.join(da.file_name().with_context(|| format!("{nome} senza nome"))?);
        fs::copy(da, &a).with_context(|| format!("copia di {} in {}", da.display(), a.display()))?;
        if !zitto {
            println!("{}", a.display());
        }
    }
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

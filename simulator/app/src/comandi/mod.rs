//! The subcommands, one file each.

mod avanzamento;
pub(crate) mod cert;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod send;
pub(crate) mod serve;
pub(crate) mod tracciato;
mod vicini;
pub(crate) mod wait;

use std::path::Path;

use anagrafe::{CodiceIstat, Data};
use anpr_sim::cliente::Cliente;
use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::Value;

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fine {
    /// Exit code 0.
    Bene,
    /// Exit code 1.
    Negativa,
}

/// Name of the ready file in the data folder.
pub(crate) const FILE_PRONTO: &str = "ready.json";

/// The date of `--oggi`, one that a scenario may have; without it today's in Italy.
pub(crate) fn oggi(chiesta: Option<Data>) -> Result<Data> {
    chiesta.map_or_else(
        || Ok(registro::ora_italiana(jiff::Timestamp::now()).date()),
        data_ammessa,
    )
}

/// A date of `--oggi`, or the words for one that no scenario has.
pub(crate) fn data_ammessa(d: Data) -> Result<Data> {
    servizi::data_di_scenario(d).map_err(|e| anyhow!("--oggi {d}: {e}"))
}

/// Reads an ISTAT code, or says what one looks like.
pub(crate) fn istat(testo: &str) -> Result<CodiceIstat> {
    CodiceIstat::parse(testo).map_err(|e| anyhow!("«{testo}» non è un codice ISTAT di sei cifre ({e})"))
}

/// A value of a TOML file, or one line that says where it is wrong.
pub(crate) fn da_toml<T: serde::de::DeserializeOwned>(file: &Path, testo: &str) -> Result<T> {
    let riga = |e: &toml::de::Error| {
        let prima = testo.get(..e.span().map_or(0, |s| s.start)).unwrap_or_default();
        prima.matches('\n').count() + 1
    };
    if let Err(e) = toml::from_str::<toml::Table>(testo) {
        bail!("{}, riga {}: non è TOML valido", file.display(), riga(&e));
    }
    toml::from_str(testo).map_err(|e| {
        anyhow!(
            "{}, riga {}: {}",
            file.display(),
            riga(&e),
            servizi::italiano::errore_valore(e.message())
        )
    })
}

/// The ready file of a running simulator, or a line that says how to start one.
pub(crate) fn pronto(dati: &Path) -> Result<Value> {
    let file = dati.join(FILE_PRONTO);
    let byte = std::fs::read(&file).with_context(|| {
        format!(
            "{}: nessun simulatore pronto qui (avviarlo con `anpr-sim serve --data {}`)",
            file.display(),
            dati.display()
        )
    })?;
    serde_json::from_slice(&byte).with_context(|| format!("{}: file non leggibile", file.display()))
}

/// A string inside the ready file.
pub(crate) fn testo<'v>(v: &'v Value, strada: &[&str]) -> Result<&'v str> {
    let mut qui = v;
    for passo in strada {
        qui = &qui[*passo];
    }
    qui.as_str()
        .with_context(|| format!("{} assente nel file {FILE_PRONTO}", strada.join(".")))
}

/// A client for the simulator of a ready file.
pub(crate) fn cliente(pronto: &Value) -> Result<Cliente> {
    Cliente::nuovo(Some(Path::new(testo(pronto, &["ca"])?)))
}

/// A call of the control API that must succeed.
pub(crate) fn api(c: &Cliente, pronto: &Value, metodo: &str, percorso: &str, corpo: &Value) -> Result<Value> {
    let url = format!("{}{percorso}", testo(pronto, &["console"])?);
    let byte = if corpo.is_null() {
        Vec::new()
    } else {
        corpo.to_string().into_bytes()
    };
    let r = c.chiedi(metodo, &url, &[("content-type", "application/json")], byte)?;
    if !(200..300).contains(&r.stato) {
        return Err(anyhow!(
            "{metodo} {percorso}: {} {}",
            r.stato,
            messaggio(&r.testo())
        ));
    }
    if r.corpo.is_empty() {
        Ok(Value::Null)
    } else {
        r.json()
    }
}

/// The first error text of an API reply, or the reply itself.
pub(crate) fn messaggio(corpo: &str) -> String {
    serde_json::from_str::<Value>(corpo)
        .ok()
        .and_then(|v| {
            let e = v["errori"].get(0)?;
            Some(
                format!(
                    "{} {}",
                    e["codice"].as_str().unwrap_or_default(),
                    e["testo"].as_str()?
                )
                .trim()
                .to_owned(),
            )
        })
        .unwrap_or_else(|| corpo.trim().to_owned())
}

/// Keys and people (even invented) are nobody else's business.
#[cfg(unix)]
pub(crate) fn solo_mio(cartella: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(cartella, std::fs::Permissions::from_mode(0o700))
        .with_context(|| cartella.display().to_string())
}

/// On Windows the folder inherits the owner's access list.
#[cfg(not(unix))]
pub(crate) fn solo_mio(_: &Path) -> Result<()> {
    Ok(())
}

//! `explain`: what a code means, for people or as JSON.

use anyhow::{Result, bail};
use elaborazione::{
    anomalia,
    rapporto::{procedura, spiega},
};
use serde_json::json;

use super::{Fine, check::elenco_testi};
use crate::opzioni::{Explain, Lingua};

pub(crate) fn esegui(o: &Explain, l: Lingua) -> Result<Fine> {
    let codice = o.codice.trim().to_ascii_uppercase();
    let Some(testo) = spiega(&codice) else {
        bail!("{codice}: codice sconosciuto (per esempio ES092, EN009, SIM001)");
    };
    let elenco = o.testi.as_deref().map(elenco_testi).transpose()?;
    let ufficiale = elenco.as_ref().and_then(|e| e.testo(&codice));
    if o.json {
        let mut v = match anomalia(&codice) {
            Some(a) => json!({
                "codice": codice, "testo": a.testo.osservato, "testoTabella": a.testo.tabella,
                "spiegazione": a.spiegazione, "daRimuovere": a.da_rimuovere, "tabella": a.tabella,
                "procedura": a.procedura.map(|p| p.0), "rimedio": a.procedura.and_then(|p| procedura(p.0)),
                "dettaglio": testo,
            }),
            None => json!({"codice": codice, "dettaglio": testo}),
        };
        if let Some(ufficiale) = ufficiale {
            v["testoElenco"] = json!(ufficiale);
        }
        println!("{}", serde_json::to_string_pretty(&v)?);
        return Ok(Fine::Bene);
    }
    print!("{}", l.righe(&testo));
    if let Some(ufficiale) = ufficiale {
        println!("{}", l.riga(&format!("Testo dell'elenco: {ufficiale}")));
    }
    Ok(Fine::Bene)
}

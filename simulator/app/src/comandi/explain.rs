//! `explain`: what a code means, for people or as JSON.

use anyhow::{Result, bail};
use elaborazione::{anomalia, rapporto::spiega};
use serde_json::json;

use super::Fine;
use crate::opzioni::{Explain, Lingua};

pub(crate) fn esegui(o: &Explain, lingua: Lingua) -> Result<Fine> {
    let codice = o.codice.trim().to_ascii_uppercase();
    let Some(testo) = spiega(&codice) else {
        bail!("{codice}: codice sconosciuto (per esempio ES092, EN009, SIM001)");
    };
    if o.json {
        let v = match anomalia(&codice) {
            Some(a) => json!({
                "codice": codice, "testo": a.testo.osservato, "spiegazione": a.spiegazione,
                "daRimuovere": a.da_rimuovere, "tabella": a.tabella, "procedura": a.procedura.map(|p| p.0),
                "dettaglio": testo,
            }),
            None => json!({"codice": codice, "dettaglio": testo}),
        };
        println!("{}", serde_json::to_string_pretty(&v)?);
        return Ok(Fine::Bene);
    }
    if lingua == Lingua::En {
        println!("(explanations are written for Italian registry officers, in Italian)\n");
    }
    print!("{testo}");
    Ok(Fine::Bene)
}

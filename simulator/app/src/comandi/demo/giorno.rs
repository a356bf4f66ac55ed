//! The date and the day: the gates wait for the plan, the software house sets it on the dashboard, the files go in.

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::json;

use super::{ABITANTI, COMUNE, Palco, Voce, di};

/// Tells it; leaves the Comune subentrato.
pub(super) fn racconta(voce: &mut Voce<'_>, palco: &Palco) -> Result<()> {
    let l = voce.l;
    voce.dice(
        l.scegli(
            "23 agosto. Senza una data nel piano l'ambiente di subentro non prende file.",
            "23 August. Without a date in the plan the subentro environment takes no files.",
        ),
        &json!({"api": "POST /api/forniture?ambiente=sub"}),
    )?;
    palco.oggi("2021-08-23")?;
    let file = palco.genera("sub", 2, ABITANTI, &[])?;
    rifiutato(voce, palco, &file, "")?;

    let dove = format!("/api/percorso/comuni/{COMUNE}/pianificazione");
    voce.dice(
        l.scegli(
            "La software house indica le date sulla dashboard: sono la finestra che i varchi leggono.",
            "The software house gives the dates on the dashboard: they are the window the gates read.",
        ),
        &json!({"api": format!("PUT {dove}")}),
    )?;
    let date = json!({"prima": "2021-08-31", "ultima": "2021-09-03", "preferita": "2021-09-01"});
    let piano = palco.chiama("PUT", &dove, &date)?;
    voce.fatto(&format!(
        "{} – {}, {} {} ({})",
        di(&piano, "prima"),
        di(&piano, "ultima"),
        l.scegli("preferita", "preferred"),
        di(&piano, "preferita"),
        di(&piano, "da")
    ))?;
    voce.fatto(&palco.pec(COMUNE, "Subentro pianificato")?)?;
    rifiutato(voce, palco, &file, "EN032")?;

    voce.dice(
        l.scegli(
            "1 settembre, sportelli chiusi. Gli stessi file, nell'ambiente di subentro: questa volta è vero.",
            "1 September, counters closed. The same files, to the subentro environment: this time it is real.",
        ),
        &json!({"api": "POST /api/forniture?ambiente=sub"}),
    )?;
    palco.oggi("2021-09-01")?;
    let id = palco.carica("sub", &file)?;
    let f = palco.attendi(&id)?;
    let comune = palco.vedi(&format!("/api/comuni/{COMUNE}"))?;
    voce.fatto(&format!(
        "{} {id}: {} – {} {}",
        l.scegli("fornitura", "delivery"),
        di(&f, "stato"),
        l.scegli("il Comune è", "the Comune is"),
        di(&comune, "stato")
    ))?;
    voce.fatto(&palco.pec(COMUNE, "Subentro concluso")?)?;

    voce.dice(
        l.scegli(
            "Un Comune subentrato non può inviare altro.",
            "A Comune that has migrated can send no more.",
        ),
        &json!({}),
    )?;
    let terza = palco.genera("sub-3", 3, 100, &[])?;
    rifiutato(voce, palco, &terza, "EN034")
}

/// Sends a file that must be refused, with that code or with none.
fn rifiutato(voce: &Voce<'_>, palco: &Palco, file: &[PathBuf], codice: &str) -> Result<()> {
    let r = palco.invia("sub", &file[0])?;
    voce.fatto(&format!(
        "HTTP {}: {}",
        r.stato,
        super::super::messaggio(&r.testo())
    ))?;
    if r.stato != 422 || !r.testo().contains(codice) {
        bail!(
            "l'invio doveva essere rifiutato ({codice}): {} {}",
            r.stato,
            r.testo()
        );
    }
    Ok(())
}

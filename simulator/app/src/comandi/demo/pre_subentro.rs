//! The rehearsal with all the data: it fails on blocking errors, is corrected, passes.

use anyhow::{Result, bail};
use serde_json::json;

use super::{ABITANTI, COMUNE, Palco, Voce, di, nomi};

/// Tells it; leaves the Comune presubentrato.
pub(super) fn racconta(voce: &mut Voce<'_>, palco: &Palco) -> Result<()> {
    let l = voce.l;
    voce.dice(
        &l.scegli(
            format!("2 agosto. Tutti i dati, {ABITANTI} abitanti, in pre-subentro; tre schede sono rimaste senza famiglia."),
            format!("2 August. All the data, {ABITANTI} inhabitants, to the pre-subentro; three schede have no family."),
        ),
        &json!({"comando": format!("anpr-sim generate --comune {COMUNE} --abitanti {ABITANTI} --anomalie ES092=3"),
            "api": "POST /api/forniture?ambiente=pre"}),
    )?;
    palco.oggi("2021-08-02")?;
    let prima = palco.genera("pre-1", 1, ABITANTI, &[("ES092", 3)])?;
    voce.fatto(&nomi(&prima))?;
    let id = palco.carica("pre", &prima)?;
    let f = palco.attendi(&id)?;
    voce.fatto(&format!(
        "{} {id}: {} – {}",
        l.scegli("fornitura", "delivery"),
        di(&f, "stato"),
        f["conteggi"]
    ))?;
    if f["stato"] != "KO" {
        bail!("la fornitura con tre ES092 doveva essere KO");
    }

    voce.dice(
        l.scegli(
            "Le anomalie dicono dove: scheda, riga e colonna del file inviato. La PEC porta il riepilogo.",
            "The findings say where: scheda, line and column of the file sent. The PEC carries the summary.",
        ),
        &json!({"api": format!("GET /api/forniture/{id}/anomalie")}),
    )?;
    let anomalie = palco.vedi(&format!("/api/forniture/{id}/anomalie"))?;
    for a in anomalie.as_array().into_iter().flatten() {
        voce.fatto(&format!(
            "{} {} scheda {} ({} {}, {} {})",
            di(a, "codice"),
            di(a, "testo"),
            di(a, "scheda"),
            l.scegli("riga", "line"),
            a["riga"],
            l.scegli("colonna", "column"),
            a["colonna"]
        ))?;
    }
    voce.fatto(&palco.pec(COMUNE, "PROVA di subentro non riuscita")?)?;

    voce.dice(
        l.scegli(
            "Il Comune corregge la banca dati e ripete con la versione 2: il pre-subentro passa.",
            "The Comune corrects its data and sends versione 2: the pre-subentro passes.",
        ),
        &json!({"api": "POST /api/forniture?ambiente=pre"}),
    )?;
    let seconda = palco.genera("pre-2", 2, ABITANTI, &[])?;
    let id = palco.carica("pre", &seconda)?;
    let f = palco.attendi(&id)?;
    voce.fatto(&format!(
        "{} {id}: {} – {} {}",
        l.scegli("fornitura", "delivery"),
        di(&f, "stato"),
        f["schede"]["soggetti"],
        l.scegli("schede individuali", "individual schede")
    ))?;
    if f["stato"] != "ELABORATA_OK" {
        bail!("la fornitura corretta doveva passare: {f}");
    }
    voce.fatto(&palco.pec(COMUNE, "PROVA di subentro riuscita")?)?;
    let quadro = palco.vedi(&format!("/api/percorso/comuni/{COMUNE}"))?;
    voce.fatto(&format!(
        "{COMUNE}: {} ({})",
        di(&quadro, "stato"),
        di(&quadro["caso"], "id")
    ))?;
    Ok(())
}

//! After the subentro: what ends, who is told, the contribution asked for by the sindaco.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::{COMUNE, Palco, Voce, di};

/// Another Comune: it is told of the subentro.
const ALTRO: &str = "888004";

/// Tells it.
pub(super) fn racconta(voce: &mut Voce<'_>, palco: &Palco) -> Result<()> {
    let l = voce.l;
    voce.dice(
        l.scegli(
            "Dopo il subentro: il Comune sa che cosa finisce, gli altri ricevono la N031.",
            "After the subentro: the Comune is told what ends, the others get the N031.",
        ),
        &json!({"api": "GET /api/pec"}),
    )?;
    voce.fatto(&palco.pec(COMUNE, "INA-SAIA")?)?;
    voce.fatto(&format!("{ALTRO} {}", palco.pec(ALTRO, "N031")?))?;

    let dove = format!("/api/percorso/comuni/{COMUNE}/contributo");
    voce.dice(
        l.scegli(
            "Il sindaco, con la sua smart card, chiede il contributo: dati, documento da firmare, invio.",
            "The sindaco, with his smart card, asks for the contribution: data, document to sign, sending.",
        ),
        &json!({"api": format!("PUT {dove}")}),
    )?;
    let dati = json!({"iban": "IT60X0542811101000000123456", "dichiarazione": true});
    stato(voce, &palco.chiama("PUT", &dove, &dati)?)?;
    // The test signature, made with the key of the sindaco's card, goes back as it came.
    let firmato = palco.vedi(&format!("{dove}/firma-di-prova"))?;
    let k = palco.chiama("POST", &format!("{dove}/firmato"), &firmato)?;
    voce.fatto(&format!(
        "{} {}",
        di(&k["firmato"], "nome"),
        di(&k["firmato"]["firmatario"], "soggetto")
    ))?;
    stato(
        voce,
        &palco.chiama("POST", &format!("{dove}/invio"), &Value::Null)?,
    )?;
    voce.fatto(&palco.pec(COMUNE, "Richiesta di contributo ricevuta")?)?;

    voce.dice(
        l.scegli(
            "Il Ministero la esamina e la accoglie.",
            "The Ministry examines and grants it.",
        ),
        &json!({"api": format!("POST {dove}/esito")}),
    )?;
    let mut ultimo = Value::Null;
    for esito in ["IN_VERIFICA", "ACCOLTA"] {
        ultimo = palco.chiama("POST", &format!("{dove}/esito"), &json!({"stato": esito}))?;
        stato(voce, &ultimo)?;
    }
    voce.fatto(&palco.pec(COMUNE, "contributo accolta")?)?;
    if ultimo["stato"] != "ACCOLTA" {
        bail!("il contributo doveva essere accolto: {ultimo}");
    }

    voce.dice(
        l.scegli("La dashboard, per tutti.", "The dashboard, for everybody."),
        &json!({"api": "GET /api/percorso/dashboard", "pagina": "/dashboard"}),
    )?;
    let tutti = palco.vedi("/api/percorso/dashboard")?;
    let quanti = |nome: &str| tutti[nome]["comuni"].clone();
    voce.fatto(&format!(
        "{} {}, {} {}, {} {}",
        l.scegli("inattivi", "inactive"),
        quanti("inattivi"),
        l.scegli("attivi", "active"),
        quanti("attivi"),
        l.scegli("subentrati", "migrated"),
        quanti("subentrati")
    ))?;
    let quadro = palco.vedi(&format!("/api/percorso/comuni/{COMUNE}"))?;
    let passi = quadro["passi"].as_array().map_or(0, Vec::len);
    let fatti = quadro["passi"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|p| p["fatto"] == true)
        .count();
    voce.fatto(&format!(
        "{COMUNE}: {}, {fatti}/{passi} {}",
        di(&quadro, "stato"),
        l.scegli("passi", "steps")
    ))
}

/// Where the request stands.
fn stato(voce: &Voce<'_>, k: &Value) -> Result<()> {
    voce.fatto(&format!("{}: {} euro", di(k, "stato"), k["importo"]))
}

//! The tests: the preliminary file fills the test environment, the gestionale calls it, and the test plan fills itself.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::{COMUNE, Palco, Voce, di, nomi};

/// Part of the data is enough for the tests.
const ABITANTI: u64 = 300;

/// Tells it; leaves a delivery in the test environment.
pub(super) fn racconta(voce: &mut Voce<'_>, palco: &Palco) -> Result<()> {
    let l = voce.l;
    voce.dice(
        l.scegli(
            "10 maggio. Il file preliminare, una parte dei dati, riempie l'ambiente di test.",
            "10 May. The preliminary file, a part of the data, fills the test environment.",
        ),
        &json!({"api": "POST /api/forniture?ambiente=test"}),
    )?;
    palco.oggi("2021-05-10")?;
    let file = palco.genera("test", 1, ABITANTI, &[])?;
    voce.fatto(&nomi(&file))?;
    let id = palco.carica("test", &file)?;
    let f = palco.attendi(&id)?;
    voce.fatto(&format!(
        "{} {id}: {}",
        l.scegli("fornitura", "delivery"),
        di(&f, "stato")
    ))?;
    if f["stato"] != "ELABORATA_OK" {
        bail!("il file preliminare doveva passare: {f}");
    }

    voce.dice(
        l.scegli(
            "1 giugno. Il gestionale chiama l'ambiente di test: prova di connessione, una firma rotta, e di nuovo quella giusta.",
            "1 June. The gestionale calls the test environment: connection test, a broken signature, then the right one again.",
        ),
        &json!({"comando": "anpr-sim send --ambiente test --operazione TEST --difetto corpo-modificato"}),
    )?;
    palco.oggi("2021-06-01")?;
    for opzioni in [&[][..], &["--difetto", "corpo-modificato"], &[]] {
        voce.fatto(&manda(&palco.dati, opzioni)?)?;
    }

    let dove = format!("/api/comuni/{COMUNE}/piano-di-test");
    voce.dice(
        l.scegli(
            "Il piano di test si è compilato da sé: che cosa il gestionale ha fatto davvero, e lo scambio che lo prova.",
            "The test plan has filled itself: what the gestionale really did, and the exchange that proves it.",
        ),
        &json!({"api": format!("GET {dove}")}),
    )?;
    let piano = palco.vedi(&dove)?;
    for c in piano["casi"].as_array().into_iter().flatten() {
        if !matches!(di(c, "stato"), "FATTO" | "IN_PARTE") {
            continue;
        }
        let prova = &c["prova"];
        let dove = prova["scambio"].as_u64().map_or_else(
            || di(prova, "fornitura").to_owned(),
            |n| format!("{} {n}", l.scegli("scambio", "exchange")),
        );
        voce.fatto(&format!(
            "{} {}: {} – {dove}",
            di(c, "id"),
            di(c, "titolo"),
            di(c, "stato")
        ))?;
    }
    voce.fatto(&format!(
        "{} {} {} {}; {}: {}",
        piano["fatti"],
        l.scegli("casi fatti su", "cases done of"),
        piano["applicabili"],
        di(&piano, "esito"),
        l.scegli("file preliminare", "preliminary file"),
        di(&piano["preliminare"], "stato")
    ))?;
    Ok(())
}

/// One signed request by this very program.
fn manda(dati: &Path, opzioni: &[&str]) -> Result<String> {
    let uscita = Command::new(std::env::current_exe()?)
        .args(["send", "--ambiente", "test", "--operazione", "TEST", "--data"])
        .arg(dati)
        .args(opzioni)
        .stdin(Stdio::null())
        .output()
        .context("send non parte")?;
    let testo = String::from_utf8_lossy(&uscita.stdout);
    let esito = [
        ("RispostaConnessione", "RispostaConnessione"),
        ("<faultstring>", "fault"),
    ]
    .into_iter()
    .find(|(cosa, _)| testo.contains(cosa))
    .map_or("?", |(_, nome)| nome);
    let frase = testo
        .split_once("<faultstring>")
        .and_then(|(_, dopo)| dopo.split_once("</faultstring>"))
        .map_or_else(String::new, |(f, _)| format!(": {f}"));
    Ok(format!(
        "TestConn {}→ {esito}{frase}",
        opzioni.last().map_or_else(String::new, |o| format!("({o}) "))
    ))
}

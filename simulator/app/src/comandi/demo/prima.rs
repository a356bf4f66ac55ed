//! Before the files: scheda di monitoraggio, censimento, smart cards by way of the Prefettura, nominations, as a Comune
//! that begins as inattivo lives them.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{COMUNE, OGGI, Palco, Voce, api};

/// Day on which the cards are at the Prefettura: production takes at most twenty days.
const CARTE_PRONTE: &str = "2021-03-22";
/// Day from which the Comune is ready for the tests.
const PROVE: &str = "2021-09-01";

/// Tells it; leaves the Comune censito, with its administrators, on the date the demo began.
pub(super) fn racconta(voce: &mut Voce<'_>, palco: &Palco) -> Result<()> {
    let l = voce.l;
    let chiama =
        |metodo: &str, dove: &str, corpo: &Value| api(&palco.cliente, &palco.pronto, metodo, dove, corpo);
    let base = format!("/api/percorso/comuni/{COMUNE}");

    voce.dice(
        &l.scegli(
            format!("Il Comune {COMUNE} è inattivo: invia la scheda di monitoraggio, e riceve la ricevuta."),
            format!(
                "The Comune {COMUNE} is inattivo: it sends the scheda di monitoraggio and gets its receipt."
            ),
        ),
        &json!({"api": format!("PUT {base}/scheda")}),
    )?;
    chiama(
        "PUT",
        &format!("/api/comuni/{COMUNE}"),
        &json!({"stato": "INATTIVO_SENZA_CENSIMENTO"}),
    )?;
    // The real deadline lies five years before the date of the demo.
    chiama("PUT", "/api/percorso/scadenze", &json!({"scheda": PROVE}))?;
    let scheda =
        json!({"soluzione": "WS", "fineAdeguamento": "2021-06-30", "postazioni": 2, "inizioProve": PROVE});
    chiama("PUT", &format!("{base}/scheda"), &scheda)?;
    voce.fatto(&palco.ultima_pec()?)?;

    voce.dice(
        l.scegli(
            "Il Ministero comunica l'avvio delle prove: data, credenziali, indirizzi.",
            "The Ministry announces the start of the tests: date, credentials, addresses.",
        ),
        &json!({"api": format!("POST {base}/prove")}),
    )?;
    chiama("POST", &format!("{base}/prove"), &Value::Null)?;
    voce.fatto(&palco.ultima_pec()?)?;

    voce.dice(
        l.scegli(
            "Compila e invia il censimento: gli operatori sono registrati, le smart card in produzione.",
            "It fills in and sends the censimento: operators are registered, smart cards are being made.",
        ),
        &json!({"api": format!("POST {base}/censimento/invio")}),
    )?;
    chiama("POST", &format!("{base}/censimento/esempio"), &Value::Null)?;
    let censimento = chiama("POST", &format!("{base}/censimento/invio"), &Value::Null)?;
    for p in censimento["persone"].as_array().into_iter().flatten() {
        let testo = |n: &str| p[n].as_str().unwrap_or_default();
        voce.fatto(&format!(
            "{} {} {} – {}",
            testo("codiceFiscale"),
            testo("cognome"),
            testo("nome"),
            testo("incarico")
        ))?;
    }

    voce.dice(
        l.scegli(
            "Venti giorni dopo il plico è in Prefettura: il sindaco, convocato per PEC, ritira carte e buste.",
            "Twenty days later the parcel is at the Prefettura: the sindaco, summoned by PEC, takes cards and envelopes.",
        ),
        &json!({"api": format!("POST /api/percorso/plichi/{COMUNE}-1/consegna")}),
    )?;
    chiama("PUT", "/api/orologio", &json!({"oggi": CARTE_PRONTE}))?;
    let plico = format!("/api/percorso/plichi/{COMUNE}-1");
    chiama("POST", &format!("{plico}/registrazione"), &Value::Null)?;
    chiama(
        "POST",
        &format!("{plico}/convocazione"),
        &json!({"giorno": CARTE_PRONTE}),
    )?;
    voce.fatto(&palco.ultima_pec()?)?;
    let sindaco = &censimento["persone"][0]["codiceFiscale"];
    chiama(
        "POST",
        &format!("{plico}/consegna"),
        &json!({"ricevente": sindaco}),
    )?;

    voce.dice(
        l.scegli(
            "Il sindaco ha mezzo PIN nella busta e mezzo per posta: attiva la carta, poi nomina ALS e ALP.",
            "The sindaco has half a PIN in the envelope and half by mail: he activates the card, then names ALS and ALP.",
        ),
        &json!({"api": format!("POST {base}/nomine")}),
    )?;
    let carta = format!("{base}/smart-card/{COMUNE}-SC-0001");
    let busta = chiama("GET", &format!("{carta}/busta"), &Value::Null)?;
    let posta = chiama("GET", &format!("/api/pec?comune={COMUNE}"), &Value::Null)?;
    let seconda = posta
        .as_array()
        .into_iter()
        .flatten()
        .filter(|m| &m["casella"] == sindaco)
        .filter_map(|m| m["testo"].as_str())
        .find_map(|t| t.lines().find_map(|r| r.strip_prefix("Seconda metà del PIN: ")))
        .context("il messaggio con la seconda metà del PIN")?;
    let pin = format!("{}{seconda}", busta["pin"].as_str().unwrap_or_default());
    chiama("POST", &format!("{carta}/attivazione"), &json!({"pin": pin}))?;
    let nomine = json!({
        "als": censimento["persone"][1]["codiceFiscale"], "alp": censimento["persone"][2]["codiceFiscale"],
    });
    let nomine = chiama("POST", &format!("{base}/nomine"), &nomine)?;
    let testo = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    voce.fatto(&format!(
        "ALS {}, ALP {}",
        testo(&nomine["als"]),
        testo(&nomine["alp"])
    ))?;
    let quadro = chiama("GET", &base, &Value::Null)?;
    voce.fatto(&format!(
        "{COMUNE}: {} ({})",
        testo(&quadro["stato"]),
        testo(&quadro["caso"]["id"])
    ))?;
    if quadro["stato"] != "CENSITO" {
        bail!("dopo il censimento il Comune doveva essere CENSITO: {quadro}");
    }
    chiama("PUT", "/api/orologio", &json!({"oggi": OGGI}))?;
    Ok(())
}

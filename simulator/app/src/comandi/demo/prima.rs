//! Before the files: scheda di monitoraggio, censimento, smart cards by way of the Prefettura, nominations, postazioni, as
//! a Comune that begins as inattivo lives them.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{COMUNE, Palco, Voce, di};

/// Day on which the cards are at the Prefettura: production takes at most twenty days.
const CARTE_PRONTE: &str = "2021-03-22";
/// Day from which the Comune is ready for the tests.
const INIZIO_PROVE: &str = "2021-06-01";

/// Tells it; leaves the Comune censito, with its administrators and certificates.
pub(super) fn racconta(voce: &mut Voce<'_>, palco: &Palco) -> Result<()> {
    let l = voce.l;
    let base = format!("/api/percorso/comuni/{COMUNE}");

    voce.dice(
        &l.scegli(
            format!("1 marzo 2021. Il Comune {COMUNE} è inattivo: prima di tutto sceglie la software house."),
            format!(
                "1 March 2021. The Comune {COMUNE} is inattivo: first of all it chooses its software house."
            ),
        ),
        &json!({"api": format!("PUT {base}/software-house")}),
    )?;
    palco.chiama(
        "PUT",
        &format!("/api/comuni/{COMUNE}"),
        &json!({"stato": "INATTIVO_SENZA_CENSIMENTO"}),
    )?;
    // A ready Comune has an open window and a software house; this one begins without.
    palco.togli_finestra()?;
    palco.chiama("DELETE", &format!("{base}/software-house"), &Value::Null)?;
    let sua = palco.chiama(
        "PUT",
        &format!("{base}/software-house"),
        &json!({"nome": "SWALFA"}),
    )?;
    voce.fatto(&format!(
        "{}: {}",
        di(&sua, "softwareHouse"),
        di(&sua, "ragioneSociale")
    ))?;

    voce.dice(
        l.scegli(
            "Invia la scheda di monitoraggio, e riceve la ricevuta.",
            "It sends the scheda di monitoraggio and gets its receipt.",
        ),
        &json!({"api": format!("PUT {base}/scheda")}),
    )?;
    let scheda = json!({"soluzione": "WS", "fineAdeguamento": "2021-05-31", "postazioni": 2, "inizioProve": INIZIO_PROVE});
    palco.chiama("PUT", &format!("{base}/scheda"), &scheda)?;
    voce.fatto(&palco.pec(COMUNE, "Scheda di monitoraggio ricevuta")?)?;
    let piano = palco.vedi(&format!("{base}/piano-subentro"))?;
    voce.fatto(&format!(
        "{}: {} / {} / {}",
        l.scegli(
            "piano di subentro (file preliminare, fine delle prove, subentro)",
            "piano di subentro (preliminary file, end of the tests, subentro)"
        ),
        di(&piano, "invioPreliminare"),
        di(&piano, "fineProve"),
        di(&piano, "inizioSubentro")
    ))?;

    voce.dice(
        l.scegli(
            "Il Ministero comunica l'avvio delle prove: data, credenziali, indirizzi, certificato.",
            "The Ministry announces the start of the tests: date, credentials, addresses, certificate.",
        ),
        &json!({"api": format!("POST {base}/prove")}),
    )?;
    palco.chiama("POST", &format!("{base}/prove"), &Value::Null)?;
    voce.fatto(&palco.pec(COMUNE, "Avvio delle prove")?)?;

    voce.dice(
        l.scegli(
            "Compila e invia il censimento: gli operatori sono registrati, le smart card in produzione.",
            "It fills in and sends the censimento: operators are registered, smart cards are being made.",
        ),
        &json!({"api": format!("POST {base}/censimento/invio")}),
    )?;
    palco.chiama("POST", &format!("{base}/censimento/esempio"), &Value::Null)?;
    let censimento = palco.chiama("POST", &format!("{base}/censimento/invio"), &Value::Null)?;
    for p in censimento["persone"].as_array().into_iter().flatten() {
        voce.fatto(&format!(
            "{} {} {} – {}",
            di(p, "codiceFiscale"),
            di(p, "cognome"),
            di(p, "nome"),
            di(p, "incarico")
        ))?;
    }
    voce.fatto(&palco.pec(COMUNE, "Censimento ricevuto")?)?;

    voce.dice(
        l.scegli(
            "22 marzo. Il plico è in Prefettura: il sindaco, convocato per PEC, ritira carte e buste.",
            "22 March. The parcel is at the Prefettura: the sindaco, summoned by PEC, takes cards and envelopes.",
        ),
        &json!({"api": format!("POST /api/percorso/plichi/{COMUNE}-1/consegna")}),
    )?;
    palco.oggi(CARTE_PRONTE)?;
    let plico = format!("/api/percorso/plichi/{COMUNE}-1");
    palco.chiama("POST", &format!("{plico}/registrazione"), &Value::Null)?;
    palco.chiama(
        "POST",
        &format!("{plico}/convocazione"),
        &json!({"giorno": CARTE_PRONTE}),
    )?;
    voce.fatto(&palco.pec(COMUNE, "Convocazione del sindaco")?)?;
    let persona = |n: usize| censimento["persone"][n]["codiceFiscale"].clone();
    palco.chiama(
        "POST",
        &format!("{plico}/consegna"),
        &json!({"ricevente": persona(0)}),
    )?;
    voce.fatto(&palco.pec(COMUNE, "Smart card consegnate")?)?;

    voce.dice(
        l.scegli(
            "Il sindaco ha mezzo PIN nella busta e mezzo per posta: attiva la carta, poi nomina ALS e ALP.",
            "The sindaco has half a PIN in the envelope and half by mail: he activates the card, then names ALS and ALP.",
        ),
        &json!({"api": format!("POST {base}/nomine")}),
    )?;
    attiva(palco, &base, 1, &persona(0))?;
    let nomine = palco.chiama(
        "POST",
        &format!("{base}/nomine"),
        &json!({"als": persona(1), "alp": persona(2)}),
    )?;
    voce.fatto(&format!("ALS {}, ALP {}", di(&nomine, "als"), di(&nomine, "alp")))?;

    voce.dice(
        l.scegli(
            "Il sindaco registra la smart card dell'ALS, l'ALS le altre: ciascuno attiva la sua.",
            "The sindaco registers the smart card of the ALS, the ALS the others: each holder activates his own.",
        ),
        &json!({"api": format!("POST {base}/smart-card/{COMUNE}-SC-0002/registrazione")}),
    )?;
    for n in 2..=3 {
        let carta = format!("{base}/smart-card/{COMUNE}-SC-{n:04}");
        palco.chiama("POST", &format!("{carta}/registrazione"), &Value::Null)?;
        attiva(palco, &base, n, &persona(n - 1))?;
    }
    let carte = palco.vedi(&format!("{base}/smart-card"))?;
    for c in carte.as_array().into_iter().flatten() {
        voce.fatto(&format!(
            "{} {}: {}",
            di(c, "numero"),
            di(c, "nominativo"),
            di(c, "stato")
        ))?;
    }

    voce.dice(
        l.scegli(
            "L'ALP trova allo sportello i certificati delle postazioni dichiarate, ciascuno con la sua password.",
            "The ALP finds the certificates of the declared postazioni at the desk, each with its password.",
        ),
        &json!({"api": format!("GET /api/certificati?comune={COMUNE}")}),
    )?;
    let certificati = palco.vedi(&format!("/api/certificati?comune={COMUNE}"))?;
    for c in certificati.as_array().into_iter().flatten() {
        voce.fatto(&format!("{}: {}", di(c, "id"), di(c, "stato")))?;
    }
    let quadro = palco.vedi(&base)?;
    voce.fatto(&format!(
        "{COMUNE}: {} ({})",
        di(&quadro, "stato"),
        di(&quadro["caso"], "id")
    ))?;
    if quadro["stato"] != "CENSITO" {
        bail!("dopo il censimento il Comune doveva essere CENSITO: {quadro}");
    }
    Ok(())
}

/// A holder puts the halves of his PIN together: the envelope's and that of his mailbox.
fn attiva(palco: &Palco, base: &str, n: usize, titolare: &Value) -> Result<()> {
    let carta = format!("{base}/smart-card/{COMUNE}-SC-{n:04}");
    let busta = palco.vedi(&format!("{carta}/busta"))?;
    let posta = palco.vedi(&format!("/api/pec?comune={COMUNE}"))?;
    let seconda = posta
        .as_array()
        .into_iter()
        .flatten()
        .filter(|m| &m["casella"] == titolare)
        .filter_map(|m| m["testo"].as_str())
        .find_map(|t| t.lines().find_map(|r| r.strip_prefix("Seconda metà del PIN: ")))
        .context("il messaggio con la seconda metà del PIN")?;
    let pin = format!("{}{seconda}", di(&busta, "pin"));
    palco.chiama("POST", &format!("{carta}/attivazione"), &json!({"pin": pin}))?;
    Ok(())
}

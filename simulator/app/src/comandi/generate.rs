//! `generate`: a synthetic delivery with its manifest.

use std::collections::BTreeMap;

use anagrafe::italiano::accordo;
use anyhow::{Context as _, Result, anyhow};
use serde_json::json;

use super::{Fine, istat, oggi, vicini};
use crate::opzioni::{Generate, Lingua, Profilo};

/// Asks for the codes that can be planted instead of a delivery.
const ELENCO: &str = "elenco";

/// The codes that can be planted, one a line, each with what it is.
fn elenco(o: &Generate) -> Result<Fine> {
    let voci = generatore::pianta_disponibili().into_iter().map(|c| {
        (
            c,
            elaborazione::anomalia(c).map(|a| a.testo.osservato.replace('@', "…")),
        )
    });
    if o.json {
        let voci: Vec<_> = voci.map(|(c, t)| json!({"codice": c, "testo": t})).collect();
        println!("{}", serde_json::to_string_pretty(&voci)?);
        return Ok(Fine::Bene);
    }
    for (codice, testo) in voci {
        println!("{codice}  {}", testo.unwrap_or_default());
    }
    Ok(Fine::Bene)
}

/// What the generator refuses, with the codes that may have been meant.
fn rifiutata(e: &generatore::ErroreGeneratore) -> anyhow::Error {
    match e {
        generatore::ErroreGeneratore::AnomaliaNonPiantabile { codice } => {
            let vicini = vicini::forse(codice, generatore::pianta_disponibili().into_iter());
            anyhow!(
                "--anomalie {codice}: codice che non si può piantare in un file{vicini}; l'elenco è in --anomalie {ELENCO}"
            )
        }
        e => anyhow!("{e}"),
    }
}

pub(crate) fn esegui(o: &Generate, l: Lingua) -> Result<Fine> {
    if o.anomalie.as_deref() == Some(ELENCO) {
        return elenco(o);
    }
    let mut richiesta = generatore::Richiesta {
        comune: istat(&o.comune)?,
        versione: o.versione,
        abitanti: o.abitanti,
        aire: o.aire,
        invii: o.invii,
        max_invii: None,
        seed: o.seed,
        oggi: oggi(o.oggi)?,
        anomalie: o
            .anomalie
            .as_deref()
            .map_or_else(|| Ok(BTreeMap::new()), anomalie)?,
    };
    if o.profilo == Profilo::Realistico {
        richiesta = generatore::realistica(&richiesta).map_err(|e| rifiutata(&e))?;
    }
    let prodotto = generatore::genera(&richiesta, &o.out).map_err(|e| rifiutata(&e))?;
    if o.json {
        let file: Vec<String> = prodotto.file.iter().map(|f| f.display().to_string()).collect();
        let v = json!({"file": file, "manifesto": prodotto.manifesto, "contenuto": prodotto.contenuto});
        println!("{}", serde_json::to_string_pretty(&v)?);
        return Ok(Fine::Bene);
    }
    for file in &prodotto.file {
        let byte = std::fs::metadata(file).map_or(0, |m| m.len());
        println!("{}  {} KiB", file.display(), byte.div_ceil(1024));
    }
    for (percorso, r) in prodotto.rifiutati.iter().zip(&prodotto.contenuto.rifiutati) {
        let dove = r.ambiente.map(|a| format!(" in {a}")).unwrap_or_default();
        println!(
            "{}  {} {}{dove}",
            percorso.display(),
            l.scegli("da rifiutare con", "to be refused with"),
            r.codice
        );
    }
    println!("{}", prodotto.manifesto.display());
    let s = &prodotto.contenuto.schede;
    println!(
        "{} {}, {} {}, {} {}, {} AIRE; {}: {}",
        s.soggetti,
        l.scegli(
            accordo(s.soggetti, "scheda individuale", "schede individuali"),
            accordo(s.soggetti, "individual scheda", "individual schede")
        ),
        s.famiglie,
        l.scegli(
            accordo(s.famiglie, "famiglia", "famiglie"),
            accordo(s.famiglie, "family", "families")
        ),
        s.convivenze,
        l.scegli(
            accordo(s.convivenze, "convivenza", "convivenze"),
            accordo(s.convivenze, "cohabitation", "cohabitations")
        ),
        s.aire,
        l.scegli("anomalie attese", "findings expected"),
        if prodotto.contenuto.attese.is_empty() {
            l.scegli("nessuna", "none").to_owned()
        } else {
            prodotto
                .contenuto
                .attese
                .iter()
                .map(|(c, n)| format!("{c} × {n}"))
                .collect::<Vec<_>>()
                .join(", ")
        }
    );
    Ok(Fine::Bene)
}

/// `ES092=3,EC001=1` → map.
fn anomalie(testo: &str) -> Result<BTreeMap<String, u64>> {
    testo
        .split(',')
        .map(|voce| {
            let (codice, n) = voce.split_once('=').unwrap_or((voce, "1"));
            let n = n
                .trim()
                .parse()
                .with_context(|| format!("--anomalie: «{voce}» non ha la forma CODICE=N"))?;
            Ok((codice.trim().to_ascii_uppercase(), n))
        })
        .collect()
}

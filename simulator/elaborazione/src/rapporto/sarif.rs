//! SARIF 2.1.0: findings at their line and column of the uncompressed content.
//!
//! A `.gz` is an artifact, what it contains a nested one under the name it has once expanded; lines speak of that.
//! Columns are counted in characters. Rules carry the explanation and the suggested procedure.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::bordi::uri;
use super::confronto::{Novita, impronta};
use super::presenta::{Presentazione, Voce};
use super::rimedi::procedura;
use crate::anomalie::anomalia;
use crate::tipi::Gravita;

/// The published schema, for editors; nothing fetches it here.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The name the standard gives to warnings' weight and to errors'.
fn livello(g: Gravita) -> &'static str {
    match g {
        Gravita::Errore => "error",
        Gravita::Avviso => "warning",
    }
}

pub(super) fn scrivi(p: &Presentazione<'_>, out: &mut dyn Write) -> io::Result<()> {
    let c = p.controllo;
    let mut codici: Vec<&str> = c.conteggi.keys().map(String::as_str).collect();
    if let Some(confronto) = &p.confronto {
        codici.extend(confronto.scomparse.keys().map(String::as_str));
    }
    codici.sort_unstable();
    codici.dedup();
    let (artefatti, indici) = artefatti(p);
    let regole: Vec<Value> = codici.iter().map(|codice| regola(p, codice)).collect();
    let mut proprieta = json!({
        "dati": "SIMULATORE – dati fittizi", "esito": c.esito, "conteggi": c.conteggi, "schede": c.schede,
        "ambiente": c.ambiente, "oggi": c.oggi.to_string(), "campioniPerCodice": p.max_campioni,
    });
    if let Some(confronto) = &p.confronto {
        proprieta["nuove"] = json!(confronto.nuove);
        proprieta["rimaste"] = json!(confronto.rimaste);
        proprieta["scomparse"] = json!(confronto.scomparse);
    }
    let parti: [(&str, Value); 5] = [
        (
            "tool",
            json!({"driver": {
                "name": "anpr-sim", "version": env!("CARGO_PKG_VERSION"), "semanticVersion": env!("CARGO_PKG_VERSION"),
                "language": "it", "rules": regole,
            }}),
        ),
        ("columnKind", json!("unicodeCodePoints")),
        ("invocations", json!([{"executionSuccessful": true}])),
        ("artifacts", json!(artefatti)),
        ("properties", proprieta),
    ];
    write!(
        out,
        "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{"
    )?;
    for (nome, valore) in &parti {
        write!(out, "\n\"{nome}\":")?;
        serde_json::to_writer(&mut *out, valore)?;
        out.write_all(b",")?;
    }
    out.write_all(b"\n\"results\":[")?;
    let mut virgola = "\n";
    for voce in p.voci()?.chain(p.scomparse()?) {
        out.write_all(virgola.as_bytes())?;
        serde_json::to_writer(&mut *out, &risultato(&voce?, &codici, &indici))?;
        virgola = ",\n";
    }
    out.write_all(b"\n]}]}\n")
}

/// Artifacts, and by file name the address and the index its lines belong to.
fn artefatti(p: &Presentazione<'_>) -> (Vec<Value>, BTreeMap<String, (String, usize)>) {
    let mut artefatti = Vec::new();
    let mut indici = BTreeMap::new();
    for (file, percorso) in p.controllo.file.iter().zip(&p.controllo.percorsi) {
        let intero = percorso.to_string_lossy();
        let estensione = if file.tipo == "APR" { "xml" } else { "txt" };
        let mime = if file.tipo == "APR" {
            "text/xml"
        } else {
            "text/plain"
        };
        let mut dentro =
            json!({"location": {"uri": uri(&intero)}, "roles": ["analysisTarget"], "mimeType": mime});
        let mut indirizzo = uri(&intero);
        if percorso.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz")) {
            artefatti.push(json!({
                "location": {"uri": indirizzo}, "roles": ["analysisTarget"], "mimeType": "application/gzip",
            }));
            indirizzo = uri(&espanso(percorso, estensione));
            dentro["location"]["uri"] = json!(indirizzo);
            dentro["parentIndex"] = json!(artefatti.len() - 1);
        }
        // -1 is "unknown" in the standard: a length is given only when something was read.
        if file.byte > 0 {
            dentro["length"] = json!(file.byte);
        }
        indici.insert(file.nome.clone(), (indirizzo, artefatti.len()));
        artefatti.push(dentro);
    }
    (artefatti, indici)
}

/// `a/888001_SUBAPR_1_1_1.gz` holds `a/888001_SUBAPR_1_1_1.xml`.
fn espanso(percorso: &Path, estensione: &str) -> String {
    let senza = percorso.with_extension("");
    if senza
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("xml") || e.eq_ignore_ascii_case("txt"))
    {
        senza.to_string_lossy().into_owned()
    } else {
        percorso.with_extension(estensione).to_string_lossy().into_owned()
    }
}

fn regola(p: &Presentazione<'_>, codice: &str) -> Value {
    let Some(a) = anomalia(codice) else {
        return json!({"id": codice});
    };
    let rimedio = a.procedura.and_then(|n| procedura(n.0)).unwrap_or_default();
    let mut etichette = vec!["anpr", "subentro"];
    if a.da_rimuovere {
        etichette.push("da-rimuovere-prima-del-subentro");
    }
    json!({
        "id": codice,
        "name": codice,
        "shortDescription": {"text": p.controllo.titolo(codice)},
        "fullDescription": {"text": a.spiegazione},
        "help": {
            "text": format!("{}\n\nChe cosa fare: {rimedio}\n\nPer saperne di più: anpr-sim explain {codice}", a.spiegazione),
            "markdown": format!("{}\n\n**Che cosa fare:** {rimedio}\n\nPer saperne di più: `anpr-sim explain {codice}`", a.spiegazione),
        },
        "defaultConfiguration": {"level": livello(p.controllo.gravita(codice))},
        "properties": {"tags": etichette, "quante": p.controllo.conteggi.get(codice).copied().unwrap_or_default()},
    })
}

fn risultato(voce: &Voce, codici: &[&str], indici: &BTreeMap<String, (String, usize)>) -> Value {
    let r = &voce.rilievo;
    let mut esito = json!({
        "ruleId": r.codice,
        "level": livello(r.gravita),
        "message": {"text": if r.testo.is_empty() { &r.codice } else { &r.testo }},
        "partialFingerprints": {"anprSim/v1": format!("{:016x}", impronta(r))},
        "properties": {"tipoScheda": r.tipo_scheda, "scheda": r.scheda},
    });
    if let Ok(indice) = codici.binary_search(&r.codice.as_str()) {
        esito["ruleIndex"] = json!(indice);
    }
    for (nome, valore) in [
        ("oggetto", &r.oggetto),
        ("campo", &r.campo),
        ("valore", &r.valore),
    ] {
        if let Some(valore) = valore {
            esito["properties"][nome] = json!(valore);
        }
    }
    if let Some(causa) = voce.causa {
        esito["properties"]["causa"] = json!(causa);
    }
    if let Some(novita) = voce.confronto {
        esito["baselineState"] = json!(match novita {
            Novita::Nuova => "new",
            Novita::Rimasta => "unchanged",
            Novita::Scomparsa => "absent",
        });
    }
    // What is gone was in a file of the earlier delivery: its place there says nothing of this one.
    if let Some((indirizzo, indice)) = r.file.as_ref().and_then(|f| indici.get(f))
        && voce.confronto != Some(Novita::Scomparsa)
    {
        let mut dove = json!({"artifactLocation": {"uri": indirizzo, "index": indice}});
        if let Some(p) = r.posizione {
            dove["region"] = json!({"startLine": p.riga, "startColumn": p.colonna});
        }
        let mut luogo = json!({"physicalLocation": dove});
        if !r.scheda.is_empty() {
            luogo["logicalLocations"] = json!([{"name": r.scheda, "kind": "element",
                "fullyQualifiedName": format!("{}/{}", r.tipo_scheda.etichetta(), r.scheda)}]);
        }
        esito["locations"] = json!([luogo]);
    }
    esito
}

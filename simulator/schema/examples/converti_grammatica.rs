//! Writes `fixtures/grammatica/comuni.txt` from the tables of facts: `cargo run -p schema --example converti_grammatica -- FACTS > FILE`.
//!
//! Turns the rows of `types.tsv` and `simple_types.tsv` into the compact text of `schema::grammatica`. Stops at the first
//! row it does not understand. Left out: `subentroElettorale` and the older `ANPR00/tipoDato.xsd`, which no comuni root imports.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::{env, error::Error, fs, path::Path};

type Esito<T> = Result<T, Box<dyn Error>>;

const ESCLUSI: [&str; 2] = ["comuni/subentroElettorale/", "comuni/ANPR00/"];

fn righe(file: &Path) -> Esito<Vec<BTreeMap<String, String>>> {
    let testo = fs::read_to_string(file)?;
    let mut linee = testo.lines();
    let nomi: Vec<&str> = linee.next().ok_or("tabella vuota")?.split('\t').collect();
    Ok(linee
        .map(|r| {
            nomi.iter()
                .zip(r.split('\t'))
                .map(|(n, v)| ((*n).to_owned(), v.to_owned()))
                .collect()
        })
        .collect())
}

/// The short name of a namespace: its last segment.
fn breve(spazio: &str) -> &str {
    spazio.rsplit('/').next().unwrap_or(spazio)
}

/// `{ns}name` → `last:name`; `xs:name` and `#anonymous` stay (the latter gets the namespace of its owner).
fn nome_qualificato(nome: &str, qui: &str) -> Esito<String> {
    if nome.starts_with("xs:") {
        return Ok(nome.to_owned());
    }
    if nome.starts_with('#') {
        return Ok(format!("{}:{nome}", breve(qui)));
    }
    let (spazio, locale) = nome
        .strip_prefix('{')
        .and_then(|n| n.split_once('}'))
        .ok_or_else(|| format!("nome {nome}"))?;
    Ok(format!("{}:{locale}", breve(spazio)))
}

fn volte(min: &str, max: &str) -> Esito<&'static str> {
    Ok(match (min, max) {
        ("1", "1") => "",
        ("0", "1") => " ?",
        ("0", "unbounded") => " *",
        ("1", "unbounded") => " +",
        altro => return Err(format!("occorrenze {altro:?}").into()),
    })
}

fn main() -> Esito<()> {
    let facts = env::args().nth(1).ok_or("manca la cartella dei fatti")?;
    let facts = Path::new(&facts);
    let compreso = |r: &BTreeMap<String, String>| {
        r["schema_file"].starts_with("comuni/") && !ESCLUSI.iter().any(|e| r["schema_file"].starts_with(e))
    };
    let tipi: Vec<_> = righe(&facts.join("types.tsv"))?
        .into_iter()
        .filter(compreso)
        .collect();
    let semplici: Vec<_> = righe(&facts.join("simple_types.tsv"))?
        .into_iter()
        .filter(compreso)
        .collect();

    let mut spazi: Vec<String> = Vec::new();
    for r in semplici.iter().chain(&tipi) {
        if !spazi.contains(&r["namespace"]) {
            spazi.push(r["namespace"].clone());
        }
    }
    spazi.sort();
    let mut fuori = String::from(
        "# Grammatica dei messaggi ANPR, forma compatta propria di anpr-sim (si legge in simulator/schema/src/grammatica.rs).\n\
         # Fonte: italia/anpr (Ministero dell'Interno e altri), licenza CC BY 4.0, https://creativecommons.org/licenses/by/4.0/\n\
         # Modifiche: ridotta alle sole strutture e ai soli vincoli, riscritta in questa forma; nessun testo e nessuna annotazione.\n\
         # Scritta da simulator/schema/examples/converti_grammatica.rs: non correggere a mano.\n",
    );
    for s in &spazi {
        writeln!(fuori, "spazio {} {s}", breve(s))?;
    }
    for s in &spazi {
        writeln!(fuori, "\nnel {}", breve(s))?;
        for r in semplici.iter().filter(|r| r["namespace"] == *s) {
            semplice(&mut fuori, r, s)?;
        }
        let mut possessore = (String::new(), String::new());
        let mut gruppi: BTreeMap<String, usize> = BTreeMap::new();
        for r in tipi.iter().filter(|r| r["namespace"] == *s) {
            let questo = (r["owner_kind"].clone(), r["owner"].clone());
            if questo != possessore {
                if r["row_kind"] != "type" {
                    return Err(format!("possessore senza riga type: {questo:?}").into());
                }
                possessore = questo;
                gruppi.clear();
            }
            complesso(&mut fuori, r, s, &mut gruppi)?;
        }
    }
    print!("{fuori}");
    Ok(())
}

fn semplice(fuori: &mut String, r: &BTreeMap<String, String>, qui: &str) -> Esito<()> {
    writeln!(
        fuori,
        "semplice {} {}",
        r["name"],
        nome_qualificato(&r["base"], qui)?
    )?;
    for (colonna, parola) in [
        ("length", "lunghezza"),
        ("min_length", "minimo"),
        ("max_length", "massimo"),
        ("white_space", "spazi"),
    ] {
        if !r[colonna].is_empty() {
            writeln!(fuori, " {parola} {}", r[colonna])?;
        }
    }
    for ignota in [
        "total_digits",
        "fraction_digits",
        "min_inclusive",
        "max_inclusive",
        "min_exclusive",
        "max_exclusive",
    ] {
        if !r[ignota].is_empty() {
            return Err(format!("{}: vincolo {ignota} non previsto", r["name"]).into());
        }
    }
    if !r["pattern"].is_empty() {
        writeln!(fuori, " modello {}", r["pattern"])?;
    }
    for valore in r["enumeration"].split(" | ").filter(|v| !v.is_empty()) {
        writeln!(fuori, " valore {valore}")?;
    }
    Ok(())
}

fn complesso(
    fuori: &mut String,
    r: &BTreeMap<String, String>,
    qui: &str,
    gruppi: &mut BTreeMap<String, usize>,
) -> Esito<()> {
    match r["row_kind"].as_str() {
        "type" => {
            let parola = match r["owner_kind"].as_str() {
                "complexType" => "complesso",
                "element" => "elemento",
                altro => return Err(format!("possessore {altro}").into()),
            };
            let base = match r["derivation"].as_str() {
                "" => String::new(),
                "extension" => format!(" estende {}", nome_qualificato(&r["base"], qui)?),
                "simple_extension" => format!(" valore {}", nome_qualificato(&r["base"], qui)?),
                altro => return Err(format!("derivazione {altro}").into()),
            };
            writeln!(fuori, "{parola} {}{base}", r["owner"])?;
        }
        "group" => {
            let rientro = 1 + gruppi.get(&r["parent_group_id"]).copied().unwrap_or(0);
            gruppi.insert(r["group_id"].clone(), rientro);
            let parola = match r["group_kind"].as_str() {
                "sequence" => "sequenza",
                "choice" => "scelta",
                altro => return Err(format!("gruppo {altro}").into()),
            };
            writeln!(
                fuori,
                "{:rientro$}{parola}{}",
                "",
                volte(&r["min_occurs"], &r["max_occurs"])?
            )?;
        }
        "element" | "ref" => {
            let rientro = 1 + gruppi.get(&r["group_id"]).ok_or("elemento senza gruppo")?;
            let volte = volte(&r["min_occurs"], &r["max_occurs"])?;
            if r["row_kind"] == "ref" {
                writeln!(
                    fuori,
                    "{:rientro$}rif {}{volte}",
                    "",
                    nome_qualificato(&r["ref"], qui)?
                )?;
            } else {
                writeln!(
                    fuori,
                    "{:rientro$}el {} {}{volte}",
                    "",
                    r["name"],
                    nome_qualificato(&r["type"], qui)?
                )?;
            }
        }
        altro => return Err(format!("riga {altro}").into()),
    }
    Ok(())
}

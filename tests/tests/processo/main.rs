//! The process as a whole (spec subentro §1.3, §3, §6, §8), the acceptance cases by their number, through the API.

mod esiti;
mod insieme;
mod tempo;

use std::collections::{BTreeMap, BTreeSet};

use anpr_sim_tests::Banco;
use serde_json::Value;

const ATTESA: &[&str] = &["ELABORATA_OK", "KO"];

fn nome_apr(comune: &str, resto: &str) -> String {
    format!("{comune}_SUBAPR_{resto}.gz")
}

fn nome_aire(comune: &str) -> String {
    format!("{comune}_SUBAIRE_1.gz")
}

fn id(ricevuta: &Value) -> String {
    ricevuta["fornitura"].as_str().expect("fornitura").to_owned()
}

/// The state of a delivery with its exact counts.
fn esito(banco: &Banco, fornitura: &str) -> (String, BTreeMap<String, u64>) {
    let f = banco.fornitura(fornitura);
    let conteggi = serde_json::from_value(f["conteggi"].clone()).expect("conteggi");
    (f["stato"].as_str().expect("stato").to_owned(), conteggi)
}

fn con<const N: usize>(stato: &str, conteggi: [(&str, u64); N]) -> (String, BTreeMap<String, u64>) {
    (
        stato.to_owned(),
        conteggi.into_iter().map(|(c, n)| (c.to_owned(), n)).collect(),
    )
}

fn stati_dei_file(banco: &Banco, fornitura: &str) -> BTreeMap<String, String> {
    banco.fornitura(fornitura)["file"]
        .as_array()
        .expect("file")
        .iter()
        .map(|f| {
            (
                f["nome"].as_str().expect("nome").to_owned(),
                f["stato"].as_str().expect("stato").to_owned(),
            )
        })
        .collect()
}

/// Names of the lists of a delivery with the rows the API announces.
fn liste(banco: &Banco, fornitura: &str) -> BTreeMap<String, u64> {
    banco
        .json("GET", &format!("/api/forniture/{fornitura}/liste"), "")
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| {
            (
                v["nome"].as_str().expect("nome").to_owned(),
                v["righe"].as_u64().expect("righe"),
            )
        })
        .collect()
}

/// Text of the only message of a Comune that speaks of a delivery.
fn unica_pec(banco: &Banco, comune: &str, fornitura: &str) -> (String, String) {
    let mie: Vec<Value> = banco
        .pec(comune)
        .into_iter()
        .filter(|p| p["fornitura"] == fornitura)
        .collect();
    assert_eq!(mie.len(), 1, "exactly one message for {fornitura}: {mie:?}");
    let pec = banco.json(
        "GET",
        &format!("/api/pec/{}", mie[0]["id"].as_str().expect("id")),
        "",
    );
    let testo = |c: &str| pec[c].as_str().expect("a text").to_owned();
    (testo("oggetto"), testo("testo"))
}

/// Schede loaded in an environment.
fn caricate(banco: &Banco, ambiente: &str) -> u64 {
    // This call waits for the ready Comuni, the next one does not.
    banco.json("GET", "/api/forniture", "");
    banco.json("GET", "/api/stato", "")["ambienti"][ambiente]["schede"]
        .as_u64()
        .expect("schede")
}

/// Checks a `Subentrati_…` list: header, one row per scheda, ids growing inside each class. Gives the ids per class.
fn subentrati(banco: &Banco, fornitura: &str, nome: &str, quante: usize) -> (Vec<u64>, Vec<u64>) {
    let (testa, righe) = banco.lista(fornitura, nome);
    assert_eq!(testa, "Tipo scheda;Prog. scheda ANPR;Prog. scheda Comune");
    assert_eq!(righe.len(), quante, "{nome}");
    let mut ids = (Vec::new(), Vec::new());
    let mut chiavi = BTreeSet::new();
    for r in &righe {
        let [tipo, anpr, comune] = r.as_slice() else {
            panic!("{r:?}")
        };
        let anpr = anpr.parse::<u64>().expect("an id");
        match tipo.as_str() {
            "Scheda Individuale APR" | "Scheda Individuale AIRE" => ids.0.push(anpr),
            "Famiglia" | "Convivenza" => ids.1.push(anpr),
            altro => panic!("{altro}"),
        }
        assert!(!comune.is_empty() && chiavi.insert((tipo.clone(), anpr)), "{r:?}");
    }
    assert!(ids.0.is_sorted() && ids.1.is_sorted());
    ids
}

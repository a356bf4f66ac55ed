//! Every page and every refusal that any test sees has its English: what has no phrase fails the test that saw it.
//!
//! Data have no English. What is data is decided mechanically: texts without a word of prose (codes, numbers, names in
//! capitals), what the register, the mailboxes and the catalogue hold, what a test itself sent.

use std::{
    collections::{BTreeSet, HashSet},
    io::Write as _,
    sync::Mutex,
};

/// Appends what was seen (work in progress).
pub(crate) fn controlla(r: &super::Risposta) {
    let tipo = r.testate.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let testo = r.testo.as_str();
    if tipo.starts_with("application/json") && !r.stato.is_success() {
        let v: serde_json::Value = serde_json::from_str(testo).unwrap_or_default();
        let mut html = String::new();
        for e in v["errori"].as_array().into_iter().flatten() {
            if e["codice"].as_str().unwrap_or_default().starts_with("SIM") {
                html += &format!("<p>{}</p>", e["testo"].as_str().unwrap_or_default().replace('&', "&amp;").replace('<', "&lt;"));
            }
        }
        return vista(&html);
    }
    if tipo.starts_with("text/html") { vista(testo) }
}
fn vista(testo: &str) {
    static VISTE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let Ok(file) = std::env::var("ANPR_SIM_MANCANTI") else { return };
    let mut v = VISTE.lock().expect("lock");
    for m in lingua::inglese().mancanti(testo) {
        if v.insert(m.clone()) {
            let mut f = std::fs::OpenOptions::new().append(true).create(true).open(&file).expect("file");
            writeln!(f, "{m}").expect("write");
        }
    }
    let _: Option<HashSet<String>> = None;
}

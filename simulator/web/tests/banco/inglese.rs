//! Every page and every refusal that any test sees has its English: what has no phrase fails the test that saw it.
//!
//! Data have no English, and what is data is decided mechanically: texts without a word of prose (codes, numbers, names in
//! capitals, paths), what mailboxes, catalogue and tables hold, what a test itself sent.
//!
//! With `ANPR_SIM_RISCRIVI` the missing phrases are appended to the dictionary instead, each with an empty English, which
//! no test lets through.

use std::{
    collections::{BTreeSet, HashSet},
    io::Write as _,
    path::PathBuf,
    sync::Mutex,
};

use servizi::Simulatore;

use super::{Risposta, banco};

/// Shown as they are, and in no list a test can read: invented names, words of the API.
const NOMI: [&str; 4] = [
    "Alfa Anagrafi S.r.l.",
    "Beta Demografici S.p.A.",
    "ritardo",
    "taglio",
];

/// Texts that tests sent: they may come back on a page.
static INVIATI: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Remembers what a request carries.
pub(crate) fn annota(dove: &str, corpo: &str) {
    let mut inviati = INVIATI.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let domanda = dove.split_once('?').map_or("", |(_, q)| q);
    for coppia in domanda.split('&').chain(corpo.split('&')) {
        let (nome, valore) = coppia.split_once('=').unwrap_or((coppia, ""));
        inviati.extend([in_chiaro(nome), in_chiaro(valore)]);
    }
    inviati.extend(dove.split('/').map(in_chiaro));
    if let Ok(v) = serde_json::from_str(corpo) {
        testi(&v, &mut inviati);
    }
}

fn testi(v: &serde_json::Value, fuori: &mut BTreeSet<String>) {
    match v {
        serde_json::Value::String(s) => {
            fuori.insert(a_parole(s));
        }
        serde_json::Value::Array(a) => a.iter().for_each(|v| testi(v, fuori)),
        serde_json::Value::Object(o) => o.iter().for_each(|(n, v)| {
            fuori.insert(n.clone());
            testi(v, fuori);
        }),
        _ => {}
    }
}

fn in_chiaro(testo: &str) -> String {
    let mut byte = Vec::new();
    let mut resto = testo.bytes();
    while let Some(b) = resto.next() {
        let cifre = (b == b'%').then(|| [resto.next(), resto.next()]);
        match cifre {
            Some([Some(a), Some(c)]) => {
                let esa = [a, c];
                let due = std::str::from_utf8(&esa).ok();
                byte.push(due.and_then(|d| u8::from_str_radix(d, 16).ok()).unwrap_or(b'%'));
            }
            _ => byte.push(if b == b'+' { b' ' } else { b }),
        }
    }
    a_parole(&String::from_utf8_lossy(&byte))
}

fn a_parole(testo: &str) -> String {
    testo.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The reply has its English, or is none of ours to translate.
pub(crate) fn controlla(r: &Risposta) {
    let tipo = r
        .testate
        .get("content-type")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let italiana = r.testate.get("content-language").is_some_and(|v| v == "it");
    let mancanti = if !italiana {
        return;
    } else if tipo.starts_with("text/html") {
        lingua::inglese().mancanti(&r.testo)
    } else if tipo.starts_with("application/json") {
        mancanti_del_rifiuto(&r.testo)
    } else {
        let mut mancanti = Vec::new();
        let _ = lingua::inglese().riga_con(&r.testo, &mut |m| mancanti.push(m.to_owned()));
        mancanti
    };
    let mancanti: BTreeSet<String> = mancanti.into_iter().filter(|m| di_prosa(m)).collect();
    if mancanti.is_empty() {
        return;
    }
    let dati = Dati::di(&banco().sim);
    let frasi: Vec<&String> = mancanti.iter().filter(|m| !dati.contiene(m)).collect();
    if frasi.is_empty() {
        return;
    }
    if std::env::var_os("ANPR_SIM_RISCRIVI").is_some() {
        return aggiungi(&frasi);
    }
    panic!(
        "no English in fixtures/lingue/en.tsv for {frasi:#?} (docs/LINGUE.md; ANPR_SIM_RISCRIVI=1 appends them)"
    );
}

fn mancanti_del_rifiuto(testo: &str) -> Vec<String> {
    let v: serde_json::Value = serde_json::from_str(testo).unwrap_or_default();
    let mut mancanti = Vec::new();
    for e in v["errori"].as_array().into_iter().flatten() {
        if e["codice"].as_str().is_some_and(|c| c.starts_with("SIM")) {
            // A sentence of several fields is made of theirs.
            let campi = e["campi"]
                .as_array()
                .map_or(std::slice::from_ref(e), Vec::as_slice);
            for e in campi {
                let testo = e["testo"].as_str().unwrap_or_default();
                let _ = lingua::inglese().riga_con(testo, &mut |m| mancanti.push(m.to_owned()));
            }
        }
    }
    mancanti
}

/// A text with at least one word as prose writes it: letters only, small but for the first.
pub(crate) fn di_prosa(testo: &str) -> bool {
    // The name of a certificate.
    if testo.starts_with("CN=") {
        return false;
    }
    // Values of a program, one word each: `oggi, velocita`.
    if testo.contains(", ") && testo.split(", ").all(|v| !v.contains(' ')) {
        return false;
    }
    testo.split_whitespace().any(|parola| {
        let parola = parola.trim_matches(|c: char| "«»\"'()[],.;:!?…".contains(c));
        let mut lettere = parola.chars();
        lettere.next().is_some_and(char::is_alphabetic)
            && parola.chars().count() > 1
            && lettere.all(|c| c.is_lowercase() || c == '\'' || c == '’')
    })
}

fn aggiungi(frasi: &[&String]) {
    static FATTE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/lingue/en.tsv");
    let mut fatte = FATTE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let c_e = std::fs::read_to_string(&file).expect("the dictionary");
    let mut aperto = std::fs::OpenOptions::new()
        .append(true)
        .open(&file)
        .expect("the dictionary");
    for f in frasi {
        if fatte.insert((*f).clone()) && !c_e.contains(&format!("\n{f}\t")) {
            writeln!(aperto, "{f}\t").expect("a row");
        }
    }
}

/// What pages show and nobody translates.
struct Dati {
    testi: HashSet<String>,
    /// Sentences of ANPR, by the pieces around their slots.
    frasi: Vec<Vec<&'static str>>,
    tabelle: String,
}

impl Dati {
    fn di(sim: &Simulatore) -> Self {
        let mut testi: HashSet<String> = NOMI.iter().map(|n| (*n).to_owned()).collect();
        let inviati = INVIATI.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        testi.extend(inviati.iter().cloned());
        for p in sim.pec(None).expect("the mailboxes") {
            testi.extend([a_parole(&p.oggetto), p.da.clone(), p.a.clone()]);
        }
        let mut frasi = Vec::new();
        for a in elaborazione::CATALOGO {
            for t in [a.testo.osservato, a.testo.tabella] {
                frasi.push(t.split('@').collect());
            }
        }
        for c in elaborazione::anomalie::codici_noti() {
            testi.insert(a_parole(c.argomenti));
        }
        let cartella = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tabelle");
        let mut tabelle = String::new();
        for f in std::fs::read_dir(cartella).expect("the tables") {
            tabelle += &std::fs::read_to_string(f.expect("a file").path()).unwrap_or_default();
        }
        Self {
            testi,
            frasi,
            tabelle,
        }
    }

    fn contiene(&self, testo: &str) -> bool {
        // A value of a table stands behind its code.
        let voce = testo.split_once(" – ").map_or(testo, |(_, v)| v);
        self.testi.contains(testo)
            || self.frasi.iter().any(|f| combacia(f, testo))
            || self.tabelle.contains(voce)
            // A subject may stand behind the words of a receipt or a reply.
            || self.testi.iter().any(|t| t.len() > 8 && testo.ends_with(t.as_str()))
    }
}

/// A sentence of ANPR with anything in its slots; on pages an empty slot is `…`, and what was found follows in brackets.
fn combacia(pezzi: &[&str], testo: &str) -> bool {
    let Some((primo, altri)) = pezzi.split_first() else {
        return false;
    };
    let Some(mut resto) = testo.strip_prefix(primo) else {
        return false;
    };
    for pezzo in altri {
        match resto.find(pezzo) {
            Some(i) => resto = &resto[i + pezzo.len()..],
            None => return false,
        }
    }
    true
}

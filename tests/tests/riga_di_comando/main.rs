//! The command line as scripts see it: exit codes 0, 1, 2, what stands on which stream, JSON that parses.

mod avvio;
mod file;
mod inglese;
mod invio;
mod uso;

use std::{path::Path, process::Output};

use anpr_sim_tests::{Banco, esegui, file_gz};
use serde_json::Value;

fn testo(byte: &[u8]) -> String {
    String::from_utf8_lossy(byte).into_owned()
}

/// Exit code, standard output, standard error.
fn giro(argomenti: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = esegui(argomenti);
    (status.code(), testo(&stdout), testo(&stderr))
}

/// A command that cannot do its work: 2, one line of reason, nothing on standard output.
fn non_riesce(argomenti: &[&str], parti: &[&str]) {
    let (codice, uscita, errore) = giro(argomenti);
    assert_eq!(codice, Some(2), "{argomenti:?}: {uscita}{errore}");
    assert_eq!(uscita, "", "{argomenti:?}");
    assert_eq!(errore.lines().count(), 1, "{argomenti:?}: {errore}");
    for parte in parti {
        assert!(errore.contains(parte), "{argomenti:?}: «{parte}» in {errore}");
    }
}

fn json(testo: &str) -> Value {
    serde_json::from_str(testo).unwrap_or_else(|e| panic!("{e}: {testo}"))
}

fn percorsi(cartella: &Path) -> Vec<String> {
    file_gz(cartella)
        .iter()
        .map(|p| p.to_str().expect("UTF-8").to_owned())
        .collect()
}

fn strada(p: &Path) -> &str {
    p.to_str().expect("UTF-8")
}

/// `send` with its JSON report: exit code and report.
fn manda(banco: &Banco, opzioni: &[&str]) -> (Option<i32>, Value) {
    let mut argomenti = vec!["send", "--data", strada(&banco.dati), "--json"];
    argomenti.extend_from_slice(opzioni);
    let (codice, uscita, errore) = giro(&argomenti);
    assert!(!uscita.is_empty(), "{opzioni:?}: {errore}");
    (codice, json(&uscita))
}

//! Foreign programs as judges: a missing one is told on stderr, and is an error under `ANPR_SIM_STRETTO=1`.

use std::{
    path::Path,
    process::{Command, Output},
};

use certs::{OpzioniPki, Pki};

/// Whether the program is there; panics when it is not and the run is a strict one.
pub(crate) fn presente(programma: &str, pacchetto: &str) -> bool {
    if Command::new(programma).arg("--help").output().is_ok() {
        return true;
    }
    let riga = format!("manca {programma}: apt-get install -y {pacchetto}");
    assert!(
        !std::env::var("ANPR_SIM_STRETTO").is_ok_and(|v| v == "1"),
        "{riga}"
    );
    eprintln!("SALTATO: {riga}");
    false
}

/// Runs a program to its end and gives what it said.
pub(crate) fn esegui(programma: &str, argomenti: &[&str]) -> Output {
    Command::new(programma)
        .args(argomenti)
        .env("LC_ALL", "C")
        .output()
        .expect("the program was found before")
}

/// Runs a program that must succeed; what it wrote on stdout.
pub(crate) fn riesce(programma: &str, argomenti: &[&str]) -> String {
    let o = esegui(programma, argomenti);
    let (fuori, errori) = (
        String::from_utf8_lossy(&o.stdout),
        String::from_utf8_lossy(&o.stderr),
    );
    assert!(o.status.success(), "{programma} {argomenti:?}\n{fuori}\n{errori}");
    fuori.into_owned()
}

/// The options most tests use.
pub(crate) fn opzioni() -> OpzioniPki {
    OpzioniPki {
        nomi: Vec::new(),
        nomi_reali: false,
        pronti: vec!["888001".to_owned()],
        adesso: jiff::Timestamp::now(),
        fili: 2,
    }
}

/// An opened PKI.
pub(crate) fn apri(dir: &Path, o: &OpzioniPki) -> Pki {
    Pki::apri(dir, o).unwrap_or_else(|e| panic!("{e}"))
}

/// A path as text.
pub(crate) fn t(p: &Path) -> &str {
    p.to_str().expect("temporary folders have plain names")
}

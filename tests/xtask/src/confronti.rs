//! The peers of `cargo xtask bench --richieste`: their libraries, and the Java one compiled.
//!
//! Only this bench needs them, so the tests do not install them. Without one of them the bench goes on without it.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{attrezzi, radice};

/// Debian packages of the Java peer, and a compiler.
const PACCHETTI_JAVA: [&str; 3] = ["libxml-security-java", "libbcpkix-java", "default-jdk-headless"];
/// Where Debian puts libraries of Java, and those the peer needs.
const LIBRERIE: &str = "/usr/share/java";
const JAR: [&str; 7] = [
    "xmlsec.jar",
    "bcprov.jar",
    "bcpkix.jar",
    "bcutil.jar",
    "slf4j-api.jar",
    "slf4j-nop.jar",
    "commons-codec.jar",
];

/// Prepares both peers and tells the bench where they are.
pub(crate) fn prepara(comando: &mut Command) {
    match python() {
        Ok(bin) => {
            comando.env("ANPR_SIM_CONFRONTI_PYTHON", bin);
        }
        Err(e) => eprintln!("confronto in Python non preparato: {e:#}"),
    }
    match java() {
        Ok(classi) => {
            comando.env("ANPR_SIM_CONFRONTI_JAVA", classi);
        }
        Err(e) => eprintln!("confronto in Java non preparato: {e:#}"),
    }
}

fn python() -> Result<PathBuf> {
    attrezzi::ambiente_python("confronti-python", "tests/confronti/python/requirements.txt")
}

/// The class path: compiled classes first, then the libraries.
fn java() -> Result<OsString> {
    let librerie: Vec<PathBuf> = JAR.iter().map(|j| Path::new(LIBRERIE).join(j)).collect();
    if !librerie.iter().all(|j| j.exists()) || !attrezzi::trovato("javac") {
        attrezzi::apt(&PACCHETTI_JAVA)?;
    }
    let classi = radice().join("target/confronti-java");
    fs::create_dir_all(&classi)?;
    let sorgente = radice().join("tests/confronti/java/Servizio.java");
    let percorso = env::join_paths(std::iter::once(&classi).chain(&librerie)).context("class path")?;
    attrezzi::esegui(
        Command::new("javac")
            .args(["-nowarn", "-d"])
            .arg(&classi)
            .arg("-cp")
            .arg(&percorso)
            .arg(sorgente),
    )?;
    Ok(percorso)
}

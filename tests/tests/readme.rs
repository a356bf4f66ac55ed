//! The commands of the README, run as they stand.
//!
//! A block marked `<!-- prova: nome -->` is run by bash in an empty folder with the program in the path; every line
//! `#> text` in it must appear in the output, in order. Keys are made once and put where the commands expect them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anpr_sim_tests::{Banco, pki_comune, programma};

fn blocchi(file: &Path) -> Vec<(String, String)> {
    let testo = fs::read_to_string(file).expect("the README");
    let mut uscita = Vec::new();
    let mut resto = testo.as_str();
    while let Some((_, dopo)) = resto.split_once("<!-- prova: ") {
        let (nome, dopo) = dopo.split_once(" -->").expect("a closed mark");
        let (_, dopo) = dopo
            .split_once("```sh\n")
            .expect("a block of shell after the mark");
        let (blocco, dopo) = dopo.split_once("```").expect("a closed block");
        uscita.push((nome.to_owned(), blocco.to_owned()));
        resto = dopo;
    }
    uscita
}

fn radice() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests lies in the root")
        .to_path_buf()
}

fn copia(da: &Path, a: &Path) {
    fs::create_dir_all(a).expect("a folder");
    for voce in fs::read_dir(da).expect("the keys") {
        let voce = voce.expect("an entry");
        let dove = a.join(voce.file_name());
        if voce.path().is_dir() {
            copia(&voce.path(), &dove);
        } else {
            fs::copy(voce.path(), dove).expect("a copy");
        }
    }
}

fn esegui(nome: &str, blocco: &str) {
    let cartella = tempfile::tempdir().expect("a folder");
    if blocco.contains("serve") {
        copia(&pki_comune(), &cartella.path().join("dati/pki"));
    }
    let cartella_programma = programma().parent().expect("a folder").to_path_buf();
    let path = std::env::join_paths(std::iter::once(cartella_programma).chain(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    )))
    .expect("a path");
    // Whatever the block leaves running goes with it.
    let script = format!("set -eu\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait || true' EXIT\n{blocco}");
    let uscita = Command::new("bash")
        .arg("-c")
        .arg(&script)
        .current_dir(cartella.path())
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .expect("bash starts");
    let detto = String::from_utf8_lossy(&uscita.stdout).into_owned();
    let errori = String::from_utf8_lossy(&uscita.stderr).into_owned();
    assert!(
        uscita.status.success(),
        "{nome}: {}\n{detto}\n{errori}",
        uscita.status
    );
    let mut resto = detto.as_str();
    for atteso in blocco.lines().filter_map(|r| r.strip_prefix("#> ")) {
        let (_, dopo) = resto
            .split_once(atteso)
            .unwrap_or_else(|| panic!("{nome}: manca «{atteso}» in:\n{detto}\n{errori}"));
        resto = dopo;
    }
}

#[test]
fn i_comandi_del_readme_fanno_quello_che_dicono() {
    // Keys first, in the folder all tests share; the ports of the README are the default ones, so one at a time.
    drop(Banco::nuovo());
    for file in ["README.it.md", "README.md"] {
        let blocchi = blocchi(&radice().join(file));
        let nomi: Vec<&str> = blocchi.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(nomi, ["percorso", "check", "send"], "{file}");
        for (nome, blocco) in &blocchi {
            esegui(&format!("{file}/{nome}"), blocco);
        }
    }
    for (nome, blocco) in blocchi(&radice().join("simulator/docs/DIFETTI.md")) {
        esegui(&format!("DIFETTI.md/{nome}"), &blocco);
    }
}

//! The page of the docs, run as it stands.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anpr_sim_tests::{Banco, attrezzo};

/// The commands of `simulator/docs/SPORTELLO.md`, run as they stand but for ports and folders of this bench.
#[test]
fn i_comandi_della_pagina_dello_sportello_fanno_quello_che_dicono() {
    if !(attrezzo("bash") && attrezzo("curl") && attrezzo("openssl") && attrezzo("python3")) {
        return;
    }
    let radice = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests lies in the root");
    let pagina = fs::read_to_string(radice.join("simulator/docs/SPORTELLO.md")).expect("the page");
    let blocchi: Vec<(&str, &str)> = pagina
        .split("<!-- prova: ")
        .skip(1)
        .map(|p| {
            let (nome, dopo) = p.split_once(" -->").expect("a closed mark");
            let (_, dopo) = dopo.split_once("```sh\n").expect("a block of shell");
            (nome, dopo.split_once("```").expect("a closed block").0)
        })
        .collect();
    assert_eq!(
        blocchi.iter().map(|(n, _)| *n).collect::<Vec<_>>(),
        ["certificati", "importa", "operatori", "carta"]
    );
    let banco = Banco::isolato(&[]);
    let qui = tempfile::tempdir().expect("a folder");
    let bin = anpr_sim_tests::programma()
        .parent()
        .expect("a folder")
        .to_path_buf();
    let vecchio = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&vecchio))).expect("a path");
    for (nome, blocco) in blocchi {
        let blocco = blocco
            .replace("dati/pki/ca.pem", banco.pronto["ca"].as_str().expect("ca"))
            .replace("--data dati", &format!("--data {}", banco.dati.display()))
            .replace("http://127.0.0.1:8080", banco.console())
            .replace("https://localhost:8444", banco.ws("pre"))
            .replace(
                "https://localhost:8446",
                banco.pronto["carta"].as_str().expect("carta"),
            );
        let o = Command::new("bash")
            .args(["-c", &format!("set -eu\n{blocco}")])
            .current_dir(qui.path())
            .env("PATH", &path)
            .stdin(Stdio::null())
            .output()
            .expect("bash starts");
        let detto = String::from_utf8_lossy(&o.stdout).into_owned();
        let errori = String::from_utf8_lossy(&o.stderr).into_owned();
        assert!(o.status.success(), "{nome}: {detto}\n{errori}");
        let mut resto = detto.as_str();
        for atteso in blocco.lines().filter_map(|r| r.strip_prefix("#> ")) {
            let (_, dopo) = resto
                .split_once(atteso)
                .unwrap_or_else(|| panic!("{nome}: manca «{atteso}» in:\n{detto}\n{errori}"));
            resto = dopo;
        }
    }
}

//! The commands of the README, run as they stand.
//!
//! A block marked `<!-- prova: nome -->` is run by bash in an empty folder with the program in the path; every line
//! `#> text` in it must appear in the output, in order. Keys are made once and put where the commands expect them.

use std::{fs, path::Path};

use anpr_sim_tests::{
    Banco,
    pagine::{blocchi, esegui_blocco, mantiene, radice},
    pki_comune,
};

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
    mantiene(nome, blocco, &esegui_blocco(blocco, cartella.path()));
}

#[test]
fn i_comandi_del_readme_fanno_quello_che_dicono() {
    // Keys first, in the folder all tests share; the ports of the README are the default ones, so one at a time.
    drop(Banco::nuovo());
    for file in ["README.it.md", "README.md"] {
        let blocchi = blocchi(&radice().join(file));
        let nomi: Vec<&str> = blocchi.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(nomi, ["percorso", "demo", "check", "send"], "{file}");
        for (nome, blocco) in &blocchi {
            esegui(&format!("{file}/{nome}"), blocco);
        }
    }
    for file in ["DIFETTI.md", "LEZIONI.md", "SICUREZZA.md"] {
        let blocchi = blocchi(&radice().join("simulator/docs").join(file));
        assert!(!blocchi.is_empty(), "{file}");
        for (nome, blocco) in &blocchi {
            esegui(&format!("{file}/{nome}"), blocco);
        }
    }
}

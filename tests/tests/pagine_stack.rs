//! The page of each stack: its commands are run as they stand, its mistakes are made, and the journal must say the very
//! sentence the page shows.

use std::{collections::BTreeSet, fs, net::TcpListener};

use anpr_sim_tests::{
    Banco, attrezzo,
    pagine::{blocchi, esegui_blocco, mantiene, radice},
    pile::{Pila, xmlseclibs},
};

/// Each page, with the stack it needs.
const PAGINE: [(&str, Pila); 8] = [
    ("cxf.md", Pila::Java),
    ("wcf.md", Pila::Wcf),
    ("php.md", Pila::Php),
    ("python.md", Pila::Lxml),
    ("node.md", Pila::Node),
    ("gsoap.md", Pila::Gsoap),
    ("delphi.md", Pila::Delphi),
    ("xmlsec.md", Pila::Xmlsec),
];

#[test]
fn i_comandi_di_ogni_pagina_fanno_quello_che_dicono() {
    if !["bash", "curl", "python3"].into_iter().all(attrezzo) {
        return;
    }
    let banco = Banco::nuovo();
    let pronto = banco.dati.join("ready.json");
    for (pagina, pila) in PAGINE {
        if !pila.presente() {
            continue;
        }
        let blocchi = blocchi(&radice().join("simulator/docs/stack").join(pagina));
        let nomi: Vec<&str> = blocchi.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(nomi, ["chiama", "sbagli"], "{pagina}");
        for (nome, blocco) in &blocchi {
            // The page speaks of a folder in the place of this bench's.
            let qui = blocco
                .replace(
                    "prepara.sh dati ",
                    &format!("prepara.sh {} ", banco.dati.display()),
                )
                .replace("dati/ready.json", pronto.to_str().expect("UTF-8"));
            let qui = format!("export XMLSECLIBS='{}'\n{qui}", xmlseclibs().display());
            mantiene(
                &format!("{pagina}/{nome}"),
                blocco,
                &esegui_blocco(&qui, &radice()),
            );
        }
        let sbagli = &blocchi[1].1;
        assert_eq!(
            sbagli.matches("sbaglia.sh ").count(),
            3,
            "{pagina}: three mistakes"
        );
    }
}

#[test]
fn l_indice_nomina_ogni_pagina_e_i_suoi_comandi_valgono() {
    let cartella = radice().join("simulator/docs/stack");
    let indice = fs::read_to_string(cartella.join("README.md")).expect("the index");
    let pagine: BTreeSet<String> = fs::read_dir(&cartella)
        .expect("the folder")
        .map(|v| v.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|n| n != "README.md")
        .collect();
    let attese: BTreeSet<String> = PAGINE.iter().map(|(p, _)| (*p).to_owned()).collect();
    assert_eq!(pagine, attese);
    for p in &pagine {
        assert!(indice.contains(&format!("({p})")), "{p} non è nell'indice");
    }
    if !["bash", "curl", "python3"].into_iter().all(attrezzo) {
        return;
    }
    let banco = Banco::nuovo();
    let cartella_nomi = tempfile::tempdir().expect("a folder");
    let nomi = cartella_nomi.path().display();
    let libera = TcpListener::bind("127.0.0.1:0")
        .and_then(|l| l.local_addr())
        .expect("a free port")
        .port()
        .to_string();
    for (nome, blocco) in blocchi(&cartella.join("README.md")) {
        let qui = blocco
            .replace(
                "prepara.sh dati ",
                &format!("prepara.sh {} ", banco.dati.display()),
            )
            .replace("9443", &libera)
            .replace("--data nomi", &format!("--data {nomi}"))
            .replace("nomi/pki", &format!("{nomi}/pki"));
        mantiene(&nome, &qui, &esegui_blocco(&qui, &radice()));
    }
}

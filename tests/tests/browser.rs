//! The pages in a real browser: each test is a script of `tests/browser`, run by node on a bench of its own.
//!
//! The scripts drive Chromium through playwright-core; every page they visit is also examined (accessibility in both
//! colour schemes, three widths, keyboard, weight). Screenshots lie in `tests/artefatti`.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anpr_sim_tests::{Banco, attrezzo, programma, stretto};

fn cartella() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}

/// Whether node, Chromium and the npm packages are here; running strictly, they must be.
fn si_puo() -> bool {
    if !(attrezzo("node") && attrezzo("chromium")) {
        return false;
    }
    let ci_sono = ["playwright-core", "axe-core"]
        .iter()
        .all(|p| cartella().join("node_modules").join(p).is_dir());
    assert!(
        ci_sono || !stretto(),
        "mancano i pacchetti npm in tests/browser: li installa `cargo xtask test`"
    );
    if !ci_sono {
        eprintln!(
            "saltato: mancano i pacchetti npm in tests/browser (li installa `cargo xtask test`, o `npm ci`)"
        );
    }
    ci_sono
}

/// Runs one script against a fresh simulator.
fn prova(script: &str) {
    if !si_puo() {
        return;
    }
    // Keys of its own: the pages list every certificate there is.
    let banco = Banco::isolato(&[]);
    let uscita = Command::new("node")
        .arg(format!("{script}.mjs"))
        .arg(banco.dati.join("ready.json"))
        .arg(programma())
        .arg(cartella().with_file_name("artefatti"))
        .current_dir(cartella())
        .stdin(Stdio::null())
        .output()
        .expect("node starts");
    // Captured by the harness unless the test fails or --nocapture asks for it.
    print!("{}", String::from_utf8_lossy(&uscita.stdout));
    eprint!("{}", String::from_utf8_lossy(&uscita.stderr));
    assert!(uscita.status.success(), "{script}: {}", uscita.status);
}

#[test]
fn il_percorso_di_un_comune_nel_browser() {
    prova("percorso");
}

#[test]
fn lo_stesso_percorso_senza_script() {
    prova("senza_script");
}

#[test]
fn gli_errori_piu_gravi_hanno_una_pagina_chiara_e_nessun_effetto() {
    prova("errori");
}

#[test]
fn la_sicurezza_del_comune_nel_browser() {
    prova("sicurezza");
}

#[test]
fn l_accesso_con_carta_nel_browser() {
    prova("carta");
}

#[test]
fn la_console_mostra_i_verdetti_e_consegna_i_certificati() {
    prova("console");
}

#[test]
fn il_percorso_prima_dei_file_nel_browser() {
    prova("aree");
}

#[test]
fn le_date_e_il_contributo_nel_browser() {
    prova("cruscotto");
}

#[test]
fn il_resto_dell_applicazione_nel_browser() {
    prova("applicazione");
}

#[test]
fn una_lezione_fra_relatore_e_aula_nel_browser() {
    prova("lezioni");
}

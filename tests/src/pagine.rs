//! The commands of the documents, run as they stand.
//!
//! A block of shell after a mark `<!-- prova: nome -->` is run by bash; every line `#> text` in it must appear in the
//! output, in order. What is shown to a reader is what is run: a document may not drift from the program.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::programma;

/// The root of the sources.
pub fn radice() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests lies in the root")
        .to_path_buf()
}

/// The marked blocks of a document, with their names.
pub fn blocchi(file: &Path) -> Vec<(String, String)> {
    let testo = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let un_blocco = |pezzo: &str| {
        let (nome, dopo) = pezzo.split_once(" -->")?;
        let (_, dopo) = dopo.split_once("```sh\n")?;
        Some((nome.to_owned(), dopo.split_once("```")?.0.to_owned()))
    };
    testo
        .split("<!-- prova: ")
        .skip(1)
        .map(|p| un_blocco(p).unwrap_or_else(|| panic!("{}: un segno senza il suo blocco", file.display())))
        .collect()
}

/// Runs a block in a folder, with the program in the path. Whatever it leaves running ends with it.
pub fn esegui_blocco(blocco: &str, cartella: &Path) -> Output {
    let nostra = programma().parent().expect("a folder").to_path_buf();
    let vecchio = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(nostra).chain(env::split_paths(&vecchio))).expect("a path");
    let script = format!("set -eu\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait || true' EXIT\n{blocco}");
    Command::new("bash")
        .args(["-c", &script])
        .current_dir(cartella)
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .expect("bash starts")
}

/// The output of a block that must succeed and say what its lines `#>` promise.
pub fn mantiene(nome: &str, blocco: &str, uscita: &Output) -> String {
    let detto = String::from_utf8_lossy(&uscita.stdout).into_owned();
    let errori = String::from_utf8_lossy(&uscita.stderr);
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
    detto
}

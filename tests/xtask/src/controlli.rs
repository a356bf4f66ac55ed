//! Static checks that need no compiler: what must never be committed, and the files no test can run here.

use std::{collections::BTreeSet, env, fs, path::Path, process::Command};

use anyhow::{Context as _, Result, bail};

use crate::radice;

/// Runs all static checks; every finding is printed before failing.
pub(crate) fn statici() -> Result<()> {
    eprintln!("== controlli statici");
    let file = file_in_git()?;
    let mut difetti = Vec::new();
    segni_vietati(&file, &mut difetti);
    ufficiali(&file, &mut difetti)?;
    compose(&mut difetti)?;
    readme(&mut difetti)?;
    if difetti.is_empty() {
        eprintln!("== controlli statici: ok ({} file)", file.len());
        return Ok(());
    }
    for d in &difetti {
        eprintln!("  {d}");
    }
    bail!("controlli statici: {} difetti", difetti.len())
}

fn file_in_git() -> Result<Vec<String>> {
    let uscita = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(radice())
        .output()
        .context("git ls-files")?;
    Ok(String::from_utf8_lossy(&uscita.stdout)
        .split('\0')
        .filter(|s| !s.is_empty())
        .map(String::from)
        .collect())
}

/// Unfinished macros, switched-off tests, absolute paths of a build machine.
fn segni_vietati(file: &[String], difetti: &mut Vec<String>) {
    // Written in halves so that this file does not find itself.
    let vietati = [
        ["todo", "!("].concat(),
        ["unimplemented", "!("].concat(),
        ["dbg", "!("].concat(),
        ["#[", "ignore"].concat(),
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
    ];
    for f in file
        .iter()
        .filter(|f| !f.ends_with(".lock") && !f.starts_with("fixtures/"))
    {
        let Ok(testo) = fs::read_to_string(radice().join(f)) else {
            continue;
        };
        for (n, riga) in testo.lines().enumerate() {
            for v in &vietati {
                if riga.contains(v.as_str()) {
                    difetti.push(format!("{f}:{}: contiene `{v}`", n + 1));
                }
            }
        }
    }
}

/// No file of the official schemas may stand in the tree, whatever its name.
fn ufficiali(file: &[String], difetti: &mut Vec<String>) -> Result<()> {
    let Some(oracolo) = env::var_os("ANPR_SIM_ORACOLO") else {
        return Ok(());
    };
    let mut contenuti = BTreeSet::new();
    raccogli(Path::new(&oracolo), &mut contenuti)?;
    if contenuti.is_empty() {
        bail!("ANPR_SIM_ORACOLO è impostata ma non contiene schemi");
    }
    for f in file {
        if let Ok(c) = fs::read(radice().join(f))
            && contenuti.contains(&c)
        {
            difetti.push(format!(
                "{f}: è un file ufficiale, serve solo da oracolo nei test"
            ));
        }
    }
    Ok(())
}

fn raccogli(cartella: &Path, in_: &mut BTreeSet<Vec<u8>>) -> Result<()> {
    for voce in fs::read_dir(cartella).with_context(|| cartella.display().to_string())? {
        let p = voce?.path();
        if p.is_dir() {
            raccogli(&p, in_)?;
        } else if p.extension().is_some_and(|e| e == "xsd" || e == "wsdl") {
            in_.insert(fs::read(&p)?);
        }
    }
    Ok(())
}

/// docker-compose.yml and the Dockerfile cannot be run everywhere: their names and ports are held to the program's.
fn compose(difetti: &mut Vec<String>) -> Result<()> {
    let compose = fs::read_to_string(radice().join("docker-compose.yml")).context("docker-compose.yml")?;
    let dockerfile =
        fs::read_to_string(radice().join("simulator/Dockerfile")).context("simulator/Dockerfile")?;
    for porta in ["8443", "8444", "8445", "8446", "8080"] {
        if !compose.contains(&format!("127.0.0.1:{porta}:{porta}")) {
            difetti.push(format!(
                "docker-compose.yml: la porta {porta} non è pubblicata sul solo loopback"
            ));
        }
        if !dockerfile.contains(porta) {
            difetti.push(format!("simulator/Dockerfile: manca EXPOSE {porta}"));
        }
    }
    for (nome, testo, serve) in [
        ("docker-compose.yml", &compose, "dockerfile: simulator/Dockerfile"),
        ("docker-compose.yml", &compose, "ANPR_SIM_CONSOLE_TOKEN"),
        (
            "simulator/Dockerfile",
            &dockerfile,
            "cargo build --release --locked -p anpr-sim",
        ),
        ("simulator/Dockerfile", &dockerfile, "USER "),
        ("simulator/Dockerfile", &dockerfile, "HEALTHCHECK"),
    ] {
        if !testo.contains(serve) {
            difetti.push(format!("{nome}: manca `{serve}`"));
        }
    }
    Ok(())
}

/// The README shows the two commands a newcomer needs.
fn readme(difetti: &mut Vec<String>) -> Result<()> {
    for nome in ["README.md", "README.it.md"] {
        let testo = fs::read_to_string(radice().join(nome)).context(nome)?;
        for comando in ["cargo run --release", "cargo xtask test"] {
            if !testo.contains(comando) {
                difetti.push(format!("{nome}: non mostra `{comando}`"));
            }
        }
    }
    Ok(())
}

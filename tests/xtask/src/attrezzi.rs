//! The foreign judges the tests need, and how they come onto a machine.
//!
//! Debian packages for programs and libraries, one Python environment under `target/`, two folders of npm packages (the
//! browser, the Node client), one PHP library unpacked under `target/`. What cannot be installed is named, with the line to type, and what is skipped for its lack.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::radice;

/// What the tests call: what to look for (a command; where the package brings none, a file by its whole path, or
/// `pacchetto:` and its name), which Debian package brings it, what is skipped without it.
struct Programma {
    comando: &'static str,
    pacchetto: &'static str,
    serve: &'static str,
}

const PROGRAMMI: &[Programma] = &[
    Programma {
        comando: "cc",
        pacchetto: "gcc",
        serve: "la compilazione",
    },
    Programma {
        comando: "xmllint",
        pacchetto: "libxml2-utils",
        serve: "conformità agli XSD",
    },
    Programma {
        comando: "xmlsec1",
        pacchetto: "xmlsec1",
        serve: "firme giudicate da xmlsec1",
    },
    Programma {
        comando: "openssl",
        pacchetto: "openssl",
        serve: "certificati e TLS",
    },
    Programma {
        comando: "keytool",
        pacchetto: "default-jre-headless",
        serve: "p12 letti da Java",
    },
    Programma {
        comando: "javac",
        pacchetto: "default-jdk-headless",
        serve: "client Java",
    },
    Programma {
        comando: "/usr/share/java/xmlsec.jar",
        pacchetto: "libxml-security-java",
        serve: "firme giudicate da Santuario",
    },
    Programma {
        comando: "/usr/share/java/wss4j.jar",
        pacchetto: "libwss4j-java",
        serve: "client Java",
    },
    Programma {
        comando: "/usr/share/java/bcpkix.jar",
        pacchetto: "libbcpkix-java",
        serve: "client Java",
    },
    Programma {
        comando: "php",
        pacchetto: "php-cli",
        serve: "client PHP",
    },
    Programma {
        comando: "pacchetto:php-soap",
        pacchetto: "php-soap",
        serve: "client PHP",
    },
    Programma {
        comando: "pacchetto:php-xml",
        pacchetto: "php-xml",
        serve: "client PHP",
    },
    Programma {
        comando: "wsdl2h",
        pacchetto: "gsoap",
        serve: "client gSOAP",
    },
    Programma {
        comando: "/usr/include/stdsoap2.h",
        pacchetto: "libgsoap-dev",
        serve: "client gSOAP",
    },
    Programma {
        comando: "/usr/include/openssl/cms.h",
        pacchetto: "libssl-dev",
        serve: "client gSOAP",
    },
    Programma {
        comando: "mono",
        pacchetto: "mono-runtime",
        serve: "client .NET",
    },
    Programma {
        comando: "mcs",
        pacchetto: "mono-mcs",
        serve: "client .NET",
    },
    Programma {
        comando: "/usr/lib/mono/4.5/System.Security.dll",
        pacchetto: "libmono-system-security4.0-cil",
        serve: "client .NET",
    },
    Programma {
        comando: "/usr/lib/mono/4.5/System.Core.dll",
        pacchetto: "libmono-system-core4.0-cil",
        serve: "client .NET",
    },
    Programma {
        comando: "fpc",
        pacchetto: "fp-compiler",
        serve: "client Pascal",
    },
    Programma {
        comando: "pacchetto:fp-units-fcl",
        pacchetto: "fp-units-fcl",
        serve: "client Pascal",
    },
    Programma {
        comando: "curl",
        pacchetto: "curl",
        serve: "richieste a mano",
    },
    Programma {
        comando: "python3",
        pacchetto: "python3",
        serve: "client estranei (lxml, xmlsec, zeep)",
    },
    Programma {
        comando: "node",
        pacchetto: "nodejs",
        serve: "prove nel browser",
    },
    Programma {
        comando: "npm",
        pacchetto: "npm",
        serve: "prove nel browser",
    },
    Programma {
        comando: "chromium",
        pacchetto: "chromium",
        serve: "prove nel browser",
    },
];

/// Folders with npm packages of their own, and what they are for.
const NPM: [(&str, &str); 2] = [
    ("tests/browser", "prove nel browser"),
    ("tests/interop/node", "client Node"),
];
/// The Debian package that carries xmlseclibs, and where in it the library lies.
const XMLSECLIBS: (&str, &str) = (
    "simplesamlphp",
    "usr/share/simplesamlphp/vendor/robrichards/xmlseclibs",
);

/// What was found and prepared for this run.
pub(crate) struct Attrezzi {
    python: Option<PathBuf>,
    mancanti: Vec<String>,
}

impl Attrezzi {
    /// Looks for every tool; installs what is missing when it may.
    pub(crate) fn prepara(installa: bool) -> Result<Self> {
        let puo = installa || (e_root() && trovato("apt-get"));
        let mut mancanti: Vec<&Programma> = PROGRAMMI.iter().filter(|p| !trovato(p.comando)).collect();
        let manca_venv = trovato("python3") && !venv_possibile();
        if (!mancanti.is_empty() || manca_venv) && puo {
            let mut pacchetti: Vec<&str> = mancanti.iter().map(|p| p.pacchetto).collect();
            if manca_venv || !trovato("python3") {
                pacchetti.push("python3-venv");
            }
            apt(&pacchetti)?;
            mancanti = PROGRAMMI.iter().filter(|p| !trovato(p.comando)).collect();
        }
        let mut nomi: Vec<String> = mancanti
            .iter()
            .map(|p| format!("{} (per {})", p.comando, p.serve))
            .collect();
        if !mancanti.is_empty() {
            let pacchetti: Vec<&str> = mancanti.iter().map(|p| p.pacchetto).collect();
            eprintln!(
                "mancano dei programmi; per averli: sudo apt-get install -y {}",
                pacchetti.join(" ")
            );
        }
        let python = match python() {
            Ok(bin) => Some(bin),
            Err(e) => {
                eprintln!("ambiente Python non preparato: {e:#}");
                nomi.push("pacchetti Python (per client estranei)".into());
                None
            }
        };
        for (cartella, serve) in NPM {
            if trovato("npm")
                && let Err(e) = npm(cartella)
            {
                eprintln!("pacchetti npm non preparati: {e:#}");
                nomi.push(format!("pacchetti npm (per {serve})"));
            }
        }
        if let Err(e) = xmlseclibs() {
            eprintln!("libreria PHP non preparata: {e:#}");
            nomi.push("xmlseclibs (per client PHP)".into());
        }
        Ok(Self {
            python,
            mancanti: nomi,
        })
    }

    /// Gives a command what the tests look for: the Python environment first in the path, strictness when nothing
    /// is missing (a skip would then hide a failure).
    pub(crate) fn ambiente<'c>(&self, comando: &'c mut Command) -> &'c mut Command {
        if let Some(bin) = &self.python {
            let vecchio = env::var_os("PATH").unwrap_or_default();
            let strade = std::iter::once(bin.clone()).chain(env::split_paths(&vecchio));
            if let Ok(path) = env::join_paths(strade) {
                comando.env("PATH", path);
            }
        }
        if self.mancanti.is_empty() {
            comando.env("ANPR_SIM_STRETTO", "1");
        }
        comando
    }

    /// Last lines of a run: what was skipped and why.
    pub(crate) fn riassunto(&self) {
        if env::var_os("ANPR_SIM_ORACOLO").is_none() {
            eprintln!(
                "nota: ANPR_SIM_ORACOLO non è impostata: i confronti con gli schemi ufficiali sono stati saltati"
            );
        }
        for m in &self.mancanti {
            eprintln!("nota: saltato per mancanza di {m}");
        }
    }
}

pub(crate) fn trovato(comando: &str) -> bool {
    if comando.starts_with('/') {
        return Path::new(comando).exists();
    }
    if let Some(pacchetto) = comando.strip_prefix("pacchetto:") {
        return Command::new("dpkg-query")
            .args(["-W", "-f=${db:Status-Status}", pacchetto])
            .stderr(Stdio::null())
            .output()
            .is_ok_and(|u| u.stdout == b"installed");
    }
    env::var_os("PATH").is_some_and(|p| env::split_paths(&p).any(|d| d.join(comando).is_file()))
}

fn e_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|o| o.stdout.trim_ascii() == b"0")
}

fn venv_possibile() -> bool {
    Command::new("python3")
        .args(["-c", "import ensurepip, venv"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

pub(crate) fn apt(pacchetti: &[&str]) -> Result<()> {
    eprintln!("== installo: {}", pacchetti.join(" "));
    // Without root `--installa` asks through sudo; as root plain.
    let comando = |argomenti: &[&str]| {
        let mut c = if e_root() {
            Command::new("apt-get")
        } else {
            Command::new("sudo")
        };
        if !e_root() {
            c.arg("apt-get");
        }
        c.args(argomenti)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null());
        c
    };
    // A stale index only costs a newer version: the install decides.
    let _ = comando(&["update", "-q"]).status();
    let stato = comando(&["install", "-y", "-q", "--no-install-recommends"])
        .args(pacchetti)
        .status()?;
    if !stato.success() {
        bail!("apt-get install {} non riuscito", pacchetti.join(" "));
    }
    Ok(())
}

/// The Python environment of the tests.
fn python() -> Result<PathBuf> {
    ambiente_python("prove-python", "tests/requirements.txt")
}

/// A Python environment under `target/`, rebuilt when its list of packages changes. Returns its `bin`.
pub(crate) fn ambiente_python(nome: &str, lista: &str) -> Result<PathBuf> {
    let base = radice().join("target").join(nome);
    let lista = radice().join(lista);
    let voluta = fs::read_to_string(&lista).with_context(|| lista.display().to_string())?;
    let segno = base.join("installati.txt");
    let bin = base.join(if cfg!(windows) { "Scripts" } else { "bin" });
    if fs::read_to_string(&segno).is_ok_and(|s| s == voluta) {
        return Ok(bin);
    }
    eprintln!("== ambiente Python in target/{nome}");
    esegui(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&base))?;
    esegui(
        Command::new(bin.join("python3"))
            .args(["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r"])
            .arg(&lista),
    )?;
    fs::write(segno, voluta)?;
    Ok(bin)
}

/// The npm packages of a folder, exactly as its lock file names them.
fn npm(dove: &str) -> Result<()> {
    let cartella = radice().join(dove);
    let voluta = fs::read_to_string(cartella.join("package-lock.json"))
        .with_context(|| format!("{dove}/package-lock.json"))?;
    let segno = cartella.join("node_modules/installati.txt");
    if fs::read_to_string(&segno).is_ok_and(|s| s == voluta) {
        return Ok(());
    }
    eprintln!("== pacchetti npm in {dove}");
    esegui(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"])
            .current_dir(&cartella),
    )?;
    fs::write(segno, voluta)?;
    Ok(())
}

/// xmlseclibs, the PHP library of XML signatures: Debian only has it inside an application that wants a web server of
/// its own, so the package is fetched and the library alone taken out, not installed.
fn xmlseclibs() -> Result<()> {
    let base = radice().join("target/prove-php");
    let (pacchetto, dentro) = XMLSECLIBS;
    if base.join(dentro).join("xmlseclibs.php").is_file() {
        return Ok(());
    }
    if !trovato("apt-get") {
        bail!("si scarica con apt-get, che qui manca");
    }
    eprintln!("== xmlseclibs in target/prove-php");
    fs::create_dir_all(&base)?;
    let scarica = || {
        esegui(
            Command::new("apt-get")
                .args(["download", "-q", pacchetto])
                .current_dir(&base)
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )
    };
    // A stale index may name a version that is gone.
    if scarica().is_err() {
        let _ = Command::new("apt-get")
            .args(["update", "-q"])
            .stdout(Stdio::null())
            .status();
        scarica()?;
    }
    let deb = fs::read_dir(&base)?
        .filter_map(|v| Some(v.ok()?.path()))
        .find(|p| p.extension().is_some_and(|e| e == "deb"))
        .context("il pacchetto scaricato")?;
    let tutto = base.join("tutto");
    esegui(Command::new("dpkg-deb").arg("-x").arg(&deb).arg(&tutto))?;
    let libreria = base.join(dentro);
    fs::create_dir_all(libreria.parent().context("una cartella")?)?;
    fs::rename(tutto.join(dentro), &libreria)?;
    fs::remove_dir_all(tutto)?;
    fs::remove_file(deb)?;
    Ok(())
}

pub(crate) fn esegui(comando: &mut Command) -> Result<()> {
    let nome = Path::new(comando.get_program()).display().to_string();
    let stato = comando.status().with_context(|| nome.clone())?;
    if !stato.success() {
        bail!("{nome}: {stato}");
    }
    Ok(())
}

//! The servers of the comparison: ours and the two peers, each started on the server's core.
//!
//! The peers get what ours publishes and no more: roots, a server certificate, the schema of the body, the operators of
//! the ready Comuni. `cargo xtask bench --richieste` prepares their libraries; without it they are left out.

use std::{
    env,
    fs::{self, File},
    io::Write as _,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anpr_sim_tests::{Banco, carico, memoria_residente, messaggi::TEST_CONN, pki_comune};
use anyhow::{Context as _, Result, bail};
use rustls::ClientConfig;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::nuclei;
use crate::processo::secondi_cpu;

/// `bin` of the Python environment with gunicorn, lxml, xmlsec, cryptography.
const PYTHON: &str = "ANPR_SIM_CONFRONTI_PYTHON";
/// Classes of the Java peer and its class path, in the form of `-cp`.
const JAVA: &str = "ANPR_SIM_CONFRONTI_JAVA";
/// Longest wait for a peer to listen.
const ATTESA: Duration = Duration::from_secs(30);
/// Threads of the Python worker: found best among 1, 2, 4, 8 and 16 on one core.
const FILI_PYTHON: &str = "4";
/// Threads of the Java server: found best among 2, 4, 8, 16 and 64 on one core.
const FILI_JAVA: &str = "4";
/// Most schemas a service publishes.
const SCHEMI: usize = 8;

/// What a peer must know, in files.
pub(crate) struct Scena {
    pub(crate) pronto: Value,
    pub(crate) tls: Arc<ClientConfig>,
    cartella: TempDir,
}

impl Scena {
    /// Asks the running simulator.
    pub(crate) fn prepara(noi: &Contendente) -> Result<Self> {
        let Processo::Banco(banco) = &noi.processo else {
            bail!("la scena viene dal simulatore");
        };
        let cartella = tempfile::tempdir()?;
        for n in 1..=SCHEMI {
            let r = banco
                .cliente
                .prendi(&format!("{}{TEST_CONN}?xsd={n}", banco.ws("test")))?;
            if r.stato != 200 {
                break;
            }
            let testo = r.testo().replace("?xsd=", "schema-");
            fs::write(cartella.path().join(format!("schema-{n}")), testo)?;
        }
        let mut operatori = serde_json::Map::new();
        let mut righe = File::create(cartella.path().join("operatori.txt"))?;
        for comune in banco.pronto["comuni"].as_array().context("comuni")? {
            let istat = comune["istat"].as_str().context("istat")?;
            for o in comune["operatori"].as_array().context("operatori")? {
                let nome = o["nameId"].as_str().context("nameId")?;
                operatori.insert(nome.to_owned(), json!([istat]));
                writeln!(righe, "{nome} {istat}")?;
            }
        }
        let ca = banco.pronto["ca"].as_str().context("ca")?;
        let scena = json!({ "ca": ca, "xsd": cartella.path().join("schema-1"), "operatori": operatori });
        fs::write(cartella.path().join("scena.json"), scena.to_string())?;
        Ok(Self {
            pronto: banco.pronto.clone(),
            tls: carico::fiducia(Path::new(ca))?,
            cartella,
        })
    }

    fn file(&self, nome: &str) -> PathBuf {
        self.cartella.path().join(nome)
    }
}

/// How a contestant runs.
enum Processo {
    Banco(Box<Banco>),
    Figlio(Child),
}

/// One server of the comparison, running.
pub(crate) struct Contendente {
    pub(crate) nome: &'static str,
    pub(crate) indirizzo: SocketAddr,
    processo: Processo,
}

impl Contendente {
    /// The simulator, as anybody starts it.
    pub(crate) fn noi() -> Result<Self> {
        // A child inherits the cores of who starts it.
        nuclei::di_questo_processo(nuclei::SERVER)?;
        let banco = Banco::nuovo();
        let porta = banco.ws("test").rsplit(':').next().context("porta")?.parse()?;
        Ok(Self {
            nome: "anpr-sim",
            indirizzo: SocketAddr::from(([127, 0, 0, 1], porta)),
            processo: Processo::Banco(Box::new(banco)),
        })
    }

    /// gunicorn with one worker of some threads: the kind that keeps connections.
    pub(crate) fn python(s: &Scena) -> Result<Option<Self>> {
        let Some(bin) = env::var_os(PYTHON).map(PathBuf::from) else {
            eprintln!("senza il confronto in Python: {PYTHON} non è impostata");
            return Ok(None);
        };
        let porta = porta_libera()?;
        let mut c = Command::new(bin.join("gunicorn"));
        c.args([
            "--no-control-socket",
            "--workers",
            "1",
            "--worker-class",
            "gthread",
            "--threads",
            FILI_PYTHON,
        ])
        .args(["--keep-alive", "75", "--bind"])
        .arg(format!("127.0.0.1:{porta}"))
        .arg("--certfile")
        .arg(pki_comune().join("server/test.pem"))
        .arg("--keyfile")
        .arg(pki_comune().join("server/test.key.pem"))
        .args(["--chdir", "tests/confronti/python", "servizio:app"])
        .env("SCENA", s.file("scena.json"));
        Self::avvia("Python: gunicorn, lxml, xmlsec", porta, &mut c).map(Some)
    }

    /// The JDK's HTTPS server with Santuario: as usual programs are, which verify everything for each request, or with
    /// a memory of what is constant, as ours.
    pub(crate) fn java(s: &Scena, ricorda: bool) -> Result<Option<Self>> {
        let Some(classi) = env::var_os(JAVA) else {
            eprintln!("senza il confronto in Java: {JAVA} non è impostata");
            return Ok(None);
        };
        let porta = porta_libera()?;
        let mut c = Command::new("java");
        let (nome, ricordati) = if ricorda {
            ("Java: lo stesso, che ricorda come noi", "-Dricordati=1024")
        } else {
            ("Java: HttpsServer, Santuario", "-Dricordati=0")
        };
        c.args(["-Xms256m", "-Xmx512m", "-Dsun.net.httpserver.nodelay=true"])
            .args([ricordati, "-cp"])
            .arg(classi)
            .args(["Servizio", &porta.to_string(), FILI_JAVA])
            .arg(s.pronto["ca"].as_str().unwrap_or_default())
            .arg(pki_comune().join("server/test.pem"))
            .arg(pki_comune().join("server/test.key.pem"))
            .arg(s.file("schema-1"))
            .arg(s.file("operatori.txt"));
        Self::avvia(nome, porta, &mut c).map(Some)
    }

    fn avvia(nome: &'static str, porta: u16, comando: &mut Command) -> Result<Self> {
        nuclei::di_questo_processo(nuclei::SERVER)?;
        let figlio = comando
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| nome.to_owned())?;
        let mut io = Self {
            nome,
            indirizzo: SocketAddr::from(([127, 0, 0, 1], porta)),
            processo: Processo::Figlio(figlio),
        };
        let fine = Instant::now() + ATTESA;
        while TcpStream::connect(io.indirizzo).is_err() {
            if let Processo::Figlio(f) = &mut io.processo
                && let Some(stato) = f.try_wait()?
            {
                bail!("{nome}: finito subito ({stato})");
            }
            if Instant::now() > fine {
                bail!("{nome}: non ascolta");
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(io)
    }

    fn pid(&self) -> u32 {
        match &self.processo {
            Processo::Banco(b) => b.pid(),
            Processo::Figlio(f) => f.id(),
        }
    }

    /// The process and those it started.
    fn processi(&self) -> Vec<u32> {
        let pid = self.pid();
        let figli = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let figli = figli.split_whitespace().filter_map(|p| p.parse().ok());
        std::iter::once(pid).chain(figli).collect()
    }

    /// Resident memory of all of them.
    pub(crate) fn memoria(&self) -> u64 {
        let di = |p| memoria_residente(p).ok();
        self.processi().into_iter().filter_map(di).sum()
    }

    /// Seconds of the cores all of them have used.
    pub(crate) fn secondi_cpu(&self) -> f64 {
        self.processi().into_iter().filter_map(secondi_cpu).sum()
    }
}

impl Drop for Contendente {
    fn drop(&mut self) {
        // The bench ends its own; gunicorn ends its worker when asked politely.
        if let Processo::Figlio(f) = &mut self.processo {
            let _ = Command::new("kill").args(["-TERM", &f.id().to_string()]).status();
            let _ = f.wait();
        }
    }
}

fn porta_libera() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

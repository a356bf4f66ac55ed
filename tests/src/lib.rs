//! The bench the end-to-end tests work on: the real program in a process of its own, driven through its public doors.
//!
//! Each [`Banco`] is one ephemeral simulator on free ports, with its own data folder; keys are made once per build
//! folder and shared, as the contract's `--pki` is meant. Dropping it ends the process.

pub mod carico;
pub mod messaggi;
pub mod molestie;
pub mod pagine;
pub mod pile;
pub mod tenuta;

use std::{
    env,
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use anpr_sim::cliente::{Cliente, Ricevuta};
use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::Value;
use tempfile::TempDir;

/// Longest wait for `pronto`; the first start of a build folder makes the keys.
const ATTESA_PRONTO: Duration = Duration::from_mins(2);
/// Longest wait for an outcome.
const ATTESA_ESITO: Duration = Duration::from_mins(2);
/// The scenario date of the tests: every run sees the same day.
pub const OGGI: &str = "2021-03-01";

/// The program under test, built before the tests by `cargo xtask test`.
pub fn programma() -> PathBuf {
    let io = env::current_exe().expect("the test knows its own path");
    // target/<profile>/deps/test-… or target/<profile>/examples/…
    let cartella = io
        .ancestors()
        .nth(2)
        .expect("a test lives two folders below its profile");
    let bin = cartella.join(format!("anpr-sim{}", env::consts::EXE_SUFFIX));
    assert!(
        bin.is_file(),
        "manca {}: prima `cargo build -p anpr-sim` (lo fa `cargo xtask test`)",
        bin.display()
    );
    bin
}

/// Keys shared by every bench of one build folder. Takes a new name when what certificates look like changes.
pub fn pki_comune() -> PathBuf {
    programma()
        .parent()
        .expect("the program lies in a folder")
        .join("prove-pki-2")
}

/// Whether a missing foreign tool fails a test (`cargo xtask test` with everything installed) or skips it.
pub fn stretto() -> bool {
    env::var_os("ANPR_SIM_STRETTO").is_some()
}

/// `true` when the command exists; otherwise says so, and fails when running strictly.
pub fn attrezzo(comando: &str) -> bool {
    let ce = env::var_os("PATH").is_some_and(|p| env::split_paths(&p).any(|d| d.join(comando).is_file()));
    assert!(
        ce || !stretto(),
        "manca {comando}: lo installa `cargo xtask test`"
    );
    if !ce {
        eprintln!("saltato: manca {comando} (lo installa `cargo xtask test`)");
    }
    ce
}

/// Runs a subcommand of the program to its end.
pub fn esegui(argomenti: &[&str]) -> Output {
    Command::new(programma())
        .args(argomenti)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

/// Runs a subcommand that must succeed, and gives back its standard output.
pub fn esegui_bene(argomenti: &[&str]) -> String {
    let uscita = esegui(argomenti);
    assert!(
        uscita.status.success(),
        "{argomenti:?}: {}\n{}\n{}",
        uscita.status,
        String::from_utf8_lossy(&uscita.stdout),
        String::from_utf8_lossy(&uscita.stderr)
    );
    String::from_utf8(uscita.stdout).expect("the program speaks UTF-8")
}

/// A running simulator.
#[derive(Debug)]
pub struct Banco {
    processo: Child,
    /// The ready file.
    pub pronto: Value,
    /// Trusts the simulator's roots.
    pub cliente: Cliente,
    /// Data folder.
    pub dati: PathBuf,
    /// Behind a lock so that threads of one test may share a bench.
    righe: Mutex<mpsc::Receiver<String>>,
    _cartella: Option<TempDir>,
}

impl Banco {
    /// An ephemeral simulator with the shared keys, scenario date [`OGGI`], clock standing still.
    pub fn nuovo() -> Self {
        Self::con(&[])
    }

    /// The same, with further options of `serve`.
    pub fn con(opzioni: &[&str]) -> Self {
        let cartella = tempfile::tempdir().expect("a temporary folder");
        let dati = cartella.path().join("dati");
        Self::su(dati, &pki_comune(), opzioni, Some(cartella)).expect("the simulator starts")
    }

    /// The same with keys of its own, as they are after the first start: for tests that issue certificates.
    pub fn isolato(opzioni: &[&str]) -> Self {
        if !pki_comune().join("indice.json").is_file() {
            drop(Self::nuovo());
        }
        let cartella = tempfile::tempdir().expect("a temporary folder");
        let pki = cartella.path().join("pki");
        copia_pronte(&pki_comune(), &pki).expect("the shared keys can be copied");
        let dati = cartella.path().join("dati");
        Self::su(dati, &pki, opzioni, Some(cartella)).expect("the simulator starts")
    }

    /// A simulator over a data folder and keys of the caller's, which outlive it.
    pub fn con_chiavi(dati: &Path, pki: &Path) -> Self {
        Self::su(dati.to_path_buf(), pki, &[], None).expect("the simulator starts")
    }

    /// A simulator over a data folder of the caller's, which outlives it.
    pub fn in_cartella(dati: &Path, opzioni: &[&str]) -> Result<Self> {
        Self::su(dati.to_path_buf(), &pki_comune(), opzioni, None)
    }

    fn su(dati: PathBuf, pki: &Path, opzioni: &[&str], cartella: Option<TempDir>) -> Result<Self> {
        // One maker of keys at a time: tests start in parallel.
        let lucchetto = File::create(pki_comune().with_extension("lock"))?;
        lucchetto.lock()?;
        let mut comando = Command::new(programma());
        comando
            .arg("serve")
            .arg("--data")
            .arg(&dati)
            .arg("--pki")
            .arg(pki);
        for porta in [
            "--test-port",
            "--pre-port",
            "--sub-port",
            "--carta-port",
            "--console-port",
        ] {
            comando.args([porta, "0"]);
        }
        if !opzioni.contains(&"--oggi") {
            comando.args(["--oggi", OGGI]);
        }
        comando
            .args(opzioni)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut processo = comando.spawn().context("the program starts")?;
        let righe = in_righe(processo.stdout.take().context("stdout")?);
        let errori = in_righe(processo.stderr.take().context("stderr")?);
        let inizio = Instant::now();
        loop {
            match righe.recv_timeout(Duration::from_millis(50)) {
                Ok(riga) if riga.starts_with("pronto") => break,
                Ok(_) => {}
                Err(_) => {
                    if let Some(stato) = processo.try_wait()? {
                        let detto: Vec<String> = errori.iter().collect();
                        bail!("serve è finito ({stato}): {}", detto.join("\n"));
                    }
                    if inizio.elapsed() > ATTESA_PRONTO {
                        let _ = processo.kill();
                        bail!("serve non è pronto dopo {} s", ATTESA_PRONTO.as_secs());
                    }
                }
            }
        }
        lucchetto.unlock()?;
        thread::spawn(move || errori.iter().for_each(|r| eprintln!("[anpr-sim] {r}")));
        let pronto: Value = serde_json::from_slice(&fs::read(dati.join("ready.json"))?)?;
        let ca = pronto["ca"].as_str().context("ca in ready.json")?;
        let cliente = Cliente::nuovo(Some(Path::new(ca)))?;
        Ok(Self {
            processo,
            pronto,
            cliente,
            dati,
            righe: Mutex::new(righe),
            _cartella: cartella,
        })
    }

    /// Process id of the simulator.
    pub fn pid(&self) -> u32 {
        self.processo.id()
    }

    /// Kills it as `kill -9` would, and waits.
    pub fn uccidi(&mut self) {
        let _ = self.processo.kill();
        let _ = self.processo.wait();
    }

    /// Asks it to end politely (SIGTERM) and waits for its end; gives the exit code.
    pub fn chiudi(&mut self) -> Option<i32> {
        let _ = Command::new("kill")
            .args(["-TERM", &self.pid().to_string()])
            .status();
        let fine = Instant::now() + Duration::from_secs(20);
        while Instant::now() < fine {
            if let Ok(Some(stato)) = self.processo.try_wait() {
                return stato.code();
            }
            thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Lines printed after `pronto`, so far.
    pub fn righe(&self) -> Vec<String> {
        self.righe
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .try_iter()
            .collect()
    }

    /// Base address of the console.
    pub fn console(&self) -> &str {
        self.pronto["console"].as_str().expect("console in ready.json")
    }

    /// Base address of an environment's web services.
    pub fn ws(&self, ambiente: &str) -> &str {
        self.pronto["ambienti"][ambiente]["ws"]
            .as_str()
            .expect("ws in ready.json")
    }

    /// The first postazione of a ready Comune.
    pub fn postazione(&self, comune: &str) -> &Value {
        &self.comune(comune)["postazioni"][0]
    }

    /// A ready Comune.
    pub fn comune(&self, istat: &str) -> &Value {
        self.pronto["comuni"]
            .as_array()
            .and_then(|c| c.iter().find(|c| c["istat"] == istat))
            .unwrap_or_else(|| panic!("{istat} non è tra i Comuni pronti"))
    }

    /// A call of the control API.
    pub fn api(&self, metodo: &str, percorso: &str, corpo: Vec<u8>) -> Ricevuta {
        let url = format!("{}{percorso}", self.console());
        let json = corpo.first().is_some_and(|b| matches!(b, b'{' | b'[')) || corpo == b"null";
        let tipo = if json {
            "application/json"
        } else {
            "application/octet-stream"
        };
        self.cliente
            .chiedi(metodo, &url, &[("content-type", tipo)], corpo)
            .unwrap_or_else(|e| panic!("{metodo} {url}: {e:#}"))
    }

    /// A call that must answer 2xx, as JSON.
    pub fn json(&self, metodo: &str, percorso: &str, corpo: &str) -> Value {
        let r = self.api(metodo, percorso, corpo.as_bytes().to_vec());
        assert!(
            (200..300).contains(&r.stato),
            "{metodo} {percorso}: {} {}",
            r.stato,
            r.testo()
        );
        if r.corpo.is_empty() {
            Value::Null
        } else {
            r.json().expect("JSON")
        }
    }

    /// Uploads bytes under a name; the reply whatever it is.
    pub fn carica(&self, ambiente: &str, comune: &str, nome: &str, byte: Vec<u8>) -> Ricevuta {
        let tipo = if nome.contains("SUBAIRE") { "AIRE" } else { "APR" };
        self.carica_come(tipo, ambiente, comune, nome, byte)
    }

    /// The same, with the kind chosen by the caller.
    pub fn carica_come(
        &self,
        tipo: &str,
        ambiente: &str,
        comune: &str,
        nome: &str,
        byte: Vec<u8>,
    ) -> Ricevuta {
        let percorso = format!("/api/forniture?ambiente={ambiente}&comune={comune}&tipo={tipo}&nome={nome}");
        let url = format!("{}{percorso}", self.console());
        self.cliente
            .chiedi(
                "POST",
                &url,
                &[("content-type", "application/octet-stream")],
                byte,
            )
            .unwrap_or_else(|e| panic!("POST {url}: {e:#}"))
    }

    /// Uploads every file of a generated delivery; each must be accepted. Gives the delivery's id.
    pub fn carica_tutti(&self, ambiente: &str, comune: &str, cartella: &Path) -> String {
        let mut id = None;
        for file in file_gz(cartella) {
            let nome = file
                .file_name()
                .and_then(|n| n.to_str())
                .expect("a name of ours")
                .to_owned();
            let r = self.carica(ambiente, comune, &nome, fs::read(&file).expect("a file of ours"));
            assert_eq!(r.stato, 201, "{nome}: {}", r.testo());
            id = r.json().expect("JSON")["fornitura"].as_str().map(str::to_owned);
        }
        id.expect("at least one file")
    }

    /// Uploads a file that must be accepted. Gives the reply.
    pub fn accetta(&self, ambiente: &str, comune: &str, nome: &str, byte: Vec<u8>) -> Value {
        let r = self.carica(ambiente, comune, nome, byte);
        assert_eq!(r.stato, 201, "{ambiente} {nome}: {}", r.testo());
        r.json().expect("JSON")
    }

    /// Uploads a file that must be refused. Gives the codes.
    pub fn rifiuta(&self, ambiente: &str, comune: &str, nome: &str, byte: Vec<u8>) -> Vec<String> {
        Self::codici(&self.carica(ambiente, comune, nome, byte))
    }

    /// A delivery as it stands now.
    pub fn fornitura(&self, id: &str) -> Value {
        self.json("GET", &format!("/api/forniture/{id}"), "")
    }

    /// The messages of a Comune, oldest first.
    pub fn pec(&self, comune: &str) -> Vec<Value> {
        self.json("GET", &format!("/api/pec?comune={comune}"), "")
            .as_array()
            .expect("a list")
            .clone()
    }

    /// A list of a concluded delivery: its rows without the header line, cell by cell.
    pub fn lista(&self, id: &str, nome: &str) -> (String, Vec<Vec<String>>) {
        let r = self.api("GET", &format!("/api/forniture/{id}/liste/{nome}"), Vec::new());
        assert_eq!(r.stato, 200, "{nome}: {}", r.testo());
        assert_eq!(
            r.intestazione("content-type"),
            Some("text/csv; charset=windows-1252")
        );
        let testo: String = r.corpo.iter().map(|b| char::from(*b)).collect();
        assert!(testo.ends_with("\r\n"), "every line ends with CR LF: {testo:?}");
        let mut righe = testo.trim_end_matches("\r\n").split("\r\n");
        let testa = righe.next().expect("a header line").to_owned();
        (
            testa,
            righe.map(|r| r.split(';').map(str::to_owned).collect()).collect(),
        )
    }

    /// Logs the ready operator of a Comune in. Gives the session cookie.
    pub fn entra(&self, ambiente: &str, comune: &str) -> String {
        let base = self.ws(ambiente);
        let modulo = self
            .cliente
            .prendi(&format!("{base}/combas"))
            .expect("the login form");
        let segno = biscotto(&modulo);
        let testo = modulo.testo();
        let csrf = testo
            .split("name=\"csrf\"")
            .nth(1)
            .and_then(|t| t.split("value=\"").nth(1))
            .and_then(|t| t.split('"').next())
            .expect("a token in the form");
        let operatore = &self.comune(comune)["operatori"][0];
        let (nome, password) = (
            operatore["nameId"].as_str().expect("nameId"),
            operatore["password"].as_str().expect("password"),
        );
        let corpo = format!("csrf={csrf}&name_id={nome}&password={password}");
        let intestazioni = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("cookie", segno.as_str()),
            ("origin", base),
        ];
        let r = self
            .cliente
            .chiedi(
                "POST",
                &format!("{base}/combas/entra"),
                &intestazioni,
                corpo.into_bytes(),
            )
            .expect("a reply");
        assert_eq!(r.stato, 303, "{}", r.testo());
        biscotto(&r)
    }

    /// A page of an environment, as text.
    pub fn pagina(&self, ambiente: &str, cookie: &str, percorso: &str) -> String {
        let url = format!("{}{percorso}", self.ws(ambiente));
        let r = self
            .cliente
            .chiedi("GET", &url, &[("cookie", cookie)], Vec::new())
            .expect("a page");
        assert_eq!(r.stato, 200, "{percorso}: {}", r.testo());
        r.testo()
    }

    /// Waits until a delivery rests in one of the states, and gives it back.
    pub fn attendi(&self, fornitura: &str, stati: &[&str]) -> Value {
        let fine = Instant::now() + ATTESA_ESITO;
        loop {
            let f = self.json("GET", &format!("/api/forniture/{fornitura}"), "");
            if f["stato"].as_str().is_some_and(|s| stati.contains(&s)) {
                return f;
            }
            assert!(
                Instant::now() < fine,
                "la fornitura {fornitura} resta {}",
                f["stato"]
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The codes of a 422.
    pub fn codici(r: &Ricevuta) -> Vec<String> {
        assert_eq!(r.stato, 422, "{}", r.testo());
        let json = r.json().expect("JSON");
        json["errori"]
            .as_array()
            .expect("errori")
            .iter()
            .map(|e| e["codice"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

impl Drop for Banco {
    fn drop(&mut self) {
        self.uccidi();
    }
}

/// Copies a folder of keys without what other tests issued into it meanwhile.
fn copia_pronte(da: &Path, a: &Path) -> Result<()> {
    let mut indice: Value = serde_json::from_slice(&fs::read(da.join("indice.json"))?)?;
    let mut servono = vec!["ca.pem".to_owned(), "ca.p12".to_owned()];
    for cosa in ["radici", "server"] {
        let ultimo = if cosa == "radici" { "ca-" } else { "" };
        for nome in indice[cosa].as_object().context("indice.json")?.keys() {
            for fine in ["pem", "key.pem"] {
                servono.push(format!("{cosa}/{ultimo}{nome}.{fine}"));
            }
        }
    }
    let postazioni = indice["postazioni"].as_array_mut().context("indice.json")?;
    postazioni.retain(|p| {
        let id = p["id"].as_str().unwrap_or_default();
        p["difetto"].is_null() && p["pem"] == format!("postazioni/{id}.pem") && id.ends_with("-CO-0000")
    });
    for p in postazioni {
        for nome in ["p12", "pem", "chiave"] {
            servono.push(p[nome].as_str().context("indice.json")?.to_owned());
        }
    }
    indice["carte"] = Value::Array(Vec::new());
    for f in servono {
        let dove = a.join(&f);
        fs::create_dir_all(dove.parent().context("a folder")?)?;
        fs::copy(da.join(&f), &dove).with_context(|| f.clone())?;
    }
    fs::write(a.join("indice.json"), serde_json::to_vec(&indice)?)?;
    Ok(())
}

/// The first cookie a reply sets, as a request sends it back.
fn biscotto(r: &Ricevuta) -> String {
    r.intestazione("set-cookie")
        .and_then(|c| c.split(';').next())
        .expect("a cookie")
        .to_owned()
}

/// Expands a file of a generated delivery.
pub fn espandi(file: &Path) -> Vec<u8> {
    let mut byte = Vec::new();
    flate2::read::GzDecoder::new(File::open(file).expect("a file of ours"))
        .read_to_end(&mut byte)
        .expect("gzip");
    byte
}

/// The APR document of a generated one-file delivery, to be spoilt.
pub fn apr(argomenti: &[&str]) -> String {
    let fornitura = genera(argomenti);
    String::from_utf8(espandi(&file_gz(fornitura.path())[0])).expect("UTF-8")
}

/// Adds to a counter of an APR document.
pub fn conta(documento: &str, elemento: &str, piu: i64) -> String {
    let (apre, chiude) = (format!("<{elemento}>"), format!("</{elemento}>"));
    let (prima, resto) = documento.split_once(&apre).expect("a counter");
    let (numero, dopo) = resto.split_once(&chiude).expect("a counter");
    let nuovo = numero.parse::<i64>().expect("a number") + piu;
    format!("{prima}{apre}{nuovo}{chiude}{dopo}")
}

/// The `.gz` files of a folder, APR first, in the order of their progressivo.
pub fn file_gz(cartella: &Path) -> Vec<PathBuf> {
    let mut file: Vec<PathBuf> = fs::read_dir(cartella)
        .expect("a folder of ours")
        .filter_map(|v| Some(v.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "gz"))
        .collect();
    file.sort_by_key(|p| {
        let nome = p
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let progressivo = nome
            .split('_')
            .nth(3)
            .and_then(|n| n.parse::<u32>().ok())
            .unwrap_or(0);
        (nome.contains("SUBAIRE"), progressivo, nome)
    });
    file
}

/// Generates a delivery into a fresh folder.
pub fn genera(argomenti: &[&str]) -> TempDir {
    let cartella = tempfile::tempdir().expect("a temporary folder");
    let out = cartella.path().to_str().expect("UTF-8 path").to_owned();
    let mut tutti = vec!["generate", "--oggi", OGGI, "--out", &out];
    tutti.extend_from_slice(argomenti);
    esegui_bene(&tutti);
    cartella
}

/// Compresses bytes the way a gestionale would.
pub fn gz(byte: &[u8]) -> Vec<u8> {
    let mut uscita = Vec::new();
    flate2::read::GzEncoder::new(byte, flate2::Compression::fast())
        .read_to_end(&mut uscita)
        .expect("in memory");
    uscita
}

fn in_righe(flusso: impl std::io::Read + Send + 'static) -> mpsc::Receiver<String> {
    let (manda, ricevi) = mpsc::channel();
    thread::spawn(move || {
        for riga in BufReader::new(flusso).lines() {
            let Ok(riga) = riga else { return };
            if manda.send(riga).is_err() {
                return;
            }
        }
    });
    ricevi
}

/// Resident memory of a process in bytes (Linux).
pub fn memoria_residente(pid: u32) -> Result<u64> {
    let stato = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let riga = stato
        .lines()
        .find(|r| r.starts_with("VmRSS:"))
        .ok_or_else(|| anyhow!("VmRSS assente"))?;
    let kib: u64 = riga.split_whitespace().nth(1).context("VmRSS")?.parse()?;
    Ok(kib * 1024)
}

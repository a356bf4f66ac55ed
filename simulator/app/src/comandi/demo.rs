//! `demo`: the whole journey of a Comune through the public doors, narrated, on a simulator of its own; one file for each
//! stretch of the road, in the order of the calendar.
//!
//! A child process with `--ephemeral` on free ports: what is shown is what a user's script would see. It ends with
//! the demo however that ends, because it watches the pipe whose other end only the demo holds; everything the demo
//! writes lies in its folder and goes with it. Keys are kept between two demos in the user's own cache folder, which
//! nobody else enters; without such a folder they are made anew.

mod dopo;
mod giorno;
mod pre_subentro;
mod prima;
mod prove;

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use anpr_sim::cliente::Cliente;
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{Fine, api, cliente, solo_mio};
use crate::opzioni::{Demo, Lingua};

const COMUNE: &str = "888001";
/// Scenario date: fixed, so that two demos tell the same story.
const OGGI: &str = "2021-03-01";
const ABITANTI: u64 = 5_000;

pub(crate) fn esegui(o: &Demo, l: Lingua) -> Result<Fine> {
    let mut voce = Voce {
        o,
        l,
        n: 0,
        da: Instant::now(),
    };
    voce.dice(
        l.scegli(
            "Avvio un simulatore tutto suo, che non lascia niente su disco (SIMULATORE – dati fittizi).",
            "Starting a simulator of its own, which leaves nothing on disk (SIMULATORE – invented data).",
        ),
        &json!({}),
    )?;
    let palco = Palco::monta()?;
    voce.fatto(&format!(
        "console {}",
        palco.pronto["console"].as_str().unwrap_or_default()
    ))?;
    prima::racconta(&mut voce, &palco)?;
    prove::racconta(&mut voce, &palco)?;
    pre_subentro::racconta(&mut voce, &palco)?;
    giorno::racconta(&mut voce, &palco)?;
    dopo::racconta(&mut voce, &palco)?;
    voce.dice(
        &format!(
            "{} {:.1} s.",
            l.scegli("Fine, in", "The end, in"),
            voce.da.elapsed().as_secs_f64()
        ),
        &json!({}),
    )?;
    Ok(Fine::Bene)
}

fn nomi(file: &[PathBuf]) -> String {
    file.iter()
        .filter_map(|f| f.file_name()?.to_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Tells the story, step by step when asked.
struct Voce<'o> {
    o: &'o Demo,
    l: Lingua,
    n: u32,
    da: Instant,
}

impl Voce<'_> {
    fn dice(&mut self, testo: &str, come: &Value) -> Result<()> {
        if self.o.passo_passo && self.n > 0 {
            eprint!(
                "   [{}] ",
                self.l.scegli("INVIO per continuare", "ENTER to go on")
            );
            let mut riga = String::new();
            std::io::stdin().read_line(&mut riga)?;
        }
        self.n += 1;
        if self.o.json {
            println!("{}", json!({"passo": self.n, "testo": testo, "come": come}));
        } else {
            println!("{:>2}. {testo}", self.n);
        }
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "one shape for the lines of the story")]
    fn fatto(&self, testo: &str) -> Result<()> {
        if self.o.json {
            println!("{}", json!({"passo": self.n, "esito": testo}));
        } else {
            println!("    {testo}");
        }
        Ok(())
    }
}

/// Asks the simulator to end, so that it takes its temporary folder with it; kills it if it does not.
fn chiudi(processo: &mut Child) {
    drop(processo.stdin.take());
    for _ in 0..100 {
        if matches!(processo.try_wait(), Ok(Some(_))) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let _ = processo.kill();
    let _ = processo.wait();
}

/// The simulator of the demo and the folder of its files.
struct Palco {
    _processo: Figlio,
    pronto: Value,
    cliente: Cliente,
    /// Data folder of the simulator.
    dati: PathBuf,
    file: PathBuf,
}

/// Where the keys of the demos are kept: the user's own, nobody else's to read. `None` when there is no such place.
fn cartella_delle_chiavi() -> Option<PathBuf> {
    let cartella = |nome: &str| {
        std::env::var_os(nome)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    let cache = if cfg!(windows) {
        cartella("LOCALAPPDATA")?
    } else if cfg!(target_os = "macos") {
        cartella("HOME")?.join("Library/Caches")
    } else {
        cartella("XDG_CACHE_HOME").or_else(|| Some(cartella("HOME")?.join(".cache")))?
    };
    let chiavi = cache.join("anpr-sim").join("demo");
    std::fs::create_dir_all(&chiavi).ok()?;
    // Fails on a folder of somebody else's, or reached through a link to one.
    solo_mio(&chiavi).ok()?;
    Some(chiavi)
}

impl Palco {
    fn monta() -> Result<Self> {
        let chiavi = cartella_delle_chiavi();
        // Two demos at once: one makes the keys, the other waits for them.
        let lucchetto = chiavi
            .as_ref()
            .and_then(|c| std::fs::File::create(c.join("lucchetto")).ok());
        if let Some(lucchetto) = &lucchetto {
            // Without locks on that file system two first demos would only make the keys twice.
            let _ = lucchetto.lock();
        }
        let mut comando = Command::new(std::env::current_exe()?);
        comando.args(["serve", "--ephemeral", "--fino-a-stdin", "--oggi", OGGI]);
        if let Some(chiavi) = &chiavi {
            comando.arg("--pki").arg(chiavi.join("pki"));
        }
        let processo = comando
            .args([
                "--test-port",
                "0",
                "--pre-port",
                "0",
                "--sub-port",
                "0",
                "--carta-port",
                "0",
                "--console-port",
                "0",
            ])
            // Only this process holds the other end, until its own end.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("il simulatore non parte")?;
        let mut processo = Figlio(processo);
        let mut righe = BufReader::new(processo.0.stdout.take().context("stdout")?).lines();
        let riga = righe
            .find(|r| r.as_ref().map_or(true, |r| r.starts_with("pronto")))
            .context("il simulatore è finito prima di essere pronto")??;
        let (_, file) = riga.rsplit_once("dettagli in ").context("riga pronto")?;
        drop(lucchetto);
        let pronto: Value = serde_json::from_slice(&std::fs::read(file)?)?;
        let cliente = cliente(&pronto)?;
        let dati = Path::new(file)
            .parent()
            .context("cartella dei dati")?
            .to_path_buf();
        Ok(Self {
            _processo: processo,
            pronto,
            cliente,
            file: dati.join("demo"),
            dati,
        })
    }

    /// A call of the control API that must succeed.
    fn chiama(&self, metodo: &str, dove: &str, corpo: &Value) -> Result<Value> {
        api(&self.cliente, &self.pronto, metodo, dove, corpo)
    }

    fn vedi(&self, dove: &str) -> Result<Value> {
        self.chiama("GET", dove, &Value::Null)
    }

    /// Takes the Comune out of the plan: a body that says `null`, which is not the lack of a body.
    fn togli_finestra(&self) -> Result<()> {
        let url = format!(
            "{}/api/comuni/{COMUNE}/piano?ambiente=sub",
            super::testo(&self.pronto, &["console"])?
        );
        let json = [("content-type", "application/json")];
        let r = self.cliente.chiedi("PUT", &url, &json, b"null".to_vec())?;
        if r.stato != 200 {
            bail!("PUT {url}: {} {}", r.stato, super::messaggio(&r.testo()));
        }
        Ok(())
    }

    /// Moves the scenario to a day.
    fn oggi(&self, giorno: &str) -> Result<()> {
        self.chiama("PUT", "/api/orologio", &json!({"oggi": giorno}))?;
        Ok(())
    }

    /// A delivery of so many inhabitants in a folder of its own.
    fn genera(
        &self,
        dove: &str,
        versione: u16,
        abitanti: u64,
        anomalie: &[(&str, u64)],
    ) -> Result<Vec<PathBuf>> {
        let richiesta = generatore::Richiesta {
            comune: super::istat(COMUNE)?,
            versione,
            abitanti,
            aire: abitanti / 100,
            invii: None,
            max_invii: None,
            seed: 1,
            oggi: OGGI.parse()?,
            anomalie: anomalie.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect(),
        };
        Ok(generatore::genera(&richiesta, &self.file.join(dove))?.file)
    }

    fn invia(&self, ambiente: &str, file: &Path) -> Result<anpr_sim::cliente::Ricevuta> {
        let nome = file.file_name().and_then(|n| n.to_str()).context("nome")?;
        let tipo = if nome.contains("SUBAIRE") { "AIRE" } else { "APR" };
        let url = format!(
            "{}/api/forniture?ambiente={ambiente}&comune={COMUNE}&tipo={tipo}&nome={nome}",
            super::testo(&self.pronto, &["console"])?
        );
        self.cliente.chiedi(
            "POST",
            &url,
            &[("content-type", "application/octet-stream")],
            std::fs::read(file)?,
        )
    }

    fn carica(&self, ambiente: &str, file: &[PathBuf]) -> Result<String> {
        let mut id = String::new();
        for f in file {
            let r = self.invia(ambiente, f)?;
            if r.stato != 201 {
                bail!("{}: {} {}", f.display(), r.stato, super::messaggio(&r.testo()));
            }
            super::testo(&r.json()?, &["fornitura"])?.clone_into(&mut id);
        }
        Ok(id)
    }

    fn attendi(&self, id: &str) -> Result<Value> {
        loop {
            let f = self.vedi(&format!("/api/forniture/{id}"))?;
            if !matches!(f["stato"].as_str(), Some("APERTA" | "IN_ELABORAZIONE")) {
                return Ok(f);
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// The newest message of a Comune with a text, as its mailbox shows it.
    fn pec(&self, comune: &str, testo: &str) -> Result<String> {
        let tutte = self.vedi(&format!("/api/pec?comune={comune}&testo={}", senza_spazi(testo)))?;
        let ultima = tutte
            .as_array()
            .and_then(|p| p.last())
            .with_context(|| format!("nessuna PEC con «{testo}»"))?;
        let allegati: Vec<&str> = ultima["allegati"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let con = if allegati.is_empty() {
            String::new()
        } else {
            format!(" [+ {}]", allegati.join(", "))
        };
        Ok(format!("PEC: {}{con}", di(ultima, "oggetto")))
    }
}

/// A text in a query; ours have nothing but blanks to encode.
fn senza_spazi(testo: &str) -> String {
    testo.replace(' ', "%20")
}

/// A text of an answer.
fn di<'v>(v: &'v Value, nome: &str) -> &'v str {
    v[nome].as_str().unwrap_or_default()
}

/// The child, ended whatever becomes of the demo.
struct Figlio(Child);

impl Drop for Figlio {
    fn drop(&mut self) {
        chiudi(&mut self.0);
    }
}

//! `demo`: the path of a Comune through the public doors, narrated, on a simulator of its own.
//!
//! A child process with `--ephemeral` on free ports: what is shown is what a user's script would see. It ends with
//! the demo however that ends, because it watches the pipe whose other end only the demo holds; everything the demo
//! writes lies in its folder and goes with it. Keys are kept between two demos in the user's own cache folder, which
//! nobody else enters; without such a folder they are made anew.

mod prima;

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

    voce.dice(
        &l.scegli(
            format!("Il Comune {COMUNE} prepara la fornitura: {ABITANTI} abitanti, e tre schede senza famiglia."),
            format!("The Comune {COMUNE} prepares its delivery: {ABITANTI} inhabitants, and three schede without a family."),
        ),
        &json!({"comando": format!("anpr-sim generate --comune {COMUNE} --abitanti {ABITANTI} --anomalie ES092=3")}),
    )?;
    let prima = palco.genera(1, &[("ES092", 3)])?;
    voce.fatto(&nomi(&prima))?;

    voce.dice(
        l.scegli("La invia in pre-subentro.", "It sends it to the pre-subentro."),
        &json!({"api": "POST /api/forniture?ambiente=pre"}),
    )?;
    let id = palco.carica("pre", &prima)?;
    let f = palco.attendi(&id)?;
    voce.fatto(&format!(
        "{} {id}: {} – {}",
        l.scegli("fornitura", "delivery"),
        f["stato"],
        f["conteggi"]
    ))?;
    if f["stato"] != "KO" {
        bail!("la fornitura con tre ES092 doveva essere KO");
    }

    voce.dice(
        l.scegli(
            "Le anomalie dicono dove: scheda, riga e colonna del file inviato.",
            "The findings say where: scheda, line and column of the file sent.",
        ),
        &json!({}),
    )?;
    let anomalie = api(
        &palco.cliente,
        &palco.pronto,
        "GET",
        &format!("/api/forniture/{id}/anomalie"),
        &Value::Null,
    )?;
    for a in anomalie.as_array().into_iter().flatten() {
        voce.fatto(&format!(
            "{} {} scheda {} ({} {}, {} {})",
            a["codice"].as_str().unwrap_or_default(),
            a["testo"].as_str().unwrap_or_default(),
            a["scheda"].as_str().unwrap_or_default(),
            l.scegli("riga", "line"),
            a["riga"],
            l.scegli("colonna", "column"),
            a["colonna"]
        ))?;
    }

    voce.dice(
        l.scegli(
            "Arriva la PEC con l'esito negativo.",
            "The PEC with the negative outcome arrives.",
        ),
        &json!({"api": "GET /api/pec"}),
    )?;
    voce.fatto(&palco.ultima_pec()?)?;

    voce.dice(
        l.scegli(
            "Il Comune corregge e ripete con la versione 2: il pre-subentro passa.",
            "The Comune corrects and sends versione 2: the pre-subentro passes.",
        ),
        &json!({}),
    )?;
    let seconda = palco.genera(2, &[])?;
    let id = palco.carica("pre", &seconda)?;
    let f = palco.attendi(&id)?;
    voce.fatto(&format!(
        "{} {id}: {} – {} {}",
        l.scegli("fornitura", "delivery"),
        f["stato"],
        f["schede"]["soggetti"],
        l.scegli("schede individuali", "individual schede")
    ))?;
    if f["stato"] != "ELABORATA_OK" {
        bail!("la fornitura corretta doveva passare: {f}");
    }

    voce.dice(
        l.scegli(
            "Nella finestra del piano invia gli stessi file nell'ambiente di subentro.",
            "Within the window of the plan it sends the same files to the subentro environment.",
        ),
        &json!({}),
    )?;
    let id = palco.carica("sub", &seconda)?;
    let f = palco.attendi(&id)?;
    let comune = api(
        &palco.cliente,
        &palco.pronto,
        "GET",
        &format!("/api/comuni/{COMUNE}"),
        &Value::Null,
    )?;
    voce.fatto(&format!(
        "{} {id}: {} – {} {}",
        l.scegli("fornitura", "delivery"),
        f["stato"],
        l.scegli("il Comune è", "the Comune is"),
        comune["stato"]
    ))?;
    voce.fatto(&palco.ultima_pec()?)?;

    voce.dice(
        l.scegli(
            "Un Comune subentrato non può inviare altro.",
            "A Comune that has migrated can send no more.",
        ),
        &json!({}),
    )?;
    let terza = palco.genera(3, &[])?;
    let rifiuto = palco.invia("sub", &terza[0])?;
    voce.fatto(&format!(
        "HTTP {}: {}",
        rifiuto.stato,
        super::messaggio(&rifiuto.testo())
    ))?;
    if !rifiuto.testo().contains("EN034") {
        bail!("il quarto invio doveva ricevere EN034: {}", rifiuto.testo());
    }
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
        let file = Path::new(file)
            .parent()
            .context("cartella dei dati")?
            .join("demo");
        Ok(Self {
            _processo: processo,
            pronto,
            cliente,
            file,
        })
    }

    fn genera(&self, versione: u16, anomalie: &[(&str, u64)]) -> Result<Vec<PathBuf>> {
        let richiesta = generatore::Richiesta {
            comune: super::istat(COMUNE)?,
            versione,
            abitanti: ABITANTI,
            aire: 50,
            invii: None,
            max_invii: None,
            seed: 1,
            oggi: OGGI.parse()?,
            anomalie: anomalie.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect(),
        };
        Ok(generatore::genera(&richiesta, &self.file.join(versione.to_string()))?.file)
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
            let f = api(
                &self.cliente,
                &self.pronto,
                "GET",
                &format!("/api/forniture/{id}"),
                &Value::Null,
            )?;
            if !matches!(f["stato"].as_str(), Some("APERTA" | "IN_ELABORAZIONE")) {
                return Ok(f);
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    fn ultima_pec(&self) -> Result<String> {
        let pec = api(
            &self.cliente,
            &self.pronto,
            "GET",
            &format!("/api/pec?comune={COMUNE}"),
            &Value::Null,
        )?;
        let ultima = pec
            .as_array()
            // Notices that follow a subentro speak of no delivery; before the first one no message does.
            .and_then(|p| p.iter().rfind(|p| !p["fornitura"].is_null()).or(p.last()))
            .context("nessuna PEC")?;
        Ok(format!("PEC: {}", ultima["oggetto"].as_str().unwrap_or_default()))
    }
}

/// The child, ended whatever becomes of the demo.
struct Figlio(Child);

impl Drop for Figlio {
    fn drop(&mut self) {
        chiudi(&mut self.0);
    }
}

//! `demo`: the path of a Comune through the public doors, narrated, on a simulator of its own.
//!
//! A child process with `--ephemeral` on free ports: what is shown is what a user's script would see. Keys are kept
//! between two demos in the user's temporary folder, so that only the first one waits for them.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use anpr_sim::cliente::Cliente;
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{Fine, api, cliente};
use crate::opzioni::Demo;

const COMUNE: &str = "888001";
/// Scenario date: fixed, so that two demos tell the same story.
const OGGI: &str = "2021-03-01";
const ABITANTI: u64 = 5_000;

pub(crate) fn esegui(o: &Demo) -> Result<Fine> {
    let mut voce = Voce {
        o,
        n: 0,
        da: Instant::now(),
    };
    voce.dice(
        "Avvio un simulatore tutto suo, che non lascia niente su disco (SIMULATORE – dati fittizi).",
        &json!({}),
    )?;
    let palco = Palco::monta()?;
    voce.fatto(&format!(
        "console {}",
        palco.pronto["console"].as_str().unwrap_or_default()
    ))?;

    voce.dice(
        &format!("Il Comune {COMUNE} prepara la fornitura: {ABITANTI} abitanti, e tre schede senza famiglia."),
        &json!({"comando": format!("anpr-sim generate --comune {COMUNE} --abitanti {ABITANTI} --anomalie ES092=3")}),
    )?;
    let prima = palco.genera(1, &[("ES092", 3)])?;
    voce.fatto(&nomi(&prima))?;

    voce.dice(
        "La invia in pre-subentro.",
        &json!({"api": "POST /api/forniture?ambiente=pre"}),
    )?;
    let id = palco.carica("pre", &prima)?;
    let f = palco.attendi(&id)?;
    voce.fatto(&format!("fornitura {id}: {} – {}", f["stato"], f["conteggi"]))?;
    if f["stato"] != "KO" {
        bail!("la fornitura con tre ES092 doveva essere KO");
    }

    voce.dice(
        "Le anomalie dicono dove: scheda, riga e colonna del file inviato.",
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
            "{} {} scheda {} (riga {}, colonna {})",
            a["codice"].as_str().unwrap_or_default(),
            a["testo"].as_str().unwrap_or_default(),
            a["scheda"].as_str().unwrap_or_default(),
            a["riga"],
            a["colonna"]
        ))?;
    }

    voce.dice(
        "Arriva la PEC con l'esito negativo.",
        &json!({"api": "GET /api/pec"}),
    )?;
    voce.fatto(&palco.ultima_pec()?)?;

    voce.dice(
        "Il Comune corregge e ripete con la versione 2: il pre-subentro passa.",
        &json!({}),
    )?;
    let seconda = palco.genera(2, &[])?;
    let id = palco.carica("pre", &seconda)?;
    let f = palco.attendi(&id)?;
    voce.fatto(&format!(
        "fornitura {id}: {} – {} schede individuali",
        f["stato"], f["schede"]["soggetti"]
    ))?;
    if f["stato"] != "ELABORATA_OK" {
        bail!("la fornitura corretta doveva passare: {f}");
    }

    voce.dice(
        "Nella finestra del piano invia gli stessi file nell'ambiente di subentro.",
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
        "fornitura {id}: {} – il Comune è {}",
        f["stato"], comune["stato"]
    ))?;
    voce.fatto(&palco.ultima_pec()?)?;

    voce.dice("Un Comune subentrato non può inviare altro.", &json!({}))?;
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
        &format!("Fine, in {:.1} s.", voce.da.elapsed().as_secs_f64()),
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
    n: u32,
    da: Instant,
}

impl Voce<'_> {
    fn dice(&mut self, testo: &str, come: &Value) -> Result<()> {
        if self.o.passo_passo && self.n > 0 {
            eprint!("   [INVIO per continuare] ");
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
    if cfg!(unix) {
        let _ = Command::new("kill").arg(processo.id().to_string()).status();
        for _ in 0..100 {
            if matches!(processo.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
    let _ = processo.kill();
    let _ = processo.wait();
}

/// The simulator of the demo and the folder of its files.
struct Palco {
    processo: Child,
    pronto: Value,
    cliente: Cliente,
    file: tempfile::TempDir,
}

impl Palco {
    fn monta() -> Result<Self> {
        let chiavi = std::env::temp_dir().join("anpr-sim-demo-pki");
        let mut processo = Command::new(std::env::current_exe()?)
            .args(["serve", "--ephemeral", "--oggi", OGGI, "--pki"])
            .arg(&chiavi)
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
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("il simulatore non parte")?;
        let mut righe = BufReader::new(processo.stdout.take().context("stdout")?).lines();
        let riga = righe
            .find(|r| r.as_ref().map_or(true, |r| r.starts_with("pronto")))
            .context("il simulatore è finito prima di essere pronto")??;
        let (_, file) = riga.rsplit_once("dettagli in ").context("riga pronto")?;
        let pronto: Value = serde_json::from_slice(&std::fs::read(file)?)?;
        let cliente = cliente(&pronto)?;
        Ok(Self {
            processo,
            pronto,
            cliente,
            file: tempfile::tempdir()?,
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
        Ok(generatore::genera(&richiesta, &self.file.path().join(versione.to_string()))?.file)
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
        let ultima = pec.as_array().and_then(|p| p.last()).context("nessuna PEC")?;
        Ok(format!("PEC: {}", ultima["oggetto"].as_str().unwrap_or_default()))
    }
}

impl Drop for Palco {
    fn drop(&mut self) {
        chiudi(&mut self.processo);
    }
}

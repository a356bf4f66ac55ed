//! Policy files: reading one, and writing one (or its table) with every switch explained.
//!
//! A file holds keys that apply, and a table `[permissive]` that applies on top when `preset = "permissive"`. What a
//! file does not say is as in the embedded file of its environment, so that a file of one line is a whole policy.

use std::fmt::Write as _;
use std::sync::LazyLock;

use anagrafe::Ambiente;
use serde::Deserialize as _;

use super::tabella::{INTERRUTTORI, Politica};
use super::valore::Valore;

/// Key that names the preset.
const PRESET: &str = "preset";

/// The two named starting points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Every check, as ANPR makes it.
    Faithful,
    /// Any structurally correct frame passes.
    Permissive,
}

impl Preset {
    /// Both.
    pub const TUTTI: [Self; 2] = [Self::Faithful, Self::Permissive];

    /// The word of files, options and API.
    pub const fn parola(self) -> &'static str {
        match self {
            Self::Faithful => "faithful",
            Self::Permissive => "permissive",
        }
    }

    /// From the word.
    pub fn parse(parola: &str) -> Option<Self> {
        Self::TUTTI.into_iter().find(|p| p.parola() == parola)
    }
}

/// Why a policy file is no policy: names the file and the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {perche}")]
pub struct ErrorePolitica {
    /// The file, as given.
    pub file: String,
    /// What is wrong with which key, in Italian.
    pub perche: String,
}

/// The embedded files.
const fn incluso(a: Ambiente) -> &'static str {
    match a {
        Ambiente::Test => include_str!("../../../../fixtures/sicurezza/test.toml"),
        Ambiente::Pre => include_str!("../../../../fixtures/sicurezza/pre.toml"),
        Ambiente::Sub => include_str!("../../../../fixtures/sicurezza/sub.toml"),
    }
}

static PREDEFINITE: LazyLock<[[Politica; 2]; 3]> = LazyLock::new(|| {
    Ambiente::TUTTI.map(|a| {
        Preset::TUTTI.map(|p| {
            // The files are ours and a test reads them; a broken one must not start.
            let tabella = incluso(a).parse().expect("embedded policy: TOML");
            componi(|_| Politica::vuota(), tabella, Some(p)).expect("embedded policy: keys")
        })
    })
});

impl Politica {
    /// A preset of an environment, as embedded.
    pub fn predefinita(ambiente: Ambiente, preset: Preset) -> Self {
        let riga = Ambiente::TUTTI.iter().position(|a| *a == ambiente).unwrap_or(0);
        let [faithful, permissive] = &PREDEFINITE[riga];
        match preset {
            Preset::Faithful => faithful.clone(),
            Preset::Permissive => permissive.clone(),
        }
    }

    /// Reads a file of one environment.
    pub fn leggi(ambiente: Ambiente, file: &str, testo: &str) -> Result<Self, ErrorePolitica> {
        let errore = |perche: String| ErrorePolitica {
            file: file.to_owned(),
            perche,
        };
        let tabella: toml::Table = testo
            .parse()
            .map_err(|e: toml::de::Error| errore(e.to_string()))?;
        componi(|p| Self::predefinita(ambiente, p), tabella, None).map_err(errore)
    }
}

/// Keys over a base. `imposto` wins over the file's own preset.
fn componi(
    base: impl Fn(Preset) -> Politica,
    mut tabella: toml::Table,
    imposto: Option<Preset>,
) -> Result<Politica, String> {
    let scritto = match tabella.remove(PRESET) {
        None => Preset::Faithful,
        Some(v) => v
            .as_str()
            .and_then(Preset::parse)
            .ok_or_else(|| format!("{PRESET}: {v} non va bene (ammessi: faithful, permissive)"))?,
    };
    let preset = imposto.unwrap_or(scritto);
    let sopra = match tabella.remove(Preset::Permissive.parola()) {
        None => toml::Table::new(),
        Some(toml::Value::Table(t)) => t,
        Some(_) => return Err("«permissive» è una tabella: [permissive]".into()),
    };
    let mut politica = base(preset);
    applica(&mut politica, tabella)?;
    // Read even when not in force: an unknown key in it is a mistake today, not the day it is switched on.
    let mut permissiva = politica.clone();
    applica(&mut permissiva, sopra).map_err(|e| format!("[permissive] {e}"))?;
    Ok(if preset == Preset::Permissive {
        permissiva
    } else {
        politica
    })
}

fn applica(politica: &mut Politica, tabella: toml::Table) -> Result<(), String> {
    for (chiave, v) in tabella {
        let mostrato = v.to_string();
        match Valore::deserialize(v) {
            Ok(valore) => politica.metti(&chiave, valore)?,
            // A table or a date: say first whether the key exists at all.
            Err(_) => {
                politica.metti(&chiave, Valore::Parola(mostrato))?;
            }
        }
    }
    Ok(())
}

/// Longest line of a comment.
const COLONNE: usize = 116;

/// The commented file of an environment with these two policies.
pub fn in_toml(ambiente: Ambiente, faithful: &Politica, permissive: &Politica) -> String {
    let mut t = format!(
        "# SIMULATORE – dati fittizi\n\
         # Politica di sicurezza dell'ambiente {} di anpr-sim.\n\
         #\n\
         # Valgono le chiavi qui sotto; con preset = \"permissive\" valgono inoltre quelle di [permissive].\n\
         # Una copia di questo file in una cartella si dà con: anpr-sim serve --sicurezza CARTELLA\n\
         # (una chiave che manca vale come qui). I paragrafi (§) sono quelli della specifica di sicurezza.\n\n\
         preset = \"faithful\"\n",
        ambiente.chiave()
    );
    let mut gruppo = "";
    for (i, valore) in faithful.valori() {
        if i.gruppo != gruppo {
            gruppo = i.gruppo;
            let _ = write!(t, "\n# ── {gruppo} ──\n");
        }
        let riga = format!("{}. [{}; {}]", i.testo, i.ammette.descrizione(), i.regola);
        for pezzo in a_capo(&riga) {
            let _ = writeln!(t, "# {pezzo}");
        }
        let _ = writeln!(t, "{} = {valore}", i.nome);
    }
    t.push_str("\n# ── Che cosa cambia con preset = \"permissive\" ──\n[permissive]\n");
    for ((i, severa), (_, lasca)) in faithful.valori().zip(permissive.valori()) {
        if severa != lasca {
            let _ = writeln!(t, "{} = {lasca}", i.nome);
        }
    }
    t
}

fn a_capo(testo: &str) -> Vec<String> {
    let mut righe: Vec<String> = Vec::new();
    for parola in testo.split(' ') {
        match righe.last_mut() {
            Some(r) if r.chars().count() + 1 + parola.chars().count() <= COLONNE => {
                r.push(' ');
                r.push_str(parola);
            }
            _ => righe.push(parola.to_owned()),
        }
    }
    righe
}

/// The table of the documentation: every switch with its value in each environment.
pub fn tabella_markdown() -> String {
    let mut t = String::from(
        "| interruttore | che cosa fa | ammessi | faithful (test · pre · sub) | permissive | regola |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for i in INTERRUTTORI {
        let in_preset = |p: Preset| {
            let valori = Ambiente::TUTTI.map(|a| (i.leggi)(&Politica::predefinita(a, p)).to_string());
            if valori.iter().all(|v| *v == valori[0]) {
                format!("`{}`", valori[0])
            } else {
                valori.map(|v| format!("`{v}`")).join(" · ")
            }
        };
        let (severa, lasca) = (in_preset(Preset::Faithful), in_preset(Preset::Permissive));
        let lasca = if severa == lasca { "=".to_owned() } else { lasca };
        let _ = writeln!(
            t,
            "| `{}` | {} | {} | {severa} | {lasca} | {} |",
            i.nome,
            i.testo,
            i.ammette.descrizione(),
            i.regola
        );
    }
    t
}

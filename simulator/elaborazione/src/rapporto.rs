//! What `check` and `explain` say.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::anomalie::{Anomalia, Check, Fonte, Livello, NON_SIMULATE, Plantable, anomalia};
use crate::elabora::Schede;
use crate::tipi::{Gravita, Rilievo};

/// Outcome of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EsitoControllo {
    /// Nothing blocks.
    #[serde(rename = "OK")]
    Ok,
    /// Something blocks.
    #[serde(rename = "KO")]
    Ko,
}

/// A file that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileControllato {
    /// Name.
    pub nome: String,
    /// `APR` or `AIRE`.
    pub tipo: String,
    /// Expanded bytes.
    pub byte: u64,
    /// Layout of an AIRE file; `opaco` when nothing inside was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<String>,
    /// Remarks without a code, such as a name that disagrees with the content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub note: Vec<String>,
}

/// The report of `check` (contract: `{"esito","file","conteggi","anomalie"}`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rapporto {
    /// Outcome.
    pub esito: EsitoControllo,
    /// Files.
    pub file: Vec<FileControllato>,
    /// Findings per code, exact.
    pub conteggi: BTreeMap<String, u64>,
    /// Samples, at most the asked number per code.
    pub anomalie: Vec<Rilievo>,
    /// What was counted.
    pub schede: Schede,
}

impl Rapporto {
    /// Findings that block, exact.
    pub fn errori(&self) -> u64 {
        let blocca = |codice: &str| {
            self.anomalie.iter().find(|r| r.codice == codice).map_or_else(
                || anomalia(codice).is_some_and(|a| a.gravita.subentro == Livello::Errore),
                |r| r.gravita == Gravita::Errore,
            )
        };
        self.conteggi
            .iter()
            .filter(|(c, _)| blocca(c))
            .map(|(_, quanti)| quanti)
            .sum()
    }

    /// JSON of the contract.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// For people.
    pub fn testo(&self) -> String {
        let mut out = String::new();
        for file in &self.file {
            let layout = file
                .layout
                .as_deref()
                .map(|l| format!(", tracciato {l}"))
                .unwrap_or_default();
            let _ = writeln!(out, "{} ({}, {} byte{layout})", file.nome, file.tipo, file.byte);
            for nota in &file.note {
                let _ = writeln!(out, "  nota: {nota}");
            }
        }
        let s = &self.schede;
        let _ = writeln!(
            out,
            "Schede: {} soggetti, {} famiglie, {} convivenze, {} AIRE",
            s.soggetti, s.famiglie, s.convivenze, s.aire
        );
        for r in &self.anomalie {
            let dove = r
                .posizione
                .map(|p| format!(" riga {} colonna {}", p.riga, p.colonna))
                .unwrap_or_default();
            let scheda = if r.scheda.is_empty() {
                String::new()
            } else {
                format!(" [{}]", r.scheda)
            };
            let _ = writeln!(
                out,
                "{} {} {}{scheda}{dove}: {}",
                r.codice,
                r.gravita.lettera(),
                r.file.as_deref().unwrap_or_default(),
                r.testo
            );
        }
        for (codice, quanti) in &self.conteggi {
            let _ = writeln!(out, "{codice}: {quanti}");
        }
        let esito = if self.esito == EsitoControllo::Ok {
            "OK"
        } else {
            "KO"
        };
        let _ = writeln!(out, "Esito {esito}, errori {}", self.errori());
        out
    }
}

/// Codes of our own, each with what it means.
pub const CODICI_SIM: &[(&str, &str)] = &[
    (
        "SIM001",
        "Il contenuto espanso supera il limite del simulatore. Non è un codice di ANPR: alzare il limite o dividere il file.",
    ),
    (
        "SIM002",
        "Il caricamento si è interrotto prima della fine. Nulla è stato conservato: inviare di nuovo il file.",
    ),
    (
        "SIM003",
        "Non c'è spazio su disco per ricevere il file. Liberare spazio: il simulatore riprende senza riavvio.",
    ),
    (
        "SIM004",
        "È stata raggiunta la quota della sandbox. Cancellare forniture o sandbox non più usate.",
    ),
    (
        "SIM005",
        "Guasto interno del simulatore: il registro dice la causa. Non dipende dai dati inviati.",
    ),
    (
        "SIM006",
        "Una sola scheda supera il limite del simulatore: nessuna scheda di ANPR è così grande. Controllare che il file \
         non contenga un testo o un documento smisurato.",
    ),
];

/// What a code means, for `explain`; `None` when it is unknown.
pub fn spiega(codice: &str) -> Option<String> {
    let codice = codice.trim().to_ascii_uppercase();
    if let Some((_, testo)) = CODICI_SIM.iter().find(|(c, _)| *c == codice) {
        return Some(format!(
            "{codice} (codice del simulatore, non di ANPR)\n\n{testo}\n"
        ));
    }
    if let Some(nota) = NON_SIMULATE.iter().find(|n| n.codice == codice) {
        return Some(format!("{codice}: noto ma non simulato.\n\n{}\n", nota.motivo));
    }
    anomalia(&codice).map(spiegazione)
}

fn spiegazione(a: &Anomalia) -> String {
    let livello = |l: Livello| match l {
        Livello::Errore => "errore (E), blocca",
        Livello::Avviso => "avviso (W), non blocca",
        Livello::NonAttivo => "non attivo",
    };
    let mut out = format!("{}: {}\n\n{}\n\n", a.codice, a.testo.osservato, a.spiegazione);
    let _ = writeln!(out, "Pre-subentro e subentro: {}", livello(a.gravita.subentro));
    let _ = writeln!(out, "Test: {}", livello(a.gravita.test));
    let _ = writeln!(out, "Servizi: {}", livello(a.gravita.servizi));
    let _ = writeln!(
        out,
        "Da rimuovere prima del subentro: {}",
        if a.da_rimuovere { "sì" } else { "no" }
    );
    let _ = writeln!(out, "Trovato da: {}", chi(a.check));
    if let Some(tabella) = a.tabella {
        let _ = writeln!(out, "Tabella di riferimento: {tabella}");
    }
    if let Some(procedura) = a.procedura {
        let _ = writeln!(out, "Procedura suggerita: {}", procedura.0);
    }
    let fonti: Vec<&str> = a.fonti.iter().copied().map(fonte).collect();
    if !fonti.is_empty() {
        let _ = writeln!(out, "Fonti: {}", fonti.join(", "));
    }
    if let Plantable::No(motivo) = a.plantable {
        let _ = writeln!(out, "Non riproducibile: {motivo}");
    }
    if let Some(divergenza) = a.divergenza {
        let _ = writeln!(out, "Divergenze: {divergenza}");
    }
    for caso in a.cases {
        let _ = writeln!(out, "Esempio: {}", caso.name);
        for modifica in caso.breaks {
            let _ = writeln!(out, "  {modifica}");
        }
        if !caso.near.is_empty() {
            out.push_str("  quasi, ma non è anomalia:\n");
            for modifica in caso.near {
                let _ = writeln!(out, "  {modifica}");
            }
        }
    }
    out
}

fn chi(check: Check) -> &'static str {
    match check {
        Check::Sportello => "ricezione del file",
        Check::Formato => "lettura del contenuto",
        Check::Soggetto(_) => "scheda individuale APR",
        Check::Famiglia(_) => "scheda di famiglia o convivenza",
        Check::Persona(_) | Check::Entrambi(..) => "scheda individuale APR e AIRE",
        Check::Aire(_) => "scheda individuale AIRE",
        Check::Quadratura => "quadratura dei contatori",
        Check::Unione => "associazione fra schede individuali e di famiglia",
        Check::Tributaria => "confronto con l'Anagrafe Tributaria",
        Check::Registro => "registro di ANPR dopo il caricamento",
    }
}

fn fonte(fonte: Fonte) -> &'static str {
    match fonte {
        Fonte::ElencoErrori => "elenco degli errori",
        Fonte::TabellaAnomalie => "tabella delle anomalie del subentro",
        Fonte::ErroriAe => "elenco di lavoro con le gravità al subentro",
        Fonte::Registro => "registro delle modifiche",
    }
}

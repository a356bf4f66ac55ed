//! The values every other module speaks in: severities, findings, the context of an elaboration.
//!
//! A [`Rilievo`] is a finding about data and never an error of ours; its JSON names are those of
//! the control API (contract: `codice`, `gravita`, `tipoScheda`, `scheda`, `riga`, `colonna`, …).

use std::collections::BTreeMap;

use anagrafe::{Ambiente, CodiceIstat, Data};
use schema::Posizione;
use serde::{Deserialize, Serialize};

use crate::testi::{CatalogoTesti, ElencoTesti, Testi};

/// How much a finding weighs: one `Errore` anywhere fails the whole delivery, an `Avviso` never does
/// (subentro.md §3.1). In JSON `"E"` and `"W"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Gravita {
    /// Blocks: the delivery ends KO.
    #[serde(rename = "E")]
    Errore,
    /// Is listed and loaded as sent.
    #[serde(rename = "W")]
    Avviso,
}

impl Gravita {
    /// The letter used in JSON, lists and messages.
    pub fn lettera(self) -> &'static str {
        match self {
            Gravita::Errore => "E",
            Gravita::Avviso => "W",
        }
    }
}

/// A code of the published lists, such as `EF008`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Codice(pub &'static str);

impl std::fmt::Display for Codice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// What a finding speaks of; the text form is the `Tipo scheda` of the lists (subentro.md §6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TipoScheda {
    /// The file itself: its name, its format, its counters.
    #[serde(rename = "File")]
    File,
    /// The delivery as a whole.
    #[serde(rename = "Fornitura")]
    Fornitura,
    /// A person of the APR.
    #[serde(rename = "Scheda Individuale APR")]
    SoggettoApr,
    /// A person of the AIRE.
    #[serde(rename = "Scheda Individuale AIRE")]
    SoggettoAire,
    /// A family sheet.
    #[serde(rename = "Famiglia")]
    Famiglia,
    /// A cohabitation sheet.
    #[serde(rename = "Convivenza")]
    Convivenza,
}

impl TipoScheda {
    /// The constant importers depend on.
    pub fn etichetta(self) -> &'static str {
        match self {
            TipoScheda::File => "File",
            TipoScheda::Fornitura => "Fornitura",
            TipoScheda::SoggettoApr => "Scheda Individuale APR",
            TipoScheda::SoggettoAire => "Scheda Individuale AIRE",
            TipoScheda::Famiglia => "Famiglia",
            TipoScheda::Convivenza => "Convivenza",
        }
    }

    /// A person's sheet, APR or AIRE.
    pub fn individuale(self) -> bool {
        matches!(self, TipoScheda::SoggettoApr | TipoScheda::SoggettoAire)
    }
}

/// The two kinds of file of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TipoFile {
    /// Residents, XML.
    #[serde(rename = "APR")]
    Apr,
    /// Citizens abroad, text.
    #[serde(rename = "AIRE")]
    Aire,
}

impl TipoFile {
    /// `APR` or `AIRE`.
    pub fn sigla(self) -> &'static str {
        match self {
            TipoFile::Apr => "APR",
            TipoFile::Aire => "AIRE",
        }
    }
}

/// One finding about what a Comune sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rilievo {
    /// The code, `EN011`; empty only for the block without code of a Comune outside the plan.
    pub codice: String,
    /// Its weight in this phase and environment.
    pub gravita: Gravita,
    /// What it speaks of.
    pub tipo_scheda: TipoScheda,
    /// Identifier the Comune gave to the scheda; empty when it speaks of a file.
    pub scheda: String,
    /// Place in the uncompressed content of the file.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub posizione: Option<Posizione>,
    /// The Italian sentence, placeholders filled, at most [`crate::anomalie::LIMITE_TESTO`] characters.
    pub testo: String,
    /// The group of data, such as `residenza`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oggetto: Option<String>,
    /// The element or field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campo: Option<String>,
    /// What was found there, as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valore: Option<String>,
    /// Name of the file it was found in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Codice fiscale the Anagrafe Tributaria answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codice_ae: Option<String>,
    /// Id ANPR assigned to the scheda; known only after the load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prog_anpr: Option<u64>,
}

/// A maximum of files per delivery is configured on the real system and not published (`EN038`).
pub const TOTALE_MASSIMO_PREDEFINITO: u16 = 99;
/// Compressed size a file may have, in bytes: 15 MB read as 15 × 1024 × 1024 (subentro.md §2.2).
pub const LIMITE_INVIO_BYTES: u64 = 15 * 1024 * 1024;
/// Expanded size a file may reach before `SIM001`, in bytes.
pub const LIMITE_ESPANSI_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Format findings (`EN009`, `EN010`) listed for one file.
pub const MASSIMO_FORMATO: usize = 100;
/// Samples kept in memory per code.
pub const MASSIMO_CAMPIONI: usize = 20;

/// What to do with an AIRE file whose layout is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum AireIgnoto {
    /// Take it in, count its lines, read nothing inside.
    #[default]
    Opaco,
    /// Refuse it with `EN010`.
    Rifiuta,
}

/// The choices the public texts leave open, each with its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent switches, each named in the configuration"
)]
pub struct Politica {
    /// Severity of a code instead of the catalogue's: `"E"`, `"W"`, or null for switched off.
    pub gravita: BTreeMap<String, Option<Gravita>>,
    /// AIRE files of unknown layout.
    pub aire_ignoto: AireIgnoto,
    /// Consulates of AIRE lines are checked at the upload (`EN010`), as since release 5.5.1.
    pub consolato_al_caricamento: bool,
    /// Delivery counters fill two of their three slots, as the stand-alone validator did.
    pub segnaposti_validatore: bool,
    /// `EA048` for a wrong control letter (reading 1 of subentro.md §0).
    pub ea048_lettera: bool,
    /// `EA048` for a residence outside the sending Comune (reading 2).
    pub ea048_residenza: bool,
    /// A family and a convivenza with one id are duplicates too (`EF003`).
    pub ef003_tra_tipi: bool,
    /// Two residents of one Comune with one codice fiscale are `EA030` too.
    pub ea030_stesso_comune: bool,
    /// Whoever arrives after having been cancelled elsewhere keeps the idANPR (subentro.md §7).
    pub riuso_id_anpr: bool,
    /// Most APR files of a delivery (`EN038`).
    pub totale_massimo: u16,
    /// Compressed bytes of a file (`EN002`).
    pub limite_invio: u64,
    /// Which of our two catalogues of texts speaks.
    pub testi: CatalogoTesti,
    /// The official list of texts, read at run time; it wins over the catalogue for the codes it knows.
    #[serde(skip)]
    pub elenco_testi: Option<std::sync::Arc<ElencoTesti>>,
    /// Layouts of the AIRE file besides the embedded one, read at run time.
    #[serde(skip)]
    pub layout_aire: crate::scheda::LayoutAire,
}

impl Politica {
    /// Who words the findings.
    pub fn testi(&self) -> Testi {
        Testi {
            catalogo: self.testi,
            elenco: self.elenco_testi.clone(),
        }
    }
}

impl Default for Politica {
    fn default() -> Self {
        Self {
            gravita: BTreeMap::new(),
            aire_ignoto: AireIgnoto::Opaco,
            consolato_al_caricamento: true,
            segnaposti_validatore: false,
            ea048_lettera: true,
            ea048_residenza: true,
            ef003_tra_tipi: false,
            ea030_stesso_comune: false,
            riuso_id_anpr: true,
            totale_massimo: TOTALE_MASSIMO_PREDEFINITO,
            limite_invio: LIMITE_INVIO_BYTES,
            testi: CatalogoTesti::default(),
            elenco_testi: None,
            layout_aire: crate::scheda::LayoutAire::default(),
        }
    }
}

/// What an elaboration knows of the world besides the bytes.
#[derive(Debug, Clone)]
pub struct Contesto {
    /// Environment the delivery arrived in.
    pub ambiente: Ambiente,
    /// Comune that sends.
    pub comune: CodiceIstat,
    /// Scenario date: "today" of every rule.
    pub oggi: Data,
    /// Open choices.
    pub politica: Politica,
}

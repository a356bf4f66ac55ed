//! What the reading of a file leaves behind: one segment.
//!
//! A segment holds everything the elaboration and the load need, so the upload is read once: the
//! records, lossless and compact; the keys the joins run on; the findings with their positions; the
//! declared and the calculated counters. Layout (little endian):
//!
//! ```text
//! MAGIA (8) · VERSIONE (u32)
//! records     one after the other, see [`Record`]
//! findings    u64 record · u32 length · JSON, in document order
//! keys        fixed-size, subjects then families
//! header      JSON: counters, counts, lengths and checksums of the sections
//! u64 offset of the header · u32 its length · u32 its checksum · MAGIA
//! ```
//! It is written beside its final name and renamed: a name that exists is whole. The version is
//! checked at opening, the checksums when a section is read to its end.

mod chiavi;
mod leggi;
mod record;
mod scrivi;

pub use chiavi::{ChiaveFamiglia, ChiaveSoggetto, impronta, impronta_famiglia};
pub use leggi::{Schede, Segmento};
pub(crate) use record::serializza;
pub use record::{Luoghi, Record, TipoRecord};
pub(crate) use scrivi::ScrittoreSegmento;

use std::collections::BTreeMap;

use schema::Posizione;
use serde::{Deserialize, Serialize};

use crate::tipi::{Gravita, TipoFile};

/// First and last bytes of a segment.
pub(crate) const MAGIA: &[u8; 8] = b"ANPRSIM\x1a";
/// Version of the format; another one is refused, never guessed at.
pub(crate) const VERSIONE: u32 = 2;

/// The five counters that are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conteggi {
    /// `soggetto` records.
    pub soggetti: u64,
    /// Of sex F.
    pub femmine: u64,
    /// Of sex M.
    pub maschi: u64,
    /// `famiglia` records.
    pub famiglie: u64,
    /// `convivenza` records.
    pub convivenze: u64,
}

impl Conteggi {
    /// The counters in the order of the codes.
    pub fn valori(&self) -> [u64; 5] {
        [
            self.soggetti,
            self.femmine,
            self.maschi,
            self.famiglie,
            self.convivenze,
        ]
    }

    /// Adds those of another file.
    pub fn somma(&mut self, altri: &Conteggi) {
        self.soggetti += altri.soggetti;
        self.femmine += altri.femmine;
        self.maschi += altri.maschi;
        self.famiglie += altri.famiglie;
        self.convivenze += altri.convivenze;
    }
}

/// A block of declared counters, each as sent with its place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dichiarati {
    /// In the order of [`Conteggi::valori`]; `None` when absent or unreadable.
    pub valori: [Option<u64>; 5],
    /// Place of each.
    pub posizioni: [Option<Posizione>; 5],
}

/// The header of a segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intestazione {
    /// Name of the file it was made from.
    pub nome: String,
    /// Kind of file.
    pub tipo: TipoFile,
    /// Environment key, Comune and scenario date the records were judged with.
    pub oggi: String,
    /// Layout of an AIRE file: `SIMAIRE-1`, or `opaco` when nothing inside was read.
    pub layout: Option<String>,
    /// Lines of an AIRE file.
    pub righe: u64,
    /// Expanded bytes.
    pub byte: u64,
    /// `versioneFornitura` as sent.
    pub versione: Option<String>,
    /// `progressivoInvio` as sent.
    pub progressivo: Option<String>,
    /// `totaleInvii` as sent.
    pub totale_invii: Option<String>,
    /// `datiFornitura`.
    pub fornitura: Dichiarati,
    /// `datiInvio`, when present.
    pub invio: Option<Dichiarati>,
    /// What is there.
    pub calcolati: Conteggi,
    /// Findings per code.
    pub rilievi: BTreeMap<String, u64>,
    /// Weight of each of those codes.
    pub gravita: BTreeMap<String, Gravita>,
    pub(crate) sezioni: Sezioni,
}

impl Intestazione {
    /// An AIRE file taken in without being read.
    pub fn opaco(&self) -> bool {
        self.layout.as_deref() == Some(LAYOUT_OPACO)
    }
}

/// Name of the layout nothing is known of.
pub const LAYOUT_OPACO: &str = "opaco";

/// Where the sections stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sezioni {
    pub(crate) record: Sezione,
    pub(crate) rilievi: Sezione,
    pub(crate) soggetti: Sezione,
    pub(crate) famiglie: Sezione,
}

/// A section: where it starts, its bytes, how many things it holds, its checksum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sezione {
    pub(crate) inizio: u64,
    pub(crate) byte: u64,
    pub(crate) quanti: u64,
    pub(crate) somma: u32,
}

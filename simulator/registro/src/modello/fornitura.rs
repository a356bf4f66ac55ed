//! Deliveries, their files, the messages about them, and replies kept for repeated requests.

use std::collections::BTreeMap;

use anagrafe::{Ambiente, CodiceIstat};
use serde::{Deserialize, Serialize};

use super::{IdFile, IdFornitura, IdPec, IdSegmento, Quando};

/// States of a delivery, spec subentro §1.3 (`NESSUNA` is the absence of a delivery).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoFornitura {
    /// At least one file is stored.
    Aperta,
    /// Being elaborated, or resting until the missing files come.
    InElaborazione,
    /// Loaded.
    ElaborataOk,
    /// Discarded as a whole.
    Ko,
    /// TEST/PRE: to be removed by the night run.
    CancellazioneRichiesta,
    /// TEST/PRE: removed; stays readable.
    Cancellata,
}

impl StatoFornitura {
    /// A delivery that still takes files or waits for its outcome.
    pub fn in_corso(self) -> bool {
        matches!(self, Self::Aperta | Self::InElaborazione)
    }

    /// The name of the API and of the disk.
    pub fn nome(self) -> &'static str {
        match self {
            Self::Aperta => "APERTA",
            Self::InElaborazione => "IN_ELABORAZIONE",
            Self::ElaborataOk => "ELABORATA_OK",
            Self::Ko => "KO",
            Self::CancellazioneRichiesta => "CANCELLAZIONE_RICHIESTA",
            Self::Cancellata => "CANCELLATA",
        }
    }
}

/// Kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TipoFile {
    /// Residents, XML.
    Apr,
    /// Italians abroad, fixed-width text.
    Aire,
}

impl TipoFile {
    /// `APR` or `AIRE`.
    pub fn nome(self) -> &'static str {
        match self {
            Self::Apr => "APR",
            Self::Aire => "AIRE",
        }
    }
}

/// States of one file, spec subentro §1.3 and §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoFile {
    /// Stored, not yet taken up.
    InseritoOk,
    /// Taken up.
    InElaborazione,
    /// Elaborated, the delivery may still wait for others.
    Elaborato,
    /// Of a failed delivery.
    Ko,
    /// Received late for a delivery that already failed: no effect (spec §3).
    Scartato,
}

impl StatoFile {
    /// The name of the API and of the disk.
    pub fn nome(self) -> &'static str {
        match self {
            Self::InseritoOk => "INSERITO_OK",
            Self::InElaborazione => "IN_ELABORAZIONE",
            Self::Elaborato => "ELABORATO",
            Self::Ko => "KO",
            Self::Scartato => "SCARTATO",
        }
    }
}

/// Where a file came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Canale {
    /// Web application.
    Web,
    /// Control API.
    Api,
    /// Web service S001.
    S001,
    /// Put there by the simulator itself (ready Comuni).
    Simulatore,
}

/// How many schede, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Schede {
    /// Schede individuali APR.
    pub soggetti: u64,
    /// Schede di famiglia.
    pub famiglie: u64,
    /// Schede di convivenza.
    pub convivenze: u64,
    /// Schede individuali AIRE.
    pub aire: u64,
    /// Schede di famiglia AIRE, known once the delivery is loaded.
    pub famiglie_aire: u64,
}

impl Schede {
    /// Adds another count.
    pub fn somma(&mut self, altre: Self) {
        self.soggetti += altre.soggetti;
        self.famiglie += altre.famiglie;
        self.convivenze += altre.convivenze;
        self.aire += altre.aire;
        self.famiglie_aire += altre.famiglie_aire;
    }

    /// Persons, APR and AIRE.
    pub fn individuali(&self) -> u64 {
        self.soggetti + self.aire
    }

    /// Families, convivenze and AIRE families.
    pub fn unita(&self) -> u64 {
        self.famiglie + self.convivenze + self.famiglie_aire
    }

    /// All of them.
    pub fn totale(&self) -> u64 {
        self.individuali() + self.unita()
    }
}

/// One received file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileFornitura {
    /// Its id: the name under which the bytes are stored.
    pub id: IdFile,
    /// Its name as sent and accepted.
    pub nome: String,
    /// APR or AIRE.
    pub tipo: TipoFile,
    /// Where it stands.
    pub stato: StatoFile,
    /// Version in the name.
    pub versione: u32,
    /// Progressivo in the name; 1 for AIRE.
    pub progressivo: u32,
    /// Total in the name; 1 for AIRE.
    pub totale: u32,
    /// Compressed size in bytes.
    pub byte: u64,
    /// Scenario instant of reception.
    pub ricevuto: Quando,
    /// Protocol number given at reception.
    pub protocollo: String,
    /// Where it came in.
    pub canale: Canale,
    /// AIRE only: `SIMAIRE-1` or `opaco`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formato_aire: Option<String>,
    /// SHA-256 of the received bytes, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Exact counts per code of this file.
    #[serde(default)]
    pub conteggi: BTreeMap<String, u64>,
    /// Schede of this file.
    #[serde(default)]
    pub schede: Schede,
    /// AIRE only: lines of the file, counted even where nothing was read inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub righe: Option<u64>,
}

/// A delivery: one APR version (1..N files) and one AIRE file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fornitura {
    /// Its id.
    pub id: IdFornitura,
    /// Environment.
    pub ambiente: Ambiente,
    /// The Comune that sends.
    pub comune: CodiceIstat,
    /// Where it stands.
    pub stato: StatoFornitura,
    /// APR version, or that of the AIRE file while no APR has come.
    pub versione: u32,
    /// Files in order of arrival.
    pub file: Vec<FileFornitura>,
    /// Exact counts per code.
    #[serde(default)]
    pub conteggi: BTreeMap<String, u64>,
    /// Schede of the delivery.
    #[serde(default)]
    pub schede: Schede,
    /// Scenario instant of the first file.
    pub creata: Quando,
    /// Scenario instant of the outcome.
    #[serde(default)]
    pub conclusa: Option<Quando>,
    /// Protocol number of the delivery.
    pub protocollo: String,
    /// Samples of what blocked it; findings as the API shows them.
    #[serde(default)]
    pub bloccanti: Vec<serde_json::Value>,
    /// Wall-clock instant before which the batch does not take it up (`Ritmo::Ritardata`).
    #[serde(default)]
    pub non_prima: Option<jiff::Timestamp>,
    /// Segment in the register, once loaded.
    #[serde(default)]
    pub segmento: Option<IdSegmento>,
    /// When the cancellation was asked for.
    #[serde(default)]
    pub cancellazione: Option<Quando>,
}

impl Fornitura {
    /// The file of that name, if any.
    pub fn file_di_nome(&self, nome: &str) -> Option<&FileFornitura> {
        self.file.iter().find(|f| f.nome == nome)
    }

    /// Whether the AIRE file is one that nothing was read of.
    pub fn aire_opaco(&self) -> bool {
        self.file
            .iter()
            .any(|f| f.formato_aire.as_deref() == Some("opaco"))
    }
}

/// What a message is about, and so whose mailbox it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NaturaPec {
    /// The outcome of a delivery.
    #[default]
    Esito,
    /// Something else the Comune is told.
    Avviso,
    /// A Comune asks the support.
    Domanda,
    /// The support answers.
    Risposta,
}

/// Whose mailbox a message lies in: that of its recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Casella {
    /// The Comune's, one for each environment.
    Comune,
    /// The support's, one for all.
    Assistenza,
    /// That of somebody else, by name: a Prefettura, a person.
    Altri,
}

/// One message of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pec {
    /// Its id.
    pub id: IdPec,
    /// Environment.
    pub ambiente: Ambiente,
    /// The Comune it is for, or speaks of.
    pub comune: CodiceIstat,
    /// Whose it is when it is not the Comune's: a user name, or the name of a body. The Comune's pages leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub casella: Option<String>,
    /// Sender.
    pub da: String,
    /// Recipient.
    pub a: String,
    /// Subject, decoded.
    pub oggetto: String,
    /// Scenario instant.
    pub quando: Quando,
    /// Opened by someone.
    #[serde(default)]
    pub letta: bool,
    /// Delivery it speaks of.
    #[serde(default)]
    pub fornitura: Option<IdFornitura>,
    /// The text part, decoded.
    #[serde(default)]
    pub testo: String,
    /// Names of the attachments.
    #[serde(default)]
    pub allegati: Vec<String>,
    /// What it is about.
    #[serde(default)]
    pub natura: NaturaPec,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risponde: Option<IdPec>,
    /// The whole message, RFC 5322, CR LF, ASCII.
    pub grezzo: String,
}

impl Pec {
    /// Whose mailbox it lies in; `letta` is its recipient's.
    pub fn casella(&self) -> Casella {
        match self.natura {
            _ if self.casella.is_some() => Casella::Altri,
            NaturaPec::Domanda => Casella::Assistenza,
            NaturaPec::Esito | NaturaPec::Avviso | NaturaPec::Risposta => Casella::Comune,
        }
    }
}

/// A reply kept so that a repeated request gets the same bytes (registrations.md §1.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RispostaRicordata {
    /// Operation that was answered.
    pub operazione: String,
    /// Digest of the request body, hex: tells a true repetition from a reused id.
    pub impronta: String,
    /// HTTP status.
    pub http: u16,
    /// The reply's body.
    pub corpo: String,
    /// Scenario instant of the first answer.
    pub quando: Quando,
}

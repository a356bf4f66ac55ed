//! One file of the ring: how an entry lies in it, and how an index is made of it again.
//!
//! ```text
//! entry   length u32 · CRC-32 u32 · [ n u64 · outcome u8 · head u32 · request u32 · head JSON · request · reply ]
//! ```
//! Little-endian; the length and the CRC are of what stands in brackets. An entry is whole or is none: the first that
//! does not fit its length or its CRC ends the file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Grezzo, Voce};
use crate::modello::{EsitoScambio, Scambio};

/// Bytes before the bracket.
const PREFISSO: usize = 8;
/// Bytes of the fixed part inside it.
const FISSO: usize = 8 + 1 + 4 + 4;
/// Largest entry believed when a file is read again: two bodies and a generous head.
const VOCE_MASSIMA_BYTE: usize = 16 << 20;

/// Where an entry lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Riga {
    pub(super) n: u64,
    pub(super) offset: u64,
    /// All of it, prefix included.
    pub(super) lungo: u32,
    testa: u32,
    richiesta: u32,
    pub(super) esito: Option<EsitoScambio>,
}

impl Riga {
    /// The same entry, its place counted from another one in the same buffer.
    pub(super) fn contata_da(self, inizio: u64) -> Self {
        Self {
            offset: self.offset - inizio,
            ..self
        }
    }
}

#[derive(Serialize)]
struct TestaDaScrivere<'a> {
    scambio: &'a Scambio,
    istante: Timestamp,
    richiesta: &'a Grezzo,
    risposta: &'a Grezzo,
}

#[derive(Deserialize)]
struct Testa {
    scambio: Scambio,
    istante: Timestamp,
    richiesta: Grezzo,
    risposta: Grezzo,
}

/// Appends an entry to a buffer; where it lies is counted from the buffer's beginning.
pub(super) fn codifica(voce: &Voce, buffer: &mut Vec<u8>) -> io::Result<Riga> {
    let offset = buffer.len();
    let esito = voce.scambio.esito;
    buffer.extend_from_slice(&[0; PREFISSO]);
    buffer.extend_from_slice(&voce.scambio.n.to_le_bytes());
    buffer.push(byte_esito(esito));
    buffer.extend_from_slice(&[0; 8]);
    let inizio = buffer.len();
    let testa = TestaDaScrivere {
        scambio: &voce.scambio,
        istante: voce.istante,
        richiesta: &voce.richiesta,
        risposta: &voce.risposta,
    };
    if let Err(e) = serde_json::to_writer(&mut *buffer, &testa) {
        buffer.truncate(offset);
        return Err(e.into());
    }
    let testa = buffer.len() - inizio;
    buffer.extend_from_slice(&voce.richiesta.corpo);
    buffer.extend_from_slice(&voce.risposta.corpo);
    let dentro = buffer.len() - offset - PREFISSO;
    if dentro > VOCE_MASSIMA_BYTE {
        buffer.truncate(offset);
        return Err(io::Error::other("scambio troppo lungo"));
    }
    let richiesta = voce.richiesta.corpo.len();
    let fissi = offset + PREFISSO + 9;
    buffer[fissi..fissi + 4].copy_from_slice(&corto(testa).to_le_bytes());
    buffer[fissi + 4..fissi + 8].copy_from_slice(&corto(richiesta).to_le_bytes());
    let crc = crc32fast::hash(&buffer[offset + PREFISSO..]);
    buffer[offset..offset + 4].copy_from_slice(&corto(dentro).to_le_bytes());
    buffer[offset + 4..offset + 8].copy_from_slice(&crc.to_le_bytes());
    Ok(Riga {
        n: voce.scambio.n,
        offset: offset as u64,
        lungo: corto(PREFISSO + dentro),
        testa: corto(testa),
        richiesta: corto(richiesta),
        esito: Some(esito),
    })
}

/// Lengths here are bounded by [`VOCE_MASSIMA_BYTE`].
fn corto(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn byte_esito(e: EsitoScambio) -> u8 {
    e.nome().as_bytes()[0]
}

fn esito_del_byte(b: u8) -> Option<EsitoScambio> {
    use EsitoScambio as E;
    [E::Ok, E::Ko, E::Fault, E::Rifiutato, E::Guasto]
        .into_iter()
        .find(|e| byte_esito(*e) == b)
}

fn u32_a(b: &[u8], da: usize) -> u32 {
    b.get(da..da + 4)
        .and_then(|x| x.try_into().ok())
        .map_or(0, u32::from_le_bytes)
}

fn u64_a(b: &[u8], da: usize) -> u64 {
    b.get(da..da + 8)
        .and_then(|x| x.try_into().ok())
        .map_or(0, u64::from_le_bytes)
}

/// The entry at a place of a file's bytes, if it is whole.
fn riga_a(byte: &[u8], offset: usize) -> Option<Riga> {
    let resto = byte.get(offset..)?;
    let dentro = u32_a(resto, 0) as usize;
    if !(FISSO..=VOCE_MASSIMA_BYTE).contains(&dentro) {
        return None;
    }
    let chiuso = resto.get(PREFISSO..PREFISSO + dentro)?;
    if crc32fast::hash(chiuso) != u32_a(resto, 4) {
        return None;
    }
    let (testa, richiesta) = (u32_a(chiuso, 9), u32_a(chiuso, 13));
    if FISSO as u64 + u64::from(testa) + u64::from(richiesta) > dentro as u64 {
        return None;
    }
    Some(Riga {
        n: u64_a(chiuso, 0),
        offset: offset as u64,
        lungo: corto(PREFISSO + dentro),
        testa,
        richiesta,
        esito: esito_del_byte(chiuso[8]),
    })
}

/// One file of the ring.
pub(super) struct Segmento {
    pub(super) percorso: PathBuf,
    /// Open in the one that is being written; the others are opened for each reading, so that a full ring holds no more
    /// descriptors than an empty one.
    file: Option<File>,
    /// Number of its first entry.
    pub(super) primo: u64,
    /// Bytes known to be good.
    pub(super) byte: u64,
    /// Made when it is first asked for: a start need not read old files.
    indice: OnceLock<Vec<Riga>>,
}

impl Segmento {
    /// A new, empty file.
    pub(super) fn nuovo(dir: &Path, primo: u64) -> io::Result<Self> {
        let percorso = dir.join(nome(primo));
        let file = apri(&percorso)?;
        file.set_len(0)?;
        Ok(Self {
            percorso,
            file: Some(file),
            primo,
            byte: 0,
            indice: OnceLock::from(Vec::new()),
        })
    }

    /// A file of an earlier run, whose index is made later.
    pub(super) fn vecchio(percorso: PathBuf, primo: u64) -> io::Result<Self> {
        let byte = std::fs::metadata(&percorso)?.len();
        Ok(Self {
            percorso,
            file: None,
            primo,
            byte,
            indice: OnceLock::new(),
        })
    }

    /// The last file of an earlier run: what a kill cut off is cut off for good.
    pub(super) fn ripreso(percorso: PathBuf, primo: u64) -> io::Result<Self> {
        let mut s = Self::vecchio(percorso, primo)?;
        let file = apri(&s.percorso)?;
        let buone = s.indice().last().map_or(0, |r| r.offset + u64::from(r.lungo));
        if buone < s.byte {
            tracing::info!(
                tolti = s.byte - buone,
                "giornale: una coda scritta a metà è stata tolta"
            );
            file.set_len(buone)?;
            s.byte = buone;
        }
        s.file = Some(file);
        Ok(s)
    }

    /// No more is written here.
    pub(super) fn chiudi(&mut self) {
        self.file = None;
    }

    pub(super) fn indice(&self) -> &[Riga] {
        self.indice.get_or_init(|| {
            let Ok(byte) = std::fs::read(&self.percorso) else {
                return Vec::new();
            };
            let mut righe: Vec<Riga> = Vec::new();
            let mut offset = 0;
            while let Some(r) = riga_a(&byte, offset) {
                offset += r.lungo as usize;
                righe.push(r);
            }
            righe
        })
    }

    /// Appends encoded entries, whole or not at all.
    pub(super) fn accoda(&mut self, byte: &[u8], righe: impl Iterator<Item = Riga>) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            chiuso => chiuso.insert(apri(&self.percorso)?),
        };
        if let Err(e) = file.write_all(byte) {
            // What was written of it must not stand before what comes next.
            let _ = file.set_len(self.byte);
            return Err(e);
        }
        let prima = self.byte;
        self.byte += byte.len() as u64;
        self.indice();
        if let Some(indice) = self.indice.get_mut() {
            indice.extend(righe.map(|r| Riga {
                offset: prima + r.offset,
                ..r
            }));
        }
        Ok(())
    }

    /// The summary of an entry; `None` if it cannot be read back.
    pub(super) fn sunto(&self, r: &Riga) -> Option<Scambio> {
        let testa = self.pezzo(r.offset + (PREFISSO + FISSO) as u64, r.testa as usize)?;
        serde_json::from_slice::<Testa>(&testa).ok().map(|t| t.scambio)
    }

    /// A whole entry; `None` if it cannot be read back.
    pub(super) fn voce(&self, r: &Riga) -> Option<Voce> {
        let intera = Bytes::from(self.pezzo(r.offset, r.lungo as usize)?);
        if riga_a(&intera, 0)?.n != r.n {
            return None;
        }
        let dopo_testa = PREFISSO + FISSO + r.testa as usize;
        let dopo_richiesta = dopo_testa + r.richiesta as usize;
        let testa: Testa = serde_json::from_slice(intera.get(PREFISSO + FISSO..dopo_testa)?).ok()?;
        let mut voce = Voce {
            scambio: testa.scambio,
            istante: testa.istante,
            richiesta: testa.richiesta,
            risposta: testa.risposta,
        };
        voce.richiesta.corpo = intera.slice(dopo_testa..dopo_richiesta);
        voce.risposta.corpo = intera.slice(dopo_richiesta..);
        Some(voce)
    }

    fn pezzo(&self, da: u64, quanto: usize) -> Option<Vec<u8>> {
        let mut byte = vec![0; quanto];
        match &self.file {
            Some(file) => leggi_a(file, &mut byte, da),
            None => File::open(&self.percorso).and_then(|file| leggi_a(&file, &mut byte, da)),
        }
        .ok()?;
        Some(byte)
    }
}

fn apri(percorso: &Path) -> io::Result<File> {
    let mut opzioni = OpenOptions::new();
    opzioni.read(true).append(true).create(true);
    // Requests hold names of people, though invented: nobody else's business.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut opzioni, 0o600);
    opzioni.open(percorso)
}

#[cfg(unix)]
fn leggi_a(file: &File, byte: &mut [u8], da: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, byte, da)
}

#[cfg(windows)]
fn leggi_a(file: &File, mut byte: &mut [u8], mut da: u64) -> io::Result<()> {
    while !byte.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, byte, da)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                byte = &mut byte[n..];
                da += n as u64;
            }
        }
    }
    Ok(())
}

/// Name of the file whose first entry has this number.
pub(super) fn nome(primo: u64) -> String {
    format!("{primo:020}.seg")
}

/// The number in such a name.
pub(super) fn primo_del_nome(nome: &str) -> Option<u64> {
    let cifre = nome.strip_suffix(".seg").filter(|c| c.len() == 20)?;
    cifre.parse().ok()
}

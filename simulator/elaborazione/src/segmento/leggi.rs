//! Reads a segment back.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use flate2::Crc;

use super::chiavi::{BYTE_FAMIGLIA, BYTE_SOGGETTO};
use super::record::rotto;
use super::{ChiaveFamiglia, ChiaveSoggetto, Conteggi, Intestazione, MAGIA, Record, Sezione, VERSIONE};
use crate::tipi::Rilievo;

/// Bytes after the header.
const CODA: u64 = 8 + 4 + 4 + 8;
/// Buffer of a section being read, in bytes.
const TAMPONE: usize = 256 * 1024;

/// A segment on disk.
#[derive(Debug, Clone)]
pub struct Segmento {
    percorso: PathBuf,
    testa: Intestazione,
}

impl Segmento {
    /// Opens a segment: version and header are checked, nothing else is read.
    pub fn apri(percorso: &Path) -> io::Result<Self> {
        let mut file = File::open(percorso)?;
        let mut inizio = [0; 12];
        file.read_exact(&mut inizio)?;
        if &inizio[..8] != MAGIA {
            return Err(rotto("non è un segmento"));
        }
        let versione = u32::from_le_bytes([inizio[8], inizio[9], inizio[10], inizio[11]]);
        if versione != VERSIONE {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!("segmento di versione {versione}, attesa {VERSIONE}"),
            ));
        }
        let fine = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(
            fine.checked_sub(CODA).ok_or_else(|| rotto("troncato"))?,
        ))?;
        let mut coda = [0; CODA as usize];
        file.read_exact(&mut coda)?;
        if &coda[16..] != MAGIA {
            return Err(rotto("coda mancante"));
        }
        let (dove, quanti) = coda[..12].split_at(8);
        let dove = u64::from_le_bytes(dove.try_into().map_err(|_| rotto("coda"))?);
        let quanti = u32::from_le_bytes(quanti.try_into().map_err(|_| rotto("coda"))?);
        file.seek(SeekFrom::Start(dove))?;
        let mut json = Vec::new();
        file.take(u64::from(quanti)).read_to_end(&mut json)?;
        let mut crc = Crc::new();
        crc.update(&json);
        if crc.sum().to_le_bytes() != coda[12..16] {
            return Err(rotto("somma di controllo della testa"));
        }
        let testa = serde_json::from_slice(&json)?;
        Ok(Self {
            percorso: percorso.to_owned(),
            testa,
        })
    }

    /// Header: counters, layout, counts of findings.
    pub fn testa(&self) -> &Intestazione {
        &self.testa
    }

    /// Calculated counters.
    pub fn conteggi(&self) -> &Conteggi {
        &self.testa.calcolati
    }

    /// Path it was opened from.
    pub fn percorso(&self) -> &Path {
        &self.percorso
    }

    /// Streams the records in document order.
    pub fn schede(&self) -> io::Result<Schede> {
        Ok(Schede {
            da: self.sezione(&self.testa.sezioni.record)?,
            byte: Vec::new(),
            qui: 0,
        })
    }

    /// One record, by the offset a key or a finding gives.
    pub fn record(&self, indirizzo: u64) -> io::Result<Record> {
        self.lettore()?.leggi(indirizzo)
    }

    /// A reader of single records that keeps the file open.
    pub(crate) fn lettore(&self) -> io::Result<LettoreSparso> {
        let sezione = self.testa.sezioni.record;
        Ok(LettoreSparso {
            file: BufReader::new(File::open(&self.percorso)?),
            sezione,
            byte: Vec::new(),
        })
    }

    /// Streams the findings in document order, each with the offset of its record.
    pub fn rilievi(&self) -> io::Result<impl Iterator<Item = io::Result<(u64, Rilievo)>> + use<>> {
        let quanti = self.testa.sezioni.rilievi.quanti;
        let mut da = self.sezione(&self.testa.sezioni.rilievi)?;
        let mut json = Vec::new();
        Ok((0..quanti).map(move |_| {
            let mut testa = [0; 12];
            da.read_exact(&mut testa)?;
            let (record, lunghezza) = testa.split_at(8);
            let record = u64::from_le_bytes(record.try_into().map_err(|_| rotto("rilievo"))?);
            let lunghezza = u32::from_le_bytes(lunghezza.try_into().map_err(|_| rotto("rilievo"))?);
            json.clear();
            (&mut da).take(u64::from(lunghezza)).read_to_end(&mut json)?;
            Ok((record, serde_json::from_slice(&json)?))
        }))
    }

    /// Streams the subject keys in document order.
    pub fn chiavi_soggetti(&self) -> io::Result<impl Iterator<Item = io::Result<ChiaveSoggetto>> + use<>> {
        self.chiavi::<BYTE_SOGGETTO, _>(&self.testa.sezioni.soggetti, ChiaveSoggetto::leggi)
    }

    /// Streams the family keys in document order.
    pub fn chiavi_famiglie(&self) -> io::Result<impl Iterator<Item = io::Result<ChiaveFamiglia>> + use<>> {
        self.chiavi::<BYTE_FAMIGLIA, _>(&self.testa.sezioni.famiglie, ChiaveFamiglia::leggi)
    }

    fn chiavi<const N: usize, T>(
        &self,
        sezione: &Sezione,
        leggi: fn(&[u8; N]) -> T,
    ) -> io::Result<impl Iterator<Item = io::Result<T>> + use<N, T>> {
        let mut da = self.sezione(sezione)?;
        Ok((0..sezione.quanti).map(move |_| {
            let mut byte = [0; N];
            da.read_exact(&mut byte)?;
            Ok(leggi(&byte))
        }))
    }

    fn sezione(&self, sezione: &Sezione) -> io::Result<Controllato> {
        let mut file = File::open(&self.percorso)?;
        file.seek(SeekFrom::Start(sezione.inizio))?;
        Ok(Controllato {
            da: BufReader::with_capacity(TAMPONE, file.take(sezione.byte)),
            crc: Crc::new(),
            attesa: sezione.somma,
            restano: sezione.byte,
        })
    }
}

/// A section that checks its sum at its end.
struct Controllato {
    da: BufReader<Take<File>>,
    crc: Crc,
    attesa: u32,
    restano: u64,
}

impl Read for Controllato {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let letti = self.da.read(buf)?;
        self.crc.update(&buf[..letti]);
        self.restano -= letti as u64;
        if self.restano == 0 && self.crc.sum() != self.attesa {
            return Err(rotto("somma di controllo di una sezione"));
        }
        Ok(letti)
    }
}

/// Records in document order.
pub struct Schede {
    da: Controllato,
    byte: Vec<u8>,
    qui: u64,
}

impl Schede {
    /// Reads the next record into `record`, reusing its memory; `false` when there is none.
    pub fn prossima(&mut self, record: &mut Record) -> io::Result<bool> {
        if self.da.restano == 0 {
            return Ok(false);
        }
        record.indirizzo = self.qui;
        self.qui += record.leggi(&mut self.da, &mut self.byte)? as u64;
        Ok(true)
    }
}

impl Iterator for Schede {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = Record::vuoto();
        match self.prossima(&mut record) {
            Ok(true) => Some(Ok(record)),
            Ok(false) => None,
            Err(errore) => {
                self.da.restano = 0;
                Some(Err(errore))
            }
        }
    }
}

/// Single records by offset.
pub(crate) struct LettoreSparso {
    file: BufReader<File>,
    sezione: Sezione,
    byte: Vec<u8>,
}

impl LettoreSparso {
    pub(crate) fn leggi(&mut self, indirizzo: u64) -> io::Result<Record> {
        if indirizzo >= self.sezione.byte {
            return Err(rotto("indirizzo fuori dalla sezione"));
        }
        self.file.seek(SeekFrom::Start(self.sezione.inizio + indirizzo))?;
        let mut record = Record::vuoto();
        record.leggi(&mut self.file, &mut self.byte)?;
        record.indirizzo = indirizzo;
        Ok(record)
    }
}

//! Writes a segment: records as they come, findings aside, keys at the end.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::Crc;

use super::{ChiaveFamiglia, ChiaveSoggetto, Intestazione, MAGIA, Sezione, VERSIONE};
use crate::tipi::Rilievo;

/// Buffer of the two files being written, in bytes.
const TAMPONE: usize = 1 << 20;

/// A segment being written. Dropped before [`ScrittoreSegmento::chiudi`], it leaves nothing behind.
pub(crate) struct ScrittoreSegmento {
    destinazione: PathBuf,
    file: BufWriter<tempfile::NamedTempFile>,
    rilievi: BufWriter<File>,
    record: Misura,
    trovati: Misura,
    soggetti: Vec<ChiaveSoggetto>,
    famiglie: Vec<ChiaveFamiglia>,
}

#[derive(Default)]
struct Misura {
    byte: u64,
    quanti: u64,
    crc: Crc,
}

impl Misura {
    fn aggiungi(&mut self, byte: &[u8]) {
        self.byte += byte.len() as u64;
        self.crc.update(byte);
    }

    fn sezione(&self, inizio: u64) -> Sezione {
        Sezione {
            inizio,
            byte: self.byte,
            quanti: self.quanti,
            somma: self.crc.sum(),
        }
    }
}

impl ScrittoreSegmento {
    /// Starts a segment that will be called `destinazione`.
    pub(crate) fn nuovo(destinazione: &Path) -> io::Result<Self> {
        let cartella = destinazione
            .parent()
            .filter(|c| !c.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut file = BufWriter::with_capacity(TAMPONE, tempfile::NamedTempFile::new_in(cartella)?);
        file.write_all(MAGIA)?;
        file.write_all(&VERSIONE.to_le_bytes())?;
        Ok(Self {
            destinazione: destinazione.to_owned(),
            file,
            rilievi: BufWriter::with_capacity(TAMPONE, tempfile::tempfile_in(cartella)?),
            record: Misura::default(),
            trovati: Misura::default(),
            soggetti: Vec::new(),
            famiglie: Vec::new(),
        })
    }

    /// Offset the next record will have.
    pub(crate) fn prossimo(&self) -> u64 {
        self.record.byte
    }

    /// Appends serialised records.
    pub(crate) fn record(&mut self, byte: &[u8], quanti: u64) -> io::Result<()> {
        self.record.aggiungi(byte);
        self.record.quanti += quanti;
        self.file.write_all(byte)
    }

    /// Appends a finding; `record` is the offset of the record it speaks of, `u64::MAX` for the file.
    pub(crate) fn rilievo(&mut self, record: u64, rilievo: &Rilievo) -> io::Result<()> {
        let json = serde_json::to_vec(rilievo)?;
        let mut testa = [0; 12];
        testa[..8].copy_from_slice(&record.to_le_bytes());
        testa[8..].copy_from_slice(&(json.len() as u32).to_le_bytes());
        self.trovati.quanti += 1;
        for pezzo in [testa.as_slice(), &json] {
            self.trovati.aggiungi(pezzo);
            self.rilievi.write_all(pezzo)?;
        }
        Ok(())
    }

    pub(crate) fn soggetto(&mut self, chiave: ChiaveSoggetto) {
        self.soggetti.push(chiave);
    }

    pub(crate) fn famiglia(&mut self, chiave: ChiaveFamiglia) {
        self.famiglie.push(chiave);
    }

    /// Writes what is left and gives the segment its name.
    pub(crate) fn chiudi(mut self, mut testa: Intestazione, durevole: bool) -> io::Result<Intestazione> {
        let mut qui = (MAGIA.len() + 4) as u64;
        testa.sezioni.record = self.record.sezione(qui);
        qui += self.record.byte;
        self.rilievi.seek(SeekFrom::Start(0))?;
        io::copy(
            &mut BufReader::new(self.rilievi.get_ref().take(self.trovati.byte)),
            &mut self.file,
        )?;
        testa.sezioni.rilievi = self.trovati.sezione(qui);
        qui += self.trovati.byte;
        testa.sezioni.soggetti =
            scrivi_chiavi(&mut self.file, &mut qui, &self.soggetti, ChiaveSoggetto::scrivi)?;
        testa.sezioni.famiglie =
            scrivi_chiavi(&mut self.file, &mut qui, &self.famiglie, ChiaveFamiglia::scrivi)?;
        let json = serde_json::to_vec(&testa)?;
        let mut crc = Crc::new();
        crc.update(&json);
        self.file.write_all(&json)?;
        self.file.write_all(&qui.to_le_bytes())?;
        self.file.write_all(&(json.len() as u32).to_le_bytes())?;
        self.file.write_all(&crc.sum().to_le_bytes())?;
        self.file.write_all(MAGIA)?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        if durevole {
            file.as_file().sync_all()?;
        }
        file.persist(&self.destinazione).map_err(|e| e.error)?;
        Ok(testa)
    }
}

fn scrivi_chiavi<T>(
    file: &mut impl Write,
    qui: &mut u64,
    chiavi: &[T],
    scrivi: impl Fn(&T, &mut Vec<u8>),
) -> io::Result<Sezione> {
    let mut misura = Misura {
        quanti: chiavi.len() as u64,
        ..Misura::default()
    };
    let mut byte = Vec::with_capacity(TAMPONE);
    for gruppo in chiavi.chunks(TAMPONE / 64) {
        byte.clear();
        for chiave in gruppo {
            scrivi(chiave, &mut byte);
        }
        misura.aggiungi(&byte);
        file.write_all(&byte)?;
    }
    let sezione = misura.sezione(*qui);
    *qui += misura.byte;
    Ok(sezione)
}

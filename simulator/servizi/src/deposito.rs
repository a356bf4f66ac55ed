//! Where an upload lies until the intake has judged it.
//!
//! A spool file in the data folder, named by us, removed when dropped: what is refused or cut off leaves nothing.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

/// Bytes of an upload that is stopped at once, far above the 15 MiB that EN002 speaks of, so that EN002 itself can
/// still tell the size. Protects the disk, not the rule.
pub const LIMITE_INVIO_BYTE: u64 = 64 * 1024 * 1024;

/// An upload being received.
#[derive(Debug)]
pub struct Deposito {
    file: NamedTempFile,
    scritti: u64,
    impronta: Sha256,
}

impl Deposito {
    pub(crate) fn in_cartella(cartella: &Path) -> io::Result<Self> {
        let file = tempfile::Builder::new()
            .prefix("arrivo-")
            .suffix(".parte")
            .tempfile_in(cartella)?;
        Ok(Self {
            file,
            scritti: 0,
            impronta: Sha256::new(),
        })
    }

    /// Bytes received so far.
    pub fn byte(&self) -> u64 {
        self.scritti
    }

    /// SHA-256 of the bytes received so far, hex.
    pub(crate) fn sha256(&self) -> String {
        crate::esadecimale(&self.impronta.clone().finalize())
    }

    pub(crate) fn leggi(&self) -> io::Result<File> {
        self.file.reopen()
    }

    /// Moves the bytes to their place for good.
    pub(crate) fn sposta(self, dove: &PathBuf) -> io::Result<()> {
        self.file.as_file().sync_data()?;
        self.file.persist(dove).map_err(|e| e.error)?;
        Ok(())
    }
}

impl Write for Deposito {
    fn write(&mut self, byte: &[u8]) -> io::Result<usize> {
        if self.scritti + byte.len() as u64 > LIMITE_INVIO_BYTE {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("l'invio supera {LIMITE_INVIO_BYTE} byte: nessun file di subentro è così grande"),
            ));
        }
        let n = self.file.write(byte)?;
        self.impronta.update(&byte[..n]);
        self.scritti += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

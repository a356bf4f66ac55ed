//! The data folder: whose it is, which version it has, how an older one becomes the present one.
//!
//! ```text
//! DIR/anpr-sim.lock   locked while a process owns the folder
//! DIR/anpr-sim.pid    the owner's process number, for the message of the second one
//! DIR/versione        one number and a newline
//! DIR/archivio/       the store
//! DIR/giornale/       the exchange journal, opened by whoever owns the register
//! ```
//! What must stay true: the lock comes before anything is read; a migration starts only once a complete
//! back-up copy stands beside, and can be interrupted and repeated at any point.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::errore::ErroreRegistro;
use crate::migrazioni;
use crate::store::SledStore;

/// Version that this program writes.
pub const VERSIONE_CARTELLA: u32 = 3;

const FILE_LOCK: &str = "anpr-sim.lock";
const FILE_PID: &str = "anpr-sim.pid";
const FILE_VERSIONE: &str = "versione";
const DIR_ARCHIVIO: &str = "archivio";

/// A data folder held by this process; dropping it lets the folder go.
#[derive(Debug)]
pub struct Cartella {
    dir: PathBuf,
    lock: File,
}

impl Drop for Cartella {
    fn drop(&mut self) {
        // Said and not left to the closing: a child process being started holds a copy of the descriptor for a moment.
        let _ = self.lock.unlock();
    }
}

impl Cartella {
    /// Makes the folder if needed and takes it. First of all: whoever does not hold it writes nothing there.
    pub fn prendi(dir: &Path) -> Result<Self, ErroreRegistro> {
        crea_privata(dir).map_err(|e| ErroreRegistro::io(dir, e))?;
        let percorso = dir.join(FILE_LOCK);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&percorso)
            .map_err(|e| ErroreRegistro::io(&percorso, e))?;
        let pid = dir.join(FILE_PID);
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = fs::read_to_string(&pid).ok().and_then(|t| t.trim().parse().ok());
                return Err(ErroreRegistro::CartellaOccupata {
                    dir: dir.to_owned(),
                    pid,
                });
            }
            Err(TryLockError::Error(e)) => return Err(ErroreRegistro::io(&percorso, e)),
        }
        scrivi_intero(&pid, format!("{}\n", std::process::id()).as_bytes())?;
        Ok(Self {
            dir: dir.to_owned(),
            lock,
        })
    }

    /// Where the store lies.
    pub(crate) fn archivio(&self) -> PathBuf {
        self.dir.join(DIR_ARCHIVIO)
    }

    /// Brings the folder to [`VERSIONE_CARTELLA`], or says why not.
    pub(crate) fn prepara_versione(&self, cache_byte: u64) -> Result<(), ErroreRegistro> {
        let file = self.dir.join(FILE_VERSIONE);
        let trovata = match fs::read_to_string(&file) {
            Ok(testo) => testo
                .trim()
                .parse()
                .map_err(|_| ErroreRegistro::VersioneIlleggibile { file: file.clone() })?,
            // A store without a version is of the time before versions; no store, a new folder.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                if self.archivio().exists() {
                    0
                } else {
                    VERSIONE_CARTELLA
                }
            }
            Err(e) => return Err(ErroreRegistro::io(&file, e)),
        };
        if trovata > VERSIONE_CARTELLA {
            return Err(ErroreRegistro::VersioneNuova {
                dir: self.dir.clone(),
                trovata,
                nota: VERSIONE_CARTELLA,
            });
        }
        if trovata < VERSIONE_CARTELLA {
            let copia = self.dir.join(format!("{DIR_ARCHIVIO}-copia-v{trovata}"));
            copia_intera(&self.archivio(), &copia)?;
            tracing::info!(da = trovata, a = VERSIONE_CARTELLA, copia = %copia.display(), "cartella dati da aggiornare");
            let store = SledStore::apri(&self.archivio(), cache_byte)?;
            for versione in trovata..VERSIONE_CARTELLA {
                migrazioni::da(versione, &store)?;
            }
        }
        if trovata != VERSIONE_CARTELLA || !file.exists() {
            scrivi_intero(&file, format!("{VERSIONE_CARTELLA}\n").as_bytes())?;
        }
        Ok(())
    }
}

/// A folder that only its owner enters.
fn crea_privata(dir: &Path) -> std::io::Result<()> {
    let mut costruttore = fs::DirBuilder::new();
    costruttore.recursive(true);
    // On Windows a folder inherits the rights of the profile it lies in.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut costruttore, 0o700);
    costruttore.create(dir)
}

/// Writes a small file whole or not at all: beside, synced, then renamed.
fn scrivi_intero(file: &Path, byte: &[u8]) -> Result<(), ErroreRegistro> {
    let provvisorio = file.with_extension("nuovo");
    let scrivi = || {
        let mut f = File::create(&provvisorio)?;
        f.write_all(byte)?;
        f.sync_all()?;
        fs::rename(&provvisorio, file)
    };
    scrivi().map_err(|e| ErroreRegistro::io(file, e))
}

/// Copies a folder whole or not at all. A copy that stands already is complete, and older than any migration: kept.
fn copia_intera(da: &Path, a: &Path) -> Result<(), ErroreRegistro> {
    if a.exists() {
        return Ok(());
    }
    let provvisoria = a.with_extension("nuova");
    let copia = || {
        if provvisoria.exists() {
            fs::remove_dir_all(&provvisoria)?;
        }
        copia_dir(da, &provvisoria)?;
        fs::rename(&provvisoria, a)
    };
    copia().map_err(|e| ErroreRegistro::io(a, e))
}

fn copia_dir(da: &Path, a: &Path) -> std::io::Result<()> {
    crea_privata(a)?;
    for voce in fs::read_dir(da)? {
        let voce = voce?;
        let meta = a.join(voce.file_name());
        if voce.file_type()?.is_dir() {
            copia_dir(&voce.path(), &meta)?;
        } else {
            fs::copy(voce.path(), meta)?;
        }
    }
    Ok(())
}

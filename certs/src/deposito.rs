//! The folder: private, written atomically, one writer at a time.
//!
//! A file appears under its name only when whole: it is written beside it under a temporary name and renamed. On Unix
//! the folder is 0700 and secrets 0600 from their creation on; on Windows both inherit the access list of the parent
//! folder, which in a user profile admits that user (and administrators) only.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use crate::ErrorePki;

/// Prefix of files not yet complete; left-overs of a killed start are removed at the next one.
const PROVVISORIO: &str = ".parziale-";
/// The file whose lock admits one writer at a time (`serve` and `cert issue` may meet).
const BLOCCO: &str = ".blocco";

/// Who may read a file.
#[derive(Clone, Copy)]
pub(crate) enum Accesso {
    /// Certificates: nothing to hide (the folder is closed anyway).
    Pubblico,
    /// Keys, key stores, passwords.
    Privato,
}

/// The folder of the PKI.
pub(crate) struct Deposito {
    dir: PathBuf,
}

impl Deposito {
    pub(crate) const SOTTO: [&'static str; 4] = ["radici", "server", "postazioni", "carte"];

    /// Creates what is missing of the folder and closes it to others.
    pub(crate) fn apri(dir: &Path) -> Result<Self, ErrorePki> {
        for d in std::iter::once(dir.to_path_buf()).chain(Self::SOTTO.iter().map(|s| dir.join(s))) {
            if !d.is_dir() {
                crea_cartella(&d).map_err(ErrorePki::io(&d))?;
            }
        }
        chiudi_cartella(dir).map_err(ErrorePki::io(dir))?;
        Ok(Self {
            dir: dir.to_path_buf(),
        })
    }

    pub(crate) fn percorso(&self, relativo: &str) -> PathBuf {
        self.dir.join(relativo)
    }

    /// Waits until this process is the only writer; the lock ends with the returned value (or with the process).
    pub(crate) fn blocca(&self) -> Result<File, ErrorePki> {
        let p = self.percorso(BLOCCO);
        let f = apertura(Accesso::Privato)
            .create(true)
            .truncate(false)
            .open(&p)
            .map_err(ErrorePki::io(&p))?;
        f.lock().map_err(ErrorePki::io(&p))?;
        Ok(f)
    }

    /// Removes what a killed writer left; call with the lock in hand.
    pub(crate) fn ripulisci(&self) {
        for d in std::iter::once(self.dir.clone()).chain(Self::SOTTO.iter().map(|s| self.dir.join(s))) {
            for voce in fs::read_dir(d).into_iter().flatten().flatten() {
                if voce.file_name().to_string_lossy().starts_with(PROVVISORIO) {
                    // Not being able to remove a left-over harms nobody.
                    let _ = fs::remove_file(voce.path());
                }
            }
        }
    }

    /// Writes a file as a whole.
    pub(crate) fn scrivi(&self, relativo: &str, contenuto: &[u8], accesso: Accesso) -> Result<(), ErrorePki> {
        let meta = self.percorso(relativo);
        let nome = format!("{PROVVISORIO}{:016x}", rand::random::<u64>());
        let prima = meta.with_file_name(nome);
        let esito = (|| {
            let mut f = apertura(accesso).create_new(true).open(&prima)?;
            f.write_all(contenuto)?;
            f.sync_data()?;
            drop(f);
            fs::rename(&prima, &meta)
        })();
        esito.map_err(|e| {
            let _ = fs::remove_file(&prima);
            ErrorePki::Io {
                percorso: meta,
                errore: e,
            }
        })
    }

    /// Reads a file, `None` when there is none.
    pub(crate) fn leggi(&self, relativo: &str) -> Result<Option<Vec<u8>>, ErrorePki> {
        let p = self.percorso(relativo);
        match fs::read(&p) {
            Ok(b) => Ok(Some(b)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(errore) => Err(ErrorePki::Io { percorso: p, errore }),
        }
    }
}

#[cfg(unix)]
fn apertura(accesso: Accesso) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut o = OpenOptions::new();
    o.write(true).mode(match accesso {
        Accesso::Pubblico => 0o644,
        Accesso::Privato => 0o600,
    });
    o
}

#[cfg(not(unix))]
fn apertura(_: Accesso) -> OpenOptions {
    let mut o = OpenOptions::new();
    o.write(true);
    o
}

#[cfg(unix)]
fn crea_cartella(d: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(d)
}

#[cfg(not(unix))]
fn crea_cartella(d: &Path) -> std::io::Result<()> {
    fs::create_dir_all(d)
}

#[cfg(unix)]
fn chiudi_cartella(d: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(d)?.permissions().mode() & 0o777 == 0o700 {
        return Ok(());
    }
    fs::set_permissions(d, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "same signature as its Unix twin")]
fn chiudi_cartella(_: &Path) -> std::io::Result<()> {
    Ok(())
}

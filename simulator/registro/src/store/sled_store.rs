//! The store on sled 0.34.7: one tree, so that a batch is atomic whatever kinds of keys it touches.
//!
//! sled remembers the first I/O error and repeats it to everyone for ever: after a full disk the handle is
//! useless. So the handle stands behind a lock, is dropped at the first error and opened again at the next use.
//! Each batch carries its number: after a failure the reopened store tells whether that batch had got through,
//! so a caller that hears an error knows that nothing was written.

use std::fmt::Display;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use super::{Coppia, ErroreStore, Lotto, Store, Verso};

/// Room that is never used up, so that the store can always be opened, swept and read: 4 MiB.
pub const RISERVA_SPAZIO_BYTE: u64 = 4 << 20;
/// sled writes whole log segments and rewrites nodes: bytes on disk per byte given.
const AMPLIFICAZIONE: u64 = 2;
/// How many times a store that is being released by ourselves is tried again.
const TENTATIVI_APERTURA: u32 = 40;
/// Pause between two attempts.
const PAUSA_APERTURA: Duration = Duration::from_millis(25);
/// How long a handle may take to close.
const ATTESA_CHIUSURA: Duration = Duration::from_secs(5);
/// Number of the last batch, big-endian. Outside every sandbox: no name begins with `0xFF`.
const CHIAVE_LOTTO: &[u8] = b"\xFFlotto";

/// sled behind a handle that can be given up.
pub struct SledStore {
    dir: PathBuf,
    cache_byte: u64,
    riserva: u64,
    generazione: AtomicU64,
    /// A dropped handle never came to an end: its lock on the file is still there.
    trattenuto: Arc<AtomicBool>,
    db: RwLock<Option<sled::Db>>,
    /// Number of the last batch; its lock also keeps writers in a row.
    ultimo: Mutex<u64>,
}

fn guasto(e: impl Display) -> ErroreStore {
    ErroreStore::Guasto(e.to_string())
}

impl SledStore {
    /// Opens (or makes) the store in a folder. `cache_byte`: memory sled may keep pages in.
    pub fn apri(dir: &Path, cache_byte: u64) -> Result<Self, ErroreStore> {
        let store = Self {
            dir: dir.to_owned(),
            cache_byte,
            riserva: RISERVA_SPAZIO_BYTE,
            generazione: AtomicU64::new(0),
            trattenuto: Arc::default(),
            db: RwLock::new(None),
            ultimo: Mutex::new(0),
        };
        store.riapri()?;
        Ok(store)
    }

    /// The same with another reserve, for small disks.
    #[must_use]
    pub fn con_riserva(mut self, byte: u64) -> Self {
        self.riserva = byte;
        self
    }

    fn apri_db(&self) -> Result<sled::Db, ErroreStore> {
        let mut ultimo_errore = None;
        let tentativi = if self.trattenuto.load(Ordering::SeqCst) {
            1
        } else {
            TENTATIVI_APERTURA
        };
        for _ in 0..tentativi {
            let aperto = sled::Config::new()
                .path(&self.dir)
                .cache_capacity(self.cache_byte)
                // We flush ourselves at each commit; no thread of sled's does it behind our back.
                .flush_every_ms(None)
                .open();
            match aperto {
                Ok(db) => return Ok(db),
                // The handle just dropped may still hold the lock of the file for a moment.
                Err(sled::Error::Io(e)) if e.kind() == std::io::ErrorKind::StorageFull => {
                    return Err(ErroreStore::SpazioEsaurito {
                        richiesti: 0,
                        liberi: self.liberi().unwrap_or(0),
                    });
                }
                Err(e) => ultimo_errore = Some(e),
            }
            std::thread::sleep(PAUSA_APERTURA);
        }
        Err(ultimo_errore.map_or_else(|| guasto("apertura non riuscita"), guasto))
    }

    /// Drops a handle, without waiting for ever: sled's drop flushes, and when the disk filled while it was writing a
    /// value of its own side files (`blobs`) that flush never returns. The reserve is there so that it does not come
    /// to that; if it does, everyone gets an error instead of a hang.
    fn chiudi(&self, db: sled::Db) {
        let (finito, attesa) = std::sync::mpsc::channel();
        let trattenuto = Arc::clone(&self.trattenuto);
        trattenuto.store(true, Ordering::SeqCst);
        let filo = std::thread::Builder::new()
            .name("chiusura-archivio".to_owned())
            .spawn(move || {
                drop(db);
                trattenuto.store(false, Ordering::SeqCst);
                // Nobody listens any more after the wait below: fine.
                let _ = finito.send(());
            });
        if filo.is_err() || attesa.recv_timeout(ATTESA_CHIUSURA).is_err() {
            tracing::error!("l'archivio non si chiude: liberare spazio su disco e riavviare anpr-sim");
        }
    }

    fn liberi(&self) -> Result<u64, ErroreStore> {
        fs4::available_space(&self.dir).map_err(guasto)
    }

    fn handle(&self) -> RwLockWriteGuard<'_, Option<sled::Db>> {
        self.db.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `f` on the open store, opening it if it had been given up; an error gives it up.
    fn con<T>(&self, f: impl Fn(&sled::Db) -> sled::Result<T>) -> Result<T, ErroreStore> {
        let esito = {
            let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
            db.as_ref().map(&f)
        };
        if let Some(Ok(valore)) = esito {
            return Ok(valore);
        }
        // Reading is free of effects: once more on a fresh handle.
        self.riapri()?;
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
        db.as_ref()
            .map_or_else(|| Err(guasto("archivio chiuso")), |db| f(db).map_err(guasto))
    }

    fn numero(db: &sled::Db) -> sled::Result<u64> {
        Ok(db
            .get(CHIAVE_LOTTO)?
            .and_then(|v| v.as_ref().try_into().ok().map(u64::from_be_bytes))
            .unwrap_or(0))
    }

    fn scrivi(&self, lotto: &Lotto, fissa: bool) -> Result<(), ErroreStore> {
        if lotto.mette() {
            self.verifica_spazio(lotto.byte())?;
        }
        let mut ultimo = self.ultimo.lock().unwrap_or_else(PoisonError::into_inner);
        if self.db.read().unwrap_or_else(PoisonError::into_inner).is_none() {
            drop(ultimo);
            self.riapri()?;
            ultimo = self.ultimo.lock().unwrap_or_else(PoisonError::into_inner);
        }
        let numero = *ultimo + 1;
        let mut batch = sled::Batch::default();
        for (chiave, valore) in lotto.modifiche() {
            match valore {
                Some(valore) => batch.insert(chiave.as_slice(), valore.as_slice()),
                None => batch.remove(chiave.as_slice()),
            }
        }
        batch.insert(CHIAVE_LOTTO, &numero.to_be_bytes());
        let esito = {
            let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
            match db.as_ref() {
                None => Err(guasto("archivio chiuso")),
                Some(db) => db
                    .apply_batch(batch)
                    .and_then(|()| if fissa { db.flush().map(drop) } else { Ok(()) })
                    .map_err(guasto),
            }
        };
        match esito {
            Ok(()) => {
                *ultimo = numero;
                Ok(())
            }
            Err(errore) => {
                tracing::warn!(%errore, "scrittura non riuscita: l'archivio viene riaperto");
                drop(ultimo);
                self.riapri()?;
                // Got through after all? Then what was asked is done.
                if *self.ultimo.lock().unwrap_or_else(PoisonError::into_inner) == numero {
                    return Ok(());
                }
                let liberi = self.liberi()?;
                if liberi
                    < self
                        .riserva
                        .saturating_add(lotto.byte().saturating_mul(AMPLIFICAZIONE))
                {
                    return Err(ErroreStore::SpazioEsaurito {
                        richiesti: lotto.byte(),
                        liberi,
                    });
                }
                Err(errore)
            }
        }
    }
}

impl Store for SledStore {
    fn get(&self, chiave: &[u8]) -> Result<Option<Vec<u8>>, ErroreStore> {
        self.con(|db| Ok(db.get(chiave)?.map(|v| v.to_vec())))
    }

    fn pagina(
        &self,
        da: Bound<&[u8]>,
        a: Bound<&[u8]>,
        verso: Verso,
        limite: usize,
    ) -> Result<Vec<Coppia>, ErroreStore> {
        self.con(|db| {
            let mut intervallo = db.range::<&[u8], _>((da, a));
            let mut uscita = Vec::new();
            while uscita.len() < limite {
                let prossima = match verso {
                    Verso::Avanti => intervallo.next(),
                    Verso::Indietro => intervallo.next_back(),
                };
                match prossima {
                    Some(coppia) => {
                        let (chiave, valore) = coppia?;
                        uscita.push((chiave.to_vec(), valore.to_vec()));
                    }
                    None => break,
                }
            }
            Ok(uscita)
        })
    }

    fn applica(&self, lotto: &Lotto) -> Result<(), ErroreStore> {
        self.scrivi(lotto, true)
    }

    fn accoda(&self, lotto: &Lotto) -> Result<(), ErroreStore> {
        self.scrivi(lotto, false)
    }

    fn fissa(&self) -> Result<(), ErroreStore> {
        let esito = {
            let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
            db.as_ref().map_or_else(
                || Err(guasto("archivio chiuso")),
                |db| db.flush().map(drop).map_err(guasto),
            )
        };
        // What was queued may be lost: the caller must know even if the store opens again.
        esito.or_else(|errore| self.riapri().and(Err(errore)))
    }

    fn riapri(&self) -> Result<(), ErroreStore> {
        let mut ultimo = self.ultimo.lock().unwrap_or_else(PoisonError::into_inner);
        let mut posto = self.handle();
        // The old handle first: sled locks its file.
        if let Some(vecchio) = posto.take() {
            self.chiudi(vecchio);
        }
        let db = self.apri_db()?;
        *ultimo = Self::numero(&db).map_err(guasto)?;
        *posto = Some(db);
        self.generazione.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn generazione(&self) -> u64 {
        self.generazione.load(Ordering::SeqCst)
    }

    fn verifica_spazio(&self, byte: u64) -> Result<(), ErroreStore> {
        let liberi = self.liberi()?;
        let servono = byte.saturating_mul(AMPLIFICAZIONE).saturating_add(self.riserva);
        if servono > liberi {
            Err(ErroreStore::SpazioEsaurito {
                richiesti: byte,
                liberi,
            })
        } else {
            Ok(())
        }
    }
}

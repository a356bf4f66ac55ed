//! The store in a map: for tests, and as the reference of what a store means.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Coppia, ErroreStore, Lotto, Store, Verso};

/// An ordered map behind a lock, with a size after which it is "full".
pub struct MemoriaStore {
    mappa: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    capienza: Mutex<u64>,
}

impl Default for MemoriaStore {
    fn default() -> Self {
        Self {
            mappa: Mutex::default(),
            capienza: Mutex::new(u64::MAX),
        }
    }
}

impl MemoriaStore {
    /// Says how many bytes fit from now on.
    pub fn imposta_capienza(&self, byte: u64) {
        *self.capienza.lock().unwrap_or_else(PoisonError::into_inner) = byte;
    }

    fn mappa(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        // A panic elsewhere leaves the map whole: every change of it is a plain insert or remove.
        self.mappa.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoriaStore {
    fn get(&self, chiave: &[u8]) -> Result<Option<Vec<u8>>, ErroreStore> {
        Ok(self.mappa().get(chiave).cloned())
    }

    fn pagina(
        &self,
        da: Bound<&[u8]>,
        a: Bound<&[u8]>,
        verso: Verso,
        limite: usize,
    ) -> Result<Vec<Coppia>, ErroreStore> {
        let mappa = self.mappa();
        let mut intervallo = mappa
            .range::<[u8], _>((da, a))
            .map(|(k, v)| (k.clone(), v.clone()));
        let mut uscita = Vec::new();
        while uscita.len() < limite {
            let prossima = match verso {
                Verso::Avanti => intervallo.next(),
                Verso::Indietro => intervallo.next_back(),
            };
            match prossima {
                Some(coppia) => uscita.push(coppia),
                None => break,
            }
        }
        Ok(uscita)
    }

    fn applica(&self, lotto: &Lotto) -> Result<(), ErroreStore> {
        if lotto.mette() {
            self.verifica_spazio(lotto.byte())?;
        }
        let mut mappa = self.mappa();
        for (chiave, valore) in lotto.modifiche() {
            match valore {
                Some(valore) => mappa.insert(chiave.clone(), valore.clone()),
                None => mappa.remove(chiave),
            };
        }
        Ok(())
    }

    fn accoda(&self, lotto: &Lotto) -> Result<(), ErroreStore> {
        self.applica(lotto)
    }

    fn fissa(&self) -> Result<(), ErroreStore> {
        Ok(())
    }

    fn riapri(&self) -> Result<(), ErroreStore> {
        Ok(())
    }

    fn generazione(&self) -> u64 {
        1
    }

    fn verifica_spazio(&self, byte: u64) -> Result<(), ErroreStore> {
        let capienza = *self.capienza.lock().unwrap_or_else(PoisonError::into_inner);
        let occupati: usize = self.mappa().iter().map(|(k, v)| k.len() + v.len()).sum();
        let liberi = capienza.saturating_sub(occupati as u64);
        if byte > liberi {
            Err(ErroreStore::SpazioEsaurito {
                richiesti: byte,
                liberi,
            })
        } else {
            Ok(())
        }
    }
}

//! An ordered key-value store, as small as the register needs: get, page of a range, atomic batch.
//!
//! Nothing above knows which store it is. Whatever passes `conformita` (the suite in the tests) will do.
//! What must stay true: a batch is applied whole or not at all, whatever kills the process; once
//! [`Store::applica`] has returned `Ok`, the death of the process does not undo it. Loss of power is another matter:
//! sled 0.34 hardly ever asks the disk for a true sync, which is enough for a test environment.

mod memoria;
mod scorri;
mod sled_store;

use std::collections::BTreeMap;
use std::ops::Bound;

pub use memoria::MemoriaStore;
pub use scorri::{Scorri, Verso, fine_prefisso, scorri};
pub use sled_store::{RISERVA_SPAZIO_BYTE, SledStore};

/// Why the store could not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErroreStore {
    /// Not enough room: nothing was written. `SIM003` for the caller.
    #[error("spazio esaurito: servono {richiesti} byte oltre la riserva, liberi {liberi}")]
    SpazioEsaurito {
        /// Bytes asked for, without the reserve.
        richiesti: u64,
        /// Bytes free when asked.
        liberi: u64,
    },
    /// The store broke; the handle has been given up and is opened again at the next use.
    #[error("archivio non disponibile: {0}")]
    Guasto(String),
}

/// A key and its value.
pub type Coppia = (Vec<u8>, Vec<u8>);

/// Changes that happen together: `Some` puts, `None` removes. One change per key, the last one said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lotto {
    modifiche: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    byte: u64,
}

impl Lotto {
    /// An empty batch.
    pub fn nuovo() -> Self {
        Self::default()
    }

    /// Puts a value.
    pub fn metti(&mut self, chiave: Vec<u8>, valore: Vec<u8>) {
        self.byte += (chiave.len() + valore.len()) as u64;
        self.modifiche.insert(chiave, Some(valore));
    }

    /// Removes a key.
    pub fn togli(&mut self, chiave: Vec<u8>) {
        self.byte += chiave.len() as u64;
        self.modifiche.insert(chiave, None);
    }

    /// Bytes of keys and values said so far: an upper bound of what is written.
    pub fn byte(&self) -> u64 {
        self.byte
    }

    /// Whether some value is put, so that room is needed.
    pub fn mette(&self) -> bool {
        self.modifiche.values().any(Option::is_some)
    }

    /// How many keys.
    pub fn quante(&self) -> usize {
        self.modifiche.len()
    }

    /// Nothing to do.
    pub fn vuoto(&self) -> bool {
        self.modifiche.is_empty()
    }

    /// The changes, keys ascending.
    pub fn modifiche(&self) -> &BTreeMap<Vec<u8>, Option<Vec<u8>>> {
        &self.modifiche
    }
}

/// The store.
pub trait Store: Send + Sync {
    /// The value of a key.
    fn get(&self, chiave: &[u8]) -> Result<Option<Vec<u8>>, ErroreStore>;

    /// Up to `limite` pairs between two keys, in the order of `verso`.
    fn pagina(
        &self,
        da: Bound<&[u8]>,
        a: Bound<&[u8]>,
        verso: Verso,
        limite: usize,
    ) -> Result<Vec<Coppia>, ErroreStore>;

    /// Applies a batch, whole or not at all; on `Ok` it outlives the process. Checks for room first.
    fn applica(&self, lotto: &Lotto) -> Result<(), ErroreStore>;

    /// Like [`Store::applica`], but outliving the process only after the next [`Store::fissa`] or `applica`.
    fn accoda(&self, lotto: &Lotto) -> Result<(), ErroreStore>;

    /// Makes what was queued outlive the process.
    fn fissa(&self) -> Result<(), ErroreStore>;

    /// Gives up the handle and opens it again: what a full disk leaves behind is unusable until then.
    fn riapri(&self) -> Result<(), ErroreStore>;

    /// How many times the store has been opened: if it changed since a batch was queued, that batch may be lost.
    fn generazione(&self) -> u64;

    /// Whether so many bytes fit, the reserve aside.
    fn verifica_spazio(&self, byte: u64) -> Result<(), ErroreStore>;
}

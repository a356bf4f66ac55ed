//! A piece of the document and who receives what is read in it.

use std::cell::Cell;

use crate::modello::NodoId;
use crate::violazione::{Posizione, Violazione};

/// A piece of the document that ends between records. Offsets given to a [`Ricevitore`] count from its beginning.
#[derive(Debug)]
pub struct Blocco {
    pub(crate) byte: Vec<u8>,
    numero: u64,
    inizio: Posizione,
    /// The place asked last, from which the next question, usually further on, is counted.
    ultima: Cell<(usize, Posizione)>,
}

impl Blocco {
    pub(crate) fn nuovo(byte: Vec<u8>, numero: u64, inizio: Posizione) -> Self {
        Self {
            byte,
            numero,
            inizio,
            ultima: Cell::new((0, inizio)),
        }
    }

    /// Line, column and offset in the document of a byte of this block. Cheap if asked in ascending order.
    pub fn posizione(&self, offset: usize) -> Posizione {
        let offset = offset.min(self.byte.len());
        let (da, posizione) = match self.ultima.get() {
            (da, p) if da <= offset => (da, p),
            _ => (0, self.inizio),
        };
        let trovata = posizione.dopo(&self.byte[da..offset]);
        self.ultima.set((offset, trovata));
        trovata
    }

    /// Ascending in document order; a number may be missing where two pieces had to be joined.
    pub fn numero(&self) -> u64 {
        self.numero
    }

    /// Where it begins in the document.
    pub fn inizio(&self) -> Posizione {
        self.inizio
    }

    /// Its bytes.
    pub fn byte(&self) -> &[u8] {
        &self.byte
    }

    pub(crate) fn dentro(self) -> Vec<u8> {
        self.byte
    }
}

/// Receives what is read, in document order; one receiver per block.
pub trait Ricevitore {
    /// An element with element content begins; `offset` of its `<`.
    fn apre(&mut self, b: &Blocco, n: NodoId, offset: usize) {
        let _ = (b, n, offset);
    }
    /// A leaf: its whole text as sent (references expanded, white space as it is), also if its type refuses it (the violation
    /// comes first); `offset` of its `<`.
    fn valore(&mut self, b: &Blocco, n: NodoId, testo: &str, offset: usize);
    /// An element with element content ends; `offset` just past its `>`.
    fn chiude(&mut self, b: &Blocco, n: NodoId, offset: usize) {
        let _ = (b, n, offset);
    }
    /// Something is wrong; reading goes on unless it is `fatale`.
    fn violazione(&mut self, b: &Blocco, v: Violazione);
}

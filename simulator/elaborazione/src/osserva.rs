//! Long work → whoever wants to know how far it is.
//!
//! The work tells an [`Osservatore`] what it did since the last time: by the read, by the block, by
//! [`SCHEDE_PER_VOLTA`] records, never by the record, so that nobody listening costs one branch and somebody
//! listening costs an atomic addition per block. What is told never changes what is found.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

/// Records between two tellings.
pub const SCHEDE_PER_VOLTA: u64 = 1024;

/// A stretch of the work with a length of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fase {
    /// The files are read and their schede judged; measured in bytes as sent.
    Lettura,
    /// The delivery is elaborated; measured in schede.
    Elaborazione,
    /// The Anagrafe Tributaria is asked about the persons; measured in schede.
    Tributaria,
    /// The schede go into the register; measured in schede.
    Caricamento,
}

/// Hears how far the work is; called from any thread.
pub trait Osservatore: Send + Sync {
    /// A phase begins; `totale` in its unit, 0 when unknown.
    fn fase(&self, fase: Fase, totale: u64);
    /// So much more of the phase is done, in its unit.
    fn fatto(&self, quanto: u64);
    /// So many more schede were read, while [`Fase::Lettura`] counts bytes.
    fn schede(&self, quante: u64);
}

/// An observer, or nobody.
#[derive(Clone, Default)]
pub struct Osserva(Option<Arc<dyn Osservatore>>);

impl Osserva {
    /// Somebody listens.
    pub fn con(osservatore: Arc<dyn Osservatore>) -> Self {
        Self(Some(osservatore))
    }

    /// See [`Osservatore::fase`].
    pub fn fase(&self, fase: Fase, totale: u64) {
        if let Some(o) = &self.0 {
            o.fase(fase, totale);
        }
    }

    /// See [`Osservatore::fatto`].
    pub fn fatto(&self, quanto: u64) {
        if let Some(o) = &self.0
            && quanto > 0
        {
            o.fatto(quanto);
        }
    }

    /// See [`Osservatore::schede`].
    pub fn schede(&self, quante: u64) {
        if let Some(o) = &self.0
            && quante > 0
        {
            o.schede(quante);
        }
    }
}

impl fmt::Debug for Osserva {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Osserva(qualcuno)"
        } else {
            "Osserva(nessuno)"
        })
    }
}

/// A reader that tells how many bytes went through it.
pub(crate) struct Contato<R> {
    pub(crate) dentro: R,
    pub(crate) osserva: Osserva,
}

impl<R: Read> Read for Contato<R> {
    fn read(&mut self, spazio: &mut [u8]) -> io::Result<usize> {
        let letti = self.dentro.read(spazio)?;
        self.osserva.fatto(letti as u64);
        Ok(letti)
    }
}

/// Counts records and tells of them [`SCHEDE_PER_VOLTA`] at a time; the rest when it goes.
#[derive(Debug)]
pub struct AVolte {
    osserva: Osserva,
    taciute: u64,
}

impl AVolte {
    /// Nothing counted yet.
    pub fn nuovo(osserva: Osserva) -> Self {
        Self { osserva, taciute: 0 }
    }

    /// One more record is done.
    pub fn una(&mut self) {
        self.taciute += 1;
        if self.taciute == SCHEDE_PER_VOLTA {
            self.osserva.fatto(std::mem::take(&mut self.taciute));
        }
    }
}

impl Drop for AVolte {
    fn drop(&mut self) {
        self.osserva.fatto(self.taciute);
    }
}

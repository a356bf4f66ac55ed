//! What a Comune sent is taken away whole: its deliveries with their schede in the registers, what was remembered for
//! it, what it proved. A round that ends and a lesson that ends do it alike.
//!
//! What must stay true: the deliveries of a Comune go in one commit, while nobody works on them; what lies outside of
//! the register goes right after it, and what a crash leaves there is cleared at the next start.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, TryLockError},
};

use anagrafe::{Ambiente, CodiceIstat};
use registro::{IdFornitura, Lettura as _, StatoFile, Transazione};

use crate::{Esito, Simulatore, batch::completa, incroci, percorso::Impedimento};

/// The turns of a Comune in every environment, in their order.
pub(crate) type Turni = [Arc<Mutex<()>>; Ambiente::TUTTI.len()];

/// All of them at once, without waiting: who would have to wait is told that there is work going on.
pub(crate) fn liberi(turni: &Turni) -> Result<Vec<MutexGuard<'_, ()>>, Impedimento> {
    turni
        .iter()
        .zip(Ambiente::TUTTI)
        .map(|(turno, ambiente)| match turno.try_lock() {
            Ok(preso) => Ok(preso),
            Err(TryLockError::Poisoned(e)) => Ok(e.into_inner()),
            Err(TryLockError::WouldBlock) => Err(Impedimento::GiroAlLavoro(ambiente)),
        })
        .collect()
}

/// Refuses while a delivery has its outcome still to come. One that only rests until its missing files come has none.
pub(crate) fn nessun_esito_in_arrivo(t: &Transazione, istat: CodiceIstat) -> Esito<()> {
    for f in t.forniture(None, istat)? {
        let nuova = f.file.iter().any(|x| x.stato == StatoFile::InseritoOk);
        if f.stato.in_corso() && (nuova || completa(&f)) {
            return Err(Impedimento::GiroAlLavoro(f.ambiente).into());
        }
    }
    Ok(())
}

/// The part of the register, in the commit of who takes the Comune away or puts it back; says which deliveries went.
pub(crate) fn togli_forniture(t: &mut Transazione, istat: CodiceIstat) -> Esito<BTreeSet<IdFornitura>> {
    let forniture = t.forniture(None, istat)?;
    for f in &forniture {
        if let Some(segmento) = f.segmento {
            t.rimuovi_segmento(f.ambiente, segmento)?;
        }
        t.togli_fornitura(f);
    }
    let ids = forniture.iter().map(|f| f.id).collect();
    incroci::dimentica_forniture(t, &ids)?;
    for a in Ambiente::TUTTI {
        t.togli_risposte_di(a, istat.as_str())?;
    }
    Ok(ids)
}

impl Simulatore {
    /// The turns of a Comune; whoever has them all has its deliveries to himself.
    pub(crate) fn turni(&self, istat: CodiceIstat) -> Turni {
        Ambiente::TUTTI.map(|a| self.turno(a, istat))
    }

    /// After the commit: what is remembered and what lies on disk.
    pub(crate) fn sgombera(&self, istat: CodiceIstat, tolte: &BTreeSet<IdFornitura>) -> Esito<()> {
        self.subiti.dimentica();
        if let Some(raccolta) = self.raccolta() {
            raccolta.dimentica_comune(istat)?;
        }
        for id in tolte {
            let cartella = self.cartella(*id);
            if cartella.exists() {
                std::fs::remove_dir_all(cartella)?;
            }
        }
        Ok(())
    }
}

//! The journal's writer: takes what waits, appends it, says so. The only one that changes the files.

use std::sync::PoisonError;
use std::time::Instant;

use super::{CODA_VOCI, Coda, Interno, RACCOLTA, Voce, segmento};

/// Bytes the buffer keeps between two batches.
const BUFFER_TENUTO_BYTE: usize = 1 << 20;

/// One turn of work.
enum Turno {
    Scrivi(Vec<Voce>, u64),
    Azzera,
    Fine,
}

/// Until the journal is closed.
pub(super) fn scrivi(i: &Interno) {
    let mut buffer = Vec::new();
    loop {
        match prossimo(i) {
            Turno::Scrivi(voci, fino) => {
                let persi = accoda(i, &voci, &mut buffer);
                let mut coda = i.coda();
                coda.scritto = coda.scritto.max(fino);
                coda.persi += persi;
                coda.affanno = false;
                drop(coda);
                i.fatto.notify_all();
            }
            Turno::Azzera => {
                if let Err(errore) = i.disco.write().unwrap_or_else(PoisonError::into_inner).azzera() {
                    tracing::warn!(%errore, "giornale non azzerato del tutto");
                }
                let mut coda = i.coda();
                coda.azzera = false;
                // Whatever was handed over meanwhile keeps its number and comes after.
                if coda.attesa.is_empty() {
                    (coda.prossimo, coda.scritto) = (1, 0);
                }
                drop(coda);
                i.fatto.notify_all();
            }
            Turno::Fine => break,
        }
    }
    i.disco.read().unwrap_or_else(PoisonError::into_inner).chiudi();
    i.fatto.notify_all();
}

/// Waits for work, then a moment longer for more of it.
fn prossimo(i: &Interno) -> Turno {
    let mut coda = i.coda();
    while coda.attesa.is_empty() && !coda.azzera {
        if coda.chiusa {
            return Turno::Fine;
        }
        if coda.subito {
            // Nothing waits any more: whoever asked has what there is.
            coda.subito = false;
            coda.scritto = coda.prossimo - 1;
            i.fatto.notify_all();
        }
        coda = i.lavoro.wait(coda).unwrap_or_else(PoisonError::into_inner);
    }
    if coda.azzera {
        return Turno::Azzera;
    }
    let fine = Instant::now() + RACCOLTA;
    let basta = |c: &Coda| c.subito || c.chiusa || c.azzera || c.attesa.len() >= CODA_VOCI / 2;
    while !basta(&coda) {
        let resta = fine.saturating_duration_since(Instant::now());
        if resta.is_zero() {
            break;
        }
        coda = i
            .lavoro
            .wait_timeout(coda, resta)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
    coda.subito = false;
    coda.byte = 0;
    let fino = coda.prossimo - 1;
    Turno::Scrivi(std::mem::take(&mut coda.attesa), fino)
}

/// Appends entries; gives how many could not be.
fn accoda(i: &Interno, voci: &[Voce], buffer: &mut Vec<u8>) -> u64 {
    buffer.clear();
    buffer.shrink_to(BUFFER_TENUTO_BYTE);
    let mut righe = Vec::with_capacity(voci.len());
    let mut persi = 0;
    for voce in voci {
        match segmento::codifica(voce, buffer) {
            Ok(r) => righe.push(r),
            Err(errore) => {
                tracing::warn!(%errore, "giornale: scambio non scritto");
                persi += 1;
            }
        }
    }
    let scritte = i
        .disco
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .scrivi(buffer, &righe);
    match scritte {
        Ok(()) => {
            if let Some(osservatore) = i.osservatore.get().filter(|_| persi == 0) {
                osservatore(voci);
            }
            persi
        }
        Err((tolti, errore)) => {
            tracing::warn!(%errore, tolti, "giornale: scambi non scritti");
            persi + tolti
        }
    }
}

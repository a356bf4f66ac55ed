//! Steps from one version of the data folder to the next. Each step is repeatable: a value already in the new form
//! is left as it is, so an interrupted migration simply starts again.

use crate::chiavi::{Tipo, prefisso};
use crate::errore::ErroreRegistro;
use crate::mondo::limiti::CHIAVI_PER_SPAZZATA;
use crate::store::{Lotto, Store, Verso, scorri};
use crate::valori::VERSIONE_VALORE;

/// Takes the store from `versione` to the next one.
pub(crate) fn da(versione: u32, store: &dyn Store) -> Result<(), ErroreRegistro> {
    match versione {
        0 => zero_uno(store),
        1 => uno_due(store),
        // 2 → 3: AIRE families, changes of single schede and two more indexes are written from here on. What is there
        // stays as it is, and who is loaded already is not found by name or family; an older program must not open it.
        2 => Ok(()),
        // Asked only for versions below the present one, and each has its arm.
        altra => Err(ErroreRegistro::Corrotto {
            cosa: "versione della cartella",
            dettaglio: format!("nessun passaggio dalla versione {altra}"),
        }),
    }
}

/// 0 → 1: metadata values were bare JSON; now a version byte comes first. JSON text never begins with that byte.
fn zero_uno(store: &dyn Store) -> Result<(), ErroreRegistro> {
    let mut lotto = Lotto::nuovo();
    for coppia in scorri(store, &[], None, Verso::Avanti) {
        let (chiave, valore) = coppia?;
        let json = valore
            .first()
            .is_some_and(|b| matches!(b, b'{' | b'[' | b'"' | b'0'..=b'9' | b'n' | b't' | b'f'));
        if chiave.first() != Some(&0xFF) && json {
            let mut nuovo = vec![VERSIONE_VALORE];
            nuovo.extend_from_slice(&valore);
            lotto.metti(chiave, nuovo);
            if lotto.quante() >= CHIAVI_PER_SPAZZATA {
                store.applica(&std::mem::take(&mut lotto))?;
            }
        }
    }
    Ok(store.applica(&lotto)?)
}

/// 1 → 2: the exchange journal left the store for files of its own ([`crate::giornale`]). Its old entries are dropped;
/// the counter of their numbers stays, so that the new journal goes on from there.
fn uno_due(store: &dyn Store) -> Result<(), ErroreRegistro> {
    let scambi = prefisso(&[], None, Tipo::Scambio);
    loop {
        let mut lotto = Lotto::nuovo();
        for coppia in scorri(store, &scambi, None, Verso::Avanti).take(CHIAVI_PER_SPAZZATA) {
            lotto.togli(coppia?.0);
        }
        if lotto.vuoto() {
            return Ok(());
        }
        store.applica(&lotto)?;
    }
}

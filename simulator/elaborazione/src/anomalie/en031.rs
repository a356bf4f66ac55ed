//! EN031: dati dell'invio mancanti

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN031"),
 titolo: "Dati dell'invio mancanti",
 testo: Testo::unico("I dati dell'invio sono obbligatori quando la fornitura ha più file"),
 gravita: GravitaPer::ovunque(Errore, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Con totaleInvii maggiore di uno ogni file deve contenere datiInvio.",
 plantable: Plantable::File,
 check: Check::Formato,
 cases: &[Case { name: "due invii senza datiInvio", setup: &[Remove("datiInvio")], breaks: &[Set("datiFornitura/totaleInvii", "2")], near: &[Set("datiFornitura/totaleInvii", "1")] }],
};

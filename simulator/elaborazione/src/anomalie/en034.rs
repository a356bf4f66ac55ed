//! EN034: Comune già subentrato

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN034"),
 titolo: "Comune già subentrato",
 testo: Testo::unico("Invio non consentito: il Comune è già subentrato"),
 gravita: GravitaPer::ovunque(Errore, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("010")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Dopo un subentro riuscito non si inviano altri file. Nei due ambienti di prova occorre prima richiedere la cancellazione.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "nuova versione dopo l'esito positivo", setup: &[World("in subentro, dentro il piano", |b| { b.in_subentro(); })], breaks: &[World("il Comune è già subentrato", |b| { b.situazione.subentrato = true; })], near: &[World("arriva il file 888001_SUBAPR_2_1_1.gz", |b| { b.arriva("888001_SUBAPR_2_1_1.gz"); })] }],
};

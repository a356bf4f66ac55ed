//! EN034: Comune già subentrato

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN034"),
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
 cases: &[Case { name: "nuova versione dopo l'esito positivo", setup: &[World(|b| { b.in_subentro(); })], breaks: &[World(|b| { b.situazione.subentrato = true; })], near: &[] }],
};

//! EN362: manca la PEC per gli esiti

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN362"),
 titolo: "Manca la PEC per gli esiti",
 testo: Testo::unico("Non è stato registrato l'indirizzo PEC a cui inviare gli esiti"),
 gravita: GravitaPer::ovunque(Errore, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("010")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Registrare l'indirizzo nella funzione Amministrazione e ripetere l'invio.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "PEC mai registrata", setup: &[], breaks: &[World("il Comune non ha una PEC per gli esiti", |b| { b.situazione.pec = false; })], near: &[World("il Comune ha una PEC per gli esiti", |b| { b.situazione.pec = true; })] }],
};

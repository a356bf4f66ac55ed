//! EN002: file compresso troppo grande

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN002"),
 testo: Testo::unico("Il file @ supera la dimensione massima consentita di @"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il limite vale per il file compresso. Suddividere la fornitura APR in più invii e aggiornare totale e progressivi.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "un byte oltre il limite", setup: &[], breaks: &[World(|b| { b.dimensione = Some(15_728_641); })], near: &[World(|b| { b.dimensione = Some(15_728_640); })] }],
};

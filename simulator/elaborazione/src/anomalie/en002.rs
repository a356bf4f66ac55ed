//! EN002: file compresso troppo grande

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN002"),
 titolo: "File compresso troppo grande",
 testo: Testo::unico("Il file @ supera la dimensione massima consentita di @"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il limite vale per il file compresso. Suddividere la fornitura APR in più invii e aggiornare totale e progressivi.",
 plantable: Plantable::File,
 check: Check::Sportello,
 cases: &[Case { name: "un byte oltre il limite", setup: &[], breaks: &[World("il file compresso è di 15.728.641 byte", |b| { b.dimensione = Some(15_728_641); })], near: &[World("il file compresso è di 15.728.640 byte", |b| { b.dimensione = Some(15_728_640); })] }],
};

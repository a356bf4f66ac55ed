//! EN032: fuori dal periodo pianificato

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN032"),
 titolo: "Fuori dal periodo pianificato",
 testo: Testo::unico("La data di invio @ non rientra nel periodo previsto dal piano di subentro"),
 gravita: GravitaPer::ovunque(Errore, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("010")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il subentro si fa nei giorni pianificati. Concordare una nuova data.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "il giorno dopo la fine", setup: &[World("in subentro, dentro il piano", |b| { b.in_subentro(); })], breaks: &[World("il piano è finito ieri", |b| { b.piano_fino_a_ieri(); })], near: &[World("il piano finisce oggi", |b| { b.piano_fino_a_oggi(); })] }],
};

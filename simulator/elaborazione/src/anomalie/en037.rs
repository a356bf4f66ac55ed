//! EN037: altra fornitura in elaborazione

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN037"),
 titolo: "Altra fornitura in elaborazione",
 testo: Testo::unico("È già in elaborazione un'altra fornitura: attenderne l'esito"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("010")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Si elabora una fornitura alla volta. Attendere l'esito di quella in corso prima di inviare un'altra versione.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "versione due mentre la uno è in corso", setup: &[World("è già in elaborazione 888001_SUBAPR_1_1_2.gz", |b| { b.aperta(1, 2, &["888001_SUBAPR_1_1_2.gz"]); }), World("arriva il file 888001_SUBAPR_1_2_2.gz", |b| { b.arriva("888001_SUBAPR_1_2_2.gz"); })], breaks: &[World("arriva il file 888001_SUBAPR_2_1_1.gz", |b| { b.arriva("888001_SUBAPR_2_1_1.gz"); })], near: &[World("arriva il file 888001_SUBAIRE_9.gz", |b| { b.arriva("888001_SUBAIRE_9.gz"); })] }],
};

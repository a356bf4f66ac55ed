//! EN363: più file in ambiente di test

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN363"),
 titolo: "Più file in ambiente di test",
 testo: Testo::unico("In ambiente di test è ammesso un solo file APR per fornitura"),
 gravita: GravitaPer { subentro: NonAttivo, test: Errore, servizi: NonAttivo },
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ErroriAe],
 divergenza: Some("Attivo solo in test; non compare fra le anomalie pubblicate del subentro."),
 spiegazione: "In test si invia un file APR soltanto. Le forniture in più file si provano in pre-subentro.",
 plantable: Plantable::Fornitura,
 check: Check::Sportello,
 cases: &[Case { name: "uno di due in test", setup: &[World("in ambiente di test", |b| { b.in_test(); })], breaks: &[World("arriva il file 888001_SUBAPR_1_1_2.gz", |b| { b.arriva("888001_SUBAPR_1_1_2.gz"); })], near: &[World("in pre-subentro", |b| { b.in_pre(); }), World("arriva il file 888001_SUBAPR_1_1_2.gz", |b| { b.arriva("888001_SUBAPR_1_1_2.gz"); })] }],
};

//! EN039: Comune diverso dal mittente

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN039"),
 titolo: "Comune diverso dal mittente",
 testo: Testo::unico("Il Comune mittente @ è diverso da quello nel nome del file: @"),
 gravita: GravitaPer::ovunque(Errore, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Ogni Comune invia solo i propri file. Verificare il codice ISTAT nel nome e l'utenza usata.",
 plantable: Plantable::File,
 check: Check::Sportello,
 cases: &[Case { name: "file di un altro Comune", setup: &[], breaks: &[World("arriva il file 888002_SUBAPR_1_1_1.gz", |b| { b.arriva("888002_SUBAPR_1_1_1.gz"); })], near: &[World("arriva il file 888001_SUBAPR_1_1_1.gz", |b| { b.arriva("888001_SUBAPR_1_1_1.gz"); })] }],
};

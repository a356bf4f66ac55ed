//! EN039: Comune diverso dal mittente

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN039"),
 testo: Testo::unico("Il Comune mittente @ è diverso da quello nel nome del file: @"),
 gravita: GravitaPer::ovunque(Errore, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Ogni Comune invia solo i propri file. Verificare il codice ISTAT nel nome e l'utenza usata.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "file di un altro Comune", setup: &[], breaks: &[World(|b| { b.arriva("888002_SUBAPR_1_1_1.gz"); })], near: &[] }],
};

//! EN001: nome del file fuori formato

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN001"),
 titolo: "Nome del file fuori formato",
 testo: Testo::unico("Il nome del file @ non rispetta il formato previsto"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il nome dice Comune, tipo, versione e, per l'APR, progressivo e totale: 888001_SUBAPR_1_1_1.gz oppure 888001_SUBAIRE_1.gz. Rinominare il file e inviarlo di nuovo.",
 plantable: Plantable::File,
 check: Check::Sportello,
 cases: &[Case { name: "estensione zip", setup: &[], breaks: &[World("arriva il file 888001_SUBAPR_2_1_1.zip", |b| { b.arriva("888001_SUBAPR_2_1_1.zip"); })], near: &[] },
Case { name: "manca il totale", setup: &[], breaks: &[World("arriva il file 888001_SUBAPR_1_1.gz", |b| { b.arriva("888001_SUBAPR_1_1.gz"); })], near: &[World("arriva il file 888001_SUBAIRE_1.gz", |b| { b.arriva("888001_SUBAIRE_1.gz"); })] }],
};

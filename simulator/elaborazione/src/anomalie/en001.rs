//! EN001: nome del file fuori formato

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN001"),
 testo: Testo::unico("Il nome del file @ non rispetta il formato previsto"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il nome dice Comune, tipo, versione e, per l'APR, progressivo e totale: 888001_SUBAPR_1_1_1.gz oppure 888001_SUBAIRE_1.gz. Rinominare il file e inviarlo di nuovo.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "estensione zip", setup: &[], breaks: &[World(|b| { b.arriva("888001_SUBAPR_2_1_1.zip"); })], near: &[] },
Case { name: "manca il totale", setup: &[], breaks: &[World(|b| { b.arriva("888001_SUBAPR_1_1.gz"); })], near: &[World(|b| { b.arriva("888001_SUBAIRE_1.gz"); })] }],
};

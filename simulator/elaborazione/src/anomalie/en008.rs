//! EN008: progressivo oltre il totale

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN008"),
 testo: Testo::unico("Il progressivo @ nel nome del file non è compatibile con il totale di @ file"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il progressivo va da uno al totale. Correggere il nome del file.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "terzo di due", setup: &[], breaks: &[World(|b| { b.arriva("888001_SUBAPR_1_3_2.gz"); })], near: &[World(|b| { b.aperta(1, 2, &["888001_SUBAPR_1_1_2.gz"]); b.arriva("888001_SUBAPR_1_2_2.gz"); })] }],
};

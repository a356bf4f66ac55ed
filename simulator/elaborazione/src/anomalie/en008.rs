//! EN008: progressivo oltre il totale

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN008"),
 titolo: "Progressivo oltre il totale",
 testo: Testo::unico("Il progressivo @ nel nome del file non è compatibile con il totale di @ file"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il progressivo va da uno al totale. Correggere il nome del file.",
 plantable: Plantable::File,
 check: Check::Sportello,
 cases: &[Case { name: "terzo di due", setup: &[], breaks: &[World("arriva il file 888001_SUBAPR_1_3_2.gz", |b| { b.arriva("888001_SUBAPR_1_3_2.gz"); })], near: &[World("è già in elaborazione 888001_SUBAPR_1_1_2.gz, arriva il file 888001_SUBAPR_1_2_2.gz", |b| { b.aperta(1, 2, &["888001_SUBAPR_1_1_2.gz"]); b.arriva("888001_SUBAPR_1_2_2.gz"); })] }],
};

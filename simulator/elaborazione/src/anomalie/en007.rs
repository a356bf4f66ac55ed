//! EN007: file già ricevuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN007"),
 titolo: "File già ricevuto",
 testo: Testo::unico("Il file @ è già stato ricevuto"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il file, o un altro che ne tiene il posto (stesso progressivo, oppure un secondo file AIRE), è già nella fornitura aperta. Attendere l'esito prima di inviarlo di nuovo.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "lo stesso APR due volte", setup: &[], breaks: &[World("è già in elaborazione 888001_SUBAPR_1_1_1.gz", |b| { b.aperta(1, 1, &["888001_SUBAPR_1_1_1.gz"]); })], near: &[World("è già in elaborazione 888001_SUBAIRE_1.gz, arriva il file 888001_SUBAPR_1_1_1.gz", |b| { b.aperta(1, 1, &["888001_SUBAIRE_1.gz"]); b.arriva("888001_SUBAPR_1_1_1.gz"); })] }],
};

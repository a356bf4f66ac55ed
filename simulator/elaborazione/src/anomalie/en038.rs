//! EN038: totale dei file non ammesso

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN038"),
 titolo: "Totale dei file non ammesso",
 testo: Testo::unico("Il totale di @ file indicato nel nome è diverso da quello ammesso: @"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il totale nel nome deve essere lo stesso in tutti i file della versione e non superare il massimo.",
 plantable: Plantable::Fornitura,
 check: Check::Sportello,
 cases: &[Case { name: "totale cambiato fra un file e l'altro", setup: &[World("è già in elaborazione 888001_SUBAPR_1_1_2.gz", |b| { b.aperta(1, 2, &["888001_SUBAPR_1_1_2.gz"]); }), World("arriva il file 888001_SUBAPR_1_2_2.gz", |b| { b.arriva("888001_SUBAPR_1_2_2.gz"); })], breaks: &[World("arriva il file 888001_SUBAPR_1_2_3.gz", |b| { b.arriva("888001_SUBAPR_1_2_3.gz"); })], near: &[World("arriva il file 888001_SUBAPR_1_2_2.gz", |b| { b.arriva("888001_SUBAPR_1_2_2.gz"); })] }],
};

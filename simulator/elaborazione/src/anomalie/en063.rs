//! EN063: famiglia in un altro file

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN063"),
 titolo: "Famiglia in un altro file",
 testo: Testo::unico("La famiglia o convivenza del soggetto si trova in un altro file della fornitura"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Soggetto e famiglia devono stare nello stesso file. Ridistribuire le schede fra i file.",
 plantable: Plantable::Fornitura,
 check: Check::Unione,
 cases: &[Case { name: "soggetto nel primo file, famiglia nel secondo", setup: &[World("la fornitura è in due file, e la famiglia B1 è nel secondo", |b| { b.in_due_file(); })], breaks: &[Set("soggetto[3]/famiglia/idFamConvComune", "B1")], near: &[Set("soggetto[3]/famiglia/idFamConvComune", "2")] }],
};

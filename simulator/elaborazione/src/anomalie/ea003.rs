//! EA003: codice fiscale diverso da quello attribuito

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EA003"),
 titolo: "Codice fiscale diverso da quello attribuito",
 testo: Testo::unico("L'Anagrafe Tributaria ha per il soggetto un codice fiscale diverso"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("002")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il codice inviato non risulta attribuito; con gli stessi dati ne risulta un altro.",
 plantable: Plantable::Mondo,
 check: Check::Tributaria,
 cases: &[Case { name: "altro codice per gli stessi dati", setup: &[], breaks: &[World("l'Agenzia ha attribuito un altro codice fiscale alla persona della scheda S1", |b| { b.risponde("S1", RispostaAe::AltroCodice); })], near: &[World("l'Agenzia conosce la persona della scheda S1 con gli stessi dati", |b| { b.risponde("S1", RispostaAe::Uguale); })] }],
};

//! EA029: soggetto sconosciuto all'Anagrafe Tributaria

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EA029"),
 titolo: "Soggetto sconosciuto all'Anagrafe Tributaria",
 testo: Testo::unico("Il soggetto non risulta in Anagrafe Tributaria"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("001")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Codice e dati non sono noti: far attribuire il codice fiscale al soggetto.",
 plantable: Plantable::Mondo,
 check: Check::Tributaria,
 cases: &[Case { name: "mai censito", setup: &[], breaks: &[World("l'Agenzia non conosce la persona della scheda S1", |b| { b.risponde("S1", RispostaAe::Sconosciuto); })], near: &[World("l'Agenzia conosce la persona della scheda S1 con gli stessi dati", |b| { b.risponde("S1", RispostaAe::Uguale); })] }],
};

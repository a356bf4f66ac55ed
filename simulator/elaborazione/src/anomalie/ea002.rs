//! EA002: codice fiscale assente e noto all'Anagrafe Tributaria

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EA002"),
 titolo: "Codice fiscale assente e noto all'Anagrafe Tributaria",
 testo: Testo::unico("Il codice fiscale è assente ma l'Anagrafe Tributaria conosce il soggetto"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("002")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "L'Anagrafe Tributaria ha un soggetto con gli stessi dati: verificarlo e acquisire il codice.",
 plantable: Plantable::Mondo,
 check: Check::Tributaria,
 cases: &[Case { name: "senza codice", setup: &[], breaks: &[Remove("soggetto[1]/generalitaSubIscr/codiceFiscale")], near: &[World("la scheda S1 ha il primo codice di omocodia", |b| { b.omocodo(1); })] }],
};

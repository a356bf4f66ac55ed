//! EAA50: codice base di omocodia, APR

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EAA50"),
 titolo: "Codice base di omocodia, APR",
 testo: Testo::unico("Il codice fiscale è il codice base di un'omocodia risolta"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("002")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("La differenza fra l'ultima cifra 0 e 1 non è pubblica: 0 per APR, 1 per AIRE."),
 spiegazione: "Il codice è condiviso da più soggetti ed è stato sostituito da codici distinti: usare quello attribuito.",
 plantable: Plantable::Mondo,
 check: Check::Tributaria,
 cases: &[Case { name: "differenza seminata", setup: &[], breaks: &[World("l'Agenzia ha risolto l'omocodia del codice fiscale della scheda S1", |b| { b.risponde("S1", RispostaAe::BaseOmocodia); })], near: &[World("l'Agenzia conosce la persona della scheda S1 con gli stessi dati", |b| { b.risponde("S1", RispostaAe::Uguale); })] }],
};

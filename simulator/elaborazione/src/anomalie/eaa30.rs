//! EAA30: dati diversi in Anagrafe Tributaria, APR

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EAA30"),
 titolo: "Dati diversi in Anagrafe Tributaria, APR",
 testo: Testo::unico("I dati del soggetto sono diversi da quelli dell'Anagrafe Tributaria"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("001")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("La differenza fra l'ultima cifra 0 e 1 non è pubblica: 0 per APR, 1 per AIRE."),
 spiegazione: "Il codice è attribuito a un soggetto con generalità diverse: confrontarle e correggere chi sbaglia.",
 plantable: Plantable::Mondo,
 check: Check::Tributaria,
 cases: &[Case { name: "differenza seminata", setup: &[], breaks: &[World("l'Agenzia ha altri dati per il codice fiscale della scheda S1", |b| { b.risponde("S1", RispostaAe::DatiDiversi); })], near: &[World("l'Agenzia conosce la persona della scheda S1 con gli stessi dati", |b| { b.risponde("S1", RispostaAe::Uguale); })] }],
};

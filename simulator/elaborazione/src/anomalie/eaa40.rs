//! EAA40: codice fiscale collegato a uno più recente, APR

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EAA40"),
 titolo: "Codice fiscale collegato a uno più recente, APR",
 testo: Testo::unico("L'Anagrafe Tributaria ha per il soggetto un codice fiscale più recente"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("002")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("La differenza fra l'ultima cifra 0 e 1 non è pubblica: 0 per APR, 1 per AIRE."),
 spiegazione: "Il codice inviato è stato sostituito: aggiornarlo.",
 plantable: Plantable::Mondo,
 check: Check::Tributaria,
 cases: &[Case { name: "differenza seminata", setup: &[], breaks: &[World("l'Agenzia collega il codice fiscale della scheda S1 a uno più recente", |b| { b.risponde("S1", RispostaAe::Collegato); })], near: &[World("l'Agenzia conosce la persona della scheda S1 con gli stessi dati", |b| { b.risponde("S1", RispostaAe::Uguale); })] }],
};

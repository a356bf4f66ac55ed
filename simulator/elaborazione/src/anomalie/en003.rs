//! EN003: stato che non ammette invii

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN003"),
 titolo: "Stato che non ammette invii",
 testo: Testo::unico("Invio non consentito: lo stato del subentro è @"),
 gravita: GravitaPer::ovunque(Errore, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("010")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "In questo stato non si possono inviare file, per esempio mentre una cancellazione è in corso. Attendere la fine e riprovare.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "cancellazione richiesta", setup: &[], breaks: &[World("è chiesta la cancellazione della fornitura", |b| { b.situazione.stato_vietato = Some("CANCELLAZIONE_RICHIESTA".to_owned()); })], near: &[World("la cancellazione è già stata eseguita nella notte", |b| { b.situazione.stato_vietato = None; })] }],
};

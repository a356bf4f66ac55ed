//! EN003: stato che non ammette invii

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN003"),
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
 cases: &[Case { name: "cancellazione richiesta", setup: &[], breaks: &[World(|b| { b.situazione.stato_vietato = Some("CANCELLAZIONE_RICHIESTA".to_owned()); })], near: &[] }],
};

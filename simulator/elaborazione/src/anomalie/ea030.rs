//! EA030: attivo in due Comuni

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EA030"),
 titolo: "Attivo in due Comuni",
 testo: Testo::unico("Il codice fiscale è già presente in ANPR su una scheda attiva di un altro Comune"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("005")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("Due residenti dello stesso Comune con lo stesso codice non danno questa anomalia, salvo scelta contraria: la regola pubblicata parla di due Comuni."),
 spiegazione: "La stessa persona risulta residente in due Comuni: accertare dove abita e cancellarla dall'altro per doppia iscrizione.",
 plantable: Plantable::Mondo,
 check: Check::Registro,
 cases: &[Case { name: "residente anche altrove", setup: &[], breaks: &[World("fra i residenti del Comune 888002 c'è già lo stesso codice fiscale", |b| { b.in_anpr("888002", TipoScheda::SoggettoApr, Via::Inviato, 1, true); })], near: &[World("fra i residenti del Comune 888002 c'è già lo stesso codice fiscale, ma la scheda è cessata", |b| { b.in_anpr("888002", TipoScheda::SoggettoApr, Via::Inviato, 1, false); })] }],
};

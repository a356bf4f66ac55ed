//! EA036: codice base e codice risolto della stessa persona

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EA036"),
 titolo: "Codice base e codice risolto della stessa persona",
 testo: Testo::unico("In ANPR sono presenti due schede dello stesso soggetto, una con il codice fiscale omocodo di base e una con quello risolto"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("005")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("Se le due schede sono dello stesso Comune la pubblicazione non lo dice: qui si segnalano tutte e due; fra Comuni diversi la nuova arrivata, e l'altro Comune la vede nel suo monitoraggio."),
 spiegazione: "Una scheda ha il codice di base di un'omocodia, l'altra quello che l'ha risolta, e per l'Anagrafe Tributaria sono la stessa persona: tenerne una sola.",
 plantable: Plantable::Mondo,
 check: Check::Registro,
 cases: &[Case { name: "il codice di base in un altro Comune", setup: &[], breaks: &[World("fra i residenti del Comune 888002 c'è già il codice base che la scheda inviata risolve", |b| { b.in_anpr("888002", TipoScheda::SoggettoApr, Via::Ae(Legame::Omocodia), 1, true); })], near: &[World("fra i residenti del Comune 888002 c'è già il codice base che la scheda inviata risolve, ma la scheda è cessata", |b| { b.in_anpr("888002", TipoScheda::SoggettoApr, Via::Ae(Legame::Omocodia), 1, false); })] }],
};

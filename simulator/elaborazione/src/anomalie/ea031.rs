//! EA031: attivo in APR e in AIRE

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EA031"),
 titolo: "Attivo in APR e in AIRE",
 testo: Testo::unico("Il codice fiscale è presente in ANPR sia fra i residenti sia fra gli iscritti all'AIRE"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("005")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("Se le due schede sono dello stesso Comune la pubblicazione non lo dice: qui si segnalano tutte e due; fra Comuni diversi la nuova arrivata, e l'altro Comune la vede nel suo monitoraggio."),
 spiegazione: "La stessa persona risulta residente in Italia e iscritta all'AIRE, nello stesso Comune o in un altro: chiudere la posizione superata.",
 plantable: Plantable::Fornitura,
 check: Check::Registro,
 cases: &[Case { name: "nello stesso invio", setup: &[], breaks: &[Aire("codiceFiscale", "PRVNUO70A01Y001M")], near: &[Aire("codiceFiscale", "STRNUO70A01Y001V")] },
Case { name: "all'AIRE di un altro Comune", setup: &[], breaks: &[World("nell'AIRE del Comune 888003 c'è già lo stesso codice fiscale", |b| { b.in_anpr("888003", TipoScheda::SoggettoAire, Via::Inviato, 1, true); })], near: &[World("nell'AIRE del Comune 888003 c'è già lo stesso codice fiscale, ma la scheda è cessata", |b| { b.in_anpr("888003", TipoScheda::SoggettoAire, Via::Inviato, 1, false); })] }],
};

//! ES092: soggetto senza famiglia né convivenza

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES092"),
 titolo: "Soggetto senza famiglia né convivenza",
 testo: Testo::unico("Il soggetto non è associato ad alcuna scheda di famiglia o di convivenza"),
 gravita: GravitaPer::ovunque(Errore, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("004")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Ogni persona dev'essere in una famiglia o in una convivenza presente nella fornitura. È l'unico errore sui dati che blocca il subentro.",
 plantable: Plantable::Scheda,
 check: Check::Unione,
 cases: &[Case { name: "nessuna delle due", setup: &[Remove("soggetto[3]/famiglia/legameSoggetto/progressivoComponente")], breaks: &[Remove("soggetto[3]/famiglia")], near: &[] },
Case { name: "famiglia inesistente", setup: &[], breaks: &[Set("soggetto[3]/famiglia/idFamConvComune", "77")], near: &[Set("soggetto[3]/famiglia/idFamConvComune", "2")] }],
};

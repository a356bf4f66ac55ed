//! EF004: progressivo del componente ripetuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EF004"),
 titolo: "Progressivo del componente ripetuto",
 testo: Testo::unico("Due componenti della scheda hanno lo stesso progressivo"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("007")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il progressivo ordina i componenti della scheda: correggerlo perché sia diverso per ciascuno.",
 plantable: Plantable::Scheda,
 check: Check::Unione,
 cases: &[Case { name: "secondo e terzo uguali", setup: &[], breaks: &[Set("soggetto[3]/famiglia/legameSoggetto/progressivoComponente", "2")], near: &[Remove("soggetto[3]/famiglia/legameSoggetto/progressivoComponente")] }],
};

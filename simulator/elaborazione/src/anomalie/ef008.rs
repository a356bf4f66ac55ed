//! EF008: scheda senza intestatario

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EF008"),
 titolo: "Scheda senza intestatario",
 testo: Testo::unico("Nessun componente della scheda risulta intestatario o responsabile"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("007")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Ogni famiglia ha un intestatario e ogni convivenza un responsabile, fra i componenti o nel gruppo tipoTutoreIntestatario.",
 plantable: Plantable::Scheda,
 check: Check::Unione,
 cases: &[Case { name: "convivenza di soli membri", setup: &[], breaks: &[Set("soggetto[5]/convivenza/legameSoggetto/codiceLegame", "2")], near: &[Set("soggetto[5]/convivenza/legameSoggetto/codiceLegame", "2"), After("convivenza[1]/tipoScheda", "<tipoTutoreIntestatario><generalita><cognome>PROVA</cognome><nome>CUSTODE</nome></generalita><dataIntestarioConvivenza>2001-01-01</dataIntestarioConvivenza></tipoTutoreIntestatario>")] },
Case { name: "famiglia con una figlia sola", setup: &[], breaks: &[Set("soggetto[4]/famiglia/legameSoggetto/codiceLegame", "3")], near: &[] }],
};

//! EF009: più di un intestatario

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EF009"),
 titolo: "Più di un intestatario",
 testo: Testo::unico("La scheda ha più di un intestatario o responsabile"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: None,
 fonti: &[Fonte::ElencoErrori, Fonte::ErroriAe],
 divergenza: Some("Non è nella pagina pubblicata, è nell'elenco di lavoro come avviso."),
 spiegazione: "L'intestatario è uno solo: se sta fra i componenti non va ripetuto in tipoTutoreIntestatario.",
 plantable: Plantable::Scheda,
 check: Check::Unione,
 cases: &[Case { name: "legame 1 e tutore insieme", setup: &[], breaks: &[After("convivenza[1]/tipoScheda", "<tipoTutoreIntestatario><generalita><cognome>PROVA</cognome><nome>CUSTODE</nome></generalita><dataIntestarioConvivenza>2001-01-01</dataIntestarioConvivenza></tipoTutoreIntestatario>")], near: &[Set("soggetto[5]/convivenza/legameSoggetto/codiceLegame", "2"), After("convivenza[1]/tipoScheda", "<tipoTutoreIntestatario><generalita><cognome>PROVA</cognome><nome>CUSTODE</nome></generalita><dataIntestarioConvivenza>2001-01-01</dataIntestarioConvivenza></tipoTutoreIntestatario>")] },
Case { name: "due intestatari", setup: &[], breaks: &[Set("soggetto[2]/famiglia/legameSoggetto/codiceLegame", "1")], near: &[] }],
};

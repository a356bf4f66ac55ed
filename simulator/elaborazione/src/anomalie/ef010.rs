//! EF010: famiglia senza componenti

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EF010"),
 titolo: "Famiglia senza componenti",
 testo: Testo::unico("La scheda di famiglia non ha alcun componente"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("007")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Nessun soggetto della fornitura indica questa famiglia. Toglierla o correggere il riferimento nei soggetti.",
 plantable: Plantable::Scheda,
 check: Check::Unione,
 cases: &[Case { name: "famiglia vuota", setup: &[], breaks: &[After("famiglia[2]", "<famiglia><idFamigliaConvivenzaComune><idFamigliaConvivenzaComuneIstat>888001</idFamigliaConvivenzaComuneIstat><idFamigliaConvivenza>9</idFamigliaConvivenza></idFamigliaConvivenzaComune><tipoScheda>3</tipoScheda></famiglia>")], near: &[After("convivenza[1]", "<convivenza><idFamigliaConvivenzaComune><idFamigliaConvivenzaComuneIstat>888001</idFamigliaConvivenzaComuneIstat><idFamigliaConvivenza>9</idFamigliaConvivenza></idFamigliaConvivenzaComune><tipoScheda>4</tipoScheda><tipoTutoreIntestatario><generalita><cognome>PROVA</cognome><nome>CUSTODE</nome></generalita><dataIntestarioConvivenza>2001-01-01</dataIntestarioConvivenza></tipoTutoreIntestatario></convivenza>")] }],
};

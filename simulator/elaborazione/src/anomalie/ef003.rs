//! EF003: identificativo di famiglia ripetuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EF003"),
 titolo: "Identificativo di famiglia ripetuto",
 testo: Testo::unico("L'identificativo della scheda di famiglia o convivenza è presente più volte nella fornitura"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("005")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Due schede dello stesso Comune hanno lo stesso identificativo. Assegnare a ciascuna il proprio.",
 plantable: Plantable::Scheda,
 check: Check::Unione,
 cases: &[Case { name: "due famiglie con lo stesso numero", setup: &[], breaks: &[After("famiglia[1]", "<famiglia><idFamigliaConvivenzaComune><idFamigliaConvivenzaComuneIstat>888001</idFamigliaConvivenzaComuneIstat><idFamigliaConvivenza>1</idFamigliaConvivenza></idFamigliaConvivenzaComune><tipoScheda>3</tipoScheda></famiglia>")], near: &[Set("convivenza[1]/idFamigliaConvivenzaComune/idFamigliaConvivenza", "1"), Set("soggetto[5]/convivenza/idFamConvComune", "1"), Set("soggetto[6]/convivenza/idFamConvComune", "1")] }],
};

//! EN018: quadratura della fornitura, le persone di sesso femminile

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN018"),
 titolo: "Quadratura della fornitura, le persone di sesso femminile",
 testo: Testo::unico("Quadratura della fornitura: le persone di sesso femminile dichiarate sono @, versione @, calcolate @"),
 gravita: GravitaPer::ovunque(Errore, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("009")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("Il valore del secondo e del terzo segnaposto non è pubblico: qui versione e calcolato; con l'opzione del validatore il terzo resta vuoto."),
 spiegazione: "Il contatore in datiFornitura non coincide con la somma di tutti i file APR. Tutti i file della versione devono portare lo stesso totale.",
 plantable: Plantable::Fornitura,
 check: Check::Quadratura,
 cases: &[Case { name: "uno di troppo", setup: &[], breaks: &[Set("datiFornitura/numeroTotalePersoneSessoFemminile", "99")], near: &[Set("datiFornitura/numeroTotaleCittadiniItaliani", "99")] }],
};

//! EA048: non confermato dall'Anagrafe Tributaria

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EA048"),
 titolo: "Non confermato dall'Anagrafe Tributaria",
 testo: Testo { tabella: "Dato non congruente con l'Anagrafe Tributaria", osservato: "Dato non congruente con l'Anagrafe Tributaria: @" },
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("001")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("Due significati pubblicati: qui valgono tutti e due, ciascuno si può spegnere."),
 spiegazione: "La lettera di controllo è sbagliata, oppure la residenza comunicata non è del Comune che invia.",
 plantable: Plantable::Mondo,
 check: Check::Tributaria,
 cases: &[Case { name: "lettera di controllo sbagliata", setup: &[], breaks: &[World("il codice fiscale della scheda S1 ha la lettera di controllo sbagliata", |b| { b.lettera_sbagliata(1); })], near: &[World("la scheda S1 ha il primo codice di omocodia", |b| { b.omocodo(1); })] },
Case { name: "residenza in un altro Comune", setup: &[], breaks: &[Set("soggetto[1]/residenza/indirizzo/comune/codiceIstat", "888002"), Set("soggetto[1]/residenza/indirizzo/comune/nomeComune", "COMUNE FITTIZIO 002")], near: &[] }],
};

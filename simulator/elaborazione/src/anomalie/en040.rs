//! EN040: versione già elaborata

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN040"),
 titolo: "Versione già elaborata",
 testo: Testo::unico("La fornitura con versione @ è già stata elaborata con esito positivo"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("010")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "La stessa versione non si invia due volte. Nei due ambienti di prova richiedere prima la cancellazione.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "di nuovo la versione uno", setup: &[], breaks: &[World("il Comune è già subentrato, la versione 1 è già finita bene", |b| { b.situazione.subentrato = true; let _ = b.situazione.versioni_ok.insert(1); })], near: &[World("la versione 2 è già finita bene", |b| { let _ = b.situazione.versioni_ok.insert(2); })] }],
};

//! EN009: contenuto APR non valido

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN009"),
 titolo: "Contenuto APR non valido",
 testo: Testo { tabella: "Il file non è nel formato atteso dopo la decompressione", osservato: "Il contenuto del file non è valido: @" },
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe, Fonte::Registro],
 divergenza: None,
 spiegazione: "Il file APR dev'essere compresso in gzip, in UTF-8 e conforme allo schema del subentro. Riga e colonna indicano il punto.",
 plantable: Plantable::File,
 check: Check::Formato,
 cases: &[Case { name: "testo dentro famiglie", setup: &[], breaks: &[Into("famiglie", "x")], near: &[World("il file finisce con due righe vuote", |b| { b.righe_in_coda(); })] },
Case { name: "non è gzip", setup: &[], breaks: &[World("il file non è compresso", |b| { b.corrompi = true; })], near: &[] }],
};

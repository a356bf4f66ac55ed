//! EN010: contenuto AIRE non valido

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN010"),
 titolo: "Contenuto AIRE non valido",
 testo: Testo { tabella: "Il file AIRE non è nel formato atteso dopo la decompressione", osservato: "Il contenuto del file AIRE non è valido: @" },
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il file AIRE è un testo ISO-8859-1 con righe di lunghezza fissa chiuse da CR LF. Il testo indica la prima riga sbagliata.",
 plantable: Plantable::File,
 check: Check::Formato,
 cases: &[Case { name: "solo LF a fine riga", setup: &[], breaks: &[World("le righe AIRE finiscono con il solo LF", |b| { b.aire_solo_lf = true; })], near: &[] },
Case { name: "consolato inesistente", setup: &[], breaks: &[Aire("codiceConsolato", "9999999")], near: &[Aire("localitaResidenza", "NIZZA")] },
Case { name: "data con spazi", setup: &[], breaks: &[Aire("dataUltimoAggiornamento", "2010")], near: &[Aire("dataUltimoAggiornamento", "00000000")] },
Case { name: "data di iscrizione a zero", setup: &[], breaks: &[Aire("dataIscrizioneAire", "00000000")], near: &[] },
Case { name: "il segno di grado", setup: &[], breaks: &[Aire("indirizzo", "RUE 3°")], near: &[Aire("cognome", "PEÑA É")] }],
};

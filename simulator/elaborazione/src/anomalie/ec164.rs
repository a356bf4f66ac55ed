//! EC164: stato dell'istruttoria non previsto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC164"),
 titolo: "Stato dell'istruttoria non previsto",
 testo: Testo::unico("Lo stato dell'istruttoria non è fra quelli previsti"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare 1, 2 o 3, o lasciare vuoto.",
 plantable: Plantable::Scheda,
 check: Check::Aire(verifica),
 cases: &[Case { name: "quattro", setup: &[], breaks: &[Aire("statoIstruttoria", "4")], near: &[Aire("statoIstruttoria", "3")] }],
};

fn verifica(riga: &RigaAire<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    if riga.campo("statoIstruttoria").is_some_and(|s| !matches!(s, "1" | "2" | "3")) {
        out.segnala(riga.punto("statoIstruttoria"), &[]);
    }
}

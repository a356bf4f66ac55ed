//! EN023: quadratura del file, le schede convivenza

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN023"),
 titolo: "Quadratura del file, le schede convivenza",
 testo: Testo::unico("Quadratura del file: le schede convivenza dichiarate sono @ mentre nel file @ sono @"),
 gravita: GravitaPer::ovunque(Errore, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("009")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il contatore in datiInvio non coincide con ciò che il file contiene. Rigenerare il file o correggere il contatore.",
 plantable: Plantable::File,
 check: Check::Quadratura,
 cases: &[Case { name: "uno di troppo", setup: &[], breaks: &[Set("datiInvio/numeroTotaleSchedeConvivenzaInvio", "99")], near: &[Set("datiInvio/numeroCittadiniItalianiInvio", "99")] }],
};

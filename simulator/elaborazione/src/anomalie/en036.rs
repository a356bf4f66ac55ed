//! EN036: tipo scelto diverso dal file

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN036"),
 titolo: "Tipo scelto diverso dal file",
 testo: Testo::unico("Il tipo di invio selezionato non corrisponde al file"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("008")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "È stato scelto APR per un file AIRE, o il contrario. Scegliere il tipo giusto.",
 plantable: Plantable::Mondo,
 check: Check::Sportello,
 cases: &[Case { name: "AIRE inviato come APR", setup: &[], breaks: &[World("sulla pagina è scelto APR, arriva il file 888001_SUBAIRE_1.gz", |b| { b.tipo_scelto = Some(crate::tipi::TipoFile::Apr); b.arriva("888001_SUBAIRE_1.gz"); })], near: &[World("sulla pagina è scelto APR", |b| { b.tipo_scelto = Some(crate::tipi::TipoFile::Apr); })] }],
};

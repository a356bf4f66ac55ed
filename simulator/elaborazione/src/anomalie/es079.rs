//! ES079: anno di espatrio impossibile

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES079"),
 titolo: "Anno di espatrio impossibile",
 testo: Testo::unico("L'anno di espatrio @ non è compreso fra l'anno di nascita @ e l'anno corrente"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Correggere l'anno di espatrio o lasciarlo a zero.",
 plantable: Plantable::Scheda,
 check: Check::Aire(verifica),
 cases: &[Case { name: "l'anno prima della nascita", setup: &[], breaks: &[Aire("annoEspatrio", "1969")], near: &[Aire("annoEspatrio", "1970")] }],
};

fn verifica(riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let Some(anno) = riga.significativo("annoEspatrio").and_then(|a| a.parse::<i16>().ok()) else { return };
    let nascita = riga.data("dataNascita").map(Data::year);
    if nascita.is_some_and(|n| anno < n) || anno > ambito.oggi.year() {
        let nascita = nascita.map(|n| n.to_string()).unwrap_or_default();
        out.segnala(riga.punto("annoEspatrio"), &[&anno.to_string(), &nascita]);
    }
}

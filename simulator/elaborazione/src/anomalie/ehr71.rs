//! EHR71: anno dell'atto di matrimonio impossibile

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EHR71"),
 titolo: "Anno dell'atto di matrimonio impossibile",
 testo: Testo::unico("L'anno dell'atto di matrimonio non è ammesso: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("Il limite inferiore alla data del matrimonio è scelta nostra."),
 spiegazione: "Correggere l'anno dell'atto: non può essere zero, precedente alla nascita né futuro.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "anno zero", setup: &[], breaks: &[Set("soggetto[1]/matrimonio/datiMatrimonio/attoEvento/anno", "0000")], near: &[Set("soggetto[1]/matrimonio/datiMatrimonio/attoEvento/anno", "1995")] },
Case { name: "anno impossibile", setup: &[], breaks: &[Set("soggetto[1]/matrimonio/datiMatrimonio/attoEvento/anno", "1994")], near: &[] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let nodo = nodi().matrimonio.atto.anno;
    if let Some(anno) = s.anno(nodo)
        && anno_fuori(anno, s.data(nodi().matrimonio.data).or_else(|| s.data(nodi().nascita)), ambito.oggi)
    {
        out.segnala(s.punto(nodo), &[&anno.to_string()]);
    }
}

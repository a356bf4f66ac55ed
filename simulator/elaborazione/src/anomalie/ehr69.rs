//! EHR69: anno dell'atto di nascita impossibile

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EHR69"),
 titolo: "Anno dell'atto di nascita impossibile",
 testo: Testo::unico("L'anno dell'atto di nascita non è ammesso: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe, Fonte::Registro],
 divergenza: None,
 spiegazione: "Correggere l'anno dell'atto: non può essere zero, precedente alla nascita né futuro.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "anno zero", setup: &[], breaks: &[Set("soggetto[1]/attoNascita/anno", "0000")], near: &[Set("soggetto[1]/attoNascita/anno", "1988")] },
Case { name: "anno impossibile", setup: &[], breaks: &[Set("soggetto[1]/attoNascita/anno", "1969")], near: &[] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let nodo = nodi().atto_nascita.anno;
    if let Some(anno) = s.anno(nodo)
        && anno_fuori(anno, s.data(nodi().nascita), ambito.oggi)
    {
        out.segnala(s.punto(nodo), &[&anno.to_string()]);
    }
}

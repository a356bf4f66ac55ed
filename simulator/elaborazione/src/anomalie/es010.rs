//! ES010: data del matrimonio impossibile

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES010"),
 titolo: "Data del matrimonio impossibile",
 testo: Testo::unico("La data del matrimonio non è compresa fra la nascita e oggi"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Correggere la data del matrimonio.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "il giorno della nascita", setup: &[Set("soggetto[1]/matrimonio/datiMatrimonio/attoEvento/anno", "2000")], breaks: &[Set("soggetto[1]/matrimonio/datiMatrimonio/dataEvento", "1970-01-01")], near: &[Set("soggetto[1]/matrimonio/datiMatrimonio/dataEvento", "1986-01-01")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let nodo = nodi().matrimonio.data;
    let Some(data) = s.data(nodo) else { return };
    if s.data(nodi().nascita).is_some_and(|n| data <= n) || data > ambito.oggi {
        out.segnala(s.punto(nodo), &[]);
    }
}

//! ES007: morte del coniuge nel futuro

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES007"),
 titolo: "Morte del coniuge nel futuro",
 testo: Testo::unico("La data di morte è successiva alla data odierna"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: None,
 procedura: None,
 fonti: &[Fonte::ElencoErrori, Fonte::ErroriAe],
 divergenza: Some("Il file APR non ha la morte del soggetto: vale per quella del coniuge."),
 spiegazione: "Correggere la data di morte del coniuge.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "domani", setup: &[], breaks: &[Set("soggetto[4]/vedovanza/datiMorteconiuge/dataEvento", "2021-03-02")], near: &[Set("soggetto[4]/vedovanza/datiMorteconiuge/dataEvento", "2021-03-01")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let nodo = nodi().morte_coniuge.data;
    if s.data(nodo).is_some_and(|d| d > ambito.oggi) {
        out.segnala(s.punto(nodo), &[]);
    }
}

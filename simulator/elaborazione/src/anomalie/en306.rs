//! EN306: coniuge senza dati del matrimonio

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN306"),
 titolo: "Coniuge senza dati del matrimonio",
 testo: Testo::unico("È presente il coniuge ma mancano i dati del matrimonio"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("004")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Aggiungere data e luogo del matrimonio.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "solo il coniuge", setup: &[], breaks: &[Remove("soggetto[1]/matrimonio/datiMatrimonio")], near: &[Remove("soggetto[1]/matrimonio/datiMatrimonio/attoEvento")] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    if s.presente(nodi().coniuge) && !s.presente(nodi().matrimonio.evento) {
        out.segnala(s.punto(nodi().matrimonio.evento), &[]);
    }
}

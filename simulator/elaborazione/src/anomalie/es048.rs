//! ES048: luogo del matrimonio non univoco

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES048"),
 titolo: "Luogo del matrimonio non univoco",
 testo: Testo::unico("Il luogo del matrimonio deve indicare o il comune o la località estera"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("004")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Indicare uno solo fra comune e località estera.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "nessuno dei due", setup: &[], breaks: &[Remove("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento/comune")], near: &[Remove("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento/comune"), Into("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento", "<luogoEccezionale>IN MARE</luogoEccezionale>")] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    let evento = &nodi().matrimonio;
    let comune = s.presente(evento.luogo);
    let localita = s.presente(evento.localita);
    let indefinito = comune == localita && (comune || !s.presente(evento.eccezionale));
    if s.presente(evento.evento) && indefinito {
        out.segnala(s.punto(evento.luogo), &[]);
    }
}

//! EC042: comune di matrimonio inesistente

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC042"),
 titolo: "Comune di matrimonio inesistente",
 testo: Testo { tabella: "Comune di matrimonio non presente nella tabella: @", osservato: "Comune di matrimonio @ non esistente alla data @" },
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il nome del comune non esisteva a quella data. Verificare nome, provincia e data nella tabella dei comuni.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "comune inventato", setup: &[], breaks: &[Set("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento/comune/nomeComune", "COMUNE MAI ESISTITO"), Remove("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento/comune/codiceIstat")], near: &[Set("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento/comune/nomeComune", "COMUNE FITTIZIO 002"), Remove("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento/comune/codiceIstat")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let quando = s.data(nodi().matrimonio.data);
    if let Some((comune, _)) = manca(s, ambito, nodi().matrimonio.comune, quando) {
        out.segnala(s.punto(nodi().matrimonio.comune.nome), &[&comune_con_sigla(&comune), &giorno_o_vuoto(quando)]);
    }
}

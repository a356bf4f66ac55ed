//! EC081: comune di registrazione del matrimonio inesistente

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC081"),
 titolo: "Comune di registrazione del matrimonio inesistente",
 testo: Testo { tabella: "Comune di registrazione dell'atto di matrimonio non presente nella tabella: @", osservato: "Comune di registrazione dell'atto di matrimonio @ non esistente alla data @" },
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il nome del comune non esisteva a quella data. Verificare nome, provincia e data nella tabella dei comuni.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "comune inventato", setup: &[], breaks: &[Set("soggetto[1]/matrimonio/datiMatrimonio/attoEvento/comuneRegistrazione/nomeComune", "COMUNE MAI ESISTITO"), Remove("soggetto[1]/matrimonio/datiMatrimonio/attoEvento/comuneRegistrazione/codiceIstat")], near: &[Set("soggetto[1]/matrimonio/datiMatrimonio/attoEvento/comuneRegistrazione/nomeComune", "VALSAMOGGIA"), Set("soggetto[1]/matrimonio/datiMatrimonio/attoEvento/comuneRegistrazione/codiceIstat", "037061"), Set("soggetto[1]/matrimonio/datiMatrimonio/attoEvento/comuneRegistrazione/siglaProvinciaIstat", "BO"), After("soggetto[1]/matrimonio/datiMatrimonio/attoEvento/numeroAtto", "<dataFormazioneAtto>2014-06-01</dataFormazioneAtto>")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let quando = s.data(nodi().matrimonio.atto.data).or_else(|| s.data(nodi().matrimonio.data));
    if let Some((comune, _)) = manca(s, ambito, nodi().matrimonio.atto.comune, quando) {
        out.segnala(s.punto(nodi().matrimonio.atto.comune.nome), &[&comune_con_sigla(&comune), &giorno_o_vuoto(quando)]);
    }
}

//! EC087: comune del permesso di soggiorno inesistente

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC087"),
 titolo: "Comune del permesso di soggiorno inesistente",
 testo: Testo { tabella: "Comune di rilascio del permesso di soggiorno non presente nella tabella: @", osservato: "Comune di rilascio del permesso di soggiorno @ non esistente alla data @" },
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("03"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il nome del comune non esisteva a quella data. Verificare nome, provincia e data nella tabella dei comuni.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "comune inventato", setup: &[], breaks: &[Set("soggetto[2]/permessoSoggiorno/comune/nomeComune", "COMUNE MAI ESISTITO"), Remove("soggetto[2]/permessoSoggiorno/comune/codiceIstat")], near: &[Remove("soggetto[2]/permessoSoggiorno/comune")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let quando = s.data(nodi().permesso_rilascio);
    if let Some((comune, _)) = manca(s, ambito, nodi().comune_permesso, quando) {
        out.segnala(s.punto(nodi().comune_permesso.nome), &[&comune_con_sigla(&comune), &giorno_o_vuoto(quando)]);
    }
}

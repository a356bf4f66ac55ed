//! EC078: comune di rilascio della carta inesistente

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC078"),
 titolo: "Comune di rilascio della carta inesistente",
 testo: Testo { tabella: "Comune di rilascio della carta d'identità non presente nella tabella: @", osservato: "Comune di rilascio della carta d'identità @ non esistente alla data @" },
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("03"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il nome del comune non esisteva a quella data. Verificare nome, provincia e data nella tabella dei comuni.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "comune inventato", setup: &[], breaks: &[Set("soggetto[1]/cartaIdentita/comuneRilascio/nomeComune", "COMUNE MAI ESISTITO"), Remove("soggetto[1]/cartaIdentita/comuneRilascio/codiceIstat")], near: &[Set("soggetto[1]/cartaIdentita/comuneRilascio/nomeComune", "BIGARELLO"), Set("soggetto[1]/cartaIdentita/comuneRilascio/codiceIstat", "020004"), Set("soggetto[1]/cartaIdentita/comuneRilascio/siglaProvinciaIstat", "MN")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let quando = s.data(nodi().carta_rilascio);
    if let Some((comune, _)) = manca(s, ambito, nodi().comune_carta, quando) {
        out.segnala(s.punto(nodi().comune_carta.nome), &[&comune_con_sigla(&comune), &giorno_o_vuoto(quando)]);
    }
}

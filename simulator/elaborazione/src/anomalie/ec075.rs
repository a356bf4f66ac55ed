//! EC075: comune di registrazione della nascita inesistente

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC075"),
 titolo: "Comune di registrazione della nascita inesistente",
 testo: Testo { tabella: "Comune di registrazione dell'atto di nascita non presente nella tabella: @", osservato: "Comune di registrazione dell'atto di nascita @ non esistente alla data @" },
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("03"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il comune non esisteva alla data dell'atto, o della nascita se l'atto non ha data. Indicare il comune che esisteva allora.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "atto senza data, comune istituito dopo", setup: &[World("nato nel 1956, atto registrato in un Comune istituito nel 1958", |b| { b.nato_prima_del_comune(); })], breaks: &[Remove("soggetto[3]/attoNascita/dataFormazioneAtto")], near: &[Set("soggetto[3]/attoNascita/dataFormazioneAtto", "1958-05-28")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let atto = &nodi().atto_nascita;
    let quando = s.data(atto.data).or_else(|| s.data(nodi().nascita));
    if let Some((comune, luogo)) = manca(s, ambito, atto.comune, quando)
        && !luogo.nome_mai_esistito
    {
        out.segnala(s.punto(atto.comune.nome), &[&comune_con_sigla(&comune), &giorno_o_vuoto(quando)]);
    }
}

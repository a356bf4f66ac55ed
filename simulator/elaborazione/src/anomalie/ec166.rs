//! EC166: comune dell'atto di nascita mai esistito

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC166"),
 titolo: "Comune dell'atto di nascita mai esistito",
 testo: Testo::unico("Comune di registrazione dell'atto di nascita mai esistito: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("03"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il nome non compare nella tabella dei comuni a nessuna data: correggerlo.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "nome inventato", setup: &[], breaks: &[Set("soggetto[1]/attoNascita/comuneRegistrazione/nomeComune", "COMUNE MAI ESISTITO"), Remove("soggetto[1]/attoNascita/comuneRegistrazione/codiceIstat")], near: &[Set("soggetto[1]/attoNascita/comuneRegistrazione/nomeComune", "BAZZANO"), Remove("soggetto[1]/attoNascita/comuneRegistrazione/codiceIstat"), Set("soggetto[1]/attoNascita/comuneRegistrazione/siglaProvinciaIstat", "BO")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let atto = &nodi().atto_nascita;
    if let Some((comune, luogo)) = manca(s, ambito, atto.comune, None)
        && luogo.nome_mai_esistito
    {
        out.segnala(s.punto(atto.comune.nome), &[&comune_con_sigla(&comune)]);
    }
}

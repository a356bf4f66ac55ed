//! EC096: comune dell'atto di cessazione inesistente

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC096"),
 titolo: "Comune dell'atto di cessazione inesistente",
 testo: Testo::unico("Comune di registrazione dell'atto di cessazione del matrimonio non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("03"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il nome non è mai esistito nella tabella dei comuni: correggerlo.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "comune inventato", setup: &[], breaks: &[Set("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/attoAnnullamentoMatrimonio/comuneRegistrazione/nomeComune", "COMUNE MAI ESISTITO"), Remove("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/attoAnnullamentoMatrimonio/comuneRegistrazione/codiceIstat")], near: &[Set("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/attoAnnullamentoMatrimonio/comuneRegistrazione/nomeComune", "BAZZANO"), Remove("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/attoAnnullamentoMatrimonio/comuneRegistrazione/codiceIstat"), Set("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/attoAnnullamentoMatrimonio/comuneRegistrazione/siglaProvinciaIstat", "BO")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let nodi = nodi().atto_annullamento.comune;
    if let Some((comune, _)) = manca(s, ambito, nodi, None) {
        out.segnala(s.punto(nodi.nome), &[&comune_con_sigla(&comune)]);
    }
}

//! ES012: data di cessazione impossibile

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES012"),
 titolo: "Data di cessazione impossibile",
 testo: Testo::unico("La data di cessazione del matrimonio @ non è compresa fra la nascita @ e oggi"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Correggere la data della sentenza o dell'atto.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "domani", setup: &[], breaks: &[Set("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/sentenza/dataValidita", "2021-03-02")], near: &[Set("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/sentenza/dataValidita", "2021-03-01")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let n = nodi();
    let scelta = [n.cessazione_validita, n.cessazione_sentenza, n.atto_annullamento.data]
        .into_iter()
        .find_map(|nodo| Some((nodo, s.data(nodo)?)));
    let Some((nodo, data)) = scelta else { return };
    let nascita = s.data(n.nascita);
    if nascita.is_some_and(|n| data <= n) || data > ambito.oggi {
        out.segnala(s.punto(nodo), &[&giorno(data), &giorno_o_vuoto(nascita)]);
    }
}

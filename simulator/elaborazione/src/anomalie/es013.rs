//! ES013: data dell'atto di nascita impossibile

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES013"),
 titolo: "Data dell'atto di nascita impossibile",
 testo: Testo::unico("La data di formazione dell'atto di nascita non è compresa fra la nascita e oggi"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Correggere la data dell'atto di nascita.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "il giorno prima della nascita", setup: &[], breaks: &[Set("soggetto[1]/attoNascita/dataFormazioneAtto", "1969-12-31")], near: &[Set("soggetto[1]/attoNascita/dataFormazioneAtto", "1970-01-01")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let nodo = nodi().atto_nascita.data;
    let Some(data) = s.data(nodo) else { return };
    if s.data(nodi().nascita).is_some_and(|n| data < n) || data > ambito.oggi {
        out.segnala(s.punto(nodo), &[]);
    }
}

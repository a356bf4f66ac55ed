//! ES027: manca la località estera

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES027"),
 titolo: "Manca la località estera",
 testo: Testo::unico("La località estera di residenza non ha una descrizione"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("004")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Indicare il nome della località nell'indirizzo estero.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "solo lo Stato", setup: &[Remove("soggetto[3]/residenza/indirizzo"), After("soggetto[3]/residenza/tipoIndirizzo", "<localitaEstera><indirizzoEstero><localita><descrizioneLocalita>ALTROVE</descrizioneLocalita><descrizioneStato>ALBANIA</descrizioneStato><codiceStato>201</codiceStato></localita><toponimo><denominazione>RRUGA</denominazione></toponimo></indirizzoEstero><consolato><codiceConsolato>2200100</codiceConsolato><descrizioneConsolato>TIRANA</descrizioneConsolato></consolato></localitaEstera>")], breaks: &[Remove("soggetto[3]/residenza/localitaEstera/indirizzoEstero/localita/descrizioneLocalita")], near: &[Set("soggetto[3]/residenza/localitaEstera/indirizzoEstero/localita/descrizioneLocalita", "TIRANA")] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    if s.presente(nodi().localita_estera) && !s.presente(nodi().estero_localita) {
        out.segnala(s.punto(nodi().estero_localita), &[]);
    }
}

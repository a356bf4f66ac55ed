//! ES028: indirizzo estero senza recapito

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES028"),
 titolo: "Indirizzo estero senza recapito",
 testo: Testo::unico("L'indirizzo estero non indica via, presso, contea né codice postale"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("004")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Aggiungere almeno uno fra toponimo, presso, provincia o contea, codice postale.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "solo la città", setup: &[Remove("soggetto[3]/residenza/indirizzo"), After("soggetto[3]/residenza/tipoIndirizzo", "<localitaEstera><indirizzoEstero><localita><descrizioneLocalita>ALTROVE</descrizioneLocalita><descrizioneStato>ALBANIA</descrizioneStato><codiceStato>201</codiceStato></localita><toponimo><denominazione>RRUGA</denominazione></toponimo></indirizzoEstero><consolato><codiceConsolato>2200100</codiceConsolato><descrizioneConsolato>TIRANA</descrizioneConsolato></consolato></localitaEstera>")], breaks: &[Remove("soggetto[3]/residenza/localitaEstera/indirizzoEstero/toponimo")], near: &[Remove("soggetto[3]/residenza/localitaEstera/indirizzoEstero/toponimo"), Into("soggetto[3]/residenza/localitaEstera/indirizzoEstero", "<cap>1001</cap>")] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    let n = nodi();
    let recapito = [n.estero_toponimo, n.presso, n.estero_contea, n.estero_cap].into_iter().any(|r| s.presente(r));
    if s.presente(n.localita_estera) && !recapito {
        out.segnala(s.punto(n.estero_toponimo), &[]);
    }
}

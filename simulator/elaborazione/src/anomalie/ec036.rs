//! EC036: cittadinanza non ammessa

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC036"),
 titolo: "Cittadinanza non ammessa",
 testo: Testo::unico("Stato di cittadinanza non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("02"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare il codice ISTAT di uno Stato ammesso per la cittadinanza (999 per apolide).",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "stato non ammesso", setup: &[], breaks: &[Set("soggetto[2]/cittadinanza/codiceStato", "000")], near: &[Set("soggetto[2]/cittadinanza/codiceStato", "999")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    for (codice, offset) in s.ripetuti(nodi().cittadinanza) {
        if !ambito.tabelle.stato(codice).is_some_and(|stato| stato.cittadinanza) {
            out.segnala(s.punto(nodi().cittadinanza).in_posizione(offset, codice), &[codice]);
        }
    }
    for (codice, offset) in s.ripetuti(nodi().altra_cittadinanza) {
        if !ambito.tabelle.stato(codice).is_some_and(|stato| stato.cittadinanza) {
            out.segnala(s.punto(nodi().altra_cittadinanza).in_posizione(offset, codice), &[codice]);
        }
    }
}

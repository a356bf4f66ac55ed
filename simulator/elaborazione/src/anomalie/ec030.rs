//! EC030: stato di nascita non ammesso

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC030"),
 titolo: "Stato di nascita non ammesso",
 testo: Testo::unico("Stato di nascita non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("02"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare il codice ISTAT di uno Stato estero ammesso per la nascita; per l'Italia indicare il comune.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "stato non ammesso", setup: &[Remove("soggetto[2]/generalitaSubIscr/codiceFiscale"), World("senza il confronto con l'Anagrafe Tributaria", |b| { b.senza_ae(); })], breaks: &[Set("soggetto[2]/generalitaSubIscr/luogoNascita/localita/codiceStato", "100")], near: &[Set("soggetto[2]/generalitaSubIscr/luogoNascita/localita/codiceStato", "436")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    for (codice, offset) in s.ripetuti(nodi().nascita_stato) {
        if !ambito.tabelle.stato(codice).is_some_and(|stato| stato.nascita) {
            out.segnala(s.punto(nodi().nascita_stato).in_posizione(offset, codice), &[codice]);
        }
    }
}

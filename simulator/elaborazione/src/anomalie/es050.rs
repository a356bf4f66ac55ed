//! ES050: luogo di nascita non univoco

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES050"),
 titolo: "Luogo di nascita non univoco",
 testo: Testo::unico("Il luogo di nascita deve indicare o il comune o la località estera"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("004")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Indicare uno solo fra comune e località estera.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "nessuno dei due", setup: &[Remove("soggetto[3]/generalitaSubIscr/codiceFiscale"), World("senza il confronto con l'Anagrafe Tributaria", |b| { b.senza_ae(); })], breaks: &[Remove("soggetto[3]/generalitaSubIscr/luogoNascita/comune")], near: &[Remove("soggetto[3]/generalitaSubIscr/luogoNascita/comune"), Into("soggetto[3]/generalitaSubIscr/luogoNascita", "<luogoEccezionale>IN MARE</luogoEccezionale>")] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    let n = nodi();
    let comune = s.presente(n.nascita_in_comune);
    let localita = s.presente(n.nascita_in_localita);
    if comune == localita && (comune || !s.presente(n.nascita_eccezionale)) {
        out.segnala(s.punto(n.luogo_nascita), &[]);
    }
}

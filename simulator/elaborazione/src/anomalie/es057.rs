//! ES057: senza cognome e senza nome

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES057"),
 titolo: "Senza cognome e senza nome",
 testo: Testo::unico("Il soggetto risulta senza cognome e senza nome"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("004")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Almeno uno fra cognome e nome deve essere presente.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "tutti e due mancanti", setup: &[Remove("soggetto[3]/generalitaSubIscr/codiceFiscale"), World("senza il confronto con l'Anagrafe Tributaria", |b| { b.senza_ae(); }), Remove("soggetto[3]/generalitaSubIscr/cognome"), After("soggetto[3]/generalitaSubIscr/nome", "<senzaNome>1</senzaNome>"), Remove("soggetto[3]/generalitaSubIscr/senzaNome"), Into("soggetto[3]/generalitaSubIscr", "<senzaCognome>1</senzaCognome>")], breaks: &[After("soggetto[3]/generalitaSubIscr/senzaCognome", "<senzaNome>1</senzaNome>"), Remove("soggetto[3]/generalitaSubIscr/nome")], near: &[Set("soggetto[3]/generalitaSubIscr/nome", "SOLONOME")] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    if s.testo(nodi().senza_cognome) == Some("1") && s.testo(nodi().senza_nome) == Some("1") {
        out.segnala(s.punto(nodi().senza_cognome), &[]);
    }
}

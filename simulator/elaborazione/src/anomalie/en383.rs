//! EN383: unione o convivenza senza atto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN383"),
 titolo: "Unione o convivenza senza atto",
 testo: Testo::unico("È presente il partner ma manca l'atto di unione o il contratto di convivenza"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("004")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Aggiungere l'atto di unione civile o il contratto di convivenza.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "unione senza atto", setup: &[], breaks: &[Remove("soggetto[6]/unioneCivile/attoUnione")], near: &[] },
Case { name: "convivenza senza contratto", setup: &[], breaks: &[Remove("soggetto[6]/convivenzaDiFatto/contrattoStipula")], near: &[Remove("soggetto[6]/convivenzaDiFatto/contrattoStipula"), After("soggetto[6]/convivenzaDiFatto/convivente", "<contrattoRisoluzione><motivoRisoluzione>31</motivoRisoluzione></contrattoRisoluzione>")] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    let n = nodi();
    if s.presente(n.unito) && !s.presente(n.atto_unione) {
        out.segnala(s.punto(n.atto_unione), &[]);
    }
    if s.presente(n.convivente) && !s.presente(n.contratto_stipula) && !s.presente(n.contratto_risoluzione) {
        out.segnala(s.punto(n.contratto_stipula), &[]);
    }
}

//! EN524: indirizzo senza specie del toponimo

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN524"),
 titolo: "Indirizzo senza specie del toponimo",
 testo: Testo::unico("L'indirizzo di residenza non indica la specie del toponimo"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: None,
 fonti: &[],
 divergenza: Some("Noto dal registro delle modifiche (4.1.15); internamente CN524."),
 spiegazione: "Indicare la specie (via, piazza…) in lettere o con il codice.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "solo la denominazione", setup: &[], breaks: &[Remove("soggetto[1]/residenza/indirizzo/toponimo/specie")], near: &[Set("soggetto[1]/residenza/indirizzo/toponimo/specie", "VIALE")] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    let n = nodi();
    if s.presente(n.indirizzo) && !s.presente(n.specie) && !s.presente(n.cod_specie) {
        out.segnala(s.punto(n.specie), &[]);
    }
}

//! EC073: specie del toponimo sconosciuta

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC073"),
 titolo: "Specie del toponimo sconosciuta",
 testo: Testo::unico("Specie del toponimo non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("04"),
 procedura: None,
 fonti: &[Fonte::ElencoErrori, Fonte::ErroriAe],
 divergenza: Some("Solo nell'elenco di lavoro."),
 spiegazione: "Usare un codice della tabella delle specie di toponimo, o indicare la specie in lettere.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "codice fuori tabella", setup: &[], breaks: &[Set("soggetto[2]/residenza/indirizzo/toponimo/codSpecie", "9999")], near: &[Set("soggetto[2]/residenza/indirizzo/toponimo/codSpecie", "1")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().cod_specie)
        && voce(ambito, Tabella::SpecieToponimo, codice).is_none()
    {
        out.segnala(s.punto(nodi().cod_specie), &[codice]);
    }
}

//! EC002: relazione di parentela sconosciuta

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC002"),
 titolo: "Relazione di parentela sconosciuta",
 testo: Testo::unico("Relazione di parentela non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("05"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare un codice della tabella delle relazioni di parentela. Un codice cessato è segnalato con EN064.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "codice mai esistito", setup: &[], breaks: &[Set("soggetto[3]/famiglia/legameSoggetto/codiceLegame", "50")], near: &[Set("soggetto[3]/famiglia/legameSoggetto/codiceLegame", "26")] },
Case { name: "ventisette", setup: &[], breaks: &[Set("soggetto[3]/famiglia/legameSoggetto/codiceLegame", "27")], near: &[Set("soggetto[3]/famiglia/legameSoggetto/codiceLegame", "81")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().famiglia_legame)
        && voce(ambito, Tabella::Parentela, codice).is_none()
    {
        out.segnala(s.punto(nodi().famiglia_legame), &[codice]);
    }
}

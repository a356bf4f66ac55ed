//! EC001: stato civile sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC001"),
 titolo: "Stato civile sconosciuto",
 testo: Testo::unico("Stato civile non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("01"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare un codice della tabella degli stati civili (9 se non noto).",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "codice fuori tabella", setup: &[], breaks: &[Set("soggetto[1]/statoCivile/statoCivile", "5")], near: &[Set("soggetto[1]/statoCivile/statoCivile", "9")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().stato_civile)
        && voce(ambito, Tabella::StatoCivile, codice).is_none()
    {
        out.segnala(s.punto(nodi().stato_civile), &[codice]);
    }
}

//! EC003: legame di convivenza sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC003"),
 titolo: "Legame di convivenza sconosciuto",
 testo: Testo::unico("Legame di convivenza non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("06"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare 1 responsabile, 2 membro, 3 o 9.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "codice fuori tabella", setup: &[], breaks: &[Set("soggetto[6]/convivenza/legameSoggetto/codiceLegame", "4")], near: &[Set("soggetto[6]/convivenza/legameSoggetto/codiceLegame", "9")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().convivenza_legame)
        && voce(ambito, Tabella::LegameConvivenza, codice).is_none()
    {
        out.segnala(s.punto(nodi().convivenza_legame), &[codice]);
    }
}

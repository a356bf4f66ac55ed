//! EC061: iniziativa di iscrizione AIRE sconosciuta

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC061"),
 titolo: "Iniziativa di iscrizione AIRE sconosciuta",
 testo: Testo::unico("Iniziativa di iscrizione AIRE non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("20"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare 1…5 o 9.",
 plantable: Plantable::Scheda,
 check: Check::Aire(verifica),
 cases: &[Case { name: "fuori tabella", setup: &[], breaks: &[Aire("iniziativaIscrizione", "6")], near: &[Aire("iniziativaIscrizione", "9")] }],
};

fn verifica(riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = riga.campo("iniziativaIscrizione")
        && voce(ambito, Tabella::IniziativaAire, codice).is_none()
    {
        out.segnala(riga.punto("iniziativaIscrizione"), &[codice]);
    }
}

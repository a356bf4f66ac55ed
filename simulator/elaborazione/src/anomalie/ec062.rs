//! EC062: individuazione del comune AIRE sconosciuta

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC062"),
 titolo: "Individuazione del comune AIRE sconosciuta",
 testo: Testo::unico("Individuazione del comune AIRE non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("21"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare 1…6 o 9.",
 plantable: Plantable::Scheda,
 check: Check::Aire(verifica),
 cases: &[Case { name: "fuori tabella", setup: &[], breaks: &[Aire("individuazioneComune", "7")], near: &[Aire("individuazioneComune", "9")] }],
};

fn verifica(riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = riga.campo("individuazioneComune")
        && voce(ambito, Tabella::IndividuazioneAire, codice).is_none()
    {
        out.segnala(riga.punto("individuazioneComune"), &[codice]);
    }
}

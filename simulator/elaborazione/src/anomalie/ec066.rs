//! EC066: titolo di studio sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC066"),
 titolo: "Titolo di studio sconosciuto",
 testo: Testo::unico("Titolo di studio non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("11"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare un codice della tabella; per l'AIRE valgono i codici convertiti.",
 plantable: Plantable::Scheda,
 check: Check::Entrambi(verifica, verifica_aire),
 cases: &[Case { name: "codice fuori tabella", setup: &[], breaks: &[Set("soggetto[1]/altriDati/titoloStudio", "10")], near: &[Set("soggetto[1]/altriDati/titoloStudio", "Z")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().titolo_studio)
        && voce(ambito, Tabella::TitoloStudio, codice).is_none()
    {
        out.segnala(s.punto(nodi().titolo_studio), &[codice]);
    }
}

fn verifica_aire(riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = riga.campo("titoloStudio")
        && ambito.tabelle.conversione_aire(Tabella::TitoloStudio, codice).is_none()
        && voce(ambito, Tabella::TitoloStudio, codice).is_none()
    {
        out.segnala(riga.punto("titoloStudio"), &[codice]);
    }
}

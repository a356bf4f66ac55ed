//! EC063: tipo di soggiorno sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC063"),
 titolo: "Tipo di soggiorno sconosciuto",
 testo: Testo::unico("Tipo di soggiorno non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("08"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare un codice della tabella dei tipi di soggiorno.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "codice fuori tabella", setup: &[], breaks: &[Set("soggetto[2]/permessoSoggiorno/tipoSoggiorno", "10")], near: &[Set("soggetto[2]/permessoSoggiorno/tipoSoggiorno", "7")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().permesso_tipo)
        && voce(ambito, Tabella::TipoSoggiorno, codice).is_none()
    {
        out.segnala(s.punto(nodi().permesso_tipo), &[codice]);
    }
}

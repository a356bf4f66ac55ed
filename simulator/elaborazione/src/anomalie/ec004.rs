//! EC004: motivo di costituzione sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC004"),
 titolo: "Motivo di costituzione sconosciuto",
 testo: Testo::unico("Motivo di costituzione della famiglia non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("26"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare un codice della tabella dei motivi di costituzione, o omettere il dato.",
 plantable: Plantable::Scheda,
 check: Check::Famiglia(verifica),
 cases: &[Case { name: "codice fuori tabella", setup: &[], breaks: &[Set("famiglia[1]/motivoCostituzione", "7")], near: &[Set("famiglia[1]/motivoCostituzione", "9")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().motivo_costituzione)
        && voce(ambito, Tabella::MotivoCostituzione, codice).is_none()
    {
        out.segnala(s.punto(nodi().motivo_costituzione), &[codice]);
    }
}

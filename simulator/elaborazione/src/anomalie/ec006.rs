//! EC006: motivo di iscrizione sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC006"),
 titolo: "Motivo di iscrizione sconosciuto",
 testo: Testo::unico("Motivo di iscrizione in APR non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("07"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare un codice della tabella dei motivi di iscrizione, o omettere il dato.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "codice fuori tabella", setup: &[], breaks: &[Set("soggetto[1]/motivoIscrizioneAPR", "11")], near: &[Set("soggetto[1]/motivoIscrizioneAPR", "10")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().motivo_iscrizione)
        && voce(ambito, Tabella::MotivoIscrizione, codice).is_none()
    {
        out.segnala(s.punto(nodi().motivo_iscrizione), &[codice]);
    }
}

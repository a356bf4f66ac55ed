//! EC177: motivo di cessazione dell'unione sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC177"),
 titolo: "Motivo di cessazione dell'unione sconosciuto",
 testo: Testo { tabella: "Motivo di cessazione di unione civile o convivenza non presente nella tabella", osservato: "Motivo di cessazione di unione civile o convivenza non presente nella tabella: @" },
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: Some("43"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("La divisione della tabella 43 per specie di legame non è pubblica: vale l'appartenenza alla tabella intera."),
 spiegazione: "Usare un codice della tabella dei motivi di cessazione.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "sette", setup: &[], breaks: &[After("soggetto[6]/unioneCivile/attoUnione", "<scioglimentoUnione><motivoScioglimento>7</motivoScioglimento></scioglimentoUnione>")], near: &[After("soggetto[6]/unioneCivile/attoUnione", "<scioglimentoUnione><motivoScioglimento>98</motivoScioglimento></scioglimentoUnione>")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    for nodo in [nodi().unione_motivo, nodi().risoluzione_motivo] {
        if let Some(codice) = s.testo(nodo)
            && voce(ambito, Tabella::CessazioneUnione, codice.trim()).is_none()
        {
            out.segnala(s.punto(nodo), &[codice]);
        }
    }
}

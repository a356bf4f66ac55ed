//! EC165: tipo di cessazione sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC165"),
 titolo: "Tipo di cessazione sconosciuto",
 testo: Testo { tabella: "Tipo di cessazione del matrimonio non presente nella tabella", osservato: "Tipo di cessazione del matrimonio non presente nella tabella: @" },
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: true,
 tabella: Some("31"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("La pagina rimanda per errore alla tabella 43: vale la 31."),
 spiegazione: "Usare un codice della tabella dei tipi di cessazione del matrimonio.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "codice fuori tabella", setup: &[], breaks: &[Set("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/tipoCessazione", "11")], near: &[Set("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/tipoCessazione", "22")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().cessazione_tipo)
        && voce(ambito, Tabella::CessazioneMatrimonio, codice).is_none()
    {
        out.segnala(s.punto(nodi().cessazione_tipo), &[codice]);
    }
}

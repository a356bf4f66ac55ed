//! ES128: data mancante

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES128"),
 titolo: "Data mancante",
 testo: Testo { tabella: "Manca almeno una delle date di iscrizione, residenza o aggiornamento", osservato: "Non è presente la @" },
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Senza questa data l'inizio della scheda o della residenza diventa la data di subentro.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "manca la prima iscrizione", setup: &[], breaks: &[Remove("soggetto[1]/generalitaSubIscr/dataPrimaIscrizioneComune")], near: &[Set("soggetto[1]/dataUltimoAggiornamento", "2010-01-02")] },
Case { name: "manca l'ultimo aggiornamento", setup: &[], breaks: &[Remove("soggetto[1]/dataUltimoAggiornamento")], near: &[] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    let n = nodi();
    for (nodo, cosa) in [
        (n.prima_iscrizione, "data di prima iscrizione nel Comune"),
        (n.residenza_dal, "data di decorrenza della residenza"),
        (n.ultimo_aggiornamento, "data di ultimo aggiornamento"),
    ] {
        if !s.presente(nodo) {
            out.segnala(s.punto(nodo), &[cosa]);
        }
    }
}

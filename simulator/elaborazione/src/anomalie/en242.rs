//! EN242: tipo di tribunale sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN242"),
 titolo: "Tipo di tribunale sconosciuto",
 testo: Testo::unico("Il tipo di autorità giudiziaria non è presente nella tabella"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("32"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare un codice della tabella dei tribunali (1, 2, 3, 4 o 9).",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "cinque", setup: &[], breaks: &[Set("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/sentenza/tipoTribunale", "5")], near: &[Set("soggetto[5]/separazioneAnnullamentoCessazioneMatrimonio/sentenza/tipoTribunale", "4")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    for nodo in [nodi().cessazione_tribunale, nodi().unione_tribunale] {
        if let Some(codice) = s.testo(nodo)
            && voce(ambito, Tabella::Tribunale, codice).is_none()
        {
            out.segnala(s.punto(nodo), &[]);
        }
    }
}

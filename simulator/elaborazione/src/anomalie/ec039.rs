//! EC039: stato del matrimonio non ammesso

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC039"),
 titolo: "Stato del matrimonio non ammesso",
 testo: Testo::unico("Stato estero del luogo di matrimonio non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("02"),
 procedura: None,
 fonti: &[Fonte::ElencoErrori, Fonte::ErroriAe],
 divergenza: Some("Solo nell'elenco di lavoro, attivo al subentro dal 16/10/2017."),
 spiegazione: "Usare il codice ISTAT di uno Stato della tabella.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "zero", setup: &[Remove("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento/comune"), Into("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento", "<localita><descrizioneLocalita>ALTROVE</descrizioneLocalita><descrizioneStato>STATO</descrizioneStato><codiceStato>436</codiceStato></localita>")], breaks: &[Set("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento/localita/codiceStato", "000")], near: &[Set("soggetto[1]/matrimonio/datiMatrimonio/luogoEvento/localita/codiceStato", "301")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let nodo = nodi().matrimonio.stato;
    if let Some(codice) = s.testo(nodo)
        && ambito.tabelle.stato(codice).is_none()
    {
        out.segnala(s.punto(nodo), &[codice]);
    }
}

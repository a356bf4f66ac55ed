//! EC053: stato di residenza non ammesso

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC053"),
 titolo: "Stato di residenza non ammesso",
 testo: Testo::unico("Stato estero di residenza non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: false,
 tabella: Some("02"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("La pagina pubblicata dice avviso, l'elenco di lavoro errore: qui errore, modificabile."),
 spiegazione: "Usare il codice ISTAT di uno Stato o territorio ammesso per la residenza. Blocca il subentro.",
 plantable: Plantable::Scheda,
 check: Check::Entrambi(verifica, verifica_aire),
 cases: &[Case { name: "novecentonovantotto", setup: &[Remove("soggetto[3]/residenza/indirizzo"), After("soggetto[3]/residenza/tipoIndirizzo", "<localitaEstera><indirizzoEstero><localita><descrizioneLocalita>ALTROVE</descrizioneLocalita><descrizioneStato>ALBANIA</descrizioneStato><codiceStato>201</codiceStato></localita><toponimo><denominazione>RRUGA</denominazione></toponimo></indirizzoEstero><consolato><codiceConsolato>2200100</codiceConsolato><descrizioneConsolato>TIRANA</descrizioneConsolato></consolato></localitaEstera>")], breaks: &[Set("soggetto[3]/residenza/localitaEstera/indirizzoEstero/localita/codiceStato", "998")], near: &[Set("soggetto[3]/residenza/localitaEstera/indirizzoEstero/localita/codiceStato", "513")] },
Case { name: "riga AIRE", setup: &[], breaks: &[Aire("statoResidenza", "998")], near: &[Aire("statoResidenza", "201")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().estero_stato)
        && !ambito.tabelle.stato(codice).is_some_and(|stato| stato.residenza)
    {
        out.segnala(s.punto(nodi().estero_stato), &[codice]);
    }
}

fn verifica_aire(riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = riga.campo("statoResidenza")
        && !ambito.tabelle.stato(codice).is_some_and(|stato| stato.residenza)
    {
        out.segnala(riga.punto("statoResidenza"), &[codice]);
    }
}

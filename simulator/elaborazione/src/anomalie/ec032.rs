//! EC032: consolato sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC032"),
 titolo: "Consolato sconosciuto",
 testo: Testo::unico("Consolato non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Errore, Errore),
 da_rimuovere: true,
 tabella: Some("24"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("La pagina pubblicata dice avviso, l'elenco di lavoro errore, e un caso del 2020 mostra il blocco: qui errore, modificabile."),
 spiegazione: "Usare il codice di sette cifre della tabella dei consolati. Blocca il subentro.",
 plantable: Plantable::Scheda,
 check: Check::Entrambi(verifica, verifica_aire),
 cases: &[Case { name: "nove milioni", setup: &[Remove("soggetto[3]/residenza/indirizzo"), After("soggetto[3]/residenza/tipoIndirizzo", "<localitaEstera><indirizzoEstero><localita><descrizioneLocalita>ALTROVE</descrizioneLocalita><descrizioneStato>ALBANIA</descrizioneStato><codiceStato>201</codiceStato></localita><toponimo><denominazione>RRUGA</denominazione></toponimo></indirizzoEstero><consolato><codiceConsolato>2200100</codiceConsolato><descrizioneConsolato>TIRANA</descrizioneConsolato></consolato></localitaEstera>")], breaks: &[Set("soggetto[3]/residenza/localitaEstera/consolato/codiceConsolato", "9999999")], near: &[Set("soggetto[3]/residenza/localitaEstera/consolato/codiceConsolato", "2200303")] },
Case { name: "riga AIRE, consolato non controllato al caricamento", setup: &[World("il consolato non è controllato al caricamento", |b| { b.politica.consolato_al_caricamento = false; })], breaks: &[Aire("codiceConsolato", "9999999")], near: &[Aire("codiceConsolato", "2200303")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().estero_consolato)
        && ambito.tabelle.consolato(codice).is_none()
    {
        out.segnala(s.punto(nodi().estero_consolato), &[codice]);
    }
}

fn verifica_aire(riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = riga.campo("codiceConsolato")
        && ambito.tabelle.consolato(codice).is_none()
    {
        out.segnala(riga.punto("codiceConsolato"), &[codice]);
    }
}

//! ES008: nascita nel futuro

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES008"),
 titolo: "Nascita nel futuro",
 testo: Testo::unico("La data di nascita è successiva alla data della richiesta: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe, Fonte::Registro],
 divergenza: None,
 spiegazione: "Correggere la data di nascita.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "domani", setup: &[Remove("soggetto[3]/attoNascita"), Remove("soggetto[3]/cittadinanza/dataValidita")], breaks: &[Set("soggetto[3]/generalitaSubIscr/dataNascita", "2021-03-02")], near: &[Set("soggetto[3]/generalitaSubIscr/dataNascita", "2021-03-01")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(nascita) = s.data(nodi().nascita)
        && nascita > ambito.oggi
    {
        out.segnala(s.punto(nodi().nascita), &[&giorno(nascita)]);
    }
}

//! ES066: data parziale non convenzionale

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES066"),
 titolo: "Data parziale non convenzionale",
 testo: Testo::unico("La data di nascita @ non è quella convenzionale: giorno ignoto vuole il primo del mese"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Con questo indicatore la data va scritta nella forma convenzionale.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "indicatore con data intera", setup: &[Set("soggetto[1]/generalitaSubIscr/dataNascita", "1970-04-10"), Set("soggetto[1]/attoNascita/dataFormazioneAtto", "1970-05-01"), Set("soggetto[1]/cittadinanza/dataValidita", "1970-05-01")], breaks: &[After("soggetto[1]/generalitaSubIscr/dataNascita", "<senzaGiorno>1</senzaGiorno>")], near: &[Set("soggetto[1]/generalitaSubIscr/dataNascita", "1970-04-01"), After("soggetto[1]/generalitaSubIscr/dataNascita", "<senzaGiorno>1</senzaGiorno>")] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    if s.testo(nodi().senza_giorno) == Some("1")
        && let Some(nascita) = s.data(nodi().nascita)
        && nascita.day() != 1
    {
        out.segnala(s.punto(nodi().nascita), &[&giorno(nascita)]);
    }
}

//! ES009: decorrenza della cittadinanza impossibile

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES009"),
 titolo: "Decorrenza della cittadinanza impossibile",
 testo: Testo::unico("La data di validità della cittadinanza @ non è compresa fra la nascita @ e oggi @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Correggere la data di validità della cittadinanza.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "il giorno prima della nascita", setup: &[], breaks: &[Set("soggetto[1]/cittadinanza/dataValidita", "1969-12-31")], near: &[Set("soggetto[1]/cittadinanza/dataValidita", "1970-01-01")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let nascita = s.data(nodi().nascita);
    for nodo in [nodi().cittadinanza_dal, nodi().altra_cittadinanza_dal] {
        for (testo, offset) in s.ripetuti(nodo) {
            let Some(data) = leggi_data(testo) else { continue };
            if nascita.is_some_and(|n| data < n) || data > ambito.oggi {
                let punto = s.punto(nodo).in_posizione(offset, testo);
                out.segnala(punto, &[&giorno(data), &giorno_o_vuoto(nascita), &giorno(ambito.oggi)]);
            }
        }
    }
}

//! EC007: comune di nascita inesistente

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC007"),
 titolo: "Comune di nascita inesistente",
 testo: Testo { tabella: "Comune di nascita @ (@) non presente nella tabella alla data di nascita", osservato: "Comune di nascita @ non esistente alla data @" },
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("03"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il comune non esisteva alla nascita e il codice fiscale non lo conferma. Indicare il comune che esisteva allora.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "nato prima del comune, senza codice fiscale", setup: &[World("nato nel 1956, atto registrato in un Comune istituito nel 1958", |b| { b.nato_prima_del_comune(); }), World("senza il confronto con l'Anagrafe Tributaria", |b| { b.senza_ae(); }), World("nato nel 1956 nel Comune istituito nel 1958, e il codice fiscale porta quel Comune", |b| { b.nato_altrove(); })], breaks: &[World("la terza scheda non ha il codice fiscale", |b| { b.senza_codice_fiscale(); })], near: &[World("nato nel 1956 nel Comune istituito nel 1958, e il codice fiscale porta quel Comune", |b| { b.nato_altrove(); })] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    let n = nodi();
    let nascita = s.data(n.nascita);
    let Some((comune, _)) = manca(s, ambito, n.comune_nascita, nascita) else { return };
    // A codice fiscale with the Belfiore code of that Comune, whenever it existed, confirms the birth there.
    let confermato = s
        .testo(n.codice_fiscale)
        .and_then(|cf| codice_fiscale::decodifica(cf).ok())
        .zip(esiste(ambito, &comune, None).riga)
        .is_some_and(|(cf, riga)| cf.belfiore() == riga.belfiore);
    if !confermato {
        out.segnala(s.punto(n.comune_nascita.nome), &[&comune_con_sigla(&comune), &giorno_o_vuoto(nascita)]);
    }
}

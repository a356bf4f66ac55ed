//! ES127: iscrizione successiva alle altre date

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES127"),
 titolo: "Iscrizione successiva alle altre date",
 testo: Testo { tabella: "La data di prima iscrizione @ è successiva a una di queste: @ @ @", osservato: "La data di prima iscrizione nel Comune @ è successiva alla @ del @" },
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe, Fonte::Registro],
 divergenza: Some("I quattro valori della forma di tabella sono nostri."),
 spiegazione: "La prima iscrizione è l'ultimo ingresso nel Comune: non può seguire la decorrenza della residenza, l'ultimo aggiornamento o l'ingresso in famiglia.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "residenza prima dell'iscrizione", setup: &[], breaks: &[Set("soggetto[1]/residenza/dataDecorrenzaResidenza", "1980-06-30")], near: &[Set("soggetto[1]/residenza/dataDecorrenzaResidenza", "1995-05-10")] }],
};

fn verifica(s: &SchedaLetta<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    let n = nodi();
    let Some(prima) = s.data(n.prima_iscrizione) else { return };
    for (nodo, cosa) in [
        (n.residenza_dal, "decorrenza della residenza"),
        (n.ultimo_aggiornamento, "data di ultimo aggiornamento"),
        (n.famiglia_dal, "decorrenza nella famiglia"),
        (n.convivenza_dal, "decorrenza nella convivenza"),
    ] {
        if let Some(altra) = s.data(nodo)
            && prima > altra
        {
            out.segnala(s.punto(nodo), &[&giorno(prima), cosa, &giorno(altra)]);
        }
    }
}

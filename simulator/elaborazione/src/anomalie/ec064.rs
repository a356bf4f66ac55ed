//! EC064: posizione nella professione sconosciuta

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC064"),
 titolo: "Posizione nella professione sconosciuta",
 testo: Testo::unico("Posizione nella professione non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("09"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("A e B in un file APR: il testo pubblico tace, qui sono segnalate."),
 spiegazione: "Usare un codice della tabella. A e B nascono solo dalla conversione dei codici AIRE.",
 plantable: Plantable::Scheda,
 check: Check::Entrambi(verifica, verifica_aire),
 cases: &[Case { name: "otto", setup: &[], breaks: &[Set("soggetto[1]/altriDati/posizioneProfessionale", "8")], near: &[Set("soggetto[1]/altriDati/posizioneProfessionale", "9")] },
Case { name: "A in APR", setup: &[], breaks: &[Set("soggetto[1]/altriDati/posizioneProfessionale", "A")], near: &[] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().posizione)
        && !voce(ambito, Tabella::Posizione, codice).is_some_and(|riga| riga.vale_il(ambito.oggi))
    {
        out.segnala(s.punto(nodi().posizione), &[codice]);
    }
}

fn verifica_aire(riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = riga.campo("posizioneProf")
        && ambito.tabelle.conversione_aire(Tabella::Posizione, codice).is_none()
        && voce(ambito, Tabella::Posizione, codice).is_none()
    {
        out.segnala(riga.punto("posizioneProf"), &[codice]);
    }
}

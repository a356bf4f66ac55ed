//! EC065: condizione non professionale sconosciuta

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC065"),
 titolo: "Condizione non professionale sconosciuta",
 testo: Testo::unico("Condizione non professionale non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: false,
 tabella: Some("10"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare un codice della tabella; per l'AIRE valgono i codici convertiti.",
 plantable: Plantable::Scheda,
 check: Check::Entrambi(verifica, verifica_aire),
 cases: &[Case { name: "codice fuori tabella", setup: &[], breaks: &[Set("soggetto[1]/altriDati/condizioneNonProfessionale", "7")], near: &[Set("soggetto[1]/altriDati/condizioneNonProfessionale", "6")] },
Case { name: "riga AIRE, codice fuori conversione", setup: &[], breaks: &[Aire("condizioneNonProf", "8")], near: &[Aire("condizioneNonProf", "1")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().condizione)
        && voce(ambito, Tabella::Condizione, codice).is_none()
    {
        out.segnala(s.punto(nodi().condizione), &[codice]);
    }
}

fn verifica_aire(riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = riga.campo("condizioneNonProf")
        && ambito.tabelle.conversione_aire(Tabella::Condizione, codice).is_none()
        && voce(ambito, Tabella::Condizione, codice).is_none()
    {
        out.segnala(riga.punto("condizioneNonProf"), &[codice]);
    }
}

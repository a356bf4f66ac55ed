//! EC060: motivo di iscrizione AIRE sconosciuto

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC060"),
 titolo: "Motivo di iscrizione AIRE sconosciuto",
 testo: Testo::unico("Motivo di iscrizione AIRE non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("19"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Usare C01…C07 o C09.",
 plantable: Plantable::Scheda,
 check: Check::Aire(verifica),
 cases: &[Case { name: "fuori tabella", setup: &[], breaks: &[Aire("motivoIscrizione", "C08")], near: &[Aire("motivoIscrizione", "C09")] }],
};

fn verifica(riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = riga.campo("motivoIscrizione")
        && voce(ambito, Tabella::MotivoIscrizioneAire, codice).is_none()
    {
        out.segnala(riga.punto("motivoIscrizione"), &[codice]);
    }
}

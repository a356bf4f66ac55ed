//! ES078: data di iscrizione AIRE impossibile

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES078"),
 titolo: "Data di iscrizione AIRE impossibile",
 testo: Testo::unico("La data di iscrizione AIRE @ non è compresa fra il 01/07/1990 e oggi"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("003")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "L'AIRE nasce il primo luglio 1990: correggere la data.",
 plantable: Plantable::Scheda,
 check: Check::Aire(verifica),
 cases: &[Case { name: "il giorno prima", setup: &[], breaks: &[Aire("dataIscrizioneAire", "19900630")], near: &[Aire("dataIscrizioneAire", "19900701")] }],
};

/// Start of the register of Italians abroad.
const INIZIO_AIRE: Data = Data::constant(1990, 7, 1);

fn verifica(riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(data) = riga.data("dataIscrizioneAire")
        && (data < INIZIO_AIRE || data > ambito.oggi)
    {
        out.segnala(riga.punto("dataIscrizioneAire"), &[&giorno(data)]);
    }
}

//! EC005: specie di convivenza sconosciuta

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EC005"),
 titolo: "Specie di convivenza sconosciuta",
 testo: Testo::unico("Specie di convivenza non presente nella tabella: @"),
 gravita: GravitaPer::ovunque(Avviso, Errore),
 da_rimuovere: true,
 tabella: Some("27"),
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::ElencoErrori, Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("Una pagina parla di legame, l'elenco di specie: vale la specie."),
 spiegazione: "Usare un codice della tabella delle specie di convivenza, o omettere il dato.",
 plantable: Plantable::Scheda,
 check: Check::Famiglia(verifica),
 cases: &[Case { name: "codice fuori tabella", setup: &[], breaks: &[Set("convivenza[1]/specieConvivenza", "9")], near: &[Set("convivenza[1]/specieConvivenza", "6")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().specie_convivenza)
        && voce(ambito, Tabella::SpecieConvivenza, codice).is_none()
    {
        out.segnala(s.punto(nodi().specie_convivenza), &[codice]);
    }
}

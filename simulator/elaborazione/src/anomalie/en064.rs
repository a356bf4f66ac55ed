//! EN064: relazione di parentela cessata

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN064"),
 titolo: "Relazione di parentela cessata",
 testo: Testo::unico("La relazione di parentela @ - @ non è più utilizzabile"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il codice esisteva ed è cessato: scegliere quello che lo sostituisce.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "quattordici", setup: &[], breaks: &[Set("soggetto[3]/famiglia/legameSoggetto/codiceLegame", "14")], near: &[Set("soggetto[3]/famiglia/legameSoggetto/codiceLegame", "13")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    if let Some(codice) = s.testo(nodi().famiglia_legame)
        && let Some(riga) = voce(ambito, Tabella::Parentela, codice)
        && !riga.vale_il(ambito.oggi)
    {
        out.segnala(s.punto(nodi().famiglia_legame), &[codice, riga.descrizione]);
    }
}

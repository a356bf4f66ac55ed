//! EA042: codice fiscale e sesso incongruenti

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EA042"),
 titolo: "Codice fiscale e sesso incongruenti",
 testo: Testo::unico("Il codice fiscale non è congruente con il sesso"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("001")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Verificare sesso e codice fiscale.",
 plantable: Plantable::Scheda,
 check: Check::Persona(verifica),
 cases: &[Case { name: "giorno femminile, sesso M", setup: &[], breaks: &[World("il codice fiscale della scheda S1 è di una persona di sesso F nata il 1970-01-01", |b| { b.codice_di("1970-01-01", Sesso::F); })], near: &[World("il codice fiscale della scheda S1 è di una persona di sesso F nata il 1970-01-01", |b| { b.codice_di("1970-01-01", Sesso::F); }), Set("soggetto[1]/generalitaSubIscr/sesso", "N")] }],
};

fn verifica(p: &Persona<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    let Some((decodificato, sesso)) = p.codice_fiscale.and_then(decodificabile).zip(p.sesso) else {
        return;
    };
    if sesso != Sesso::N && decodificato.sesso != sesso {
        out.segnala(p.punto_cf(), &[]);
    }
}

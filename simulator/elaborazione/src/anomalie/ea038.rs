//! EA038: codice fiscale e data di nascita incongruenti

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EA038"),
 titolo: "Codice fiscale e data di nascita incongruenti",
 testo: Testo::unico("Il codice fiscale non è congruente con la data di nascita"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("001")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Verificare data di nascita e codice fiscale.",
 plantable: Plantable::Scheda,
 check: Check::Persona(verifica),
 cases: &[Case { name: "un anno di differenza", setup: &[], breaks: &[World("il codice fiscale della scheda S1 è di una persona di sesso M nata il 1969-01-01", |b| { b.codice_di("1969-01-01", Sesso::M); })], near: &[World("la scheda S1 ha il primo codice di omocodia", |b| { b.omocodo(1); })] }],
};

fn verifica(p: &Persona<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    let Some((decodificato, nascita)) = p.codice_fiscale.and_then(decodificabile).zip(p.nascita) else {
        return;
    };
    if !decodificato.stessa_data(nascita) {
        out.segnala(p.punto_cf(), &[]);
    }
}

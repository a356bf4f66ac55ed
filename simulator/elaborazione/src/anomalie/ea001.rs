//! EA001: codice fiscale di lunghezza sbagliata

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EA001"),
 titolo: "Codice fiscale di lunghezza sbagliata",
 testo: Testo::unico("Il codice fiscale non ha il formato previsto"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: true,
 tabella: None,
 procedura: Some(Procedura("001")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Il codice ha 16 caratteri, o 11 cifre se provvisorio. Correggerlo o ometterlo.",
 plantable: Plantable::Scheda,
 check: Check::Persona(verifica),
 cases: &[Case { name: "quindici caratteri", setup: &[], breaks: &[Set("soggetto[1]/generalitaSubIscr/codiceFiscale/codFiscale", "PRVNUO70A01Y001")], near: &[Set("soggetto[1]/generalitaSubIscr/codiceFiscale/codFiscale", "12345678903")] }],
};

fn verifica(p: &Persona<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    let Some(cf) = p.codice_fiscale else { return };
    let forma = match cf.len() {
        16 => true,
        11 => cf.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    };
    if !forma {
        out.segnala(p.punto_cf(), &[]);
    }
}

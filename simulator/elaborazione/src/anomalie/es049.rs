//! ES049: né cognome né nome

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("ES049"),
 titolo: "Né cognome né nome",
 testo: Testo::unico("Non sono presenti né il cognome né il nome"),
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("004")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: Some("In APR lo stesso stato dà ES057: qui ES049 solo per le righe AIRE."),
 spiegazione: "Almeno uno fra cognome e nome deve essere presente.",
 plantable: Plantable::Scheda,
 check: Check::Aire(verifica),
 cases: &[Case { name: "riga senza nomi", setup: &[Aire("codiceFiscale", ""), Aire("nome", ""), World("senza il confronto con l'Anagrafe Tributaria", |b| { b.senza_ae(); })], breaks: &[Aire("cognome", "")], near: &[Aire("cognome", "SOLO")] }],
};

fn verifica(riga: &RigaAire<'_>, _: &Ambito<'_>, out: &mut Trovati<'_>) {
    if riga.campo("cognome").is_none() && riga.campo("nome").is_none() {
        out.segnala(riga.punto("cognome"), &[]);
    }
}

//! A code → what it means, for a registry officer at a terminal.

use std::fmt::Write as _;

use super::rimedi::{self, livello};
use crate::anomalie::{
    Anomalia, Check, CodiceNoto, Fonte, Livello, NON_SIMULATE, Plantable, anomalia, codice_noto,
};

/// Codes of our own, each with what it means.
pub const CODICI_SIM: &[(&str, &str)] = &[
    (
        "SIM001",
        "Il contenuto espanso supera il limite del simulatore. Non è un codice di ANPR: alzare il limite o dividere il file.",
    ),
    (
        "SIM002",
        "Il caricamento si è interrotto prima della fine. Nulla è stato conservato: inviare di nuovo il file.",
    ),
    (
        "SIM003",
        "Non c'è spazio su disco per ricevere il file. Liberare spazio: il simulatore riprende senza riavvio.",
    ),
    (
        "SIM004",
        "È stata raggiunta la quota della sandbox. Cancellare forniture o sandbox non più usate.",
    ),
    (
        "SIM005",
        "Guasto interno del simulatore: il registro dice la causa. Non dipende dai dati inviati.",
    ),
    (
        "SIM006",
        "Una sola scheda supera il limite del simulatore: nessuna scheda di ANPR è così grande. Controllare che il file \
         non contenga un testo o un documento smisurato.",
    ),
    (
        "SIM010",
        "La chiamata all'API non è scritta come l'API la vuole: il testo dice che cosa non va. Le chiamate sono descritte in /api/openapi.json.",
    ),
    (
        "SIM011",
        "Ciò che la chiamata nomina non c'è: controllare il percorso e gli identificativi.",
    ),
    (
        "SIM012",
        "La richiesta è scritta bene ma lo stato delle cose non la consente: il testo dice quale.",
    ),
    (
        "SIM013",
        "Il corpo della richiesta è più grande di quanto serva a qualunque chiamata. Non parla del contenuto espanso di un file (SIM001).",
    ),
    (
        "SIM014",
        "Il percorso esiste ma non con questo metodo HTTP: la testata Allow elenca quelli ammessi.",
    ),
    (
        "SIM015",
        "Il corpo deve essere JSON e dirlo: testata Content-Type: application/json.",
    ),
    (
        "SIM016",
        "La chiamata è prevista ma non ancora realizzata in questa versione.",
    ),
    (
        "SIM017",
        "La richiesta è stata fermata alla porta: nome dell'host, pagina di un altro sito o gettone della console. Nulla è stato eseguito.",
    ),
];

/// What a code means, for `explain`; `None` when it is unknown.
pub fn spiega(codice: &str) -> Option<String> {
    let codice = codice.trim().to_ascii_uppercase();
    if let Some((_, testo)) = CODICI_SIM.iter().find(|(c, _)| *c == codice) {
        return Some(format!(
            "{codice} (codice del simulatore, non di ANPR)\n\n{testo}\n"
        ));
    }
    if let Some(nota) = NON_SIMULATE.iter().find(|n| n.codice == codice) {
        return Some(format!(
            "{codice}: noto, non rilevato all'elaborazione.\n\n{}\n",
            nota.motivo
        ));
    }
    anomalia(&codice)
        .map(spiegazione)
        .or_else(|| codice_noto(&codice).map(solo_noto))
}

/// A code of the public lists that nothing here raises.
fn solo_noto(n: &CodiceNoto) -> String {
    let mut out = format!(
        "{}: codice degli elenchi pubblici, che il simulatore non rileva (ancora).\n\n",
        n.codice
    );
    let _ = writeln!(out, "Riguarda: {}", n.argomenti);
    let _ = writeln!(out, "Famiglia: {}", n.famiglia());
    let _ = writeln!(
        out,
        "Test, pre-subentro e subentro: {}",
        match n.subentro {
            Livello::NonAttivo => "mai rilevato all'elaborazione di una fornitura",
            altro => livello(altro),
        }
    );
    let _ = writeln!(
        out,
        "Servizi e applicazione web, dopo il subentro: {}",
        match n.servizi {
            Livello::NonAttivo => "gravità non pubblicata",
            altro => livello(altro),
        }
    );
    if let Some(tabella) = n.tabella {
        let _ = writeln!(out, "Tabella di riferimento: {tabella}");
    }
    out
}

fn spiegazione(a: &Anomalia) -> String {
    let mut out = format!("{}: {}\n\n{}\n\n", a.codice, a.titolo, a.spiegazione);
    let _ = writeln!(out, "Testo: {}", a.testo.osservato);
    if a.testo.tabella != a.testo.osservato {
        let _ = writeln!(out, "Testo di tabella: {}", a.testo.tabella);
    }
    let _ = writeln!(out, "Pre-subentro e subentro: {}", livello(a.gravita.subentro));
    let _ = writeln!(out, "Test: {}", livello(a.gravita.test));
    let _ = writeln!(out, "Servizi: {}", livello(a.gravita.servizi));
    let _ = writeln!(
        out,
        "Da rimuovere prima del subentro: {}",
        if a.da_rimuovere { "sì" } else { "no" }
    );
    let _ = writeln!(out, "Trovato da: {}", chi(a.check));
    if let Some(tabella) = a.tabella {
        let _ = writeln!(out, "Tabella di riferimento: {tabella}");
    }
    if let Some(procedura) = a.procedura {
        let parole = rimedi::procedura(procedura.0).unwrap_or_default();
        let _ = writeln!(out, "Procedura suggerita: {}. {parole}", procedura.0);
    }
    let fonti: Vec<&str> = a.fonti.iter().copied().map(fonte).collect();
    if !fonti.is_empty() {
        let _ = writeln!(out, "Fonti: {}", fonti.join(", "));
    }
    let _ = writeln!(out, "Per produrlo: {}", per_produrlo(a));
    if let Some(divergenza) = a.divergenza {
        let _ = writeln!(out, "Divergenze: {divergenza}");
    }
    for caso in a.cases {
        let _ = writeln!(out, "Esempio: {}", caso.name);
        for modifica in caso.breaks {
            let _ = writeln!(out, "  {modifica}");
        }
        if !caso.near.is_empty() {
            out.push_str("  quasi, ma non è anomalia:\n");
            for modifica in caso.near {
                let _ = writeln!(out, "  {modifica}");
            }
        }
    }
    out
}

/// What it takes to make a code appear, for a person who wants to see it.
pub fn per_produrlo(a: &Anomalia) -> String {
    let con = |cosa: &str| format!("{cosa} (anpr-sim generate --anomalie {}=N)", a.codice);
    match a.plantable {
        Plantable::Scheda => con("Scheda, la modifica di una scheda"),
        Plantable::File => con("File, la modifica del file attorno alle schede"),
        Plantable::Fornitura => con("Fornitura, più file o schede della stessa fornitura"),
        Plantable::Mondo if matches!(a.check, Check::Tributaria) => {
            con("Mondo, una differenza dell'Anagrafe Tributaria scritta nel manifesto")
        }
        Plantable::Mondo => {
            "Mondo, una situazione del piano, dello stato o del registro: nessun file da solo".to_owned()
        }
        Plantable::No(motivo) => format!("no: {motivo}"),
    }
}

fn chi(check: Check) -> &'static str {
    match check {
        Check::Sportello => "ricezione del file",
        Check::Formato => "lettura del contenuto",
        Check::Soggetto(_) => "scheda individuale APR",
        Check::Famiglia(_) => "scheda di famiglia o convivenza",
        Check::Persona(_) | Check::Entrambi(..) => "scheda individuale APR e AIRE",
        Check::Aire(_) => "scheda individuale AIRE",
        Check::Quadratura => "quadratura dei contatori",
        Check::Unione => "associazione fra schede individuali e di famiglia",
        Check::Tributaria => "confronto con l'Anagrafe Tributaria",
        Check::Registro => "registro di ANPR dopo il caricamento",
    }
}

fn fonte(fonte: Fonte) -> &'static str {
    match fonte {
        Fonte::ElencoErrori => "elenco degli errori",
        Fonte::TabellaAnomalie => "tabella delle anomalie del subentro",
        Fonte::ErroriAe => "elenco di lavoro con le gravità al subentro",
        Fonte::Registro => "registro delle modifiche",
    }
}

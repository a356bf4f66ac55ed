//! The sentences of the outcome message. Ours, in Italian; TEST and PRE say in every part that it is a rehearsal.

use std::fmt::Write;

use anagrafe::Ambiente;

use super::{Conclusione, Lettera, Motivo, Scritto, una_riga};
use crate::modello::{Comune, NaturaPec, Quando};

/// Characters of one line of a reason.
const LIMITE_RIGA_CARATTERI: usize = 600;
/// Characters of one line of a message written by hand.
const LIMITE_SCRITTO_CARATTERI: usize = 8_000;
/// Reasons listed; the rest is counted.
const LIMITE_MOTIVI: usize = 200;

fn nome_ambiente(ambiente: Ambiente) -> &'static str {
    match ambiente {
        Ambiente::Test => "test",
        Ambiente::Pre => "pre-subentro",
        Ambiente::Sub => "subentro",
    }
}

pub(super) fn nome_comune(c: &Comune) -> String {
    format!("Comune di {} ({})", c.nome, c.provincia)
}

/// First line of every text.
const AVVERTENZA: &str = "SIMULATORE ANPR – messaggio simulato, dati fittizi, privo di ogni valore.";

/// The text of a message written by hand: control characters but line ends go.
pub(super) fn scritto(s: &Scritto<'_>) -> String {
    let mut t = format!("{AVVERTENZA}\n\n");
    if s.natura == NaturaPec::Domanda {
        // Writing to a String cannot fail.
        let _ = write!(
            t,
            "Comune:   {} {}\nAmbiente: {}\n\n",
            s.comune.istat,
            una_riga(&s.comune.nome, LIMITE_RIGA_CARATTERI),
            nome_ambiente(s.ambiente)
        );
    }
    for riga in s.testo.trim().lines() {
        t.push_str(&una_riga(riga, LIMITE_SCRITTO_CARATTERI));
        t.push('\n');
    }
    t
}

pub(super) fn oggetto(l: &Lettera<'_>) -> String {
    let esito = match (&l.conclusione, l.ambiente) {
        (Conclusione::Positiva { .. }, Ambiente::Sub) => "Subentro concluso",
        (Conclusione::Positiva { .. }, _) => "PROVA di subentro riuscita",
        (Conclusione::Negativa { .. }, Ambiente::Sub) => "Subentro non riuscito",
        (Conclusione::Negativa { .. }, _) => "PROVA di subentro non riuscita",
    };
    format!(
        "{esito} – ambiente di {} – {} {} – prot. {}",
        nome_ambiente(l.ambiente),
        l.comune.istat,
        l.comune.nome,
        l.protocollo
    )
}

/// The whole text. `ripiego`: the address of the Comune could not be used.
pub(super) fn corpo(l: &Lettera<'_>, quando: Quando, ripiego: bool) -> String {
    let mut t = String::new();
    let mut riga = |testo: &str| {
        t.push_str(&una_riga(testo, LIMITE_RIGA_CARATTERI));
        t.push('\n');
    };
    riga(AVVERTENZA);
    riga("");
    if l.ambiente != Ambiente::Sub {
        riga(&format!(
            "Questa è una PROVA, svolta nell'ambiente di {}: nessun subentro effettivo è avvenuto e il Comune resta \
             nella situazione in cui si trovava.",
            nome_ambiente(l.ambiente)
        ));
        riga("");
    }
    riga(&format!(
        "Comune:      {} {} ({})",
        l.comune.istat, l.comune.nome, l.comune.provincia
    ));
    riga(&format!("Ambiente:    {}", nome_ambiente(l.ambiente)));
    riga(&format!("Protocollo:  {}", l.protocollo));
    riga(&format!("Fornitura:   {} (versione {})", l.fornitura, l.versione));
    riga(&format!(
        "Conclusa il: {} alle {}",
        quando.strftime("%d/%m/%Y"),
        quando.strftime("%H:%M:%S")
    ));
    riga("");
    match &l.conclusione {
        Conclusione::Positiva { schede, avvisi } => {
            riga("Esito: POSITIVO. Tutte le schede della fornitura sono state caricate.");
            riga("");
            riga(&format!("  schede individuali APR:  {}", schede.soggetti));
            riga(&format!("  schede individuali AIRE: {}", schede.aire));
            riga(&format!("  schede di famiglia:      {}", schede.famiglie));
            riga(&format!("  schede di convivenza:    {}", schede.convivenze));
            riga(&format!("  schede di famiglia AIRE: {}", schede.famiglie_aire));
            riga("");
            if avvisi.is_empty() {
                riga("Nessuna anomalia è stata segnalata.");
            } else {
                riga("Anomalie non bloccanti segnalate, da sistemare dopo il subentro:");
                motivi(&mut riga, avvisi);
            }
        }
        Conclusione::Negativa { motivi: bloccanti } => {
            riga("Esito: NEGATIVO. L'intera fornitura è stata scartata e nessuna scheda è stata caricata.");
            riga("");
            riga("Errori che hanno impedito il caricamento:");
            motivi(&mut riga, bloccanti);
            riga("");
            riga("Corretti i dati, il Comune può inviare una nuova fornitura.");
        }
    }
    if l.aire_opaco {
        riga("");
        riga(
            "Nota sul file AIRE: il suo tracciato non è fra quelli noti al simulatore. Sono stati controllati solo \
             compressione, codifica e fine riga e contate le righe; il contenuto non è stato letto né caricato.",
        );
    }
    if ripiego {
        riga("");
        riga(
            "Nota: l'indirizzo PEC registrato dal Comune non è utilizzabile; il messaggio resta in questa casella.",
        );
    }
    riga("");
    riga("Messaggio simulato: nessun gestore di posta certificata lo ha trattato.");
    t
}

fn motivi(riga: &mut impl FnMut(&str), motivi: &[Motivo]) {
    for m in motivi.iter().take(LIMITE_MOTIVI) {
        let mut r = String::new();
        // Writing to a String cannot fail.
        let _ = write!(r, "  {} × {}: {}", m.quante, m.codice, m.testo);
        riga(&r);
    }
    if let Some(altri) = motivi.len().checked_sub(LIMITE_MOTIVI).filter(|n| *n > 0) {
        riga(&format!("  … e altri {altri} codici"));
    }
}

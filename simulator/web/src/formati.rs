//! How values are written for people: Italian dates, thousands with a dot, states in words.
//!
//! A state is always a word; its colour (the class) only repeats it.

use anagrafe::{Ambiente, Data, italiano};
use elaborazione::{anomalie::Livello, rapporto::Novita};
use registro::{
    Comune, EsitoScambio, MacroStato, Quando, SituazioneComune, StatoFile, StatoFornitura, StatoOperatore,
    Verdetto,
};
use servizi::percorso::{
    StatoContributo, StatoLettori, StatoPianificazione, StatoPlico, StatoScheda, StatoSmartCard,
};

/// The months, January first.
pub(crate) const MESI: [&str; 12] = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
];

/// A word with the class of its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Etichetta {
    /// CSS class: `ok`, `ko`, `corso` or none.
    pub(crate) classe: &'static str,
    /// The word.
    pub(crate) testo: &'static str,
    /// One sign for round marks.
    pub(crate) segno: &'static str,
}

const fn ok(testo: &'static str) -> Etichetta {
    Etichetta {
        classe: "ok",
        testo,
        segno: "✓",
    }
}
const fn ko(testo: &'static str) -> Etichetta {
    Etichetta {
        classe: "ko",
        testo,
        segno: "✕",
    }
}
const fn corso(testo: &'static str) -> Etichetta {
    Etichetta {
        classe: "corso",
        testo,
        segno: "…",
    }
}
const fn tenue(testo: &'static str) -> Etichetta {
    Etichetta {
        classe: "tenue",
        testo,
        segno: "–",
    }
}

/// State of a certificate or a card, by the word the API writes.
pub(crate) fn stato_certificato(stato: &str) -> Etichetta {
    match stato {
        "attivo" => ok("attivo"),
        "revocato" => ko("revocato"),
        "scaduto" => ko("scaduto"),
        "futuro" => corso("non ancora valido"),
        _ => corso("in lavorazione"),
    }
}

/// State of an operator.
pub(crate) fn stato_operatore(stato: StatoOperatore) -> Etichetta {
    match stato {
        StatoOperatore::Attivo => ok("attivo"),
        StatoOperatore::Bloccato => ko("bloccato"),
        StatoOperatore::Cancellato => tenue("cancellato"),
        StatoOperatore::SchedaDaAttivare => corso("scheda da attivare"),
    }
}

/// The day of an instant as the API writes it (`2031-05-12T…Z`), for people; the text itself when it is none.
pub(crate) fn giorno_di(istante: &str) -> String {
    match istante.parse::<jiff::Timestamp>() {
        Ok(t) => giorno(t),
        Err(_) => istante.to_owned(),
    }
}

/// The day in Italy of a wall-time instant.
pub(crate) fn giorno_italiano(t: jiff::Timestamp) -> Data {
    registro::ora_italiana(t).date()
}

/// The same, for people.
pub(crate) fn giorno(t: jiff::Timestamp) -> String {
    data(giorno_italiano(t))
}

/// `12.345 schede, 5.200 al secondo; mancano circa 2 min 5 s.`
pub(crate) fn avanzamento(a: &servizi::StatoAvanzamento) -> String {
    let mut testo = quanti(a.schede, "scheda", "schede");
    if let Some(velocita) = a.schede_al_secondo {
        testo = format!("{testo}, {} al secondo", migliaia(velocita));
    }
    match a.mancano_secondi {
        Some(secondi @ 0..60) => format!("{testo}; mancano circa {secondi} s."),
        Some(secondi) => format!("{testo}; mancano circa {} min {} s.", secondi / 60, secondi % 60),
        None => testo + ".",
    }
}

/// `01/03/2021`.
pub(crate) fn data(d: impl std::borrow::Borrow<Data>) -> String {
    italiano::giorno(*d.borrow())
}

/// The same, or a dash.
pub(crate) fn forse_data(d: impl std::borrow::Borrow<Option<Data>>) -> String {
    d.borrow().as_ref().map_or_else(|| "–".to_owned(), data)
}

/// `01/03/2021 08:05:00`.
pub(crate) fn quando(q: impl std::borrow::Borrow<Quando>) -> String {
    let q = q.borrow();
    format!(
        "{} {:02}:{:02}:{:02}",
        data(q.date()),
        q.hour(),
        q.minute(),
        q.second()
    )
}

/// The same, or a dash.
pub(crate) fn forse_quando(q: impl std::borrow::Borrow<Option<Quando>>) -> String {
    q.borrow().as_ref().map_or_else(|| "–".to_owned(), quando)
}

/// `1.234.567`.
pub(crate) fn migliaia(n: impl std::borrow::Borrow<u64>) -> String {
    italiano::migliaia(*n.borrow())
}

/// `1 giorno`, `1.200 giorni`.
pub(crate) use italiano::quanti;

/// `il 12/03/2021`, `l'11/03/2021`.
pub(crate) fn il(d: impl std::borrow::Borrow<Data>) -> String {
    italiano::il(*d.borrow())
}

/// `dal 12/03/2021`, `dall'11/03/2021`.
pub(crate) fn dal(d: impl std::borrow::Borrow<Data>) -> String {
    italiano::dal(*d.borrow())
}

/// `al 12/03/2021`, `all'11/03/2021`.
pub(crate) fn al(d: impl std::borrow::Borrow<Data>) -> String {
    italiano::al(*d.borrow())
}

/// `il 12/03/2021 08:05:00`.
pub(crate) fn il_quando(q: impl std::borrow::Borrow<Quando>) -> String {
    let q = q.borrow();
    format!(
        "{} {:02}:{:02}:{:02}",
        il(q.date()),
        q.hour(),
        q.minute(),
        q.second()
    )
}

/// Length of a bar of 100 for a number beside the largest; what is there is seen.
pub(crate) fn parte(n: impl std::borrow::Borrow<u64>, massimo: u64) -> u64 {
    match (*n.borrow(), massimo) {
        (0, _) | (_, 0) => 0,
        (n, massimo) => (n.saturating_mul(100) / massimo).clamp(1, 100),
    }
}

/// `312 B`, `1,4 kB`, `14,0 MB` (powers of 1024, as the limits are).
pub(crate) fn byte(n: impl std::borrow::Borrow<u64>) -> String {
    let n = *n.borrow();
    let decimi = |unita: u64, nome: &str| {
        let d = n.saturating_mul(10) / unita;
        format!("{},{} {nome}", migliaia(d / 10), d % 10)
    };
    match n {
        0..1024 => format!("{n} B"),
        1024..1_048_576 => decimi(1024, "kB"),
        _ => decimi(1_048_576, "MB"),
    }
}

/// `840 µs`, `12,3 ms`.
pub(crate) fn durata(us: impl std::borrow::Borrow<u64>) -> String {
    match *us.borrow() {
        us @ 0..1000 => format!("{us} µs"),
        us => format!("{},{} ms", us / 1000, us % 1000 / 100),
    }
}

/// Name of an environment for people.
pub(crate) fn ambiente(a: impl std::borrow::Borrow<Ambiente>) -> &'static str {
    match a.borrow() {
        Ambiente::Test => "Test",
        Ambiente::Pre => "Pre-subentro",
        Ambiente::Sub => "Subentro",
    }
}

/// State of a delivery in words.
pub(crate) fn stato_fornitura(s: impl std::borrow::Borrow<StatoFornitura>) -> Etichetta {
    match s.borrow() {
        StatoFornitura::Aperta => corso("aperta"),
        StatoFornitura::InElaborazione => corso("in elaborazione"),
        StatoFornitura::ElaborataOk => ok("elaborata: esito positivo"),
        StatoFornitura::Ko => ko("KO: nulla è stato caricato"),
        StatoFornitura::CancellazioneRichiesta => corso("cancellazione richiesta"),
        StatoFornitura::Cancellata => tenue("cancellata"),
    }
}

/// "Stato invio" of a file.
pub(crate) fn stato_invio(s: impl std::borrow::Borrow<StatoFile>) -> Etichetta {
    match s.borrow() {
        StatoFile::Scartato => tenue("SCARTATO"),
        _ => ok("INSERITO OK"),
    }
}

/// "Stato esito" of a file.
pub(crate) fn stato_esito(s: impl std::borrow::Borrow<StatoFile>) -> Etichetta {
    match s.borrow() {
        StatoFile::InseritoOk => tenue("IN ATTESA"),
        StatoFile::InElaborazione => corso("IN ELABORAZIONE"),
        StatoFile::Elaborato => ok("ELABORATO"),
        StatoFile::Ko => ko("KO"),
        StatoFile::Scartato => tenue("SENZA EFFETTO"),
    }
}

/// Situation of a Comune in an environment.
pub(crate) fn situazione(comune: &Comune, ambiente: Ambiente) -> Etichetta {
    match comune.in_ambiente(ambiente).situazione {
        SituazioneComune::Attivo if ambiente == Ambiente::Sub && !comune.stato.presubentrato() => {
            tenue("prima serve un pre-subentro")
        }
        SituazioneComune::Attivo => tenue("può inviare"),
        SituazioneComune::Subentrato => ok("subentrato"),
        SituazioneComune::MancatoSubentro => ko("mancato subentro"),
        SituazioneComune::NonAbilitato => tenue("non abilitato"),
    }
}

/// Where a parcel of smart cards is.
pub(crate) fn stato_plico(s: impl std::borrow::Borrow<StatoPlico>) -> Etichetta {
    match s.borrow() {
        StatoPlico::InProduzione => corso("in produzione"),
        StatoPlico::InViaggio => corso("in viaggio verso la Prefettura"),
        StatoPlico::AllaPrefettura => corso("alla Prefettura"),
        StatoPlico::SindacoConvocato => corso("sindaco convocato"),
        StatoPlico::Consegnato => ok("consegnato"),
    }
}

/// Where the card readers are.
pub(crate) fn stato_lettori(s: impl std::borrow::Borrow<StatoLettori>) -> Etichetta {
    match s.borrow() {
        StatoLettori::InPreparazione => tenue("in preparazione"),
        StatoLettori::InViaggio => corso("in viaggio verso il Comune"),
        StatoLettori::Consegnati => ok("consegnati al Comune"),
    }
}

/// What became of an anomaly between two deliveries.
pub(crate) fn novita(n: Novita) -> Etichetta {
    match n {
        Novita::Scomparsa => ok("scomparsa"),
        Novita::Rimasta => corso("rimasta"),
        Novita::Nuova => ko("nuova"),
    }
}

/// Where a smart card is.
pub(crate) fn stato_smart_card(s: impl std::borrow::Borrow<StatoSmartCard>) -> Etichetta {
    match s.borrow() {
        StatoSmartCard::InProduzione => corso("in produzione"),
        StatoSmartCard::InViaggio => corso("in viaggio verso la Prefettura"),
        StatoSmartCard::AllaPrefettura => corso("alla Prefettura"),
        StatoSmartCard::AlComune => corso("al Comune, da registrare"),
        StatoSmartCard::DaAttivare => corso("consegnata, da attivare"),
        StatoSmartCard::Attiva => ok("attiva"),
        StatoSmartCard::Bloccata => ko("bloccata"),
    }
}

/// Whether a Comune has sent its scheda.
pub(crate) fn stato_scheda(s: impl std::borrow::Borrow<StatoScheda>) -> Etichetta {
    match s.borrow() {
        StatoScheda::Inviata => ok("inviata"),
        StatoScheda::InviataInRitardo => corso("inviata in ritardo"),
        StatoScheda::DaInviare => tenue("da inviare"),
        StatoScheda::Mancante => ko("mancante, termine scaduto"),
    }
}

/// Where a Comune stands on the dashboard.
pub(crate) fn stato_pianificazione(s: impl std::borrow::Borrow<StatoPianificazione>) -> Etichetta {
    match s.borrow() {
        StatoPianificazione::Inattivo => tenue("inattivo: serve il pre-subentro"),
        StatoPianificazione::DaPianificare => corso("da pianificare"),
        StatoPianificazione::SempreAperto => corso("sempre aperto (Comune pronto)"),
        StatoPianificazione::Pianificato => ok("pianificato"),
        StatoPianificazione::MancatoSubentro => ko("mancato subentro"),
        StatoPianificazione::Subentrato => ok("subentrato"),
    }
}

/// Where the request of the contribution stands.
pub(crate) fn stato_contributo(s: impl std::borrow::Borrow<StatoContributo>) -> Etichetta {
    match s.borrow() {
        StatoContributo::Bozza => tenue("bozza"),
        StatoContributo::Inviata => corso("inviata"),
        StatoContributo::InVerifica => corso("in verifica"),
        StatoContributo::Accolta => ok("accolta"),
        StatoContributo::Respinta => ko("respinta"),
    }
}

/// Process state of a Comune.
pub(crate) fn macro_stato(s: MacroStato) -> &'static str {
    match s {
        MacroStato::InattivoSenzaCensimento => "inattivo, censimento non inviato",
        MacroStato::TestAbilitato => "abilitato all'ambiente di test",
        MacroStato::Censito => "censito",
        MacroStato::Presubentrato => "in pre-subentro",
        MacroStato::Pianificato => "subentro pianificato",
        MacroStato::Subentrato => "subentrato",
        MacroStato::MancatoSubentro => "mancato subentro: serve una nuova data",
    }
}

/// Outcome of an exchange.
pub(crate) fn esito_scambio(e: impl std::borrow::Borrow<EsitoScambio>) -> Etichetta {
    match e.borrow() {
        EsitoScambio::Ok => ok("OK"),
        EsitoScambio::Ko => ko("KO nella risposta"),
        EsitoScambio::Fault => ko("SOAP Fault"),
        EsitoScambio::Rifiutato => ko("rifiutato"),
        EsitoScambio::Guasto => ko("guasto del simulatore"),
    }
}

/// Verdict of a step.
pub(crate) fn verdetto(v: impl std::borrow::Borrow<Verdetto>) -> Etichetta {
    match v.borrow() {
        Verdetto::Passato => ok("passato"),
        Verdetto::Fermato => ko("fermato qui"),
        Verdetto::Saltato => tenue("non eseguito"),
        Verdetto::Avviso => corso("passato con avviso"),
    }
}

/// Weight of a code.
pub(crate) fn livello(l: Livello) -> Etichetta {
    match l {
        Livello::Errore => ko("bloccante"),
        Livello::Avviso => corso("segnalazione"),
        Livello::NonAttivo => tenue("non rilevata"),
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn progress_says_only_what_is_known() {
        let mut a = servizi::StatoAvanzamento {
            fase: servizi::Fase::Lettura,
            percentuale: 7,
            schede: 12_345,
            schede_al_secondo: None,
            mancano_secondi: None,
        };
        assert_eq!(avanzamento(&a), "12.345 schede.");
        (a.schede_al_secondo, a.mancano_secondi) = (Some(5200), Some(59));
        assert_eq!(
            avanzamento(&a),
            "12.345 schede, 5.200 al secondo; mancano circa 59 s."
        );
        a.mancano_secondi = Some(125);
        assert_eq!(
            avanzamento(&a),
            "12.345 schede, 5.200 al secondo; mancano circa 2 min 5 s."
        );
    }

    #[test]
    fn numbers_and_dates_are_italian() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(|n: u64| migliaia(n)),
            ["0", "999", "1.000", "1.234.567"]
        );
        assert_eq!(
            [0, 1023, 1024, 1_572_864].map(|n: u64| byte(n)),
            ["0 B", "1023 B", "1,0 kB", "1,5 MB"]
        );
        assert_eq!(
            quando(jiff::civil::datetime(2021, 3, 1, 8, 5, 0, 0)),
            "01/03/2021 08:05:00"
        );
    }
}

//! Codes with a severity at subentro that this program does not raise, each with the reason.

/// A code that is known and not raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonSimulata {
    /// The code.
    pub codice: &'static str,
    /// Why, in Italian, for `explain` and the coverage page.
    pub motivo: &'static str,
}

/// They count against the coverage, not against the conformance.
pub static NON_SIMULATE: &[NonSimulata] = &[
    NonSimulata {
        codice: "EC069",
        motivo: "Non applicato al subentro secondo l'elenco di lavoro; lo schema vuole cifre dove la tabella 14 ha lettere.",
    },
    NonSimulata {
        codice: "EHR41",
        motivo: "Lo schema impone già la scelta fra comune e consolato di rilascio: nessun file valido può contenerlo.",
    },
    NonSimulata {
        codice: "ES061",
        motivo: "Lo schema impone già la scelta fra cognome e senzaCognome: nessun file valido può contenerlo.",
    },
    NonSimulata {
        codice: "ES062",
        motivo: "Lo schema impone già la scelta fra nome e senzaNome: nessun file valido può contenerlo.",
    },
    NonSimulata {
        codice: "EN033",
        motivo: "Riguarda il piano dei subentri, non un file del Comune: nessuna elaborazione lo rileva. Lo dà il caricamento di un piano che finisce prima di cominciare (PUT /api/comuni/{istat}/piano).",
    },
    NonSimulata {
        codice: "EN035",
        motivo: "Riguarda il piano dei subentri, non un file del Comune, e in questa fase non è usato: nessuna elaborazione lo rileva. Lo dà il caricamento di un piano senza una delle due date, o con una data illeggibile (PUT /api/comuni/{istat}/piano).",
    },
    NonSimulata {
        codice: "EN041",
        motivo: "Riguarda il piano dei subentri, non un file del Comune, e in questa fase non è usato: nessuna elaborazione lo rileva. Lo dà il caricamento di un piano dove ce n'è già uno (PUT /api/comuni/{istat}/piano con If-None-Match: *).",
    },
    NonSimulata {
        codice: "EA044",
        motivo: "Confronto fra AIRE e schedari consolari: dichiarato non eseguito in questa fase.",
    },
    NonSimulata {
        codice: "EA045",
        motivo: "Confronto fra AIRE e schedari consolari: dichiarato non eseguito in questa fase.",
    },
    NonSimulata {
        codice: "EA046",
        motivo: "Confronto fra AIRE e schedari consolari: dichiarato non eseguito in questa fase.",
    },
    NonSimulata {
        codice: "EA047",
        motivo: "Confronto fra AIRE e schedari consolari: dichiarato non eseguito in questa fase.",
    },
];

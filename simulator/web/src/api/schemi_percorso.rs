//! The shapes of the journey's values in the description of the API.

use serde_json::{Value, json};

use super::{
    openapi::{lista, rif},
    percorso::Percorso,
};

/// What a call takes.
pub(super) fn ingresso(p: Percorso) -> Value {
    match p {
        Percorso::ScadenzeMetti => rif("Scadenze"),
        Percorso::SchedaMetti => rif("PropostaScheda"),
        Percorso::PianoSubentroMetti => rif("PianoSubentro"),
        Percorso::CensimentoMetti => rif("Censimento"),
        Percorso::Nomine => rif("Nomine"),
        Percorso::Attivazione => {
            json!({"type": "object", "required": ["pin"], "properties": {"pin": {"type": "string"}}})
        }
        Percorso::Sblocco => {
            json!({"type": "object", "required": ["puk"], "properties": {"puk": {"type": "string"}}})
        }
        Percorso::PrefetturaMetti => rif("Prefettura"),
        Percorso::PlicoConvoca => {
            json!({"type": "object", "required": ["giorno"], "properties": {"giorno": {"type": "string", "format": "date"}}})
        }
        Percorso::PlicoConsegna => {
            json!({"type": "object", "required": ["ricevente"], "properties": {"ricevente": {"type": "string"}}})
        }
        _ => json!({"type": "object"}),
    }
}

/// What a call answers.
pub(super) fn uscita(p: Percorso) -> Value {
    match p {
        Percorso::Scadenze | Percorso::ScadenzeMetti => rif("Scadenze"),
        Percorso::Comuni => lista("Quadro"),
        Percorso::Quadro => rif("Quadro"),
        Percorso::Scheda | Percorso::SchedaMetti => rif("SchedaMonitoraggio"),
        Percorso::PianoSubentro | Percorso::PianoSubentroMetti => rif("PianoSubentro"),
        Percorso::Censimento
        | Percorso::CensimentoMetti
        | Percorso::CensimentoEsempio
        | Percorso::CensimentoInvio => rif("Censimento"),
        Percorso::Nomine => rif("Nomine"),
        Percorso::SmartCard | Percorso::Registrazione | Percorso::Attivazione | Percorso::Sblocco => {
            lista("SmartCard")
        }
        Percorso::Prefettura | Percorso::PrefetturaMetti => rif("Prefettura"),
        Percorso::Schede => lista("RigaScheda"),
        Percorso::Plichi => lista("RigaPlico"),
        Percorso::Prefetture => json!({"type": "array", "items": {"type": "object"}}),
        Percorso::Prove
        | Percorso::Busta
        | Percorso::Solleciti
        | Percorso::PlicoRegistra
        | Percorso::PlicoConvoca
        | Percorso::PlicoConsegna => json!({"type": "object"}),
    }
}

/// The named shapes.
pub(super) fn schemi() -> Value {
    let s = json!({"type": "string"});
    let i = json!({"type": "integer", "minimum": 0});
    let giorno = json!({"type": "string", "format": "date"});
    let forse = json!({"type": ["string", "null"]});
    let soluzione = json!({"enum": ["WA", "WA_INTEGRATA", "WS"]});
    let stati_scheda: Vec<&str> = servizi::percorso::StatoScheda::TUTTI
        .iter()
        .map(|s| s.parola())
        .collect();
    json!({
        "Scadenze": {"type": "object", "additionalProperties": false, "properties": {"scheda": giorno, "prefettureDal": giorno,
            "produzioneMinima": i, "produzioneMassima": i, "anticipoProveMesi": i}},
        "PropostaScheda": {"type": "object", "additionalProperties": false, "required": ["soluzione", "postazioni", "inizioProve"],
            "properties": {"soluzione": soluzione, "fineAdeguamento": forse, "postazioni": i, "inizioProve": giorno}},
        "SchedaMonitoraggio": {"type": ["object", "null"], "properties": {"soluzione": soluzione, "fineAdeguamento": forse,
            "postazioni": i, "inizioProve": giorno, "inviata": s, "corretta": forse, "da": s, "protocollo": s,
            "inRitardo": {"type": "boolean"}}},
        "PianoSubentro": {"type": ["object", "null"], "properties": {"invioPreliminare": giorno, "fineProve": giorno,
            "inizioSubentro": giorno, "corretto": {"type": "boolean"}}},
        "Censimento": {"type": "object", "additionalProperties": false, "properties": {
            "responsabile": {"type": "object", "properties": {"nominativo": s, "email": s}}, "pec": s, "postazioni": i,
            "indirizzi": {"type": "array", "items": s}, "inviato": forse, "protocollo": forse,
            "persone": {"type": "array", "items": {"type": "object", "required": ["codiceFiscale", "cognome", "nome", "email"],
                "properties": {"codiceFiscale": s, "cognome": s, "nome": s, "email": s, "inviata": {"type": "boolean"},
                    "incarico": {"enum": ["SINDACO", "OPERATORE", "SOLO_SERVIZI"]}}}}}},
        "Nomine": {"type": "object", "required": ["als", "alp"], "properties": {"als": s, "alp": s, "da": s, "quando": s}},
        "SmartCard": {"type": "object", "properties": {"numero": s, "titolare": s, "nominativo": s, "incarico": s, "plico": i,
            "stato": {"enum": ["IN_PRODUZIONE", "IN_VIAGGIO", "ALLA_PREFETTURA", "AL_COMUNE", "DA_ATTIVARE", "ATTIVA", "BLOCCATA"]},
            "registrata": forse, "registrataDa": forse, "attivata": forse, "carta": forse}},
        "Prefettura": {"type": "object", "properties": {"provincia": s, "postazioni": i, "certificato": forse,
            "utenti": {"type": "array", "maxItems": 5, "items": {"type": "object", "required": ["nome", "ruoli"], "properties": {
                "nome": s, "ruoli": {"type": "array", "items": {"enum": ["ALS", "ALP", "OPERATORE"]}}, "password": forse}}}}},
        "RigaScheda": {"type": "object", "properties": {"comune": s, "nome": s, "stato": {"enum": stati_scheda}, "inviata": forse,
            "soluzione": {"enum": ["WA", "WA_INTEGRATA", "WS", null]}, "inizioProve": forse, "sollecito": forse}},
        "RigaPlico": {"type": "object", "properties": {"id": s, "comune": s, "nome": s, "carte": i, "pronto": giorno,
            "stato": {"enum": ["IN_PRODUZIONE", "IN_VIAGGIO", "ALLA_PREFETTURA", "SINDACO_CONVOCATO", "CONSEGNATO"]},
            "convocato": forse}},
        "Quadro": {"type": "object", "properties": {"comune": s, "nome": s, "provincia": s, "stato": s,
            "caso": {"type": "object", "properties": {"id": {"enum": ["P01", "P02", "P03"]}, "caso": i, "macroStato": s, "testo": s}},
            "inRitardo": {"type": "boolean"}, "prossimo": forse,
            "passi": {"type": "array", "items": {"type": "object", "properties": {"id": s, "titolo": s,
                "fatto": {"type": "boolean"}, "testo": s}}},
            "areaPrivata": {"type": "object", "properties": {"utente": s, "password": s}}}},
    })
}

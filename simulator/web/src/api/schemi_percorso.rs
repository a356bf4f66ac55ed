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
        Percorso::PrefetturaCarta => {
            json!({"type": "object", "required": ["nome"], "properties": {"nome": {"type": "string"}}})
        }
        Percorso::PlicoConvoca => {
            json!({"type": "object", "required": ["giorno"], "properties": {"giorno": {"type": "string", "format": "date"}}})
        }
        Percorso::PlicoConsegna => {
            json!({"type": "object", "required": ["ricevente"], "properties": {"ricevente": {"type": "string"}}})
        }
        Percorso::PianificazioneMetti | Percorso::NuovaData => rif("PropostaDate"),
        Percorso::PianificazioneImporta => json!({"type": "object", "required": ["csv"], "properties": {
            "csv": {"type": "string"}, "sostituisci": {"type": "boolean"}, "softwareHouse": {"type": ["string", "null"]}}}),
        Percorso::SoftwareHouseMetti => {
            json!({"type": "object", "properties": {"ragioneSociale": {"type": "string"},
            "comuni": {"type": "array", "items": {"type": "string"}}, "sostituisci": {"type": "boolean"},
            "password": {"type": "string"}}})
        }
        Percorso::AffidamentoMetti => json!({"type": "object", "required": ["nome"], "properties": {
            "nome": {"type": "string"}, "sostituisci": {"type": "boolean"}}}),
        Percorso::ContributoMetti => json!({"type": "object", "required": ["dichiarazione"], "properties": {
            "iban": {"type": ["string", "null"]}, "tesoreria": {"type": ["string", "null"]},
            "dichiarazione": {"type": "boolean"}}}),
        Percorso::ContributoFirmato => rif("DocumentoFirmato"),
        Percorso::ContributoEsito => json!({"type": "object", "required": ["stato"], "properties": {
            "stato": {"enum": ["IN_VERIFICA", "ACCOLTA", "RESPINTA"]}, "nota": {"type": ["string", "null"]}}}),
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
        Percorso::SmartCard
        | Percorso::Registrazione
        | Percorso::Attivazione
        | Percorso::Sblocco
        | Percorso::SbloccoAssistenza => lista("SmartCard"),
        Percorso::Prefettura | Percorso::PrefetturaMetti => rif("Prefettura"),
        Percorso::PrefetturaCarta => rif("Carta"),
        Percorso::Schede => lista("RigaScheda"),
        Percorso::Plichi => lista("RigaPlico"),
        Percorso::PlicoRegistra | Percorso::PlicoConvoca | Percorso::PlicoConsegna => rif("RigaPlico"),
        Percorso::Dashboard => rif("VistaPubblica"),
        Percorso::Pianificazione => lista("RigaCruscotto"),
        Percorso::PianificazioneComune => rif("RigaCruscotto"),
        Percorso::PianificazioneMetti | Percorso::NuovaData => rif("Pianificazione"),
        Percorso::PianificazioneImporta => rif("EsitoPiano"),
        Percorso::SoftwareHouse => lista("SoftwareHouse"),
        Percorso::SoftwareHouseMetti => rif("SoftwareHouse"),
        Percorso::Affidamento | Percorso::AffidamentoMetti | Percorso::AffidamentoTogli => rif("Affidamento"),
        Percorso::Contributo
        | Percorso::ContributoMetti
        | Percorso::ContributoFirmato
        | Percorso::ContributoInvio
        | Percorso::ContributoEsito => rif("Contributo"),
        Percorso::ContributoDocumento => json!({"type": "string"}),
        Percorso::ContributoProva => rif("DocumentoFirmato"),
        Percorso::Prefetture => json!({"type": "array", "items": {"type": "object"}}),
        Percorso::Prove | Percorso::Busta | Percorso::Solleciti => json!({"type": "object"}),
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
    let stati_piano =
        servizi::percorso::StatoPianificazione::TUTTI.map(servizi::percorso::StatoPianificazione::parola);
    let conto = json!({"type": "object", "properties": {"comuni": i, "popolazione": i}});
    json!({
        "Scadenze": {"type": "object", "additionalProperties": false, "properties": {"scheda": giorno, "prefettureDal": giorno,
            "produzioneMinima": i, "produzioneMassima": i, "anticipoProveMesi": i, "capienzaGiornaliera": i, "preavvisoGiorni": i,
            "contributo": giorno}},
        "PropostaDate": {"type": "object", "additionalProperties": false, "required": ["prima", "ultima", "preferita"],
            "properties": {"prima": giorno, "ultima": giorno, "preferita": giorno}},
        "Pianificazione": {"type": "object", "properties": {"prima": giorno, "ultima": giorno, "preferita": giorno, "da": s,
            "quando": s, "rinvii": i}},
        "RigaCruscotto": {"type": "object", "properties": {"idComune": i, "comune": s, "nome": s, "stato": {"enum": stati_piano},
            "prima": forse, "ultima": forse, "preferita": forse, "da": forse, "rinvii": i, "softwareHouse": forse}},
        "VistaPubblica": {"type": "object", "properties": {"inattivi": conto, "attivi": conto, "subentrati": conto,
            "giorni": {"type": "object", "additionalProperties": i}}},
        "EsitoPiano": {"type": "object", "properties": {"pianificati": {"type": "array", "items": s}, "invariati": i,
            "errori": {"type": "array", "items": {"type": "object", "properties": {"riga": i, "comune": s, "colonna": forse, "codice": forse,
                "testo": s}}}, "troncato": {"type": "boolean"}}},
        "DocumentoFirmato": {"type": "object", "additionalProperties": false, "required": ["nome", "base64"], "properties": {
            "nome": s, "base64": s}},
        "SoftwareHouse": {"type": "object", "properties": {"nome": s, "ragioneSociale": s, "comuni": {"type": "array", "items": s},
            "password": forse}},
        "Affidamento": {"type": "object", "properties": {"comune": s, "softwareHouse": forse, "ragioneSociale": forse}},
        "Contributo": {"type": ["object", "null"], "properties": {
            "stato": {"enum": ["BOZZA", "INVIATA", "IN_VERIFICA", "ACCOLTA", "RESPINTA"]}, "iban": forse, "tesoreria": forse,
            "abitanti": i, "importo": i, "dichiarante": s, "salvata": s, "inviata": forse, "protocollo": forse, "nota": forse,
            "firmato": {"type": ["object", "null"], "properties": {"nome": s, "byte": i, "sha256": s, "quando": s,
                "formato": {"enum": ["P7M", "PDF", null]}, "firmatario": {"type": ["object", "null"], "properties": {
                    "soggetto": s, "emittente": s, "delSimulatore": {"type": "boolean"}}}}}}},
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
            "postazione": forse, "utenti": {"type": "array", "maxItems": 5, "items": {"type": "object", "required": ["nome", "ruoli"], "properties": {
                "nome": s, "ruoli": {"type": "array", "items": {"enum": ["ALS", "ALP", "OPERATORE"]}}, "password": forse}}}}},
        "RigaScheda": {"type": "object", "properties": {"comune": s, "nome": s, "stato": {"enum": stati_scheda}, "inviata": forse,
            "soluzione": {"enum": ["WA", "WA_INTEGRATA", "WS", null]}, "inizioProve": forse, "sollecito": forse}},
        "RigaPlico": {"type": "object", "properties": {"id": s, "comune": s, "nome": s, "carte": i, "pronto": giorno,
            "stato": {"enum": ["IN_PRODUZIONE", "IN_VIAGGIO", "ALLA_PREFETTURA", "SINDACO_CONVOCATO", "CONSEGNATO"]},
            "ordinato": s, "spedito": forse, "registrato": forse, "convocato": forse,
            "consegna": {"type": ["object", "null"], "properties": {"quando": s, "da": s, "a": s, "delegato": {"type": "boolean"}}}}},
        "Quadro": {"type": "object", "properties": {"comune": s, "nome": s, "provincia": s, "stato": s,
            "caso": {"type": "object", "properties": {"id": {"enum": ["P01", "P02", "P03"]}, "caso": i, "macroStato": s, "testo": s}},
            "inRitardo": {"type": "boolean"}, "prossimo": forse,
            "passi": {"type": "array", "items": {"type": "object", "properties": {"id": s, "titolo": s,
                "fatto": {"type": "boolean"}, "testo": s}}},
            "areaPrivata": {"type": "object", "properties": {"utente": s, "password": s}}}},
    })
}

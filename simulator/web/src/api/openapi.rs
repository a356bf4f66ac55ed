//! The table of calls → an OpenAPI 3.1 description.
//!
//! Paths, parameters and statuses are read off the table; the shapes of the values are written here, close to the
//! register's types they describe.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    percorso::Percorso,
    rotte::{Azione, Corpo, ROTTE, RottaApi},
};

/// The whole description.
pub(crate) fn descrizione() -> Value {
    let mut percorsi: BTreeMap<&str, serde_json::Map<String, Value>> = BTreeMap::new();
    for r in ROTTE.iter() {
        percorsi
            .entry(r.percorso)
            .or_default()
            .insert(r.metodo.as_str().to_lowercase(), operazione(r));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "anpr-sim, API di controllo",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Governa il simulatore. Dati fittizi; nessun collegamento con servizi reali. \
                            Da un altro computer serve `Authorization: Bearer <gettone>`.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"}
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"gettone": []}],
        "paths": percorsi,
        "components": {
            "securitySchemes": {"gettone": {"type": "http", "scheme": "bearer"}},
            "responses": {"errore": {
                "description": "Rifiuto, con che cosa fare",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errori"}}}
            }},
            "schemas": schemi()
        }
    })
}

fn operazione(r: &RottaApi) -> Value {
    let mut parametri: Vec<Value> = r
        .percorso
        .split('/')
        .filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'))
        .map(|nome| json!({"name": nome, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    parametri.extend(r.parametri.iter().map(|p| {
        let tipo = if ["limite", "dopo", "scadeEntro", "idAnpr"].contains(&p.nome) { "integer" } else { "string" };
        json!({"name": p.nome, "in": "query", "required": p.serve, "description": p.testo, "schema": {"type": tipo}})
    }));
    let mut esiti = serde_json::Map::new();
    esiti.insert(r.esito.to_string(), buono(r));
    let errori = r.altri.iter().chain(if r.azione == Azione::NonAncora {
        [].iter()
    } else {
        [403, 500].iter()
    });
    for stato in errori {
        esiti.insert(
            stato.to_string(),
            json!({"$ref": "#/components/responses/errore"}),
        );
    }
    let nome: String = r
        .percorso
        .split(['/', '.', '{', '}'])
        .filter(|s| !s.is_empty() && *s != "api")
        .map(|s| s[..1].to_uppercase() + &s[1..])
        .collect();
    let mut o = json!({
        "operationId": format!("{}{nome}", r.metodo.as_str().to_lowercase()),
        "summary": r.titolo,
        "parameters": parametri,
        "responses": esiti,
        "x-stato": if r.azione == Azione::NonAncora { "non ancora" } else { "pronto" },
    });
    let corpo = match r.corpo {
        Corpo::Nessuno => return o,
        Corpo::Json => json!({"application/json": {"schema": ingresso(r.azione)}}),
        Corpo::Byte => json!({"application/octet-stream": {}}),
    };
    o["requestBody"] = json!({"required": true, "content": corpo});
    o
}

pub(super) fn rif(nome: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{nome}")})
}

pub(super) fn lista(nome: &str) -> Value {
    json!({"type": "array", "items": rif(nome)})
}

fn ingresso(a: Azione) -> Value {
    match a {
        Azione::OrologioMetti => rif("Orologio"),
        Azione::ComuneCrea | Azione::ComuneAggiorna => rif("Comune"),
        Azione::PianoMetti => rif("Piano"),
        Azione::OperatoreMetti => rif("Operatore"),
        Azione::RitmoMetti => rif("Ritmo"),
        Azione::TributariaMetti => rif("Tributaria"),
        Azione::CertificatoEmetti => rif("RichiestaCertificato"),
        Azione::ImportatiMetti => rif("RichiestaImportazione"),
        Azione::CartaEmetti => rif("RichiestaCarta"),
        Azione::SicurezzaMetti => rif("ModificaSicurezza"),
        Azione::GuastiMetti => lista("Guasto"),
        Azione::PecStato => {
            json!({"type": "object", "required": ["letta"], "properties": {"letta": {"type": "boolean"}}})
        }
        Azione::PecScrivi => rif("Scritto"),
        Azione::SchedaMetti => rif("StatoScheda"),
        Azione::Percorso(p) => super::schemi_percorso::ingresso(p),
        Azione::Lezioni(_) => super::lezioni::ingresso(),
        _ => json!({"type": "object"}),
    }
}

fn buono(r: &RottaApi) -> Value {
    let json =
        |schema: Value| json!({"description": r.titolo, "content": {"application/json": {"schema": schema}}});
    let testo =
        |tipo: &str| json!({"description": r.titolo, "content": {tipo: {"schema": {"type": "string"}}}});
    match r.azione {
        Azione::Metriche | Azione::Percorso(Percorso::ContributoDocumento) => testo("text/plain"),
        Azione::Lista => testo("text/csv"),
        Azione::CertificatoP12 | Azione::CartaP12 => testo("application/x-pkcs12"),
        Azione::CertificatiArchivio | Azione::FornituraDiProva => testo("application/zip"),
        Azione::PecArchivio => {
            json!({"description": r.titolo, "content": {"application/zip": {}, "application/mbox": {}}})
        }
        Azione::PecAllegato => testo("application/octet-stream"),
        Azione::LogoLeggi => testo("image/png"),
        Azione::LogoMetti => json(rif("Logo")),
        Azione::PecConti => json(lista("Casella")),
        Azione::PecRicevute => json(lista("RicevutaPec")),
        Azione::PecStato | Azione::PecScrivi => json(rif("Pec")),
        Azione::Inoltro => json(rif("Inoltro")),
        Azione::Confronto => json(rif("Confronto")),
        Azione::ConfrontoAnomalie => json!({"description": r.titolo, "content": {
            "application/json": {"schema": lista("AnomaliaConfrontata")}, "text/csv": {"schema": {"type": "string"}}}}),
        Azione::Indirizzi => json(lista("Indirizzo")),
        Azione::BloccoLeggi | Azione::Sblocca => json(rif("Blocco")),
        Azione::Valida => json(rif("Validazione")),
        Azione::Certificati => json(lista("Certificato")),
        Azione::Certificato
        | Azione::CertificatoEmetti
        | Azione::CertificatoRevoca
        | Azione::CertificatoRipristina
        | Azione::CertificatoRinnova => json(rif("Certificato")),
        Azione::ImportatiElenco | Azione::ImportatiMetti => json(lista("Importato")),
        Azione::Carte => json(lista("Carta")),
        Azione::Carta | Azione::CartaEmetti | Azione::CartaRevoca | Azione::CartaRipristina => {
            json(rif("Carta"))
        }
        Azione::OperatoriElenco => json(lista("Operatore")),
        Azione::NonAncora => json!({"$ref": "#/components/responses/errore"}),
        Azione::FornitureCarica => json(rif("Ricevuta")),
        Azione::FornitureElenco => json(lista("Fornitura")),
        Azione::Fornitura | Azione::FornituraCancella => json(rif("Fornitura")),
        Azione::Anomalie => json!({"description": r.titolo, "content": {
            "application/json": {"schema": lista("Anomalia")}, "text/csv": {"schema": {"type": "string"}}}}),
        Azione::ComuniElenco => json(lista("Comune")),
        Azione::Comune | Azione::ComuneCrea | Azione::ComuneAggiorna => json(rif("Comune")),
        Azione::PianoLeggi | Azione::PianoMetti => json(rif("Piano")),
        Azione::OperatoreLeggi | Azione::OperatoreMetti | Azione::OperatoreCancella => json(rif("Operatore")),
        Azione::OrologioLeggi | Azione::OrologioMetti => json(rif("OrologioMostrato")),
        Azione::RitmoLeggi | Azione::RitmoMetti => json(rif("Ritmo")),
        Azione::SicurezzaLeggi | Azione::SicurezzaMetti => json(rif("Sicurezza")),
        Azione::GuastiLeggi | Azione::GuastiMetti => json(lista("Guasto")),
        Azione::TributariaLeggi | Azione::TributariaMetti => json(rif("Tributaria")),
        Azione::PecElenco => json(lista("Pec")),
        Azione::Pec => json!({"description": r.titolo, "content": {
            "application/json": {"schema": rif("Pec")}, "message/rfc822": {"schema": {"type": "string"}}}}),
        Azione::Scambi => json(lista("Scambio")),
        Azione::Scambio => json(rif("ScambioIntero")),
        Azione::Schede => json(lista("PersonaBreve")),
        Azione::Scheda | Azione::SchedaMetti => json(rif("Persona")),
        Azione::Famiglie => json(lista("UnitaBreve")),
        Azione::Famiglia => json(rif("Unita")),
        Azione::ScambioHar | Azione::ScambiHar => json(json!({"type": "object", "required": ["log"]})),
        Azione::Percorso(p @ (Percorso::Schede | Percorso::Pianificazione)) => {
            json!({"description": r.titolo, "content": {
            "application/json": {"schema": super::schemi_percorso::uscita(p)}, "text/csv": {"schema": {"type": "string"}}}})
        }
        Azione::PianoDiTest => json!({"description": r.titolo, "content": {
            "application/json": {"schema": rif("PianoDiTest")}, "text/csv": {"schema": {"type": "string"}}}}),
        Azione::Percorso(p) => json(super::schemi_percorso::uscita(p)),
        Azione::Lezioni(a) => json(super::lezioni::uscita(a)),
        Azione::Liste | Azione::Catalogo => json(json!({"type": "array", "items": {"type": "object"}})),
        _ => json(json!({"type": "object"})),
    }
}

fn schemi() -> Value {
    let mut tutti = schemi_di_base();
    for altri in [
        super::schemi_percorso::schemi(),
        super::piano_di_test::schemi(),
        super::lezioni::schemi(),
    ] {
        if let (Some(tutti), Value::Object(altri)) = (tutti.as_object_mut(), altri) {
            tutti.extend(altri);
        }
    }
    tutti
}

fn schemi_di_base() -> Value {
    let valore = json!({"type": ["boolean", "integer", "string", "array"], "items": {"type": "string"}});
    let mut interruttori = serde_json::Map::new();
    interruttori.insert("preset".into(), json!({"enum": ["faithful", "permissive"]}));
    interruttori.extend(servizi::nomi_interruttori().map(|n| (n.to_owned(), valore.clone())));
    let tipi_guasto: Vec<&str> = servizi::TipoGuasto::TUTTI
        .iter()
        .map(|(t, _)| t.parola())
        .collect();
    let s = json!({"type": "string"});
    let i = json!({"type": "integer", "minimum": 0});
    let forse = json!({"type": ["string", "null"]});
    let conteggi = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    let ambiente = json!({"enum": ["test", "pre", "sub"]});
    let stato_certificato = json!({"enum": servizi::StatoCertificato::TUTTI});
    let giorno = json!({"type": "string", "format": "date"});
    let stato_scheda = json!({"enum": ["ATTIVA", "CANCELLATA"]});
    let valori = json!({"type": "object", "additionalProperties": {"type": "array", "items": s}});
    let persona = json!({"idAnpr": i, "anagrafe": {"enum": ["APR", "AIRE"]}, "comune": s, "idComune": s, "codiceFiscale": forse,
        "cognome": forse, "nome": forse, "sesso": forse, "nascita": forse, "stato": stato_scheda,
        "cancellazione": {"type": "object", "properties": {"dal": giorno, "motivo": s, "registrata": s}}});
    let scambio = json!({"n": i, "quando": s, "porta": s, "metodo": s, "percorso": s, "http": i,
        "esito": {"enum": ["OK", "KO", "FAULT", "RIFIUTATO", "GUASTO"]}, "comune": forse, "operazione": forse,
        "idOperazioneComune": forse, "fault": s, "operatore": s, "postazione": s, "causa": forse,
        "passi": {"type": "array", "items": {"type": "object", "properties": {"nome": s,
            "verdetto": {"enum": ["PASSATO", "FERMATO", "SALTATO", "AVVISO"]}, "regola": s, "atteso": s, "osservato": s, "spiegazione": s, "causa": s}}},
        "evidenza": {}, "durataUs": i});
    json!({
        "Errori": {"type": "object", "required": ["errori"], "properties": {"errori": {"type": "array", "items": {
            "type": "object", "required": ["codice", "testo"], "properties": {
                "codice": s, "testo": s, "gravita": s, "riga": i, "colonna": i, "campo": s, "valore": s, "oggetto": s,
                "campi": {"type": "array", "items": {"type": "object", "properties": {"campo": s, "testo": s}}}}}}}},
        "Ricevuta": {"type": "object", "required": ["fornitura", "file"], "properties": {
            "fornitura": s, "file": s, "opaco": {"type": "boolean"}, "scartato": {"type": "boolean"}}},
        "Fornitura": {"type": "object", "required": ["id", "ambiente", "comune", "stato", "versione", "file", "conteggi", "schede"],
            "properties": {"id": s, "ambiente": ambiente, "comune": s, "versione": i, "conteggi": conteggi,
                "stato": {"enum": ["APERTA", "IN_ELABORAZIONE", "ELABORATA_OK", "KO", "CANCELLAZIONE_RICHIESTA", "CANCELLATA"]},
                "schede": {"type": "object", "properties": {"soggetti": i, "famiglie": i, "convivenze": i, "aire": i, "famiglieAire": i}},
                "file": {"type": "array", "items": {"type": "object", "properties": {
                    "id": s, "nome": s, "tipo": {"enum": ["APR", "AIRE"]}, "protocollo": s, "conteggi": conteggi,
                    "stato": {"enum": ["INSERITO_OK", "IN_ELABORAZIONE", "ELABORATO", "KO", "SCARTATO"]}}}},
                "avanzamento": {"type": ["object", "null"], "required": ["fase", "percentuale", "schede"], "properties": {
                    "fase": {"enum": ["LETTURA", "ELABORAZIONE", "ANAGRAFE_TRIBUTARIA", "CARICAMENTO"]}, "percentuale": i, "schede": i,
                    "schedeAlSecondo": {"type": ["integer", "null"]}, "mancanoSecondi": {"type": ["integer", "null"]}}}}},
        "Anomalia": {"type": "object", "required": ["codice", "gravita", "tipoScheda", "scheda", "testo"], "properties": {
            "codice": s, "gravita": {"enum": ["E", "W"]}, "tipoScheda": s, "scheda": s, "riga": i, "colonna": i,
            "testo": s, "oggetto": s, "campo": s, "valore": s, "file": s, "codiceAe": s}},
        "Comune": {"type": "object", "properties": {"istat": s, "nome": s, "provincia": s, "pec": forse, "stato": s,
            "soluzione": {"enum": ["WA", "WA_INTEGRATA", "WS"]}, "configurazione": {"type": "object", "properties": {"bolloVirtuale": s,
                "esenteDiritti": {"type": "boolean"}, "indirizziIp": {"type": "array", "items": s}}}}},
        "Piano": {"type": ["object", "null"], "properties": {"inizio": {"type": "string", "format": "date"}, "fine": {"type": "string", "format": "date"}}},
        "Operatore": {"type": "object", "properties": {"nameId": s, "password": s, "stato": {"enum": ["attivo", "bloccato", "cancellato", "scheda da attivare"]},
            "ruoli": {"type": "array", "items": {"enum": servizi::RUOLI}}, "funzioni": {"type": "array", "items": s},
            "comuni": {"type": "array", "items": s}, "ambienti": {"type": "array", "items": ambiente}}},
        "Orologio": {"type": "object", "required": ["oggi"], "properties": {"oggi": {"type": "string", "format": "date"}, "velocita": i}},
        "OrologioMostrato": {"type": "object", "required": ["oggi", "velocita", "adesso"], "properties": {
            "oggi": {"type": "string", "format": "date"}, "velocita": i, "adesso": s,
            "lezione": {"type": "object", "description": "La lezione in corso, e dove vuole l'orologio", "properties": {"lezione": s,
                "titolo": s, "giorno": {"type": "string", "format": "date"}, "spostato": {"type": "boolean"}}}, "avviso": s}},
        "Ritmo": {"type": "object", "required": ["modo"], "properties": {"modo": {"enum": ["istantanea", "ritardata", "sospesa"]}, "secondi": i}},
        "Tributaria": {"type": "object", "additionalProperties": false,
            "description": "Nel PUT ciò che manca resta com'è; «differenze» sostituisce l'elenco intero.", "properties": {
            "profilo": {"enum": ["allineata", "realistica"]},
            "differenze": {"type": "array", "items": {"type": "object", "required": ["risposta"],
                "description": "Che cosa risponde di una persona: serve «cf» o «scheda»", "properties": {
                "cf": s, "scheda": s,
                "risposta": {"enum": ["UGUALE", "SCONOSCIUTO", "ALTRO_CODICE", "DATI_DIVERSI", "COLLEGATO", "BASE_OMOCODIA",
                    "EA002", "EA003", "EA029", "EAA30", "EAA31", "EAA40", "EAA41", "EAA50", "EAA51"]},
                "codice": s}}},
            "latenzaMs": {"type": "integer", "minimum": 0, "maximum": 600_000},
            "domandePerLotto": {"type": "integer", "minimum": 1},
            "guasto": {"type": "boolean"}}},
        "RichiestaCertificato": {"type": "object", "required": ["comune"], "properties": {"comune": s, "tipo": {"enum": ["CO", "PC"]},
            "numero": i, "ambiente": ambiente, "difetto": {"enum": servizi::Difetto::TUTTI}}},
        "Certificato": {"type": "object", "required": ["id", "tipo", "comune", "improntaSha256", "stato"], "properties": {
            "id": s, "tipo": {"enum": ["CO", "PC"]}, "comune": s, "p12": s, "certificato": s, "chiave": s, "password": s,
            "improntaSha256": s, "nonPrima": s, "nonDopo": s, "difetto": forse, "radice": s, "stato": stato_certificato, "effettoDal": s}},
        "RichiestaImportazione": {"type": "object", "required": ["contenuto"], "properties": {
            "ambiente": ambiente, "contenuto": s, "password": s}},
        "Importato": {"type": "object", "required": ["ambiente", "improntaSha256", "id", "stato"], "properties": {
            "ambiente": ambiente, "improntaSha256": s, "id": s, "comune": s, "emittente": s, "nonPrima": s, "nonDopo": s,
            "der": s, "stato": stato_certificato}},
        "RichiestaCarta": {"type": "object", "required": ["comune", "nameId"], "properties": {
            "comune": s, "nameId": s, "difetto": {"enum": ["scaduto", "futuro", "revocato", "ca-altrui"]},
            "daAttivare": {"type": "boolean"}}},
        "Carta": {"type": "object", "required": ["id", "nameId", "comune", "improntaSha256", "stato"], "properties": {
            "id": s, "nameId": s, "comune": s, "p12": s, "certificato": s, "chiave": s, "password": s, "improntaSha256": s,
            "nonPrima": s, "nonDopo": s, "difetto": forse, "stato": stato_certificato, "operatore": forse}},
        "StatoScheda": {"type": "object", "required": ["stato"], "additionalProperties": false,
            "description": "«motivo» serve con CANCELLATA ed è un codice della tabella 15 (APR) o 28 (AIRE); senza «dal» vale la data dello scenario",
            "properties": {"stato": stato_scheda, "motivo": s, "dal": giorno}},
        "PersonaBreve": {"type": "object", "required": ["idAnpr", "anagrafe", "comune", "idComune", "stato"],
            "properties": persona},
        "Persona": {"allOf": [rif("PersonaBreve"), {"type": "object", "properties": {
            "ambiente": ambiente, "codiceFiscaleInviato": s, "validitaCf": i, "fornitura": s,
            "unita": {"type": "array", "items": rif("UnitaBreve")},
            "stessoId": {"type": "array", "items": {"type": "object", "properties": {"comune": s, "idComune": s, "stato": stato_scheda}}},
            "valori": valori}}]},
        "UnitaBreve": {"type": "object", "required": ["idAnpr", "tipo", "comune", "idComune"], "properties": {
            "idAnpr": i, "tipo": {"enum": ["FAMIGLIA", "CONVIVENZA", "FAMIGLIA_AIRE"]}, "comune": s, "idComune": s,
            "istatIscrizioneAire": s}},
        "Unita": {"allOf": [rif("UnitaBreve"), {"type": "object", "properties": {
            "ambiente": ambiente, "fornitura": s, "altri": {"type": "boolean"}, "senzaIndice": {"type": "boolean"},
            "componenti": {"type": "array", "items": {"allOf": [rif("PersonaBreve"), {"type": "object", "properties": {
                "legame": forse, "descrizioneLegame": forse, "progressivo": {"type": ["integer", "null"]}}}]}},
            "valori": valori}}]},
        "Pec": {"type": "object", "properties": {"id": s, "ambiente": ambiente, "comune": s, "da": s, "a": s, "oggetto": s, "quando": s,
            "letta": {"type": "boolean"}, "fornitura": forse, "casella": forse, "natura": {"enum": ["ESITO", "AVVISO", "DOMANDA", "RISPOSTA"]},
            "risponde": s, "testo": s, "allegati": {"type": "array", "items": s}, "grezzo": s,
            "inoltro": {"type": ["object", "null"], "description": "Solo nel messaggio singolo: che cosa ne ha fatto il server di prova",
                "properties": {"stato": {"enum": ["INOLTRATO", "ESCLUSO", "RIFIUTATO"]}, "motivo": s}}}},
        "Scritto": {"description": "Una domanda {comune, ambiente, oggetto, testo} oppure una risposta {risponde, testo}",
            "type": "object", "required": ["testo"], "properties": {
            "comune": s, "ambiente": ambiente, "oggetto": s, "testo": s, "risponde": s}},
        "RicevutaPec": {"type": "object", "properties": {"tipo": {"enum": ["accettazione", "avvenuta-consegna", "errore-consegna"]},
            "da": s, "a": s, "oggetto": s, "quando": s, "testo": s, "grezzo": s}},
        "Casella": {"type": "object", "required": ["casella", "messaggi", "daLeggere"], "properties": {
            "casella": {"enum": ["COMUNE", "ASSISTENZA", "ALTRI"]}, "di": s, "comune": s, "ambiente": ambiente, "messaggi": i, "daLeggere": i}},
        "Inoltro": {"type": "object", "properties": {"verso": forse, "inoltrati": i, "trattenuti": i, "inAttesa": i, "errore": forse}},
        "Logo": {"type": "object", "properties": {"larghezza": i, "altezza": i, "byte": i, "quando": s}},
        "Indirizzo": {"type": "object", "properties": {"rete": s, "richiesto": forse, "attivo": {"type": "boolean"}}},
        "Blocco": {"type": "object", "properties": {"rimedio": forse,
            "blocco": {"enum": ["FORNITURA_APERTA", "CANCELLAZIONE_IN_ATTESA", "NON_ABILITATO", null]}}},
        "Confronto": {"type": "object", "properties": {"prima": s, "dopo": s, "soloQuantita": {"type": "boolean"},
            "codici": {"type": "array", "items": {"type": "object", "properties": {"codice": s, "scomparse": i, "rimaste": i, "nuove": i}}}}},
        "AnomaliaConfrontata": {"allOf": [{"$ref": "#/components/schemas/Anomalia"}, {"type": "object", "required": ["novita"],
            "properties": {"novita": {"enum": ["scomparsa", "rimasta", "nuova"]}}}]},
        "Validazione": {"type": "object", "properties": {"esito": {"enum": ["OK", "KO"]}, "erroriFatali": i, "errori": i, "avvisi": i,
            "file": {"type": "array", "items": {"type": "object"}}, "conteggi": conteggi, "troncate": {"type": "boolean"},
            "righe": {"type": "array", "items": {"$ref": "#/components/schemas/Anomalia"}}}},
        "Sicurezza": {"type": "object", "required": ["ambiente", "preset", "interruttori"], "properties": {
            "ambiente": ambiente, "preset": {"enum": ["faithful", "permissive", "modificata"]},
            "interruttori": {"type": "array", "items": {"type": "object", "properties": {"nome": s, "gruppo": s, "testo": s,
                "ammessi": s, "regola": s, "valore": valore, "faithful": valore, "diverso": {"type": "boolean"}}}},
            "tls": {"type": "array", "items": {"type": "object", "properties": {"versione": s, "suite": s}}}}},
        "ModificaSicurezza": {"type": "object", "additionalProperties": false, "properties": interruttori},
        "Guasto": {"type": "object", "required": ["ambiente", "tipo"], "additionalProperties": false, "properties": {
            "ambiente": ambiente, "tipo": {"enum": tipi_guasto}, "volte": {"type": ["integer", "null"], "minimum": 1},
            "ms": i, "operazione": s, "serviti": i}},
        "Scambio": {"type": "object", "required": ["n", "quando", "porta", "metodo", "percorso", "http", "esito", "passi"],
            "properties": scambio},
        "ScambioIntero": {"allOf": [{"$ref": "#/components/schemas/Scambio"}, {"type": "object",
            "required": ["diagnosi", "perizia", "richiesta", "risposta"], "properties": {
            "diagnosi": {"type": "object", "required": ["frase", "rimedio"], "properties": {"frase": s, "rimedio": s, "stack": s, "consiglio": s}},
            "perizia": {"type": ["object", "null"], "properties": {
                "riferimenti": {"type": "array", "items": {"type": "object", "properties": {"firma": s, "uri": s, "elemento": s, "algoritmo": s,
                    "dichiarato": s, "calcolato": s, "uguali": {"type": "boolean"}, "canonica": s, "byteCanonici": i,
                    "indagine": {"type": "object", "properties": {"frase": s, "ipotesi": s, "provate": i, "firmata": s, "byteFirmati": i,
                        "differenza": {"type": "object", "properties": {"offset": i, "riga": i, "colonna": i, "comune": s, "nostro": s, "altro": s}},
                        "blocchi": {"type": "array", "items": {"type": "object", "properties": {"byte": i, "digest": s}}}}}}}},
                "firme": {"type": "array", "items": {"type": "object", "properties": {"firma": s, "algoritmo": s, "firmatario": forse,
                    "valida": {"type": ["boolean", "null"]}, "signedInfo": s, "frase": s}}},
                "certificati": {"type": "array", "items": {"type": "object", "properties": {"ruolo": s, "soggetto": s, "emittente": s, "seriale": s,
                    "dal": s, "al": s, "sha256": s, "sha1": s, "ancora": forse, "problema": forse}}},
                "tempi": {"type": "array", "items": {"type": "object", "properties": {"dove": s, "da": forse, "a": forse, "frase": s, "buono": {"type": "boolean"}}}},
                "pkcs7": {"type": ["object", "null"], "properties": {"contenuto": forse, "firmatario": forse, "problema": s}},
                "operatore": {"type": ["object", "null"], "properties": {"nameId": s, "censito": {"type": "boolean"}, "attivo": {"type": "boolean"},
                    "comuni": {"type": "array", "items": s}, "funzioni": {"type": "array", "items": s}}},
                "violazioni": {"type": "array", "items": {"type": "object", "properties": {"percorso": s, "riga": i, "colonna": i, "testo": s}}},
                "osservazioni": {"type": "array", "items": {"type": "object", "properties": {"passo": s, "testo": s}}}}},
            "richiesta": {"$ref": "#/components/schemas/Messaggio"}, "risposta": {"$ref": "#/components/schemas/Messaggio"}}}]},
        "Messaggio": {"type": "object", "properties": {"protocollo": s, "testate": {"type": "array", "items": {"type": "object", "properties": {"nome": s, "valore": s}}},
            "byte": i, "troncato": {"type": "boolean"}, "sha256": forse, "codifica": {"enum": ["testo", "base64"]}, "corpo": s}}
    })
}

#[cfg(test)]
mod prove {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn router_and_description_hold_the_same_calls() {
        let d = descrizione();
        let descritte: BTreeSet<(String, String)> = d["paths"]
            .as_object()
            .expect("paths")
            .iter()
            .flat_map(|(p, o)| {
                o.as_object()
                    .expect("operations")
                    .keys()
                    .map(move |m| (m.to_uppercase(), p.clone()))
            })
            .collect();
        let nel_router: BTreeSet<(String, String)> = ROTTE
            .iter()
            .map(|r| (r.metodo.to_string(), r.percorso.to_owned()))
            .collect();
        assert_eq!(descritte, nel_router);
        assert_eq!(nel_router.len(), ROTTE.len(), "a call is declared twice");
    }

    #[test]
    fn the_contract_is_all_there() {
        // The rows of the public contract, as method and path.
        let contratto = "GET /api/stato, GET /api/ready, GET /metrics, POST /api/reset, GET /api/orologio, PUT /api/orologio, \
            POST /api/forniture, GET /api/forniture, GET /api/forniture/{id}, GET /api/forniture/{id}/anomalie, \
            GET /api/comuni/{istat}, PUT /api/comuni/{istat}, POST /api/comuni, GET /api/comuni/{istat}/piano, \
            PUT /api/comuni/{istat}/piano, GET /api/comuni/{istat}/operatori/{nameId}, \
            PUT /api/comuni/{istat}/operatori/{nameId}, GET /api/tributaria, PUT /api/tributaria, \
            DELETE /api/forniture/{id}, POST /api/elaborazione, POST /api/notte, GET /api/pec, GET /api/pec/{id}, \
            GET /api/scambi, GET /api/scambi/{n}, POST /api/certificati, DELETE /api/certificati/{id}, GET /api/guasti, \
            PUT /api/guasti, GET /api/catalogo, GET /api/catalogo/{codice}, POST /api/sandbox, DELETE /api/sandbox/{nome}, \
            POST /api/istantanee/{nome}, PUT /api/istantanee/{nome}, GET /api/openapi.json";
        let nel_router: BTreeSet<String> = ROTTE
            .iter()
            .map(|r| format!("{} {}", r.metodo, r.percorso))
            .collect();
        for riga in contratto.split(',').map(str::trim) {
            assert!(nel_router.contains(riga), "{riga}");
        }
    }

    #[test]
    fn every_reference_points_somewhere_and_names_are_unique() {
        let d = descrizione();
        let testo = d.to_string();
        for pezzo in testo.split("#/components/schemas/").skip(1) {
            let nome: String = pezzo.chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(d["components"]["schemas"].get(&nome).is_some(), "{nome}");
        }
        let nomi: Vec<&str> = testo
            .split("\"operationId\":\"")
            .skip(1)
            .filter_map(|p| p.split('"').next())
            .collect();
        assert_eq!(nomi.iter().collect::<BTreeSet<_>>().len(), nomi.len(), "{nomi:?}");
    }
}

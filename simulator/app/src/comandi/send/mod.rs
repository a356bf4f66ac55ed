//! `send`: composes, signs and sends one request to a running simulator: right, wrong on purpose, or odd.
//!
//! What is wrong or odd is a row of `frontiera::firma`'s catalogue; this command does the part of a row that lies
//! outside the message (certificates of the desk, operators, HTTP), and compares the answer with what the row says.

mod corpo;
mod mittente;
mod spedizione;

use std::io::Write as _;

use anpr_sim::cliente::Cliente;
use anyhow::{Context as _, Result, bail};
use frontiera::firma::{self, Algoritmo, Atteso, Come, DIFETTI, Messaggio, STRANEZZE, Voce, catalogo};
use serde_json::{Value, json};

use self::{mittente::Mittente, spedizione::Spedizione};
use super::{Fine, api, cliente, pronto, testo, vicini};
use crate::opzioni::{Lingua, Send};

/// Path of an operation's service.
fn percorso(operazione: &str) -> Result<&'static str> {
    match operazione {
        "TEST" => Ok("/ANPRTestConn/TestConn"),
        "S001" => Ok("/ANPRS001ServizioSubentro/AnprServiceS001"),
        altra => bail!("--operazione {altra}: il simulatore risponde a TEST e S001"),
    }
}

pub(crate) fn esegui(o: &Send, l: Lingua) -> Result<Fine> {
    if let Some(tabella) = elenco(o) {
        return stampa_elenco(tabella, o, l);
    }
    let voci = voci(o)?;
    // The defect decides; oddities alone must be accepted.
    let atteso = voci.last().map(|v| v.atteso);
    if o.atteso && atteso.is_none() {
        bail!("--atteso vale con --difetto o --stranezza");
    }
    let in_banda = matches!(atteso, Some(Atteso::Ko { .. }));
    // What is refused in band needs an operation that looks at the header: TestConn does not.
    let operazione = o
        .operazione
        .as_deref()
        .unwrap_or(if in_banda { "S001" } else { "TEST" });
    let percorso = percorso(operazione)?;
    let p = pronto(&o.dove.data)?;
    let canale = cliente(&p)?;
    let mut mittente = Mittente::leggi(o, &canale, &p)?;
    for v in &voci {
        mittente.applica(v, o, &canale, &p)?;
    }
    let adesso = jiff::Timestamp::now();
    let corpo = corpo::componi(o, operazione, &mittente.tipo_invio, adesso, in_banda)?;
    let mut messaggio = Messaggio::nuovo(corpo, &mittente.operatore, &mittente.postazione, adesso);
    messaggio.id = format!("{}", adesso.as_microsecond());
    messaggio.id_sede.clone_from(&o.comune);
    messaggio.algoritmo = match o.firma.as_str() {
        "sha1" => Algoritmo::RsaSha1,
        "sha256" => Algoritmo::RsaSha256,
        altro => bail!("--firma {altro}: sha1 o sha256"),
    };
    let busta = firma::componi_con(&messaggio, &mittente.chiavi, &voci)?;
    let ws = testo(&p, &["ambienti", o.ambiente.chiave(), "ws"])?;
    let spedizione = Spedizione::prepara(ws, percorso, &busta, &voci)?;
    if o.stampa {
        std::io::stdout().write_all(spedizione.byte())?;
        return Ok(Fine::Bene);
    }
    for v in &voci {
        if let Come::Guasto(tipo) = v.come {
            guasto(o, &canale, &p, operazione, tipo)?;
        }
    }
    let risposta = spedizione.invia(&canale)?;
    let corpo = risposta.testo();
    let positiva = risposta.stato == 200 && !corpo.contains("rispostaKO");
    let arrivata = atteso.map(|a| a.e(risposta.stato, &corpo));
    if o.dove.json {
        let nomi: Vec<&str> = voci.iter().map(|v| v.nome).collect();
        let atteso = atteso.map(|a| json!({"voci": nomi, "risposta": a.sigla(), "arrivata": arrivata}));
        let v = json!({"http": risposta.stato, "positiva": positiva, "scambio": risposta.intestazione("x-anpr-sim-scambio"),
            "atteso": atteso, "corpo": corpo});
        println!("{}", serde_json::to_string_pretty(&v)?);
    } else {
        eprintln!("HTTP {}", risposta.stato);
        println!("{corpo}");
        if let (false, Some(n)) = (positiva, risposta.intestazione("x-anpr-sim-scambio")) {
            let console = testo(&p, &["console"])?;
            // A console out of reach (a token, another machine) leaves the address, which says where to look.
            let causa = cliente(&p)?
                .chiedi("GET", &format!("{console}/api/scambi/{n}"), &[], Vec::new())
                .ok()
                .and_then(|r| r.json().ok())
                .and_then(|v| v["diagnosi"]["frase"].as_str().map(|f| f.replace('\n', " ")));
            if let Some(causa) = causa {
                eprintln!("{}", l.riga(&format!("causa: {causa}")));
            }
            eprintln!("{}", l.riga(&format!("il perché: {console}/scambi/{n}")));
        }
        if let (Some(a), Some(arrivata)) = (atteso, arrivata) {
            let come = if arrivata {
                "è arrivato"
            } else {
                "NON è arrivato"
            };
            eprintln!("{}", l.riga(&format!("atteso: {}, {come}", a.sigla())));
        }
    }
    let bene = if o.atteso {
        arrivata == Some(true)
    } else {
        positiva
    };
    Ok(if bene { Fine::Bene } else { Fine::Negativa })
}

/// Adds one stroke for this operation to the fault plan, which stays as it is otherwise.
fn guasto(o: &Send, c: &Cliente, p: &Value, operazione: &str, tipo: &str) -> Result<()> {
    let mut piano = api(c, p, "GET", "/api/guasti", &Value::Null)?;
    let voci = piano.as_array_mut().context("piano dei guasti")?;
    // What has struck as often as it was to is over.
    voci.retain(|v| v["volte"].is_null() || v["serviti"].as_u64() < v["volte"].as_u64());
    voci.insert(
        0,
        json!({"ambiente": o.ambiente.chiave(), "tipo": tipo, "volte": 1, "operazione": operazione}),
    );
    api(c, p, "PUT", "/api/guasti", &piano).map(drop)
}

/// Asks for the list of names instead of one of them.
const ELENCO: &str = "elenco";

/// A table of the catalogue was asked for instead of a request: its names, one a line, each with what it is.
fn elenco(o: &Send) -> Option<&'static [Voce]> {
    if o.difetto.as_deref() == Some(ELENCO) {
        return Some(DIFETTI);
    }
    o.stranezza.iter().any(|n| n == ELENCO).then_some(STRANEZZE)
}

fn stampa_elenco(tabella: &[Voce], o: &Send, l: Lingua) -> Result<Fine> {
    if o.dove.json {
        let voci: Vec<Value> = tabella
            .iter()
            .map(|v| json!({"nome": v.nome, "descrizione": v.descrizione, "risposta": v.atteso.sigla()}))
            .collect();
        println!("{}", serde_json::to_string_pretty(&voci)?);
        return Ok(Fine::Bene);
    }
    let largo = tabella.iter().map(|v| v.nome.len()).max().unwrap_or(0);
    for v in tabella {
        println!("{:largo$}  {}", v.nome, l.riga(v.descrizione));
    }
    Ok(Fine::Bene)
}

/// The rows asked for: oddities first, the defect last.
fn voci(o: &Send) -> Result<Vec<&'static Voce>> {
    let mut voci = Vec::new();
    for nome in &o.stranezza {
        let v = catalogo::stranezza(nome);
        voci.push(v.with_context(|| ignoto("--stranezza", nome, STRANEZZE))?);
    }
    if let Some(nome) = &o.difetto {
        let v = catalogo::difetto(nome);
        voci.push(v.with_context(|| ignoto("--difetto", nome, DIFETTI))?);
    }
    Ok(voci)
}

fn ignoto(opzione: &str, nome: &str, tabella: &[Voce]) -> String {
    let vicini = vicini::forse(nome, tabella.iter().map(|v| v.nome));
    format!("{opzione} {nome}: nome sconosciuto{vicini}; l'elenco è in {opzione} {ELENCO}")
}

/// A string of an object of the control API.
fn campo<'v>(v: &'v Value, nome: &str) -> Result<&'v str> {
    v[nome]
        .as_str()
        .with_context(|| format!("{nome} assente nella risposta del simulatore"))
}

//! What went wrong and what to do, in two sentences and without a word of ours that the sender cannot act upon.

use frontiera::Perizia;
use registro::{EsitoScambio, Passo, Verdetto, Voce};
use serde::Serialize;

use super::pile::{self, Pila};

/// The first line of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosi {
    /// What happened.
    pub frase: String,
    /// What to do; empty when there is nothing to do.
    pub rimedio: String,
    /// The SOAP stack of the sender, when it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<&'static str>,
    /// Where to put one's hands in that stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consiglio: Option<&'static str>,
}

/// Of a stored exchange and what the expert found in it.
pub(super) fn di(voce: &Voce, perizia: Option<&Perizia>) -> Diagnosi {
    let s = &voce.scambio;
    let fermato = s.passi.iter().find(|p| p.verdetto == Verdetto::Fermato);
    let pila = pile::riconosci(&voce.richiesta);
    let (frase, rimedio) = match s.esito {
        EsitoScambio::Ok => ("La richiesta è stata accolta.".to_owned(), String::new()),
        EsitoScambio::Ko => (
            format!(
                "La cornice di sicurezza è a posto; il servizio ha risposto KO: {}",
                s.causa.as_deref().unwrap_or("si veda la risposta")
            ),
            "Correggete i dati della richiesta e ripetetela con un nuovo idOperazioneComune.".to_owned(),
        ),
        EsitoScambio::Guasto => (
            s.causa.clone().unwrap_or_default(),
            "È un guasto del simulatore, non del vostro messaggio: segnalatelo con questa pagina.".to_owned(),
        ),
        EsitoScambio::Rifiutato => (s.causa.clone().unwrap_or_default(), rifiuto(s.http).to_owned()),
        EsitoScambio::Fault => {
            let nome = fermato.map_or("", |p| p.nome.as_ref());
            let frase = perizia
                .and_then(|p| dalla_perizia(nome, p))
                .or_else(|| fermato.and_then(spiegazione))
                .or_else(|| s.causa.clone())
                .unwrap_or_default();
            (maiuscola(&frase), rimedio(nome).to_owned())
        }
    };
    let consiglio = match (s.esito, pila, fermato) {
        (EsitoScambio::Fault, Some(p), Some(passo)) => pile::consiglio(p, &passo.nome),
        _ => None,
    };
    Diagnosi {
        frase,
        rimedio,
        stack: pila.map(Pila::nome),
        consiglio,
    }
}

fn spiegazione(p: &Passo) -> Option<String> {
    (p.nome != "percorso" && !p.spiegazione.is_empty()).then(|| p.spiegazione.clone())
}

/// What the expert knows better than the step.
fn dalla_perizia(passo: &str, p: &Perizia) -> Option<String> {
    let indagata = |firma: &str| {
        p.riferimenti
            .iter()
            .filter(|r| r.firma == firma)
            .find_map(|r| r.indagine.as_ref())
            .map(|i| i.frase.clone())
    };
    let firmata = |firma: &str| {
        p.firme
            .iter()
            .find(|f| f.firma == firma)
            .and_then(|f| f.frase.clone())
    };
    let osservata = |passo: &str| {
        let mut o = p.osservazioni.iter().filter(|o| o.passo == passo);
        let prima = o.next().map(|o| o.testo.clone())?;
        Some(o.fold(prima, |t, o| format!("{t}; {}", o.testo)))
    };
    match passo {
        "digest" => indagata("messaggio"),
        "valore-firma" => firmata("messaggio"),
        "firma-asserzione" => osservata(passo)
            .or_else(|| indagata("asserzione"))
            .or_else(|| firmata("asserzione")),
        "timestamp" | "finestra-asserzione" => {
            let t = p.tempi.iter().find(|t| !t.buono)?;
            Some(format!("{} ({})", t.frase, t.dove))
        }
        "schema" => match p.violazioni.as_slice() {
            [] => osservata(passo),
            [v, altre @ ..] => Some(format!(
                "il corpo non rispetta lo schema: riga {}, colonna {} ({}): {}{}",
                v.riga,
                v.colonna,
                v.percorso,
                v.testo,
                match altre.len() {
                    0 => String::new(),
                    1 => " E un'altra violazione.".to_owned(),
                    n => format!(" E altre {n} violazioni."),
                }
            )),
        },
        "riferimenti" | "intestazione" | "copertura" | "asserzione" | "attributi" | "busta" => {
            osservata(passo)
        }
        _ => None,
    }
}

/// What to do about a step that stopped a request.
fn rimedio(passo: &str) -> &'static str {
    match passo {
        "percorso" => "Correggete l'indirizzo: il percorso è quello di ANPR, cambia soltanto l'host.",
        "busta" => "Inviate una Envelope SOAP ben formata, senza DOCTYPE, nella codifica che dichiara.",
        "schema" => {
            "Correggete il Body secondo gli XSD pubblicati a ?wsdl; lo schema viene prima delle firme."
        }
        "intestazione" => "Aggiungete una sola wsse:Security con Timestamp, asserzione, certificato e firma.",
        "riferimenti" => {
            "Date a Body e Timestamp un wsu:Id unico e indicatelo nel Reference con «#» davanti."
        }
        "digest" => {
            "Firmate per ultimo e inviate esattamente i byte firmati, con il C14N dichiarato nel Transform."
        }
        "valore-firma" => {
            "Firmate la forma canonica di SignedInfo con la chiave del certificato che allegate."
        }
        "certificato" => "Usate un certificato emesso per questo ambiente e ancora valido.",
        "revoca" => "Riattivate la postazione, o usate un certificato non cancellato.",
        "copertura" => "Firmate insieme Timestamp e Body: due Reference nella stessa ds:Signature.",
        "timestamp" | "finestra-asserzione" => {
            "Sincronizzate l'orologio (NTP), scrivete gli istanti in UTC con la Z e create il messaggio al momento \
             dell'invio."
        }
        "asserzione" => "Mettete in wsse:Security un'asserzione SAML 2.0 completa.",
        "firma-asserzione" => {
            "Firmate l'asserzione per prima (enveloped-signature, C14N esclusivo, chiave del Comune) e non toccatela più."
        }
        "soggetto" => "Usate SubjectConfirmation di tipo bearer.",
        "attributi" => {
            "Mettete nell'asserzione IdSede, IdPostazione e IdPostazioneFirmato, scritti esattamente così."
        }
        "sede-postazione" => "IdSede sono le prime sei cifre di IdPostazione, zeri iniziali compresi.",
        "postazione-firmata" => {
            "Rifate il PKCS#7: contenuto incluso, testo uguale a IdPostazione, firmato dal certificato di quella postazione."
        }
        "identita" => "Firmate messaggio e asserzione con un certificato del Comune indicato in IdSede.",
        "operatore" => {
            "Mettete in NameID un operatore censito e attivo in questo ambiente (la console ne elenca di pronti)."
        }
        _ => "",
    }
}

fn rifiuto(http: u16) -> &'static str {
    match http {
        405 => "Inviate la richiesta SOAP con POST.",
        404 => "Correggete l'indirizzo: i percorsi distinguono maiuscole e minuscole.",
        413 => "Riducete la richiesta sotto il limite.",
        415 => "Inviate il corpo in chiaro, o compresso con gzip.",
        408 => "Inviate il corpo senza pause: Content-Length deve essere quello vero.",
        400 => "Inviate il corpo intero: la connessione si è chiusa prima della fine annunciata.",
        _ => "",
    }
}

fn maiuscola(t: &str) -> String {
    let mut c = t.chars();
    c.next()
        .map_or_else(String::new, |primo| primo.to_uppercase().chain(c).collect())
}

//! What went wrong and what to do, in two sentences and without a word of ours that the sender cannot act upon.
//!
//! Both follow from the cause that the perimeter wrote down, never from the step alone: one step stops requests for
//! many causes. An entry of an older version names no cause; then its step speaks, and nothing is advised.

use frontiera::{Causa, Perizia};
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
    let causa = fermato.and_then(|p| Causa::da_nome(&p.causa));
    let pila = pile::riconosci(&voce.richiesta);
    let (frase, rimedio) = match s.esito {
        EsitoScambio::Ok => ("La richiesta è stata accolta.".to_owned(), String::new()),
        EsitoScambio::Ko => (
            format!(
                "La cornice di sicurezza è a posto; il servizio ha risposto KO: {}",
                s.causa.as_deref().unwrap_or("si veda la risposta")
            ),
            causa.map_or("", Causa::rimedio).to_owned(),
        ),
        EsitoScambio::Guasto => (
            s.causa.clone().unwrap_or_default(),
            "È un guasto del simulatore, non del vostro messaggio: segnalatelo con questa pagina.".to_owned(),
        ),
        EsitoScambio::Rifiutato => (s.causa.clone().unwrap_or_default(), rifiuto(s.http).to_owned()),
        EsitoScambio::Fault => {
            let frase = perizia
                .zip(causa)
                .and_then(|(p, causa)| dalla_perizia(causa, fermato.map_or("", |p| p.nome.as_ref()), p))
                .or_else(|| fermato.and_then(spiegazione))
                .or_else(|| s.causa.clone())
                .unwrap_or_default();
            let rimedio = causa.map_or("", Causa::rimedio);
            (maiuscola(&frase), rimedio.to_owned())
        }
    };
    let consiglio = match (s.esito, pila, causa) {
        (EsitoScambio::Fault, Some(p), Some(causa)) => pile::consiglio(p, causa),
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

/// What the expert knows better than the step, of this cause.
fn dalla_perizia(causa: Causa, passo: &str, p: &Perizia) -> Option<String> {
    use Causa as C;
    let dell_asserzione = passo == "firma-asserzione";
    let firma = if dell_asserzione {
        "asserzione"
    } else {
        "messaggio"
    };
    let osservata = || {
        let mut o = p.osservazioni.iter().filter(|o| o.passo == passo);
        let prima = o.next().map(|o| o.testo.clone())?;
        Some(o.fold(prima, |t, o| format!("{t}; {}", o.testo)))
    };
    match causa {
        C::Digest | C::AsserzioneCambiata => p
            .riferimenti
            .iter()
            .filter(|r| r.confronto.firma == firma)
            .find_map(|r| r.indagine.as_ref())
            .map(|i| i.frase.clone()),
        C::ValoreFirma => p
            .firme
            .iter()
            .find(|f| f.firma == firma)
            .and_then(|f| f.frase.clone()),
        C::OrologioAvanti | C::FinestraFinita | C::IstanteMalformato => {
            let t = p
                .tempi
                .iter()
                .find(|t| !t.buono && (t.dove == "Timestamp") == (passo == "timestamp"))?;
            Some(format!("{} ({})", t.frase, t.dove))
        }
        C::Schema | C::RadiceAltrui | C::BodyNonUnico => match p.violazioni.as_slice() {
            [] => osservata(),
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
        C::NonBusta
        | C::SenzaIntestazione
        | C::RiferimentoIrrisolto
        | C::Algoritmo
        | C::AlgoritmoSpento
        | C::NonCoperto
        | C::SenzaTimestamp
        | C::SenzaAsserzione
        | C::AsserzioneNonFirmata
        | C::AttributoMancante => osservata(),
        _ => None,
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

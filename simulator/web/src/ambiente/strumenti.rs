//! Support tools of the Comune: the validator, test deliveries, the downloads.

use std::collections::BTreeMap;

use askama::Template;
use http::{StatusCode, request::Parts};
use registro::Fornitura;
use servizi::{
    ABITANTI_DI_PROVA, AIRE_DI_PROVA, DIFETTI_DI_PROVA, ErroreServizio, Esito, FornituraDiProva,
    RIGHE_VALIDATORE, Validazione,
    http::{Corpo, Risposta, risposta},
};

use super::Dentro;
use crate::{
    cornice::{Cornice, da_scaricare, pagina},
    fuori,
    ricerca::Riga,
};

/// Menu entry of the tools.
const STRUMENTI: &str = "/combas/strumenti";
/// Deliveries whose lists stand on the page of the downloads.
const FORNITURE_DA_SCARICARE: usize = 5;
/// Kinds of defects the form of a test delivery takes.
const DIFETTI_NEL_MODULO: usize = 3;
/// Longest text of a row of the validator, in characters: 150 of them must stay a page.
const TESTO_RIGA: usize = 300;

#[derive(Template)]
#[template(path = "ambiente/strumenti.html")]
struct Strumenti {
    c: Cornice,
}

/// `GET /combas/strumenti`.
pub(super) async fn indice(d: &Dentro<'_>) -> Esito<Risposta> {
    let c = d.cornice("Strumenti di supporto", STRUMENTI).await?;
    Ok(pagina(StatusCode::OK, &Strumenti { c }))
}

/// A row of the validator: TYPE, LEVEL, MESSAGE, ROW, COLUMN (spec subentro §3.3).
struct RigaValidata {
    riga: Riga,
    messaggio: String,
}

#[derive(Template)]
#[template(path = "ambiente/validatore.html")]
struct Validatore {
    c: Cornice,
    csrf: String,
    nome: String,
    senza_en009: bool,
    esito: Option<Validazione>,
    righe: Vec<RigaValidata>,
    massimo: usize,
}

/// `GET /combas/strumenti/validatore`.
pub(super) async fn validatore(d: &Dentro<'_>) -> Esito<Risposta> {
    Ok(pagina(StatusCode::OK, &vuoto(d).await?))
}

async fn vuoto(d: &Dentro<'_>) -> Esito<Validatore> {
    Ok(Validatore {
        c: d.cornice("Validatore", STRUMENTI).await?,
        csrf: d.sessione.csrf.clone(),
        nome: String::new(),
        senza_en009: false,
        esito: None,
        righe: Vec::new(),
        massimo: RIGHE_VALIDATORE,
    })
}

/// `POST /combas/strumenti/validatore`: what the checks say; nothing is kept.
pub(super) async fn valida(d: &Dentro<'_>, parti: &Parts, corpo: Corpo) -> Esito<Risposta> {
    let mut modulo = d.caricamento(parti, corpo).await?;
    let senza_en009 = modulo.campo("senza_en009") == "si";
    let (nome, deposito) = modulo
        .file
        .take()
        .filter(|(nome, _)| !nome.is_empty())
        .ok_or_else(|| ErroreServizio::richiesta("Manca il file: sceglierlo e ripetere."))?;
    let (ambiente, comune, chiesto) = (d.ambiente, d.sessione.comune, nome.clone());
    let mut esito = fuori(d.sim, move |s| {
        s.valida(ambiente, comune, &chiesto, deposito, senza_en009)
    })
    .await?;
    let righe = std::mem::take(&mut esito.righe)
        .into_iter()
        .map(|r| {
            let chi = match (r.tipo_scheda.individuale(), r.scheda.is_empty()) {
                (true, false) => format!(" [[{}:{}]]", r.tipo_scheda.etichetta(), r.scheda),
                _ => String::new(),
            };
            let testo: String = r.testo.chars().take(TESTO_RIGA).collect();
            RigaValidata {
                messaggio: format!("{testo}{chi}"),
                riga: Riga::di(r),
            }
        })
        .collect();
    let p = Validatore {
        nome: nome.chars().take(TESTO_RIGA).collect(),
        senza_en009,
        esito: Some(esito),
        righe,
        ..vuoto(d).await?
    };
    Ok(pagina(StatusCode::OK, &p))
}

#[derive(Template)]
#[template(path = "ambiente/file_di_prova.html")]
struct FileDiProva {
    c: Cornice,
    codici: Vec<&'static str>,
    posti: usize,
    abitanti: u64,
    aire: u64,
    difetti: u64,
    versione: u32,
}

/// `GET /combas/strumenti/file-di-prova`.
pub(super) async fn file_di_prova(d: &Dentro<'_>) -> Esito<Risposta> {
    let versione = d.forniture().await?.last().map_or(1, |f| f.versione + 1);
    let p = FileDiProva {
        c: d.cornice("File di prova", STRUMENTI).await?,
        codici: d.sim.difetti_di_prova(),
        posti: DIFETTI_NEL_MODULO,
        abitanti: ABITANTI_DI_PROVA,
        aire: AIRE_DI_PROVA,
        difetti: DIFETTI_DI_PROVA,
        versione: versione.min(999),
    };
    Ok(pagina(StatusCode::OK, &p))
}

/// `GET /combas/strumenti/file-di-prova.zip`.
pub(super) async fn scarica_di_prova(d: &Dentro<'_>) -> Esito<Risposta> {
    let numero = |nome: &str, altrimenti: u64| match d.query.pieno(nome) {
        None => Ok(altrimenti),
        Some(t) => t
            .parse::<u64>()
            .map_err(|_| ErroreServizio::richiesta(format!("«{nome}» non è un numero."))),
    };
    let mut anomalie = BTreeMap::new();
    for i in 1..=DIFETTI_NEL_MODULO {
        let Some(codice) = d.query.pieno(&format!("codice{i}")) else {
            continue;
        };
        // Through the reader of the option: an unknown code is said as it says it.
        let quanti = numero(&format!("quanti{i}"), 1)?;
        for (codice, n) in servizi::leggi_difetti(&format!("{codice}={quanti}"))? {
            let prima: &mut u64 = anomalie.entry(codice).or_insert(0);
            *prima = prima.saturating_add(n);
        }
    }
    let versione = numero("versione", 1)?;
    let richiesta = FornituraDiProva {
        comune: d.sessione.comune,
        ambiente: d.ambiente,
        abitanti: numero("abitanti", 100)?,
        aire: numero("aire", 0)?,
        versione: u16::try_from(versione)
            .map_err(|_| ErroreServizio::richiesta("La versione va da 1 a 999."))?,
        seme: numero("seme", 1)?,
        anomalie,
        realistica: d.query.valore("profilo") == Some("realistico"),
    };
    let (nome, byte) = fuori(d.sim, move |s| s.fornitura_di_prova(&richiesta)).await?;
    Ok(da_scaricare(
        risposta(StatusCode::OK, "application/zip", byte),
        &nome,
    ))
}

/// The lists of one delivery.
struct Liste {
    f: Fornitura,
    liste: Vec<(String, u64)>,
}

#[derive(Template)]
#[template(path = "ambiente/download.html")]
struct Download {
    c: Cornice,
    liste: Vec<Liste>,
    altre: usize,
}

/// `GET /combas/download`: "Utilità e notifiche → Download file".
pub(super) async fn download(d: &Dentro<'_>) -> Esito<Risposta> {
    let mut concluse = d.forniture().await?;
    concluse.retain(|f| f.conclusa.is_some());
    concluse.reverse();
    let altre = concluse.len().saturating_sub(FORNITURE_DA_SCARICARE);
    concluse.truncate(FORNITURE_DA_SCARICARE);
    let liste = fuori(d.sim, move |s| {
        concluse
            .into_iter()
            .map(|f| {
                Ok(Liste {
                    liste: s.liste(&f.id.to_string())?,
                    f,
                })
            })
            .collect::<Esito<Vec<_>>>()
    })
    .await?;
    let c = d.cornice("Download file", "/combas/download").await?;
    Ok(pagina(StatusCode::OK, &Download { c, liste, altre }))
}

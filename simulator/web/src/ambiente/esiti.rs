//! "Subentro e anomalie": outcomes per file, one delivery, the monitor of anomalies, the lists, a code explained.

use askama::Template;
use http::{HeaderValue, StatusCode, header};
use registro::{Fornitura, StatoFornitura};
use servizi::{
    ErroreServizio, Esito,
    http::{Risposta, risposta},
};

use super::Dentro;
use crate::{
    catalogo::{self, Voce},
    cornice::{Cornice, da_scaricare, pagina},
    formati::{self, Etichetta},
    fuori,
    ricerca::{self, Elenco, Filtro},
    viste::Vista,
};

struct RigaFile {
    protocollo: String,
    nome: String,
    data: String,
    invio: Etichetta,
    esito: Etichetta,
    fornitura: String,
}

#[derive(Template)]
#[template(path = "ambiente/esiti.html")]
struct Esiti {
    c: Cornice,
    righe: Vec<RigaFile>,
}

/// One row per file, newest first.
pub(super) async fn elenco(d: &Dentro<'_>) -> Esito<Risposta> {
    let forniture = d.forniture().await?;
    let mut righe: Vec<RigaFile> = forniture
        .iter()
        .flat_map(|f| {
            f.file.iter().map(|x| RigaFile {
                protocollo: x.protocollo.clone(),
                nome: x.nome.clone(),
                data: formati::quando(x.ricevuto),
                invio: formati::stato_invio(x.stato),
                esito: formati::stato_esito(x.stato),
                fornitura: f.id.to_string(),
            })
        })
        .collect();
    righe.reverse();
    let c = d.cornice("Esiti del subentro", "/combas/esiti").await?;
    Ok(pagina(StatusCode::OK, &Esiti { c, righe }))
}

#[derive(Template)]
#[template(path = "ambiente/esito.html")]
struct UnEsito {
    c: Cornice,
    f: Fornitura,
    vista: Vista,
    liste: Vec<(String, u64)>,
    base_liste: String,
}

/// One delivery.
pub(super) async fn uno(d: &Dentro<'_>) -> Esito<Risposta> {
    let f = d.fornitura(d.segmenti.prendi("id")).await?;
    let id = f.id.to_string();
    let (liste, ritmo) = fuori(d.sim, move |s| Ok((s.liste(&id).unwrap_or_default(), s.ritmo()?))).await?;
    let vista = Vista::di(d.ambiente, Some(&f), Some(&ritmo), true);
    let mut c = d
        .cornice(format!("Esito della fornitura {}", f.id), "/combas/esiti")
        .await?;
    c.vivo = vista.in_moto;
    let base_liste = format!("/combas/esiti/{}/liste/", f.id);
    Ok(pagina(
        StatusCode::OK,
        &UnEsito {
            c,
            f,
            vista,
            liste,
            base_liste,
        },
    ))
}

/// One CSV list of a delivery.
pub(super) async fn lista(d: &Dentro<'_>) -> Esito<Risposta> {
    let f = d.fornitura(d.segmenti.prendi("id")).await?;
    let (id, nome) = (f.id.to_string(), d.segmenti.prendi("nome").to_owned());
    let chiesto = nome.clone();
    let byte = fuori(d.sim, move |s| s.scarica_lista(&id, &chiesto)).await?;
    let mut r = risposta(StatusCode::OK, "text/csv", byte);
    r.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=windows-1252"),
    );
    Ok(da_scaricare(r, &nome))
}

#[derive(Template)]
#[template(path = "ambiente/anomalie.html")]
struct Anomalie {
    c: Cornice,
    fornitura: Option<Fornitura>,
    vista: Vista,
    elenco: Elenco,
    /// Duplicates in other Comuni: words, name of the list, rows.
    duplicati: Vec<(&'static str, String, u64)>,
}

/// The lists of duplicates among those of a delivery (spec subentro §6.1).
fn duplicati(liste: Vec<(String, u64)>) -> Vec<(&'static str, String, u64)> {
    let parole = |nome: &str| {
        if nome.ends_with("DuplicatiComuniDiversiDataPiuRecente.csv") {
            Some("presenti in un altro Comune con data più recente")
        } else if nome.ends_with("DuplicatiComuniDiversiDataPiuRemota.csv") {
            Some("presenti in un altro Comune con data più remota")
        } else {
            None
        }
    };
    liste
        .into_iter()
        .filter_map(|(nome, righe)| Some((parole(&nome)?, nome, righe)))
        .collect()
}

/// The monitor: the last completely elaborated delivery (spec subentro §1.5), or the one asked for.
pub(super) async fn anomalie(d: &Dentro<'_>) -> Esito<Risposta> {
    let filtro = Filtro::leggi(&d.query);
    let fornitura = if filtro.fornitura.is_empty() {
        let (comune, ambiente) = (d.sessione.comune, d.ambiente);
        let ultima = fuori(d.sim, move |s| {
            Ok(s.comune(comune)?.in_ambiente(ambiente).ultima_elaborata)
        })
        .await?;
        let tutte = d.forniture().await?;
        let conclusa = |f: &&Fornitura| matches!(f.stato, StatoFornitura::ElaborataOk | StatoFornitura::Ko);
        match ultima {
            Some(id) => tutte.into_iter().find(|f| f.id == id),
            None => tutte.iter().rfind(conclusa).cloned(),
        }
    } else {
        Some(d.fornitura(&filtro.fornitura).await?)
    };
    let vista = Vista::di(d.ambiente, fornitura.as_ref(), None, true);
    let (elenco, liste) = match fornitura.clone() {
        Some(f) => {
            let cursore = d.query.pieno("dopo").map(ToOwned::to_owned);
            fuori(d.sim, move |s| {
                let elenco = ricerca::cerca(s, &f, &filtro, "/combas/anomalie", cursore.as_deref())?;
                Ok((elenco, s.liste(&f.id.to_string())?))
            })
            .await?
        }
        None => Default::default(),
    };
    let c = d.cornice("Monitoraggio anomalie", "/combas/anomalie").await?;
    Ok(pagina(
        StatusCode::OK,
        &Anomalie {
            c,
            fornitura,
            vista,
            elenco,
            duplicati: duplicati(liste),
        },
    ))
}

#[derive(Template)]
#[template(path = "codice.html")]
struct Codice {
    c: Cornice,
    v: Voce,
    ritorno: &'static str,
    ritorno_testo: &'static str,
}

/// A code explained.
pub(super) async fn codice(d: &Dentro<'_>) -> Esito<Risposta> {
    let v = catalogo::voce(d.sim, d.segmenti.prendi("codice"))
        .ok_or_else(|| ErroreServizio::assente("Questo codice non è nel catalogo delle anomalie."))?;
    let c = d.cornice(v.codice, "/combas/anomalie").await?;
    let (ritorno, ritorno_testo) = ("/combas/anomalie", "Monitoraggio anomalie");
    Ok(pagina(
        StatusCode::OK,
        &Codice {
            c,
            v,
            ritorno,
            ritorno_testo,
        },
    ))
}

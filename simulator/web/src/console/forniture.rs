//! Deliveries of every Comune, with their anomalies and lists.

use anagrafe::{Ambiente, CodiceIstat};
use askama::Template;
use http::{HeaderValue, StatusCode, header};
use registro::Fornitura;
use servizi::{
    ErroreServizio, Esito,
    http::{Risposta, risposta},
};

use super::{Chiesta, casa::RigaFornitura};
use crate::{
    cornice::{Cornice, da_scaricare, pagina},
    fuori,
    ricerca::{self, Elenco, Filtro},
    viste::Vista,
};

#[derive(Template)]
#[template(path = "console/forniture.html")]
struct Tutte {
    c: Cornice,
    ambiente: String,
    comune: String,
    forniture: Vec<RigaFornitura>,
}

/// `GET /forniture`, newest first.
pub(super) async fn elenco(q: &Chiesta<'_>) -> Esito<Risposta> {
    let testo = |n| q.query.pieno(n).unwrap_or_default().to_owned();
    let (ambiente, comune) = (testo("ambiente"), testo("comune"));
    let a: Option<Ambiente> = ambiente.parse().ok();
    let k = CodiceIstat::parse(&comune).ok();
    let forniture = fuori(q.sim, move |s| s.forniture(a, k)).await?;
    let c = q.cornice("Forniture", "/forniture").await?;
    let forniture = forniture.iter().rev().map(RigaFornitura::di).collect();
    Ok(pagina(
        StatusCode::OK,
        &Tutte {
            c,
            ambiente,
            comune,
            forniture,
        },
    ))
}

#[derive(Template)]
#[template(path = "console/fornitura.html")]
struct Una {
    c: Cornice,
    f: Fornitura,
    vista: Vista,
    liste: Vec<(String, u64)>,
    base_liste: String,
}

/// `GET /forniture/{id}`.
pub(super) async fn una(q: &Chiesta<'_>) -> Esito<Risposta> {
    let id = q.segmenti.prendi("id").to_owned();
    let (f, nome, liste, ritmo) = fuori(q.sim, move |s| {
        let f = s.fornitura(&id)?;
        let nome = s.comune(f.comune)?.nome;
        Ok((f, nome, s.liste(&id).unwrap_or_default(), s.ritmo()?))
    })
    .await?;
    let vista = Vista {
        nome_comune: nome,
        ..Vista::di(f.ambiente, Some(&f), Some(&ritmo), false)
    };
    let avanzamento = f
        .stato
        .in_corso()
        .then(|| q.sim.avanzamento(f.ambiente, f.comune))
        .flatten();
    let vista = vista.con_avanzamento(avanzamento);
    let mut c = q.cornice(format!("Fornitura {}", f.id), "/forniture").await?;
    c.vivo = vista.in_moto;
    let base_liste = format!("/forniture/{}/liste/", f.id);
    Ok(pagina(
        StatusCode::OK,
        &Una {
            c,
            f,
            vista,
            liste,
            base_liste,
        },
    ))
}

/// `GET /forniture/{id}/liste/{nome}`.
pub(super) async fn lista(q: &Chiesta<'_>) -> Esito<Risposta> {
    let (id, nome) = (
        q.segmenti.prendi("id").to_owned(),
        q.segmenti.prendi("nome").to_owned(),
    );
    let chiesto = nome.clone();
    let byte = fuori(q.sim, move |s| s.lista(&id, &chiesto)).await?;
    let mut r = risposta(StatusCode::OK, "text/csv", byte);
    r.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=windows-1252"),
    );
    Ok(da_scaricare(r, &nome))
}

#[derive(Template)]
#[template(path = "console/anomalie.html")]
struct Anomalie {
    c: Cornice,
    f: Fornitura,
    vista: Vista,
    elenco: Elenco,
}

/// `GET /forniture/{id}/anomalie`.
pub(super) async fn anomalie(q: &Chiesta<'_>) -> Esito<Risposta> {
    let id = q.segmenti.prendi("id").to_owned();
    let filtro = Filtro {
        fornitura: String::new(),
        ..Filtro::leggi(&q.query)
    };
    let cursore = q.query.pieno("dopo").map(ToOwned::to_owned);
    let (f, elenco) = fuori(q.sim, move |s| {
        let f = s.fornitura(&id)?;
        let azione = format!("/forniture/{}/anomalie", f.id);
        let elenco = ricerca::cerca(s, &f, &filtro, &azione, cursore.as_deref())?;
        Ok::<_, ErroreServizio>((f, elenco))
    })
    .await?;
    let vista = Vista::di(f.ambiente, Some(&f), None, false);
    let c = q
        .cornice(format!("Anomalie della fornitura {}", f.id), "/forniture")
        .await?;
    Ok(pagina(StatusCode::OK, &Anomalie { c, f, vista, elenco }))
}

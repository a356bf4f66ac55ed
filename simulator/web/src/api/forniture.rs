//! Deliveries: the upload, the findings, the lists.

use anagrafe::{Ambiente, CodiceIstat};
use http::{HeaderValue, StatusCode, header};
use registro::{Canale, TipoFile};
use serde_json::json;
use servizi::{
    ErroreServizio, Esito, Invio, RifiutoInvio,
    http::{Corpo, Risposta, risposta},
};

use super::{Chiamata, risposte};
use crate::{ambiente::filtro_del_confronto, anomalie_csv, fuori, modulo::codifica, ricezione};

/// Findings of one reply when `limite` is not given, and at most.
const LIMITE_ANOMALIE: usize = 1000;
/// The most that may be asked for.
const LIMITE_ANOMALIE_MASSIMO: usize = 100_000;

impl Chiamata<'_> {
    /// Query parameter `ambiente`, if given.
    pub(super) fn ambiente(&self) -> Esito<Option<Ambiente>> {
        self.query
            .pieno("ambiente")
            .map(|t| t.parse().map_err(|_| errato("ambiente", "test, pre o sub")))
            .transpose()
    }

    /// The same, demanded.
    pub(super) fn ambiente_chiesto(&self) -> Esito<Ambiente> {
        self.ambiente()?
            .ok_or_else(|| errato("ambiente", "test, pre o sub"))
    }

    /// Query parameter `comune`, if given.
    pub(super) fn comune(&self) -> Esito<Option<CodiceIstat>> {
        let leggi =
            |t: &str| CodiceIstat::parse(t).map_err(|_| errato("comune", "un codice ISTAT di sei cifre"));
        self.query.pieno("comune").map(leggi).transpose()
    }

    /// A query parameter that is a number.
    pub(super) fn numero<N: std::str::FromStr>(&self, nome: &str) -> Esito<Option<N>> {
        self.query
            .pieno(nome)
            .map(|t| t.parse().map_err(|_| errato(nome, "un numero intero")))
            .transpose()
    }
}

fn errato(nome: &str, atteso: &str) -> ErroreServizio {
    ErroreServizio::richiesta(format!(
        "Il parametro «{nome}» manca o non è valido: serve {atteso}."
    ))
}

/// `GET /api/forniture/{id}`: the delivery, and how far the work on it is while there is any.
pub(super) fn con_avanzamento(sim: &servizi::Simulatore, id: &str) -> Esito<serde_json::Value> {
    let f = sim.fornitura(id)?;
    // The counter is that of the Comune: only its open delivery can be the one at work.
    let avanzamento = f
        .stato
        .in_corso()
        .then(|| sim.avanzamento(f.ambiente, f.comune))
        .flatten();
    let mut valore = serde_json::to_value(&f).map_err(ErroreServizio::guasto)?;
    valore["avanzamento"] = serde_json::to_value(avanzamento).map_err(ErroreServizio::guasto)?;
    Ok(valore)
}

/// `POST /api/forniture`: the body streams to a spool file, then the same intake as the page.
pub(super) async fn carica(c: &Chiamata<'_>, corpo: Corpo) -> Esito<Risposta> {
    let ambiente = c.ambiente_chiesto()?;
    let comune = c
        .comune()?
        .ok_or_else(|| errato("comune", "il codice ISTAT di chi invia"))?;
    let nome = c
        .query
        // As sent: a blank or a line end around it is part of the name, and EN001.
        .valore("nome")
        .filter(|n| !n.trim().is_empty())
        .ok_or_else(|| errato("nome", "il nome del file"))?
        .to_owned();
    let tipo = match c.query.pieno("tipo") {
        None => None,
        Some("APR") => Some(TipoFile::Apr),
        Some("AIRE") => Some(TipoFile::Aire),
        Some(_) => return Err(errato("tipo", "APR o AIRE")),
    };
    let deposito = ricezione::corpo_intero(c.sim, corpo).await?;
    let invio = Invio {
        ambiente,
        comune,
        tipo,
        nome,
        canale: Canale::Api,
        deposito,
        solo_apr: false,
    };
    let sim = std::sync::Arc::clone(c.sim);
    let esito = tokio::task::spawn_blocking(move || sim.carica(invio))
        .await
        .map_err(ErroreServizio::guasto)?;
    match esito {
        Ok(r) => Ok(risposte::json(
            StatusCode::CREATED,
            &json!({"fornitura": r.fornitura, "file": r.file, "opaco": r.opaco, "scartato": r.scartato}),
        )),
        Err(RifiutoInvio::Rilievi(rilievi)) => Ok(risposte::json(
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!({"errori": rilievi}),
        )),
        Err(RifiutoInvio::Nostro(e)) => Err(e),
    }
}

/// `GET /api/forniture/{id}/anomalie`, JSON or CSV.
pub(super) async fn anomalie(c: &Chiamata<'_>) -> Esito<Risposta> {
    let id = c.segmenti.prendi("id").to_owned();
    let codice = c.query.pieno("codice").map(ToOwned::to_owned);
    let (dopo, limite) = posto(c)?;
    let altro = codice.as_deref().map(codifica);
    let chi = codifica(&id);
    // One more than asked for tells whether there is a next page.
    let mut righe = fuori(c.sim, move |s| {
        s.anomalie(&id, codice.as_deref(), dopo, limite.saturating_add(1))
    })
    .await?;
    let prosegue = righe.len() > limite;
    righe.truncate(limite);
    let mut risposta = if accetta(c, "text/csv") {
        in_csv(anomalie_csv::rilievi(&righe)?)
    } else {
        risposte::json(StatusCode::OK, &righe)
    };
    if prosegue && limite > 0 {
        let codice = altro.map_or_else(String::new, |c| format!("codice={c}&"));
        let seguito = dopo.saturating_add(limite as u64);
        prosegui(
            &mut risposta,
            &format!("/api/forniture/{chi}/anomalie?{codice}limite={limite}&dopo={seguito}"),
        );
    }
    Ok(risposta)
}

/// From where, and how many.
fn posto(c: &Chiamata<'_>) -> Esito<(u64, usize)> {
    let limite = c
        .numero::<usize>("limite")?
        .unwrap_or(LIMITE_ANOMALIE)
        .min(LIMITE_ANOMALIE_MASSIMO);
    Ok((c.numero::<u64>("dopo")?.unwrap_or(0), limite))
}

/// Where the next page is.
fn prosegui(r: &mut Risposta, dove: &str) {
    if let Ok(valore) = HeaderValue::from_str(&format!("<{dove}>; rel=\"next\"")) {
        r.headers_mut().insert(header::LINK, valore);
    }
}

/// The two deliveries to be compared: the earlier one is `con`.
fn da_confrontare(c: &Chiamata<'_>) -> Esito<(String, String)> {
    let prima = c
        .query
        .pieno("con")
        .ok_or_else(|| errato("con", "l'id della fornitura precedente"))?;
    Ok((prima.to_owned(), c.segmenti.prendi("id").to_owned()))
}

/// `GET /api/forniture/{id}/confronto`.
pub(super) async fn confronto(c: &Chiamata<'_>) -> Esito<Risposta> {
    let (prima, dopo) = da_confrontare(c)?;
    let k = fuori(c.sim, move |s| s.confronta(&prima, &dopo)).await?;
    Ok(risposte::json(StatusCode::OK, &k))
}

/// `GET /api/forniture/{id}/confronto/anomalie`, JSON or CSV.
pub(super) async fn anomalie_confrontate(c: &Chiamata<'_>) -> Esito<Risposta> {
    let (prima, dopo) = da_confrontare(c)?;
    let filtro = filtro_del_confronto(&c.query)?;
    let (da, limite) = posto(c)?;
    let filtri: String = ["quali", "codice"]
        .iter()
        .filter_map(|nome| Some(format!("&{nome}={}", codifica(c.query.pieno(nome)?))))
        .collect();
    let qui = format!(
        "/api/forniture/{}/confronto/anomalie?con={}{filtri}",
        codifica(&dopo),
        codifica(&prima)
    );
    let mut righe = fuori(c.sim, move |s| {
        s.anomalie_confrontate(&prima, &dopo, &filtro, da, limite.saturating_add(1))
    })
    .await?;
    let prosegue = righe.len() > limite;
    righe.truncate(limite);
    let mut risposta = if accetta(c, "text/csv") {
        in_csv(anomalie_csv::confrontate(&righe)?)
    } else {
        risposte::json(StatusCode::OK, &righe)
    };
    if prosegue && limite > 0 {
        let seguito = da.saturating_add(limite as u64);
        prosegui(&mut risposta, &format!("{qui}&limite={limite}&dopo={seguito}"));
    }
    Ok(risposta)
}

/// Whether the caller would rather have that media type than JSON.
pub(super) fn accetta(c: &Chiamata<'_>, tipo: &str) -> bool {
    let accept = c
        .parti
        .headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    preferisce(accept, tipo)
}

/// Quality of `tipo` against that of JSON in an `Accept` header: the nearest range decides for each (exact before
/// `text/*` before `*/*`); at the same quality the one that is named more exactly wins, then the one named first.
fn preferisce(accept: &str, tipo: &str) -> bool {
    // Thousandths, nearness, place from the end: all the greater the better.
    let voto = |tipo: &str| -> (u32, u8, usize) {
        let famiglia = tipo.split_once('/').map_or("*", |(f, _)| f);
        let intervalli: Vec<&str> = accept.split(',').collect();
        intervalli
            .iter()
            .rev()
            .enumerate()
            .filter_map(|(posto, intervallo)| {
                let mut parti = intervallo.split(';').map(str::trim);
                let nome = parti.next()?;
                let vicino = if nome.eq_ignore_ascii_case(tipo) {
                    2
                } else if nome
                    .strip_suffix("/*")
                    .is_some_and(|f| f.eq_ignore_ascii_case(famiglia))
                {
                    1
                } else if nome == "*/*" {
                    0
                } else {
                    return None;
                };
                let q = parti
                    .filter_map(|p| p.split_once('='))
                    .find(|(n, _)| n.trim().eq_ignore_ascii_case("q"))
                    .map_or(1000, |(_, v)| millesimi(v.trim()));
                Some((q, vicino, posto))
            })
            .max_by_key(|(_, vicino, posto)| (*vicino, *posto))
            .unwrap_or_default()
    };
    let mio = voto(tipo);
    mio.0 > 0 && mio > voto("application/json")
}

/// A quality, `0` to `1` with at most three digits after the point, in thousandths; what is not one counts as none.
fn millesimi(q: &str) -> u32 {
    let (intero, resto) = q.split_once('.').unwrap_or((q, ""));
    if !["0", "1"].contains(&intero) || resto.len() > 3 || !resto.bytes().all(|b| b.is_ascii_digit()) {
        return 0;
    }
    let frazione: u32 = format!("{resto:0<3}").parse().unwrap_or(0);
    if intero == "1" { 1000 } else { frazione }
}

/// A CSV as a reply.
fn in_csv(byte: Vec<u8>) -> Risposta {
    risposta(StatusCode::OK, "text/csv; charset=utf-8", byte)
}

/// `GET /api/forniture/{id}/liste/{nome}`.
pub(super) async fn lista(c: &Chiamata<'_>) -> Esito<Risposta> {
    let (id, nome) = (
        c.segmenti.prendi("id").to_owned(),
        c.segmenti.prendi("nome").to_owned(),
    );
    let chiesto = nome.clone();
    let byte = fuori(c.sim, move |s| s.scarica_lista(&id, &chiesto)).await?;
    let mut r = risposta(StatusCode::OK, "text/csv", byte);
    // The lists are Windows-1252 (spec subentro §6.1, default).
    r.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=windows-1252"),
    );
    Ok(crate::cornice::da_scaricare(r, &nome))
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn the_quality_decides_what_is_sent() {
        for (accept, csv) in [
            ("", false),
            ("text/csv", true),
            ("TEXT/CSV; charset=utf-8", true),
            ("application/json, text/csv;q=0.5", false),
            ("application/json;q=0.5, text/csv", true),
            ("application/json;q=0.5, text/csv;q=0.501", true),
            ("text/csv, application/json", true),
            ("application/json, text/csv", false),
            ("text/csv;q=0", false),
            ("text/csv;q=0, */*", false),
            ("text/csv, */*", true),
            ("*/*", false),
            ("text/*", true),
            ("text/*;q=0.4, application/json;q=0.5", false),
            ("text/html, */*;q=0.8", false),
            ("text/csv;q=boh", false),
        ] {
            assert_eq!(preferisce(accept, "text/csv"), csv, "{accept}");
        }
        assert!(preferisce("message/rfc822", "message/rfc822"));
    }
}

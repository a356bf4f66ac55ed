//! Comuni, clock, mailbox, journal: what the calls about the world around a delivery share.

use anagrafe::{CodiceIstat, Data};
use http::StatusCode;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use servizi::{
    ErroreServizio, Esito,
    http::{Risposta, risposta},
};

use super::{Chiamata, forniture::accetta, risposte::json as come_json};
use crate::fuori;

/// The segment `{istat}`; what is not a code is no Comune.
pub(super) fn istat(c: &Chiamata<'_>) -> Esito<CodiceIstat> {
    CodiceIstat::parse(c.segmenti.prendi("istat"))
        .map_err(|_| ErroreServizio::assente("Nessun Comune con questo codice: servono sei cifre."))
}

/// A JSON value as a value of ours.
pub(super) fn leggi<T: DeserializeOwned>(v: Value) -> Esito<T> {
    serde_json::from_value(v).map_err(|e| {
        let perche = elaborazione::parole::in_italiano(&e.to_string());
        ErroreServizio::richiesta(format!("Valore non accettato: {perche}"))
    })
}

/// An operator without the hash of the password.
pub(super) fn operatore(o: impl Serialize) -> Esito<Value> {
    let mut v = serde_json::to_value(o).map_err(ErroreServizio::guasto)?;
    if let Some(o) = v.as_object_mut() {
        o.remove("password");
    }
    Ok(v)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NuovoOrologio {
    oggi: Option<Data>,
    velocita: Option<u32>,
}

/// `PUT /api/orologio`: what is not given stays.
pub(super) async fn orologio(c: &Chiamata<'_>, v: Value) -> Esito<impl Serialize + use<>> {
    let n: NuovoOrologio = leggi(v)?;
    fuori(c.sim, move |s| s.metti_orologio(n.oggi, n.velocita)).await
}

/// `GET /api/pec/{id}`: JSON, or the message itself.
pub(super) async fn pec(c: &Chiamata<'_>) -> Esito<Risposta> {
    let id = c.segmenti.prendi("id").to_owned();
    let pec = fuori(c.sim, move |s| s.pec_una(&id)).await?;
    if accetta(c, "message/rfc822") {
        return Ok(risposta(StatusCode::OK, "message/rfc822", pec.grezzo));
    }
    Ok(come_json(StatusCode::OK, &pec))
}

/// `GET /api/scambi`: the journal without the bulky evidence, which each exchange shows on its own page.
pub(super) async fn scambi(c: &Chiamata<'_>) -> Esito<Risposta> {
    let dopo = c.numero::<u64>("dopo")?.unwrap_or(0);
    let esito = c.query.pieno("esito").map(ToOwned::to_owned);
    if let Some(e) = &esito
        && registro::EsitoScambio::parse(e).is_none()
    {
        return Err(ErroreServizio::richiesta(
            "«esito» è uno di OK, KO, FAULT, RIFIUTATO, GUASTO.",
        ));
    }
    let righe = fuori(c.sim, move |s| s.scambi(dopo, esito.as_deref())).await?;
    let brevi: Vec<Value> = righe
        .iter()
        .map(|s| {
            let mut v = json!(s);
            if let Some(o) = v.as_object_mut() {
                o.remove("evidenza");
            }
            v
        })
        .collect();
    Ok(come_json(StatusCode::OK, &brevi))
}

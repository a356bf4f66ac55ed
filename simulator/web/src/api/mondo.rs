//! Comuni, clock, mailbox, journal: what the calls about the world around a delivery share.

use anagrafe::{CodiceIstat, Data};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub(super) use servizi::leggi_json as leggi;
use servizi::{
    CercaScambi, ErroreServizio, Esito, OrologioMostrato, SCAMBI_PER_PAGINA, Simulatore,
    http::{Risposta, risposta},
    lezioni::AttesaOrologio,
};

use super::{Chiamata, forniture::accetta, risposte::json as come_json};
use crate::{cornice::da_scaricare, formati, fuori};

/// The segment `{istat}`; what is not a code is no Comune.
pub(super) fn istat(c: &Chiamata<'_>) -> Esito<CodiceIstat> {
    CodiceIstat::parse(c.segmenti.prendi("istat"))
        .map_err(|_| ErroreServizio::assente("Nessun Comune con questo codice: servono sei cifre."))
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

/// The clock, and the lesson that runs and wants it somewhere.
#[derive(Serialize)]
pub(super) struct Orologio {
    #[serde(flatten)]
    ora: OrologioMostrato,
    #[serde(skip_serializing_if = "Option::is_none")]
    lezione: Option<AttesaOrologio>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avviso: Option<String>,
}

/// `GET /api/orologio`.
pub(super) fn orologio(s: &Simulatore) -> Esito<Orologio> {
    let lezione = s.attesa_orologio()?;
    Ok(Orologio {
        ora: s.orologio()?,
        avviso: lezione.as_ref().filter(|l| l.spostato).map(|l| {
            format!(
                "È in corso la lezione «{0}», che tiene l'orologio fermo {1}: le sue attese possono non tornare. Lo riporta POST \
                 /api/lezioni/{0}/orologio.",
                l.lezione,
                formati::al(l.giorno)
            )
        }),
        lezione,
    })
}

/// `PUT /api/orologio`: what is not given stays.
pub(super) async fn metti_orologio(c: &Chiamata<'_>, v: Value) -> Esito<Orologio> {
    let n: NuovoOrologio = leggi(v)?;
    fuori(c.sim, move |s| {
        s.metti_orologio(n.oggi, n.velocita)?;
        orologio(s)
    })
    .await
}

/// A message alone.
#[derive(Serialize)]
struct PecIntera {
    #[serde(flatten)]
    pec: registro::Pec,
    /// What became of it at the relay, once it was its turn.
    inoltro: Option<servizi::Sorte>,
}

/// `GET /api/pec/{id}`: JSON, or the message itself.
pub(super) async fn pec(c: &Chiamata<'_>) -> Esito<Risposta> {
    let id = c.segmenti.prendi("id").to_owned();
    let (pec, inoltro) = fuori(c.sim, move |s| {
        let pec = s.pec_una(&id)?;
        let inoltro = s.sorte_pec(pec.id)?;
        Ok((pec, inoltro))
    })
    .await?;
    if accetta(c, "message/rfc822") {
        return Ok(risposta(StatusCode::OK, "message/rfc822", pec.grezzo));
    }
    Ok(come_json(StatusCode::OK, &PecIntera { pec, inoltro }))
}

/// What the query asks of the journal.
pub(super) fn cerca_scambi(c: &Chiamata<'_>) -> Esito<CercaScambi> {
    let testo = |nome: &str| c.query.pieno(nome).map(ToOwned::to_owned);
    let esito = c
        .query
        .pieno("esito")
        .map(|e| {
            registro::EsitoScambio::parse(e).ok_or_else(|| {
                ErroreServizio::richiesta("«esito» è uno di OK, KO, FAULT, RIFIUTATO, GUASTO.")
            })
        })
        .transpose()?;
    let decrescente = match c.query.pieno("ordine") {
        None | Some("crescente") => false,
        Some("decrescente") => true,
        Some(_) => {
            return Err(ErroreServizio::richiesta("«ordine» è crescente o decrescente."));
        }
    };
    let limite = c.numero::<usize>("limite")?.unwrap_or(SCAMBI_PER_PAGINA);
    Ok(CercaScambi {
        da: c.numero::<u64>("dopo")?.filter(|n| *n > 0 || !decrescente),
        decrescente,
        limite: limite.clamp(1, SCAMBI_PER_PAGINA),
        esito,
        comune: c.comune()?,
        operazione: testo("operazione"),
        fault: testo("fault"),
        percorso: testo("percorso"),
        testo: testo("testo"),
    })
}

/// `GET /api/scambi`: summaries; each exchange shows its evidence on its own page.
pub(super) async fn scambi(c: &Chiamata<'_>) -> Esito<Risposta> {
    let cerca = cerca_scambi(c)?;
    let righe = fuori(c.sim, move |s| s.scambi(&cerca)).await?;
    Ok(come_json(StatusCode::OK, &righe))
}

/// The number in the path.
pub(super) fn numero_scambio(c: &Chiamata<'_>) -> Esito<u64> {
    c.segmenti
        .prendi("n")
        .parse()
        .map_err(|_| ErroreServizio::richiesta("Il numero dello scambio è un intero."))
}

/// `GET /api/scambi/{n}/har` and `GET /api/scambi.har`.
pub(super) async fn har(c: &Chiamata<'_>, uno: bool) -> Esito<Risposta> {
    let (nome, testo) = if uno {
        let n = numero_scambio(c)?;
        let testo = fuori(c.sim, move |s| s.har(&[n])).await?;
        (format!("scambio-{n}.har"), testo)
    } else {
        let cerca = cerca_scambi(c)?;
        let testo = fuori(c.sim, move |s| {
            let numeri: Vec<u64> = s.scambi(&cerca)?.iter().map(|x| x.n).collect();
            s.har(&numeri)
        })
        .await?;
        ("scambi.har".to_owned(), testo)
    };
    Ok(da_scaricare(come_json(StatusCode::OK, &testo), &nome))
}

//! The postazione desk in the console: every certificate of every Comune, the trust list, the cards.
//!
//! A certificate is named by its digest, a card by its id; both are looked up, neither is ever a path.

use anagrafe::{Ambiente, CodiceIstat};
use askama::Template;
use http::StatusCode;
use serde_json::{Value, json};
use servizi::{
    Difetto, ErroreServizio, Esito, FiltroCertificati, FormaP12, StatoCertificato,
    http::{Risposta, risposta},
};

use super::Chiesta;
use crate::{
    certificati::{Riga, TIPO_P12, forma, orologi, zip},
    cornice::{Cornice, da_scaricare, pagina, vai},
    fuori,
    modulo::Campi,
};

const QUI: &str = "/certificati";

#[derive(Template)]
#[template(path = "console/certificati.html")]
struct Elenco {
    c: Cornice,
    righe: Vec<Riga>,
    comune: String,
    stato: String,
    scade: String,
    stati: [StatoCertificato; 5],
    difetti: [Difetto; 8],
    importati: Vec<Riga>,
    carte: Vec<Riga>,
    /// Which clock decides.
    orologi: String,
}

fn istat(campi: &Campi, nome: &str) -> Esito<Option<CodiceIstat>> {
    campi
        .pieno(nome)
        .map(|t| {
            CodiceIstat::parse(t)
                .map_err(|_| ErroreServizio::richiesta("Il codice ISTAT del Comune ha sei cifre."))
        })
        .transpose()
}

/// `GET /certificati`.
pub(super) async fn elenco(q: &Chiesta<'_>) -> Esito<Risposta> {
    let testo = |nome: &str| q.query.pieno(nome).unwrap_or_default().to_owned();
    let (comune, stato, scade) = (testo("comune"), testo("stato"), testo("scade"));
    let filtro = FiltroCertificati {
        comune: istat(&q.query, "comune")?,
        stato: StatoCertificato::parse(&stato),
        scade_entro_giorni: scade.parse().ok(),
    };
    let (righe, importati, carte, orologi) = fuori(q.sim, move |s| {
        Ok((
            s.certificati(filtro)?,
            s.certificati_importati(None)?,
            s.carte(filtro.comune)?,
            orologi(s)?,
        ))
    })
    .await?;
    let mut c = q.cornice("Sportello delle postazioni", QUI).await?;
    if q.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Fatto.");
    }
    let elenco = Elenco {
        c,
        righe: Riga::tutte(&righe),
        comune,
        stato,
        scade,
        stati: StatoCertificato::TUTTI,
        difetti: Difetto::TUTTI,
        importati: Riga::tutte(&importati),
        carte: Riga::tutte(&carte),
        orologi,
    };
    Ok(pagina(StatusCode::OK, &elenco))
}

#[derive(Template)]
#[template(path = "console/certificato.html")]
struct Uno {
    c: Cornice,
    r: Riga,
    forme: [FormaP12; 3],
    orologi: String,
}

/// `GET /certificati/{id}`.
pub(super) async fn uno(q: &Chiesta<'_>) -> Esito<Risposta> {
    let id = q.segmenti.prendi("id").to_owned();
    let (v, orologi) = fuori(q.sim, move |s| Ok((s.certificato(&id)?, orologi(s)?))).await?;
    let r = Riga::di(&v);
    let mut c = q.cornice(format!("Certificato {}", r.id), QUI).await?;
    if q.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Fatto.");
    }
    let forme = FormaP12::TUTTE;
    Ok(pagina(StatusCode::OK, &Uno { c, r, forme, orologi }))
}

/// `POST /certificati`: issues.
pub(super) async fn emette(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let numero: Option<u16> = campi
        .pieno("numero")
        .map(|n| {
            n.parse()
                .map_err(|_| ErroreServizio::richiesta("Il numero va da 0 a 9999."))
        })
        .transpose()?;
    let domanda = json!({
        "comune": campi.pieno("comune").unwrap_or_default(), "tipo": campi.pieno("tipo").unwrap_or("CO"),
        "numero": numero, "difetto": campi.pieno("difetto"), "ambiente": campi.pieno("ambiente"),
    });
    let v = fuori(q.sim, move |s| s.emetti_certificato(domanda)).await?;
    Ok(vai(&format!("{QUI}/{}?fatto=si", impronta(&v))))
}

/// `POST /certificati/{id}`: revoke, restore, renew.
pub(super) async fn agisce(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let id = q.segmenti.prendi("id").to_owned();
    let azione = campi.pieno("azione").unwrap_or_default().to_owned();
    let v = fuori(q.sim, move |s| match azione.as_str() {
        "revoca" => s.revoca_certificato(&id),
        "ripristina" => s.ripristina_certificato(&id),
        "rinnova" => s.rinnova_certificato(&id),
        _ => Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    })
    .await?;
    Ok(vai(&format!("{QUI}/{}?fatto=si", impronta(&v))))
}

/// `GET /certificati/{id}/{p12|pem|chiave}`, and the address of the first version, `/postazioni/{id}/{cosa}`.
pub(super) async fn scarica(q: &Chiesta<'_>) -> Esito<Risposta> {
    let (id, cosa) = (
        q.segmenti.prendi("id").to_owned(),
        q.segmenti.prendi("cosa").to_owned(),
    );
    if cosa == "p12" {
        let forma = forma(q.query.pieno("compat"))?;
        let (nome, byte) = fuori(q.sim, move |s| s.p12_certificato(&id, forma)).await?;
        return Ok(da_scaricare(risposta(StatusCode::OK, TIPO_P12, byte), &nome));
    }
    if !["pem", "chiave"].contains(&cosa.as_str()) {
        return Err(ErroreServizio::assente(
            "Di una postazione si scaricano p12, pem e chiave.",
        ));
    }
    let (nome, byte) = fuori(q.sim, move |s| s.pem_certificato(&id, cosa == "chiave")).await?;
    Ok(da_scaricare(
        risposta(StatusCode::OK, "application/x-pem-file", byte),
        &nome,
    ))
}

/// `GET /certificati/archivio?comune=`.
pub(super) async fn archivio(q: &Chiesta<'_>) -> Esito<Risposta> {
    let comune = istat(&q.query, "comune")?
        .ok_or_else(|| ErroreServizio::richiesta("Dire di quale Comune: il codice ISTAT ha sei cifre."))?;
    let forma = forma(q.query.pieno("compat"))?.unwrap_or_default();
    let byte = fuori(q.sim, move |s| s.archivio_certificati(comune, forma)).await?;
    Ok(zip(comune, byte))
}

/// `POST /certificati/importati`: takes one in, or off.
pub(super) async fn importa(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let ambiente = campi.pieno("ambiente").map(str::to_owned);
    if let Some(impronta) = campi.pieno("togli").map(str::to_owned) {
        let a: Option<Ambiente> = ambiente.and_then(|a| a.parse().ok());
        fuori(q.sim, move |s| s.togli_importato(&impronta, a)).await?;
    } else {
        let domanda = json!({
            "contenuto": campi.valore("contenuto").unwrap_or_default(), "ambiente": ambiente,
            "password": campi.valore("password").filter(|p| !p.is_empty()),
        });
        fuori(q.sim, move |s| s.importa_certificati(domanda)).await?;
    }
    Ok(vai("/certificati?fatto=si#importati"))
}

/// `POST /carte`: issues, revokes or restores a card.
pub(super) async fn carta(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let dato = |nome: &str| campi.pieno(nome).unwrap_or_default().to_owned();
    let (azione, id) = (dato("azione"), dato("carta"));
    let domanda = json!({
        "comune": dato("comune"), "nameId": dato("name_id"), "difetto": campi.pieno("difetto"),
        "daAttivare": campi.valore("da_attivare") == Some("si"),
    });
    fuori(q.sim, move |s| match azione.as_str() {
        "emetti" => s.emetti_carta(domanda),
        "revoca" => s.revoca_carta(&id),
        "ripristina" => s.ripristina_carta(&id),
        _ => Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    })
    .await?;
    Ok(vai("/certificati?fatto=si#carte"))
}

/// `GET /carte/{id}/p12`.
pub(super) async fn p12_carta(q: &Chiesta<'_>) -> Esito<Risposta> {
    let id = q.segmenti.prendi("id").to_owned();
    let forma = forma(q.query.pieno("compat"))?;
    let (nome, byte) = fuori(q.sim, move |s| s.p12_carta(&id, forma)).await?;
    Ok(da_scaricare(risposta(StatusCode::OK, TIPO_P12, byte), &nome))
}

fn impronta(v: &Value) -> String {
    v["improntaSha256"].as_str().unwrap_or_default().to_owned()
}

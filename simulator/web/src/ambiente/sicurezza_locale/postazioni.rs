//! The certificates of one Comune, for its ALP (process C08): list, detail with the password, download, all together,
//! new request, renewal, *Cancella*. Undoing a cancellation is the support's, not the Comune's (`spec/security.md`
//! §5.4, 4).

use askama::Template;
use http::StatusCode;
use serde_json::{Value, json};
use servizi::{
    ErroreServizio, Esito, FiltroCertificati, FormaP12, StatoCertificato,
    http::{Risposta, risposta},
};

use super::{Dentro, QUI};
use crate::{
    certificati::{Riga, TIPO_P12, forma, orologi, zip},
    cornice::{Cornice, da_scaricare, pagina, vai},
    fuori,
    modulo::Campi,
};

const PAGINA: &str = "/combas/sicurezza/postazioni";

#[derive(Template)]
#[template(path = "ambiente/postazioni.html")]
struct Elenco {
    c: Cornice,
    csrf: String,
    righe: Vec<Riga>,
    testo: String,
    stato: String,
    stati: [StatoCertificato; StatoCertificato::TUTTI.len()],
    tutte: usize,
    /// Which clock decides.
    orologi: String,
}

/// `GET /combas/sicurezza/postazioni`.
pub(in crate::ambiente) async fn elenco(d: &Dentro<'_>) -> Esito<Risposta> {
    let filtro = FiltroCertificati {
        comune: Some(d.sessione.comune),
        ..FiltroCertificati::default()
    };
    let (righe, orologi) = fuori(d.sim, move |s| Ok((s.certificati(filtro)?, orologi(s)?))).await?;
    let cerca = |nome| d.query.pieno(nome).unwrap_or_default().to_owned();
    let (testo, stato) = (cerca("testo"), cerca("stato"));
    let cercato = testo.to_lowercase();
    let tutte = righe.len();
    let mut c = d.cornice("Gestione postazioni", QUI).await?;
    if d.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Fatto.");
    }
    let csrf = d.sessione.csrf.clone();
    let mut righe = Riga::tutte(&righe);
    righe.retain(|r| (stato.is_empty() || r.stato.testo == stato) && r.id.to_lowercase().contains(&cercato));
    let elenco = Elenco {
        c,
        csrf,
        righe,
        testo,
        stato,
        stati: StatoCertificato::TUTTI,
        tutte,
        orologi,
    };
    Ok(pagina(StatusCode::OK, &elenco))
}

/// A certificate of this Comune; any other does not exist.
async fn suo(d: &Dentro<'_>) -> Esito<Value> {
    let (nome, comune) = (d.segmenti.prendi("id").to_owned(), d.sessione.comune);
    let v = fuori(d.sim, move |s| s.certificato(&nome)).await?;
    if v["comune"] == comune.as_str() {
        Ok(v)
    } else {
        Err(ErroreServizio::assente(
            "Nessun certificato con questo nome tra quelli del Comune.",
        ))
    }
}

#[derive(Template)]
#[template(path = "ambiente/postazione.html")]
struct Una {
    c: Cornice,
    csrf: String,
    r: Riga,
    forme: [FormaP12; 3],
    orologi: String,
}

/// `GET /combas/sicurezza/postazioni/{id}`.
pub(in crate::ambiente) async fn una(d: &Dentro<'_>) -> Esito<Risposta> {
    let r = Riga::di(&suo(d).await?);
    let mut c = d.cornice(format!("Postazione {}", r.id), QUI).await?;
    match d.query.valore("fatto") {
        Some("emesso") => c = c.con_avviso("ok", "Richiesta registrata."),
        Some("revocato") => {
            c = c.con_avviso("ok", "Certificato revocato: da ora i servizi web lo rifiutano.");
        }
        _ => {}
    }
    let una = Una {
        c,
        csrf: d.sessione.csrf.clone(),
        r,
        forme: FormaP12::TUTTE,
        orologi: fuori(d.sim, orologi).await?,
    };
    Ok(pagina(StatusCode::OK, &una))
}

/// `GET /combas/sicurezza/postazioni/{id}/p12`.
pub(in crate::ambiente) async fn p12(d: &Dentro<'_>) -> Esito<Risposta> {
    let impronta = impronta(&suo(d).await?);
    let forma = forma(d.query.pieno("compat"))?;
    let (nome, byte) = fuori(d.sim, move |s| s.p12_certificato(&impronta, forma)).await?;
    Ok(da_scaricare(risposta(StatusCode::OK, TIPO_P12, byte), &nome))
}

/// `GET /combas/sicurezza/postazioni/archivio`.
pub(in crate::ambiente) async fn archivio(d: &Dentro<'_>) -> Esito<Risposta> {
    let comune = d.sessione.comune;
    let forma = forma(d.query.pieno("compat"))?.unwrap_or_default();
    let byte = fuori(d.sim, move |s| s.archivio_certificati(comune, forma)).await?;
    Ok(zip(comune, byte))
}

/// `POST /combas/sicurezza/postazioni`: one more.
pub(in crate::ambiente) async fn chiede(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let tipo = campi.pieno("tipo").unwrap_or("PC");
    let domanda = json!({"comune": d.sessione.comune, "tipo": tipo});
    let v = fuori(d.sim, move |s| s.emetti_certificato(domanda)).await?;
    Ok(vai(&format!("{PAGINA}/{}?fatto=emesso", impronta(&v))))
}

/// `POST /combas/sicurezza/postazioni/{id}`: renew or cancel.
pub(in crate::ambiente) async fn agisce(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let impronta_sua = impronta(&suo(d).await?);
    match campi.pieno("azione").unwrap_or_default() {
        "rinnova" => {
            let v = fuori(d.sim, move |s| s.rinnova_certificato(&impronta_sua)).await?;
            Ok(vai(&format!("{PAGINA}/{}?fatto=emesso", impronta(&v))))
        }
        "cancella" => {
            if campi.valore("conferma") != Some("si") {
                return Err(ErroreServizio::richiesta(
                    "Manca la conferma della cancellazione.",
                ));
            }
            let dove = format!("{PAGINA}/{impronta_sua}?fatto=revocato");
            fuori(d.sim, move |s| s.revoca_certificato(&impronta_sua)).await?;
            Ok(vai(&dove))
        }
        _ => Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
}

fn impronta(v: &Value) -> String {
    v["improntaSha256"].as_str().unwrap_or_default().to_owned()
}

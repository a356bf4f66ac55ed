//! The support (process B11, T04, T05): what it would do in the cases people meet, the two it can do here, questions.
//!
//! Acting as the support is a thing of the test environments; in subentro the page only says so, and the console acts.

use anagrafe::Ambiente;
use askama::Template;
use http::StatusCode;
use registro::{Casella, NaturaPec};
use serde_json::Value;
use servizi::{
    Blocco, ErroreServizio, Esito, FiltroCertificati, FiltroPosta, LIMITE_OGGETTO_SCRITTO,
    LIMITE_TESTO_SCRITTO, StatoCertificato, Testata, http::Risposta,
};

use super::Dentro;
use crate::{
    certificati::Riga,
    cornice::{Cornice, pagina, vai, vietato},
    formati, fuori,
    modulo::Campi,
};

/// Menu entry of this page.
const MENU: &str = "/combas/strumenti";
/// Its address.
const QUI: &str = "/combas/assistenza";
/// Who may ask the support to act on the Comune's state.
const SBLOCCA: &[&str] = &["ALS", "ALP", "SINDACO"];
/// Who may ask it to bring a certificate back.
const RIPRISTINA: &[&str] = &["ALP"];
/// Questions listed.
const DOMANDE: usize = 20;

struct Domanda {
    t: Testata,
    risposte: Vec<Testata>,
}

#[derive(Template)]
#[template(path = "ambiente/assistenza.html")]
struct Assistenza {
    c: Cornice,
    csrf: String,
    prova: bool,
    blocco: Option<Blocco>,
    puo_sbloccare: bool,
    revocati: Vec<Riga>,
    puo_ripristinare: bool,
    domande: Vec<Domanda>,
    limite_oggetto: usize,
    limite_testo: usize,
}

fn di_prova(a: Ambiente) -> bool {
    a != Ambiente::Sub
}

/// `GET /combas/assistenza`.
pub(super) async fn mostra(d: &Dentro<'_>) -> Esito<Risposta> {
    let (ambiente, comune) = (d.ambiente, d.sessione.comune);
    let (blocco, revocati, domande) = fuori(d.sim, move |s| {
        let revocati = s.certificati(FiltroCertificati {
            comune: Some(comune),
            stato: Some(StatoCertificato::Revocato),
            ..FiltroCertificati::default()
        })?;
        let scritte = s.posta(&FiltroPosta {
            casella: Some(Casella::Assistenza),
            ..FiltroPosta::del_comune(ambiente, comune)
        })?;
        let domande = scritte
            .into_iter()
            .filter(|t| t.natura == NaturaPec::Domanda)
            .take(DOMANDE)
            .map(|t| {
                Ok(Domanda {
                    risposte: s.risposte(t.id)?,
                    t,
                })
            })
            .collect::<Esito<Vec<_>>>()?;
        Ok((s.blocco(ambiente, comune)?, revocati, domande))
    })
    .await?;
    let mut c = d.cornice("Assistenza", MENU).await?;
    match d.query.valore("fatto") {
        Some("domanda") => {
            c = c.con_avviso(
                "ok",
                "Domanda inviata: la risposta arriva in Posta PEC e qui sotto.",
            );
        }
        Some(_) => c = c.con_avviso("ok", "Fatto, come avrebbe fatto l'assistenza."),
        None => {}
    }
    let p = Assistenza {
        c,
        csrf: d.sessione.csrf.clone(),
        prova: di_prova(d.ambiente),
        blocco,
        puo_sbloccare: d.sessione.ha_ruolo(SBLOCCA),
        revocati: Riga::tutte(&revocati),
        puo_ripristinare: d.sessione.ha_ruolo(RIPRISTINA),
        domande,
        limite_oggetto: LIMITE_OGGETTO_SCRITTO,
        limite_testo: LIMITE_TESTO_SCRITTO,
    };
    Ok(pagina(StatusCode::OK, &p))
}

/// `POST /combas/assistenza`: a question, or something the support does.
pub(super) async fn agisce(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let (ambiente, comune) = (d.ambiente, d.sessione.comune);
    let azione = campi.valore("azione").unwrap_or_default().to_owned();
    if azione == "domanda" {
        let dato = |nome| campi.valore(nome).unwrap_or_default().to_owned();
        let (oggetto, testo) = (dato("oggetto"), dato("testo"));
        fuori(d.sim, move |s| {
            s.scrivi_all_assistenza(ambiente, comune, &oggetto, &testo)
        })
        .await?;
        return Ok(vai(&format!("{QUI}?fatto=domanda")));
    }
    if !di_prova(ambiente) {
        return Err(vietato(
            "Nell'ambiente di subentro l'assistenza agisce solo dalla console del simulatore.",
        ));
    }
    let ruoli = match azione.as_str() {
        "sblocca" => SBLOCCA,
        "ripristina" => RIPRISTINA,
        _ => return Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    };
    if !d.sessione.ha_ruolo(ruoli) {
        return Err(vietato(format!(
            "Lo chiede chi ha uno dei ruoli: {}.",
            ruoli.join(", ")
        )));
    }
    let certificato = campi.valore("certificato").unwrap_or_default().to_owned();
    fuori(d.sim, move |s| {
        if azione == "sblocca" {
            return s.sblocca(ambiente, comune).map(|_| Value::Null);
        }
        // One of another Comune does not exist.
        let v = s.certificato(&certificato)?;
        if v["comune"] == comune.as_str() {
            s.ripristina_certificato(&certificato)
        } else {
            Err(ErroreServizio::assente(
                "Nessun certificato con questo nome tra quelli del Comune.",
            ))
        }
    })
    .await?;
    Ok(vai(&format!("{QUI}?fatto=si")))
}

//! The journey as the Ministry sees it: every Comune and Prefettura, deadlines, plans, the start of tests; and the
//! credentials of the areas, for whoever teaches.

use anagrafe::CodiceIstat;
use askama::Template;
use http::StatusCode;
use registro::MacroStato;
use serde_json::{Value, json};
use servizi::{
    ErroreServizio, Esito, Simulatore,
    http::Risposta,
    percorso::{PianoSubentro, Quadro, Scadenze, SmartCardVista},
};

use super::{Chiesta, comuni::istat};
use crate::{
    cornice::{Cornice, pagina, vai},
    formati, fuori,
    modulo::{Campi, codifica},
};

struct RigaComune {
    q: Quadro,
    stato: &'static str,
    prossimo: &'static str,
    scheda: String,
}

struct RigaPrefettura {
    provincia: String,
    comuni: usize,
    inviate: usize,
    utenti: Vec<(String, String, Option<String>)>,
}

#[derive(Template)]
#[template(path = "console/percorso.html")]
struct Elenco {
    c: Cornice,
    comuni: Vec<RigaComune>,
    prefetture: Vec<RigaPrefettura>,
    s: Scadenze,
    base: String,
}

fn riga(q: Quadro) -> RigaComune {
    let passo = |id: Option<&str>| q.passi.iter().find(|p| Some(p.id) == id);
    RigaComune {
        stato: formati::macro_stato(q.stato),
        prossimo: passo(q.prossimo).map_or("nessuno", |p| p.titolo),
        scheda: passo(Some("M01")).map(|p| p.testo.clone()).unwrap_or_default(),
        q,
    }
}

fn prefetture(s: &Simulatore) -> Esito<Vec<RigaPrefettura>> {
    s.prefetture()?
        .into_iter()
        .map(|(provincia, comuni, inviate)| {
            let utenti = s
                .prefettura(&provincia)?
                .utenti
                .iter()
                .map(|u| {
                    Ok((
                        u.nome.clone(),
                        crate::aree::ruoli(&u.ruoli),
                        s.password_prefettura(u)?,
                    ))
                })
                .collect::<Esito<Vec<_>>>()?;
            Ok(RigaPrefettura {
                provincia,
                comuni,
                inviate,
                utenti,
            })
        })
        .collect()
}

/// Where the areas are.
fn base(q: &Chiesta<'_>) -> String {
    q.sim
        .indirizzi()
        .map(|i| i.ambiente(anagrafe::Ambiente::Sub).to_owned())
        .unwrap_or_default()
}

/// `GET /percorso`.
pub(super) async fn elenco(q: &Chiesta<'_>) -> Esito<Risposta> {
    let (comuni, prefetture, s) = fuori(q.sim, |s| {
        let comuni = s
            .comuni()?
            .iter()
            .map(|c| s.quadro(c.istat).map(riga))
            .collect::<Esito<Vec<_>>>()?;
        Ok((comuni, prefetture(s)?, s.scadenze()?))
    })
    .await?;
    let mut c = q.cornice("Il percorso dei Comuni", "/percorso").await?;
    c = match q.query.valore("fatto") {
        Some("solleciti") => c.con_avviso("ok", "Solleciti spediti per PEC."),
        Some(_) => c.con_avviso("ok", "Salvato."),
        None => c,
    };
    let elenco = Elenco {
        c,
        comuni,
        prefetture,
        s,
        base: base(q),
    };
    Ok(pagina(StatusCode::OK, &elenco))
}

/// `POST /percorso`: deadlines, reminders, a new Comune.
pub(super) async fn agisce(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let testo = |nome: &str| campi.pieno(nome).unwrap_or_default().to_owned();
    match campi.pieno("azione").unwrap_or_default() {
        "scadenze" => {
            let mut m = serde_json::Map::new();
            for nome in ["scheda", "prefettureDal"] {
                m.insert(nome.to_owned(), json!(testo(nome)));
            }
            for nome in ["produzioneMinima", "produzioneMassima", "anticipoProveMesi"] {
                let n: u8 = testo(nome)
                    .parse()
                    .map_err(|_| ErroreServizio::richiesta(format!("«{nome}» è un numero, da 0 a 255.")))?;
                m.insert(nome.to_owned(), json!(n));
            }
            fuori(q.sim, move |s| s.metti_scadenze(Value::Object(m))).await?;
            Ok(vai("/percorso?fatto=scadenze"))
        }
        "sollecita" => {
            let provincia = testo("provincia");
            fuori(q.sim, move |s| s.sollecita(&provincia, &[])).await?;
            Ok(vai("/percorso?fatto=solleciti"))
        }
        "comune" => {
            let codice = CodiceIstat::parse(&testo("istat"))
                .map_err(|_| ErroreServizio::richiesta("Il codice ISTAT ha sei cifre."))?;
            let nuovo = servizi::NuovoComune {
                istat: codice,
                nome: None,
                provincia: None,
                pec: None,
            };
            fuori(q.sim, move |s| s.crea_comune(nuovo)).await?;
            Ok(vai(&format!("/percorso/{codice}")))
        }
        _ => Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
}

#[derive(Template)]
#[template(path = "console/percorso_comune.html")]
struct Uno {
    c: Cornice,
    q: Quadro,
    stato: &'static str,
    cnsd: (String, String),
    piano: Option<PianoSubentro>,
    carte: Vec<SmartCardVista>,
    base: String,
}

/// `GET /percorso/{istat}`.
pub(super) async fn uno(q: &Chiesta<'_>) -> Esito<Risposta> {
    let istat = istat(q)?;
    let (quadro, cnsd, piano, carte) = fuori(q.sim, move |s| {
        Ok((
            s.quadro(istat)?,
            s.credenziali_cnsd(istat)?,
            s.piano_subentro(istat)?,
            s.smart_card(istat)?,
        ))
    })
    .await?;
    let mut c = q
        .cornice(format!("Il percorso di {istat} {}", quadro.nome), "/percorso")
        .await?;
    if q.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Fatto.");
    }
    let uno = Uno {
        c,
        stato: formati::macro_stato(quadro.stato),
        q: quadro,
        cnsd,
        piano,
        carte,
        base: base(q),
    };
    Ok(pagina(StatusCode::OK, &uno))
}

/// `POST /percorso/{istat}`: start of tests, plan, back to the beginning.
pub(super) async fn agisce_su_uno(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = istat(q)?;
    match campi.pieno("azione").unwrap_or_default() {
        "prove" => {
            fuori(q.sim, move |s| s.avvia_prove(istat)).await?;
        }
        "piano" => {
            let giorno = |nome| {
                campi
                    .pieno(nome)
                    .and_then(anagrafe::leggi_data)
                    .ok_or_else(|| ErroreServizio::richiesta("Servono tre date valide (AAAA-MM-GG)."))
            };
            let piano = json!({
                "invioPreliminare": giorno("invioPreliminare")?, "fineProve": giorno("fineProve")?,
                "inizioSubentro": giorno("inizioSubentro")?,
            });
            fuori(q.sim, move |s| s.correggi_piano_subentro(istat, piano)).await?;
        }
        "inizio" => {
            if campi.valore("conferma") != Some("si") {
                return Err(ErroreServizio::richiesta(
                    "Manca la conferma: tornare alla pagina e spuntarla.",
                ));
            }
            let modifica = json!({"stato": MacroStato::InattivoSenzaCensimento});
            fuori(q.sim, move |s| s.aggiorna_comune(istat, modifica)).await?;
        }
        _ => return Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
    Ok(vai(&format!("/percorso/{}?fatto=si", codifica(istat.as_str()))))
}

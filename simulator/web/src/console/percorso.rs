//! The journey as the Ministry sees it: every Comune and Prefettura, deadlines, plans, the start of tests; and the
//! credentials of the areas, for whoever teaches.

use anagrafe::{CodiceIstat, Data};
use askama::Template;
use http::StatusCode;
use registro::MacroStato;
use serde_json::{Map, Value, json};
use servizi::{
    ErroreServizio, Esito, Simulatore,
    http::Risposta,
    percorso::{
        ChiPianifica, Contributo, ErroreCampo, PianoSubentro, PropostaDate, Quadro, Rifiuto, RigaCruscotto,
        Scadenze, SceltaSoftwareHouse, Scritto, SmartCardVista, SoftwareHouse, StatoContributo,
    },
};

use super::{Chiesta, comuni::istat};
use crate::{
    cornice::{Cornice, pagina, vai},
    errori::{Errori, stato_dei_campi},
    formati, fuori,
    modulo::{Campi, codifica},
    piano_di_test::{self, Luogo},
};

/// The states the support can put a Comune into; the first is the beginning, which has a form of its own.
const STATI: [MacroStato; 6] = [
    MacroStato::TestAbilitato,
    MacroStato::Censito,
    MacroStato::Presubentrato,
    MacroStato::Pianificato,
    MacroStato::Subentrato,
    MacroStato::MancatoSubentro,
];

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
    utenti: Vec<UtenteMostrato>,
}

struct UtenteMostrato {
    nome: String,
    ruoli: String,
    password: Option<String>,
    /// Cards: id and password of the file.
    carte: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "console/percorso.html")]
struct Elenco {
    c: Cornice,
    comuni: Vec<RigaComune>,
    prefetture: Vec<RigaPrefettura>,
    software_house: Vec<(SoftwareHouse, Option<String>)>,
    s: Scadenze,
    base: String,
    errori: Errori,
    scritti: Campi,
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
            let carte = s.carte_prefettura(&provincia)?;
            let utenti = s
                .prefettura(&provincia)?
                .utenti
                .iter()
                .map(|u| {
                    let sue = carte.iter().filter(|c| c["nameId"] == u.nome.as_str());
                    let testo = |c: &Value, n: &str| c[n].as_str().unwrap_or_default().to_owned();
                    Ok(UtenteMostrato {
                        nome: u.nome.clone(),
                        ruoli: crate::aree::ruoli(&u.ruoli),
                        password: s.password_prefettura(u)?,
                        carte: sue.map(|c| (testo(c, "id"), testo(c, "password"))).collect(),
                    })
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
    mostra_elenco(q, StatusCode::OK, Errori::default(), Campi::default()).await
}

/// The page of them all; after a form that was refused, as it was written and with what is wrong.
async fn mostra_elenco(
    q: &Chiesta<'_>,
    stato: StatusCode,
    errori: Errori,
    scritti: Campi,
) -> Esito<Risposta> {
    let (comuni, prefetture, software_house, s) = fuori(q.sim, |s| {
        let comuni = s.quadri()?.into_iter().map(riga).collect();
        let software_house = s
            .software_house()?
            .into_iter()
            .map(|x| Ok((x.clone(), s.password_software_house(&x)?)))
            .collect::<Esito<Vec<_>>>()?;
        Ok((comuni, prefetture(s)?, software_house, s.scadenze()?))
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
        software_house,
        s,
        base: base(q),
        errori,
        scritti,
    };
    Ok(pagina(stato, &elenco))
}

/// What is to be corrected in a form, and with which status, or nothing; what is of no field of ours is of `campo`.
fn nei_campi<T>(esito: Result<T, Rifiuto>, campo: &'static str) -> Esito<Option<(StatusCode, Errori)>> {
    match esito {
        Ok(_) => Ok(None),
        Err(Rifiuto::Campi(errori)) => Ok(Some((stato_dei_campi(&errori), errori.into()))),
        Err(Rifiuto::Altro(e)) => match StatusCode::from_u16(e.http) {
            Ok(s) if s.is_client_error() => Ok(Some((s, Errori::uno(campo, e.testo)))),
            _ => Err(e),
        },
    }
}

/// The same where what is of no field is told on a page of its own.
fn solo_campi<T>(esito: Result<T, Rifiuto>) -> Esito<Option<(StatusCode, Errori)>> {
    match esito {
        Err(Rifiuto::Altro(e)) => Err(e),
        esito => nei_campi(esito, ""),
    }
}

/// The terms of the scenario as the form has them, or each that cannot be one.
fn termini(campi: &Campi) -> Result<Map<String, Value>, Vec<ErroreCampo>> {
    /// Field, what the page calls it.
    const GIORNI: [(&str, &str); 3] = [
        ("scheda", "Ultimo giorno per la scheda di monitoraggio"),
        ("prefettureDal", "Le Prefetture vedono le schede dal"),
        ("contributo", "Ultimo giorno per chiedere il contributo"),
    ];
    /// The same, and the greatest number that is kept.
    const NUMERI: [(&str, &str, u32); 5] = [
        (
            "produzioneMinima",
            "Produzione delle smart card, giorni al minimo",
            255,
        ),
        (
            "produzioneMassima",
            "Produzione delle smart card, giorni al massimo",
            255,
        ),
        ("anticipoProveMesi", "Mesi di preavviso delle prove, almeno", 255),
        ("capienzaGiornaliera", "Subentri in un giorno, al più", 65535),
        (
            "preavvisoGiorni",
            "Giorni di preavviso delle date di subentro",
            255,
        ),
    ];
    let testo = |campo| campi.pieno(campo).unwrap_or_default();
    // A form without the newer fields leaves them as they are.
    let mandato = |campo| campi.valore(campo).is_some();
    let (mut m, mut errori) = (Map::new(), Vec::new());
    for (campo, nome) in GIORNI.into_iter().filter(|(c, _)| mandato(c)) {
        match Scritto::<Data>::da_testo(testo(campo)).necessario(campo, nome) {
            Ok(giorno) => drop(m.insert(campo.to_owned(), json!(giorno.to_string()))),
            Err(e) => errori.push(e),
        }
    }
    for (campo, nome, massimo) in NUMERI.into_iter().filter(|(c, ..)| mandato(c)) {
        match Scritto::<u32>::da_testo(testo(campo)).necessario(campo, nome) {
            Ok(n) if *n > massimo => {
                errori.push(ErroreCampo::nuovo(
                    campo,
                    format!("{nome}: il numero è troppo grande."),
                ));
            }
            Ok(n) => drop(m.insert(campo.to_owned(), json!(n))),
            Err(e) => errori.push(e),
        }
    }
    if errori.is_empty() { Ok(m) } else { Err(errori) }
}

/// `POST /percorso`: deadlines, reminders, a new Comune.
pub(super) async fn agisce(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let testo = |nome: &str| campi.pieno(nome).unwrap_or_default().to_owned();
    match campi.pieno("azione").unwrap_or_default() {
        "scadenze" => {
            let m = match termini(campi) {
                Ok(m) => m,
                Err(e) => return mostra_elenco(q, StatusCode::BAD_REQUEST, e.into(), campi.clone()).await,
            };
            let fatto = fuori(q.sim, move |s| Ok(s.metti_scadenze(Value::Object(m)))).await?;
            match nei_campi(fatto, "scheda")? {
                None => Ok(vai("/percorso?fatto=scadenze")),
                Some((stato, errori)) => mostra_elenco(q, stato, errori, campi.clone()).await,
            }
        }
        "sollecita" => {
            let provincia = testo("provincia");
            fuori(q.sim, move |s| s.sollecita(&provincia, &[])).await?;
            Ok(vai("/percorso?fatto=solleciti"))
        }
        "carta" => {
            let (provincia, nome) = (testo("provincia"), testo("utente"));
            fuori(q.sim, move |s| s.emetti_carta_prefettura(&provincia, &nome)).await?;
            Ok(vai("/percorso?fatto=carta"))
        }
        "comune" => {
            let Ok(codice) = CodiceIstat::parse(&testo("istat")) else {
                let errori = Errori::uno("istat", "Il codice ISTAT ha sei cifre.");
                return mostra_elenco(q, errori.stato(), errori, campi.clone()).await;
            };
            let nuovo = servizi::NuovoComune {
                istat: codice,
                nome: None,
                provincia: None,
                pec: None,
            };
            let fatto = fuori(q.sim, move |s| Ok(s.crea_comune(nuovo).map_err(Rifiuto::from))).await?;
            match nei_campi(fatto, "istat")? {
                None => Ok(vai(&format!("/percorso/{codice}"))),
                Some((stato, errori)) => mostra_elenco(q, stato, errori, campi.clone()).await,
            }
        }
        "software-house" => {
            let nome = testo("nome").to_ascii_uppercase();
            let password = campi.valore("password").filter(|p| !p.is_empty());
            let nuova = json!({"ragioneSociale": testo("ragioneSociale"), "password": password});
            let fatto = fuori(q.sim, move |s| {
                if s.software_house()?.iter().any(|x| x.nome == nome) {
                    let no = ErroreServizio::conflitto(format!(
                        "Una software house {nome} c'è già: scegliere un altro nome utente."
                    ));
                    return Ok(Err(no.into()));
                }
                Ok(s.metti_software_house(&nome, nuova))
            })
            .await?;
            match nei_campi(fatto, "nome")? {
                None => Ok(vai("/percorso?fatto=software-house")),
                Some((stato, errori)) => mostra_elenco(q, stato, errori, campi.clone()).await,
            }
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
    date: RigaCruscotto,
    contributo: Option<Contributo>,
    scelta: SceltaSoftwareHouse,
    base: String,
    /// Position among the states, words, whether it is the present one.
    stati: Vec<(usize, &'static str, bool)>,
    errori: Errori,
    scritti: Campi,
}

/// `GET /percorso/{istat}/piano-di-test`.
pub(super) async fn piano_di_test(q: &Chiesta<'_>) -> Esito<Risposta> {
    let (istat, ambiente) = (istat(q)?, piano_di_test::ambiente(&q.query)?);
    let letto = fuori(q.sim, move |s| piano_di_test::leggi(s, istat, ambiente)).await?;
    let c = q
        .cornice(format!("Piano di test, {istat} {}", letto.0.nome), "/percorso")
        .await?;
    let luogo = Luogo {
        qui: format!("/percorso/{istat}/piano-di-test"),
        indietro: ("/percorso", "Percorso"),
        csv: false,
        nella_console: true,
    };
    Ok(piano_di_test::mostra(q.sim, c, letto, luogo))
}

/// `GET /percorso/{istat}`.
pub(super) async fn uno(q: &Chiesta<'_>) -> Esito<Risposta> {
    mostra_uno(q, StatusCode::OK, Errori::default(), Campi::default()).await
}

/// The page of a Comune; after a form that was refused, as it was written and with what is wrong.
async fn mostra_uno(q: &Chiesta<'_>, esito: StatusCode, errori: Errori, scritti: Campi) -> Esito<Risposta> {
    let istat = istat(q)?;
    let (quadro, cnsd, piano, carte, date, contributo, scelta) = fuori(q.sim, move |s| {
        Ok((
            s.quadro(istat)?,
            s.credenziali_cnsd(istat)?,
            s.piano_subentro(istat)?,
            s.smart_card(istat)?,
            s.riga_cruscotto(ChiPianifica::Ministero, istat)?,
            s.contributo(istat)?,
            s.scelta_software_house(istat)?,
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
        stati: STATI
            .iter()
            .enumerate()
            .map(|(i, s)| (i, formati::macro_stato(*s), *s == quadro.stato))
            .collect(),
        q: quadro,
        cnsd,
        piano,
        carte,
        date,
        contributo,
        scelta,
        base: base(q),
        errori,
        scritti,
    };
    Ok(pagina(esito, &uno))
}

/// `POST /percorso/{istat}`: start of tests, plan, back to the beginning.
pub(super) async fn agisce_su_uno(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = istat(q)?;
    match campi.pieno("azione").unwrap_or_default() {
        "prove" => {
            fuori(q.sim, move |s| s.avvia_prove(istat)).await?;
        }
        "piano" => {
            let piano = json!({
                "invioPreliminare": campi.pieno("invioPreliminare"), "fineProve": campi.pieno("fineProve"),
                "inizioSubentro": campi.pieno("inizioSubentro"),
            });
            // Without the form there is no plan to correct, nor a field to tell it at.
            let fatto = fuori(q.sim, move |s| Ok(s.correggi_piano_subentro(istat, piano))).await?;
            if let Some((stato, errori)) = solo_campi(fatto)? {
                return mostra_uno(q, stato, errori, campi.clone()).await;
            }
        }
        "nuova-data" => {
            let giorno = |nome| Scritto::da_testo(campi.pieno(nome).unwrap_or_default());
            let p = PropostaDate {
                prima: giorno("prima"),
                ultima: giorno("ultima"),
                preferita: giorno("preferita"),
            };
            let fatto = fuori(q.sim, move |s| {
                Ok(s.pianifica(ChiPianifica::Ministero, istat, &p))
            })
            .await?;
            if let Some((stato, errori)) = solo_campi(fatto)? {
                return mostra_uno(q, stato, errori, campi.clone()).await;
            }
        }
        "contributo" => {
            let stato = match campi.pieno("esito").unwrap_or_default() {
                "IN_VERIFICA" => StatoContributo::InVerifica,
                "ACCOLTA" => StatoContributo::Accolta,
                "RESPINTA" => StatoContributo::Respinta,
                _ => return Err(ErroreServizio::richiesta("Scegliere l'esito della richiesta.")),
            };
            let nota = campi.pieno("nota").map(ToOwned::to_owned);
            fuori(q.sim, move |s| s.esita_contributo(istat, stato, nota.as_deref())).await?;
        }
        "software-house" => {
            let nome = campi.pieno("softwareHouse").map(ToOwned::to_owned);
            let anche_con_date = campi.valore("conferma") == Some("si");
            fuori(q.sim, move |s| {
                s.affida_comune(istat, nome.as_deref(), anche_con_date)
            })
            .await?;
        }
        "sblocca" => {
            let numero = campi.pieno("numero").unwrap_or_default().to_owned();
            fuori(q.sim, move |s| s.sblocca_dall_assistenza(istat, &numero)).await?;
        }
        "stato" => {
            let stato = campi
                .pieno("stato")
                .and_then(|i| STATI.get(i.parse::<usize>().ok()?))
                .ok_or_else(|| ErroreServizio::richiesta("Scegliere uno stato."))?;
            fuori(q.sim, move |s| s.aggiorna_comune(istat, json!({"stato": stato}))).await?;
        }
        "inizio" => {
            if campi.valore("conferma") != Some("si") {
                let errori = Errori::uno("conferma", "Manca la conferma: spuntare la casella e ripetere.");
                return mostra_uno(q, errori.stato(), errori, Campi::default()).await;
            }
            let modifica = json!({"stato": MacroStato::InattivoSenzaCensimento});
            fuori(q.sim, move |s| s.aggiorna_comune(istat, modifica)).await?;
        }
        _ => return Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
    Ok(vai(&format!("/percorso/{}?fatto=si", codifica(istat.as_str()))))
}

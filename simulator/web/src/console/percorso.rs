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
    percorso::{
        ChiPianifica, Contributo, PianoSubentro, PropostaDate, Quadro, RigaCruscotto, Scadenze,
        SceltaSoftwareHouse, Scritto, SmartCardVista, SoftwareHouse, StatoContributo,
    },
};

use super::{Chiesta, comuni::istat};
use crate::{
    cornice::{Cornice, pagina, vai},
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
            // Newer fields: a form without them leaves them as they are.
            if campi.pieno("contributo").is_some() {
                m.insert("contributo".to_owned(), json!(testo("contributo")));
            }
            for nome in ["capienzaGiornaliera", "preavvisoGiorni"] {
                if campi.pieno(nome).is_some() {
                    let n: u16 = testo(nome).parse().map_err(|_| {
                        ErroreServizio::richiesta(format!("«{nome}» è un numero intero, non troppo grande."))
                    })?;
                    m.insert(nome.to_owned(), json!(n));
                }
            }
            fuori(q.sim, move |s| s.metti_scadenze(Value::Object(m))).await?;
            Ok(vai("/percorso?fatto=scadenze"))
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
        "software-house" => {
            let nome = testo("nome").to_ascii_uppercase();
            let password = campi.valore("password").filter(|p| !p.is_empty());
            let nuova = json!({"ragioneSociale": testo("ragioneSociale"), "password": password});
            fuori(q.sim, move |s| {
                if s.software_house()?.iter().any(|x| x.nome == nome) {
                    return Err(ErroreServizio::conflitto(format!(
                        "Una software house {nome} c'è già: scegliere un altro nome utente."
                    )));
                }
                s.metti_software_house(&nome, nuova)
            })
            .await?;
            Ok(vai("/percorso?fatto=software-house"))
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
            let piano = json!({
                "invioPreliminare": campi.pieno("invioPreliminare"), "fineProve": campi.pieno("fineProve"),
                "inizioSubentro": campi.pieno("inizioSubentro"),
            });
            fuori(q.sim, move |s| s.correggi_piano_subentro(istat, piano)).await?;
        }
        "nuova-data" => {
            let giorno = |nome| Scritto::da_testo(campi.pieno(nome).unwrap_or_default());
            let p = PropostaDate {
                prima: giorno("prima"),
                ultima: giorno("ultima"),
                preferita: giorno("preferita"),
            };
            fuori(q.sim, move |s| {
                Ok(s.pianifica(ChiPianifica::Ministero, istat, &p)?)
            })
            .await?;
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

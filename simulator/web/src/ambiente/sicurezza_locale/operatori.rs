//! Operators and their cards, for the ALS and the sindaco of one Comune.
//!
//! What must stay true: nobody gives a role he may not give, nor changes somebody who holds one, nor somebody who also
//! works for another Comune (a new password would open that Comune to him), nor himself.

use anagrafe::Ambiente;
use askama::Template;
use http::StatusCode;
use registro::{Operatore, StatoOperatore};
use serde_json::{Value, json};
use servizi::{
    ErroreServizio, Esito, Sessione,
    http::{Risposta, risposta},
};

use super::{Dentro, QUI};
use crate::{
    certificati::{Riga, TIPO_P12, forma},
    cornice::{Cornice, da_scaricare, pagina, vai, vietato},
    formati::{self, Etichetta},
    fuori,
    modulo::{Campi, codifica},
};

const PAGINA: &str = "/combas/sicurezza/operatori";

/// Roles a session may give: the sindaco names ALS and ALP, the ALS everybody else (process C05–C07).
fn concedibili(s: &Sessione) -> &'static [&'static str] {
    if s.ha_ruolo(&["SINDACO"]) {
        &["ALS", "ALP", "OPERATORE", "SUPERVISORE", "RESPONSABILE_CNSD"]
    } else {
        &["OPERATORE", "SUPERVISORE"]
    }
}

/// Why a session may not change an operator.
fn impedimento(s: &Sessione, o: &Operatore) -> Option<String> {
    if o.name_id == s.name_id {
        return Some("È il vostro stesso utente: lo modifica un altro amministratore o l'assistenza.".into());
    }
    if o.comuni.iter().any(|k| *k != s.comune) {
        return Some(
            "È censito anche per un altro Comune: per modificarlo serve l'assistenza (la console del simulatore)."
                .into(),
        );
    }
    let puo = concedibili(s);
    let oltre: Vec<&str> = o
        .ruoli
        .iter()
        .map(String::as_str)
        .filter(|r| !puo.contains(r))
        .collect();
    (!oltre.is_empty()).then(|| format!("Ha ruoli che non dipendono da voi: {}.", oltre.join(", ")))
}

struct Voce {
    name_id: String,
    stato: Etichetta,
    ruoli: String,
    funzioni: String,
    ambienti: String,
    carte: usize,
}

impl Voce {
    fn di(o: &Operatore, carte: &[Value]) -> Self {
        let elenco =
            |v: &std::collections::BTreeSet<String>| v.iter().cloned().collect::<Vec<_>>().join(", ");
        Self {
            name_id: o.name_id.clone(),
            stato: formati::stato_operatore(o.stato),
            ruoli: elenco(&o.ruoli),
            funzioni: if o.funzioni.contains("*") {
                "tutte".to_owned()
            } else {
                elenco(&o.funzioni)
            },
            ambienti: o
                .ambienti
                .iter()
                .map(|a| formati::ambiente(*a))
                .collect::<Vec<_>>()
                .join(", "),
            carte: carte
                .iter()
                .filter(|c| c["nameId"] == o.name_id.as_str() && c["stato"] == "attivo")
                .count(),
        }
    }
}

#[derive(Template)]
#[template(path = "ambiente/operatori.html")]
struct Elenco {
    c: Cornice,
    csrf: String,
    voci: Vec<Voce>,
    ruoli: &'static [&'static str],
}

/// `GET /combas/sicurezza/operatori`.
pub(in crate::ambiente) async fn elenco(d: &Dentro<'_>) -> Esito<Risposta> {
    let comune = d.sessione.comune;
    let (tutti, carte) = fuori(d.sim, move |s| Ok((s.operatori(comune)?, s.carte(Some(comune))?))).await?;
    let mut c = d.cornice("Gestione operatori", QUI).await?;
    if d.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Fatto.");
    }
    let elenco = Elenco {
        c,
        csrf: d.sessione.csrf.clone(),
        voci: tutti.iter().map(|o| Voce::di(o, &carte)).collect(),
        ruoli: concedibili(&d.sessione),
    };
    Ok(pagina(StatusCode::OK, &elenco))
}

#[derive(Template)]
#[template(path = "ambiente/operatore.html")]
struct Uno {
    c: Cornice,
    csrf: String,
    o: Operatore,
    voce: Voce,
    impedimento: Option<String>,
    ruoli: Vec<(&'static str, bool)>,
    ambienti: Vec<(&'static str, &'static str, bool)>,
    funzioni: String,
    carte: Vec<Riga>,
}

/// `GET /combas/sicurezza/operatori/{nome}`.
pub(in crate::ambiente) async fn uno(d: &Dentro<'_>) -> Esito<Risposta> {
    let (comune, nome) = (d.sessione.comune, d.segmenti.prendi("nome").to_owned());
    let (o, carte, con_pin) = fuori(d.sim, move |s| {
        let smart_card = s.smart_card(comune)?;
        let con_pin: Vec<String> = smart_card.into_iter().filter_map(|k| k.carta).collect();
        Ok((s.operatore(comune, &nome)?, s.carte(Some(comune))?, con_pin))
    })
    .await?;
    let mut c = d.cornice(format!("Operatore {}", o.name_id), QUI).await?;
    if d.query.valore("fatto").is_some() {
        c = c.con_avviso(
            "ok",
            "Fatto. Le sessioni aperte dell'operatore sono state chiuse.",
        );
    }
    let ruoli = concedibili(&d.sessione);
    let uno = Uno {
        c,
        csrf: d.sessione.csrf.clone(),
        voce: Voce::di(&o, &carte),
        impedimento: impedimento(&d.sessione, &o),
        ruoli: ruoli.iter().map(|r| (*r, o.ha_ruolo(r))).collect(),
        ambienti: Ambiente::TUTTI
            .into_iter()
            .map(|a| (a.chiave(), formati::ambiente(a), o.ambienti.contains(&a)))
            .collect(),
        funzioni: o.funzioni.iter().cloned().collect::<Vec<_>>().join(" "),
        carte: carte
            .iter()
            .filter(|k| k["nameId"] == o.name_id.as_str())
            .map(Riga::di)
            // What opens the file of a smart card is its PIN, and nobody but the holder knows both halves.
            .map(|mut r| {
                if con_pin.contains(&r.id) {
                    r.password.clear();
                }
                r
            })
            .collect(),
        o,
    };
    Ok(pagina(StatusCode::OK, &uno))
}

/// The profile fields of a form; roles outside `puo` are not taken.
fn profilo(campi: &Campi, puo: &[&str]) -> Esito<Value> {
    let ruoli: Vec<&str> = campi.tutti("ruolo").collect();
    if let Some(r) = ruoli.iter().find(|r| !puo.contains(r)) {
        return Err(vietato(format!("Il ruolo {r} non si può assegnare da qui.")));
    }
    let funzioni: Vec<&str> = campi
        .valore("funzioni")
        .unwrap_or_default()
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|f| !f.is_empty())
        .collect();
    let ambienti: Vec<&str> = campi.tutti("ambiente").collect();
    Ok(json!({"ruoli": ruoli, "funzioni": funzioni, "ambienti": ambienti}))
}

/// `POST /combas/sicurezza/operatori`: a new operator.
pub(in crate::ambiente) async fn crea(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let nome = campi.pieno("name_id").unwrap_or_default().to_ascii_uppercase();
    let mut modifica = profilo(campi, concedibili(&d.sessione))?;
    if let Some(p) = campi.valore("password").filter(|p| !p.is_empty()) {
        modifica["password"] = json!(p);
    }
    let (comune, chi) = (d.sessione.comune, nome.clone());
    fuori(d.sim, move |s| {
        if s.operatore_di_altri(comune, &chi)? {
            return Err(ErroreServizio::conflitto(
                "Questo nome utente è già censito per un altro Comune: per aggiungerlo anche qui serve l'assistenza \
                 (la console del simulatore).",
            ));
        }
        if s.operatore(comune, &chi).is_ok() {
            return Err(ErroreServizio::conflitto("Questo nome utente è già censito per il Comune."));
        }
        s.metti_operatore(comune, &chi, modifica)
    })
    .await?;
    Ok(vai(&format!("{PAGINA}/{}?fatto=si", codifica(&nome))))
}

/// `POST /combas/sicurezza/operatori/{nome}`: one of the commands of his page.
pub(in crate::ambiente) async fn agisce(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let (comune, nome) = (d.sessione.comune, d.segmenti.prendi("nome").to_owned());
    let chi = nome.clone();
    let o = fuori(d.sim, move |s| s.operatore(comune, &chi)).await?;
    if let Some(perche) = impedimento(&d.sessione, &o) {
        return Err(vietato(perche));
    }
    let chi = nome.clone();
    let metti = |modifica: Value| {
        fuori(d.sim, move |s| {
            s.metti_operatore(comune, &chi, modifica).map(drop)
        })
    };
    let ritorno = format!("{PAGINA}/{}?fatto=si", codifica(&nome));
    match campi.pieno("azione").unwrap_or_default() {
        "profilo" => metti(profilo(campi, concedibili(&d.sessione))?).await?,
        "password" => {
            let p = campi.valore("password").filter(|p| !p.is_empty());
            let p = p.ok_or_else(|| ErroreServizio::richiesta("Scrivere la password nuova."))?;
            metti(json!({"password": p})).await?;
        }
        "blocca" => metti(json!({"stato": StatoOperatore::Bloccato})).await?,
        "ripristina" | "attiva" => metti(json!({"stato": StatoOperatore::Attivo})).await?,
        "cancella" => {
            if campi.valore("conferma") != Some("si") {
                return Err(ErroreServizio::richiesta(
                    "Manca la conferma della cancellazione.",
                ));
            }
            fuori(d.sim, move |s| s.cancella_operatore(comune, &nome)).await?;
            return Ok(vai(&format!("{PAGINA}?fatto=si")));
        }
        "carta" => {
            let domanda = json!({
                "comune": comune, "nameId": nome, "daAttivare": campi.valore("da_attivare") == Some("si"),
            });
            fuori(d.sim, move |s| s.emetti_carta(domanda)).await?;
        }
        "revoca-carta" => {
            let id = campi.pieno("carta").unwrap_or_default().to_owned();
            sua(d, &id, Some(&nome)).await?;
            fuori(d.sim, move |s| s.revoca_carta(&id)).await?;
        }
        _ => return Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
    Ok(vai(&ritorno))
}

/// A card of this Comune, of this operator when he is named; any other does not exist.
async fn sua(d: &Dentro<'_>, id: &str, di_chi: Option<&str>) -> Esito<()> {
    let (cercata, comune) = (id.to_owned(), d.sessione.comune);
    let carta = fuori(d.sim, move |s| s.carta(&cercata)).await?;
    if carta["comune"] == comune.as_str() && di_chi.is_none_or(|n| carta["nameId"] == n) {
        Ok(())
    } else {
        Err(ErroreServizio::assente(format!("Nessuna carta {id}.")))
    }
}

/// `GET /combas/sicurezza/carte/{id}/p12`.
pub(in crate::ambiente) async fn carta(d: &Dentro<'_>) -> Esito<Risposta> {
    let (id, forma) = (
        d.segmenti.prendi("id").to_owned(),
        forma(d.query.pieno("compat"))?,
    );
    sua(d, &id, None).await?;
    // Whoever has the file and its password is the operator: only for those one may change.
    let comune = d.sessione.comune;
    let sessione = d.sessione.clone();
    let (nome, byte) = fuori(d.sim, move |s| {
        let chi = s.carta(&id)?["nameId"].as_str().unwrap_or_default().to_owned();
        if let Some(perche) = impedimento(&sessione, &s.operatore(comune, &chi)?)
            && chi != sessione.name_id
        {
            return Err(vietato(perche));
        }
        s.p12_carta(&id, forma)
    })
    .await?;
    Ok(da_scaricare(risposta(StatusCode::OK, TIPO_P12, byte), &nome))
}

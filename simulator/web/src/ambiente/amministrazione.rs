//! *Amministrazione* (process G01): what the Comune sets up before the subentro. Everybody of the Comune sees it; each
//! part is changed by the roles it names, asked again at every change.

use askama::Template;
use http::{StatusCode, request::Parts};
use registro::Comune;
use serde_json::json;
use servizi::{
    ErroreServizio, Esito, IndirizzoAbilitato, LIMITE_BOLLO_CARATTERI, LIMITE_LOGO_BYTE, LOGO_LATO_MASSIMO,
    LOGO_LATO_MINIMO, Logo, Sessione, Simulatore, VoceAmministrazione,
    http::{Corpo, Risposta, risposta},
    indirizzi_scritti,
    percorso::{ErroreCampo, Rifiuto},
};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina, vai, vietato},
    errori::Errori,
    fuori,
    modulo::Campi,
    viste::Passo,
};

/// Address of the page, and its menu entry.
const QUI: &str = "/combas/amministrazione";

/// A part of the page for whoever looks.
struct Parte {
    puo: bool,
    ruoli: String,
}

impl Parte {
    fn di(s: &Sessione, voce: VoceAmministrazione) -> Self {
        Self {
            puo: s.ha_ruolo(voce.ruoli()),
            ruoli: voce.ruoli().join(", "),
        }
    }
}

/// The fields as they are, or as they were filled in when something was wrong with them.
struct Scritti {
    pec: String,
    bollo: String,
    esente: bool,
    indirizzi: String,
}

impl Scritti {
    fn del(c: &Comune) -> Self {
        Self {
            pec: c.pec.clone().unwrap_or_default(),
            bollo: c.configurazione.bollo_virtuale.clone().unwrap_or_default(),
            esente: c.configurazione.esente_diritti,
            indirizzi: c.configurazione.indirizzi_ip.join("\n"),
        }
    }

    /// One part as it was sent; the others as they are.
    fn con(mut self, voce: &str, campi: &Campi) -> Self {
        let testo = |nome| campi.valore(nome).unwrap_or_default().to_owned();
        match voce {
            "pec" => self.pec = testo("pec"),
            "diritti" => {
                self.bollo = testo("bollo");
                self.esente = campi.valore("esente") == Some("si");
            }
            "indirizzi" => self.indirizzi = testo("indirizzi"),
            _ => {}
        }
        self
    }
}

#[derive(Template)]
#[template(path = "ambiente/amministrazione.html")]
struct Amministrazione {
    c: Cornice,
    csrf: String,
    errori: Errori,
    scritti: Scritti,
    comune: Comune,
    passi: Vec<Passo>,
    logo: Option<Logo>,
    indirizzi: Vec<IndirizzoAbilitato>,
    filtro: bool,
    pec: Parte,
    parte_logo: Parte,
    diritti: Parte,
    parte_indirizzi: Parte,
    limite_bollo: usize,
    limite_logo: u64,
    lato_minimo: u32,
    lato_massimo: u32,
}

/// What is set up and what is not, in the words of a check list; pure.
pub(super) fn pronte(comune: &Comune, logo: bool) -> Vec<Passo> {
    let conf = &comune.configurazione;
    let passo = |fatto: bool, titolo, si: String, no: &str, serve: bool| Passo {
        classe: match (fatto, serve) {
            (true, _) => "ok",
            (false, true) => "ko",
            (false, false) => "tenue",
        },
        segno: match (fatto, serve) {
            (true, _) => "✓",
            (false, true) => "✕",
            (false, false) => "–",
        },
        titolo,
        testo: if fatto { si } else { no.to_owned() },
    };
    vec![
        passo(
            comune.pec.is_some(),
            "PEC per gli esiti",
            comune.pec.clone().unwrap_or_default(),
            "manca: ogni invio è rifiutato (EN362)",
            true,
        ),
        passo(logo, "Logo", "caricato".into(), "non caricato", false),
        passo(
            conf.bollo_virtuale.is_some(),
            "Bollo virtuale",
            conf.bollo_virtuale.clone().unwrap_or_default(),
            "nessuna autorizzazione: i certificati escono con la marca da bollo",
            false,
        ),
        passo(
            conf.esente_diritti,
            "Diritti di segreteria",
            "esente".into(),
            "dovuti",
            false,
        ),
        passo(
            !conf.indirizzi_ip.is_empty(),
            "Indirizzi IP",
            crate::formati::quanti(conf.indirizzi_ip.len(), "abilitato", "abilitati"),
            "nessuno: dove il filtro è acceso, i servizi web del Comune non passano",
            false,
        ),
    ]
}

/// Whether the environment lets in only enabled addresses.
fn filtro_acceso(s: &Simulatore, d: anagrafe::Ambiente) -> bool {
    s.sicurezza(d)
        .interruttori
        .iter()
        .any(|v| v.nome == "rete_filtrata" && json!(v.valore) == true)
}

/// `GET /combas/amministrazione`.
pub(super) async fn mostra(d: &Dentro<'_>) -> Esito<Risposta> {
    presenta(d, StatusCode::OK, Errori::default(), None).await
}

/// The page, with what was wrong and, of the part that was sent, what was written.
async fn presenta(
    d: &Dentro<'_>,
    stato: StatusCode,
    errori: Errori,
    mandati: Option<(&str, &Campi)>,
) -> Esito<Risposta> {
    let istat = d.sessione.comune;
    let (comune, logo, indirizzi) = fuori(d.sim, move |s| {
        let logo = s.logo(istat)?.map(|(logo, _)| logo);
        Ok((s.comune(istat)?, logo, s.indirizzi_abilitati(istat)?))
    })
    .await?;
    let mut c = d.cornice("Amministrazione", QUI).await?;
    match d.query.valore("fatto") {
        Some("indirizzi") => {
            c = c.con_avviso("ok", "Indirizzi salvati: valgono dal giorno dopo la richiesta.");
        }
        Some(_) => c = c.con_avviso("ok", "Salvato."),
        None => {}
    }
    let s = &d.sessione;
    let mut scritti = Scritti::del(&comune);
    if let Some((voce, campi)) = mandati {
        scritti = scritti.con(voce, campi);
    }
    let p = Amministrazione {
        c,
        csrf: s.csrf.clone(),
        errori,
        scritti,
        passi: pronte(&comune, logo.is_some()),
        comune,
        logo,
        indirizzi,
        filtro: filtro_acceso(d.sim, d.ambiente),
        pec: Parte::di(s, VoceAmministrazione::Pec),
        parte_logo: Parte::di(s, VoceAmministrazione::Logo),
        diritti: Parte::di(s, VoceAmministrazione::Diritti),
        parte_indirizzi: Parte::di(s, VoceAmministrazione::Indirizzi),
        limite_bollo: LIMITE_BOLLO_CARATTERI,
        limite_logo: LIMITE_LOGO_BYTE / 1024,
        lato_minimo: LOGO_LATO_MINIMO,
        lato_massimo: LOGO_LATO_MASSIMO,
    };
    Ok(pagina(stato, &p))
}

fn richiede(s: &Sessione, voce: VoceAmministrazione) -> Esito<()> {
    if s.ha_ruolo(voce.ruoli()) {
        return Ok(());
    }
    Err(vietato(format!(
        "Questa voce la cambia chi ha uno dei ruoli: {}.",
        voce.ruoli().join(", ")
    )))
}

/// What was wrong with a part, at the field of the page that holds it.
fn al_campo(campo: &'static str, r: Rifiuto) -> Esito<Errori> {
    match r {
        Rifiuto::Campi(campi) => {
            let nella_pagina = campi.into_iter().map(|e| ErroreCampo { campo, ..e });
            Ok(nella_pagina.collect::<Vec<_>>().into())
        }
        Rifiuto::Altro(e) if e.http == 400 => Ok(Errori::uno(campo, e.testo)),
        Rifiuto::Altro(e) => Err(e),
    }
}

/// `POST /combas/amministrazione`: one part at a time.
pub(super) async fn cambia(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = d.sessione.comune;
    let voce = campi.valore("voce").unwrap_or_default();
    let (campo, fatto) = match voce {
        "pec" => {
            richiede(&d.sessione, VoceAmministrazione::Pec)?;
            let pec = campi.pieno("pec").map(ToOwned::to_owned);
            let fatto = fuori(d.sim, move |s| s.aggiorna_comune(istat, json!({"pec": pec}))).await;
            ("pec", fatto.map_err(Rifiuto::from))
        }
        "diritti" => {
            richiede(&d.sessione, VoceAmministrazione::Diritti)?;
            let bollo = campi.pieno("bollo").map(ToOwned::to_owned);
            let esente = campi.valore("esente") == Some("si");
            let fatto = fuori(d.sim, move |s| {
                Ok(s.configura_comune(istat, |c| {
                    c.bollo_virtuale = bollo;
                    c.esente_diritti = esente;
                }))
            })
            .await?;
            ("bollo", fatto)
        }
        "indirizzi" => {
            richiede(&d.sessione, VoceAmministrazione::Indirizzi)?;
            let indirizzi = indirizzi_scritti(campi.valore("indirizzi").unwrap_or_default());
            let fatto = fuori(d.sim, move |s| {
                Ok(s.configura_comune(istat, |c| c.indirizzi_ip = indirizzi))
            })
            .await?;
            ("indirizzi", fatto)
        }
        "togli-logo" => {
            richiede(&d.sessione, VoceAmministrazione::Logo)?;
            fuori(d.sim, move |s| s.togli_logo(istat)).await?;
            return Ok(vai(&format!("{QUI}?fatto=si")));
        }
        _ => return Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    };
    match fatto {
        Ok(_) => Ok(vai(&format!(
            "{QUI}?fatto={}",
            if voce == "indirizzi" { voce } else { "si" }
        ))),
        Err(r) => {
            let errori = al_campo(campo, r)?;
            presenta(d, errori.stato(), errori, Some((voce, campi))).await
        }
    }
}

/// `POST /combas/amministrazione/logo`.
pub(super) async fn carica_logo(d: &Dentro<'_>, parti: &Parts, corpo: Corpo) -> Esito<Risposta> {
    let mut modulo = d.caricamento(parti, corpo).await?;
    richiede(&d.sessione, VoceAmministrazione::Logo)?;
    let istat = d.sessione.comune;
    let Some((_, deposito)) = modulo.file.take().filter(|(nome, _)| !nome.is_empty()) else {
        let errori = Errori::uno("logo", "Manca il file: sceglierlo e ripetere.");
        return presenta(d, StatusCode::BAD_REQUEST, errori, None).await;
    };
    match fuori(d.sim, move |s| s.metti_logo(istat, &deposito)).await {
        Ok(_) => Ok(vai(&format!("{QUI}?fatto=logo"))),
        // What is wrong with the image; our own failures stay failures.
        Err(e) if matches!(e.http, 413 | 422) => {
            let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::BAD_REQUEST);
            presenta(d, stato, Errori::uno("logo", e.testo), None).await
        }
        Err(e) => Err(e),
    }
}

/// `GET /combas/amministrazione/logo.png`: that of the session's Comune, whoever asks.
pub(super) async fn logo(d: &Dentro<'_>) -> Esito<Risposta> {
    let istat = d.sessione.comune;
    let (_, png) = fuori(d.sim, move |s| s.logo(istat))
        .await?
        .ok_or_else(|| ErroreServizio::assente("Il Comune non ha un logo."))?;
    Ok(risposta(StatusCode::OK, "image/png", png))
}

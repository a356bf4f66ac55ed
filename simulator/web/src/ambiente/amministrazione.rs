//! *Amministrazione* (process G01): what the Comune sets up before the subentro. Everybody of the Comune sees it; each
//! part is changed by the roles it names, asked again at every change.

use anagrafe::CodiceIstat;
use askama::Template;
use http::{StatusCode, request::Parts};
use registro::{Comune, Configurazione};
use serde_json::json;
use servizi::{
    ErroreServizio, Esito, IndirizzoAbilitato, LIMITE_BOLLO_CARATTERI, LIMITE_LOGO_BYTE, LOGO_LATO_MASSIMO,
    LOGO_LATO_MINIMO, Logo, Sessione, Simulatore, VoceAmministrazione,
    http::{Corpo, Risposta, risposta},
};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina, vai, vietato},
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

#[derive(Template)]
#[template(path = "ambiente/amministrazione.html")]
struct Amministrazione {
    c: Cornice,
    csrf: String,
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
    let p = Amministrazione {
        c,
        csrf: s.csrf.clone(),
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
    Ok(pagina(StatusCode::OK, &p))
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

/// One address a line; blank lines and commas are forgiven.
fn righe(testo: &str) -> Vec<String> {
    testo
        .split(['\n', '\r', ',', ';'])
        .map(str::trim)
        .filter(|r| !r.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// `POST /combas/amministrazione`: one part at a time.
pub(super) async fn cambia(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = d.sessione.comune;
    let voce = campi.valore("voce").unwrap_or_default();
    match voce {
        "pec" => {
            richiede(&d.sessione, VoceAmministrazione::Pec)?;
            let pec = campi.pieno("pec").map(ToOwned::to_owned);
            fuori(d.sim, move |s| s.aggiorna_comune(istat, json!({"pec": pec}))).await?;
        }
        "diritti" => {
            richiede(&d.sessione, VoceAmministrazione::Diritti)?;
            let bollo = campi.pieno("bollo").map(ToOwned::to_owned);
            let esente = campi.valore("esente") == Some("si");
            configura(d, istat, move |c| {
                c.bollo_virtuale = bollo;
                c.esente_diritti = esente;
            })
            .await?;
        }
        "indirizzi" => {
            richiede(&d.sessione, VoceAmministrazione::Indirizzi)?;
            let indirizzi = righe(campi.valore("indirizzi").unwrap_or_default());
            configura(d, istat, move |c| c.indirizzi_ip = indirizzi).await?;
        }
        "togli-logo" => {
            richiede(&d.sessione, VoceAmministrazione::Logo)?;
            fuori(d.sim, move |s| s.togli_logo(istat)).await?;
        }
        _ => return Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
    let fatto = if voce == "indirizzi" { voce } else { "si" };
    Ok(vai(&format!("{QUI}?fatto={fatto}")))
}

async fn configura(
    d: &Dentro<'_>,
    istat: CodiceIstat,
    f: impl FnOnce(&mut Configurazione) + Send + 'static,
) -> Esito<Comune> {
    fuori(d.sim, move |s| s.configura_comune(istat, f)).await
}

/// `POST /combas/amministrazione/logo`.
pub(super) async fn carica_logo(d: &Dentro<'_>, parti: &Parts, corpo: Corpo) -> Esito<Risposta> {
    let mut modulo = d.caricamento(parti, corpo).await?;
    richiede(&d.sessione, VoceAmministrazione::Logo)?;
    let istat = d.sessione.comune;
    let (_, deposito) = modulo
        .file
        .take()
        .filter(|(nome, _)| !nome.is_empty())
        .ok_or_else(|| ErroreServizio::richiesta("Manca il file: sceglierlo e ripetere."))?;
    fuori(d.sim, move |s| s.metti_logo(istat, &deposito)).await?;
    Ok(vai(&format!("{QUI}?fatto=logo")))
}

/// `GET /combas/amministrazione/logo.png`: that of the session's Comune, whoever asks.
pub(super) async fn logo(d: &Dentro<'_>) -> Esito<Risposta> {
    let istat = d.sessione.comune;
    let (_, png) = fuori(d.sim, move |s| s.logo(istat))
        .await?
        .ok_or_else(|| ErroreServizio::assente("Il Comune non ha un logo."))?;
    Ok(risposta(StatusCode::OK, "image/png", png))
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_list_of_addresses_is_read_as_people_write_it() {
        assert_eq!(righe(" a \r\n\r\nb, c;;d "), ["a", "b", "c", "d"]);
        assert!(righe(" \n ").is_empty());
    }
}

//! One Comune: situations, plan, PEC; and the roots of the simulator.

use std::path::PathBuf;

use anagrafe::{Ambiente, CodiceIstat};
use askama::Template;
use http::StatusCode;
use registro::{Comune, Piano};
use serde_json::{Value, json};
use servizi::{
    ErroreServizio, Esito, IndirizzoAbilitato,
    http::{Risposta, risposta},
    percorso::SceltaSoftwareHouse,
};

use super::{
    Chiesta,
    casa::{VistaOperatore, VistaPostazione, operatori, postazioni, testo, voci},
};
use crate::{
    cornice::{Cornice, da_scaricare, pagina, vai},
    formati::{self, Etichetta},
    fuori,
    modulo::Campi,
};

struct VistaPiano {
    chiave: &'static str,
    nome: &'static str,
    situazione: Etichetta,
    inizio: String,
    fine: String,
    /// What the support would do, when the Comune is stuck there.
    rimedio: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "console/comune.html")]
struct UnComune {
    c: Cornice,
    comune: Comune,
    macro_stato: &'static str,
    ambienti: Vec<VistaPiano>,
    operatori: Vec<VistaOperatore>,
    postazioni: Vec<VistaPostazione>,
    indirizzi: Vec<IndirizzoAbilitato>,
    logo: bool,
    cnsd: (String, String),
    scelta: SceltaSoftwareHouse,
}

pub(super) fn istat(q: &Chiesta<'_>) -> Esito<CodiceIstat> {
    CodiceIstat::parse(q.segmenti.prendi("istat"))
        .map_err(|_| ErroreServizio::assente("Nessun Comune con questo codice: servono sei cifre."))
}

/// `GET /comuni/{istat}`.
pub(super) async fn uno(q: &Chiesta<'_>) -> Esito<Risposta> {
    let istat = istat(q)?;
    let (comune, piani, pronto, cnsd, scelta, indirizzi, logo) = fuori(q.sim, move |s| {
        let piani = Ambiente::TUTTI
            .into_iter()
            .map(|a| Ok((a, s.piano(istat, a)?, s.blocco(a, istat)?)))
            .collect::<Esito<Vec<_>>>()?;
        let logo = s.logo(istat)?.is_some();
        Ok((
            s.comune(istat)?,
            piani,
            s.pronto()?,
            s.credenziali_cnsd(istat)?,
            s.scelta_software_house(istat)?,
            s.indirizzi_abilitati(istat)?,
            logo,
        ))
    })
    .await?;
    let chiavi = voci(&pronto, "comuni")
        .iter()
        .find(|p| testo(p, "istat") == istat.as_str())
        .unwrap_or(&Value::Null);
    let ambienti = piani
        .into_iter()
        .map(|(a, p, blocco)| VistaPiano {
            rimedio: blocco.map(servizi::Blocco::rimedio),
            chiave: a.chiave(),
            nome: formati::ambiente(a),
            situazione: formati::situazione(&comune, a),
            inizio: p.map(|p| p.inizio.to_string()).unwrap_or_default(),
            fine: p.map(|p| p.fine.to_string()).unwrap_or_default(),
        })
        .collect();
    let mut c = q.cornice(comune.nome.clone(), "").await?;
    if q.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Salvato.");
    }
    let una = UnComune {
        c,
        macro_stato: formati::macro_stato(comune.stato),
        ambienti,
        operatori: operatori(chiavi),
        postazioni: postazioni(chiavi),
        cnsd,
        scelta,
        indirizzi,
        logo,
        comune,
    };
    Ok(pagina(StatusCode::OK, &una))
}

/// `POST /comuni/{istat}/piano`.
pub(super) async fn piano(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = istat(q)?;
    let errato =
        |t: &str| ErroreServizio::richiesta(format!("{t}: tornare alla pagina, correggere e ripetere."));
    let ambiente: Ambiente = campi
        .pieno("ambiente")
        .and_then(|a| a.parse().ok())
        .ok_or_else(|| errato("Ambiente non riconosciuto"))?;
    let giorno = |nome| {
        campi
            .pieno(nome)
            .map(|t| anagrafe::leggi_data(t).ok_or_else(|| errato("Data non valida")))
            .transpose()
    };
    let piano = match (giorno("inizio")?, giorno("fine")?) {
        (None, None) => None,
        (Some(inizio), Some(fine)) if inizio <= fine => Some(Piano { inizio, fine }),
        (Some(_), Some(_)) => return Err(errato("La finestra finisce prima di cominciare")),
        _ => return Err(errato("Servono entrambe le date, oppure nessuna")),
    };
    fuori(q.sim, move |s| s.metti_piano(istat, ambiente, piano)).await?;
    Ok(vai(&format!("/comuni/{}?fatto=si", istat.as_str())))
}

/// `POST /comuni/{istat}/pec`.
pub(super) async fn pec(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = istat(q)?;
    let pec = campi.pieno("pec").map(ToOwned::to_owned);
    fuori(q.sim, move |s| s.aggiorna_comune(istat, json!({"pec": pec}))).await?;
    Ok(vai(&format!("/comuni/{}?fatto=si", istat.as_str())))
}

/// `POST /comuni/{istat}/sblocco`: what the support would do.
pub(super) async fn sblocca(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = istat(q)?;
    let ambiente: Ambiente = campi
        .pieno("ambiente")
        .and_then(|a| a.parse().ok())
        .ok_or_else(|| ErroreServizio::richiesta("Ambiente non riconosciuto."))?;
    fuori(q.sim, move |s| s.sblocca(ambiente, istat)).await?;
    Ok(vai(&format!("/comuni/{}?fatto=si", istat.as_str())))
}

/// `GET /ca.pem`.
pub(super) async fn ca(q: &Chiesta<'_>) -> Esito<Risposta> {
    let percorso = fuori(q.sim, |s| Ok(testo(&s.pronto()?, "ca"))).await?;
    scarica(q, percorso, "application/x-pem-file", "ca.pem".to_owned()).await
}

async fn scarica(q: &Chiesta<'_>, percorso: String, tipo: &'static str, nome: String) -> Esito<Risposta> {
    let byte = fuori(q.sim, move |_| Ok(std::fs::read(PathBuf::from(percorso))?)).await?;
    Ok(da_scaricare(risposta(StatusCode::OK, tipo, byte), &nome))
}

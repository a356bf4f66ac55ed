//! One Comune: situations, plan, PEC; and the roots of the simulator.

use std::path::PathBuf;

use anagrafe::{Ambiente, CodiceIstat, Data};
use askama::Template;
use http::StatusCode;
use registro::{Comune, Piano};
use serde_json::{Value, json};
use servizi::{
    ErroreServizio, Esito, IndirizzoAbilitato,
    http::{Risposta, risposta},
    percorso::{ErroreCampo, SceltaSoftwareHouse, Scritto},
};

use super::{
    Chiesta,
    casa::{VistaOperatore, VistaPostazione, operatori, postazioni, testo, voci},
};
use crate::{
    cornice::{Cornice, da_scaricare, pagina, vai},
    errori::Errori,
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
    /// Fields of its window, and their note.
    campi: [&'static str; 3],
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
    errori: Errori,
}

/// The fields of the window of an environment and their note, as the page has them: three of them share their names.
const fn campi_della_finestra(a: Ambiente) -> [&'static str; 3] {
    match a {
        Ambiente::Test => ["i-test", "f-test", "n-test"],
        Ambiente::Pre => ["i-pre", "f-pre", "n-pre"],
        Ambiente::Sub => ["i-sub", "f-sub", "n-sub"],
    }
}

pub(super) fn istat(q: &Chiesta<'_>) -> Esito<CodiceIstat> {
    CodiceIstat::parse(q.segmenti.prendi("istat"))
        .map_err(|_| ErroreServizio::assente("Nessun Comune con questo codice: servono sei cifre."))
}

/// `GET /comuni/{istat}`.
pub(super) async fn uno(q: &Chiesta<'_>) -> Esito<Risposta> {
    mostra(q, Errori::default(), &Campi::default()).await
}

/// The page of a Comune; after a window that was refused, as it was written and with what is wrong.
async fn mostra(q: &Chiesta<'_>, errori: Errori, scritti: &Campi) -> Esito<Risposta> {
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
        .map(|(a, p, blocco)| {
            let di_prima = |d: fn(&Piano) -> Data| p.as_ref().map(|p| d(p).to_string()).unwrap_or_default();
            let (inizio, fine) = (di_prima(|p| p.inizio), di_prima(|p| p.fine));
            let scritta = scritti.pieno("ambiente") == Some(a.chiave());
            VistaPiano {
                rimedio: blocco.map(servizi::Blocco::rimedio),
                chiave: a.chiave(),
                nome: formati::ambiente(a),
                situazione: formati::situazione(&comune, a),
                inizio: if scritta {
                    scritti.scritto("inizio", inizio)
                } else {
                    inizio
                },
                fine: if scritta {
                    scritti.scritto("fine", fine)
                } else {
                    fine
                },
                campi: campi_della_finestra(a),
            }
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
        errori,
    };
    Ok(pagina(una.errori.stato(), &una))
}

/// A window with both of its days, none with neither.
fn finestra(
    inizio: &Scritto<Data>,
    fine: &Scritto<Data>,
    [campo_inizio, campo_fine, _]: [&'static str; 3],
) -> Result<Option<Piano>, Vec<ErroreCampo>> {
    if (inizio, fine) == (&Scritto::Assente, &Scritto::Assente) {
        return Ok(None);
    }
    match (
        inizio.necessario(campo_inizio, "Inizio finestra"),
        fine.necessario(campo_fine, "Fine finestra"),
    ) {
        (Ok(&inizio), Ok(&fine)) if inizio <= fine => Ok(Some(Piano { inizio, fine })),
        (Ok(_), Ok(_)) => Err(vec![ErroreCampo::nuovo(
            campo_fine,
            "La finestra finisce prima di cominciare.",
        )]),
        (inizio, fine) => Err(inizio.err().into_iter().chain(fine.err()).collect()),
    }
}

/// `POST /comuni/{istat}/piano`.
pub(super) async fn piano(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = istat(q)?;
    let ambiente: Ambiente = campi
        .pieno("ambiente")
        .and_then(|a| a.parse().ok())
        .ok_or_else(|| ErroreServizio::richiesta("Ambiente non riconosciuto."))?;
    let giorno = |nome| Scritto::<Data>::da_testo(campi.pieno(nome).unwrap_or_default());
    let piano = match finestra(&giorno("inizio"), &giorno("fine"), campi_della_finestra(ambiente)) {
        Ok(piano) => piano,
        Err(errori) => return mostra(q, errori.into(), campi).await,
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

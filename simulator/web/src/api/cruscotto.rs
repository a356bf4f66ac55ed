//! The calls of the dashboard of the subentro and of the contribution. Whoever calls is the trainer: for a software house
//! its rules hold, for the sindaco his role is taken for granted.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use servizi::{
    ErroreServizio, Esito, Simulatore,
    http::{Risposta, risposta},
    percorso::{
        Chi, ChiPianifica, PropostaContributo, PropostaDate, SoftwareHouse, StatoContributo,
        StatoPianificazione, esporta_piano,
    },
};

use super::{
    Chiamata,
    forniture::accetta,
    mondo,
    percorso::{Percorso, o_campi},
    risposte::json as come_json,
};
use crate::{ambiente::TIPO_P7M, cornice::da_scaricare, fuori};

const OK: StatusCode = StatusCode::OK;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Importazione {
    csv: String,
    #[serde(default)]
    sostituisci: bool,
    /// In whose name; the Ministry's when missing.
    #[serde(default)]
    software_house: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Documento {
    nome: String,
    base64: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EsitoChiesto {
    stato: StatoContributo,
    #[serde(default)]
    nota: Option<String>,
}

/// Which software house looks after a Comune from now on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Affidato {
    nome: String,
    /// Also with dates planned.
    #[serde(default)]
    sostituisci: bool,
}

/// A software house as the API shows it: never the hash, the password only when it is that of the seed.
fn software_house(s: &Simulatore, x: &SoftwareHouse) -> Esito<Value> {
    Ok(json!({
        "nome": x.nome, "ragioneSociale": x.ragione_sociale, "comuni": x.comuni,
        "password": s.password_software_house(x)?,
    }))
}

/// Calls without a body, orders among them.
pub(super) async fn leggi(a: Percorso, c: &Chiamata<'_>) -> Esito<Risposta> {
    let sim = c.sim;
    Ok(match a {
        Percorso::Dashboard => come_json(OK, &fuori(sim, Simulatore::vista_pubblica).await?),
        Percorso::Pianificazione => righe(c).await?,
        Percorso::PianificazioneComune => {
            let istat = mondo::istat(c)?;
            let riga = fuori(sim, move |s| s.riga_cruscotto(ChiPianifica::Ministero, istat));
            come_json(OK, &riga.await?)
        }
        Percorso::SoftwareHouse => {
            let tutte = fuori(sim, |s| {
                s.software_house()?
                    .iter()
                    .map(|x| software_house(s, x))
                    .collect::<Esito<Vec<_>>>()
            });
            come_json(OK, &tutte.await?)
        }
        Percorso::Affidamento => {
            let istat = mondo::istat(c)?;
            come_json(OK, &fuori(sim, move |s| s.affidamento(istat)).await?)
        }
        Percorso::AffidamentoTogli => {
            let istat = mondo::istat(c)?;
            let anche_con_date = c.query.pieno("sostituisci") == Some("si");
            let a = fuori(sim, move |s| s.affida_comune(istat, None, anche_con_date));
            come_json(OK, &a.await?)
        }
        Percorso::Contributo => {
            let istat = mondo::istat(c)?;
            come_json(OK, &fuori(sim, move |s| s.contributo(istat)).await?)
        }
        Percorso::ContributoDocumento => {
            let istat = mondo::istat(c)?;
            let testo = fuori(sim, move |s| s.documento_contributo(istat)).await?;
            let r = risposta(OK, "text/plain; charset=utf-8", testo);
            da_scaricare(r, &format!("contributo-{istat}.txt"))
        }
        Percorso::ContributoProva => {
            let istat = mondo::istat(c)?;
            let (nome, p7m) = fuori(sim, move |s| s.firma_di_prova(istat, Chi::Formatore)).await?;
            if accetta(c, TIPO_P7M) {
                da_scaricare(risposta(OK, TIPO_P7M, p7m), &nome)
            } else {
                come_json(
                    OK,
                    &json!({"nome": nome, "base64": frontiera::security::in_base64(&p7m)}),
                )
            }
        }
        Percorso::ContributoInvio => {
            let istat = mondo::istat(c)?;
            come_json(
                OK,
                &fuori(sim, move |s| s.invia_contributo(istat, Chi::Formatore)).await?,
            )
        }
        _ => return Err(ErroreServizio::guasto("chiamata senza risposta")),
    })
}

async fn righe(c: &Chiamata<'_>) -> Esito<Risposta> {
    let stato = c
        .query
        .pieno("stato")
        .map(|s| {
            StatoPianificazione::parse(s).ok_or_else(|| {
                let parole = StatoPianificazione::TUTTI.map(StatoPianificazione::parola);
                ErroreServizio::richiesta(format!("«stato» è uno di {}.", parole.join(", ")))
            })
        })
        .transpose()?;
    let testo = c.query.pieno("testo").unwrap_or_default().to_owned();
    let righe = fuori(c.sim, move |s| {
        s.cruscotto(ChiPianifica::Ministero, stato, &testo)
    })
    .await?;
    if accetta(c, "text/csv") {
        let r = risposta(OK, "text/csv; charset=utf-8", esporta_piano(&righe)?);
        return Ok(da_scaricare(r, "piano-subentro.csv"));
    }
    Ok(come_json(OK, &righe))
}

/// Calls with a JSON body.
pub(super) async fn scrivi(a: Percorso, c: &Chiamata<'_>, v: Value) -> Esito<Risposta> {
    let sim = c.sim;
    Ok(match a {
        Percorso::PianificazioneMetti => {
            let istat = mondo::istat(c)?;
            let p: PropostaDate = mondo::leggi(v)?;
            let fatta = fuori(sim, move |s| Ok(s.pianifica_per_conto(istat, &p)));
            o_campi(fatta.await?, |campo| campo)?
        }
        Percorso::NuovaData => {
            let istat = mondo::istat(c)?;
            let p: PropostaDate = mondo::leggi(v)?;
            let fatta = fuori(sim, move |s| Ok(s.pianifica(ChiPianifica::Ministero, istat, &p)));
            o_campi(fatta.await?, |campo| campo)?
        }
        Percorso::PianificazioneImporta => {
            let i: Importazione = mondo::leggi(v)?;
            let esito = fuori(sim, move |s| {
                let chi = i
                    .software_house
                    .as_deref()
                    .map_or(ChiPianifica::Ministero, ChiPianifica::SoftwareHouse);
                s.importa_piano(chi, i.csv.as_bytes(), i.sostituisci)
            })
            .await?;
            let stato = if esito.errori.is_empty() {
                OK
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            come_json(stato, &esito)
        }
        Percorso::SoftwareHouseMetti => {
            let nome = c.segmenti.prendi("nome").to_owned();
            let x = fuori(sim, move |s| {
                software_house(s, &s.metti_software_house(&nome, v)?)
            });
            come_json(OK, &x.await?)
        }
        Percorso::AffidamentoMetti => {
            let istat = mondo::istat(c)?;
            let a: Affidato = mondo::leggi(v)?;
            let a = fuori(sim, move |s| s.affida_comune(istat, Some(&a.nome), a.sostituisci));
            come_json(OK, &a.await?)
        }
        Percorso::ContributoMetti => {
            let istat = mondo::istat(c)?;
            let p: PropostaContributo = mondo::leggi(v)?;
            let k = fuori(sim, move |s| Ok(s.salva_contributo(istat, Chi::Formatore, &p)));
            o_campi(k.await?, |campo| campo)?
        }
        Percorso::ContributoFirmato => {
            let istat = mondo::istat(c)?;
            let d: Documento = mondo::leggi(v)?;
            let byte = frontiera::security::base64(&d.base64)
                .ok_or_else(|| ErroreServizio::richiesta("«base64» non è Base64."))?;
            let k = fuori(sim, move |s| {
                s.firma_contributo(istat, Chi::Formatore, &d.nome, &byte)
            });
            come_json(OK, &k.await?)
        }
        Percorso::ContributoEsito => {
            let istat = mondo::istat(c)?;
            let e: EsitoChiesto = mondo::leggi(v)?;
            let k = fuori(sim, move |s| {
                s.esita_contributo(istat, e.stato, e.nota.as_deref())
            });
            come_json(OK, &k.await?)
        }
        _ => return Err(ErroreServizio::guasto("chiamata senza risposta")),
    })
}

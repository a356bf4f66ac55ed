//! The calls of the journey around the files, each in a line or two over the facade. Whoever calls is the trainer: he
//! plays every part, in its turn.

use anagrafe::Data;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use servizi::{
    ErroreServizio, Esito, Simulatore,
    http::{Risposta, risposta},
    percorso::{Chi, PropostaScheda, Rifiuto, Scritto, StatoScheda, UtentePrefettura, di_sole_regole},
};

use super::{
    Chiamata,
    forniture::accetta,
    mondo,
    risposte::{errore_di_campi, json as come_json},
};
use crate::{aree::esporta, cornice::da_scaricare, fuori};

const OK: StatusCode = StatusCode::OK;
/// Who acts at the Prefettura when the API does.
const FORMATORE: &str = "FORMATORE";

/// What a call of the journey does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the row of the table that names it")]
pub(crate) enum Percorso {
    Scadenze,
    ScadenzeMetti,
    Comuni,
    Quadro,
    Scheda,
    SchedaMetti,
    PianoSubentro,
    PianoSubentroMetti,
    Prove,
    Censimento,
    CensimentoMetti,
    CensimentoEsempio,
    CensimentoInvio,
    Nomine,
    SmartCard,
    Busta,
    Registrazione,
    Attivazione,
    Sblocco,
    SbloccoAssistenza,
    Prefetture,
    Prefettura,
    PrefetturaMetti,
    PrefetturaCarta,
    Schede,
    Solleciti,
    Plichi,
    PlicoRegistra,
    PlicoConvoca,
    PlicoConsegna,
    Dashboard,
    Pianificazione,
    PianificazioneComune,
    PianificazioneMetti,
    PianificazioneImporta,
    NuovaData,
    SoftwareHouse,
    SoftwareHouseMetti,
    Affidamento,
    AffidamentoMetti,
    AffidamentoTogli,
    Contributo,
    ContributoMetti,
    ContributoDocumento,
    ContributoProva,
    ContributoFirmato,
    ContributoInvio,
    ContributoEsito,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nominati {
    als: String,
    alp: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Convocazione {
    #[serde(default)]
    giorno: Scritto<Data>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ritiro {
    ricevente: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UtenteDaCarta {
    nome: String,
}

/// A user as the API shows him: never the hash, the password only when it is that of the seed.
fn utente(s: &Simulatore, u: &UtentePrefettura) -> Esito<Value> {
    Ok(json!({"nome": u.nome, "ruoli": u.ruoli, "password": s.password_prefettura(u)?}))
}

fn prefettura(s: &Simulatore, p: &servizi::percorso::Prefettura) -> Esito<Value> {
    let utenti = p.utenti.iter().map(|u| utente(s, u)).collect::<Esito<Vec<_>>>()?;
    Ok(json!({
        "provincia": p.provincia, "utenti": utenti, "postazioni": p.postazioni, "certificato": p.certificato,
        "postazione": p.postazione,
    }))
}

/// Calls without a body, orders among them.
pub(super) async fn leggi(a: Percorso, c: &Chiamata<'_>) -> Esito<Risposta> {
    let sim = c.sim;
    let dato = |nome| c.segmenti.prendi(nome).to_owned();
    Ok(match a {
        Percorso::Scadenze => come_json(OK, &fuori(sim, Simulatore::scadenze).await?),
        Percorso::Comuni => come_json(OK, &fuori(sim, Simulatore::quadri).await?),
        Percorso::Quadro => {
            let istat = mondo::istat(c)?;
            let quadro = fuori(sim, move |s| {
                let mut v = serde_json::to_value(s.quadro(istat)?).map_err(ErroreServizio::guasto)?;
                let (utente, password) = s.credenziali_cnsd(istat)?;
                v["areaPrivata"] = json!({"utente": utente, "password": password});
                Ok(v)
            });
            come_json(OK, &quadro.await?)
        }
        Percorso::Scheda => {
            let istat = mondo::istat(c)?;
            come_json(OK, &fuori(sim, move |s| s.scheda_monitoraggio(istat)).await?)
        }
        Percorso::PianoSubentro => {
            let istat = mondo::istat(c)?;
            come_json(OK, &fuori(sim, move |s| s.piano_subentro(istat)).await?)
        }
        Percorso::Prove => {
            let istat = mondo::istat(c)?;
            come_json(OK, &fuori(sim, move |s| s.avvia_prove(istat)).await?)
        }
        Percorso::Censimento => {
            let istat = mondo::istat(c)?;
            come_json(OK, &fuori(sim, move |s| s.censimento(istat)).await?)
        }
        Percorso::CensimentoEsempio => {
            let istat = mondo::istat(c)?;
            let k = fuori(sim, move |s| Ok(s.censimento_di_esempio(istat)?)).await?;
            come_json(OK, &k)
        }
        Percorso::CensimentoInvio => {
            let istat = mondo::istat(c)?;
            let inviato = fuori(sim, move |s| Ok(s.invia_censimento(istat))).await?;
            o_campi(inviato, nel_censimento)?
        }
        Percorso::SmartCard => {
            let istat = mondo::istat(c)?;
            come_json(OK, &fuori(sim, move |s| s.smart_card(istat)).await?)
        }
        Percorso::Busta => {
            let (istat, numero) = (mondo::istat(c)?, dato("numero"));
            come_json(OK, &fuori(sim, move |s| s.busta(istat, &numero)).await?)
        }
        Percorso::Registrazione => {
            let (istat, numero) = (mondo::istat(c)?, dato("numero"));
            let carte = fuori(sim, move |s| {
                s.registra_smart_card(istat, Chi::Formatore, &numero)?;
                s.smart_card(istat)
            });
            come_json(OK, &carte.await?)
        }
        Percorso::SbloccoAssistenza => {
            let (istat, numero) = (mondo::istat(c)?, dato("numero"));
            let carte = fuori(sim, move |s| {
                s.sblocca_dall_assistenza(istat, &numero)?;
                s.smart_card(istat)
            });
            come_json(OK, &carte.await?)
        }
        Percorso::Prefetture => {
            let tutte = fuori(sim, Simulatore::prefetture).await?;
            let righe: Vec<Value> = tutte
                .iter()
                .map(|(p, comuni, inviate)| json!({"provincia": p, "comuni": comuni, "schedeInviate": inviate}))
                .collect();
            come_json(OK, &righe)
        }
        Percorso::Prefettura => {
            let sigla = dato("provincia");
            come_json(
                OK,
                &fuori(sim, move |s| prefettura(s, &s.prefettura(&sigla)?)).await?,
            )
        }
        Percorso::Schede => schede(c).await?,
        Percorso::Solleciti => {
            let sigla = dato("provincia");
            let chi = fuori(sim, move |s| s.sollecita(&sigla, &[])).await?;
            come_json(OK, &json!({"sollecitati": chi}))
        }
        Percorso::Plichi => {
            let sigla = dato("provincia");
            come_json(OK, &fuori(sim, move |s| s.plichi_della_provincia(&sigla)).await?)
        }
        Percorso::PlicoRegistra => {
            let id = dato("id");
            let riga = fuori(sim, move |s| {
                s.registra_plico(&id)?;
                s.riga_plico(&id)
            });
            come_json(OK, &riga.await?)
        }
        altra => return super::cruscotto::leggi(altra, c).await,
    })
}

async fn schede(c: &Chiamata<'_>) -> Esito<Risposta> {
    let sigla = c.segmenti.prendi("provincia").to_owned();
    let stato = c
        .query
        .pieno("stato")
        .map(|s| {
            StatoScheda::parse(s).ok_or_else(|| {
                ErroreServizio::richiesta(
                    "«stato» è uno di INVIATA, INVIATA_IN_RITARDO, DA_INVIARE, MANCANTE.",
                )
            })
        })
        .transpose()?;
    let testo = c.query.pieno("testo").unwrap_or_default().to_owned();
    let provincia = sigla.clone();
    let righe = fuori(c.sim, move |s| {
        s.schede_della_provincia(&provincia, stato, &testo, true)
    })
    .await?;
    if accetta(c, "text/csv") {
        let r = risposta(OK, "text/csv; charset=utf-8", esporta(&righe)?);
        return Ok(da_scaricare(r, &format!("schede-{sigla}.csv")));
    }
    Ok(come_json(OK, &righe))
}

/// Calls with a JSON body.
pub(super) async fn scrivi(a: Percorso, c: &Chiamata<'_>, v: Value) -> Esito<Risposta> {
    let sim = c.sim;
    let dato = |nome| c.segmenti.prendi(nome).to_owned();
    Ok(match a {
        Percorso::ScadenzeMetti => come_json(OK, &fuori(sim, move |s| Ok(s.metti_scadenze(v)?)).await?),
        Percorso::SchedaMetti => {
            let istat = mondo::istat(c)?;
            let proposta: PropostaScheda = mondo::leggi(v)?;
            let chi = servizi::percorso::utente_cnsd(istat);
            let scheda = fuori(sim, move |s| Ok(s.manda_scheda(istat, &chi, &proposta))).await?;
            o_campi(scheda, |campo| campo)?
        }
        Percorso::PianoSubentroMetti => {
            let istat = mondo::istat(c)?;
            come_json(
                OK,
                &fuori(sim, move |s| Ok(s.correggi_piano_subentro(istat, v)?)).await?,
            )
        }
        Percorso::CensimentoMetti => {
            let istat = mondo::istat(c)?;
            let bozza = fuori(sim, move |s| Ok(s.metti_censimento(istat, v))).await?;
            o_campi(bozza, nel_censimento)?
        }
        Percorso::Nomine => {
            let istat = mondo::istat(c)?;
            let n: Nominati = mondo::leggi(v)?;
            let nomine = fuori(sim, move |s| s.nomina(istat, Chi::Formatore, &n.als, &n.alp)).await?;
            come_json(OK, &nomine)
        }
        Percorso::Attivazione | Percorso::Sblocco => {
            let (istat, numero) = (mondo::istat(c)?, dato("numero"));
            let carte = fuori(sim, move |s| {
                if a == Percorso::Attivazione {
                    s.attiva_smart_card(istat, &numero, &codice(&v, "pin")?)?;
                } else {
                    s.sblocca_smart_card(istat, &numero, &codice(&v, "puk")?)?;
                }
                s.smart_card(istat)
            });
            come_json(OK, &carte.await?)
        }
        Percorso::PrefetturaMetti => {
            let sigla = dato("provincia");
            let p = fuori(sim, move |s| {
                Ok(match s.metti_prefettura(&sigla, v) {
                    Ok(p) => Ok(prefettura(s, &p)?),
                    Err(r) => Err(r),
                })
            });
            o_campi(p.await?, |campo| campo)?
        }
        Percorso::PrefetturaCarta => {
            let (sigla, u): (_, UtenteDaCarta) = (dato("provincia"), mondo::leggi(v)?);
            let carta = fuori(sim, move |s| s.emetti_carta_prefettura(&sigla, &u.nome)).await?;
            come_json(StatusCode::CREATED, &carta)
        }
        Percorso::PlicoConvoca => {
            let id = dato("id");
            let q: Convocazione = mondo::leggi(v)?;
            let giorno = *q
                .giorno
                .necessario("giorno", "Giorno della convocazione")
                .map_err(|e| Rifiuto::Campi(vec![e]))?;
            let riga = fuori(sim, move |s| {
                s.convoca_sindaco(&id, giorno)?;
                s.riga_plico(&id)
            });
            come_json(OK, &riga.await?)
        }
        Percorso::PlicoConsegna => {
            let id = dato("id");
            let r: Ritiro = mondo::leggi(v)?;
            let riga = fuori(sim, move |s| {
                s.consegna_plico(&id, FORMATORE, &r.ricevente)?;
                s.riga_plico(&id)
            });
            come_json(OK, &riga.await?)
        }
        altra => return super::cruscotto::scrivi(altra, c, v).await,
    })
}

/// The answer, or a refusal with each field that is not right, by its name in the JSON.
pub(super) fn o_campi<T: Serialize>(
    esito: Result<T, Rifiuto>,
    nome: impl Fn(&'static str) -> &'static str,
) -> Esito<Risposta> {
    match esito {
        Ok(v) => Ok(come_json(OK, &v)),
        Err(Rifiuto::Campi(campi)) if di_sole_regole(&campi).is_none() => Ok(errore_di_campi(
            campi.into_iter().map(|e| (nome(e.campo), e.testo)),
        )),
        // What only rules refuse is told with their code.
        Err(r) => Err(r.into()),
    }
}

/// The fields of the form of the censimento, as its JSON names them.
fn nel_censimento(campo: &'static str) -> &'static str {
    match campo {
        "responsabile" => "responsabile.nominativo",
        "emailResponsabile" => "responsabile.email",
        "codiceFiscale" => "persone.codiceFiscale",
        "cognome" => "persone.cognome",
        "nome" => "persone.nome",
        "email" => "persone.email",
        altro => altro,
    }
}

/// A code in a body.
fn codice(v: &Value, nome: &str) -> Esito<String> {
    v.get(nome)
        .and_then(Value::as_str)
        .map(ToOwned::to_owned)
        .ok_or_else(|| ErroreServizio::richiesta(format!("Manca «{nome}», un testo.")))
}

//! Persons and families of the register over the API.

use anagrafe::{Data, leggi_data};
use http::StatusCode;
use serde_json::Value;
use servizi::{CercaPersone, ErroreServizio, Esito, ModificaScheda, SCHEDE_PER_PAGINA, http::Risposta};

use super::{Chiamata, mondo, risposte::json as come_json, rotte::Azione};
use crate::fuori;

const OK: StatusCode = StatusCode::OK;
/// Rows of a list when the caller does not say.
const RIGHE_PREDEFINITE: usize = 100;

impl Chiamata<'_> {
    /// The segment `{id}` as an id of ANPR; what is no number is nobody's.
    fn id_anpr(&self) -> Esito<u64> {
        self.segmenti
            .prendi("id")
            .parse()
            .map_err(|_| ErroreServizio::assente("Nessuna scheda con questo idANPR: è un numero."))
    }

    fn pagina(&self) -> Esito<(u64, usize)> {
        let limite = self.numero::<usize>("limite")?.unwrap_or(RIGHE_PREDEFINITE);
        Ok((self.numero("dopo")?.unwrap_or(0), limite.min(SCHEDE_PER_PAGINA)))
    }

    fn cerca_persone(&self) -> Esito<CercaPersone> {
        let testo = |nome: &str| self.query.pieno(nome).map(ToOwned::to_owned);
        let nascita: Option<Data> = self
            .query
            .pieno("nascita")
            .map(|t| {
                leggi_data(t).ok_or_else(|| {
                    ErroreServizio::richiesta("Il parametro «nascita» non è valido: serve AAAA-MM-GG.")
                })
            })
            .transpose()?;
        Ok(CercaPersone {
            id_anpr: self.numero("idAnpr")?,
            codice_fiscale: testo("cf"),
            cognome: testo("cognome"),
            nome: testo("nome"),
            nascita,
        })
    }
}

/// Calls without a body.
pub(super) async fn leggi(azione: Azione, c: &Chiamata<'_>) -> Esito<Risposta> {
    let sim = c.sim;
    let ambiente = c.ambiente_chiesto()?;
    Ok(match azione {
        Azione::Schede => {
            let (comune, cerca, (dopo, limite)) = (c.comune()?, c.cerca_persone()?, c.pagina()?);
            let righe = match comune {
                Some(comune) if cerca == CercaPersone::default() => {
                    fuori(sim, move |s| s.persone(ambiente, comune, dopo, limite)).await?
                }
                _ => {
                    let esito = fuori(sim, move |s| s.cerca_persone(ambiente, comune, &cerca));
                    esito.await?.persone
                }
            };
            come_json(OK, &righe)
        }
        Azione::Scheda => {
            let id = c.id_anpr()?;
            come_json(OK, &fuori(sim, move |s| s.persona(ambiente, None, id)).await?)
        }
        Azione::Famiglie => {
            let (dopo, limite) = c.pagina()?;
            let comune = c.comune()?.ok_or_else(|| {
                ErroreServizio::richiesta("Il parametro «comune» manca: serve un codice ISTAT di sei cifre.")
            })?;
            come_json(
                OK,
                &fuori(sim, move |s| s.elenco_unita(ambiente, comune, dopo, limite)).await?,
            )
        }
        Azione::Famiglia => {
            let id = c.id_anpr()?;
            come_json(OK, &fuori(sim, move |s| s.unita(ambiente, None, id)).await?)
        }
        _ => return Err(ErroreServizio::guasto("chiamata senza risposta")),
    })
}

/// `PUT /api/schede/{id}`.
pub(super) async fn metti(c: &Chiamata<'_>, v: Value) -> Esito<Risposta> {
    let (ambiente, id) = (c.ambiente_chiesto()?, c.id_anpr()?);
    let modifica: ModificaScheda = mondo::leggi(v)?;
    Ok(come_json(
        OK,
        &fuori(c.sim, move |s| s.modifica_scheda(ambiente, id, &modifica)).await?,
    ))
}

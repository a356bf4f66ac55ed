//! The calls without a body and those with a JSON one, each in one or two lines over the facade.

use http::{StatusCode, header};
use serde_json::{Value, json};
use servizi::{
    ErroreServizio, Esito,
    http::{Risposta, risposta},
};

use super::{
    Chiamata, ambiente, forniture, lezioni, mondo, percorso, piano_di_test, posta,
    risposte::json as come_json, rotte::Azione, schede, sportello,
};
use crate::fuori;

const OK: StatusCode = StatusCode::OK;

/// Calls without a body.
pub(super) async fn leggi(azione: Azione, c: &Chiamata<'_>) -> Esito<Risposta> {
    let sim = c.sim;
    let dato = |nome| c.segmenti.prendi(nome).to_owned();
    Ok(match azione {
        Azione::Stato => come_json(OK, &fuori(sim, servizi::Simulatore::stato).await?),
        Azione::Pronto => come_json(OK, &fuori(sim, servizi::Simulatore::pronto).await?),
        Azione::Metriche => risposta(
            OK,
            "text/plain; version=0.0.4; charset=utf-8",
            fuori(sim, servizi::Simulatore::metriche).await?,
        ),
        Azione::Reset => {
            fuori(sim, servizi::Simulatore::reset).await?;
            come_json(OK, &fuori(sim, servizi::Simulatore::stato).await?)
        }
        Azione::OrologioLeggi => come_json(OK, &fuori(sim, mondo::orologio).await?),
        Azione::FornitureElenco => {
            let (ambiente, comune) = (c.ambiente()?, c.comune()?);
            come_json(OK, &fuori(sim, move |s| s.forniture(ambiente, comune)).await?)
        }
        Azione::Fornitura => {
            let id = dato("id");
            come_json(
                OK,
                &fuori(sim, move |s| forniture::con_avanzamento(s, &id)).await?,
            )
        }
        Azione::FornituraCancella => {
            let id = dato("id");
            come_json(
                StatusCode::ACCEPTED,
                &fuori(sim, move |s| s.chiedi_cancellazione(&id)).await?,
            )
        }
        Azione::Anomalie => forniture::anomalie(c).await?,
        Azione::Liste => {
            let id = dato("id");
            let liste = fuori(sim, move |s| s.liste(&id)).await?;
            let righe: Vec<Value> = liste
                .iter()
                .map(|(nome, righe)| json!({"nome": nome, "righe": righe}))
                .collect();
            come_json(OK, &righe)
        }
        Azione::Lista => forniture::lista(c).await?,
        Azione::ComuniElenco => come_json(OK, &fuori(sim, servizi::Simulatore::comuni).await?),
        Azione::Comune => {
            let istat = mondo::istat(c)?;
            come_json(OK, &fuori(sim, move |s| s.comune(istat)).await?)
        }
        Azione::PianoLeggi => {
            let (istat, ambiente) = (mondo::istat(c)?, c.ambiente_chiesto()?);
            come_json(OK, &fuori(sim, move |s| s.piano(istat, ambiente)).await?)
        }
        Azione::OperatoreLeggi => {
            let (istat, nome) = (mondo::istat(c)?, dato("nameId"));
            let o = fuori(sim, move |s| s.operatore(istat, &nome)).await?;
            come_json(OK, &mondo::operatore(o)?)
        }
        Azione::TributariaLeggi => come_json(OK, &fuori(sim, servizi::Simulatore::tributaria).await?),
        Azione::RitmoLeggi => come_json(OK, &fuori(sim, servizi::Simulatore::ritmo).await?),
        Azione::Notte => come_json(OK, &fuori(sim, servizi::Simulatore::notte).await?),
        Azione::PecElenco => {
            let filtro = posta::filtro(c)?;
            come_json(OK, &fuori(sim, move |s| posta::elenco(s, &filtro)).await?)
        }
        Azione::Pec => mondo::pec(c).await?,
        Azione::Scambi => mondo::scambi(c).await?,
        Azione::Scambio => {
            let n = mondo::numero_scambio(c)?;
            come_json(OK, &fuori(sim, move |s| s.scambio(n)).await?)
        }
        Azione::ScambioHar => mondo::har(c, true).await?,
        Azione::ScambiHar => mondo::har(c, false).await?,
        Azione::OperatoriElenco => {
            let istat = mondo::istat(c)?;
            let tutti = fuori(sim, move |s| s.operatori(istat)).await?;
            let righe: Vec<Value> = tutti.into_iter().map(mondo::operatore).collect::<Esito<_>>()?;
            come_json(OK, &righe)
        }
        Azione::OperatoreCancella => {
            let (istat, nome) = (mondo::istat(c)?, dato("nameId"));
            let o = fuori(sim, move |s| s.cancella_operatore(istat, &nome)).await?;
            come_json(OK, &mondo::operatore(o)?)
        }
        Azione::OperatoreEsce => {
            let (istat, nome) = (mondo::istat(c)?, dato("nameId"));
            let chiuse = fuori(sim, move |s| {
                let o = s.operatore(istat, &nome)?;
                s.esci_ovunque(&o.name_id)
            })
            .await?;
            come_json(OK, &json!({"chiuse": chiuse}))
        }
        Azione::SicurezzaLeggi => {
            let ambiente = c.ambiente_chiesto()?;
            come_json(OK, &sim.sicurezza(ambiente))
        }
        Azione::GuastiLeggi => come_json(OK, &sim.guasti()),
        Azione::Catalogo => come_json(OK, &crate::catalogo::con_i_nostri(sim)),
        Azione::CatalogoVoce => {
            let v = crate::catalogo::voce(sim, &dato("codice")).ok_or_else(|| {
                ErroreServizio::assente("Codice non presente nel catalogo: vedere /api/catalogo.")
            })?;
            come_json(OK, &v)
        }
        Azione::PecConti
        | Azione::PecArchivio
        | Azione::PecRicevute
        | Azione::PecAllegato
        | Azione::Inoltro => posta::leggi(azione, c).await?,
        Azione::Confronto => forniture::confronto(c).await?,
        Azione::ConfrontoAnomalie => forniture::anomalie_confrontate(c).await?,
        Azione::LogoLeggi
        | Azione::LogoTogli
        | Azione::Indirizzi
        | Azione::BloccoLeggi
        | Azione::Sblocca
        | Azione::FornituraDiProva => ambiente::leggi(azione, c).await?,
        Azione::Schede | Azione::Scheda | Azione::Famiglie | Azione::Famiglia => {
            schede::leggi(azione, c).await?
        }
        Azione::PianoDiTest => piano_di_test::vedi(c).await?,
        Azione::Percorso(a) => percorso::leggi(a, c).await?,
        Azione::Lezioni(a) => lezioni::leggi(a, c).await?,
        altra => sportello::leggi(altra, c).await?,
    })
}

/// Calls with a JSON body.
pub(super) async fn scrivi(azione: Azione, c: &Chiamata<'_>, v: Value) -> Esito<Risposta> {
    let sim = c.sim;
    let dato = |nome| c.segmenti.prendi(nome).to_owned();
    Ok(match azione {
        Azione::OrologioMetti => come_json(OK, &mondo::metti_orologio(c, v).await?),
        Azione::ComuneCrea => {
            let nuovo = mondo::leggi(v)?;
            come_json(
                StatusCode::CREATED,
                &fuori(sim, move |s| s.crea_comune(nuovo)).await?,
            )
        }
        Azione::ComuneAggiorna => {
            let istat = mondo::istat(c)?;
            come_json(OK, &fuori(sim, move |s| s.aggiorna_comune(istat, v)).await?)
        }
        Azione::PianoMetti => {
            let (istat, ambiente) = (mondo::istat(c)?, c.ambiente_chiesto()?);
            // The usual way of HTTP to say "only if there is none".
            let nessuno = c
                .parti
                .headers
                .get(header::IF_NONE_MATCH)
                .is_some_and(|v| v == "*");
            come_json(
                OK,
                &fuori(sim, move |s| s.carica_piano(istat, ambiente, &v, nessuno)).await?,
            )
        }
        Azione::OperatoreMetti => {
            let (istat, nome) = (mondo::istat(c)?, dato("nameId"));
            let o = fuori(sim, move |s| s.metti_operatore(istat, &nome, v)).await?;
            come_json(OK, &mondo::operatore(o)?)
        }
        Azione::TributariaMetti => come_json(OK, &fuori(sim, move |s| s.metti_tributaria(v)).await?),
        Azione::RitmoMetti => {
            let ritmo = mondo::leggi(v)?;
            fuori(sim, move |s| s.metti_ritmo(ritmo)).await?;
            come_json(OK, &fuori(sim, servizi::Simulatore::ritmo).await?)
        }
        Azione::SicurezzaMetti => {
            let ambiente = c.ambiente_chiesto()?;
            come_json(OK, &fuori(sim, move |s| s.metti_sicurezza(ambiente, v)).await?)
        }
        Azione::GuastiMetti => come_json(OK, &fuori(sim, move |s| s.metti_guasti(v)).await?),
        Azione::SchedaMetti => schede::metti(c, v).await?,
        Azione::CertificatoEmetti => come_json(
            StatusCode::CREATED,
            &fuori(sim, move |s| s.emetti_certificato(v)).await?,
        ),
        Azione::ImportatiMetti => come_json(
            StatusCode::CREATED,
            &fuori(sim, move |s| s.importa_certificati(v)).await?,
        ),
        Azione::CartaEmetti => come_json(
            StatusCode::CREATED,
            &fuori(sim, move |s| s.emetti_carta(v)).await?,
        ),
        Azione::PecStato | Azione::PecScrivi => posta::scrivi(azione, c, v).await?,
        Azione::Percorso(a) => percorso::scrivi(a, c, v).await?,
        Azione::Lezioni(_) => lezioni::salta(c, v).await?,
        _ => return Err(ErroreServizio::guasto("chiamata senza risposta")),
    })
}

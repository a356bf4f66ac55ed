//! The register of every Comune: search, one person, one family; and the state of one scheda, for who teaches.

use anagrafe::{Ambiente, CodiceIstat, leggi_data, tabelle::tabelle};
use askama::Template;
use http::StatusCode;
use servizi::{ErroreServizio, Esito, ModificaScheda, StatoScheda, http::Risposta};

use super::Chiesta;
use crate::{
    cornice::{Cornice, pagina, vai},
    formati, fuori,
    modulo::Campi,
    persone::{self, Base, Modulo, Persona, Trovate, Unita, tabella_motivi},
};

#[derive(Template)]
#[template(path = "console/registro.html")]
struct Ricerca {
    c: Cornice,
    base: Base,
    modulo: Modulo,
    ambiente: Ambiente,
    comune: String,
    trovate: Option<Trovate>,
    massimo: usize,
}

/// `GET /registro`.
pub(super) async fn cerca(q: &Chiesta<'_>) -> Esito<Risposta> {
    let modulo = Modulo::leggi(&q.query);
    let ambiente: Ambiente = q
        .query
        .pieno("ambiente")
        .and_then(|a| a.parse().ok())
        .unwrap_or(Ambiente::Pre);
    let comune = q.query.pieno("comune").unwrap_or_default().to_owned();
    let base = Base::console(ambiente);
    let solo = if comune.is_empty() {
        Ok(None)
    } else {
        CodiceIstat::parse(&comune)
            .map(Some)
            .map_err(|_| ErroreServizio::richiesta("Il codice ISTAT del Comune ha sei cifre."))
    };
    let ricerca = persone::Ricerca::di(q.sim, ambiente, solo, &modulo, &base).await?;
    let c = q.cornice("Registro", "/registro").await?;
    Ok(pagina(
        ricerca.stato,
        &Ricerca {
            c: c.con_errore(ricerca.errore),
            base,
            modulo,
            ambiente,
            comune,
            trovate: ricerca.trovate,
            massimo: servizi::SCHEDE_PER_RICERCA,
        },
    ))
}

/// Environment and id of the address.
fn quale(q: &Chiesta<'_>) -> Esito<(Ambiente, u64)> {
    let assente = || ErroreServizio::assente("Nessuna scheda a questo indirizzo: /registro/{test|pre|sub}/…");
    let ambiente = q.segmenti.prendi("ambiente").parse().map_err(|_| assente())?;
    let id = q.segmenti.prendi("id").parse().map_err(|_| assente())?;
    Ok((ambiente, id))
}

#[derive(Template)]
#[template(path = "console/persona.html")]
struct Una {
    c: Cornice,
    base: Base,
    p: Persona,
    qui: String,
    motivi: Vec<(&'static str, &'static str)>,
}

/// `GET /registro/{ambiente}/persone/{id}`.
pub(super) async fn una(q: &Chiesta<'_>) -> Esito<Risposta> {
    let (ambiente, id) = quale(q)?;
    let vista = fuori(q.sim, move |s| s.persona(ambiente, None, id)).await?;
    let base = Base::console(ambiente);
    let p = Persona::nuova(&vista, &base);
    let titolo = format!("{} – {}", p.riga.nome, formati::ambiente(ambiente));
    let mut c = q.cornice(titolo, "/registro").await?;
    if q.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Salvato.");
    }
    Ok(pagina(
        StatusCode::OK,
        &Una {
            c,
            base,
            qui: format!("/registro/{}/persone/{id}", ambiente.chiave()),
            motivi: tabelle()
                .voci(tabella_motivi(p.riga.anagrafe))
                .map(|v| (v.codice, v.descrizione))
                .collect(),
            p,
        },
    ))
}

/// `POST /registro/{ambiente}/persone/{id}`: cancels it, or makes it active again.
pub(super) async fn cambia(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let (ambiente, id) = quale(q)?;
    let cancella = campi.valore("azione") == Some("cancella");
    let dal = campi
        .pieno("dal")
        .filter(|_| cancella)
        .map(|t| {
            leggi_data(t)
                .ok_or_else(|| ErroreServizio::richiesta("La data della cancellazione non è valida."))
        })
        .transpose()?;
    let modifica = ModificaScheda {
        stato: if cancella {
            StatoScheda::Cancellata
        } else {
            StatoScheda::Attiva
        },
        motivo: campi.pieno("motivo").filter(|_| cancella).map(ToOwned::to_owned),
        dal,
    };
    fuori(q.sim, move |s| s.modifica_scheda(ambiente, id, &modifica)).await?;
    Ok(vai(&format!(
        "/registro/{}/persone/{id}?fatto=si",
        ambiente.chiave()
    )))
}

#[derive(Template)]
#[template(path = "console/famiglia.html")]
struct UnaFamiglia {
    c: Cornice,
    base: Base,
    u: Unita,
}

/// `GET /registro/{ambiente}/famiglie/{id}`.
pub(super) async fn famiglia(q: &Chiesta<'_>) -> Esito<Risposta> {
    let (ambiente, id) = quale(q)?;
    let vista = fuori(q.sim, move |s| s.unita(ambiente, None, id)).await?;
    let base = Base::console(ambiente);
    let u = Unita::nuova(&vista, &base);
    let titolo = format!("{} {} – {}", u.tipo, u.id_comune, formati::ambiente(ambiente));
    let c = q.cornice(titolo, "/registro").await?;
    Ok(pagina(StatusCode::OK, &UnaFamiglia { c, base, u }))
}

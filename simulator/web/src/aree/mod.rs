//! The private area of the servizi demografici (`/servizidemografici`), the Prefettura (`/prefettura`) and the dashboard of
//! the subentro (`/dashboard`), on the port of the subentro and, with the real names, at the hosts `servizidemografici…` and
//! `dashboard…`.
//!
//! Door (Host, origin) → route → session of the area → page. A responsabile sees his Comune, a Prefettura the Comuni of
//! its province, a software house those it looks after; whatever else a path names does not exist for them.

mod accesso;
mod attivazione;
mod censimento;
mod dashboard;
mod prefettura;
mod privata;
mod rotte;
mod software_house;
mod utenti;

pub(crate) use self::{
    censimento::incarico,
    prefettura::esporta,
    privata::soluzione,
    rotte::di as rotte_di,
    utenti::{RUOLI, ruoli},
};

use std::sync::Arc;

use anagrafe::CodiceIstat;
use http::{StatusCode, request::Parts};
use registro::Casella;
use servizi::{
    ErroreServizio, Esito, FiltroPosta, Simulatore,
    http::{Corpo, Richiesta, Risposta},
    percorso::{Area, Parte, SessioneArea, casella_prefettura},
};

use crate::{
    cornice::{
        Cornice, METODO_NON_AMMESSO, Utente, errore, metodo_non_ammesso, pagina_errore,
        pagina_errore_di_modulo, titolo_errore, vai, vietato,
    },
    fuori,
    modulo::Campi,
    posta::{self, Domanda, Luogo, Pezzo},
    rotte::{Interna, Parametri, Riga as _, Risponde, Rotta, Sala, Trovata, cerca, pagina_del_modulo, serve},
    sicurezza, smarriti,
};

/// The pages of the areas.
pub(crate) struct Aree;

impl Sala for Aree {
    type Soglia<'a> = Soglia<'a>;
    type Dentro<'a> = Dentro<'a>;
}

/// A request before any login.
pub(crate) struct Soglia<'r> {
    sim: &'r Arc<Simulatore>,
    area: Area,
    parti: &'r Parts,
}

/// First labels of the real hosts of these pages, and where each begins.
const HOST: [(&str, &str); 2] = [
    ("servizidemografici.", "/servizidemografici"),
    ("dashboard.", "/dashboard"),
];

/// Where the pages of a real host begin.
fn inizio_di(host: &str) -> Option<&'static str> {
    let host = host.to_ascii_lowercase();
    HOST.iter()
        .find(|(inizio, _)| host.starts_with(inizio))
        .map(|(_, dove)| *dove)
}

/// The area an address is in.
pub(crate) fn area_di(percorso: &str) -> Option<Area> {
    let dentro = |radice: &str| {
        percorso
            .strip_prefix(radice)
            .is_some_and(|resto| resto.is_empty() || resto.starts_with('/'))
    };
    [Area::Privata, Area::Prefettura, Area::Dashboard]
        .into_iter()
        .find(|a| dentro(rotte::radice(*a)))
}

/// Whether a request is for these pages.
pub(crate) fn sua(r: &Richiesta) -> bool {
    let percorso = r.uri().path();
    if area_di(percorso).is_some() {
        return true;
    }
    let host = r
        .uri()
        .authority()
        .map(http::uri::Authority::as_str)
        .or_else(|| r.headers().get(http::header::HOST)?.to_str().ok());
    percorso == "/" && host.and_then(inizio_di).is_some()
}

/// A logged-in request.
pub(crate) struct Dentro<'r> {
    sim: &'r Arc<Simulatore>,
    area: Area,
    sessione: SessioneArea,
    segmenti: Parametri,
    query: Campi,
}

impl Dentro<'_> {
    /// The Comune of a responsabile.
    fn comune(&self) -> Esito<CodiceIstat> {
        match &self.sessione.parte {
            Parte::Comune(istat) => Ok(*istat),
            Parte::Provincia(_) | Parte::SoftwareHouse(_) => Err(altrui()),
        }
    }

    /// The province of a Prefettura.
    fn provincia(&self) -> Esito<String> {
        match &self.sessione.parte {
            Parte::Provincia(p) => Ok(p.clone()),
            Parte::Comune(_) | Parte::SoftwareHouse(_) => Err(altrui()),
        }
    }

    /// The frame of a page; `qui` is its entry in the menu.
    async fn cornice(&self, titolo: impl Into<String>, qui: &str) -> Esito<Cornice> {
        let parte = self.sessione.parte.clone();
        let (nome, da_leggere) = fuori(self.sim, move |s| {
            let nome = match &parte {
                Parte::Comune(istat) => format!("{istat} {}", s.comune(*istat)?.nome),
                Parte::Provincia(p) => format!("Provincia {p}"),
                Parte::SoftwareHouse(_) => "Software house".to_owned(),
            };
            Ok((nome, s.conto_posta(&filtro(&parte))?.da_leggere))
        })
        .await?;
        let utente = Utente {
            nome: self.sessione.utente.clone(),
            comune: nome,
            csrf: self.sessione.csrf.clone(),
            sicurezza: false,
            sindaco: false,
        };
        Ok(Cornice::area_interna(self.area, titolo, utente, qui, da_leggere))
    }
}

fn altrui() -> ErroreServizio {
    vietato("Questa pagina è di un'altra area.")
}

/// The messages of a Comune, in every environment, or of a Prefettura.
fn filtro(parte: &Parte) -> FiltroPosta {
    match parte {
        Parte::Comune(istat) => FiltroPosta {
            casella: Some(Casella::Comune),
            comune: Some(*istat),
            ..FiltroPosta::default()
        },
        Parte::Provincia(p) => FiltroPosta {
            casella: Some(Casella::Altri),
            di: Some(casella_prefettura(p)),
            ..FiltroPosta::default()
        },
        // A mailbox nobody has: the dashboard writes to the Comuni.
        Parte::SoftwareHouse(nome) => FiltroPosta {
            casella: Some(Casella::Altri),
            di: Some(nome.clone()),
            ..FiltroPosta::default()
        },
    }
}

/// Answers a request to these pages.
pub(crate) async fn rispondi(sim: &Arc<Simulatore>, r: Richiesta) -> Risposta {
    let (parti, corpo) = r.into_parts();
    let porta = sicurezza::verifica_host(&parti, &sim.impostazioni().host_ambienti)
        .and_then(|()| sicurezza::verifica_origine(&parti, true));
    if let Err(negato) = porta {
        return errore(
            StatusCode::FORBIDDEN,
            Cornice::area(Area::Privata, "Richiesta non accettata"),
            negato.testo(),
            None,
        );
    }
    if parti.uri.path() == "/"
        && let Some(dove) = sicurezza::host(&parti).and_then(inizio_di)
    {
        return vai(dove);
    }
    let area = area_di(parti.uri.path()).unwrap_or(Area::Privata);
    let (rotta, segmenti) = match cerca(rotte::di(area), &parti.method, parti.uri.path()) {
        Trovata::Si(rotta, segmenti) => (rotta, segmenti),
        Trovata::AltroMetodo(_) => return metodo_non_ammesso(Cornice::area(area, METODO_NON_AMMESSO)),
        Trovata::No => return non_trovata(sim, area, &parti).await,
    };
    match &rotta.risponde {
        Risponde::Aperta(f) => {
            let soglia = Soglia {
                sim,
                area,
                parti: &parti,
            };
            let esito = f(&soglia, corpo).await;
            esito.unwrap_or_else(|e| pagina_errore(Cornice::area(area, titolo_errore(&e)), e))
        }
        Risponde::Interna(interna) => dentro(sim, area, &parti, corpo, (rotta, interna), segmenti).await,
    }
}

/// In the frame of who is in, if somebody is.
async fn non_trovata(sim: &Arc<Simulatore>, area: Area, parti: &Parts) -> Risposta {
    let fuori = || Cornice::area(area, smarriti::TITOLO);
    let c = match accesso::sessione(sim, area, parti).await {
        Some(sessione) => {
            let d = Dentro {
                sim,
                area,
                sessione,
                segmenti: Parametri::default(),
                query: Campi::leggi(""),
            };
            d.cornice(smarriti::TITOLO, "").await.unwrap_or_else(|_| fuori())
        }
        None => fuori(),
    };
    smarriti::pagina(sim, smarriti::Luogo::Area(area), parti.uri.path(), c)
}

async fn dentro(
    sim: &Arc<Simulatore>,
    area: Area,
    parti: &Parts,
    corpo: Corpo,
    (rotta, interna): (&Rotta<Aree>, &Interna<Aree>),
    segmenti: Parametri,
) -> Risposta {
    let Some(sessione) = accesso::sessione(sim, area, parti).await else {
        return accesso::modulo(sim, area, rotta.percorso() != rotte::casa(area));
    };
    let d = Dentro {
        sim,
        area,
        sessione,
        segmenti,
        query: Campi::leggi(parti.uri.query().unwrap_or_default()),
    };
    match serve(interna, &d, Some(&d.sessione.csrf), parti, corpo).await {
        Ok(r) => r,
        Err(e) => {
            let titolo = titolo_errore(&e);
            let c = d.cornice(titolo, "").await;
            let modulo = pagina_del_modulo(rotte::di(area), parti);
            pagina_errore_di_modulo(c.unwrap_or_else(|_| Cornice::area(area, titolo)), e, modulo)
        }
    }
}

/// The mailbox of an area: to be read and searched; receipts and archives are in the environments and in the console.
fn luogo<'d>(d: &'d Dentro<'_>, base: &'static str) -> Luogo<'d> {
    Luogo {
        base,
        forniture: "/combas/esiti",
        completo: false,
        console: false,
        csrf: &d.sessione.csrf,
    }
}

async fn casella(d: &Dentro<'_>, base: &'static str) -> Esito<Risposta> {
    let domanda = Domanda::con(&d.query, filtro(&d.sessione.parte));
    let dati = fuori(d.sim, move |s| posta::leggi(s, domanda, false)).await?;
    let c = d.cornice("Posta PEC", base).await?;
    Ok(posta::casella(c, luogo(d, base), dati))
}

/// A file of a message of one's own.
async fn allegato(d: &Dentro<'_>) -> Esito<Risposta> {
    let (id, sua) = (d.segmenti.prendi("id").to_owned(), filtro(&d.sessione.parte));
    let n = posta::posto(d.segmenti.prendi("n"))?;
    let pec = fuori(d.sim, move |s| s.pec_tra(&sua, &id)).await?;
    posta::allegato(&pec, n)
}

async fn messaggio(d: &Dentro<'_>, base: &'static str, pezzo: Pezzo) -> Esito<Risposta> {
    let (id, sua) = (d.segmenti.prendi("id").to_owned(), filtro(&d.sessione.parte));
    let pec = fuori(d.sim, move |s| {
        s.pec_tra(&sua, &id)?;
        s.segna_pec(&id, true)
    })
    .await?;
    if pezzo == Pezzo::Eml {
        return Ok(posta::eml(pec));
    }
    let dati = fuori(d.sim, move |s| posta::leggi_messaggio(s, pec)).await?;
    let c = d.cornice("Messaggio", base).await?;
    Ok(posta::messaggio(c, luogo(d, base), dati))
}

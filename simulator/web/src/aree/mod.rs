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
mod utenti;

pub(crate) use self::{
    censimento::incarico,
    prefettura::esporta,
    privata::soluzione,
    utenti::{RUOLI, ruoli},
};

use std::sync::Arc;

use anagrafe::CodiceIstat;
use http::{Method, StatusCode, request::Parts};
use registro::Casella;
use servizi::{
    ErroreServizio, Esito, FiltroPosta, Simulatore,
    http::{Corpo, Richiesta, Risposta},
    percorso::{Area, ErroreCampo, Parte, SessioneArea, casella_prefettura},
};

use crate::{
    ambiente::{campi, csrf_mancante},
    cornice::{Cornice, Utente, errore, vai},
    fuori,
    modulo::Campi,
    posta::{self, Domanda, Luogo},
    rotte::{Parametri, Rotta, Trovata, cerca},
    sicurezza,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Azione {
    Casa,
    Entra,
    Esci,
    Posta,
    Messaggio,
    Eml,
    Allegato,
    Attivazione,
    Attiva,
    Scheda,
    SchedaManda,
    Ricevuta,
    Censimento,
    CensimentoMuta,
    Carte,
    PianoDiTest(bool),
    PrefCasa,
    PrefEntra,
    PrefEsci,
    PrefCarta,
    PrefDallaCarta,
    PrefPosta,
    PrefMessaggio,
    PrefEml,
    PrefAllegato,
    PrefSchede,
    PrefCsv,
    PrefSollecita,
    PrefPlichi,
    PrefPlico,
    PrefPlicoMuta,
    PrefUtenti,
    PrefUtentiMuta,
    Pubblica,
    DashCasa,
    DashEntra,
    DashEsci,
    DashCalendario,
    DashPiano,
    DashImporta,
    DashCsv,
    DashComune,
    DashTest(bool),
    DashPropone,
}

impl Azione {
    const fn area(self) -> Area {
        match self {
            Self::PrefCasa
            | Self::PrefEntra
            | Self::PrefEsci
            | Self::PrefCarta
            | Self::PrefDallaCarta
            | Self::PrefPosta
            | Self::PrefMessaggio
            | Self::PrefEml
            | Self::PrefAllegato
            | Self::PrefSchede
            | Self::PrefCsv
            | Self::PrefSollecita
            | Self::PrefPlichi
            | Self::PrefPlico
            | Self::PrefPlicoMuta
            | Self::PrefUtenti
            | Self::PrefUtentiMuta => Area::Prefettura,
            Self::Pubblica
            | Self::DashCasa
            | Self::DashEntra
            | Self::DashEsci
            | Self::DashCalendario
            | Self::DashPiano
            | Self::DashImporta
            | Self::DashCsv
            | Self::DashComune
            | Self::DashTest(_)
            | Self::DashPropone => Area::Dashboard,
            _ => Area::Privata,
        }
    }
}

const fn rotta(metodo: Method, percorso: &'static str, azione: Azione) -> Rotta<Azione> {
    Rotta {
        metodo,
        percorso,
        azione,
    }
}

static ROTTE: &[Rotta<Azione>] = &[
    rotta(Method::GET, "/servizidemografici", Azione::Casa),
    rotta(Method::POST, "/servizidemografici/entra", Azione::Entra),
    rotta(Method::POST, "/servizidemografici/esci", Azione::Esci),
    rotta(Method::GET, "/servizidemografici/posta", Azione::Posta),
    rotta(Method::GET, "/servizidemografici/posta/{id}", Azione::Messaggio),
    rotta(
        Method::GET,
        "/servizidemografici/posta/{id}/messaggio.eml",
        Azione::Eml,
    ),
    rotta(
        Method::GET,
        "/servizidemografici/posta/{id}/allegati/{n}",
        Azione::Allegato,
    ),
    rotta(
        Method::GET,
        "/servizidemografici/attivazione",
        Azione::Attivazione,
    ),
    rotta(Method::POST, "/servizidemografici/attivazione", Azione::Attiva),
    rotta(Method::GET, "/servizidemografici/scheda", Azione::Scheda),
    rotta(Method::POST, "/servizidemografici/scheda", Azione::SchedaManda),
    rotta(
        Method::GET,
        "/servizidemografici/scheda/ricevuta",
        Azione::Ricevuta,
    ),
    rotta(Method::GET, "/servizidemografici/censimento", Azione::Censimento),
    rotta(
        Method::POST,
        "/servizidemografici/censimento",
        Azione::CensimentoMuta,
    ),
    rotta(Method::GET, "/servizidemografici/carte", Azione::Carte),
    rotta(
        Method::GET,
        "/servizidemografici/piano-di-test",
        Azione::PianoDiTest(false),
    ),
    rotta(
        Method::GET,
        "/servizidemografici/piano-di-test.csv",
        Azione::PianoDiTest(true),
    ),
    rotta(Method::GET, "/prefettura", Azione::PrefCasa),
    rotta(Method::POST, "/prefettura/entra", Azione::PrefEntra),
    rotta(Method::POST, "/prefettura/esci", Azione::PrefEsci),
    rotta(Method::GET, "/prefettura/carta", Azione::PrefCarta),
    rotta(Method::GET, "/prefettura/carta/entra", Azione::PrefDallaCarta),
    rotta(Method::GET, "/prefettura/posta", Azione::PrefPosta),
    rotta(Method::GET, "/prefettura/posta/{id}", Azione::PrefMessaggio),
    rotta(
        Method::GET,
        "/prefettura/posta/{id}/messaggio.eml",
        Azione::PrefEml,
    ),
    rotta(
        Method::GET,
        "/prefettura/posta/{id}/allegati/{n}",
        Azione::PrefAllegato,
    ),
    rotta(Method::GET, "/prefettura/schede", Azione::PrefSchede),
    rotta(Method::GET, "/prefettura/schede.csv", Azione::PrefCsv),
    rotta(Method::POST, "/prefettura/schede", Azione::PrefSollecita),
    rotta(Method::GET, "/prefettura/plichi", Azione::PrefPlichi),
    rotta(Method::GET, "/prefettura/plichi/{id}", Azione::PrefPlico),
    rotta(Method::POST, "/prefettura/plichi/{id}", Azione::PrefPlicoMuta),
    rotta(Method::GET, "/prefettura/utenti", Azione::PrefUtenti),
    rotta(Method::POST, "/prefettura/utenti", Azione::PrefUtentiMuta),
    rotta(Method::GET, "/dashboard", Azione::Pubblica),
    rotta(Method::GET, "/dashboard/subentro", Azione::DashCasa),
    rotta(Method::POST, "/dashboard/subentro/entra", Azione::DashEntra),
    rotta(Method::POST, "/dashboard/subentro/esci", Azione::DashEsci),
    rotta(
        Method::GET,
        "/dashboard/subentro/calendario",
        Azione::DashCalendario,
    ),
    rotta(Method::GET, "/dashboard/subentro/piano", Azione::DashPiano),
    rotta(Method::POST, "/dashboard/subentro/piano", Azione::DashImporta),
    rotta(Method::GET, "/dashboard/subentro/piano.csv", Azione::DashCsv),
    rotta(Method::GET, "/dashboard/subentro/{istat}", Azione::DashComune),
    rotta(Method::POST, "/dashboard/subentro/{istat}", Azione::DashPropone),
    rotta(
        Method::GET,
        "/dashboard/subentro/{istat}/piano-di-test",
        Azione::DashTest(false),
    ),
    rotta(
        Method::GET,
        "/dashboard/subentro/{istat}/piano-di-test.csv",
        Azione::DashTest(true),
    ),
];

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

/// Whether a request is for these pages.
pub(crate) fn sua(r: &Richiesta) -> bool {
    let percorso = r.uri().path();
    let dentro = |radice: &str| {
        percorso
            .strip_prefix(radice)
            .is_some_and(|resto| resto.is_empty() || resto.starts_with('/'))
    };
    if dentro("/servizidemografici") || dentro("/prefettura") || dentro("/dashboard") {
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
struct Dentro<'r> {
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
    ErroreServizio {
        codice: None,
        http: 403,
        testo: "Questa pagina è di un'altra area.".into(),
    }
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

/// What was wrong with a form, first thing on the page; each entry leads to its field.
fn riassunto(errori: &[ErroreCampo]) -> StatusCode {
    if errori.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
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
    let (azione, segmenti) = match cerca(ROTTE, &parti.method, parti.uri.path()) {
        Trovata::Si(rotta, segmenti) => (rotta.azione, segmenti),
        Trovata::AltroMetodo(_) => {
            return errore(
                StatusCode::METHOD_NOT_ALLOWED,
                Cornice::area(Area::Privata, "Metodo non ammesso"),
                "Questa pagina non accetta il metodo usato: tornare indietro e usare i comandi della pagina.",
                None,
            );
        }
        Trovata::No => {
            let area = match parti.uri.path() {
                p if p.starts_with("/prefettura") => Area::Prefettura,
                p if p.starts_with("/dashboard") => Area::Dashboard,
                _ => Area::Privata,
            };
            return non_trovata(area);
        }
    };
    match azione {
        Azione::Pubblica => dashboard::pubblica(sim).await,
        Azione::Entra | Azione::PrefEntra | Azione::DashEntra => {
            accesso::entra(sim, azione.area(), &parti, corpo).await
        }
        Azione::PrefCarta => accesso::con_carta(sim, &parti),
        Azione::PrefDallaCarta => accesso::dalla_carta(sim, &parti).await,
        Azione::Attivazione => attivazione::modulo(&parti),
        Azione::Attiva => attivazione::agisce(sim, &parti, corpo).await,
        _ => dentro(sim, parti, corpo, azione, segmenti).await,
    }
}

fn non_trovata(area: Area) -> Risposta {
    errore(
        StatusCode::NOT_FOUND,
        Cornice::area(area, "Pagina non trovata"),
        "Nessuna pagina a questo indirizzo. Le aree cominciano da /servizidemografici, da /prefettura e da /dashboard.",
        None,
    )
}

async fn dentro(
    sim: &Arc<Simulatore>,
    parti: Parts,
    corpo: Corpo,
    azione: Azione,
    segmenti: Parametri,
) -> Risposta {
    let area = azione.area();
    let Some(sessione) = accesso::sessione(sim, area, &parti).await else {
        let casa = matches!(azione, Azione::Casa | Azione::PrefCasa | Azione::DashCasa);
        return accesso::modulo(sim, area, !casa);
    };
    let d = Dentro {
        sim,
        area,
        sessione,
        segmenti,
        query: Campi::leggi(parti.uri.query().unwrap_or_default()),
    };
    let esito = if azione == Azione::DashImporta {
        dashboard::importa(&d, &parti, corpo).await
    } else if parti.method == Method::POST {
        match campi_con_csrf(&d, corpo).await {
            Ok(campi) => comanda(&d, azione, &campi).await,
            Err(e) => Err(e),
        }
    } else {
        mostra(&d, azione).await
    };
    match esito {
        Ok(r) => r,
        Err(e) => pagina_errore(&d, &e).await,
    }
}

async fn mostra(d: &Dentro<'_>, azione: Azione) -> Esito<Risposta> {
    match azione {
        Azione::Casa => privata::casa(d).await,
        Azione::Scheda => privata::scheda(d).await,
        Azione::Ricevuta => privata::ricevuta(d).await,
        Azione::Censimento => censimento::pagina_censimento(d).await,
        Azione::Carte => privata::carte(d).await,
        Azione::PianoDiTest(csv) => privata::piano_di_test(d, csv).await,
        Azione::Posta => casella(d, "/servizidemografici/posta").await,
        Azione::PrefPosta => casella(d, "/prefettura/posta").await,
        Azione::Messaggio | Azione::Eml => {
            messaggio(d, "/servizidemografici/posta", azione == Azione::Eml).await
        }
        Azione::PrefMessaggio | Azione::PrefEml => {
            messaggio(d, "/prefettura/posta", azione == Azione::PrefEml).await
        }
        Azione::Allegato | Azione::PrefAllegato => allegato(d).await,
        Azione::PrefCasa => prefettura::casa(d).await,
        Azione::PrefSchede => prefettura::schede(d).await,
        Azione::PrefCsv => prefettura::csv(d).await,
        Azione::PrefPlichi => prefettura::plichi(d).await,
        Azione::PrefPlico => prefettura::plico(d).await,
        Azione::PrefUtenti => utenti::elenco(d).await,
        Azione::DashCasa => dashboard::elenco(d).await,
        Azione::DashCalendario => dashboard::calendario(d).await,
        Azione::DashPiano => dashboard::piano(d).await,
        Azione::DashCsv => dashboard::csv(d).await,
        Azione::DashComune => dashboard::comune(d).await,
        Azione::DashTest(csv) => dashboard::piano_di_test(d, csv).await,
        _ => Ok(non_trovata(d.area)),
    }
}

/// The forms of a logged-in page, once their token is right.
async fn comanda(d: &Dentro<'_>, azione: Azione, campi: &Campi) -> Esito<Risposta> {
    match azione {
        Azione::Esci | Azione::PrefEsci | Azione::DashEsci => accesso::esci(d).await,
        Azione::DashPropone => dashboard::propone(d, campi).await,
        Azione::SchedaManda => privata::manda(d, campi).await,
        Azione::CensimentoMuta => censimento::agisce(d, campi).await,
        Azione::PrefSollecita => prefettura::sollecita(d, campi).await,
        Azione::PrefPlicoMuta => prefettura::agisce(d, campi).await,
        Azione::PrefUtentiMuta => utenti::agisce(d, campi).await,
        _ => Ok(non_trovata(d.area)),
    }
}

async fn campi_con_csrf(d: &Dentro<'_>, corpo: Corpo) -> Esito<Campi> {
    let campi = campi(corpo).await?;
    if sicurezza::uguali(campi.valore("csrf").unwrap_or_default(), &d.sessione.csrf) {
        Ok(campi)
    } else {
        Err(csrf_mancante())
    }
}

/// An error of the facade as a page inside the frame.
async fn pagina_errore(d: &Dentro<'_>, e: &ErroreServizio) -> Risposta {
    let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let titolo = match e.http {
        403 => "Non consentito",
        404 => "Non trovato",
        409 => "Non possibile ora",
        500.. => "Guasto del simulatore",
        _ => "Richiesta non valida",
    };
    let c = match d.cornice(titolo, "").await {
        Ok(c) => c,
        Err(_) => Cornice::area(d.area, titolo),
    };
    errore(stato, c, e.testo.clone(), e.codice)
}

/// A file of a message of one's own.
async fn allegato(d: &Dentro<'_>) -> Esito<Risposta> {
    let (id, sua) = (d.segmenti.prendi("id").to_owned(), filtro(&d.sessione.parte));
    let n = posta::posto(d.segmenti.prendi("n"))?;
    let pec = fuori(d.sim, move |s| s.pec_tra(&sua, &id)).await?;
    posta::allegato(&pec, n)
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

async fn messaggio(d: &Dentro<'_>, base: &'static str, grezzo: bool) -> Esito<Risposta> {
    let (id, sua) = (d.segmenti.prendi("id").to_owned(), filtro(&d.sessione.parte));
    let pec = fuori(d.sim, move |s| {
        s.pec_tra(&sua, &id)?;
        s.segna_pec(&id, true)
    })
    .await?;
    if grezzo {
        return Ok(posta::eml(pec));
    }
    let dati = fuori(d.sim, move |s| posta::leggi_messaggio(s, pec)).await?;
    let c = d.cornice("Messaggio", base).await?;
    Ok(posta::messaggio(c, luogo(d, base), dati))
}

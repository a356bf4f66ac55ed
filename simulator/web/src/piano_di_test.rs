//! The test plan of a Comune as a page and as a file: the private area, the software house and the console show the same.
//!
//! Who may see which Comune is decided by whoever calls. The page is the report (verbale) of the tests too: it prints
//! without menu and commands.

use anagrafe::{Ambiente, CodiceIstat};
use askama::Template;
use http::StatusCode;
use registro::Quando;
use servizi::{
    ErroreServizio, Esito, Simulatore,
    http::{Risposta, risposta},
    percorso::{FilePreliminare, StatoPreliminare},
    piano_di_test::{CasoVisto, PianoDiTest, StatoCaso},
};

use crate::{
    cornice::{Cornice, da_scaricare, pagina},
    formati::{self, Etichetta},
    modulo::Campi,
};

/// The environment a query asks for: test unless it says otherwise.
pub(crate) fn ambiente(q: &Campi) -> Esito<Ambiente> {
    match q.pieno("ambiente") {
        None => Ok(Ambiente::Test),
        Some(a) => a
            .parse()
            .map_err(|_| ErroreServizio::richiesta("«ambiente» è test o pre.")),
    }
}

/// The cases of a group.
struct Parte {
    nome: &'static str,
    casi: Vec<CasoVisto>,
}

#[derive(Template)]
#[template(path = "comuni/piano_di_test.html")]
struct Pagina {
    c: Cornice,
    p: PianoDiTest,
    parti: Vec<Parte>,
    soluzione: &'static str,
    preliminare: Etichetta,
    oggi: String,
    /// Address of this page, and the way back.
    qui: String,
    indietro: (&'static str, &'static str),
    /// The CSV, where it has an address of its own.
    csv: Option<String>,
    /// Base of the links to exchanges and deliveries: the console's.
    console: String,
    /// Address of the web application of the environment.
    applicazione: String,
}

/// Where the page is shown.
pub(crate) struct Luogo {
    pub(crate) qui: String,
    pub(crate) indietro: (&'static str, &'static str),
    pub(crate) csv: bool,
    /// Links to the console are relative.
    pub(crate) nella_console: bool,
}

fn parti(p: &PianoDiTest) -> Vec<Parte> {
    let mut parti: Vec<Parte> = Vec::new();
    for c in &p.casi {
        match parti.last_mut() {
            Some(ultima) if ultima.nome == c.gruppo => ultima.casi.push(c.clone()),
            _ => parti.push(Parte {
                nome: c.gruppo,
                casi: vec![c.clone()],
            }),
        }
    }
    parti
}

fn dello_stato(s: impl std::borrow::Borrow<StatoCaso>) -> Etichetta {
    let (classe, segno) = match s.borrow() {
        StatoCaso::Fatto => ("ok", "✓"),
        StatoCaso::InParte => ("corso", "…"),
        StatoCaso::DaFare => ("", "–"),
        StatoCaso::NonApplicabile | StatoCaso::ServizioAssente => ("tenue", "–"),
    };
    Etichetta {
        classe,
        testo: s.borrow().nome(),
        segno,
    }
}

fn del_preliminare(p: &FilePreliminare) -> Etichetta {
    let (classe, testo, segno) = match p.stato {
        StatoPreliminare::DaInviare if p.in_ritardo => ("ko", "da inviare, in ritardo", "✕"),
        StatoPreliminare::DaInviare => ("corso", "da inviare", "…"),
        StatoPreliminare::Inviato if p.manca.is_some() => ("corso", "inviato, manca il file AIRE", "…"),
        StatoPreliminare::Inviato => ("corso", "inviato, non ancora caricato", "…"),
        StatoPreliminare::Caricato => ("ok", "inviato e caricato", "✓"),
        StatoPreliminare::Respinto => ("ko", "inviato e respinto", "✕"),
        StatoPreliminare::NonServe => ("tenue", "non serve: le prove sono già passate", "–"),
    };
    Etichetta { classe, testo, segno }
}

fn quando(q: impl std::borrow::Borrow<Option<Quando>>) -> String {
    q.borrow().map_or_else(|| "–".to_owned(), formati::quando)
}

/// What the page shows; reads the state.
pub(crate) fn leggi(s: &Simulatore, istat: CodiceIstat, a: Ambiente) -> Esito<(PianoDiTest, String)> {
    let p = s.piano_di_test(istat, a, &[])?;
    Ok((p, formati::data(s.orologio()?.oggi)))
}

/// The page.
pub(crate) fn mostra(s: &Simulatore, c: Cornice, (p, oggi): (PianoDiTest, String), l: Luogo) -> Risposta {
    let indirizzi = s.indirizzi();
    pagina(
        StatusCode::OK,
        &Pagina {
            c,
            parti: parti(&p),
            soluzione: crate::aree::soluzione(p.soluzione),
            preliminare: del_preliminare(&p.preliminare),
            oggi,
            csv: l
                .csv
                .then(|| format!("{}.csv?ambiente={}", l.qui, p.ambiente.chiave())),
            qui: l.qui,
            indietro: l.indietro,
            console: indirizzi
                .filter(|_| !l.nella_console)
                .map(|i| i.console.clone())
                .unwrap_or_default(),
            applicazione: indirizzi
                .map(|i| format!("{}/combas", i.ambiente(p.ambiente)))
                .unwrap_or_default(),
            p,
        },
    )
}

/// The plan as a file.
pub(crate) fn csv(p: &PianoDiTest) -> Esito<Risposta> {
    let r = risposta(StatusCode::OK, "text/csv; charset=utf-8", p.csv()?);
    Ok(da_scaricare(
        r,
        &format!("piano-di-test-{}-{}.csv", p.comune, p.ambiente.chiave()),
    ))
}

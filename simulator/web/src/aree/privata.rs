//! The private area of a Comune: where it stands, the scheda di monitoraggio with its receipt, cards and readers.

use askama::Template;
use http::StatusCode;
use registro::Soluzione;
use servizi::{
    ErroreServizio, Esito,
    http::Risposta,
    percorso::{
        PianoSubentro, Plico, PropostaScheda, Quadro, Rifiuto, Scheda, Scritto, SmartCardVista, id_plico,
    },
};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina, vai},
    errori::Errori,
    formati::{self, Etichetta},
    fuori,
    modulo::Campi,
    piano_di_test::{self, Luogo},
};

const CASA: &str = "/servizidemografici";
const SCHEDA: &str = "/servizidemografici/scheda";
const CARTE: &str = "/servizidemografici/carte";
const PIANO_DI_TEST: &str = "/servizidemografici/piano-di-test";

/// The ways of access, as the form offers them.
pub(crate) const SOLUZIONI: [(&str, Soluzione, &str); 3] = [
    ("WA", Soluzione::Wa, "WA: solo applicazione web"),
    (
        "WA_INTEGRATA",
        Soluzione::WaIntegrata,
        "WA integrata: applicazione web, con la base dati locale allineata dalle notifiche",
    ),
    ("WS", Soluzione::Ws, "WS: servizi web dal gestionale"),
];

/// Name of a way of access.
pub(crate) fn soluzione(s: impl std::borrow::Borrow<Soluzione>) -> &'static str {
    SOLUZIONI
        .iter()
        .find(|(_, x, _)| x == s.borrow())
        .map_or("", |(_, _, testo)| testo)
}

#[derive(Template)]
#[template(path = "aree/casa.html")]
struct Casa {
    c: Cornice,
    quadro: Quadro,
    macro_stato: &'static str,
    piano: Option<PianoSubentro>,
    scadenza: String,
}

/// `GET /servizidemografici`.
pub(super) async fn casa(d: &Dentro<'_>) -> Esito<Risposta> {
    let istat = d.comune()?;
    let (quadro, piano, scadenze) = fuori(d.sim, move |s| {
        Ok((s.quadro(istat)?, s.piano_subentro(istat)?, s.scadenze()?))
    })
    .await?;
    let casa = Casa {
        c: d.cornice("Il percorso del Comune", CASA).await?,
        macro_stato: formati::macro_stato(quadro.stato),
        quadro,
        piano,
        scadenza: formati::il(scadenze.scheda),
    };
    Ok(pagina(StatusCode::OK, &casa))
}

/// The form as it was filled in.
#[derive(Default)]
struct Riempita {
    soluzione: String,
    fine: String,
    postazioni: String,
    inizio: String,
}

impl Riempita {
    fn della(s: &Scheda) -> Self {
        let parola = SOLUZIONI
            .iter()
            .find(|(_, x, _)| *x == s.soluzione)
            .map_or("", |(p, _, _)| p);
        Self {
            soluzione: parola.to_owned(),
            fine: s.fine_adeguamento.map(|d| d.to_string()).unwrap_or_default(),
            postazioni: s.postazioni.to_string(),
            inizio: s.inizio_prove.to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "aree/scheda.html")]
struct Modulo {
    c: Cornice,
    csrf: String,
    errori: Errori,
    r: Riempita,
    soluzioni: [(&'static str, Soluzione, &'static str); 3],
    inviata: Option<Scheda>,
    scadenza: String,
    scaduta: bool,
    chiusa: bool,
}

async fn modulo(d: &Dentro<'_>, errori: Errori, r: Option<Riempita>) -> Esito<Risposta> {
    let istat = d.comune()?;
    let (f, scadenze, oggi) = fuori(d.sim, move |s| {
        Ok((s.fascicolo(istat)?, s.scadenze()?, s.orologio()?.oggi))
    })
    .await?;
    let scaduta = oggi > scadenze.scheda;
    let stato = errori.stato();
    let modulo = Modulo {
        c: d.cornice("Scheda di monitoraggio", SCHEDA).await?,
        csrf: d.sessione.csrf.clone(),
        errori,
        r: r.unwrap_or_else(|| f.scheda.as_ref().map(Riempita::della).unwrap_or_default()),
        soluzioni: SOLUZIONI,
        scadenza: formati::il(scadenze.scheda),
        scaduta,
        chiusa: f.scheda.is_some() && (scaduta || f.prove.is_some()),
        inviata: f.scheda,
    };
    Ok(pagina(stato, &modulo))
}

/// `GET /servizidemografici/scheda`.
pub(super) async fn scheda(d: &Dentro<'_>) -> Esito<Risposta> {
    modulo(d, Errori::default(), None).await
}

/// `POST /servizidemografici/scheda`.
pub(super) async fn manda(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = d.comune()?;
    let testo = |nome| campi.pieno(nome).unwrap_or_default().to_owned();
    let riempita = Riempita {
        soluzione: testo("soluzione"),
        fine: testo("fineAdeguamento"),
        postazioni: testo("postazioni"),
        inizio: testo("inizioProve"),
    };
    let proposta = PropostaScheda {
        soluzione: Scritto::da_testo(&riempita.soluzione),
        fine_adeguamento: Scritto::da_testo(&riempita.fine),
        postazioni: Scritto::da_testo(&riempita.postazioni),
        inizio_prove: Scritto::da_testo(&riempita.inizio),
    };
    let chi = d.sessione.utente.clone();
    match fuori(d.sim, move |s| Ok(s.manda_scheda(istat, &chi, &proposta))).await? {
        Ok(_) => Ok(vai("/servizidemografici/scheda/ricevuta")),
        Err(Rifiuto::Altro(e)) => Err(e),
        Err(Rifiuto::Campi(errori)) => modulo(d, errori.into(), Some(riempita)).await,
    }
}

#[derive(Template)]
#[template(path = "aree/ricevuta.html")]
struct Ricevuta {
    c: Cornice,
    avvertenze: Vec<String>,
    s: Scheda,
    soluzione: &'static str,
    comune: String,
    piano: PianoSubentro,
}

/// `GET /servizidemografici/scheda/ricevuta`.
pub(super) async fn ricevuta(d: &Dentro<'_>) -> Esito<Risposta> {
    let istat = d.comune()?;
    let (s, piano, nome) = fuori(d.sim, move |s| {
        Ok((
            s.scheda_monitoraggio(istat)?,
            s.piano_subentro(istat)?,
            s.comune(istat)?.nome,
        ))
    })
    .await?;
    let (Some(s), Some(piano)) = (s, piano) else {
        return Err(ErroreServizio::assente(
            "La scheda di monitoraggio non è ancora stata inviata: non c'è ricevuta.",
        ));
    };
    let ricevuta = Ricevuta {
        c: d.cornice("Ricevuta della scheda di monitoraggio", SCHEDA).await?,
        soluzione: soluzione(s.soluzione),
        avvertenze: s.avvertenze(),
        s,
        comune: format!("{istat} {nome}"),
        piano,
    };
    Ok(pagina(StatusCode::OK, &ricevuta))
}

pub(super) struct RigaPlico {
    id: String,
    stato: Etichetta,
    pronto: String,
    convocato: String,
    consegna: String,
    lettori: Etichetta,
}

#[derive(Template)]
#[template(path = "aree/carte.html")]
struct PaginaCarte {
    c: Cornice,
    plichi: Vec<RigaPlico>,
    carte: Vec<SmartCardVista>,
}

/// `GET /servizidemografici/carte`.
pub(super) async fn carte(d: &Dentro<'_>) -> Esito<Risposta> {
    let istat = d.comune()?;
    let (f, carte, oggi) = fuori(d.sim, move |s| {
        Ok((s.fascicolo(istat)?, s.smart_card(istat)?, s.orologio()?.oggi))
    })
    .await?;
    let riga = |p: &Plico| RigaPlico {
        id: id_plico(istat, p.numero),
        stato: formati::stato_plico(p.stato(oggi)),
        pronto: formati::data(p.pronto),
        convocato: p.convocato.map_or_else(|| "–".to_owned(), formati::data),
        consegna: p.consegna.as_ref().map_or_else(
            || "–".to_owned(),
            |c| format!("{} {}", c.a, formati::il(c.quando.date())),
        ),
        lettori: formati::stato_lettori(p.lettori(oggi)),
    };
    let carte = PaginaCarte {
        c: d.cornice("Smart card e lettori", CARTE).await?,
        plichi: f.plichi.iter().map(riga).collect(),
        carte,
    };
    Ok(pagina(StatusCode::OK, &carte))
}

/// `GET /servizidemografici/piano-di-test`, and the same as CSV.
pub(super) async fn piano_di_test(d: &Dentro<'_>, csv: bool) -> Esito<Risposta> {
    let (istat, ambiente) = (d.comune()?, piano_di_test::ambiente(&d.query)?);
    let letto = fuori(d.sim, move |s| piano_di_test::leggi(s, istat, ambiente)).await?;
    if csv {
        return piano_di_test::csv(&letto.0);
    }
    let luogo = Luogo {
        qui: PIANO_DI_TEST.to_owned(),
        indietro: (CASA, "Il percorso del Comune"),
        csv: true,
        nella_console: false,
    };
    let c = d.cornice("Piano di test", PIANO_DI_TEST).await?;
    Ok(piano_di_test::mostra(d.sim, c, letto, luogo))
}

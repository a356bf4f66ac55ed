//! The Prefettura: who has sent the scheda (list, filter, export, reminder), parcels of smart cards from the arrival to
//! the hand-over.

use anagrafe::{CodiceIstat, Data};
use askama::Template;
use http::StatusCode;
use servizi::{
    ErroreServizio, Esito, Simulatore,
    http::{Risposta, risposta},
    percorso::{
        ErroreCampo, Impedimento, Incarico, MetaCodici, Plico, RigaPlico, RigaScheda, Scritto, SmartCard,
        StatoPlico, StatoScheda,
    },
};

use super::{Dentro, privata::soluzione};
use crate::{
    cornice::{Cornice, da_scaricare, pagina, vai},
    errori::Errori,
    formati::{self, Etichetta},
    fuori,
    modulo::{Campi, codifica},
};

const CASA: &str = "/prefettura";
const SCHEDE: &str = "/prefettura/schede";
const PLICHI: &str = "/prefettura/plichi";

#[derive(Template)]
#[template(path = "aree/pref_casa.html")]
struct Casa {
    c: Cornice,
    provincia: String,
    oggi: String,
    scadenza: String,
    /// Why the schede cannot be seen yet.
    non_ancora: Option<String>,
    conti: Vec<(Etichetta, &'static str, usize)>,
    plichi: Vec<(Etichetta, usize)>,
}

/// `GET /prefettura`.
pub(super) async fn casa(d: &Dentro<'_>) -> Esito<Risposta> {
    let provincia = d.provincia()?;
    let p = provincia.clone();
    let (schede, plichi, scadenze, oggi) = fuori(d.sim, move |s| {
        Ok((
            s.schede_della_provincia(&p, None, "", false),
            s.plichi_della_provincia(&p)?,
            s.scadenze()?,
            s.orologio()?.oggi,
        ))
    })
    .await?;
    let (schede, non_ancora) = match schede {
        Ok(s) => (s, None),
        Err(e) if e.http == 409 => (Vec::new(), Some(e.testo)),
        Err(e) => return Err(e),
    };
    let quanti_plichi = |stato| plichi.iter().filter(|p| p.stato == stato).count();
    let casa = Casa {
        c: d.cornice(format!("Prefettura, provincia {provincia}"), CASA)
            .await?,
        provincia,
        oggi: formati::il(oggi),
        scadenza: formati::data(scadenze.scheda),
        non_ancora,
        conti: StatoScheda::TUTTI
            .into_iter()
            .map(|s| {
                let quante = schede.iter().filter(|r| r.stato == s).count();
                (formati::stato_scheda(s), s.parola(), quante)
            })
            .collect(),
        plichi: [
            StatoPlico::InViaggio,
            StatoPlico::AllaPrefettura,
            StatoPlico::SindacoConvocato,
            StatoPlico::Consegnato,
        ]
        .into_iter()
        .map(|s| (formati::stato_plico(s), quanti_plichi(s)))
        .collect(),
    };
    Ok(pagina(StatusCode::OK, &casa))
}

/// Filter of the list.
struct Filtro {
    stato: Option<StatoScheda>,
    testo: String,
}

fn filtro(q: &Campi) -> Esito<Filtro> {
    let stato = q
        .pieno("stato")
        .map(|s| {
            StatoScheda::parse(s)
                .ok_or_else(|| ErroreServizio::richiesta("Stato della scheda non riconosciuto."))
        })
        .transpose()?;
    Ok(Filtro {
        stato,
        testo: q.pieno("testo").unwrap_or_default().to_owned(),
    })
}

async fn righe(d: &Dentro<'_>) -> Esito<(Filtro, Vec<RigaScheda>)> {
    let provincia = d.provincia()?;
    let f = filtro(&d.query)?;
    let (stato, testo) = (f.stato, f.testo.clone());
    let righe = fuori(d.sim, move |s| {
        s.schede_della_provincia(&provincia, stato, &testo, false)
    })
    .await?;
    Ok((f, righe))
}

#[derive(Template)]
#[template(path = "aree/pref_schede.html")]
struct Schede {
    c: Cornice,
    csrf: String,
    righe: Vec<RigaScheda>,
    stati: Vec<(&'static str, &'static str, bool)>,
    testo: String,
    ricerca: String,
    mancanti: usize,
}

/// `GET /prefettura/schede`.
pub(super) async fn schede(d: &Dentro<'_>) -> Esito<Risposta> {
    let (f, righe) = righe(d).await?;
    let mut c = d.cornice("Schede dei Comuni", SCHEDE).await?;
    if let Some(n) = d.query.pieno("sollecitati").and_then(|n| n.parse::<u32>().ok()) {
        c = c.con_avviso(
            "ok",
            format!("Solleciti spediti per PEC: {n}. Un Comune si sollecita una volta al giorno."),
        );
    }
    let parola = f.stato.map(StatoScheda::parola).unwrap_or_default();
    let schede = Schede {
        c,
        csrf: d.sessione.csrf.clone(),
        mancanti: righe.iter().filter(|r| !r.stato.inviata()).count(),
        righe,
        stati: StatoScheda::TUTTI
            .into_iter()
            .map(|s| (s.parola(), formati::stato_scheda(s).testo, f.stato == Some(s)))
            .collect(),
        ricerca: format!("stato={parola}&testo={}", codifica(&f.testo)),
        testo: f.testo,
    };
    Ok(pagina(StatusCode::OK, &schede))
}

/// `GET /prefettura/schede.csv`.
pub(super) async fn csv(d: &Dentro<'_>) -> Esito<Risposta> {
    let (_, righe) = righe(d).await?;
    let r = risposta(StatusCode::OK, "text/csv; charset=utf-8", esporta(&righe)?);
    Ok(da_scaricare(r, &format!("schede-{}.csv", d.provincia()?)))
}

/// The list as CSV: `;`, UTF-8 with its mark, CR LF. A cell that a spreadsheet would take for a formula is quoted as
/// text.
pub(crate) fn esporta(righe: &[RigaScheda]) -> Esito<Vec<u8>> {
    let cella = |testo: String| {
        if testo.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            format!("'{testo}")
        } else {
            testo
        }
    };
    let mut scritto = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let intestazione = [
        "codice_istat",
        "nome_comune",
        "stato_scheda",
        "inviata",
        "soluzione",
        "inizio_prove",
        "ultimo_sollecito",
    ];
    scritto
        .write_record(intestazione)
        .map_err(ErroreServizio::guasto)?;
    for r in righe {
        let forse = |d: Option<anagrafe::Data>| d.map(|d| d.to_string()).unwrap_or_default();
        scritto
            .write_record([
                r.comune.to_string(),
                cella(r.nome.clone()),
                r.stato.parola().to_owned(),
                forse(r.inviata.map(registro::Quando::date)),
                r.soluzione
                    .map(|s| soluzione(s).split(':').next().unwrap_or_default().to_owned())
                    .unwrap_or_default(),
                forse(r.inizio_prove),
                forse(r.sollecito),
            ])
            .map_err(ErroreServizio::guasto)?;
    }
    scritto.into_inner().map_err(ErroreServizio::guasto)
}

/// `POST /prefettura/schede`: reminders, to all or to one.
pub(super) async fn sollecita(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let provincia = d.provincia()?;
    let quali: Vec<CodiceIstat> = match campi.pieno("comune") {
        None => Vec::new(),
        Some(c) => vec![
            CodiceIstat::parse(c).map_err(|_| ErroreServizio::richiesta("Il codice ISTAT ha sei cifre."))?,
        ],
    };
    let fatti = fuori(d.sim, move |s| s.sollecita(&provincia, &quali)).await?;
    Ok(vai(&format!("{SCHEDE}?sollecitati={}", fatti.len())))
}

#[derive(Template)]
#[template(path = "aree/pref_plichi.html")]
struct Plichi {
    c: Cornice,
    righe: Vec<RigaPlico>,
}

/// `GET /prefettura/plichi`.
pub(super) async fn plichi(d: &Dentro<'_>) -> Esito<Risposta> {
    let provincia = d.provincia()?;
    let righe = fuori(d.sim, move |s| s.plichi_della_provincia(&provincia)).await?;
    let c = d.cornice("Plichi di smart card", PLICHI).await?;
    Ok(pagina(StatusCode::OK, &Plichi { c, righe }))
}

/// A parcel of the province; any other does not exist.
async fn suo(d: &Dentro<'_>) -> Esito<(String, registro::Comune, Plico, Vec<SmartCard>)> {
    let (id, provincia) = (d.segmenti.prendi("id").to_owned(), d.provincia()?);
    let cercato = id.clone();
    let (comune, plico, carte) = fuori(d.sim, move |s| s.plico(&cercato)).await?;
    if comune.provincia == provincia {
        Ok((id, comune, plico, carte))
    } else {
        Err(ErroreServizio::assente("Nessun plico con questo numero."))
    }
}

#[derive(Template)]
#[template(path = "aree/pref_plico.html")]
struct UnPlico {
    c: Cornice,
    csrf: String,
    id: String,
    comune: registro::Comune,
    stato: StatoPlico,
    etichetta: Etichetta,
    plico: Plico,
    carte: Vec<SmartCard>,
    als: bool,
    oggi: String,
    /// The sindaco's envelope, when he has it.
    busta: Option<(SmartCard, MetaCodici)>,
    sindaco: String,
    errori: Errori,
    scritti: Campi,
}

/// `GET /prefettura/plichi/{id}`.
pub(super) async fn plico(d: &Dentro<'_>) -> Esito<Risposta> {
    mostra_plico(d, StatusCode::OK, Errori::default(), Campi::default()).await
}

/// The page of a parcel; after a form that was refused, as it was written and with what is wrong.
async fn mostra_plico(d: &Dentro<'_>, esito: StatusCode, errori: Errori, scritti: Campi) -> Esito<Risposta> {
    let (id, comune, plico, carte) = suo(d).await?;
    let sindaco = carte.iter().find(|c| c.incarico == Incarico::Sindaco).cloned();
    let (istat, cercata) = (comune.istat, sindaco.clone());
    let consegnata = plico.consegna.is_some();
    let (oggi, busta) = fuori(d.sim, move |s| {
        let busta = match &cercata {
            // The envelope is opened where it was handed over, by who was handed it.
            Some(c) if consegnata => Some(s.busta(istat, &c.numero)?),
            _ => None,
        };
        Ok((s.orologio()?.oggi, busta))
    })
    .await?;
    let mut c = d.cornice(format!("Plico {id}"), PLICHI).await?;
    c = match d.query.valore("fatto") {
        Some("registrato") => c.con_avviso("ok", "Arrivo registrato. Ora si convoca il sindaco."),
        Some("convocato") => c.con_avviso("ok", "Sindaco convocato con una PEC."),
        Some("consegnato") => c.con_avviso("ok", "Plico consegnato."),
        _ => c,
    };
    let stato = plico.stato(oggi);
    let uno = UnPlico {
        c,
        csrf: d.sessione.csrf.clone(),
        id,
        comune,
        stato,
        etichetta: formati::stato_plico(stato),
        plico,
        carte,
        als: d.sessione.als && d.sessione.con_carta,
        oggi: oggi.to_string(),
        busta: sindaco.clone().zip(busta),
        sindaco: sindaco.map(|c| c.titolare).unwrap_or_default(),
        errori,
        scritti,
    };
    Ok(pagina(esito, &uno))
}

/// `POST /prefettura/plichi/{id}`: register, summon, hand over.
pub(super) async fn agisce(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let (id, _, plico, _) = suo(d).await?;
    match campi.pieno("azione").unwrap_or_default() {
        "registra" => {
            let suo_id = id.clone();
            fuori(d.sim, move |s| s.registra_plico(&suo_id)).await?;
            Ok(fatto(&id, "registrato"))
        }
        "convoca" => convoca(d, campi, id, &plico).await,
        "consegna" => consegna(d, campi, id, &plico).await,
        _ => Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
}

fn fatto(id: &str, che: &str) -> Risposta {
    vai(&format!("{PLICHI}/{}?fatto={che}", codifica(id)))
}

async fn convoca(d: &Dentro<'_>, campi: &Campi, id: String, plico: &Plico) -> Esito<Risposta> {
    // Without its form on the page there is no field to tell an error at.
    if plico.consegna.is_some() {
        return Err(Impedimento::PlicoGiaConsegnato.into());
    }
    if plico.registrato.is_none() {
        return Err(Impedimento::PlicoNonRegistrato.into());
    }
    let scritto = Scritto::<Data>::da_testo(campi.pieno("giorno").unwrap_or_default());
    let giorno = match scritto.necessario("giorno", "Giorno della convocazione") {
        Ok(giorno) => *giorno,
        Err(e) => {
            let errori = Errori::from(vec![e]);
            return mostra_plico(d, errori.stato(), errori, campi.clone()).await;
        }
    };
    let suo_id = id.clone();
    match fuori(d.sim, move |s| s.convoca_sindaco(&suo_id, giorno)).await {
        Ok(_) => Ok(fatto(&id, "convocato")),
        Err(e) => match StatusCode::from_u16(e.http) {
            Ok(s) if s.is_client_error() => {
                mostra_plico(d, s, Errori::uno("giorno", e.testo), campi.clone()).await
            }
            _ => Err(e),
        },
    }
}

async fn consegna(d: &Dentro<'_>, campi: &Campi, id: String, plico: &Plico) -> Esito<Risposta> {
    if !(d.sessione.als && d.sessione.con_carta) {
        return Err(Impedimento::SoloAlsPrefettura.into());
    }
    let chi = campi.pieno("ricevente").unwrap_or_default().to_owned();
    // Otherwise there is no form of the hand-over, and the facade says what comes first.
    if plico.convocato.is_some() && plico.consegna.is_none() {
        let (suo_id, cercato) = (id.clone(), chi.clone());
        let ammesso = fuori(d.sim, move |s| Ok(s.ricevente_ammesso(&suo_id, &cercato))).await?;
        let (mut stato, mut errori) = (StatusCode::BAD_REQUEST, Vec::new());
        if let Err(e) = ammesso {
            stato = match StatusCode::from_u16(e.http) {
                Ok(s) if s.is_client_error() => s,
                _ => return Err(e),
            };
            errori.push(ErroreCampo::nuovo("ricevente", e.testo));
        }
        if campi.valore("identita") != Some("si") {
            stato = StatusCode::BAD_REQUEST;
            errori.push(ErroreCampo::nuovo(
                "identita",
                "Prima della consegna si verifica l'identità di chi ritira, e lo si conferma.",
            ));
        }
        if !errori.is_empty() {
            return mostra_plico(d, stato, errori.into(), campi.clone()).await;
        }
    }
    let (suo_id, da) = (id.clone(), d.sessione.utente.clone());
    fuori(d.sim, move |s: &Simulatore| s.consegna_plico(&suo_id, &da, &chi)).await?;
    Ok(fatto(&id, "consegnato"))
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_name_is_never_a_formula() {
        let riga = RigaScheda {
            comune: CodiceIstat::parse("888011").expect("code"),
            nome: "=HYPERLINK(\"x\");A".to_owned(),
            stato: StatoScheda::Mancante,
            inviata: None,
            soluzione: Some(registro::Soluzione::Ws),
            inizio_prove: None,
            sollecito: None,
        };
        let testo = String::from_utf8(esporta(&[riga]).expect("a list")).expect("text");
        assert_eq!(
            testo,
            "\u{feff}codice_istat;nome_comune;stato_scheda;inviata;soluzione;inizio_prove;ultimo_sollecito\r\n\
             888011;\"'=HYPERLINK(\"\"x\"\");A\";MANCANTE;;WS;;\r\n"
        );
    }
}

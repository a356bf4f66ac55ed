//! The dashboard of the subentro: the public numbers, and for a software house the list of its Comuni, their dates, the
//! calendar, the plan as a file.

use std::collections::BTreeMap;

use anagrafe::{CodiceIstat, Data};
use askama::Template;
use http::{StatusCode, header, request::Parts};
use jiff::ToSpan as _;
use servizi::{
    ErroreServizio, Esito, Simulatore,
    http::{Corpo, Risposta, risposta},
    percorso::{
        Area, COLONNE, ChiPianifica, EsitoPiano, Parte, PropostaDate, RIFIUTI_MASSIMI, Rifiuto,
        RigaCruscotto, Scritto, StatoPianificazione, VistaPubblica, esporta_piano,
    },
};

use super::{Dentro, altrui};
use crate::{
    ambiente::csrf_mancante,
    cornice::{Cornice, da_scaricare, pagina, vai},
    errori::{Errori, stato_dei_campi},
    formati::{self, Etichetta},
    fuori,
    modulo::Campi,
    piano_di_test::{self, Luogo},
    ricezione, sicurezza,
};

const CASA: &str = "/dashboard/subentro";
const CALENDARIO: &str = "/dashboard/subentro/calendario";
const PIANO: &str = "/dashboard/subentro/piano";
/// Rows of the list; the filter narrows it.
const RIGHE_IN_PAGINA: usize = 200;
/// Comuni named on one day of the calendar.
const NOMI_IN_UN_GIORNO: usize = 8;
/// Bytes of a plan file.
const LIMITE_PIANO_BYTE: usize = 1024 * 1024;
/// Width of the chart, in its own units.
const LARGHEZZA_GRAFICO: u64 = 600;
/// Planned days shown to everybody.
const GIORNI_PUBBLICI: usize = 30;

impl Dentro<'_> {
    /// The user name of a software house.
    fn software_house(&self) -> Esito<String> {
        match &self.sessione.parte {
            Parte::SoftwareHouse(nome) => Ok(nome.clone()),
            Parte::Comune(_) | Parte::Provincia(_) => Err(altrui()),
        }
    }
}

/// One bar of the chart.
struct Barra {
    classe: &'static str,
    nome: &'static str,
    comuni: u64,
    popolazione: String,
    x: u64,
    larghezza: u64,
}

fn barre(v: &VistaPubblica) -> Vec<Barra> {
    let voci = [
        ("b-inattivi", "inattivi", v.inattivi),
        ("b-attivi", "attivi (pre-subentro riuscito)", v.attivi),
        ("b-subentrati", "subentrati", v.subentrati),
    ];
    let totale = voci.iter().map(|(_, _, k)| k.comuni).sum::<u64>().max(1);
    let mut x = 0;
    voci.into_iter()
        .map(|(classe, nome, k)| {
            let larghezza = k.comuni * LARGHEZZA_GRAFICO / totale;
            let barra = Barra {
                classe,
                nome,
                comuni: k.comuni,
                popolazione: formati::migliaia(k.popolazione),
                x,
                larghezza,
            };
            x += larghezza;
            barra
        })
        .collect()
}

#[derive(Template)]
#[template(path = "aree/dash_pubblica.html")]
struct Pubblica {
    c: Cornice,
    oggi: String,
    barre: Vec<Barra>,
    giorni: Vec<(String, u32)>,
}

/// `GET /dashboard`: for everybody, without a login.
pub(super) async fn pubblica(sim: &std::sync::Arc<Simulatore>) -> Risposta {
    let c = Cornice::area(Area::Dashboard, "Subentro in ANPR: a che punto sono i Comuni");
    match fuori(sim, |s| Ok((s.vista_pubblica()?, s.orologio()?.oggi))).await {
        Ok((v, oggi)) => pagina(
            StatusCode::OK,
            &Pubblica {
                c,
                oggi: formati::data(oggi),
                barre: barre(&v),
                giorni: v
                    .giorni
                    .iter()
                    .take(GIORNI_PUBBLICI)
                    .map(|(g, n)| (formati::data(g), *n))
                    .collect(),
            },
        ),
        Err(e) => {
            let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            crate::cornice::errore(stato, c, e.testo, e.codice)
        }
    }
}

struct Filtro {
    stato: Option<StatoPianificazione>,
    testo: String,
}

fn filtro(q: &Campi) -> Esito<Filtro> {
    let stato = q
        .pieno("stato")
        .map(|s| {
            StatoPianificazione::parse(s)
                .ok_or_else(|| ErroreServizio::richiesta("Stato della pianificazione non riconosciuto."))
        })
        .transpose()?;
    Ok(Filtro {
        stato,
        testo: q.pieno("testo").unwrap_or_default().to_owned(),
    })
}

async fn righe(d: &Dentro<'_>, f: &Filtro) -> Esito<Vec<RigaCruscotto>> {
    let nome = d.software_house()?;
    let (stato, testo) = (f.stato, f.testo.clone());
    fuori(d.sim, move |s| {
        s.cruscotto(ChiPianifica::SoftwareHouse(&nome), stato, &testo)
    })
    .await
}

#[derive(Template)]
#[template(path = "aree/dash_elenco.html")]
struct Elenco {
    c: Cornice,
    quanti: usize,
    righe: Vec<RigaCruscotto>,
    /// Cases of the test plan done, and those that apply.
    prove: BTreeMap<CodiceIstat, (usize, usize)>,
    stati: Vec<(&'static str, &'static str, bool)>,
    testo: String,
}

/// `GET /dashboard/subentro`.
pub(super) async fn elenco(d: &Dentro<'_>) -> Esito<Risposta> {
    let f = filtro(&d.query)?;
    let mut righe = righe(d, &f).await?;
    let quanti = righe.len();
    righe.truncate(RIGHE_IN_PAGINA);
    let comuni: Vec<CodiceIstat> = righe.iter().map(|r| r.comune).collect();
    let prove = fuori(d.sim, move |s| s.conti_di_test(&comuni)).await?;
    let elenco = Elenco {
        c: d.cornice("Dashboard subentro", CASA).await?,
        quanti,
        righe,
        prove,
        stati: StatoPianificazione::TUTTI
            .into_iter()
            .map(|s| {
                (
                    s.parola(),
                    formati::stato_pianificazione(s).testo,
                    f.stato == Some(s),
                )
            })
            .collect(),
        testo: f.testo,
    };
    Ok(pagina(StatusCode::OK, &elenco))
}

/// `GET /dashboard/subentro/piano.csv`.
pub(super) async fn csv(d: &Dentro<'_>) -> Esito<Risposta> {
    let righe = righe(d, &filtro(&d.query)?).await?;
    let r = risposta(StatusCode::OK, "text/csv; charset=utf-8", esporta_piano(&righe)?);
    Ok(da_scaricare(r, "piano-subentro.csv"))
}

/// One day of the calendar.
struct Giorno {
    numero: i8,
    oggi: bool,
    /// Comuni of everybody on that day.
    occupati: u32,
    pieno: bool,
    /// Those of the software house.
    suoi: Vec<(CodiceIstat, String)>,
    altri: usize,
}

#[derive(Template)]
#[template(path = "aree/dash_calendario.html")]
struct Calendario {
    c: Cornice,
    mese: String,
    prima: Option<String>,
    dopo: Option<String>,
    capienza: u16,
    /// Seven days each; none outside the month.
    settimane: Vec<Vec<Option<Giorno>>>,
}

fn chiave(d: Data) -> String {
    format!("{:04}-{:02}", d.year(), d.month())
}

fn settimane(
    primo: Data,
    oggi: Data,
    capienza: u16,
    occupati: &BTreeMap<Data, u32>,
    righe: &[RigaCruscotto],
) -> Vec<Vec<Option<Giorno>>> {
    let vuoti = usize::try_from(primo.weekday().to_monday_zero_offset()).unwrap_or(0);
    let mut celle: Vec<Option<Giorno>> = (0..vuoti).map(|_| None).collect();
    for numero in 1..=primo.days_in_month() {
        let giorno = jiff::civil::date(primo.year(), primo.month(), numero);
        let quanti = occupati.get(&giorno).copied().unwrap_or(0);
        let tutti: Vec<&RigaCruscotto> = righe.iter().filter(|r| r.preferita == Some(giorno)).collect();
        celle.push(Some(Giorno {
            numero,
            oggi: giorno == oggi,
            occupati: quanti,
            pieno: quanti >= u32::from(capienza),
            altri: tutti.len().saturating_sub(NOMI_IN_UN_GIORNO),
            suoi: tutti
                .into_iter()
                .take(NOMI_IN_UN_GIORNO)
                .map(|r| (r.comune, r.nome.clone()))
                .collect(),
        }));
    }
    while !celle.len().is_multiple_of(7) {
        celle.push(None);
    }
    let mut righe = Vec::new();
    let mut celle = celle.into_iter().peekable();
    while celle.peek().is_some() {
        righe.push(celle.by_ref().take(7).collect());
    }
    righe
}

/// `GET /dashboard/subentro/calendario?mese=2021-03`.
pub(super) async fn calendario(d: &Dentro<'_>) -> Esito<Risposta> {
    let nome = d.software_house()?;
    let chiesto = d
        .query
        .pieno("mese")
        .map(|m| {
            anagrafe::leggi_data(&format!("{m}-01"))
                .ok_or_else(|| ErroreServizio::richiesta("Il mese si scrive AAAA-MM."))
        })
        .transpose()?;
    let (righe, occupati, oggi, scadenze) = fuori(d.sim, move |s| {
        Ok((
            s.cruscotto(ChiPianifica::SoftwareHouse(&nome), None, "")?,
            s.giorni_occupati()?,
            s.orologio()?.oggi,
            s.scadenze()?,
        ))
    })
    .await?;
    let primo = chiesto.unwrap_or_else(|| oggi.first_of_month());
    let spostato = |mesi: i64| primo.checked_add(mesi.months()).ok().map(chiave);
    let mese = format!(
        "{} {}",
        formati::MESI[usize::try_from(primo.month() - 1).unwrap_or(0) % 12],
        primo.year()
    );
    let capienza = scadenze.capienza_giornaliera;
    let calendario = Calendario {
        c: d.cornice(format!("Calendario, {mese}"), CALENDARIO).await?,
        mese,
        prima: spostato(-1),
        dopo: spostato(1),
        capienza,
        settimane: settimane(primo, oggi, capienza, &occupati, &righe),
    };
    Ok(pagina(StatusCode::OK, &calendario))
}

/// The dates as they were written.
#[derive(Default)]
struct Scritte {
    prima: String,
    ultima: String,
    preferita: String,
}

#[derive(Template)]
#[template(path = "aree/dash_comune.html")]
struct Uno {
    c: Cornice,
    csrf: String,
    r: RigaCruscotto,
    stato: Etichetta,
    scritte: Scritte,
    errori: Errori,
    guasto: Option<String>,
    preavviso: u8,
    capienza: u16,
    modificabile: bool,
}

fn suo(d: &Dentro<'_>) -> Esito<CodiceIstat> {
    CodiceIstat::parse(d.segmenti.prendi("istat"))
        .map_err(|_| ErroreServizio::assente("Nessun Comune con questo codice: servono sei cifre."))
}

async fn modulo(
    d: &Dentro<'_>,
    stato: StatusCode,
    scritte: Option<Scritte>,
    errori: Errori,
    guasto: Option<String>,
) -> Esito<Risposta> {
    let (istat, nome) = (suo(d)?, d.software_house()?);
    let (r, s) = fuori(d.sim, move |s| {
        Ok((
            s.riga_cruscotto(ChiPianifica::SoftwareHouse(&nome), istat)?,
            s.scadenze()?,
        ))
    })
    .await?;
    let mut c = d.cornice(format!("{istat} {}", r.nome), CASA).await?;
    if d.query.valore("fatto").is_some() {
        c = c.con_avviso(
            "ok",
            "Date accettate: sono la finestra del Comune nell'ambiente di subentro.",
        );
    }
    // Only dates of the dashboard are put into the form again: a window without a preferred day is somebody else's.
    let testo = |d: Option<Data>| {
        d.filter(|_| r.preferita.is_some())
            .map(|d| d.to_string())
            .unwrap_or_default()
    };
    let uno = Uno {
        c,
        csrf: d.sessione.csrf.clone(),
        stato: formati::stato_pianificazione(r.stato),
        scritte: scritte.unwrap_or_else(|| Scritte {
            prima: testo(r.prima),
            ultima: testo(r.ultima),
            preferita: testo(r.preferita),
        }),
        modificabile: r.stato.si_pianifica(),
        r,
        errori,
        guasto,
        preavviso: s.preavviso_giorni,
        capienza: s.capienza_giornaliera,
    };
    Ok(pagina(stato, &uno))
}

/// `GET /dashboard/subentro/{istat}`.
pub(super) async fn comune(d: &Dentro<'_>) -> Esito<Risposta> {
    modulo(d, StatusCode::OK, None, Errori::default(), None).await
}

/// `GET /dashboard/subentro/{istat}/piano-di-test`, and the same as CSV: of its own Comuni only.
pub(super) async fn piano_di_test(d: &Dentro<'_>, csv: bool) -> Esito<Risposta> {
    let (istat, nome, ambiente) = (suo(d)?, d.software_house()?, piano_di_test::ambiente(&d.query)?);
    let letto = fuori(d.sim, move |s| {
        s.riga_cruscotto(ChiPianifica::SoftwareHouse(&nome), istat)?;
        piano_di_test::leggi(s, istat, ambiente)
    })
    .await?;
    if csv {
        return piano_di_test::csv(&letto.0);
    }
    let c = d
        .cornice(format!("Piano di test, {istat} {}", letto.0.nome), CASA)
        .await?;
    let luogo = Luogo {
        qui: format!("{CASA}/{istat}/piano-di-test"),
        indietro: (CASA, "Dashboard subentro"),
        csv: true,
        nella_console: false,
    };
    Ok(piano_di_test::mostra(d.sim, c, letto, luogo))
}

/// `POST /dashboard/subentro/{istat}`: dates proposed or moved.
pub(super) async fn propone(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let (istat, nome) = (suo(d)?, d.software_house()?);
    let testo = |nome| campi.pieno(nome).unwrap_or_default().to_owned();
    let scritte = Scritte {
        prima: testo("prima"),
        ultima: testo("ultima"),
        preferita: testo("preferita"),
    };
    let proposta = PropostaDate {
        prima: Scritto::da_testo(&scritte.prima),
        ultima: Scritto::da_testo(&scritte.ultima),
        preferita: Scritto::da_testo(&scritte.preferita),
    };
    let fatto = fuori(d.sim, move |s| {
        Ok(s.pianifica(ChiPianifica::SoftwareHouse(&nome), istat, &proposta))
    })
    .await?;
    match fatto {
        Ok(_) => Ok(vai(&format!("{CASA}/{istat}?fatto=si"))),
        Err(Rifiuto::Campi(errori)) => {
            let stato = stato_dei_campi(&errori);
            modulo(d, stato, Some(scritte), errori.into(), None).await
        }
        // A rule that refuses leaves the form as it was written.
        Err(Rifiuto::Altro(e)) if matches!(e.http, 409 | 422) => {
            let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::CONFLICT);
            modulo(d, stato, Some(scritte), Errori::default(), Some(e.testo)).await
        }
        Err(Rifiuto::Altro(e)) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "aree/dash_piano.html")]
struct Piano {
    c: Cornice,
    csrf: String,
    colonne: String,
    esito: EsitoPiano,
    /// Errors told at once.
    limite: usize,
    guasto: Option<String>,
}

async fn pagina_piano(
    d: &Dentro<'_>,
    stato: StatusCode,
    esito: EsitoPiano,
    guasto: Option<String>,
) -> Esito<Risposta> {
    d.software_house()?;
    let mut c = d.cornice("Il piano come file", PIANO).await?;
    if let Some(n) = d.query.pieno("fatti").and_then(|n| n.parse::<u32>().ok()) {
        c = c.con_avviso("ok", format!("File accettato: Comuni pianificati {n}."));
    }
    let piano = Piano {
        c,
        csrf: d.sessione.csrf.clone(),
        colonne: COLONNE.join(", "),
        esito,
        limite: RIFIUTI_MASSIMI,
        guasto,
    };
    Ok(pagina(stato, &piano))
}

/// `GET /dashboard/subentro/piano`.
pub(super) async fn piano(d: &Dentro<'_>) -> Esito<Risposta> {
    pagina_piano(d, StatusCode::OK, EsitoPiano::default(), None).await
}

/// `POST /dashboard/subentro/piano`: the file of the plan.
pub(super) async fn importa(d: &Dentro<'_>, parti: &Parts, corpo: Corpo) -> Esito<Risposta> {
    let nome = d.software_house()?;
    let tipo = parti
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let m = ricezione::piccolo(tipo, corpo, LIMITE_PIANO_BYTE).await?;
    if !sicurezza::uguali(m.campo("csrf"), &d.sessione.csrf) {
        return Err(csrf_mancante());
    }
    let sostituisci = m.campo("sostituisci") == "si";
    let vuoto = EsitoPiano::default;
    let Some((_, byte)) = m.file.filter(|(nome, _)| !nome.is_empty()) else {
        let testo = "Manca il file: sceglierlo e ripetere.".to_owned();
        return pagina_piano(d, StatusCode::BAD_REQUEST, vuoto(), Some(testo)).await;
    };
    let fatto = fuori(d.sim, move |s| {
        s.importa_piano(ChiPianifica::SoftwareHouse(&nome), &byte, sostituisci)
    })
    .await;
    match fatto {
        Ok(e) if e.errori.is_empty() => Ok(vai(&format!("{PIANO}?fatti={}", e.pianificati.len()))),
        Ok(e) => pagina_piano(d, StatusCode::UNPROCESSABLE_ENTITY, e, None).await,
        Err(e) if e.http == 400 => pagina_piano(d, StatusCode::BAD_REQUEST, vuoto(), Some(e.testo)).await,
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_month_is_whole_weeks_from_monday_and_the_bars_fill_no_more_than_the_chart() {
        let primo = jiff::civil::date(2021, 3, 1);
        let oggi = jiff::civil::date(2021, 3, 5);
        let occupati = BTreeMap::from([(oggi, 2)]);
        let s = settimane(primo, oggi, 2, &occupati, &[]);
        assert_eq!(s.len(), 5);
        assert!(s.iter().all(|w| w.len() == 7));
        let cinque = s[0][4].as_ref().expect("Friday");
        assert_eq!((cinque.numero, cinque.oggi, cinque.pieno), (5, true, true));
        assert!(s[4][2].is_some() && s[4][3].is_none(), "31 is a Wednesday");
        // February 2021 begins on a Monday and ends on a Sunday.
        assert_eq!(
            settimane(jiff::civil::date(2021, 2, 1), oggi, 1, &occupati, &[]).len(),
            4
        );
        let mut v = VistaPubblica::default();
        v.inattivi.comuni = 7;
        v.subentrati.comuni = 3;
        let b = barre(&v);
        assert_eq!(
            b.iter().map(|b| (b.x, b.larghezza)).collect::<Vec<_>>(),
            [(0, 420), (420, 0), (420, 180)]
        );
    }
}

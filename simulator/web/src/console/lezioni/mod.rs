//! The trainer's lessons: the list, a lesson before it starts, the presenter's page, the room's, the hand-out.
//!
//! The presenter moves with forms (keys press the same buttons); the room follows by asking for its own page again, as
//! the mailbox does, and so does every further page of the presenter. What must stay true: the room's page never carries the
//! presenter's notes; a move names the step it was meant for, so that two windows never go two steps.

pub(crate) mod calendario;

use std::collections::BTreeSet;

use anagrafe::Ambiente;
use askama::Template;
use http::StatusCode;
use servizi::{
    ErroreServizio, Esito, Simulatore,
    http::Risposta,
    lezioni::{
        Blocco, Lezione, Luogo, Mossa, Mostra, MotivoRifiuto, NonParte, Passo, PecVista, StatoLezione,
        blocchi,
    },
};

use self::calendario::{Mese, mesi, note};
use super::Chiesta;
use crate::{
    catalogo,
    cornice::{Cornice, pagina, vai},
    errori::Errori,
    formati::{self, Etichetta},
    fuori,
    modulo::{Campi, codifica},
    viste,
};

/// Address of the list, and menu entry of these pages.
const QUI: &str = "/lezioni";

fn id(q: &Chiesta<'_>) -> String {
    q.segmenti.prendi("id").to_owned()
}

/// Lesson and state in one go.
async fn letta(q: &Chiesta<'_>) -> Esito<(Lezione, StatoLezione)> {
    let id = id(q);
    fuori(q.sim, move |s| {
        Ok((s.lezione(&id)?.clone(), s.stato_lezione(&id)?))
    })
    .await
}

#[derive(Template)]
#[template(path = "lezioni/elenco.html")]
struct Elenco<'l> {
    c: Cornice,
    /// With the Comune that is in the way of it, if one is.
    lezioni: Vec<(&'l Lezione, bool)>,
    /// Id and title.
    in_corso: Option<(String, String)>,
}

pub(super) async fn elenco(q: &Chiesta<'_>) -> Esito<Risposta> {
    let (corrente, occupate) = fuori(q.sim, |s| {
        let mut occupate = BTreeSet::new();
        for l in s.lezioni().tutte() {
            if let Some(NonParte::ComuneAltrui { comune, .. }) = s.non_parte(l)? {
                occupate.insert(comune);
            }
        }
        Ok((s.lezione_in_corso()?, occupate))
    })
    .await?;
    let in_corso = corrente.map(|id| {
        let titolo = q
            .sim
            .lezioni()
            .una(&id)
            .map_or_else(|| id.clone(), |l| l.titolo.clone());
        (codifica(&id), titolo)
    });
    let e = Elenco {
        c: q.cornice("Lezioni", QUI).await?,
        lezioni: q
            .sim
            .lezioni()
            .tutte()
            .iter()
            .map(|l| (l, occupate.contains(&l.comune)))
            .collect(),
        in_corso,
    };
    Ok(pagina(StatusCode::OK, &e))
}

#[derive(Template)]
#[template(path = "lezioni/una.html")]
struct Una {
    c: Cornice,
    l: Lezione,
    s: StatoLezione,
    errori: Errori,
}

pub(super) async fn una(q: &Chiesta<'_>) -> Esito<Risposta> {
    mostra_una(q, Errori::default()).await
}

async fn mostra_una(q: &Chiesta<'_>, errori: Errori) -> Esito<Risposta> {
    let (l, s) = letta(q).await?;
    let c = q.cornice(l.titolo.clone(), QUI).await?;
    Ok(pagina(errori.stato(), &Una { c, l, s, errori }))
}

/// `POST /lezioni/{id}`: a move of the presenter.
pub(super) async fn comando(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let id = id(q);
    let azione = campi.pieno("azione").unwrap_or_default().to_owned();
    let numero = |nome| campi.pieno(nome).and_then(|p| p.parse::<usize>().ok());
    let (passo, da) = (numero("passo"), numero("da"));
    if azione == "sgombera" && campi.valore("conferma") != Some("si") {
        let errori = Errori::uno(
            "conferma",
            "Manca la conferma: il Comune e tutto ciò che ha andrebbero persi.",
        );
        return mostra_una(q, errori).await;
    }
    let dove = format!("{QUI}/{}", codifica(&id));
    let fatto = {
        let (id, azione) = (id.clone(), azione.clone());
        fuori(q.sim, move |s| muovi(s, &id, &azione, (passo, da))).await
    };
    match fatto {
        Ok(()) => Ok(vai(&match azione.as_str() {
            // Another lesson was in the way of the one that `poi` names.
            "termina" => match campi.pieno("poi").filter(|p| q.sim.lezioni().una(p).is_some()) {
                Some(poi) => format!("{QUI}/{}", codifica(poi)),
                None => dove,
            },
            "sgombera" => dove,
            _ => format!("{dove}/relatore"),
        })),
        // The move of a page that was left behind, or one that cannot be made now: the page as it stands, and why.
        Err(e) if e.http == 409 => {
            let corrente = fuori(q.sim, Simulatore::lezione_in_corso).await?;
            if corrente.as_deref() == Some(id.as_str()) {
                pagina_relatore(q, StatusCode::CONFLICT, Some(e.testo)).await
            } else {
                Err(e)
            }
        }
        Err(e) => Err(e),
    }
}

fn muovi(s: &Simulatore, id: &str, azione: &str, (passo, da): (Option<usize>, Option<usize>)) -> Esito<()> {
    let mossa = |m| s.muovi_lezione(id, m, da).map(drop);
    match azione {
        "avvia" | "ricomincia" => s.avvia_lezione(id).map(drop),
        "esegui" => mossa(Mossa::Esegui),
        "avanti" => mossa(Mossa::Avanti),
        "indietro" => mossa(Mossa::Indietro),
        "salta" => {
            let passo = passo.filter(|p| *p > 0);
            let passo = passo.ok_or_else(|| ErroreServizio::richiesta("Scegliere un passo, da 1 in su."))?;
            s.salta_lezione(id, passo - 1).map(drop)
        }
        "riporta" => s.riporta_orologio(id).map(drop),
        "sgombera" => s.sgombera_per_lezione(id),
        "termina" => s.termina_lezione(id),
        _ => Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
}

/// What stands beside the words of a step.
enum Mostrato {
    Nulla,
    Fornitura(FornituraMostrata),
    Pec(PecVista),
    Rifiuto(MotivoRifiuto),
    Scambio(ScambioMostrato),
}

struct FornituraMostrata {
    versione: u32,
    ambiente: Ambiente,
    stato: Etichetta,
    soggetti: u64,
    file: usize,
    codici: Vec<CodiceMostrato>,
}

struct CodiceMostrato {
    codice: String,
    blocca: bool,
    testo: String,
    quanti: u64,
    /// Length of its bar, of 100.
    parte: u64,
}

struct ScambioMostrato {
    esito: Etichetta,
    fault: Option<String>,
    causa: Option<String>,
}

impl Mostrato {
    /// What a step shows once its actions are done.
    fn di(p: &Passo, s: &StatoLezione) -> Self {
        let trovato = match p.mostra {
            Mostra::Nulla | Mostra::Calendario => None,
            Mostra::Fornitura => s.fornitura.as_ref().map(|f| {
                let massimo = f.conteggi.values().copied().max().unwrap_or(0);
                let mut codici: Vec<CodiceMostrato> = f
                    .conteggi
                    .iter()
                    .map(|(codice, n)| {
                        let a = elaborazione::anomalia(codice);
                        CodiceMostrato {
                            codice: codice.clone(),
                            blocca: a.is_some_and(|a| {
                                viste::livello(a, f.ambiente) == elaborazione::anomalie::Livello::Errore
                            }),
                            testo: a.map(|a| a.testo.osservato.replace('@', "…")).unwrap_or_default(),
                            quanti: *n,
                            parte: formati::parte(n, massimo),
                        }
                    })
                    .collect();
                codici.sort_by(|a, b| b.blocca.cmp(&a.blocca).then_with(|| a.codice.cmp(&b.codice)));
                Self::Fornitura(FornituraMostrata {
                    versione: f.versione,
                    ambiente: f.ambiente,
                    stato: formati::stato_fornitura(f.stato),
                    soggetti: f.soggetti,
                    file: f.file.len(),
                    codici,
                })
            }),
            Mostra::Pec => s.pec.clone().map(Self::Pec),
            Mostra::Rifiuto => s.rifiuti.last().cloned().map(Self::Rifiuto),
            Mostra::Scambio => s.scambio.as_ref().map(|x| {
                Self::Scambio(ScambioMostrato {
                    esito: formati::esito_scambio(x.esito),
                    fault: x.fault.clone(),
                    causa: x.causa.clone(),
                })
            }),
        };
        trovato.filter(|_| s.eseguito).unwrap_or(Self::Nulla)
    }
}

#[derive(Template)]
#[template(path = "lezioni/relatore.html")]
struct Relatore {
    c: Cornice,
    passo: Option<Passo>,
    prossimo: Option<Passo>,
    /// What to do by hand, and where.
    a_mano: Option<(String, String)>,
    esito: Mostrato,
    mesi: Vec<Mese>,
    note_date: Vec<(String, String)>,
    operatore: (String, String),
    /// Name and address of the pages of the environments.
    ambienti: Vec<(&'static str, String)>,
    l: Lezione,
    s: StatoLezione,
}

pub(super) async fn relatore(q: &Chiesta<'_>) -> Esito<Risposta> {
    pagina_relatore(q, StatusCode::OK, None).await
}

async fn pagina_relatore(q: &Chiesta<'_>, stato: StatusCode, perche: Option<String>) -> Esito<Risposta> {
    let (l, s) = letta(q).await?;
    if !s.in_corso {
        return Ok(vai(&format!("{QUI}/{}", codifica(&l.id))));
    }
    let id = l.id.clone();
    let operatore = fuori(q.sim, move |s| s.operatore_lezione(&id)).await?;
    let base = |a: Ambiente| {
        let i = q.sim.indirizzi();
        i.map_or_else(String::new, |i| i.ambiente(a).to_owned())
    };
    let passo = s.indice().and_then(|i| l.passi.get(i)).cloned();
    let titolo = passo.as_ref().map_or("Fine della lezione", |p| p.titolo.as_str());
    let mut c = q.cornice(titolo, QUI).await?.con_errore(perche);
    c.ascolta = true;
    let a_mano = passo.as_ref().and_then(|p| p.a_mano.as_ref()).map(|m| {
        let radice = match m.luogo {
            Luogo::Console => String::new(),
            Luogo::Test => base(Ambiente::Test),
            Luogo::Pre => base(Ambiente::Pre),
            Luogo::Sub => base(Ambiente::Sub),
        };
        let pagina = m.pagina.replace("{comune}", l.comune.as_str());
        (m.testo.clone(), format!("{radice}{pagina}"))
    });
    let r = Relatore {
        c,
        prossimo: s.indice().and_then(|i| l.passi.get(i + 1)).cloned(),
        a_mano,
        esito: passo.as_ref().map_or(Mostrato::Nulla, |p| Mostrato::di(p, &s)),
        passo,
        mesi: mesi(&s.calendario, None),
        note_date: note(&s.calendario, None),
        operatore,
        ambienti: Ambiente::TUTTI
            .map(|a| (formati::ambiente(a), format!("{}/combas", base(a))))
            .into(),
        l,
        s,
    };
    Ok(pagina(stato, &r))
}

#[derive(Template)]
#[template(path = "lezioni/aula.html")]
struct Aula {
    c: Cornice,
    passo: Option<Passo>,
    /// What the audience reads now.
    testo: Vec<Blocco>,
    /// The date in words.
    giorno: String,
    esito: Mostrato,
    mesi: Vec<Mese>,
    note_date: Vec<(String, String)>,
    /// Something stands beside the words.
    a_fianco: bool,
    /// How far the lesson is, of 100.
    avanzato: usize,
    l: Lezione,
    s: StatoLezione,
}

pub(super) async fn aula(q: &Chiesta<'_>) -> Esito<Risposta> {
    let (l, s) = letta(q).await?;
    let mut c = Cornice::console_chiusa(l.titolo.clone());
    c.classe = "console aula";
    c.vivo = true;
    let passo = s.indice().and_then(|i| l.passi.get(i)).cloned();
    let esito = passo.as_ref().map_or(Mostrato::Nulla, |p| Mostrato::di(p, &s));
    // The calendar where it is the outcome, and wherever there is none to show; under the grid its notes, which are of the
    // events and not of the presenter.
    let (mesi, note_date) = match (&passo, &esito) {
        (Some(_), Mostrato::Nulla) => {
            let giornate = calendario::per_l_aula(&s.calendario, s.oggi);
            (mesi(&giornate, Some(s.oggi)), note(&giornate, Some(s.oggi)))
        }
        _ => (Vec::new(), Vec::new()),
    };
    let testo = passo
        .as_ref()
        .map(|p| match &p.prima {
            Some(prima) if !s.eseguito => prima.as_str(),
            _ => p.testo.as_str(),
        })
        .map(blocchi)
        .unwrap_or_default();
    let a = Aula {
        giorno: if s.in_corso {
            calendario::in_parole(s.oggi)
        } else {
            String::new()
        },
        a_fianco: !(mesi.is_empty() && matches!(esito, Mostrato::Nulla)),
        avanzato: s.passo.unwrap_or(0) * 100 / l.passi.len().max(1),
        c,
        passo,
        testo,
        esito,
        mesi,
        note_date,
        l,
        s,
    };
    Ok(pagina(StatusCode::OK, &a))
}

struct PassoStampato {
    titolo: String,
    testo: Vec<Blocco>,
    approfondimento: Vec<Blocco>,
    azioni: Vec<String>,
    attese: Vec<String>,
}

#[derive(Template)]
#[template(path = "lezioni/dispensa.html")]
struct Dispensa {
    c: Cornice,
    l: Lezione,
    passi: Vec<PassoStampato>,
    codici: Vec<catalogo::Voce>,
}

pub(super) async fn dispensa(q: &Chiesta<'_>) -> Esito<Risposta> {
    let l = q.sim.lezione(q.segmenti.prendi("id"))?.clone();
    let passi = l
        .passi
        .iter()
        .map(|p| PassoStampato {
            titolo: p.titolo.clone(),
            testo: blocchi(&p.testo),
            approfondimento: p.approfondimento.as_deref().map(blocchi).unwrap_or_default(),
            azioni: p.azioni.iter().map(servizi::lezioni::Azione::frase).collect(),
            attese: p.attese.iter().map(servizi::lezioni::Attesa::frase).collect(),
        })
        .collect();
    let mut nomi: Vec<&str> = l
        .passi
        .iter()
        .flat_map(|p| &p.codici)
        .map(String::as_str)
        .collect();
    nomi.sort_unstable();
    nomi.dedup();
    let codici = nomi
        .into_iter()
        .filter_map(|c| catalogo::voce(q.sim, c))
        .collect();
    let c = q.cornice(format!("Dispensa: {}", l.titolo), QUI).await?;
    Ok(pagina(StatusCode::OK, &Dispensa { c, l, passi, codici }))
}

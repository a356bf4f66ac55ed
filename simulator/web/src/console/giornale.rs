//! The journal of exchanges: what came, what went wrong and what to do, with the evidence.
//!
//! Everything that came over the wire reaches the page through the templates' escaping only: a request may hold markup.

use askama::Template;
use frontiera::indagine::{Differenza, Perizia};
use http::StatusCode;
use registro::{EsitoScambio, Grezzo, Scambio, Verdetto};
use servizi::{
    CercaScambi, ErroreServizio, Esito,
    http::{Risposta, risposta},
};

use super::Chiesta;
use crate::{
    cornice::{Cornice, da_scaricare, pagina},
    formati, fuori,
    modulo::codifica,
};

/// Exchanges on one screen.
const RIGHE: usize = 50;
/// Bytes of one text shown on a page; the whole is there to download.
const MOSTRATI_BYTE: usize = 12 << 10;

/// The filters as they were typed.
struct Filtri {
    esito: String,
    comune: String,
    operazione: String,
    fault: String,
    percorso: String,
    testo: String,
}

impl Filtri {
    fn di(q: &Chiesta<'_>) -> Self {
        let prendi = |nome: &str| q.query.pieno(nome).unwrap_or_default().trim().to_owned();
        Self {
            esito: prendi("esito"),
            comune: prendi("comune"),
            operazione: prendi("operazione"),
            fault: prendi("fault"),
            percorso: prendi("percorso"),
            testo: prendi("testo"),
        }
    }

    fn attivi(&self) -> bool {
        self.coppie().any(|(_, v)| !v.is_empty())
    }

    fn coppie(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("esito", self.esito.as_str()),
            ("comune", &self.comune),
            ("operazione", &self.operazione),
            ("fault", &self.fault),
            ("percorso", &self.percorso),
            ("testo", &self.testo),
        ]
        .into_iter()
    }

    /// As a query, with `&` at its end when there is anything.
    fn query(&self) -> String {
        self.coppie()
            .filter(|(_, v)| !v.is_empty())
            .map(|(n, v)| format!("{n}={}&", codifica(v)))
            .collect()
    }

    fn cerca(&self) -> CercaScambi {
        let pieno = |t: &String| (!t.is_empty()).then(|| t.clone());
        CercaScambi {
            decrescente: true,
            esito: EsitoScambio::parse(&self.esito),
            // Six digits that are no Comune's find nothing, as they should.
            comune: anagrafe::CodiceIstat::parse(&self.comune).ok(),
            operazione: pieno(&self.operazione),
            fault: pieno(&self.fault),
            percorso: pieno(&self.percorso),
            testo: pieno(&self.testo),
            ..CercaScambi::default()
        }
    }
}

#[derive(Template)]
#[template(path = "console/scambi.html")]
struct Scambi {
    c: Cornice,
    f: Filtri,
    query: String,
    esiti: Vec<(&'static str, &'static str)>,
    righe: Vec<Scambio>,
    precedenti: Option<u64>,
    prima: bool,
    segui: bool,
}

/// `GET /scambi`, newest first; `fino` pages back, `segui` keeps the page fresh.
pub(super) async fn elenco(q: &Chiesta<'_>) -> Esito<Risposta> {
    let f = Filtri::di(q);
    let fino: Option<u64> = q.query.pieno("fino").and_then(|t| t.parse().ok());
    let segui = fino.is_none() && q.query.pieno("segui").is_some();
    let cerca = CercaScambi {
        da: fino,
        limite: RIGHE + 1,
        ..f.cerca()
    };
    let nessuno = !f.comune.is_empty() && cerca.comune.is_none();
    let mut righe = if nessuno {
        Vec::new()
    } else {
        fuori(q.sim, move |s| s.scambi(&cerca)).await?
    };
    let precedenti = (righe.len() > RIGHE).then(|| righe.get(RIGHE - 1).map_or(0, |s| s.n));
    righe.truncate(RIGHE);
    let esiti = [
        EsitoScambio::Ok,
        EsitoScambio::Ko,
        EsitoScambio::Fault,
        EsitoScambio::Rifiutato,
        EsitoScambio::Guasto,
    ]
    .map(|e| (e.nome(), formati::esito_scambio(e).testo))
    .to_vec();
    let mut c = q.cornice("Giornale degli scambi", "/scambi").await?;
    c.vivo = segui;
    Ok(pagina(
        StatusCode::OK,
        &Scambi {
            c,
            query: f.query(),
            f,
            esiti,
            righe,
            precedenti,
            prima: fino.is_none(),
            segui,
        },
    ))
}

/// A message on the page.
struct Messaggio {
    titolo: &'static str,
    quale: &'static str,
    grezzo: Grezzo,
    /// Indented, cut.
    leggibile: String,
    /// As it is, cut.
    testo: String,
    tagliato: bool,
}

impl Messaggio {
    fn nuovo(titolo: &'static str, quale: &'static str, grezzo: Grezzo) -> Self {
        let testo = String::from_utf8_lossy(&grezzo.corpo);
        let (testo, tagliato) = taglia(&testo);
        Self {
            titolo,
            quale,
            leggibile: rientra(&testo),
            tagliato: tagliato || grezzo.troncato(),
            testo,
            grezzo,
        }
    }
}

#[derive(Template)]
#[template(path = "console/scambio.html")]
struct UnoScambio {
    c: Cornice,
    s: Scambio,
    d: servizi::Diagnosi,
    p: Perizia,
    con_perizia: bool,
    messaggi: [Messaggio; 2],
    curl: String,
    invia: Option<String>,
    evidenza: Option<String>,
}

/// `GET /scambi/{n}`.
pub(super) async fn uno(q: &Chiesta<'_>) -> Esito<Risposta> {
    let n = numero(q)?;
    let (intero, base) = fuori(q.sim, move |s| {
        let intero = s.scambio(n)?;
        let base = s.base(&intero.scambio.porta);
        Ok((intero, base))
    })
    .await?;
    let c = q.cornice(format!("Scambio {n}"), "/scambi").await?;
    let url = format!("{base}{}", intero.scambio.percorso);
    let evidenza = &intero.scambio.evidenza;
    let evidenza = (!evidenza.is_null()).then(|| serde_json::to_string_pretty(evidenza).unwrap_or_default());
    Ok(pagina(
        StatusCode::OK,
        &UnoScambio {
            c,
            curl: curl(&intero.scambio, &intero.richiesta, &url),
            invia: invia(&intero.scambio),
            evidenza,
            d: intero.diagnosi,
            con_perizia: intero.perizia.is_some(),
            p: intero.perizia.unwrap_or_default(),
            messaggi: [
                Messaggio::nuovo("Richiesta ricevuta", "richiesta", intero.richiesta),
                Messaggio::nuovo("Risposta inviata", "risposta", intero.risposta),
            ],
            s: intero.scambio,
        },
    ))
}

/// `GET /scambi/{n}/{quale}`: a body as it is, as a download so that no browser ever renders it.
pub(super) async fn corpo(q: &Chiesta<'_>) -> Esito<Risposta> {
    let n = numero(q)?;
    let voce = fuori(q.sim, move |s| s.voce(n)).await?;
    let (nome, grezzo) = match q.segmenti.prendi("quale") {
        "richiesta" => ("richiesta", voce.richiesta),
        "risposta" => ("risposta", voce.risposta),
        _ => {
            return Err(ErroreServizio::assente(
                "Di uno scambio ci sono richiesta e risposta.",
            ));
        }
    };
    let r = risposta(StatusCode::OK, "application/octet-stream", grezzo.corpo);
    Ok(da_scaricare(r, &format!("scambio-{n}-{nome}.xml")))
}

fn numero(q: &Chiesta<'_>) -> Esito<u64> {
    q.segmenti
        .prendi("n")
        .parse()
        .map_err(|_| ErroreServizio::assente("Il numero di uno scambio è un intero."))
}

/// The line that sends the same bytes again.
fn curl(s: &Scambio, richiesta: &Grezzo, url: &str) -> String {
    use std::fmt::Write as _;
    let testata = |nome: &str| {
        richiesta
            .testate
            .iter()
            .find(|(n, _)| n == nome)
            .map(|(_, v)| v.as_str())
    };
    let mut riga = format!("curl --cacert ca.pem -X {}", s.metodo);
    for nome in ["content-type", "soapaction"] {
        if let Some(v) = testata(nome) {
            let _ = write!(riga, " -H {}", fra_apici(&format!("{nome}: {v}")));
        }
    }
    if richiesta.byte > 0 {
        let _ = write!(riga, " --data-binary @scambio-{}-richiesta.xml", s.n);
    }
    format!("{riga} {}", fra_apici(url))
}

/// The line that composes and signs such a request anew.
fn invia(s: &Scambio) -> Option<String> {
    let operazione = s.operazione.as_deref()?;
    let comune = s.comune.map_or_else(|| "888001".to_owned(), |c| c.to_string());
    Some(format!(
        "anpr-sim send --ambiente {} --operazione {operazione} --comune {comune}{}",
        s.porta,
        if operazione == "S001" {
            " --file FILE.gz"
        } else {
            ""
        }
    ))
}

/// One word of a POSIX shell.
fn fra_apici(t: &str) -> String {
    format!("'{}'", t.replace('\'', "'\\''"))
}

/// A text cut at a character, and whether it was.
fn taglia(t: &str) -> (String, bool) {
    if t.len() <= MOSTRATI_BYTE {
        return (t.to_owned(), false);
    }
    let mut fine = MOSTRATI_BYTE;
    while !t.is_char_boundary(fine) {
        fine -= 1;
    }
    (format!("{} …", &t[..fine]), true)
}

/// A text with its invisible characters visible, cut.
fn visibile(t: &str) -> String {
    taglia(&frontiera::indagine::visibile(t.as_bytes())).0
}

/// XML on lines of its own, for the eye only; whatever the text is.
fn rientra(t: &str) -> String {
    let mut fuori = String::with_capacity(t.len() * 5 / 4);
    let mut livello = 0_usize;
    let mut dopo_apertura = false;
    let mut resto = t.trim();
    let nuova_riga = |fuori: &mut String, livello: usize| {
        if !fuori.is_empty() {
            fuori.push('\n');
            fuori.push_str(&"  ".repeat(livello.min(40)));
        }
    };
    while let Some(da) = resto.find('<') {
        let testo = resto[..da].trim();
        let etichetta = &resto[da..];
        let fine = etichetta.find('>').map_or(etichetta.len(), |i| i + 1);
        let e = &etichetta[..fine];
        resto = &etichetta[fine..];
        if !testo.is_empty() {
            fuori.push_str(testo);
        }
        if e.starts_with("</") {
            livello = livello.saturating_sub(1);
            if !dopo_apertura {
                nuova_riga(&mut fuori, livello);
            }
            fuori.push_str(e);
            dopo_apertura = false;
        } else {
            nuova_riga(&mut fuori, livello);
            fuori.push_str(e);
            let apre = !e.ends_with("/>") && !e.starts_with("<?") && !e.starts_with("<!");
            livello += usize::from(apre);
            dopo_apertura = apre;
        }
    }
    fuori.push_str(resto.trim());
    fuori
}

/// The first character of a text, and the others.
fn primo(t: &str) -> (&str, &str) {
    // An octet that is no character is shown as ‹XX›: it is marked whole.
    let fine = if t.starts_with('‹') {
        t.find('›').map_or(t.len(), |i| i + '›'.len_utf8())
    } else {
        t.chars().next().map_or(0, char::len_utf8)
    };
    t.split_at(fine)
}

/// Both sides of a difference: whose, and what they go on with.
fn lati(d: &Differenza) -> [(&'static str, &str); 2] {
    [("ricevuto da noi", &d.nostro), ("firmato da voi", &d.altro)]
}

/// The mark of a verdict, in a sign and a word.
fn segno(v: impl std::borrow::Borrow<Verdetto>) -> &'static str {
    match v.borrow() {
        Verdetto::Passato => "✔",
        Verdetto::Fermato => "✖",
        Verdetto::Saltato => "–",
        Verdetto::Avviso => "!",
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn xml_is_put_on_lines_whatever_it_is() {
        assert_eq!(
            rientra("<?xml?><a><b>x</b><c/><d><e/></d></a>"),
            "<?xml?>\n<a>\n  <b>x</b>\n  <c/>\n  <d>\n    <e/>\n  </d>\n</a>"
        );
        for t in ["", "testo", "<", "</a></a>", "<a", "<!-- x --><a>"] {
            rientra(t);
        }
    }

    #[test]
    fn a_word_of_the_shell_stays_one() {
        assert_eq!(fra_apici("a'b $(x)"), "'a'\\''b $(x)'");
    }

    #[test]
    fn the_first_character_is_marked_whole() {
        assert_eq!(primo("‹E0›abc"), ("‹E0›", "abc"));
        assert_eq!(primo("·<b>"), ("·", "<b>"));
        assert_eq!(primo(""), ("", ""));
    }
}

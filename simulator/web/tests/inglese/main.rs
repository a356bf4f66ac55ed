//! The pages and the API in English: whoever prefers it gets it, the same page in the same markup, and nobody else does.

#[path = "../banco/mod.rs"]
mod banco;

mod diagnosi;
mod lezioni;
mod visitatori;
mod visite;

use std::path::Path;

use banco::{
    api::{JSON, metti},
    banco,
    inglese::di_prosa,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// What a browser of somebody English sends.
const EN: (&str, &str) = ("accept-language", "en-GB,en;q=0.9,it;q=0.5");

/// The tests share the mailboxes, whose count of unread messages stands on every page: each has them for itself.
async fn turno() -> tokio::sync::MutexGuard<'static, ()> {
    static TURNO: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    TURNO.lock().await
}

/// The markup of a page: its tags in order, without the attributes people read and without tokens.
fn ossatura(html: &str) -> Vec<String> {
    let mut tag = Vec::new();
    let mut resto = html;
    while let Some((_, dopo)) = resto.split_once('<') {
        let mut virgolette = false;
        let fine = dopo
            .find(|c| {
                virgolette ^= c == '"';
                c == '>' && !virgolette
            })
            .unwrap_or(dopo.len());
        let (dentro, coda) = dopo.split_at(fine);
        let mut pulito = String::new();
        let mut attributi = dentro;
        while let Some((prima, valore)) = attributi.split_once("=\"") {
            let (valore, altri) = valore.split_once('"').unwrap_or((valore, ""));
            pulito += prima;
            let nome = prima.rsplit([' ', '\n']).next().unwrap_or_default();
            let letto = lingua::ATTRIBUTI.contains(&nome) || nome == "lang";
            if !letto && !pulito.contains("name=csrf") {
                pulito.push('=');
                pulito += valore;
            }
            attributi = altri;
        }
        tag.push(pulito + attributi);
        resto = coda;
    }
    tag
}

/// What stands in the templates is in the dictionary, also where no test leads.
#[test]
fn every_sentence_of_a_template_has_its_english() {
    fn file(cartella: &Path, trovati: &mut Vec<std::path::PathBuf>) {
        for voce in std::fs::read_dir(cartella).expect("a folder") {
            let p = voce.expect("an entry").path();
            if p.is_dir() {
                file(&p, trovati);
            } else {
                trovati.push(p);
            }
        }
    }
    fn sostituisci(testo: &str, apre: &str, chiude: &str, posto: &str) -> String {
        let mut pezzi = testo.split(apre);
        let mut fuori = pezzi.next().unwrap_or_default().to_owned();
        for pezzo in pezzi {
            fuori += posto;
            fuori += pezzo.split_once(chiude).map_or("", |(_, dopo)| dopo);
        }
        fuori
    }
    let mut trovati = Vec::new();
    file(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"),
        &mut trovati,
    );
    assert!(trovati.len() > 80, "{}", trovati.len());
    let mut mancanti = Vec::new();
    for f in trovati {
        let testo = std::fs::read_to_string(&f).expect("a template");
        // A hole is a number, which fits any of ours; a sentence that a condition changes is seen where it is shown.
        let testo = sostituisci(&sostituisci(&testo, "{{", "}}", "0"), "{%", "%}", "\u{1}");
        let testo: String = testo
            .split_inclusive(['<', '>'])
            .map(|p| {
                if p.ends_with('<') && p.contains('\u{1}') {
                    "<"
                } else {
                    p
                }
            })
            .collect();
        for m in lingua::inglese().mancanti(&testo) {
            if !m.contains('\u{1}') && di_prosa(&m) {
                mancanti.push(format!("{}: {m}", f.display()));
            }
        }
    }
    assert!(mancanti.is_empty(), "no English for {mancanti:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn italian_is_what_it_was_unless_english_is_preferred() {
    let _turno = turno().await;
    let b = banco();
    let solita = b.console(Method::GET, "/catalogo/ES092", &[], "").await;
    for lingua in ["it", "it, en", "en, it", "fr", "*", "en;q=0", ""] {
        let r = b
            .console(Method::GET, "/catalogo/ES092", &[("accept-language", lingua)], "")
            .await;
        assert_eq!(r.testo, solita.testo, "{lingua}");
        assert_eq!(r.testate["content-language"], "it", "{lingua}");
    }
    let inglese = b.console(Method::GET, "/catalogo/ES092", &[EN], "").await;
    assert_eq!(inglese.testo, lingua::inglese().pagina(&solita.testo));
    for (frase, sua) in [
        (
            "Che cosa significa e che cosa fare",
            "What it means and what to do",
        ),
        ("Vai al contenuto", "Skip to the content"),
        ("aria-label=\"Principale\"", "aria-label=\"Main\""),
    ] {
        assert!(
            solita.testo.contains(frase) && !inglese.testo.contains(frase),
            "{frase}"
        );
        assert!(inglese.testo.contains(sua), "{sua}");
    }
    // What imitates the authority stays as it is.
    let suo = "Il soggetto non è associato ad alcuna scheda di famiglia o di convivenza";
    assert!(inglese.testo.contains(suo));
    // Not a page: untouched, and no language.
    for dove in ["/ca.pem", "/api/stato", "/metrics", "/statico/stile.css"] {
        let it = b.console(Method::GET, dove, &[], "").await;
        let en = b.console(Method::GET, dove, &[EN], "").await;
        assert!(!en.testate.contains_key("content-language"), "{dove}");
        assert!(it.stato == StatusCode::OK && en.stato == StatusCode::OK, "{dove}");
    }
    assert_eq!(
        b.console(Method::GET, "/ca.pem", &[EN], "").await.testo,
        b.console(Method::GET, "/ca.pem", &[], "").await.testo
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_ours_are_told_in_english_and_those_of_anpr_as_they_are() {
    let _turno = turno().await;
    let b = banco();
    for (metodo, dove, corpo, codice, frase) in [
        (
            Method::GET,
            "/api/nulla",
            "",
            "SIM011",
            "Unknown path: the calls are described at /api/openapi.json.",
        ),
        (
            Method::PUT,
            "/api/stato",
            "",
            "SIM014",
            "Method not allowed here: use GET.",
        ),
        (
            Method::PUT,
            "/api/orologio",
            "{\"ieri\":1}",
            "SIM010",
            "Request not valid: unknown field «ieri»: allowed are oggi, velocita.",
        ),
        (
            Method::PUT,
            "/api/orologio",
            "{",
            "SIM010",
            "The body is not right: the JSON ends too early (line 1, column 1).",
        ),
        (
            Method::GET,
            "/api/comuni/999999",
            "",
            "SIM011",
            "The Comune 999999 is not in the simulator.",
        ),
        (
            Method::DELETE,
            "/api/certificati/<b>",
            "",
            "SIM011",
            "No certificate <b>.",
        ),
    ] {
        let dove = dove.replace("<b>", "%3Cb%3E");
        let r = b.console(metodo, &dove, &[EN, JSON], corpo).await;
        let attesa = json!({"errori": [{"codice": codice, "testo": frase}]});
        assert_eq!(
            serde_json::from_str::<Value>(&r.testo).expect("JSON"),
            attesa,
            "{dove}"
        );
        assert_eq!(r.testate["content-language"], "en", "{dove}");
    }
    // ANPR's own codes and words, and what the API says when all is well.
    let dove = "/api/forniture?ambiente=pre&comune=888007&tipo=APR&nome=888007_SUBAPR_1_1_1.gz";
    let (it, en) = (
        b.console(Method::POST, dove, &[], "x").await,
        b.console(Method::POST, dove, &[EN], "x").await,
    );
    assert!(it.testo.contains("EN009"), "{}", it.testo);
    assert_eq!(en.testo, it.testo);
    metti("/api/comuni/888009/piano?ambiente=sub", &Value::Null).await;
    let dove = "/api/comuni/888001";
    assert_eq!(
        b.console(Method::GET, dove, &[EN], "").await.testo,
        b.console(Method::GET, dove, &[], "").await.testo
    );
}

/// Sentences of ANPR's anomalies and the messages of the authority are no phrases, not even in part.
#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_the_authority_stay_italian() {
    let _turno = turno().await;
    let b = banco();
    let mut parole: Vec<String> = elaborazione::CATALOGO
        .iter()
        .flat_map(|a| [a.testo.osservato, a.testo.tabella])
        .flat_map(|t| [t.replace('@', "…"), t.replace('@', "888001 e altro")])
        .collect();
    for p in b.sim.pec(None).expect("the mailboxes") {
        parole.push(p.oggetto.clone());
    }
    for p in parole {
        let tradotta = lingua::inglese().frase(p.trim());
        let uguale = tradotta.as_deref().is_none_or(|t| t == p.trim() || !di_prosa(&p));
        assert!(uguale, "{p} → {tradotta:?}");
    }
}

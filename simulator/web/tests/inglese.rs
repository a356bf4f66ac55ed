//! The pages and the API in English: whoever prefers it gets it, the same page in the same markup, and nobody else does.

mod banco;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::Path,
};

use anagrafe::Ambiente;
use banco::{
    Risposta,
    api::{JSON, metti, ordina, vedi_api},
    banco,
    inglese::di_prosa,
};
use http::{Method, StatusCode};
use proptest::{
    prelude::{Strategy, any},
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

/// Namespace of the connection test.
const SPAZIO: &str = "http://sogei.it/ANPR/connessione";
/// What a browser of somebody English sends.
const EN: (&str, &str) = ("accept-language", "en-GB,en;q=0.9,it;q=0.5");
/// Pages of one shape a visitor looks at: the others of a list say the same.
const DI_UNA_FORMA: usize = 3;

/// GET addresses the visitors do not reach: they answer no page, or only in the middle of something, where other tests
/// of the crate look (and `banco` at what they see).
const NON_DA_QUI: [&str; 14] = [
    "/combas/posta/{id}/allegati/{n}",
    "/posta/{id}/allegati/{n}",
    "/combas/sicurezza/carte/{id}/p12",
    "/prefettura/posta/{id}",
    "/prefettura/posta/{id}/messaggio.eml",
    "/com/entra",
    "/prefettura/carta",
    "/prefettura/carta/entra",
    "/combas/contributo/documento",
    "/combas/amministrazione/logo.png",
    "/combas/strumenti/file-di-prova.zip",
    "/combas/sicurezza/smart-card/{numero}",
    "/certificati/archivio",
    "/combas/sicurezza/postazioni/archivio",
];

/// Where somebody stands.
#[derive(Clone, Copy)]
enum Porta {
    Console,
    Ambiente(Ambiente),
    Carta,
}

/// Somebody who looks at all he can.
struct Visitatore {
    porta: Porta,
    biscotto: String,
    da: Vec<String>,
}

/// The tests share the mailboxes, whose count of unread messages stands on every page: each has them for itself.
async fn turno() -> tokio::sync::MutexGuard<'static, ()> {
    static TURNO: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    TURNO.lock().await
}

fn indirizzi(da: &[&str]) -> Vec<String> {
    da.iter().map(|d| (*d).to_owned()).collect()
}

async fn vedi(v: &Visitatore, dove: &str, lingua: Option<(&str, &str)>) -> Risposta {
    let mut testate: Vec<(&str, &str)> = lingua.into_iter().collect();
    if !v.biscotto.is_empty() {
        testate.push(("cookie", &v.biscotto));
    }
    match v.porta {
        Porta::Console => banco().console(Method::GET, dove, &testate, "").await,
        Porta::Ambiente(a) => banco().ambiente(a, Method::GET, dove, &testate, "").await,
        Porta::Carta => banco().carta_in(dove, &testate).await,
    }
}

fn pagina(r: &Risposta) -> bool {
    r.testate
        .get("content-type")
        .is_some_and(|v| v.to_str().is_ok_and(|v| v.starts_with("text/html")))
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
                pulito += &format!("={valore}");
            }
            attributi = altri;
        }
        tag.push(pulito + attributi);
        resto = coda;
    }
    tag
}

/// Addresses a page leads to, of this door.
fn legami(html: &str) -> Vec<String> {
    html.split(" href=\"")
        .skip(1)
        .filter_map(|p| p.split('"').next())
        .filter(|d| d.starts_with('/') && !d.starts_with("//") && !d.starts_with("/statico/"))
        .map(|d| {
            d.split('#')
                .next()
                .unwrap_or_default()
                .replace("&#38;", "&")
                .replace("&amp;", "&")
        })
        .collect()
}

/// An address without what tells one thing of a list from another.
fn forma(dove: &str) -> String {
    let (percorso, domanda) = dove.split_once('?').unwrap_or((dove, ""));
    let segmenti = percorso.split('/').map(|s| {
        if s.contains(|c: char| c.is_ascii_digit()) {
            "#"
        } else {
            s
        }
    });
    let nomi = domanda
        .split('&')
        .map(|c| c.split('=').next().unwrap_or_default());
    segmenti.chain(nomi).collect::<Vec<_>>().join("/")
}

async fn visita(v: &Visitatore, viste: &mut BTreeMap<String, String>) {
    let mut fila: VecDeque<String> = v.da.iter().cloned().collect();
    let mut gia: BTreeSet<String> = fila.iter().cloned().collect();
    let mut forme: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(dove) = fila.pop_front() {
        // Looking may change a page (a message becomes read): the second look is compared.
        let _ = vedi(v, &dove, None).await;
        let it = vedi(v, &dove, None).await;
        let percorso = dove.split('?').next().unwrap_or_default().to_owned();
        if !pagina(&it) {
            viste.entry(percorso).or_default();
            continue;
        }
        let en = vedi(v, &dove, Some(EN)).await;
        assert_eq!(en.stato, it.stato, "{dove}");
        for (r, lingua) in [(&it, "it"), (&en, "en")] {
            assert_eq!(r.testate["content-language"], lingua, "{dove}");
            assert_eq!(r.testate["vary"], "Accept-Language", "{dove}");
            assert!(r.testo.contains(&format!("<html lang=\"{lingua}\">")), "{dove}");
            assert!(r.testo.contains("SIMULATORE – dati fittizi"), "{dove}");
        }
        assert!(en.testo.contains("(simulator – fictitious data)"), "{dove}");
        assert_eq!(ossatura(&en.testo), ossatura(&it.testo), "{dove}");
        for d in legami(&it.testo) {
            let simili = forme.entry(forma(&d)).or_default();
            if *simili < DI_UNA_FORMA && gia.insert(d.clone()) {
                *simili += 1;
                fila.push_back(d);
            }
        }
        viste.insert(percorso, it.testo);
    }
}

/// A delivery that fails, so that there are outcomes, anomalies and messages to read.
async fn fornitura_fallita(istat: &str) {
    let richiesta = generatore::Richiesta {
        comune: anagrafe::CodiceIstat::parse(istat).expect("a code"),
        versione: 1,
        abitanti: 60,
        aire: 3,
        invii: None,
        max_invii: Some(1),
        seed: 5,
        oggi: anagrafe::leggi_data("2021-03-01").expect("a date"),
        anomalie: generatore::leggi_anomalie("ES092=1,EC001=1").expect("a plan"),
    };
    for (nome, byte) in generatore::in_memoria(&richiesta).expect("a delivery").file {
        let dove = format!("/api/forniture?ambiente=pre&comune={istat}&nome={nome}");
        let r = banco()
            .console_corpo(Method::POST, &dove, &[], servizi::http::corpo(byte))
            .await;
        assert_eq!(r.stato, StatusCode::CREATED, "{}", r.testo);
    }
    let chi = banco().entra(Ambiente::Pre, istat).await;
    banco().stato_finale(Ambiente::Pre, &chi.biscotto).await;
}

/// A Comune on its way: scheda and censimento sent, smart cards in production.
async fn in_cammino(istat: &str) {
    ordina("/api/comuni", &json!({"istat": istat})).await;
    let base = format!("/api/percorso/comuni/{istat}");
    let scheda = json!({"soluzione": "WS", "fineAdeguamento": "2021-09-30", "postazioni": 4, "inizioProve": "2022-06-01"});
    metti(&format!("{base}/scheda"), &scheda).await;
    ordina(&format!("{base}/censimento/esempio"), &Value::Null).await;
    ordina(&format!("{base}/censimento/invio"), &Value::Null).await;
}

async fn visitatori() -> Vec<Visitatore> {
    const FALLITO: &str = "888004";
    const IN_CAMMINO: &str = "888031";
    let b = banco();
    let scadenze = json!({"scheda": "2021-12-31", "prefettureDal": "2021-01-01"});
    metti("/api/percorso/scadenze", &scadenze).await;
    fornitura_fallita(FALLITO).await;
    in_cammino(IN_CAMMINO).await;
    scambio("<a/>".to_owned()).await;
    let uno = vedi_api("/api/schede?ambiente=pre&comune=888002&limite=1").await;
    let cognome = uno[0]["cognome"]
        .as_str()
        .expect("a surname")
        .replace(' ', "+")
        .replace('\'', "%27");
    let persone = format!("/combas/persone?cognome={cognome}");
    let registro = format!("/registro?ambiente=pre&comune=888002&cognome={cognome}");
    let fallito = b.entra(Ambiente::Pre, FALLITO).await;
    let mut v = vec![
        Visitatore {
            porta: Porta::Console,
            biscotto: String::new(),
            da: indirizzi(&[
                "/",
                "/comuni/888002",
                "/comuni/888003/operatori/INGLESETUTTIRUOL",
                "/percorso/888002",
                "/comuni/888002/operatori",
                &registro,
                "/nulla",
            ]),
        },
        Visitatore {
            porta: Porta::Carta,
            biscotto: String::new(),
            da: indirizzi(&["/", "/test/com", "/prefettura/com", "/nulla"]),
        },
    ];
    for a in Ambiente::TUTTI {
        let chi = b.entra(a, "888002").await;
        v.push(Visitatore {
            porta: Porta::Ambiente(a),
            biscotto: chi.biscotto,
            da: indirizzi(&["/combas", "/combas/profilo", &persone, "/nulla"]),
        });
        v.push(Visitatore {
            porta: Porta::Ambiente(a),
            biscotto: String::new(),
            da: indirizzi(&["/", "/combas", "/com", "/nulla"]),
        });
    }
    v.push(Visitatore {
        porta: Porta::Ambiente(Ambiente::Pre),
        biscotto: fallito.biscotto,
        da: indirizzi(&["/combas", "/combas/posta", "/combas/anomalie"]),
    });
    let tutto = ["ALS", "ALP", "SINDACO", "OPERATORE"];
    let capo = b
        .con_ruoli(Ambiente::Sub, "888003", "INGLESETUTTIRUOL", &tutto)
        .await;
    ordina(
        "/api/carte",
        &json!({"comune": "888003", "nameId": "INGLESETUTTIRUOL"}),
    )
    .await;
    v.push(Visitatore {
        porta: Porta::Ambiente(Ambiente::Sub),
        biscotto: capo.biscotto,
        da: indirizzi(&[
            "/combas/sicurezza",
            "/combas/sicurezza/operatori",
            "/combas/sicurezza/postazioni",
            "/combas/sicurezza/operatori/INGLESETUTTIRUOL",
            "/combas/sicurezza/carte",
            "/combas/sicurezza/smart-card",
            "/combas/contributo",
            "/combas/comune",
        ]),
    });
    let q = vedi_api(&format!("/api/percorso/comuni/{IN_CAMMINO}")).await;
    let provincia = q["provincia"].as_str().expect("a province").to_owned();
    let (nome, password) = (&q["areaPrivata"]["utente"], &q["areaPrivata"]["password"]);
    let p = vedi_api(&format!("/api/percorso/prefetture/{provincia}")).await;
    let s = vedi_api("/api/percorso/software-house").await;
    let aree = [
        ("privata", nome, password, "/servizidemografici"),
        (
            "prefettura",
            &p["utenti"][0]["nome"],
            &p["utenti"][0]["password"],
            "/prefettura",
        ),
        (
            "dashboard",
            &s[0]["nome"],
            &s[0]["password"],
            "/dashboard/subentro",
        ),
    ];
    for (area, nome, password, casa) in aree {
        let testo = |v: &Value| v.as_str().expect("text").to_owned();
        let chi = b.entra_in_area(area, &testo(nome), &testo(password)).await;
        v.push(Visitatore {
            porta: Porta::Ambiente(Ambiente::Sub),
            biscotto: chi.biscotto,
            da: indirizzi(&[casa]),
        });
        v.push(Visitatore {
            porta: Porta::Ambiente(Ambiente::Sub),
            biscotto: String::new(),
            da: indirizzi(&[casa, "/dashboard", "/servizidemografici/attivazione"]),
        });
    }
    v
}

/// GET rows of the tables of routes.
fn rotte() -> BTreeSet<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rotte = BTreeSet::new();
    for file in [
        "console/rotte.rs",
        "ambiente/rotte.rs",
        "aree/rotte.rs",
        "carta.rs",
    ] {
        let testo = std::fs::read_to_string(src.join(file)).expect("a table");
        for pezzo in testo.split(" get(").skip(1) {
            let pezzo = pezzo.trim_start();
            if let Some(percorso) = pezzo.strip_prefix('"').and_then(|p| p.split('"').next()) {
                rotte.insert(percorso.to_owned());
            }
        }
    }
    rotte
}

fn e_di(percorso: &str, rotta: &str) -> bool {
    let (p, r): (Vec<&str>, Vec<&str>) = (percorso.split('/').collect(), rotta.split('/').collect());
    p.len() == r.len() && p.iter().zip(&r).all(|(p, r)| r.starts_with('{') || p == r)
}

/// Makes of some texts between tags something else, escaped as templates escape.
fn con_dati(html: &str, dati: &[(usize, String)]) -> String {
    let mut pezzi: Vec<String> = html.split_inclusive(['<', '>']).map(str::to_owned).collect();
    for (dove, dato) in dati {
        let dove = dove % pezzi.len();
        // A text ends where a tag begins; what is inside of script and style stays.
        if pezzi[dove].ends_with('<') && !pezzi[dove].contains("{") {
            let protetto: String = dato
                .chars()
                .map(|c| match c {
                    '<' => "&#60;".to_owned(),
                    '>' => "&#62;".to_owned(),
                    '&' => "&#38;".to_owned(),
                    '"' => "&#34;".to_owned(),
                    '\'' => "&#39;".to_owned(),
                    c => c.to_string(),
                })
                .collect();
            pezzi[dove] = protetto + "<";
        }
    }
    pezzi.concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_every_area_has_its_english_in_the_same_markup() {
    let _turno = turno().await;
    let mut viste = BTreeMap::new();
    for v in visitatori().await {
        visita(&v, &mut viste).await;
    }
    let rotte = rotte();
    let mai: Vec<&String> = rotte
        .iter()
        .filter(|r| !r.starts_with("/statico") && !NON_DA_QUI.contains(&r.as_str()))
        .filter(|r| !viste.keys().any(|v| e_di(v, r)))
        .collect();
    assert!(mai.is_empty(), "never visited: {mai:#?}");

    // The same pages with anything in their texts: phrases with anything in their holes, and anything.
    let pagine: Vec<String> = viste.into_values().filter(|t| !t.is_empty()).collect();
    let frasi: Vec<&str> = lingua::inglese().voci().iter().map(|v| v.italiano).collect();
    let cattivi = select(vec![
        "<script>alert(1)</script>",
        "\"><img src=x>",
        "&lt;b&gt;",
        "{}",
        "' onclick='",
        "]]>",
        "1.234",
    ]);
    let dato =
        (select(frasi), cattivi, any::<String>(), any::<u8>()).prop_map(|(frase, cattivo, altro, come)| {
            let dentro = if come & 1 == 0 { cattivo.to_owned() } else { altro };
            if come & 2 == 0 {
                ["{}", "{#}", "{@}", "{_}"]
                    .iter()
                    .fold(frase.to_owned(), |f, b| f.replace(b, &dentro))
            } else {
                dentro
            }
        });
    let caso = (
        select(pagine),
        proptest::collection::vec((any::<usize>(), dato), 1..40),
    );
    TestRunner::new(Config::with_cases(300))
        .run(&caso, |(pagina, dati)| {
            let it = con_dati(&pagina, &dati);
            let en = lingua::inglese().pagina(&it);
            proptest::prop_assert_eq!(ossatura(&en), ossatura(&it));
            Ok(())
        })
        .expect("the same markup");
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

/// Sends a message to the connection test: its number in the journal.
async fn scambio(busta: String) -> String {
    let richiesta = http::Request::builder()
        .method(Method::POST)
        .uri("/ANPRTestConn/TestConn")
        .header("host", "localhost")
        .header("content-type", "text/xml; charset=utf-8")
        .body(servizi::http::corpo(busta))
        .expect("a request");
    let r = servizi::soap::rispondi(&banco().sim, Ambiente::Test, richiesta).await;
    r.headers()["x-anpr-sim-scambio"]
        .to_str()
        .expect("a number")
        .to_owned()
}

/// The keys of a ready Comune's postazione, as the ready data name them.
fn chiavi(comune: &Value) -> frontiera::firma::Chiavi {
    let der = |nome: &str| {
        let file = comune["postazioni"][0][nome].as_str().expect("a path");
        let pem = std::fs::read_to_string(file).expect("a PEM file");
        let corpo: String = pem.lines().filter(|r| !r.starts_with("-----")).collect();
        frontiera::security::base64(&corpo).expect("base64")
    };
    frontiera::firma::Chiavi {
        comune_key_pkcs8: der("chiave"),
        comune_cert_der: der("certificato"),
        postazione_key_pkcs8: der("chiave"),
        postazione_cert_der: der("certificato"),
    }
}

/// Each defect of a message leads to a page of the journal with its own sentences: none of them without English.
#[tokio::test(flavor = "multi_thread")]
async fn the_diagnosis_of_every_defect_has_its_english() {
    let _turno = turno().await;
    let b = banco();
    let pronto = b.sim.pronto().expect("ready");
    let comune = &pronto["comuni"][0];
    let postazione = comune["postazioni"][0]["id"].as_str().expect("an id");
    let postazione = anagrafe::IdPostazione::parse(postazione).expect("a postazione");
    let operatore = comune["operatori"][0]["nameId"].as_str().expect("a name");
    let chiavi = chiavi(comune);
    let mut viste = BTreeSet::new();
    for (i, v) in frontiera::firma::DIFETTI
        .iter()
        .filter(|v| v.del_messaggio())
        .enumerate()
    {
        let adesso = jiff::Timestamp::now();
        let secondo = jiff::Timestamp::from_second(adesso.as_second()).expect("an instant");
        let corpo = format!(
            "<a:RichiestaConnessione xmlns:a=\"{SPAZIO}\"><testataRichiesta><idOperazioneComune>{i}</idOperazioneComune>\
             <codMittente>{}</codMittente><codDestinatario>ANPR05</codDestinatario>\
             <operazioneRichiesta>TEST</operazioneRichiesta><dataOraRichiesta>{secondo}</dataOraRichiesta>\
             <tipoOperazione>C</tipoOperazione><tipoInvio>TEST</tipoInvio></testataRichiesta></a:RichiestaConnessione>",
            comune["istat"].as_str().expect("a code"),
        );
        let mut messaggio = frontiera::firma::Messaggio::nuovo(corpo, operatore, &postazione, adesso);
        messaggio.id = format!("inglese-{i}");
        let busta = frontiera::firma::componi_con(&messaggio, &chiavi, &[v]).expect("a message");
        let numero = scambio(busta).await;
        // Looking is enough: what has no English fails there.
        let it = b
            .console(Method::GET, &format!("/scambi/{numero}"), &[], "")
            .await;
        assert_eq!(it.stato, StatusCode::OK, "{}", v.nome);
        let en = b
            .console(Method::GET, &format!("/scambi/{numero}"), &[EN], "")
            .await;
        assert_eq!(ossatura(&en.testo), ossatura(&it.testo), "{}", v.nome);
        let detto = en.testo.split("<main").nth(1).unwrap_or_default();
        assert!(detto.contains("What to do."), "{}", v.nome);
        viste.insert(numero);
    }
    assert!(viste.len() > 60, "{}", viste.len());
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

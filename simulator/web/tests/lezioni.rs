//! The trainer's lessons in pages and API: who sees what, who moves what, what a text may hold.

mod banco;

use std::sync::Arc;

use banco::{Risposta, banco, dovute};
use http::{Method, StatusCode};
use serde_json::Value;
use servizi::{
    Libreria, Simulatore,
    http::{Pari, corpo, raccogli},
};

const MODULO: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");
const LEZIONE: &str = "tre-errori-bloccanti";

fn leggi(r: &Risposta) -> Value {
    serde_json::from_str(&r.testo).unwrap_or_else(|e| panic!("{e}: {}", r.testo))
}

async fn pagina(dove: &str) -> Risposta {
    banco().console(Method::GET, dove, &[], "").await
}

async fn preme(campi: &str) -> Risposta {
    let dove = format!("/lezioni/{LEZIONE}");
    let r = banco().console(Method::POST, &dove, &[MODULO], campi).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{campi}: {}", r.testo);
    r
}

async fn relatore() -> String {
    pagina(&format!("/lezioni/{LEZIONE}/relatore")).await.testo
}

async fn aula() -> String {
    pagina(&format!("/lezioni/{LEZIONE}/aula")).await.testo
}

async fn chiede(metodo: Method, quale: &str, corpo: &str) -> Risposta {
    banco()
        .console(metodo, &format!("/api/lezioni/{LEZIONE}/{quale}"), &[JSON], corpo)
        .await
}

/// One test, because one lesson runs at a time on the one simulator of this binary.
#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_is_led_by_forms_followed_in_the_room_and_moved_by_the_api() {
    let b = banco();
    // Before the start: everything can be looked at, nothing runs.
    let elenco = pagina("/lezioni").await;
    dovute(&elenco, "/lezioni");
    for l in b.sim.lezioni().tutte() {
        assert!(
            elenco.testo.contains(&format!("href=\"/lezioni/{}\"", l.id)),
            "{}",
            l.id
        );
        for dove in ["", "/aula", "/dispensa"] {
            let dove = format!("/lezioni/{}{dove}", l.id);
            let r = pagina(&dove).await;
            assert_eq!(r.stato, StatusCode::OK, "{dove}");
            dovute(&r, &dove);
        }
        let r = pagina(&format!("/lezioni/{}/relatore", l.id)).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "it does not run: {}", l.id);
    }
    let una = pagina(&format!("/lezioni/{LEZIONE}")).await.testo;
    assert!(
        una.contains("La data dello scenario è una per tutto il simulatore"),
        "{una}"
    );
    for (dove, stato) in [
        ("/lezioni/nessuna", StatusCode::NOT_FOUND),
        ("/lezioni/nessuna/aula", StatusCode::NOT_FOUND),
        ("/lezioni/nessuna/dispensa", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(pagina(dove).await.stato, stato, "{dove}");
    }
    // A page of another site cannot start one.
    let altro = [
        MODULO,
        ("origin", "https://malvagio.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    let r = b
        .console(
            Method::POST,
            &format!("/lezioni/{LEZIONE}"),
            &altro,
            "azione=avvia",
        )
        .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    for campi in [
        "azione=avanti",
        "azione=salta&passo=1",
        "azione=boh",
        "azione=termina",
    ] {
        let r = b
            .console(Method::POST, &format!("/lezioni/{LEZIONE}"), &[MODULO], campi)
            .await;
        assert!(r.stato.is_client_error(), "{campi}");
    }

    // Led by forms alone.
    let r = preme("azione=avvia").await;
    assert_eq!(
        r.testate["location"],
        format!("/lezioni/{LEZIONE}/relatore").as_str()
    );
    let vista = pagina(&format!("/lezioni/{LEZIONE}/relatore")).await;
    dovute(&vista, "relatore");
    assert!(
        vista.testo.contains("<h1>Basta una scheda</h1>"),
        "{}",
        vista.testo
    );
    assert!(
        vista.testo.contains("quante ne devono essere sbagliate"),
        "the notes are for the presenter"
    );
    let a = pagina(&format!("/lezioni/{LEZIONE}/aula")).await;
    dovute(&a, "aula");
    assert!(a.testo.contains("<h1>Basta una scheda</h1>"), "{}", a.testo);
    assert!(
        !a.testo.contains("quante ne devono essere sbagliate"),
        "and for nobody else"
    );
    assert!(a.testo.contains("lunedì 1 marzo 2021") && a.testo.contains("<caption>marzo 2021</caption>"));
    assert!(
        a.testo.contains("id=\"vivo\" data-attesa") && a.testo.contains("vivo.js"),
        "it follows live"
    );
    assert!(
        a.testo.contains("<noscript><meta http-equiv=\"refresh\""),
        "and without scripts"
    );

    preme("azione=avanti&da=1").await;
    // Pressed twice: the step it belonged to is behind.
    preme("azione=avanti&da=1").await;
    let (prima_r, prima_a) = (relatore().await, aula().await);
    assert!(
        prima_r.contains("non ancora") && !prima_r.contains("raggiunta:"),
        "{prima_r}"
    );
    assert!(prima_a.contains("<h1>L&#39;invio fallisce</h1>"), "{prima_a}");
    assert!(
        !prima_a.contains("ES092"),
        "the outcome is not told before it is there"
    );
    preme("azione=esegui").await;
    let (r, a) = (relatore().await, aula().await);
    assert!(
        !r.contains("non ancora:") && r.matches("raggiunta:").count() == 2,
        "{r}"
    );
    for parte in [
        "KO: nulla è stato caricato",
        "ES092",
        "EF003",
        "blocca",
        "avvisa",
        "<rect class=\"ko\" width=\"100\"",
    ] {
        assert!(a.contains(parte), "{parte}: {a}");
    }
    // Back takes the step back, once more goes to the one before.
    preme("azione=indietro").await;
    assert_eq!(aula().await, prima_a);
    preme("azione=indietro").await;
    assert!(aula().await.contains("<h1>Basta una scheda</h1>"));
    preme("azione=salta&passo=3").await;
    let a = aula().await;
    assert!(
        a.contains("È arrivata una PEC") && a.contains("PROVA di subentro non riuscita"),
        "{a}"
    );

    // The same by the API.
    let stato = leggi(&chiede(Method::GET, "stato", "").await);
    assert_eq!(
        (&stato["passo"], &stato["inCorso"]),
        (&Value::from(3), &Value::from(true))
    );
    assert_eq!(
        stato["fornitura"]["conteggi"],
        serde_json::json!({"EF003": 2, "ES092": 3})
    );
    let r = chiede(Method::PUT, "passo", "{\"passo\": 4}").await;
    assert_eq!(leggi(&r)["passo"], 4, "{}", r.testo);
    // The last number is the end: who counts the steps is told why there is one more.
    let r = chiede(Method::PUT, "passo", "{\"passo\": 99}").await;
    assert!(
        r.testo.contains("da 1 a 6; il 6 è la fine della lezione"),
        "{}",
        r.testo
    );
    for no in [
        "{\"passo\": 0}",
        "{\"passo\": 7}",
        "{}",
        "{\"passo\": 1, \"altro\": 1}",
        "{\"passo\": -1}",
    ] {
        assert_eq!(
            chiede(Method::PUT, "passo", no).await.stato,
            StatusCode::BAD_REQUEST,
            "{no}"
        );
    }
    let r = leggi(&chiede(Method::POST, "esecuzione", "").await);
    let attese = r["passi"][3]["attese"].as_array().expect("expectations");
    assert_eq!(attese.len(), 3);
    assert!(attese.iter().all(|a| a["raggiunta"] == true), "{r}");
    let r = leggi(&chiede(Method::POST, "avanti", "").await);
    assert_eq!(
        (&r["passo"], &r["passi"][3]["stato"]),
        (&Value::from(5), &Value::from("FATTO"))
    );
    assert_eq!(
        chiede(Method::POST, "collaudo", "").await.stato,
        StatusCode::CONFLICT
    );
    let r = leggi(&chiede(Method::POST, "avanti", "").await);
    assert_eq!((&r["finita"], &r["passo"]), (&Value::from(true), &Value::from(6)));
    assert_eq!(
        chiede(Method::POST, "avanti", "").await.stato,
        StatusCode::CONFLICT
    );
    assert!(aula().await.contains("Fine della lezione."));
    assert!(relatore().await.contains("La lezione è finita"));
    let r = b
        .console(Method::POST, "/api/lezioni/data-mancata/avvio", &[], "")
        .await;
    assert_eq!(r.stato, StatusCode::CONFLICT, "one at a time");
    let elenco = leggi(&pagina("/api/lezioni").await);
    let corrente: Vec<&Value> = elenco
        .as_array()
        .expect("rows")
        .iter()
        .filter(|l| l["inCorso"] == true)
        .collect();
    assert_eq!(corrente.len(), 1);
    assert_eq!(corrente[0]["id"], LEZIONE);
    // Over and started over: the clock of the start again.
    preme("azione=ricomincia").await;
    assert!(relatore().await.contains("Trascorsi <strong>0 min</strong>"));
    let r = preme("azione=termina").await;
    assert_eq!(r.testate["location"], format!("/lezioni/{LEZIONE}").as_str());
    assert!(aula().await.contains("Si comincia fra poco."));
    assert_eq!(leggi(&pagina("/api/orologio").await)["oggi"], "2021-03-01");
    assert_eq!(leggi(&pagina("/api/orologio").await)["velocita"], 1);
    let r = leggi(&chiede(Method::POST, "collaudo", "").await);
    assert_eq!(
        (&r["buona"], &r["difformita"]),
        (&Value::from(true), &serde_json::json!([]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hand_out_explains_codes_and_keeps_the_answers_for_the_end() {
    let d = pagina("/lezioni/primo-subentro/dispensa").await.testo;
    let (passi, risposte) = d.split_once("class=\"risposte\"").expect("answers at the end");
    assert!(passi.contains("EN032") && passi.contains("EN034"), "codes");
    let en032 = elaborazione::anomalia("EN032").expect("in the catalogue");
    let inizio: String = en032
        .spiegazione
        .chars()
        .take_while(|c| c.is_alphabetic() || *c == ' ')
        .collect();
    assert!(
        inizio.len() > 10 && passi.contains(inizio.trim()),
        "the remedy out of the catalogue: {inizio}"
    );
    let l = banco().sim.lezione("primo-subentro").expect("the lesson");
    assert_eq!(passi.matches("<section class=\"passo\">").count(), l.passi.len());
    for parola in ["Ciò che lo sportello rifiuta", "dashboard; serve almeno"] {
        assert!(risposte.contains(parola) && !passi.contains(parola), "{parola}");
    }
    let css = pagina("/statico/lezioni.css").await;
    assert!(css.testo.contains("size: A4"));
}

#[test]
fn texts_of_a_lesson_are_text_and_never_markup() {
    // A lesson of somebody else's, with markup wherever a text may stand.
    let cattivo = "<script>alert(1)</script>";
    let testo = format!(
        "titolo = \"{cattivo}\"\nscopo = \"{cattivo}\"\ncomune = \"888300\"\noggi = \"2021-03-01\"\nabitanti = 20\naire = 2\n\
         prerequisiti = [\"{cattivo}\"]\n[[date]]\ngiorno = \"2021-03-01\"\ntesto = \"{cattivo}\"\n[[passi]]\ntitolo = \"{cattivo}\"\n\
         minuti = 1\nnote = \"{cattivo}\"\ntesto = \"- {cattivo}\"\napprofondimento = \"{cattivo}\"\nazioni = [{{ fai = \"notte\" }}]\n\
         [[domande]]\ndomanda = \"{cattivo}\"\nrisposta = \"{cattivo}\"\n"
    );
    let cartella = tempfile::tempdir().expect("a folder");
    std::fs::write(cartella.path().join("cattiva.toml"), testo).expect("written");
    let dati = tempfile::tempdir().expect("a folder");
    let opzioni = certs::OpzioniPki {
        nomi: Vec::new(),
        nomi_reali: false,
        pronti: Vec::new(),
        adesso: jiff::Timestamp::now(),
        fili: 2,
    };
    let pki = certs::Pki::apri(&dati.path().join("pki"), &opzioni).expect("keys");
    let mut i = servizi::Impostazioni::in_cartella(dati.path().to_owned());
    i.lezioni = Some(Arc::new(Libreria::con_cartella(cartella.path()).expect("read")));
    let sim = Simulatore::apri(i, pki).expect("simulator");
    sim.popola();
    sim.avvia_lezione("cattiva").expect("started");
    let pagine = async {
        for dove in [
            "",
            "/cattiva",
            "/cattiva/relatore",
            "/cattiva/aula",
            "/cattiva/dispensa",
        ] {
            let dove = format!("/lezioni{dove}");
            let r = http::Request::get(&dove)
                .header("host", "localhost")
                .extension(Pari {
                    indirizzo: "127.0.0.1:50000".parse().expect("an address"),
                })
                .body(corpo(""))
                .expect("a request");
            let (parti, dentro) = web::console(Arc::clone(&sim), r).await.into_parts();
            let byte = raccogli(dentro, 1 << 20).await.expect("body");
            let testo = String::from_utf8_lossy(&byte).into_owned();
            let r = Risposta {
                stato: parti.status,
                testate: parti.headers,
                testo,
            };
            assert_eq!(r.stato, StatusCode::OK, "{dove}");
            dovute(&r, &dove);
            assert!(!r.testo.contains("<script>alert"), "{dove}");
            assert!(r.testo.contains("&#60;script&#62;alert(1)"), "{dove}");
        }
    };
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(pagine);
}

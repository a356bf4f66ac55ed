//! The trainer's lessons in pages and API: who sees what, who moves what, what a text may hold.

mod banco;

use std::sync::Arc;

use banco::{Risposta, banco, dovute};
use http::{Method, StatusCode};
use serde_json::{Value, json};
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
    // Pressed twice, or in a second window: the step it belonged to is behind, and the page that comes is the one of now.
    let dove = format!("/lezioni/{LEZIONE}");
    let r = b
        .console(Method::POST, &dove, &[MODULO], "azione=avanti&da=1")
        .await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    dovute(&r, "a move too late");
    for parte in [
        "<h1>L&#39;invio fallisce</h1>",
        "Questa mossa era per il passo 1, e la lezione è al passo 2",
        "name=\"da\" value=\"2\"",
        "data-qui=\"/lezioni/tre-errori-bloccanti/relatore\"",
    ] {
        assert!(r.testo.contains(parte), "{parte}: {}", r.testo);
    }
    let r = chiede(Method::POST, "avanti?da=1", "").await;
    assert_eq!(r.stato, StatusCode::CONFLICT, "{}", r.testo);
    let r = chiede(Method::POST, "avanti?da=due", "").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{}", r.testo);
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

    orologio_spostato().await;
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
    // The other one says why it does not start, and stops this one from where it stands.
    let una = pagina("/lezioni/data-mancata").await;
    dovute(&una, "a lesson that cannot start");
    assert!(
        una.testo.contains("Non si può avviare ora") && !una.testo.contains("value=\"avvia\""),
        "{}",
        una.testo
    );
    assert!(una.testo.contains("name=\"poi\" value=\"data-mancata\""));
    let r = b
        .console(
            Method::POST,
            &format!("/lezioni/{LEZIONE}"),
            &[MODULO],
            "azione=termina&poi=data-mancata",
        )
        .await;
    assert_eq!(r.testate["location"], "/lezioni/data-mancata");
    assert!(
        pagina("/lezioni/data-mancata")
            .await
            .testo
            .contains("value=\"avvia\"")
    );
    let r = b
        .console(
            Method::POST,
            &format!("/lezioni/{LEZIONE}"),
            &[MODULO],
            "azione=avvia",
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
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
    assert!(aula().await.contains("Si attende il relatore"));
    assert_eq!(leggi(&pagina("/api/orologio").await)["oggi"], "2021-03-01");
    assert_eq!(leggi(&pagina("/api/orologio").await)["velocita"], 1);
    let r = leggi(&chiede(Method::POST, "collaudo", "").await);
    assert_eq!(
        (&r["buona"], &r["difformita"]),
        (&Value::from(true), &serde_json::json!([]))
    );
}

/// Somebody moves the clock while the lesson of the test above runs.
async fn orologio_spostato() {
    let b = banco();
    let quadro = || async { pagina("/").await.testo };
    let prima = quadro().await;
    assert!(
        prima.contains("tiene l'orologio fermo al 01/03/2021") && prima.contains("Spostarlo da qui"),
        "{prima}"
    );
    let o = leggi(&pagina("/api/orologio").await);
    assert_eq!(
        (&o["lezione"]["giorno"], &o["lezione"]["spostato"], &o["avviso"]),
        (&Value::from("2021-03-01"), &Value::from(false), &Value::Null)
    );
    assert!(!relatore().await.contains("value=\"riporta\""));
    let r = b
        .console(Method::POST, "/orologio", &[MODULO], "oggi=2021-04-11&velocita=0")
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
    let dopo = quadro().await;
    assert!(dopo.contains("Ora è altrove, o corre"), "{dopo}");
    let r = relatore().await;
    assert!(
        r.contains("La lezione lo ha messo al 01/03/2021") && r.contains("ora segna l&#39;11/04/2021"),
        "{r}"
    );
    // By the API the same is said to whoever moves it.
    let o = b
        .console(Method::PUT, "/api/orologio", &[JSON], "{\"oggi\":\"2021-04-12\"}")
        .await;
    let avviso = leggi(&o)["avviso"].as_str().expect("a warning").to_owned();
    assert!(
        avviso.contains(LEZIONE) && avviso.contains("fermo al 01/03/2021"),
        "{avviso}"
    );
    preme("azione=riporta").await;
    assert!(!relatore().await.contains("value=\"riporta\""));
    b.console(Method::PUT, "/api/orologio", &[JSON], "{\"velocita\":1}")
        .await;
    let s = leggi(&chiede(Method::GET, "stato", "").await);
    assert_eq!(s["orologioAtteso"], "2021-03-01", "it runs: {s}");
    let s = leggi(&chiede(Method::POST, "orologio", "").await);
    assert_eq!(
        (&s["orologioAtteso"], &s["oggi"]),
        (&Value::Null, &Value::from("2021-03-01"))
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

/// A simulator of its own: what is in the way of a lesson would be in the way of the others too.
#[tokio::test(flavor = "multi_thread")]
async fn the_room_reads_the_events_of_its_month_and_a_comune_in_the_way_can_be_taken_off() {
    let b = banco::Banco::nuovo(|_| {});
    let vedi = |dove: &'static str| async { b.console(Method::GET, dove, &[], "").await.testo };
    let ordina = |campi: &'static str| async {
        b.console(Method::POST, "/lezioni/data-mancata", &[MODULO], campi)
            .await
    };
    // The note of a day is of the event, and the room reads it from that day on; the presenter's notes it never does.
    let l = b.sim.lezione("data-mancata").expect("there").clone();
    let riga = |n: &servizi::lezioni::DataNota| format!("</strong>: {}</li>", n.testo.replace('\'', "&#39;"));
    ordina("azione=avvia").await;
    let a = vedi("/lezioni/data-mancata/aula").await;
    assert!(a.contains("<caption>marzo 2021</caption>"), "{a}");
    assert!(
        l.date.iter().all(|n| !a.contains(&riga(n))),
        "nothing of what is to come: {a}"
    );
    let r = vedi("/lezioni/data-mancata/relatore").await;
    assert!(
        l.date.iter().all(|n| r.contains(&riga(n))),
        "the presenter knows: {r}"
    );
    b.sim.salta_lezione("data-mancata", 1).expect("a jump");
    let s = b.sim.esegui_passo("data-mancata").expect("carried out");
    let a = vedi("/lezioni/data-mancata/aula").await;
    let passate: Vec<bool> = l.date.iter().map(|n| n.giorno <= s.oggi).collect();
    assert_eq!(
        passate,
        [true, false],
        "one day has come, one has not: {}",
        s.oggi
    );
    let lette: Vec<bool> = l.date.iter().map(|n| a.contains(&riga(n))).collect();
    assert_eq!(lette, passate, "{a}");
    for p in &l.passi {
        let inizio: String = p.note.trim().chars().take(40).collect();
        assert!(!a.contains(&inizio.replace('\'', "&#39;")), "{inizio}: {a}");
    }
    ordina("azione=termina").await;

    // Somebody's Comune in the way.
    let corpo = json!({"istat": l.comune, "nome": "COMUNE DI UN ALTRO"}).to_string();
    let r = b.console(Method::POST, "/api/comuni", &[JSON], &corpo).await;
    assert_eq!(r.stato, StatusCode::CREATED, "{}", r.testo);
    let una = vedi("/lezioni/data-mancata").await;
    assert!(
        una.contains("COMUNE DI UN ALTRO")
            && una.contains("value=\"sgombera\"")
            && !una.contains("value=\"avvia\""),
        "{una}"
    );
    assert_eq!(
        vedi("/lezioni").await.matches("non si può avviare").count(),
        1,
        "of that lesson alone"
    );
    assert_eq!(ordina("azione=avvia").await.stato, StatusCode::CONFLICT);
    let r = ordina("azione=sgombera").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST, "not without saying so");
    assert!(
        r.testo.contains("id=\"e-conferma\"") && r.testo.contains("value=\"sgombera\""),
        "{}",
        r.testo
    );
    assert!(b.sim.comune(l.comune).is_ok());
    let r = ordina("azione=sgombera&conferma=si").await;
    assert_eq!(r.testate["location"], "/lezioni/data-mancata");
    assert!(b.sim.comune(l.comune).is_err());
    assert!(vedi("/lezioni/data-mancata").await.contains("value=\"avvia\""));
    assert!(!vedi("/lezioni").await.contains("non si può avviare"));
    // By the API too.
    b.console(Method::POST, "/api/comuni", &[JSON], &corpo).await;
    let stato = "/api/lezioni/data-mancata/stato";
    let s: Value = serde_json::from_str(&vedi(stato).await).expect("JSON");
    assert_eq!(s["nonParte"]["perche"], "comuneAltrui", "{s}");
    let r = b
        .console(Method::POST, "/api/lezioni/data-mancata/sgombero", &[], "")
        .await;
    assert_eq!(leggi(&r)["nonParte"], Value::Null, "{}", r.testo);
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

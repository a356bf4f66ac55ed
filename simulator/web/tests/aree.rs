//! The private area, the Prefettura and the smart cards: each step in its turn, by pages and by the API, and what happens
//! to who takes it out of turn or for somebody else.

mod banco;

use anagrafe::Ambiente;
use banco::{Entrato, Risposta, banco, codifica};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

const MODULO: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");
const SUB: Ambiente = Ambiente::Sub;

/// The tests share one clock: each has it for itself.
async fn turno(oggi: &str) -> MutexGuard<'static, ()> {
    static TURNO: Mutex<()> = Mutex::const_new(());
    let turno = TURNO.lock().await;
    metti("/api/orologio", &json!({"oggi": oggi})).await;
    let scadenze = json!({"scheda": "2021-12-31", "prefettureDal": "2021-01-01", "produzioneMinima": 7,
        "produzioneMassima": 7, "anticipoProveMesi": 2});
    metti("/api/percorso/scadenze", &scadenze).await;
    turno
}

async fn chiama(metodo: Method, dove: &str, corpo: &Value) -> (StatusCode, Value) {
    let testo = if corpo.is_null() && metodo == Method::GET {
        String::new()
    } else {
        corpo.to_string()
    };
    let r = banco().console(metodo, dove, &[JSON], &testo).await;
    let v = serde_json::from_str(&r.testo).unwrap_or_else(|e| panic!("{e}: {}", r.testo));
    (r.stato, v)
}

async fn vedi_api(dove: &str) -> Value {
    let (stato, v) = chiama(Method::GET, dove, &Value::Null).await;
    assert_eq!(stato, StatusCode::OK, "{dove}: {v}");
    v
}

async fn metti(dove: &str, corpo: &Value) -> Value {
    let (stato, v) = chiama(Method::PUT, dove, corpo).await;
    assert_eq!(stato, StatusCode::OK, "{dove}: {v}");
    v
}

async fn ordina(dove: &str, corpo: &Value) -> Value {
    let (stato, v) = chiama(Method::POST, dove, corpo).await;
    assert!(stato.is_success(), "{dove}: {stato} {v}");
    v
}

/// A refusal with its sentence.
async fn rifiuto(metodo: Method, dove: &str, corpo: &Value, atteso: u16, frase: &str) {
    let (stato, v) = chiama(metodo, dove, corpo).await;
    let testo = v["errori"][0]["testo"].as_str().unwrap_or_default();
    assert_eq!(stato.as_u16(), atteso, "{dove}: {v}");
    assert!(testo.contains(frase), "{dove}: {testo}");
}

async fn nuovo_comune(istat: &str) {
    let c = ordina("/api/comuni", &json!({"istat": istat})).await;
    assert_eq!(c["stato"], "INATTIVO_SENZA_CENSIMENTO");
}

fn scheda(inizio: &str) -> Value {
    json!({"soluzione": "WS", "fineAdeguamento": "2021-09-30", "postazioni": 4, "inizioProve": inizio})
}

/// Up to the censimento sent, by the API.
async fn fino_al_censimento(istat: &str) -> Value {
    nuovo_comune(istat).await;
    let base = format!("/api/percorso/comuni/{istat}");
    metti(&format!("{base}/scheda"), &scheda("2022-06-01")).await;
    ordina(&format!("{base}/censimento/esempio"), &Value::Null).await;
    ordina(&format!("{base}/censimento/invio"), &Value::Null).await
}

/// Up to the parcel in the hands of the sindaco, by the API.
async fn fino_alla_consegna(istat: &str) -> Vec<Value> {
    let censimento = fino_al_censimento(istat).await;
    metti("/api/orologio", &json!({"oggi": "2021-03-20"})).await;
    let plico = format!("/api/percorso/plichi/{istat}-1");
    ordina(&format!("{plico}/registrazione"), &Value::Null).await;
    ordina(&format!("{plico}/convocazione"), &json!({"giorno": "2021-03-22"})).await;
    let sindaco = &censimento["persone"][0]["codiceFiscale"];
    ordina(&format!("{plico}/consegna"), &json!({"ricevente": sindaco})).await;
    let carte = vedi_api(&format!("/api/percorso/comuni/{istat}/smart-card")).await;
    carte.as_array().expect("cards").clone()
}

async fn cnsd(istat: &str) -> Entrato {
    let q = vedi_api(&format!("/api/percorso/comuni/{istat}")).await;
    let testo = |n: &str| q["areaPrivata"][n].as_str().expect("text").to_owned();
    banco()
        .entra_in_area("privata", &testo("utente"), &testo("password"))
        .await
}

async fn prefettura(provincia: &str, chi: &str) -> Entrato {
    let p = vedi_api(&format!("/api/percorso/prefetture/{provincia}")).await;
    let nome = format!("PREF{provincia}{chi}");
    let utente = p["utenti"]
        .as_array()
        .expect("users")
        .iter()
        .find(|u| u["nome"] == nome.as_str())
        .expect("the user");
    banco()
        .entra_in_area(
            "prefettura",
            &nome,
            utente["password"].as_str().expect("password"),
        )
        .await
}

/// A ticket for the Prefettura (`biglietto=…`) and the cookie it is bound to.
async fn biglietto_di_prefettura(der: Vec<u8>) -> (String, String) {
    let b = banco();
    let via = b.pagina(SUB, "/prefettura/carta", "").await;
    let tenuto = via.testate["set-cookie"].to_str().expect("ascii");
    let tenuto = tenuto.split(';').next().unwrap_or_default().to_owned();
    let dove = via.testate["location"].to_str().expect("ascii");
    let dove = dove.split_once("8446").expect("the card listener").1.to_owned();
    let vista = b.carta_con(&dove, der).await;
    let ritorno = vista.testate["location"].to_str().expect("ascii");
    (ritorno.split_once('?').expect("a ticket").1.to_owned(), tenuto)
}

/// Enters the Prefettura with a card.
async fn con_carta_in_prefettura(der: Vec<u8>) -> Entrato {
    let (biglietto, tenuto) = biglietto_di_prefettura(der).await;
    let dove = format!("/prefettura/carta/entra?{biglietto}");
    let r = banco().pagina(SUB, &dove, &tenuto).await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.testo);
    let biscotto = r.testate.get_all("set-cookie").iter();
    let biscotto = biscotto
        .filter_map(|v| v.to_str().ok()?.split(';').next())
        .find(|v| v.starts_with("__Host-anpr-prefettura="))
        .expect("a session")
        .to_owned();
    let casa = banco().pagina(SUB, "/prefettura", &biscotto).await;
    Entrato {
        testata: biscotto.clone(),
        csrf: banco::valore(&casa.testo, "csrf"),
        biscotto,
    }
}

async fn vedi(chi: &Entrato, dove: &str) -> Risposta {
    banco().pagina(SUB, dove, &chi.biscotto).await
}

async fn invia(chi: &Entrato, dove: &str, campi: &str) -> Risposta {
    let corpo = format!("csrf={}&{campi}", chi.csrf);
    let testate = [MODULO, ("cookie", chi.biscotto.as_str())];
    banco().ambiente(SUB, Method::POST, dove, &testate, &corpo).await
}

fn fatto(r: &Risposta) {
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
}

/// The messages of a Comune whose subject has a text, whoever they are for.
async fn posta(istat: &str, oggetto: &str) -> Vec<Value> {
    let tutte = vedi_api(&format!("/api/pec?comune={istat}")).await;
    let tutte = tutte.as_array().expect("messages").iter();
    tutte
        .filter(|m| m["oggetto"].as_str().is_some_and(|o| o.contains(oggetto)))
        .cloned()
        .collect()
}

/// A half of a code in a message.
fn meta(messaggio: &Value, quale: &str) -> String {
    let testo = messaggio["testo"].as_str().expect("text");
    testo
        .lines()
        .find_map(|r| r.strip_prefix(&format!("Seconda metà {quale}: ")))
        .expect("a half")
        .to_owned()
}

/// The whole PIN of a card: its envelope and its message.
async fn pin(istat: &str, numero: &str) -> String {
    let busta = vedi_api(&format!("/api/percorso/comuni/{istat}/smart-card/{numero}/busta")).await;
    let messaggi = posta(istat, numero).await;
    format!(
        "{}{}",
        busta["pin"].as_str().expect("half"),
        meta(&messaggi[0], "del PIN")
    )
}

/// DER of a card at the desk.
async fn der(carta: &str) -> Vec<u8> {
    let c = vedi_api(&format!("/api/carte/{carta}")).await;
    let pem = std::fs::read_to_string(c["certificato"].as_str().expect("path")).expect("the certificate");
    let corpo: String = pem.lines().filter(|r| !r.starts_with("-----")).collect();
    frontiera::security::base64(&corpo).expect("base64")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheda_is_sent_once_corrected_until_the_deadline_and_late_after_it() {
    let _turno = turno("2021-03-01").await;
    nuovo_comune("888011").await;
    let io = cnsd("888011").await;
    let dove = "/servizidemografici/scheda";
    // Each wrong field is named, first thing, with a way to it.
    let r = invia(&io, dove, "soluzione=WS&postazioni=0&inizioProve=2021-02-30").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(r.testo.contains("href=\"#inizioProve\""), "{}", r.testo);
    let r = invia(&io, dove, "soluzione=WS&postazioni=0&inizioProve=2021-02-20").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    for campo in ["fineAdeguamento", "postazioni", "inizioProve"] {
        assert!(
            r.testo.contains(&format!("href=\"#{campo}\"")),
            "{campo}: {}",
            r.testo
        );
        assert!(r.testo.contains(&format!("id=\"{campo}\"")), "{campo}");
    }
    assert!(r.testo.contains("value=\"2021-02-20\""), "what was written stays");
    assert!(vedi_api("/api/percorso/comuni/888011/scheda").await.is_null());
    assert!(posta("888011", "Scheda").await.is_empty());
    // The right one: receipt on the page and by PEC.
    let giusta = "soluzione=WS&fineAdeguamento=2021-09-30&postazioni=4&inizioProve=2022-06-01";
    fatto(&invia(&io, dove, giusta).await);
    let ricevuta = vedi(&io, "/servizidemografici/scheda/ricevuta").await;
    assert!(ricevuta.testo.contains("01/06/2022"), "{}", ricevuta.testo);
    let s = vedi_api("/api/percorso/comuni/888011/scheda").await;
    assert_eq!(
        (&s["soluzione"], &s["postazioni"], &s["inRitardo"], &s["corretta"]),
        (&json!("WS"), &json!(4), &json!(false), &Value::Null)
    );
    assert_eq!(posta("888011", "Scheda di monitoraggio ricevuta").await.len(), 1);
    // Corrected in time: the same protocol.
    let corretta = "soluzione=WA&fineAdeguamento=&postazioni=5&inizioProve=2022-07-01";
    fatto(&invia(&io, dove, corretta).await);
    let dopo = vedi_api("/api/percorso/comuni/888011/scheda").await;
    assert_eq!(
        (
            &dopo["soluzione"],
            &dopo["postazioni"],
            &dopo["protocollo"],
            &dopo["inviata"]
        ),
        (&json!("WA"), &json!(5), &s["protocollo"], &s["inviata"])
    );
    assert_eq!(posta("888011", "Scheda di monitoraggio corretta").await.len(), 1);
    // After the deadline no more.
    metti("/api/orologio", &json!({"oggi": "2022-01-01"})).await;
    let r = invia(&io, dove, giusta).await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("31/12/2021"), "{}", r.testo);
    // Who sends only now is late, and may not correct.
    nuovo_comune("888012").await;
    let q = vedi_api("/api/percorso/comuni/888012").await;
    assert_eq!(q["inRitardo"], true);
    let s = metti("/api/percorso/comuni/888012/scheda", &scheda("2022-06-01")).await;
    assert_eq!(s["inRitardo"], true);
    rifiuto(
        Method::PUT,
        "/api/percorso/comuni/888012/scheda",
        &scheda("2022-07-01"),
        409,
        "termine del 31/12/2021",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tests_begin_two_months_after_the_message_at_least() {
    let _turno = turno("2021-03-01").await;
    nuovo_comune("888013").await;
    metti("/api/percorso/comuni/888013/scheda", &scheda("2021-06-01")).await;
    assert!(posta("888013", "Avvio delle prove").await.is_empty());
    let q = vedi_api("/api/percorso/comuni/888013").await;
    assert_eq!(
        (&q["caso"]["id"], &q["stato"]),
        (&json!("P01"), &json!("INATTIVO_SENZA_CENSIMENTO"))
    );
    // The date alone brings it, once.
    metti("/api/orologio", &json!({"oggi": "2021-03-16"})).await;
    assert!(posta("888013", "Avvio delle prove").await.is_empty());
    metti("/api/orologio", &json!({"oggi": "2021-03-17"})).await;
    ordina("/api/notte", &Value::Null).await;
    let pec = posta("888013", "Avvio delle prove").await;
    assert_eq!(pec.len(), 1);
    let testo = pec[0]["testo"].as_str().expect("text");
    for parola in [
        "SIMULATORE",
        "cominciano il 01/06/2021",
        "https://localhost:8443/combas",
        "Utente: COMUNETEST888013",
        "888013-CO-0000",
    ] {
        assert!(testo.contains(parola), "{parola}: {testo}");
    }
    let q = vedi_api("/api/percorso/comuni/888013").await;
    assert_eq!(
        (&q["caso"]["id"], &q["stato"]),
        (&json!("P01"), &json!("TEST_ABILITATO"))
    );
    let password = testo
        .lines()
        .find_map(|r| r.strip_prefix("Password: "))
        .expect("password");
    banco()
        .entra_come(Ambiente::Test, "COMUNETEST888013", password)
        .await;
    let r = banco().prova_password(SUB, "COMUNETEST888013", password).await;
    assert_eq!(r.stato, StatusCode::UNAUTHORIZED, "of the test environment only");
    let c = vedi_api("/api/certificati/888013-CO-0000").await;
    assert_eq!(c["stato"], "attivo");
    // With less notice than that the tests begin later than declared.
    nuovo_comune("888014").await;
    metti("/api/percorso/comuni/888014/scheda", &scheda("2021-04-01")).await;
    let pec = posta("888014", "Avvio delle prove").await;
    assert!(
        pec[0]["testo"]
            .as_str()
            .expect("text")
            .contains("cominciano il 17/05/2021"),
        "{}",
        pec[0]
    );
    rifiuto(
        Method::POST,
        "/api/percorso/comuni/888014/prove",
        &Value::Null,
        409,
        "già stato comunicato",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_follows_the_scheda_and_the_ministry_corrects_it() {
    let _turno = turno("2021-03-01").await;
    nuovo_comune("888015").await;
    let dove = "/api/percorso/comuni/888015/piano-subentro";
    assert!(vedi_api(dove).await.is_null());
    metti("/api/percorso/comuni/888015/scheda", &scheda("2022-01-10")).await;
    let p = vedi_api(dove).await;
    assert_eq!(
        p,
        json!({"invioPreliminare": "2021-12-26", "fineProve": "2022-03-10", "inizioSubentro": "2022-04-09", "corretto": false})
    );
    let corretto =
        json!({"invioPreliminare": "2022-01-03", "fineProve": "2022-02-28", "inizioSubentro": "2022-03-21"});
    let p = metti(dove, &corretto).await;
    assert_eq!(
        (&p["inizioSubentro"], &p["corretto"]),
        (&json!("2022-03-21"), &json!(true))
    );
    rifiuto(
        Method::PUT,
        dove,
        &json!({"invioPreliminare": "2022-01-03", "fineProve": "2022-01-03", "inizioSubentro": "2022-03-21"}),
        400,
        "in ordine",
    )
    .await;
    // What the Ministry said survives a correction of the scheda, until it gives the word back.
    metti("/api/percorso/comuni/888015/scheda", &scheda("2022-02-10")).await;
    assert_eq!(vedi_api(dove).await["inizioSubentro"], "2022-03-21");
    assert_eq!(metti(dove, &Value::Null).await["inizioSubentro"], "2022-05-10");
    let casa = vedi(&cnsd("888015").await, "/servizidemografici").await;
    assert!(casa.testo.contains("10/05/2022"), "{}", casa.testo);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefettura_sees_its_province_from_its_day_on_filters_exports_and_reminds() {
    let _turno = turno("2021-03-01").await;
    for (istat, nome) in [("888016", "ALFA"), ("888017", "BETA")] {
        ordina(
            "/api/comuni",
            &json!({"istat": istat, "nome": nome, "provincia": "QA"}),
        )
        .await;
    }
    metti("/api/percorso/comuni/888016/scheda", &scheda("2022-06-01")).await;
    let io = prefettura("QA", "OPE").await;
    metti("/api/percorso/scadenze", &json!({"prefettureDal": "2021-08-01"})).await;
    let r = vedi(&io, "/prefettura/schede").await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("01/08/2021"), "{}", r.testo);
    metti("/api/percorso/scadenze", &json!({"prefettureDal": "2021-01-01"})).await;
    let tutte = vedi(&io, "/prefettura/schede").await.testo;
    assert!(tutte.contains("ALFA") && tutte.contains("BETA"), "{tutte}");
    assert!(!tutte.contains("888001"), "another province");
    let inviate = vedi(&io, "/prefettura/schede?stato=INVIATA").await.testo;
    assert!(inviate.contains("ALFA") && !inviate.contains("BETA"), "{inviate}");
    let cercata = vedi(&io, "/prefettura/schede?testo=bet").await.testo;
    assert!(!cercata.contains("ALFA") && cercata.contains("BETA"), "{cercata}");
    let r = vedi(&io, "/prefettura/schede.csv?stato=&testo=").await;
    assert_eq!(r.testate["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        r.testo,
        "\u{feff}codice_istat;nome_comune;stato_scheda;inviata;soluzione;inizio_prove;ultimo_sollecito\r\n\
         888016;ALFA;INVIATA;2021-03-01;WS;2022-06-01;\r\n888017;BETA;DA_INVIARE;;;;\r\n"
    );
    // The deadline over, who has not sent is missing; the reminder goes once a day, to him alone.
    metti("/api/orologio", &json!({"oggi": "2022-01-01"})).await;
    let mancanti = vedi(&io, "/prefettura/schede?stato=MANCANTE").await.testo;
    assert!(
        mancanti.contains("BETA") && !mancanti.contains("ALFA"),
        "{mancanti}"
    );
    let r = invia(&io, "/prefettura/schede", "").await;
    fatto(&r);
    assert_eq!(r.testate["location"], "/prefettura/schede?sollecitati=1");
    assert_eq!(posta("888017", "Sollecito").await.len(), 1);
    assert!(posta("888016", "Sollecito").await.is_empty());
    assert_eq!(
        invia(&io, "/prefettura/schede", "").await.stato,
        StatusCode::CONFLICT
    );
    metti("/api/orologio", &json!({"oggi": "2022-01-02"})).await;
    fatto(&invia(&io, "/prefettura/schede", "comune=888017").await);
    assert_eq!(posta("888017", "Sollecito").await.len(), 2);
    // A Comune of another province cannot be reminded from here.
    let r = invia(&io, "/prefettura/schede", "comune=888012").await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefettura_has_five_users_at_most_with_both_administrators() {
    let _turno = turno("2021-03-01").await;
    ordina("/api/comuni", &json!({"istat": "888018", "provincia": "QB"})).await;
    let als = prefettura("QB", "ALS").await;
    let alp = prefettura("QB", "ALP").await;
    let dove = "/prefettura/utenti";
    let nuovo = |n: u8| format!("azione=metti&nome=nuovo{n}&ruolo=OPERATORE&password=parola-sua");
    assert_eq!(invia(&alp, dove, &nuovo(1)).await.stato, StatusCode::FORBIDDEN);
    fatto(&invia(&als, dove, &nuovo(1)).await);
    fatto(&invia(&als, dove, &nuovo(2)).await);
    let r = invia(&als, dove, &nuovo(3)).await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(r.testo.contains("al più 5 utenti"), "{}", r.testo);
    let r = invia(&als, dove, "azione=togli&nome=PREFQBALP").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(r.testo.contains("almeno un ALP"), "{}", r.testo);
    let mio = invia(&als, dove, "azione=togli&nome=PREFQBALS").await;
    assert_eq!(mio.stato, StatusCode::CONFLICT);
    // A new user enters; taken off, his session is worth nothing.
    let lui = banco().entra_in_area("prefettura", "NUOVO1", "parola-sua").await;
    assert_eq!(vedi(&lui, "/prefettura/schede").await.stato, StatusCode::OK);
    fatto(&invia(&als, dove, "azione=togli&nome=NUOVO1").await);
    assert_eq!(
        vedi(&lui, "/prefettura/schede").await.stato,
        StatusCode::UNAUTHORIZED
    );
    // Postazioni: the ALP's, five at most, the first certificate by PEC to the Prefettura.
    assert_eq!(
        invia(&als, dove, "azione=postazioni&postazioni=2").await.stato,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        invia(&alp, dove, "azione=postazioni&postazioni=6").await.stato,
        StatusCode::BAD_REQUEST
    );
    fatto(&invia(&alp, dove, "azione=postazioni&postazioni=2").await);
    let pec = posta("888018", "Primo certificato").await;
    assert_eq!((pec.len(), &pec[0]["casella"]), (1, &json!("PREFETTURA QB")));
    let casella = vedi(&alp, "/prefettura/posta").await.testo;
    assert!(casella.contains("Primo certificato"), "{casella}");
    // It travels with the message: a certificate that opens with the password told, for nobody's Comune.
    let id = pec[0]["id"].as_str().expect("id");
    let messaggio = vedi(&alp, &format!("/prefettura/posta/{id}")).await.testo;
    assert!(messaggio.contains("999") && messaggio.contains(".p12</a> <small>"), "{messaggio}");
    let dove = format!("/api/pec/{id}/allegati/0");
    let r = banco().console(Method::GET, &dove, &[], "").await;
    let nome = r.testate["content-disposition"].to_str().expect("ascii").to_owned();
    let p = vedi_api("/api/percorso/prefetture/QB").await;
    let postazione = p["postazione"].as_str().expect("its id");
    assert_eq!(nome, format!("attachment; filename=\"{postazione}.p12\""));
    let testo = pec[0]["testo"].as_str().expect("text");
    let password = testo
        .lines()
        .find_map(|r| r.strip_prefix("Password del primo certificato: "))
        .expect("the password");
    let tutti = banco().sim.certificati(servizi::FiltroCertificati::default()).expect("list");
    let suo = tutti.iter().find(|c| c["id"] == postazione).expect("issued");
    assert_eq!((&suo["password"], &suo["stato"]), (&json!(password), &json!("attivo")));
    let byte = std::fs::read(suo["p12"].as_str().expect("a file")).expect("read");
    assert_eq!(certs::certificati_del_p12(&byte, password).expect("opens").len(), 2);
    // A second change brings no second one; another Prefettura cannot read it.
    fatto(&invia(&alp, "/prefettura/utenti", "azione=postazioni&postazioni=3").await);
    assert_eq!(posta("888018", "Primo certificato").await.len(), 1);
    let altra = prefettura("XX", "ALP").await;
    let r = vedi(&altra, &format!("/prefettura/posta/{id}/allegati/0")).await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_censimento_registers_people_and_orders_cards() {
    let _turno = turno("2021-03-01").await;
    nuovo_comune("888019").await;
    let io = cnsd("888019").await;
    let dove = "/servizidemografici/censimento";
    assert!(vedi(&io, dove).await.testo.contains("Prima la scheda"));
    let r = invia(&io, dove, "azione=esempio").await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    metti("/api/percorso/comuni/888019/scheda", &scheda("2022-06-01")).await;
    // An empty one is not sent, and says what it lacks.
    let r = invia(&io, dove, "azione=invia&conferma=si").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    for campo in ["responsabile", "pec", "postazioni", "indirizzi", "persone"] {
        assert!(
            r.testo.contains(&format!("href=\"#{campo}\"")),
            "{campo}: {}",
            r.testo
        );
    }
    let dati = "azione=dati&responsabile=PROVA+ANNA&emailResponsabile=anna%40comune.example\
                &pec=protocollo%40comune.pec.example&postazioni=2&indirizzi=";
    let r = invia(&io, dove, &format!("{dati}192.0.2.300")).await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(r.testo.contains("href=\"#indirizzi\""), "{}", r.testo);
    fatto(&invia(&io, dove, &format!("{dati}192.0.2.0%2F24+127.0.0.1")).await);
    let r = invia(&io, dove, "azione=invia").await;
    assert!(r.testo.contains("href=\"#conferma\""), "{}", r.testo);
    let r = invia(&io, dove, "azione=invia&conferma=si").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(r.testo.contains("serve un sindaco"), "{}", r.testo);
    let r = invia(
        &io,
        dove,
        "azione=aggiungi&codiceFiscale=RSSMRA80A01H501A&cognome=&nome=MARIO&email=x&incarico=SINDACO",
    )
    .await;
    for campo in ["codiceFiscale", "cognome", "email"] {
        assert!(
            r.testo.contains(&format!("href=\"#{campo}\"")),
            "{campo}: {}",
            r.testo
        );
    }
    fatto(&invia(&io, dove, "azione=esempio").await);
    let k = vedi_api("/api/percorso/comuni/888019/censimento").await;
    let cf = |n: usize| k["persone"][n]["codiceFiscale"].as_str().expect("cf").to_owned();
    assert_eq!(
        vedi_api("/api/comuni/888019/operatori").await,
        json!([]),
        "a draft registers nobody"
    );
    fatto(&invia(&io, dove, "azione=invia&conferma=si").await);
    let q = vedi_api("/api/percorso/comuni/888019").await;
    assert_eq!(
        (&q["caso"]["id"], &q["stato"]),
        (&json!("P02"), &json!("CENSITO"))
    );
    let comune = vedi_api("/api/comuni/888019").await;
    assert_eq!(comune["pec"], "protocollo@comune.pec.example");
    assert_eq!(
        comune["configurazione"]["indirizziIp"],
        json!(["192.0.2.0/24", "127.0.0.1"])
    );
    // Operators as they will be: with a card to be activated, or for the services only.
    for (n, stato, ruoli) in [
        (0, "scheda da attivare", json!(["SINDACO"])),
        (1, "scheda da attivare", json!(["OPERATORE"])),
        (3, "attivo", json!(["OPERATORE"])),
    ] {
        let o = vedi_api(&format!("/api/comuni/888019/operatori/{}", cf(n))).await;
        assert_eq!((&o["stato"], &o["ruoli"]), (&json!(stato), &ruoli), "{n}");
        assert_eq!(o["funzioni"], json!([]), "profiles are the ALS's to give");
    }
    let carte = vedi_api("/api/percorso/comuni/888019/smart-card").await;
    let carte = carte.as_array().expect("cards");
    assert_eq!(carte.len(), 3, "who works through the gestionale has none");
    assert!(carte.iter().all(|c| c["stato"] == "IN_PRODUZIONE"));
    // Seven days of production: on the eighth of March the parcel leaves and the Prefettura knows.
    assert_eq!(
        invia(&io, dove, "azione=invia&conferma=si").await.stato,
        StatusCode::CONFLICT
    );
    metti("/api/orologio", &json!({"oggi": "2021-03-07"})).await;
    assert!(posta("888019", "Smart card spedite").await.is_empty());
    metti("/api/orologio", &json!({"oggi": "2021-03-08"})).await;
    assert_eq!(
        posta("888019", "Smart card spedite").await[0]["casella"],
        "PREFETTURA XX"
    );
    let pagina = vedi(&io, "/servizidemografici/carte").await.testo;
    assert!(pagina.contains("in viaggio verso la Prefettura"), "{pagina}");
    assert!(!pagina.contains("consegnati al Comune"), "{pagina}");
    metti("/api/orologio", &json!({"oggi": "2021-03-13"})).await;
    let pagina = vedi(&io, "/servizidemografici/carte").await.testo;
    assert!(
        pagina.contains("consegnati al Comune"),
        "the readers go straight there"
    );
    // Somebody more, later: a parcel of his own. Who was sent is not taken back.
    let r = invia(&io, dove, &format!("azione=togli&persona={}", cf(1))).await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_is_handed_over_in_its_turn_to_who_may_take_it() {
    let _turno = turno("2021-03-01").await;
    let k = fino_al_censimento("888020").await;
    let sindaco = k["persone"][0]["codiceFiscale"].as_str().expect("cf").to_owned();
    let plico = "/api/percorso/plichi/888020-1";
    rifiuto(
        Method::POST,
        &format!("{plico}/registrazione"),
        &Value::Null,
        409,
        "il plico parte il 08/03/2021",
    )
    .await;
    metti("/api/orologio", &json!({"oggi": "2021-03-10"})).await;
    let (als, ope) = (prefettura("XX", "ALS").await, prefettura("XX", "OPE").await);
    let dove = "/prefettura/plichi/888020-1";
    let consegna = format!("azione=consegna&identita=si&ricevente={sindaco}");
    assert!(vedi(&ope, "/prefettura/plichi").await.testo.contains("888020-1"));
    assert_eq!(
        invia(&als, dove, "azione=convoca&giorno=2021-03-12").await.stato,
        StatusCode::CONFLICT
    );
    fatto(&invia(&ope, dove, "azione=registra").await);
    assert_eq!(
        invia(&ope, dove, "azione=registra").await.stato,
        StatusCode::CONFLICT
    );
    // The hand-over asks for the card of the ALS.
    assert_eq!(invia(&als, dove, &consegna).await.stato, StatusCode::FORBIDDEN);
    let carta = ordina("/api/percorso/prefetture/XX/carte", &json!({"nome": "PREFXXALS"})).await;
    let als = con_carta_in_prefettura(der(carta["id"].as_str().expect("id")).await).await;
    let r = invia(&als, dove, &consegna).await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("convocato il sindaco"), "{}", r.testo);
    assert_eq!(
        invia(&ope, dove, "azione=convoca&giorno=2021-03-09").await.stato,
        StatusCode::CONFLICT,
        "not into the past"
    );
    fatto(&invia(&ope, dove, "azione=convoca&giorno=2021-03-12").await);
    assert_eq!(
        posta("888020", "Convocazione del sindaco per il 12/03/2021")
            .await
            .len(),
        1
    );
    // Who hands over, and to whom.
    assert_eq!(invia(&ope, dove, &consegna).await.stato, StatusCode::FORBIDDEN);
    let senza = format!("azione=consegna&ricevente={sindaco}");
    assert_eq!(invia(&als, dove, &senza).await.stato, StatusCode::BAD_REQUEST);
    let estraneo = "azione=consegna&identita=si&ricevente=PRTCMN70A01Y001X";
    let r = invia(&als, dove, estraneo).await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("non può ritirare il plico"), "{}", r.testo);
    assert!(posta("888020", "Codici della smart card").await.is_empty());
    fatto(&invia(&als, dove, &consegna).await);
    assert_eq!(
        invia(&als, dove, &consegna).await.stato,
        StatusCode::CONFLICT,
        "once"
    );
    // The envelope of the sindaco here, the other half in his own mailbox and nowhere else.
    let pagina = vedi(&als, dove).await.testo;
    let codici = posta("888020", "Codici della smart card").await;
    assert_eq!((codici.len(), &codici[0]["casella"]), (1, &json!(sindaco)));
    let busta = vedi_api("/api/percorso/comuni/888020/smart-card/888020-SC-0001/busta").await;
    assert!(pagina.contains(busta["pin"].as_str().expect("half")));
    assert!(!pagina.contains(&meta(&codici[0], "del PIN")));
    let io = cnsd("888020").await;
    let casella = vedi(&io, "/servizidemografici/posta").await.testo;
    assert!(casella.contains("Smart card consegnate") && !casella.contains("Codici della smart card"));
    let id = codici[0]["id"].as_str().expect("id");
    assert_eq!(
        vedi(&io, &format!("/servizidemografici/posta/{id}")).await.stato,
        StatusCode::NOT_FOUND
    );
    // A delegate, at another Comune: any registered operator of it.
    let k = fino_al_censimento("888021").await;
    metti("/api/orologio", &json!({"oggi": "2021-03-20"})).await;
    let plico = "/api/percorso/plichi/888021-1";
    ordina(&format!("{plico}/registrazione"), &Value::Null).await;
    ordina(&format!("{plico}/convocazione"), &json!({"giorno": "2021-03-20"})).await;
    let p = ordina(
        &format!("{plico}/consegna"),
        &json!({"ricevente": k["persone"][3]["codiceFiscale"]}),
    )
    .await;
    assert_eq!(p["consegna"]["delegato"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sindaco_names_and_cards_reach_their_holders_in_two_halves() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    let carte = fino_alla_consegna("888022").await;
    let titolare = |n: usize| carte[n]["titolare"].as_str().expect("cf").to_owned();
    let numero = |n: usize| carte[n]["numero"].as_str().expect("number").to_owned();
    let (sindaco, als) = (numero(0), numero(1));
    let base = "/api/percorso/comuni/888022";
    let stato = async |n: usize| {
        let tutte = vedi_api(&format!("{base}/smart-card")).await;
        tutte[n]["stato"].as_str().expect("state").to_owned()
    };
    assert_eq!(
        (stato(0).await.as_str(), stato(1).await.as_str()),
        ("DA_ATTIVARE", "AL_COMUNE")
    );
    // Before he activates it his card opens nothing, and nobody is named.
    let sua = der(vedi_api(&format!("{base}/smart-card")).await[0]["carta"]
        .as_str()
        .expect("card"))
    .await;
    let no = b.entra_con_carta(SUB, sua.clone()).await.err().expect("refused");
    assert!(no.testo.contains("Scheda da attivare"), "{}", no.testo);
    let nomine = json!({"als": titolare(1), "alp": titolare(2)});
    rifiuto(
        Method::POST,
        &format!("{base}/nomine"),
        &nomine,
        409,
        "attiva la sua smart card",
    )
    .await;
    // He does it himself, on the public page, with both halves.
    let intero = pin("888022", &sindaco).await;
    let attiva = async |numero: &str, codice: &str, azione: &str| {
        let modulo = b.pagina(SUB, "/servizidemografici/attivazione", "").await;
        let biscotto = modulo.testate["set-cookie"].to_str().expect("ascii");
        let biscotto = biscotto.split(';').next().unwrap_or_default().to_owned();
        let csrf = banco::valore(&modulo.testo, "csrf");
        let corpo = format!(
            "csrf={csrf}&azione={azione}&numero={numero}&codice={}",
            codifica(codice)
        );
        let testate = [MODULO, ("cookie", biscotto.as_str())];
        b.ambiente(
            SUB,
            Method::POST,
            "/servizidemografici/attivazione",
            &testate,
            &corpo,
        )
        .await
    };
    let r = attiva(&sindaco, &intero[..4], "attiva").await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(
        r.testo.contains("restano 2 tentativi"),
        "half a PIN is none: {}",
        r.testo
    );
    let r = attiva(&sindaco, &intero, "attiva").await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.testo);
    let r = attiva(&sindaco, &intero, "scarica").await;
    assert_eq!(r.testate["content-type"], "application/x-pkcs12");
    let io = b.entra_con_carta(SUB, sua).await.expect("in");

    // C05: he names, with the card. The first mistakes.
    let pagina = "/combas/sicurezza/smart-card";
    let nomina = format!("azione=nomina&als={}&alp={}", titolare(1), titolare(2));
    rifiuto(
        Method::POST,
        &format!("{base}/nomine"),
        &json!({"als": titolare(0), "alp": titolare(2)}),
        409,
        "nomina e non è nominato",
    )
    .await;
    let registra = |n: &str| format!("azione=registra&numero={n}");
    let r = invia(&io, pagina, &registra(&als)).await;
    assert!(r.testo.contains("nomina ALS e ALP"), "{}", r.testo);
    // With the password alone (it is the card's, both halves) he may look and not act.
    let busta = vedi_api(&format!("{base}/smart-card/{sindaco}/busta")).await;
    let messaggio = &posta("888022", &sindaco).await[0];
    let password = format!(
        "{}{}",
        busta["password"].as_str().expect("half"),
        meta(messaggio, "della password")
    );
    let senza = b.entra_come(SUB, &titolare(0), &password).await;
    assert_eq!(invia(&senza, pagina, &nomina).await.stato, StatusCode::FORBIDDEN);
    let io = {
        fatto(&invia(&io, pagina, &nomina).await);
        io
    };
    for (n, ruolo) in [(1, "ALS"), (2, "ALP")] {
        let o = vedi_api(&format!("/api/comuni/888022/operatori/{}", titolare(n))).await;
        assert!(
            o["ruoli"].as_array().expect("roles").contains(&json!(ruolo)),
            "{o}"
        );
        assert!(
            o["ambienti"].as_array().expect("places").contains(&json!("test")),
            "C11: {o}"
        );
    }
    // C08: as many certificates of postazioni as were declared.
    let certificati = vedi_api("/api/certificati?comune=888022").await;
    let tipi = |t: &str| {
        let tutti = certificati.as_array().expect("certificates");
        tutti.iter().filter(|c| c["tipo"] == t).count()
    };
    assert_eq!((tipi("PC"), tipi("CO")), (2, 1));

    // The ALS's card by the sindaco, and by nobody else; the others by the ALS.
    let r = invia(&io, pagina, &registra(&numero(2))).await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    fatto(&invia(&io, pagina, &registra(&als)).await);
    assert_eq!(
        invia(&io, pagina, &registra(&als)).await.stato,
        StatusCode::CONFLICT
    );
    let busta = vedi(&io, &format!("{pagina}/{als}")).await.testo;
    let seconda = meta(&posta("888022", &als).await[0], "del PIN");
    let intero = pin("888022", &als).await;
    assert!(
        busta.contains(&intero[..4]) && !busta.contains(&seconda),
        "{busta}"
    );
    let operatore = vedi(&io, &format!("/combas/sicurezza/operatori/{}", titolare(1)))
        .await
        .testo;
    assert!(
        operatore.contains("il PIN della smart card") && !operatore.contains(&intero),
        "{operatore}"
    );
    assert_eq!(attiva(&als, &intero, "attiva").await.stato, StatusCode::OK);
    let sua = vedi_api(&format!("{base}/smart-card")).await[1]["carta"].clone();
    let lui = b
        .entra_con_carta(SUB, der(sua.as_str().expect("card")).await)
        .await
        .expect("in");
    assert_eq!(
        invia(&lui, pagina, &nomina).await.stato,
        StatusCode::FORBIDDEN,
        "the ALS names nobody"
    );
    assert_eq!(
        vedi(&lui, &format!("{pagina}/{als}")).await.stato,
        StatusCode::NOT_FOUND,
        "the envelope is of who handed it over"
    );
    fatto(&invia(&lui, pagina, &registra(&numero(2))).await);
    // Three wrong PINs block, the PUK opens.
    let terza = numero(2);
    for (atteso, frase) in [(409, "restano 2"), (409, "restano 1"), (409, "bloccata")] {
        let r = attiva(&terza, "00000000", "attiva").await;
        assert_eq!(r.stato.as_u16(), atteso, "{}", r.testo);
        assert!(r.testo.contains(frase), "{frase}: {}", r.testo);
    }
    assert_eq!(stato(2).await, "BLOCCATA");
    let intero = pin("888022", &terza).await;
    assert_eq!(
        attiva(&terza, &intero, "attiva").await.stato,
        StatusCode::CONFLICT
    );
    let busta = vedi_api(&format!("{base}/smart-card/{terza}/busta")).await;
    let puk = format!(
        "{}{}",
        busta["puk"].as_str().expect("half"),
        meta(&posta("888022", &terza).await[0], "del PUK")
    );
    assert_eq!(
        attiva(&terza, "11111111", "sblocca").await.stato,
        StatusCode::CONFLICT
    );
    // Five wrong PUKs are too many even for the right one: the support's turn.
    for _ in 0..4 {
        attiva(&terza, "11111111", "sblocca").await;
    }
    let r = attiva(&terza, &puk, "sblocca").await;
    assert!(r.testo.contains("La sblocca l&#39;assistenza"), "{}", r.testo);
    let sblocca = format!("azione=sblocca&numero={terza}");
    let r = b
        .console(Method::POST, "/percorso/888022", &[MODULO], &sblocca)
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
    // And blocked anew, the PUK is enough.
    for _ in 0..3 {
        attiva(&terza, "00000000", "attiva").await;
    }
    assert_eq!(attiva(&terza, &puk, "sblocca").await.stato, StatusCode::OK);
    assert_eq!(attiva(&terza, &intero, "attiva").await.stato, StatusCode::OK);
    assert_eq!(stato(2).await, "ATTIVA");
    // C07: the ALS gives the profile, on the page that was there.
    let q = vedi_api(base).await;
    assert_eq!(q["prossimo"], "C07", "{q}");
    let profilo = "azione=profilo&ruolo=OPERATORE&funzioni=3002+5001&ambiente=pre&ambiente=sub";
    let solo_servizi = vedi_api(&format!("{base}/censimento")).await["persone"][3]["codiceFiscale"].clone();
    let suo = format!(
        "/combas/sicurezza/operatori/{}",
        solo_servizi.as_str().expect("cf")
    );
    fatto(&invia(&lui, &suo, profilo).await);
    let q = vedi_api(base).await;
    assert_eq!(q["prossimo"], "M06", "{q}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_area_opens_another_and_nobody_sees_anothers_data() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    fino_al_censimento("888023").await;
    ordina("/api/comuni", &json!({"istat": "888024", "provincia": "QC"})).await;
    metti("/api/orologio", &json!({"oggi": "2021-03-10"})).await;
    let (io, qc) = (cnsd("888024").await, prefettura("QC", "ALS").await);
    // Another province's parcels and Comuni do not exist.
    assert_eq!(
        vedi(&qc, "/prefettura/plichi/888023-1").await.stato,
        StatusCode::NOT_FOUND
    );
    for campi in ["azione=registra", "azione=convoca&giorno=2021-03-12"] {
        let r = invia(&qc, "/prefettura/plichi/888023-1", campi).await;
        assert_eq!(r.stato, StatusCode::NOT_FOUND, "{campi}");
    }
    let carte = vedi_api("/api/percorso/comuni/888023/smart-card").await;
    assert_eq!(carte[0]["stato"], "IN_VIAGGIO");
    assert!(!vedi(&qc, "/prefettura/schede").await.testo.contains("888023"));
    // A responsabile has his Comune only, whatever he writes.
    for dove in [
        "/servizidemografici",
        "/servizidemografici/censimento",
        "/servizidemografici/carte",
    ] {
        let r = vedi(&io, &format!("{dove}?comune=888023&istat=888023")).await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        assert!(!r.testo.contains("888023"), "{dove}");
    }
    let altrui = &posta("888023", "Censimento ricevuto").await[0];
    let dove = format!("/servizidemografici/posta/{}", altrui["id"].as_str().expect("id"));
    assert_eq!(vedi(&io, &dove).await.stato, StatusCode::NOT_FOUND);
    assert_eq!(vedi(&cnsd("888023").await, &dove).await.stato, StatusCode::OK);
    // One area's key under the other's name, and under those of the web application.
    let chiave = |e: &Entrato| e.biscotto.split('=').nth(1).expect("a key").to_owned();
    for (biscotto, dove) in [
        (
            format!("__Host-anpr-prefettura={}", chiave(&io)),
            "/prefettura/plichi",
        ),
        (
            format!("__Host-anpr-privata={}", chiave(&qc)),
            "/servizidemografici/scheda",
        ),
        (format!("__Host-anpr-sub={}", chiave(&io)), "/combas/invio"),
        (format!("__Host-anpr-sub={}", chiave(&qc)), "/combas/invio"),
    ] {
        assert_eq!(
            b.pagina(SUB, dove, &biscotto).await.stato,
            StatusCode::UNAUTHORIZED,
            "{dove}"
        );
    }
    let wa = b.entra(SUB, "888004").await;
    for (nome, dove) in [
        ("privata", "/servizidemografici/scheda"),
        ("prefettura", "/prefettura/plichi"),
    ] {
        let biscotto = format!("__Host-anpr-{nome}={}", chiave(&wa));
        assert_eq!(
            b.pagina(SUB, dove, &biscotto).await.stato,
            StatusCode::UNAUTHORIZED,
            "{dove}"
        );
    }
    // The areas are at the subentro only.
    for a in [Ambiente::Test, Ambiente::Pre] {
        for dove in ["/servizidemografici", "/prefettura"] {
            assert_eq!(b.pagina(a, dove, "").await.stato, StatusCode::NOT_FOUND, "{dove}");
        }
    }
    // An operator enters the private area when the role is his, and only then.
    let nome = "RESPONSABILECNSD";
    let dove = format!("/api/comuni/888004/operatori/{nome}");
    metti(&dove, &json!({"password": "parola-sua", "ruoli": ["OPERATORE"]})).await;
    let r = b.prova_area("privata", nome, "parola-sua").await;
    assert_eq!(r.stato, StatusCode::UNAUTHORIZED);
    metti(&dove, &json!({"ruoli": ["RESPONSABILE_CNSD"]})).await;
    let suo = b.entra_in_area("privata", nome, "parola-sua").await;
    assert!(vedi(&suo, "/servizidemografici").await.testo.contains("888004"));
    metti(&dove, &json!({"ruoli": ["OPERATORE"]})).await;
    assert_eq!(
        vedi(&suo, "/servizidemografici/scheda").await.stato,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_delayed_a_key_is_new_and_forms_have_their_token() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    nuovo_comune("888025").await;
    let io = cnsd("888025").await;
    let prima = cnsd("888025").await;
    assert_ne!(io.biscotto, prima.biscotto, "each login makes its key");
    // Without the token, or with another's, nothing happens.
    let altro = cnsd("888004").await;
    for csrf in ["", altro.csrf.as_str()] {
        let falso = Entrato {
            biscotto: io.biscotto.clone(),
            testata: String::new(),
            csrf: csrf.to_owned(),
        };
        let campi = "soluzione=WA&postazioni=1&inizioProve=2022-06-01";
        let r = invia(&falso, "/servizidemografici/scheda", campi).await;
        assert_eq!(r.stato, StatusCode::FORBIDDEN);
    }
    assert!(vedi_api("/api/percorso/comuni/888025/scheda").await.is_null());
    // From a page of another site neither.
    let corpo = format!(
        "csrf={}&soluzione=WA&postazioni=1&inizioProve=2022-06-01",
        io.csrf
    );
    let testate = [
        MODULO,
        ("cookie", io.biscotto.as_str()),
        ("origin", "https://malvagio.example"),
    ];
    let r = b
        .ambiente(SUB, Method::POST, "/servizidemografici/scheda", &testate, &corpo)
        .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    // A planted key is nobody's.
    let piantata = format!("__Host-anpr-privata={}", "0".repeat(64));
    assert_eq!(
        b.pagina(SUB, "/servizidemografici/scheda", &piantata).await.stato,
        StatusCode::UNAUTHORIZED
    );
    // After some failures the name waits, in that area, and the good password waits too.
    for _ in 0..4 {
        let r = b.prova_area("privata", "CNSD888025", "sbagliata").await;
        assert_eq!(r.stato, StatusCode::UNAUTHORIZED);
    }
    let q = vedi_api("/api/percorso/comuni/888025").await;
    let giusta = q["areaPrivata"]["password"].as_str().expect("password");
    let r = b.prova_area("privata", "CNSD888025", giusta).await;
    assert_eq!(r.stato, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(vedi(&io, "/servizidemografici").await.stato, StatusCode::OK);
    // Out is out.
    fatto(&invia(&io, "/servizidemografici/esci", "").await);
    assert_eq!(
        vedi(&io, "/servizidemografici/scheda").await.stato,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_text_on_every_page() {
    let _turno = turno("2021-03-01").await;
    const CATTIVO: &str = "<script>alert(1)</script>";
    ordina(
        "/api/comuni",
        &json!({"istat": "888026", "nome": format!("\"{CATTIVO}"), "provincia": "QD"}),
    )
    .await;
    let base = "/api/percorso/comuni/888026";
    metti(&format!("{base}/scheda"), &scheda("2022-06-01")).await;
    ordina(&format!("{base}/censimento/esempio"), &Value::Null).await;
    let mut k = vedi_api(&format!("{base}/censimento")).await;
    k["persone"][0]["cognome"] = json!(CATTIVO);
    k["persone"][1]["nome"] = json!(format!("'\">{CATTIVO}"));
    k["responsabile"]["nominativo"] = json!(CATTIVO);
    metti(&format!("{base}/censimento"), &k).await;
    ordina(&format!("{base}/censimento/invio"), &Value::Null).await;
    metti("/api/orologio", &json!({"oggi": "2021-03-10"})).await;
    let (io, pref) = (cnsd("888026").await, prefettura("QD", "ALS").await);
    for (chi, dove) in [
        (&io, "/servizidemografici"),
        (&io, "/servizidemografici/censimento"),
        (&io, "/servizidemografici/carte"),
        (&io, "/servizidemografici/posta"),
        (&io, "/servizidemografici/scheda/ricevuta"),
        (&pref, "/prefettura"),
        (&pref, "/prefettura/schede"),
        (&pref, "/prefettura/plichi"),
        (&pref, "/prefettura/plichi/888026-1"),
        (&pref, "/prefettura/posta"),
    ] {
        let r = vedi(chi, dove).await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        banco::dovute(&r, dove);
        assert!(!r.testo.contains(CATTIVO), "{dove}");
    }
    let riga = vedi(&pref, "/prefettura/plichi/888026-1").await.testo;
    assert!(riga.contains("&#60;script&#62;"), "{riga}");
    for dove in ["/percorso", "/percorso/888026", "/comuni/888026"] {
        let r = banco().console(Method::GET, dove, &[], "").await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        banco::dovute(&r, dove);
        assert!(!r.testo.contains(CATTIVO), "{dove}");
    }
    let r = invia(
        &io,
        "/servizidemografici/censimento",
        &format!(
            "azione=aggiungi&codiceFiscale={}&cognome=A&nome=B&email=x",
            codifica(CATTIVO)
        ),
    )
    .await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(
        !r.testo.contains("<SCRIPT>") && !r.testo.contains(CATTIVO),
        "{}",
        r.testo
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_the_areas_owe_what_every_page_owes() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    nuovo_comune("888027").await;
    for dove in [
        "/servizidemografici",
        "/servizidemografici/attivazione",
        "/prefettura",
    ] {
        let r = b.pagina(SUB, dove, "").await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        banco::dovute(&r, dove);
    }
    let (io, pref) = (cnsd("888027").await, prefettura("XX", "ALS").await);
    for (chi, dove) in [
        (&io, "/servizidemografici"),
        (&io, "/servizidemografici/scheda"),
        (&io, "/servizidemografici/censimento"),
        (&io, "/servizidemografici/carte"),
        (&io, "/servizidemografici/posta"),
        (&pref, "/prefettura"),
        (&pref, "/prefettura/schede"),
        (&pref, "/prefettura/plichi"),
        (&pref, "/prefettura/utenti"),
        (&pref, "/prefettura/posta"),
    ] {
        let r = vedi(chi, dove).await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        banco::dovute(&r, dove);
        assert!(r.testo.contains("aria-current=\"page\""), "{dove}");
    }
    // A form gone wrong is a page like the others.
    let r = invia(&io, "/servizidemografici/scheda", "").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    banco::dovute(&r, "the wrong scheda");
    for dove in [
        "/servizidemografici/altro",
        "/prefettura/plichi/..%2f..%2fx",
        "/prefettura/plichi/888001-9",
    ] {
        let chi = if dove.starts_with("/prefettura") {
            &pref
        } else {
            &io
        };
        assert_eq!(vedi(chi, dove).await.stato, StatusCode::NOT_FOUND, "{dove}");
    }
    let wa = b.entra(SUB, "888004").await;
    let r = vedi(&wa, "/combas/sicurezza/smart-card").await;
    assert_eq!(r.stato, StatusCode::OK);
    banco::dovute(&r, "smart card");
    // The real host leads in; a page of the environment under that name is still there.
    let testate = [("host", "servizidemografici.interno.it")];
    let r = b.ambiente(SUB, Method::GET, "/", &testate, "").await;
    assert_eq!(r.testate["location"], "/servizidemografici");
    let r = b.ambiente(SUB, Method::GET, "/combas", &testate, "").await;
    assert_eq!(r.stato, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ready_comuni_have_done_it_all_and_can_be_put_back() {
    let _turno = turno("2021-03-01").await;
    let pronti = vedi_api("/api/ready").await;
    let primo = &pronti["comuni"][8];
    let testo = |n: &str| primo["areaPrivata"][n].as_str().expect("text").to_owned();
    banco()
        .entra_in_area("privata", &testo("utente"), &testo("password"))
        .await;
    let q = vedi_api("/api/percorso/comuni/888009").await;
    assert_eq!(
        (&q["caso"]["id"], &q["inRitardo"], &q["prossimo"]),
        (&json!("P02"), &json!(false), &json!("P02")),
        "{q}"
    );
    assert_eq!(vedi_api("/api/percorso/comuni/888002").await["caso"]["id"], "P03");
    let prima = posta("888009", "").await.len();
    // The console gives any state, and the beginning only when that is confirmed.
    let console = async |campi: &str| {
        banco()
            .console(Method::POST, "/percorso/888009", &[MODULO], campi)
            .await
            .stato
    };
    assert_eq!(console("azione=stato&stato=9").await, StatusCode::BAD_REQUEST);
    assert_eq!(console("azione=stato&stato=2").await, StatusCode::SEE_OTHER);
    let q = vedi_api("/api/percorso/comuni/888009").await;
    assert_eq!(q["stato"], "PRESUBENTRATO");
    assert_eq!(console("azione=inizio").await, StatusCode::BAD_REQUEST);
    assert_eq!(console("azione=inizio&conferma=si").await, StatusCode::SEE_OTHER);
    let q = vedi_api("/api/percorso/comuni/888009").await;
    assert_eq!((&q["caso"]["id"], &q["prossimo"]), (&json!("P01"), &json!("M01")));
    assert!(vedi_api("/api/percorso/comuni/888009/scheda").await.is_null());
    // Uploads ask nothing of all this.
    metti("/api/percorso/comuni/888009/scheda", &scheda("2022-06-01")).await;
    assert_eq!(posta("888009", "").await.len(), prima + 1);
    metti(
        "/api/comuni/888009",
        &json!({"stato": "INATTIVO_SENZA_CENSIMENTO"}),
    )
    .await;
    metti("/api/comuni/888009", &json!({"stato": "CENSITO"})).await;
    assert_eq!(
        vedi_api("/api/percorso/comuni/888009").await["prossimo"],
        "P02",
        "as from the first start"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_of_the_prefettura_opens_its_area_and_nothing_else() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    ordina("/api/comuni", &json!({"istat": "888028", "provincia": "QE"})).await;
    let carte = "/api/percorso/prefetture/QE/carte";
    rifiuto(
        Method::POST,
        carte,
        &json!({"nome": "PREFXXALS"}),
        404,
        "Nessun utente",
    )
    .await;
    let carta = ordina(carte, &json!({"nome": "PREFQEALS"})).await;
    let id = carta["id"].as_str().expect("id").to_owned();
    let sua = der(&id).await;
    let io = con_carta_in_prefettura(sua.clone()).await;
    let r = vedi(&io, "/prefettura/schede").await;
    assert!(
        r.testo.contains("888028") && !r.testo.contains("888001"),
        "{}",
        r.testo
    );
    // Not the web application: there he is nobody.
    let no = b.entra_con_carta(SUB, sua.clone()).await.err().expect("refused");
    assert!(no.testo.contains("Operatore non censito"), "{}", no.testo);
    // Nor does an operator's card open the Prefettura, nor no card at all.
    let operatore = vedi_api("/api/comuni/888004/operatori").await[0]["nameId"].clone();
    let altrui = ordina("/api/carte", &json!({"comune": "888004", "nameId": operatore})).await;
    let altrui = der(altrui["id"].as_str().expect("id")).await;
    let r = b.carta_con("/prefettura/com", altrui).await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    banco::dovute(&r, "an operator's card at the Prefettura");
    assert_eq!(b.carta("/prefettura/com").await.stato, StatusCode::UNAUTHORIZED);
    // A ticket of the Prefettura is none of the web application's, is good once, and for this browser only.
    let (biglietto, tenuto) = biglietto_di_prefettura(sua.clone()).await;
    let altro = tenuto.replace("prefettura-carta", "sub-carta");
    let r = b.pagina(SUB, &format!("/com/entra?{biglietto}"), &altro).await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    let dove = format!("/prefettura/carta/entra?{biglietto}");
    assert_eq!(
        b.pagina(SUB, &dove, &tenuto).await.stato,
        StatusCode::FORBIDDEN,
        "tried is used"
    );
    let (biglietto, tenuto) = biglietto_di_prefettura(sua.clone()).await;
    let dove = format!("/prefettura/carta/entra?{biglietto}");
    let straniero = format!("__Host-anpr-prefettura-carta={}", "0".repeat(64));
    assert_eq!(
        b.pagina(SUB, &dove, &straniero).await.stato,
        StatusCode::FORBIDDEN
    );
    assert_eq!(b.pagina(SUB, &dove, &tenuto).await.stato, StatusCode::FORBIDDEN);
    // Revoked, its session is over.
    let (stato, _) = chiama(Method::DELETE, &format!("/api/carte/{id}"), &Value::Null).await;
    assert_eq!(stato, StatusCode::OK);
    assert_eq!(
        vedi(&io, "/prefettura/schede").await.stato,
        StatusCode::UNAUTHORIZED
    );
    let r = b.carta_con("/prefettura/com", sua).await;
    assert!(r.testo.contains("Carta revocata"), "{}", r.testo);
}

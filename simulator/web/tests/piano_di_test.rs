//! The test plan on pages, as a file and by the API; who sees whose; the preliminary file and its reminder.

mod banco;

use anagrafe::{Ambiente, CodiceIstat};
use banco::{
    Entrato,
    api::{metti, ordina, vedi_api},
    banco, dovute,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

const SUB: Ambiente = Ambiente::Sub;

/// The tests share one clock.
async fn turno(oggi: &str) -> MutexGuard<'static, ()> {
    static TURNO: Mutex<()> = Mutex::const_new(());
    let turno = TURNO.lock().await;
    metti("/api/orologio", &json!({"oggi": oggi})).await;
    let scadenze = json!({"scheda": "2021-12-31", "anticipoProveMesi": 2});
    metti("/api/percorso/scadenze", &scadenze).await;
    turno
}

async fn piano(istat: &str) -> Value {
    vedi_api(&format!("/api/comuni/{istat}/piano-di-test")).await
}

fn caso<'v>(p: &'v Value, id: &str) -> &'v Value {
    p["casi"]
        .as_array()
        .expect("cases")
        .iter()
        .find(|c| c["id"] == id)
        .expect(id)
}

async fn cnsd(istat: &str) -> Entrato {
    let q = vedi_api(&format!("/api/percorso/comuni/{istat}")).await;
    let testo = |n: &str| q["areaPrivata"][n].as_str().expect("text").to_owned();
    banco()
        .entra_in_area("privata", &testo("utente"), &testo("password"))
        .await
}

async fn software_house(nome: &str) -> Entrato {
    let tutte = vedi_api("/api/percorso/software-house").await;
    let sua = tutte.as_array().expect("list").iter().find(|s| s["nome"] == nome);
    let password = sua.expect("there")["password"]
        .as_str()
        .expect("password")
        .to_owned();
    banco().entra_in_area("dashboard", nome, &password).await
}

async fn carica(istat: &str, versione: u16, anomalie: &[(&str, u64)], solo_apr: bool) {
    carica_solo(istat, versione, anomalie, if solo_apr { "APR" } else { "" }).await;
}

/// The files of a delivery whose names have a text.
async fn carica_solo(istat: &str, versione: u16, anomalie: &[(&str, u64)], quali: &str) {
    let richiesta = generatore::Richiesta {
        comune: CodiceIstat::parse(istat).expect("code"),
        versione,
        abitanti: 40,
        aire: 1,
        invii: Some(1),
        max_invii: None,
        seed: 1,
        oggi: anagrafe::leggi_data("2021-03-01").expect("date"),
        anomalie: anomalie.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect(),
    };
    for (nome, byte) in generatore::in_memoria(&richiesta).expect("generated").file {
        if !nome.contains(quali) {
            continue;
        }
        let dove = format!("/api/forniture?ambiente=test&comune={istat}&nome={nome}");
        let r = banco()
            .console_corpo(
                Method::POST,
                &dove,
                &[("content-type", "application/octet-stream")],
                servizi::http::corpo(byte),
            )
            .await;
        assert_eq!(r.stato, StatusCode::CREATED, "{}", r.testo);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_is_seen_by_its_comune_its_software_house_and_nobody_else() {
    let _turno = turno("2021-03-01").await;
    carica("888004", 1, &[("ES092", 1)], false).await;
    let chi = cnsd("888004").await;
    let pagina = banco()
        .pagina(SUB, "/servizidemografici/piano-di-test", &chi.biscotto)
        .await;
    assert_eq!(pagina.stato, StatusCode::OK);
    dovute(&pagina, "/servizidemografici/piano-di-test");
    for detto in [
        "PT20",
        "888004_SUBAPR_1_1_1.gz",
        "servizio non ancora presente",
        "aria-current=\"page\">Piano di test",
    ] {
        assert!(pagina.testo.contains(detto), "{detto}");
    }
    // The links to what proves it lead to the console.
    assert!(
        pagina.testo.contains("href=\"http://127.0.0.1:8080/forniture/F"),
        "{}",
        pagina.testo
    );
    let pre = banco()
        .pagina(
            SUB,
            "/servizidemografici/piano-di-test?ambiente=pre",
            &chi.biscotto,
        )
        .await;
    assert!(!pre.testo.contains("888004_SUBAPR_1_1_1.gz"));
    for (dove, atteso) in [
        (
            "/servizidemografici/piano-di-test?ambiente=sub",
            StatusCode::BAD_REQUEST,
        ),
        (
            "/servizidemografici/piano-di-test?ambiente=boh",
            StatusCode::BAD_REQUEST,
        ),
    ] {
        assert_eq!(
            banco().pagina(SUB, dove, &chi.biscotto).await.stato,
            atteso,
            "{dove}"
        );
    }
    let csv = banco()
        .pagina(SUB, "/servizidemografici/piano-di-test.csv", &chi.biscotto)
        .await;
    assert_eq!(csv.testate["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        csv.testate["content-disposition"],
        "attachment; filename=\"piano-di-test-888004-test.csv\""
    );
    let righe: Vec<&str> = csv.testo.split("\r\n").collect();
    assert!(
        righe[0].starts_with("SIMULATORE – dati fittizi. Piano di test del Comune 888004"),
        "{}",
        righe[0]
    );
    assert_eq!(
        righe[1],
        "Caso;Gruppo;Titolo;Stato;Volte;Prima volta;Ultima volta;Scambio;Fornitura;Prova"
    );
    let riga = righe.iter().find(|r| r.starts_with("PT20;")).expect("a row");
    assert!(
        riga.contains(";fatto;1;2021-03-01T") && riga.ends_with(";888004_SUBAPR_1_1_1.gz"),
        "{riga}"
    );

    // Its software house, on the list and in full; another one not; the Prefettura and strangers neither.
    let alfa = software_house("SWALFA").await;
    let elenco = banco().pagina(SUB, "/dashboard/subentro", &alfa.biscotto).await;
    dovute(&elenco, "/dashboard/subentro");
    let p = piano("888004").await;
    let quanti = format!("{} su {}", p["fatti"], p["applicabili"]);
    assert!(
        elenco
            .testo
            .contains(&format!("/dashboard/subentro/888004/piano-di-test\">{quanti}<")),
        "{quanti}: {}",
        elenco.testo
    );
    let sua = "/dashboard/subentro/888004/piano-di-test";
    let pagina = banco().pagina(SUB, sua, &alfa.biscotto).await;
    dovute(&pagina, sua);
    assert!(pagina.testo.contains("888004_SUBAPR_1_1_1.gz"));
    let beta = software_house("SWBETA").await;
    for dove in [sua.to_owned(), format!("{sua}.csv")] {
        let r = banco().pagina(SUB, &dove, &beta.biscotto).await;
        assert_eq!(r.stato, StatusCode::NOT_FOUND, "{dove}");
        assert!(!r.testo.contains("SUBAPR"), "{dove}");
        let r = banco().pagina(SUB, &dove, &chi.biscotto).await;
        assert!(
            !r.testo.contains("SUBAPR") && r.testo.contains("name=\"password\""),
            "{dove}"
        );
    }
    let console = banco()
        .console(Method::GET, "/percorso/888004/piano-di-test", &[], "")
        .await;
    dovute(&console, "/percorso/888004/piano-di-test");
    assert!(console.testo.contains("href=\"/forniture/F"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suite_asks_for_its_cases_and_gets_an_outcome() {
    let _turno = turno("2021-03-01").await;
    carica("888005", 1, &[], false).await;
    let tutto = piano("888005").await;
    assert_eq!(
        (&tutto["esito"], &tutto["soluzione"]),
        (&json!("INCOMPLETO"), &json!("WS"))
    );
    for id in ["PT20", "PT22", "PT23"] {
        assert_eq!(caso(&tutto, id)["stato"], "FATTO", "{id}");
        assert_eq!(caso(&tutto, id)["volte"], 1, "{id}");
    }
    assert_eq!(caso(&tutto, "PT62")["stato"], "SERVIZIO_ASSENTE");
    let solo = vedi_api("/api/comuni/888005/piano-di-test?casi=PT20,PT23,PT62").await;
    assert_eq!(
        (
            &solo["esito"],
            &solo["fatti"],
            &solo["applicabili"],
            &solo["mancanti"]
        ),
        (&json!("COMPLETO"), &json!(2), &json!(2), &json!([]))
    );
    let manca = vedi_api("/api/comuni/888005/piano-di-test?casi=PT20,%20PT01").await;
    assert_eq!(
        (&manca["esito"], &manca["mancanti"]),
        (&json!("INCOMPLETO"), &json!(["PT01"]))
    );
    for (dove, atteso) in [
        ("/api/comuni/888005/piano-di-test?casi=PT99", 400),
        ("/api/comuni/888005/piano-di-test?ambiente=sub", 400),
        ("/api/comuni/777777/piano-di-test", 404),
    ] {
        let r = banco().console(Method::GET, dove, &[], "").await;
        assert_eq!(r.stato.as_u16(), atteso, "{dove}: {}", r.testo);
    }
    // The list is downloaded, the message read, the way in taken: by the doors of the Comune.
    let id = banco().fornitura_di(Ambiente::Test, "888005");
    let entrato = banco().entra(Ambiente::Test, "888005").await;
    let liste = vedi_api(&format!("/api/forniture/{id}/liste")).await;
    let lista = liste[0]["nome"].as_str().expect("a list");
    let dove = format!("/combas/esiti/{id}/liste/{lista}");
    assert_eq!(
        banco()
            .pagina(Ambiente::Test, &dove, &entrato.biscotto)
            .await
            .stato,
        StatusCode::OK
    );
    let pec = vedi_api("/api/pec?comune=888005&ambiente=test").await;
    let pec = pec
        .as_array()
        .expect("messages")
        .iter()
        .rfind(|m| m["natura"] == "ESITO");
    let pec = pec.expect("an outcome")["id"].as_str().expect("id").to_owned();
    let dove = format!("/combas/posta/{pec}");
    assert_eq!(
        banco()
            .pagina(Ambiente::Test, &dove, &entrato.biscotto)
            .await
            .stato,
        StatusCode::OK
    );
    let p = vedi_api("/api/comuni/888005/piano-di-test?casi=PT30,PT31,PT40,PT41").await;
    assert_eq!(
        (&p["fatti"], &p["mancanti"]),
        (&json!(3), &json!(["PT41"])),
        "{p}"
    );
    let csv = banco()
        .console(
            Method::GET,
            "/api/comuni/888005/piano-di-test",
            &[("accept", "text/csv")],
            "",
        )
        .await;
    assert!(
        csv.testo.contains("PT30;Esiti;Lista scaricata;fatto;1;"),
        "{}",
        csv.testo
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preliminary_file_is_seen_in_the_test_environment_and_its_lateness_is_reminded_once() {
    let _turno = turno("2021-03-01").await;
    ordina("/api/comuni", &json!({"istat": "888071"})).await;
    let base = "/api/percorso/comuni/888071";
    let scheda = json!({"soluzione": "WS", "fineAdeguamento": "2021-05-31", "postazioni": 2, "inizioProve": "2021-06-01"});
    metti(&format!("{base}/scheda"), &scheda).await;
    metti(
        "/api/comuni/888071",
        &json!({"pec": "protocollo@888071.pec.example"}),
    )
    .await;
    ordina(&format!("{base}/prove"), &Value::Null).await;
    let preliminare = || async { piano("888071").await["preliminare"].clone() };
    let p = preliminare().await;
    assert_eq!(
        (&p["stato"], &p["termine"], &p["inRitardo"]),
        (&json!("DA_INVIARE"), &json!("2021-05-17"), &json!(false))
    );
    let solleciti = || async {
        let pec = vedi_api("/api/pec?comune=888071").await;
        let tutti = pec.as_array().expect("messages").iter();
        tutti
            .filter(|m| {
                m["oggetto"]
                    .as_str()
                    .is_some_and(|o| o.contains("Sollecito: file preliminare"))
            })
            .count()
    };
    // The message says by when, and where one sees what is to be tried.
    let avvio = vedi_api("/api/pec?comune=888071&testo=COMUNETEST888071").await;
    let testo = avvio[0]["testo"].as_str().expect("the message");
    for detto in [
        "Da oggi, 01/03/2021, l'ambiente di test è aperto",
        "entro il 17/05/2021.",
        "un solo file APR, con il suo file AIRE",
        "/servizidemografici/piano-di-test",
        "Password: ",
        "/combas",
    ] {
        assert!(testo.contains(detto), "{detto}: {testo}");
    }
    // On the last day nothing; the day after, once, whoever looks how often.
    metti("/api/orologio", &json!({"oggi": "2021-05-17"})).await;
    assert_eq!(
        (preliminare().await["inRitardo"].clone(), solleciti().await),
        (json!(false), 0)
    );
    metti("/api/orologio", &json!({"oggi": "2021-05-18"})).await;
    let p = preliminare().await;
    assert_eq!(
        (&p["inRitardo"], &p["sollecito"]),
        (&json!(true), &json!("2021-05-18"))
    );
    metti("/api/orologio", &json!({"oggi": "2021-05-20"})).await;
    ordina("/api/notte", &Value::Null).await;
    assert_eq!(solleciti().await, 1);
    let chi = cnsd("888071").await;
    let casa = banco().pagina(SUB, "/servizidemografici", &chi.biscotto).await;
    assert!(casa.testo.contains("File preliminare per le prove"));
    let pagina = banco()
        .pagina(SUB, "/servizidemografici/piano-di-test", &chi.biscotto)
        .await;
    for detto in [
        "da inviare, in ritardo",
        "comunicato il 01/03/2021: da quel giorno si entra",
        "le prove cominciano il 01/06/2021",
    ] {
        assert!(pagina.testo.contains(detto), "{detto}: {}", pagina.testo);
    }

    // Refused data: it is to be sent again. Then the APR alone: taken. Then both.
    carica("888071", 1, &[("ES092", 1)], false).await;
    assert_eq!(preliminare().await["stato"], "RESPINTO");
    let passo = || async {
        let q = vedi_api(base).await;
        let passi = q["passi"].as_array().expect("steps").clone();
        let p = passi.into_iter().find(|p| p["id"] == "F02").expect("the step");
        (p["fatto"] == true, p["testo"].as_str().expect("text").to_owned())
    };
    assert!(!passo().await.0);
    carica("888071", 2, &[], true).await;
    let p = preliminare().await;
    assert_eq!(
        (&p["stato"], &p["inRitardo"], &p["manca"]),
        (&json!("INVIATO"), &json!(false), &json!("AIRE"))
    );
    let (fatto, testo) = passo().await;
    assert!(!fatto && testo.contains("manca il file AIRE"), "{testo}");
    let pagina = banco()
        .pagina(SUB, "/servizidemografici/piano-di-test", &chi.biscotto)
        .await;
    assert!(
        pagina.testo.contains("inviato, manca il file AIRE"),
        "{}",
        pagina.testo
    );
    carica_solo("888071", 2, &[], "AIRE").await;
    let p = preliminare().await;
    assert_eq!((&p["stato"], &p["manca"]), (&json!("CARICATO"), &Value::Null));
    assert!(passo().await.0);
    // A ready Comune has its tests behind it; a populated one has its data in the environment.
    assert_eq!(piano("888010").await["preliminare"]["stato"], "NON_SERVE");
    assert_eq!(piano("888010").await["preliminare"]["termine"], Value::Null);
    assert_eq!(piano("888002").await["preliminare"]["stato"], "CARICATO");
}

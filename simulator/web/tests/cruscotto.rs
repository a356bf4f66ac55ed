//! The dashboard of the subentro and what comes after it: dates by pages and by the API, each rule's refusal, the plan as a
//! file, the public numbers, who may see what; notices and the request of the contribution.

mod banco;

use anagrafe::{Ambiente, CodiceIstat};
use banco::{Entrato, Risposta, banco};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

const MODULO: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");
const SUB: Ambiente = Ambiente::Sub;
const TESTA: &str =
    "id_comune,codice_istat,nome_comune,prima_data_subentro,ultima_data_subentro,data_subentro_preferita";

/// The tests share clock, deadlines and ready Comuni: each has them for itself.
async fn turno() -> MutexGuard<'static, ()> {
    static TURNO: Mutex<()> = Mutex::const_new(());
    let turno = TURNO.lock().await;
    metti("/api/orologio", &json!({"oggi": "2021-03-01"})).await;
    let scadenze = json!({"capienzaGiornaliera": 50, "preavvisoGiorni": 5, "contributo": "2021-12-31"});
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

/// A refusal with its code and its sentence.
async fn rifiuto(metodo: Method, dove: &str, corpo: &Value, atteso: (u16, &str), frase: &str) {
    let (stato, v) = chiama(metodo, dove, corpo).await;
    let e = &v["errori"][0];
    assert_eq!(
        (stato.as_u16(), e["codice"].as_str()),
        (atteso.0, Some(atteso.1)),
        "{dove}: {v}"
    );
    let testo = e["testo"].as_str().unwrap_or_default();
    assert!(testo.contains(frase), "{dove}: {testo}");
}

/// A Comune that may be planned, without a window.
async fn da_pianificare(istat: &str) {
    metti(&format!("/api/comuni/{istat}/piano?ambiente=sub"), &Value::Null).await;
    metti(
        &format!("/api/comuni/{istat}"),
        &json!({"stato": "PRESUBENTRATO"}),
    )
    .await;
}

fn date(prima: &str, ultima: &str, preferita: &str) -> Value {
    json!({"prima": prima, "ultima": ultima, "preferita": preferita})
}

fn pianificazione(istat: &str) -> String {
    format!("/api/percorso/comuni/{istat}/pianificazione")
}

async fn entra(nome: &str) -> Entrato {
    let tutte = vedi_api("/api/percorso/software-house").await;
    let sua = tutte
        .as_array()
        .expect("a list")
        .iter()
        .find(|s| s["nome"] == nome);
    let password = sua.expect("the software house")["password"]
        .as_str()
        .expect("password");
    banco().entra_in_area("dashboard", nome, password).await
}

async fn vedi(chi: &Entrato, dove: &str) -> Risposta {
    banco().pagina(SUB, dove, &chi.biscotto).await
}

async fn invia(chi: &Entrato, dove: &str, campi: &str) -> Risposta {
    let corpo = format!("csrf={}&{campi}", chi.csrf);
    let testate = [MODULO, ("cookie", chi.biscotto.as_str())];
    banco().ambiente(SUB, Method::POST, dove, &testate, &corpo).await
}

async fn importa(chi: &Entrato, csrf: &str, testo: &str) -> Risposta {
    banco()
        .carica(
            SUB,
            "/dashboard/subentro/piano",
            &chi.biscotto,
            &[("csrf", csrf)],
            "piano.csv",
            testo.as_bytes(),
        )
        .await
}

/// The messages of a Comune whose subject has a text.
async fn posta(istat: &str, oggetto: &str) -> usize {
    let tutte = vedi_api(&format!("/api/pec?comune={istat}")).await;
    let tutte = tutte.as_array().expect("messages").iter();
    tutte
        .filter(|m| m["oggetto"].as_str().is_some_and(|o| o.contains(oggetto)))
        .count()
}

/// The code of the first refusal of an upload at the subentro.
async fn carica(istat: &str, nome: &str, byte: Vec<u8>) -> Result<Value, Value> {
    let tipo = if nome.contains("AIRE") { "AIRE" } else { "APR" };
    let dove = format!("/api/forniture?ambiente=sub&comune={istat}&tipo={tipo}&nome={nome}");
    let r = banco()
        .console_corpo(Method::POST, &dove, &[], servizi::http::corpo(byte))
        .await;
    let v: Value = serde_json::from_str(&r.testo).expect("JSON");
    if r.stato == StatusCode::CREATED {
        Ok(v)
    } else {
        Err(v["errori"][0]["codice"].clone())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_dates_are_the_window_of_the_gates_and_can_be_moved() {
    let _turno = turno().await;
    da_pianificare("888004").await;
    let io = entra("SWALFA").await;
    let elenco = vedi(&io, "/dashboard/subentro?stato=DA_PIANIFICARE").await;
    banco::dovute(&elenco, "the list");
    assert!(
        elenco.testo.contains("/dashboard/subentro/888004"),
        "{}",
        elenco.testo
    );
    assert!(
        !elenco.testo.contains("/dashboard/subentro/888002"),
        "another state"
    );
    let cercato = vedi(&io, "/dashboard/subentro?testo=888005").await.testo;
    assert!(
        cercato.contains("subentro/888005") && !cercato.contains("subentro/888004"),
        "{cercato}"
    );
    let dove = "/dashboard/subentro/888004";
    // The worst mistakes: nothing filled in, the window upside down, a preferred day outside it. What was written stays.
    let r = invia(&io, dove, "prima=&ultima=2021-03-20&preferita=").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    banco::dovute(&r, "the wrong dates");
    assert!(
        r.testo.contains("href=\"#prima\"") && r.testo.contains("href=\"#preferita\""),
        "{}",
        r.testo
    );
    assert!(r.testo.contains("value=\"2021-03-20\""), "{}", r.testo);
    let r = invia(
        &io,
        dove,
        "prima=2021-03-20&ultima=2021-03-10&preferita=2021-03-10",
    )
    .await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(r.testo.contains("value=\"2021-03-20\""), "{}", r.testo);
    let r = invia(
        &io,
        dove,
        "prima=2021-03-10&ultima=2021-03-12&preferita=2021-03-13",
    )
    .await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    let r = invia(
        &io,
        dove,
        "prima=2021-03-05&ultima=2021-03-12&preferita=2021-03-08",
    )
    .await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("06/03/2021"), "{}", r.testo);
    let piano = "/api/comuni/888004/piano?ambiente=sub";
    assert_eq!(vedi_api(piano).await, Value::Null, "nothing happened so far");
    // Accepted: the window, the state, the message, the calendar.
    let r = invia(
        &io,
        dove,
        "prima=2021-03-10&ultima=2021-03-12&preferita=2021-03-11",
    )
    .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    assert_eq!(
        vedi_api(piano).await,
        json!({"inizio": "2021-03-10", "fine": "2021-03-12"})
    );
    assert_eq!(vedi_api("/api/comuni/888004").await["stato"], "PIANIFICATO");
    assert_eq!(posta("888004", "Subentro pianificato per il 11/03/2021").await, 1);
    let mese = vedi(&io, "/dashboard/subentro/calendario").await;
    banco::dovute(&mese, "the calendar");
    let undici = mese.testo.split("<strong>11</strong>").nth(1).expect("the day");
    let undici = undici.split("</td>").next().expect("its cell");
    assert!(undici.contains("1/50") && undici.contains("888004"), "{undici}");
    let aprile = vedi(&io, "/dashboard/subentro/calendario?mese=2021-04").await;
    assert!(!aprile.testo.contains("subentro/888004"), "{}", aprile.testo);
    let storto = vedi(&io, "/dashboard/subentro/calendario?mese=2021-13").await;
    assert_eq!(storto.stato, StatusCode::BAD_REQUEST);
    // The gates read it: today lies before the window, on the day another gate speaks.
    let nome = "888004_SUBAPR_1_1_1.gz";
    assert_eq!(carica("888004", nome, b"x".to_vec()).await, Err(json!("EN032")));
    // Moved by who proposed it; the old window is gone.
    let rinvii = vedi_api(&pianificazione("888004")).await["rinvii"]
        .as_u64()
        .expect("a count");
    let r = invia(
        &io,
        dove,
        "prima=2021-03-20&ultima=2021-03-22&preferita=2021-03-20",
    )
    .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    assert_eq!(posta("888004", "Subentro rinviato al 20/03/2021").await, 1);
    metti("/api/orologio", &json!({"oggi": "2021-03-11"})).await;
    assert_eq!(carica("888004", nome, b"x".to_vec()).await, Err(json!("EN032")));
    metti("/api/orologio", &json!({"oggi": "2021-03-21"})).await;
    assert_eq!(carica("888004", nome, b"x".to_vec()).await, Err(json!("EN009")));
    let riga = vedi_api(&pianificazione("888004")).await;
    assert_eq!(
        (
            &riga["stato"],
            &riga["preferita"],
            &riga["da"],
            &riga["rinvii"],
            &riga["softwareHouse"]
        ),
        (
            &json!("PIANIFICATO"),
            &json!("2021-03-20"),
            &json!("SWALFA"),
            &json!(rinvii + 1),
            &json!("SWALFA")
        )
    );
    // A window set otherwise is what the dashboard shows, without a preferred day.
    metti(piano, &json!({"inizio": "2021-05-01", "fine": "2021-05-31"})).await;
    let riga = vedi_api(&pianificazione("888004")).await;
    assert_eq!(
        (&riga["prima"], &riga["ultima"], &riga["preferita"]),
        (&json!("2021-05-01"), &json!("2021-05-31"), &Value::Null)
    );
    da_pianificare("888004").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_rule_of_the_plan_refuses_with_its_reason() {
    let _turno = turno().await;
    let buone = date("2021-03-10", "2021-03-12", "2021-03-11");
    let no = |istat: &'static str, corpo: Value, atteso: (u16, &'static str), frase: &'static str| async move {
        rifiuto(Method::PUT, &pianificazione(istat), &corpo, atteso, frase).await;
    };
    da_pianificare("888005").await;
    da_pianificare("888006").await;
    metti("/api/comuni/888005", &json!({"stato": "CENSITO"})).await;
    no("888005", buone.clone(), (409, "SIM012"), "pre-subentro").await;
    no("888002", buone.clone(), (409, "SIM012"), "già subentrato").await;
    metti("/api/comuni/888005", &json!({"stato": "PRESUBENTRATO"})).await;
    no(
        "888005",
        json!({"prima": "2021-03-10"}),
        (400, "SIM010"),
        "ultima",
    )
    .await;
    no(
        "888005",
        date("2021-03-12", "2021-03-10", "2021-03-11"),
        (422, "EN033"),
        "successiva",
    )
    .await;
    no(
        "888005",
        date("2021-03-05", "2021-03-12", "2021-03-11"),
        (409, "SIM012"),
        "5 giorni",
    )
    .await;
    // The notice and the capacity are settings.
    metti(
        "/api/percorso/scadenze",
        &json!({"preavvisoGiorni": 4, "capienzaGiornaliera": 1}),
    )
    .await;
    metti(
        &pianificazione("888005"),
        &date("2021-03-05", "2021-03-12", "2021-03-11"),
    )
    .await;
    no("888006", buone.clone(), (409, "SIM012"), "completo").await;
    // Who has the place keeps it; another day is free.
    metti(
        &pianificazione("888005"),
        &date("2021-03-09", "2021-03-12", "2021-03-11"),
    )
    .await;
    metti(
        &pianificazione("888006"),
        &date("2021-03-10", "2021-03-12", "2021-03-12"),
    )
    .await;
    no(
        "888005",
        date("2021-03-10", "2021-03-12", "2021-03-12"),
        (409, "SIM012"),
        "completo",
    )
    .await;
    // After a failed subentro the Ministry gives the date: neither notice nor capacity bind it.
    metti("/api/comuni/888005", &json!({"stato": "MANCATO_SUBENTRO"})).await;
    no("888005", buone.clone(), (409, "SIM012"), "Ministero").await;
    let nuova = "/api/percorso/comuni/888005/nuova-data";
    rifiuto(
        Method::POST,
        nuova,
        &date("2021-02-28", "2021-03-12", "2021-03-12"),
        (409, "SIM012"),
        "oggi",
    )
    .await;
    let p = ordina(nuova, &date("2021-03-01", "2021-03-12", "2021-03-12")).await;
    assert_eq!(
        (&p["da"], &p["preferita"]),
        (&json!("MINISTERO"), &json!("2021-03-12"))
    );
    assert_eq!(vedi_api("/api/comuni/888005").await["stato"], "PIANIFICATO");
    // Nobody plans for a Comune without a software house, until one is given it.
    ordina("/api/comuni", &json!({"istat": "888041"})).await;
    metti("/api/comuni/888041", &json!({"stato": "PRESUBENTRATO"})).await;
    let libere = date("2021-04-10", "2021-04-12", "2021-04-11");
    no("888041", libere.clone(), (409, "SIM012"), "software house").await;
    metti(
        "/api/percorso/software-house/SWGAMMA",
        &json!({"comuni": ["888041"], "password": "parola-sua"}),
    )
    .await;
    assert_eq!(metti(&pianificazione("888041"), &libere).await["da"], "SWGAMMA");
    rifiuto(
        Method::PUT,
        "/api/percorso/software-house/sw%20x",
        &json!({}),
        (400, "SIM010"),
        "lettere maiuscole",
    )
    .await;
    da_pianificare("888005").await;
    da_pianificare("888006").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_file_goes_out_with_its_columns_and_comes_in_whole_or_not_at_all() {
    let _turno = turno().await;
    for istat in ["888003", "888004", "888005"] {
        da_pianificare(istat).await;
    }
    let io = entra("SWALFA").await;
    let nome = vedi_api("/api/comuni/888004").await["nome"]
        .as_str()
        .expect("name")
        .to_owned();
    let riga = |istat: &str, date: &str| format!("{istat},{istat},{nome},{date}\r\n");
    let buona = riga("888004", "2021-03-10,2021-03-12,2021-03-11");
    // Each wrong row is named with its code, and the good one is not taken either.
    let file = format!(
        "{TESTA}\r\n{buona}{}{}{}{}",
        riga("888005", "2021-03-12,2021-03-10,2021-03-11"),
        riga("888003", "2021-03-10,,2021-03-11"),
        riga("888006", "2021-03-10,2021-03-12,2021-03-11"),
        buona
    );
    let r = importa(&io, &io.csrf, &file).await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY, "{}", r.testo);
    banco::dovute(&r, "refused rows");
    for (n, codice) in [(3, "EN033"), (4, "EN035"), (5, "EN035"), (6, "EN041")] {
        let cella = format!("<th scope=\"row\">{n}</th>");
        let riga = r
            .testo
            .split(&cella)
            .nth(1)
            .unwrap_or_else(|| panic!("{n}: {}", r.testo));
        assert!(
            riga.split("</tr>").next().is_some_and(|t| t.contains(codice)),
            "{n}: {riga}"
        );
    }
    assert_eq!(
        vedi_api("/api/comuni/888004/piano?ambiente=sub").await,
        Value::Null
    );
    for storto in ["codice_istat\n888004\n", ""] {
        let r = importa(&io, &io.csrf, storto).await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{storto}");
        assert!(r.testo.contains("id_comune"), "{}", r.testo);
    }
    // A whole good file, then the export, which comes back in and changes nothing.
    let file = format!(
        "{TESTA}\r\n{buona}{}",
        riga("888005", "2021-03-10,2021-03-12,2021-03-10")
    );
    let r = importa(&io, &io.csrf, &file).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    assert_eq!(r.testate["location"], "/dashboard/subentro/piano?fatti=2");
    let r = vedi(
        &io,
        "/dashboard/subentro/piano.csv?stato=PIANIFICATO&testo=888004",
    )
    .await;
    assert_eq!(r.testate["content-type"], "text/csv; charset=utf-8");
    assert_eq!(r.testo, format!("{TESTA}\r\n{buona}"));
    let tutto = vedi(&io, "/dashboard/subentro/piano.csv").await.testo;
    let dove = "/api/percorso/pianificazione/importazione";
    let v = ordina(dove, &json!({"csv": tutto, "softwareHouse": "SWALFA"})).await;
    assert_eq!(v, json!({"pianificati": [], "invariati": 5, "errori": []}));
    let accetta = [("accept", "text/csv")];
    let tutti = banco()
        .console(Method::GET, "/api/percorso/pianificazione", &accetta, "")
        .await;
    assert!(
        tutti.testo.starts_with(TESTA) && tutti.testo.contains(&buona),
        "{}",
        tutti.testo
    );
    // One more for who has a plan is EN041, unless the file is meant to move dates.
    let file = format!("{TESTA}\n{}", riga("888004", "2021-03-20,2021-03-22,2021-03-21"));
    let (stato, v) = chiama(Method::POST, dove, &json!({"csv": file})).await;
    assert_eq!(
        (stato.as_u16(), &v["errori"][0]["codice"]),
        (422, &json!("EN041"))
    );
    let v = ordina(
        dove,
        &json!({"csv": file, "sostituisci": true, "softwareHouse": "SWALFA"}),
    )
    .await;
    assert_eq!(v["pianificati"], json!(["888004"]));
    // The capacity counts the rows of the same file too.
    metti("/api/percorso/scadenze", &json!({"capienzaGiornaliera": 1})).await;
    let file = format!(
        "{TESTA}\n{}{}",
        riga("888004", "2021-06-01,2021-06-02,2021-06-01"),
        riga("888005", "2021-06-01,2021-06-02,2021-06-01")
    );
    let corpo = json!({"csv": file, "sostituisci": true, "softwareHouse": "SWALFA"});
    let (stato, v) = chiama(Method::POST, dove, &corpo).await;
    assert_eq!(
        (stato.as_u16(), &v["errori"][0]["riga"], &v["errori"][0]["codice"]),
        (422, &json!(3), &json!("SIM012")),
        "{v}"
    );
    let grande = "x".repeat(1024 * 1024 + 1);
    assert_eq!(
        importa(&io, &io.csrf, &grande).await.stato,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    for istat in ["888004", "888005"] {
        da_pianificare(istat).await;
    }
    metti("/api/comuni/888003", &json!({"stato": "SUBENTRATO"})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_the_numbers_as_text_and_as_a_chart() {
    let _turno = turno().await;
    da_pianificare("888004").await;
    metti(
        &pianificazione("888004"),
        &date("2021-03-10", "2021-03-12", "2021-03-11"),
    )
    .await;
    let v = vedi_api("/api/percorso/dashboard").await;
    let mut conti = [0, 0, 0];
    for c in vedi_api("/api/comuni").await.as_array().expect("a list") {
        let dove = match c["stato"].as_str().expect("state") {
            "SUBENTRATO" => 2,
            "PRESUBENTRATO" | "PIANIFICATO" | "MANCATO_SUBENTRO" => 1,
            _ => 0,
        };
        conti[dove] += 1;
    }
    assert_eq!(
        ["inattivi", "attivi", "subentrati"].map(|n| v[n]["comuni"].as_u64().expect("a number")),
        conti
    );
    assert!(
        v["subentrati"]["popolazione"]
            .as_u64()
            .is_some_and(|n| n >= 2_000),
        "{v}"
    );
    assert_eq!(v["giorni"]["2021-03-11"], 1, "{v}");
    let r = banco().pagina(SUB, "/dashboard", "").await;
    assert_eq!(r.stato, StatusCode::OK);
    banco::dovute(&r, "/dashboard");
    assert!(
        r.testo.contains("role=\"img\"") && r.testo.contains("<desc id=\"g-testo\">"),
        "{}",
        r.testo
    );
    assert!(
        r.testo.contains(&format!("subentrati: {}", conti[2])),
        "{}",
        r.testo
    );
    assert!(r.testo.contains("11/03/2021: 1 Comune"), "{}", r.testo);
    assert!(!r.testo.contains("888004"), "no Comune is named to everybody");
    // The real host begins there; the other environments have no dashboard.
    let testate = [("host", "dashboard.anpr.it")];
    let r = banco().ambiente(SUB, Method::GET, "/", &testate, "").await;
    assert_eq!(r.testate["location"], "/dashboard");
    let r = banco().pagina(Ambiente::Pre, "/dashboard", "").await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
    da_pianificare("888004").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_software_house_sees_its_comuni_and_its_session_opens_nothing_else() {
    let _turno = turno().await;
    let b = banco();
    let r = b.pagina(SUB, "/dashboard/subentro", "").await;
    assert_eq!(r.stato, StatusCode::OK);
    banco::dovute(&r, "the login");
    let r = b.pagina(SUB, "/dashboard/subentro/888004", "").await;
    assert_eq!(r.stato, StatusCode::UNAUTHORIZED);
    let r = b.prova_area("dashboard", "SWALFA", "sbagliata").await;
    assert_eq!(r.stato, StatusCode::UNAUTHORIZED);
    let (alfa, beta) = (entra("SWALFA").await, entra("SWBETA").await);
    for dove in [
        "/dashboard/subentro",
        "/dashboard/subentro/piano",
        "/dashboard/subentro/888004",
    ] {
        let r = vedi(&alfa, dove).await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        banco::dovute(&r, dove);
    }
    // Another's Comune does not exist, on no page and in no order.
    da_pianificare("888007").await;
    let elenco = vedi(&alfa, "/dashboard/subentro").await.testo;
    assert!(
        elenco.contains("888004") && !elenco.contains("888007"),
        "{elenco}"
    );
    let altrui = "/dashboard/subentro/888007";
    let campi = "prima=2021-03-10&ultima=2021-03-12&preferita=2021-03-11";
    assert_eq!(vedi(&alfa, altrui).await.stato, StatusCode::NOT_FOUND);
    assert_eq!(invia(&alfa, altrui, campi).await.stato, StatusCode::NOT_FOUND);
    assert_eq!(
        vedi(&alfa, "/dashboard/subentro/999999").await.stato,
        StatusCode::NOT_FOUND
    );
    // Without the token of the session, or with another's, nothing happens.
    for csrf in ["", beta.csrf.as_str()] {
        let falso = Entrato {
            biscotto: alfa.biscotto.clone(),
            testata: String::new(),
            csrf: csrf.to_owned(),
        };
        let r = invia(&falso, "/dashboard/subentro/888004", campi).await;
        assert_eq!(r.stato, StatusCode::FORBIDDEN);
        let r = importa(&alfa, csrf, &format!("{TESTA}\n")).await;
        assert_eq!(r.stato, StatusCode::FORBIDDEN);
    }
    assert_eq!(
        vedi_api("/api/comuni/888007/piano?ambiente=sub").await,
        Value::Null
    );
    // The key of one area, renamed, opens no other.
    let chiave = |e: &Entrato| e.biscotto.split_once('=').expect("a pair").1.to_owned();
    for (area, dove) in [
        ("privata", "/servizidemografici/scheda"),
        ("prefettura", "/prefettura/schede"),
        ("sub", "/combas/esiti"),
    ] {
        let r = b
            .pagina(SUB, dove, &format!("__Host-anpr-{area}={}", chiave(&alfa)))
            .await;
        assert_eq!(r.stato, StatusCode::UNAUTHORIZED, "{dove}");
    }
    let q = vedi_api("/api/percorso/comuni/888004").await;
    let testo = |n: &str| q["areaPrivata"][n].as_str().expect("text").to_owned();
    let cnsd = b
        .entra_in_area("privata", &testo("utente"), &testo("password"))
        .await;
    let r = b
        .pagina(
            SUB,
            "/dashboard/subentro/888004",
            &format!("__Host-anpr-dashboard={}", chiave(&cnsd)),
        )
        .await;
    assert_eq!(r.stato, StatusCode::UNAUTHORIZED);
    let r = b
        .prova_area("dashboard", &testo("utente"), &testo("password"))
        .await;
    assert_eq!(r.stato, StatusCode::UNAUTHORIZED);
    // A Comune given to another is lost at once; a new password ends the sessions.
    metti(
        "/api/percorso/software-house/SWBETA",
        &json!({"comuni": ["888004", "888006"]}),
    )
    .await;
    assert_eq!(
        vedi(&alfa, "/dashboard/subentro/888004").await.stato,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        vedi(&beta, "/dashboard/subentro/888004").await.stato,
        StatusCode::OK
    );
    metti(
        "/api/percorso/software-house/SWBETA",
        &json!({"password": "parola-sua"}),
    )
    .await;
    assert_eq!(
        vedi(&beta, "/dashboard/subentro/888006").await.stato,
        StatusCode::UNAUTHORIZED
    );
    let tutte = vedi_api("/api/percorso/software-house").await;
    assert!(!tutte.to_string().contains("argon2"), "{tutte}");
    for (nome, da) in [("SWALFA", 1), ("SWBETA", 6)] {
        let comuni: Vec<String> = (da..da + 5).map(|n| format!("8880{n:02}")).collect();
        metti(
            &format!("/api/percorso/software-house/{nome}"),
            &json!({"comuni": comuni}),
        )
        .await;
    }
}

fn fornitura(istat: &str, anomalie: &str, versione: u16) -> Vec<(String, Vec<u8>)> {
    let richiesta = generatore::Richiesta {
        comune: CodiceIstat::parse(istat).expect("code"),
        versione,
        abitanti: 40,
        aire: 2,
        invii: None,
        max_invii: None,
        seed: 5,
        oggi: anagrafe::leggi_data("2021-03-01").expect("date"),
        anomalie: generatore::leggi_anomalie(anomalie).expect("plan"),
    };
    generatore::in_memoria(&richiesta).expect("delivery").file
}

async fn tutti(istat: &str, file: Vec<(String, Vec<u8>)>) {
    for (nome, byte) in file {
        carica(istat, &nome, byte)
            .await
            .unwrap_or_else(|e| panic!("{nome}: {e}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_subentro_uses_its_date_up_and_a_successful_one_is_told_to_the_others() {
    let _turno = turno().await;
    da_pianificare("888008").await;
    let nuova = "/api/percorso/comuni/888008/nuova-data";
    ordina(nuova, &date("2021-03-01", "2021-03-02", "2021-03-01")).await;
    // The APR alone decides; with the failure the date is used up, so that nothing more goes in.
    let sbagliata = fornitura("888008", "ES092=1", 1).into_iter().take(1).collect();
    tutti("888008", sbagliata).await;
    assert_eq!(vedi_api("/api/comuni/888008").await["stato"], "MANCATO_SUBENTRO");
    assert_eq!(posta("888008", "Subentro non riuscito").await, 1);
    assert_eq!(
        vedi_api("/api/comuni/888008/piano?ambiente=sub").await,
        Value::Null
    );
    assert_eq!(posta("888009", "N031").await, 0, "nobody is told of a failure");
    // Without a new date nothing goes in; that refusal has no code, as in ANPR.
    let buona = fornitura("888008", "", 2);
    assert_eq!(
        carica("888008", &buona[0].0, buona[0].1.clone()).await,
        Err(json!(""))
    );
    ordina(nuova, &date("2021-03-01", "2021-03-02", "2021-03-02")).await;
    tutti("888008", buona).await;
    assert_eq!(vedi_api("/api/comuni/888008").await["stato"], "SUBENTRATO");
    assert_eq!(posta("888008", "Subentro concluso").await, 1);
    assert_eq!(posta("888008", "INA-SAIA").await, 1);
    assert_eq!(posta("888008", "N031").await, 0, "not to itself");
    for altro in ["888001", "888009"] {
        assert_eq!(
            posta(altro, "N031 – subentro del Comune 888008").await,
            1,
            "{altro}"
        );
    }
    let riga = vedi_api(&pianificazione("888008")).await;
    assert_eq!(riga["stato"], "SUBENTRATO");
}

/// An operator of a Comune with a role, entered with his card.
async fn con_carta(istat: &str, nome: &str, ruolo: &str) -> Entrato {
    let dove = format!("/api/comuni/{istat}/operatori/{nome}");
    metti(&dove, &json!({"ruoli": [ruolo], "password": "parola-sua"})).await;
    let carta = ordina("/api/carte", &json!({"comune": istat, "nameId": nome})).await;
    let pem = std::fs::read_to_string(carta["certificato"].as_str().expect("path")).expect("the certificate");
    let corpo: String = pem.lines().filter(|r| !r.starts_with("-----")).collect();
    let der = frontiera::security::base64(&corpo).expect("base64");
    let entrato = banco().entra_con_carta(SUB, der).await;
    entrato.unwrap_or_else(|r| panic!("{}: {}", r.stato, r.testo))
}

async fn firma(chi: &Entrato, csrf: &str, nome: &str, byte: &[u8]) -> Risposta {
    banco()
        .carica(
            SUB,
            "/combas/contributo/firmato",
            &chi.biscotto,
            &[("csrf", csrf)],
            nome,
            byte,
        )
        .await
}

const BUONA: &str = "azione=salva&iban=IT60X0542811101000000123456&tesoreria=&dichiarazione=si";

#[tokio::test(flavor = "multi_thread")]
async fn only_the_sindaco_with_his_card_asks_for_the_contribution_after_the_subentro_and_in_time() {
    let _turno = turno().await;
    let b = banco();
    let dove = "/combas/contributo";
    let als = con_carta("888003", "ALSTRE0000000000", "ALS").await;
    assert_eq!(vedi(&als, dove).await.stato, StatusCode::FORBIDDEN);
    assert_eq!(invia(&als, dove, BUONA).await.stato, StatusCode::FORBIDDEN);
    assert_eq!(
        firma(&als, &als.csrf, "a.p7m", b"x").await.stato,
        StatusCode::FORBIDDEN
    );
    let io = con_carta("888003", "SINDACOTRE000000", "SINDACO").await;
    assert!(
        vedi(&io, "/combas")
            .await
            .testo
            .contains("href=\"/combas/contributo\"")
    );
    // The same person with the password alone, and in another environment.
    let senza = b.entra_come(SUB, "SINDACOTRE000000", "parola-sua").await;
    let r = invia(&senza, dove, BUONA).await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    assert!(r.testo.contains("smart card"), "{}", r.testo);
    let pre = b
        .entra_come(Ambiente::Pre, "SINDACOTRE000000", "parola-sua")
        .await;
    let r = b.pagina(Ambiente::Pre, dove, &pre.biscotto).await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
    // Before the subentro, and after the deadline.
    let altro = con_carta("888009", "SINDACONOVE00000", "SINDACO").await;
    let r = invia(&altro, dove, BUONA).await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("solo dopo un subentro riuscito"), "{}", r.testo);
    metti("/api/orologio", &json!({"oggi": "2022-01-01"})).await;
    let r = invia(&io, dove, BUONA).await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("31/12/2021"), "{}", r.testo);
    metti("/api/percorso/scadenze", &json!({"contributo": "2022-01-01"})).await;
    let r = invia(&io, dove, BUONA).await;
    assert_eq!(
        r.stato,
        StatusCode::SEE_OTHER,
        "the deadline is a setting: {}",
        r.testo
    );
    // What another Comune asked for is not here.
    assert!(
        !vedi(&altro, dove).await.testo.contains("value=\"IT60X"),
        "another Comune"
    );
    let falso = Entrato {
        biscotto: io.biscotto.clone(),
        testata: String::new(),
        csrf: altro.csrf.clone(),
    };
    assert_eq!(
        invia(&falso, dove, "azione=invia").await.stato,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        firma(&io, &altro.csrf, "a.p7m", b"x").await.stato,
        StatusCode::FORBIDDEN
    );
    let k = vedi_api("/api/percorso/comuni/888003/contributo").await;
    assert_eq!((&k["stato"], &k["firmato"]), (&json!("BOZZA"), &Value::Null));
    assert!(vedi_api("/api/percorso/comuni/888009/contributo").await.is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contribution_goes_from_the_draft_to_its_outcome() {
    let _turno = turno().await;
    let dove = "/combas/contributo";
    let base = "/api/percorso/comuni/888002/contributo";
    let io = con_carta("888002", "SINDACODUE000000", "SINDACO").await;
    let vuota = vedi(&io, dove).await;
    assert_eq!(vuota.stato, StatusCode::OK);
    banco::dovute(&vuota, dove);
    let r = vedi(&io, "/combas/contributo/documento").await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    // Each wrong field is named, what was written stays.
    let r = invia(&io, dove, "azione=salva&iban=IT61X0542811101000000123456").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    banco::dovute(&r, "the wrong data");
    for segno in [
        "href=\"#iban\"",
        "href=\"#dichiarazione\"",
        "id=\"dichiarazione\"",
        "value=\"IT61X",
    ] {
        assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
    }
    assert!(vedi_api(base).await.is_null());
    assert_eq!(invia(&io, dove, BUONA).await.stato, StatusCode::SEE_OTHER);
    let k = vedi_api(base).await;
    assert_eq!(
        (&k["stato"], &k["abitanti"], &k["importo"], &k["dichiarante"]),
        (
            &json!("BOZZA"),
            &json!(2_000),
            &json!(1_700),
            &json!("SINDACODUE000000")
        )
    );
    // Not without the signature; the unsigned document, a foreign kind and a giant are no signature.
    let r = invia(&io, dove, "azione=invia").await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("documento firmato"), "{}", r.testo);
    let documento = vedi(&io, "/combas/contributo/documento").await;
    assert!(
        documento.testo.starts_with("SIMULATORE – dati fittizi"),
        "{}",
        documento.testo
    );
    assert!(
        documento.testo.contains("1700 euro") && documento.testo.contains("IT60X"),
        "{}",
        documento.testo
    );
    let gigante = vec![0; 2 * 1024 * 1024 + 1];
    for (nome, byte, atteso) in [
        (
            "richiesta.pdf",
            documento.testo.as_bytes(),
            StatusCode::BAD_REQUEST,
        ),
        ("richiesta.txt", b"firmato".as_slice(), StatusCode::BAD_REQUEST),
        ("", b"firmato".as_slice(), StatusCode::BAD_REQUEST),
        ("richiesta.p7m", gigante.as_slice(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let r = firma(&io, &io.csrf, nome, byte).await;
        assert_eq!(r.stato, atteso, "{nome}");
    }
    assert!(vedi_api(base).await["firmato"].is_null());
    assert_eq!(
        firma(&io, &io.csrf, "../<b>.p7m", b"firmato").await.stato,
        StatusCode::SEE_OTHER
    );
    let pagina = vedi(&io, dove).await;
    banco::dovute(&pagina, "signed");
    assert!(
        pagina.testo.contains("&#60;b&#62;.p7m") && !pagina.testo.contains("<b>.p7m"),
        "{}",
        pagina.testo
    );
    // Other data ask for another signature.
    invia(&io, dove, "azione=salva&tesoreria=0123456&dichiarazione=si").await;
    assert!(vedi_api(base).await["firmato"].is_null());
    let esito = format!("{base}/esito");
    rifiuto(
        Method::POST,
        &esito,
        &json!({"stato": "ACCOLTA"}),
        (409, "SIM012"),
        "dopo l'invio",
    )
    .await;
    assert_eq!(
        firma(&io, &io.csrf, "richiesta.p7m", b"firmato").await.stato,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        invia(&io, dove, "azione=invia").await.stato,
        StatusCode::SEE_OTHER
    );
    assert_eq!(posta("888002", "Richiesta di contributo ricevuta").await, 1);
    // What was sent does not change.
    for campi in [BUONA, "azione=invia"] {
        let r = invia(&io, dove, campi).await;
        assert_eq!(r.stato, StatusCode::CONFLICT, "{campi}");
    }
    // The Ministry: in verification, refused with a note only, asked for again, granted once.
    ordina(&esito, &json!({"stato": "IN_VERIFICA"})).await;
    rifiuto(
        Method::POST,
        &esito,
        &json!({"stato": "RESPINTA"}),
        (400, "SIM010"),
        "nota",
    )
    .await;
    ordina(&esito, &json!({"stato": "RESPINTA", "nota": "Manca la <data>."})).await;
    let pagina = vedi(&io, dove).await.testo;
    assert!(pagina.contains("Manca la &#60;data&#62;."), "{pagina}");
    let dati = json!({"iban": "IT60 X054 2811 1010 0000 0123 456", "dichiarazione": true});
    assert_eq!(metti(base, &dati).await["stato"], "BOZZA");
    rifiuto(
        Method::POST,
        &format!("{base}/firmato"),
        &json!({"nome": "a.p7m", "base64": "?"}),
        (400, "SIM010"),
        "Base64",
    )
    .await;
    ordina(
        &format!("{base}/firmato"),
        &json!({"nome": "a.p7m", "base64": "ZmlybWE="}),
    )
    .await;
    let k = ordina(&format!("{base}/invio"), &Value::Null).await;
    assert_eq!(
        (&k["stato"], &k["firmato"]["byte"]),
        (&json!("INVIATA"), &json!(5))
    );
    assert_eq!(
        ordina(&esito, &json!({"stato": "ACCOLTA"})).await["stato"],
        "ACCOLTA"
    );
    rifiuto(
        Method::POST,
        &esito,
        &json!({"stato": "RESPINTA", "nota": "x"}),
        (409, "SIM012"),
        "uno solo",
    )
    .await;
    assert_eq!(posta("888002", "Richiesta di contributo accolta").await, 1);
    assert_eq!(posta("888002", "Richiesta di contributo respinta").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_gives_dates_outcomes_and_terms() {
    let _turno = turno().await;
    da_pianificare("888010").await;
    let b = banco();
    let invia = async |dove: &str, campi: &str| b.console(Method::POST, dove, &[MODULO], campi).await;
    let r = b.console(Method::GET, "/percorso", &[], "").await;
    banco::dovute(&r, "/percorso");
    assert!(
        r.testo.contains("SWALFA") && r.testo.contains("id=\"capienzaGiornaliera\""),
        "{}",
        r.testo
    );
    let r = invia(
        "/percorso/888010",
        "azione=nuova-data&prima=2021-03-01&ultima=2021-03-03",
    )
    .await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    let date = "azione=nuova-data&prima=2021-03-01&ultima=2021-03-03&preferita=2021-03-02";
    assert_eq!(invia("/percorso/888010", date).await.stato, StatusCode::SEE_OTHER);
    assert_eq!(
        vedi_api("/api/comuni/888010/piano?ambiente=sub").await,
        json!({"inizio": "2021-03-01", "fine": "2021-03-03"})
    );
    let r = b.console(Method::GET, "/percorso/888010", &[], "").await;
    banco::dovute(&r, "/percorso/888010");
    assert!(r.testo.contains("dal 01/03/2021 al 03/03/2021"), "{}", r.testo);
    let termini = "azione=scadenze&scheda=2021-12-31&prefettureDal=2021-01-01&produzioneMinima=7&produzioneMassima=7\
                   &anticipoProveMesi=2&capienzaGiornaliera=3&preavvisoGiorni=2&contributo=2023-06-30";
    assert_eq!(invia("/percorso", termini).await.stato, StatusCode::SEE_OTHER);
    let s = vedi_api("/api/percorso/scadenze").await;
    assert_eq!(
        (&s["capienzaGiornaliera"], &s["preavvisoGiorni"], &s["contributo"]),
        (&json!(3), &json!(2), &json!("2023-06-30"))
    );
}

//! Dates: accepted, refused, imported, exported.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{TESTA, carica, da_pianificare, date, entra, importa, invia, pianificazione, posta, turno, vedi};
use crate::banco::{
    self,
    api::{chiama, metti, ordina, rifiuto, vedi_api},
    banco,
};

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
    assert!(
        r.testo
            .contains("La prima data (20/03/2021) è successiva all&#39;ultima (10/03/2021)."),
        "{}",
        r.testo
    );
    // What cannot be read and what is missing, in one round, each by its name.
    let r = invia(&io, dove, "prima=31%2F02%2F2021&ultima=&preferita=2021-03-10").await;
    for segno in [
        "id=\"e-prima\">Prima data possibile: «31/02/2021» non è una data del calendario.",
        "id=\"e-ultima\">Indicare l&#39;ultima data possibile.",
        "value=\"31/02/2021\"",
    ] {
        assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
    }
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
    // Rules are told together too: what is too soon, and what is not between the two.
    let r = invia(
        &io,
        dove,
        "prima=05%2F03%2F2021&ultima=2021-03-12&preferita=2021-03-13",
    )
    .await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    for segno in [
        "id=\"e-prima\">Servono almeno 5 giorni di preavviso",
        "id=\"e-preferita\">La data preferita sta fra la prima e l&#39;ultima.",
        "value=\"05/03/2021\"",
    ] {
        assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
    }
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
    assert_eq!(posta("888004", "Subentro pianificato per l'11/03/2021").await, 1);
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
    // The same dates again, whoever says them and on whatever day, are the dates there are: nobody is written to.
    let stesse = date("2021-03-20", "2021-03-22", "2021-03-20");
    let prima = vedi_api(&pianificazione("888004")).await;
    let messaggi = posta("888004", "").await;
    let ripetute = metti(&pianificazione("888004"), &stesse).await;
    assert_eq!(ripetute["rinvii"], json!(rinvii + 1));
    ordina("/api/percorso/comuni/888004/nuova-data", &stesse).await;
    let r = invia(
        &io,
        dove,
        "prima=2021-03-20&ultima=2021-03-22&preferita=2021-03-20",
    )
    .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    assert_eq!(vedi_api(&pianificazione("888004")).await, prima);
    assert_eq!(posta("888004", "").await, messaggi);
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
    // Once it is over it is no date any more.
    let data = async || {
        let q = vedi_api("/api/percorso/comuni/888004").await;
        let passo = q["passi"]
            .as_array()
            .expect("steps")
            .iter()
            .find(|p| p["id"] == "D01")
            .cloned();
        let passo = passo.expect("the step");
        (passo["fatto"].clone(), passo["testo"].clone())
    };
    assert_eq!(
        data().await,
        (json!(true), json!("Finestra dal 01/05/2021 al 31/05/2021."))
    );
    metti("/api/orologio", &json!({"oggi": "2021-06-01"})).await;
    let (fatto, testo) = data().await;
    assert_eq!(fatto, false);
    assert!(testo.as_str().is_some_and(|t| t.contains("è passata")), "{testo}");
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
    // One row a Comune, the header aside.
    let quanti = tutto.lines().count() - 1;
    assert_eq!(v, json!({"pianificati": [], "invariati": quanti, "errori": []}));
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
    // What a spreadsheet in Italian saves, errors of every row at once with line and column.
    let excel = |corpo: &str| {
        format!(
            "data_subentro_preferita;codice_istat;nome_comune;ultima_data_subentro;prima_data_subentro;\r\n{corpo};;;;;\r\n"
        )
    };
    let r = importa(
        &io,
        &io.csrf,
        &excel("31/02/2021;888004;X;;10/06/2021;\r\n;;;;;\r\n11/06/2021;888005;X;12/06/2021;ieri;\r\n"),
    )
    .await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY, "{}", r.testo);
    banco::dovute(&r, "wrong cells");
    for (n, colonna, frase) in [
        (2, "ultima_data_subentro", "manca «ultima_data_subentro»"),
        (
            2,
            "data_subentro_preferita",
            "«31/02/2021» non è una data del calendario",
        ),
        (4, "prima_data_subentro", "«ieri» non è una data del calendario"),
    ] {
        let riga = r
            .testo
            .split("<tr>")
            .find(|t| {
                t.starts_with(&format!("<th scope=\"row\">{n}</th>"))
                    && t.contains(&format!(">{colonna}</td>"))
            })
            .unwrap_or_else(|| panic!("{n} {colonna}: {}", r.testo));
        assert!(riga.contains(frase) && riga.contains("EN035"), "{riga}");
    }
    metti("/api/percorso/scadenze", &json!({"capienzaGiornaliera": 50})).await;
    let file = excel("11/06/2021;888004;SANT'AGATA;12/06/2021;10-06-2021;\r\n");
    let v = ordina(
        dove,
        &json!({"csv": file, "sostituisci": true, "softwareHouse": "SWALFA"}),
    )
    .await;
    assert_eq!(v["pianificati"], json!(["888004"]));
    assert_eq!(
        vedi_api("/api/comuni/888004/piano?ambiente=sub").await,
        json!({"inizio": "2021-06-10", "fine": "2021-06-12"})
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
async fn an_export_comes_back_in_and_changes_nothing_whatever_its_rows_stand_for() {
    let _turno = turno().await;
    let sempre_aperta = json!({"inizio": "2015-01-01", "fine": "2099-12-31"});
    // One Comune in each state a row can be in.
    for istat in ["888001", "888004", "888005", "888006", "888010"] {
        da_pianificare(istat).await;
    }
    metti("/api/comuni/888001/piano?ambiente=sub", &sempre_aperta).await;
    metti(
        &pianificazione("888004"),
        &date("2021-03-10", "2021-03-12", "2021-03-11"),
    )
    .await;
    let sua = json!({"inizio": "2021-05-01", "fine": "2021-05-31"});
    metti("/api/comuni/888006/piano?ambiente=sub", &sua).await;
    metti("/api/comuni/888007", &json!({"stato": "CENSITO"})).await;
    metti("/api/comuni/888009", &json!({"stato": "MANCATO_SUBENTRO"})).await;
    metti(
        "/api/comuni/888010/piano?ambiente=sub",
        &json!({"inizio": "2020-01-01", "fine": "2020-01-31"}),
    )
    .await;
    metti("/api/comuni/888010", &json!({"nome": "=A;\"B\", C"})).await;
    let righe = vedi_api("/api/percorso/pianificazione").await;
    let stati: std::collections::BTreeSet<&str> = righe
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|r| r["stato"].as_str())
        .collect();
    assert_eq!(
        stati.into_iter().collect::<Vec<_>>(),
        [
            "DA_PIANIFICARE",
            "INATTIVO",
            "MANCATO_SUBENTRO",
            "PIANIFICATO",
            "SEMPRE_APERTO",
            "SUBENTRATO"
        ]
    );
    let accetta = [("accept", "text/csv")];
    let esportato = banco()
        .console(Method::GET, "/api/percorso/pianificazione", &accetta, "")
        .await
        .testo;
    let quante = esportato.lines().count() - 1;
    // As it came, and as a spreadsheet saves it again.
    let italiano: String = esportato
        .lines()
        .map(|r| {
            let mut celle = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(r.as_bytes());
            let celle = celle.records().next().expect("a row").expect("cells");
            let rigirate: Vec<String> = celle
                .iter()
                .map(|c| match anagrafe::leggi_data(c) {
                    Some(d) => format!("{:02}/{:02}/{:04}", d.day(), d.month(), d.year()),
                    None => format!("\"{}\"", c.replace('"', "\"\"")),
                })
                .collect();
            rigirate.join(";") + ";\r\n"
        })
        .collect();
    let dove = "/api/percorso/pianificazione/importazione";
    for (come, csv) in [("as it came", &esportato), ("saved again", &italiano)] {
        for sostituisci in [false, true] {
            let v = ordina(dove, &json!({"csv": csv, "sostituisci": sostituisci})).await;
            assert_eq!(
                v,
                json!({"pianificati": [], "invariati": quante, "errori": []}),
                "{come} {sostituisci}"
            );
            assert_eq!(
                vedi_api("/api/percorso/pianificazione").await,
                righe,
                "{come} {sostituisci}"
            );
        }
    }
    // Of an export that is no more up to date the blank rows leave what was planned meanwhile.
    metti(
        &pianificazione("888005"),
        &date("2021-03-10", "2021-03-12", "2021-03-11"),
    )
    .await;
    let v = ordina(dove, &json!({"csv": esportato})).await;
    assert_eq!((&v["pianificati"], &v["errori"]), (&json!([]), &json!([])));
    assert_eq!(
        vedi_api(&pianificazione("888005")).await["preferita"],
        "2021-03-11"
    );
    // The window a ready Comune starts with was planned by nobody: real dates come in without moving anything.
    let file = format!(
        "{TESTA}\n888001,888001,X,2021-04-10,2021-04-12,2021-04-11\n888006,888006,X,2021-04-10,2021-04-12,2021-04-11\n"
    );
    let (stato, v) = chiama(
        Method::POST,
        dove,
        &json!({"csv": file, "softwareHouse": "SWALFA"}),
    )
    .await;
    let altrui = chiama(Method::POST, dove, &json!({"csv": file})).await;
    assert_eq!(stato, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        v["errori"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|e| &e["riga"])
            .collect::<Vec<_>>(),
        [&json!(3)],
        "only of who has a plan, or is not of that software house: {v}"
    );
    assert_eq!(altrui.1["errori"][0]["codice"], "EN041", "{}", altrui.1);
    let file = format!("{TESTA}\n888001,888001,X,2021-04-10,2021-04-12,2021-04-11\n");
    let v = ordina(dove, &json!({"csv": file, "softwareHouse": "SWALFA"})).await;
    assert_eq!(v["pianificati"], json!(["888001"]));
    for istat in ["888001", "888004", "888005", "888006", "888010"] {
        da_pianificare(istat).await;
    }
    metti("/api/comuni/888009", &json!({"stato": "CENSITO"})).await;
}

//! Who sees what: everybody the numbers, a software house its Comuni, the Ministry all.

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{SUB, TESTA, da_pianificare, date, entra, importa, invia, pianificazione, turno, vedi};
use crate::banco::{
    self, Entrato,
    api::{MODULO, metti, ordina, vedi_api},
    banco,
};

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
        &json!({"comuni": ["888004", "888006"], "sostituisci": true}),
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
            &json!({"comuni": comuni, "sostituisci": true}),
        )
        .await;
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn the_window_a_ready_comune_starts_with_is_not_called_planned() {
    let _turno = turno().await;
    da_pianificare("888004").await;
    let io = entra("SWALFA").await;
    let piano = "/api/comuni/888004/piano?ambiente=sub";
    for (fine, stato, detto, prima) in [
        (
            "2099-12-31",
            "SEMPRE_APERTO",
            ">sempre aperto (Comune pronto)</span>",
            "–",
        ),
        ("2021-12-31", "PIANIFICATO", ">pianificato</span>", "01/01/2015"),
    ] {
        metti(piano, &json!({"inizio": "2015-01-01", "fine": fine})).await;
        // One place decides: the list, the filter by state, the page of the Comune, the export, the API.
        for filtro in ["SEMPRE_APERTO", "PIANIFICATO"] {
            let dove = format!("/dashboard/subentro?stato={filtro}&testo=888004");
            let r = vedi(&io, &dove).await;
            banco::dovute(&r, &dove);
            let c_e = r.testo.contains("href=\"/dashboard/subentro/888004\"");
            assert_eq!(c_e, filtro == stato, "{dove}: {}", r.testo);
            assert_eq!(r.testo.contains(detto), filtro == stato, "{dove}: {}", r.testo);
            if c_e {
                let cella = format!("data-nome=\"Prima data\">{prima}</td>");
                assert!(r.testo.contains(&cella), "{}", r.testo);
            }
        }
        let uno = vedi(&io, "/dashboard/subentro/888004").await;
        assert!(uno.testo.contains(detto), "{}", uno.testo);
        assert!(
            uno.testo.contains("Manda le date"),
            "who has the open one may give dates too: {}",
            uno.testo
        );
        let aperta = "<dt>Finestra</dt><dd>sempre aperta</dd>";
        assert_eq!(
            uno.testo.contains(aperta),
            stato == "SEMPRE_APERTO",
            "{}",
            uno.testo
        );
        let csv = vedi(&io, "/dashboard/subentro/piano.csv?testo=888004")
            .await
            .testo;
        assert_eq!(csv.contains(",2015-01-01,"), stato == "PIANIFICATO", "{csv}");
        let righe = vedi_api(&format!(
            "/api/percorso/pianificazione?stato={stato}&testo=888004"
        ))
        .await;
        assert_eq!(righe[0]["stato"], stato, "{righe}");
        let passi = vedi_api("/api/percorso/comuni/888004").await;
        let testo = passi.to_string();
        let detta = testo.contains("Finestra sempre aperta: è un Comune pronto.");
        assert_eq!(detta, stato == "SEMPRE_APERTO", "{testo}");
        let console = banco()
            .console(Method::GET, "/percorso/888004", &[], "")
            .await
            .testo;
        let detta = console.contains("Finestra sempre aperta: è un Comune pronto.");
        assert_eq!(detta, stato == "SEMPRE_APERTO", "{console}");
    }
    metti(piano, &Value::Null).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_forms_of_the_console_come_back_with_every_mistake_at_its_field() {
    let _turno = turno().await;
    da_pianificare("888010").await;
    let b = banco();
    let prova = async |dove: &str, campi: &str, stato: u16, segni: &[&str]| {
        let r = b.console(Method::POST, dove, &[MODULO], campi).await;
        assert_eq!(r.stato.as_u16(), stato, "{campi}: {}", r.testo);
        banco::dovute(&r, dove);
        for segno in segni {
            assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
        }
    };
    let termini = "azione=scadenze&scheda=31%2F02%2F2021&prefettureDal=01%2F01%2F2021&produzioneMinima=7\
                   &produzioneMassima=tanti&anticipoProveMesi=300&capienzaGiornaliera=&preavvisoGiorni=2&contributo=2023-06-30";
    let segni = [
        "id=\"e-scheda\">Ultimo giorno per la scheda di monitoraggio: «31/02/2021» non è una data",
        "id=\"e-produzioneMassima\">Produzione delle smart card, giorni al massimo: «tanti» non è un numero intero.",
        "id=\"e-anticipoProveMesi\">Mesi di preavviso delle prove, almeno: il numero è troppo grande.",
        "id=\"e-capienzaGiornaliera\">Subentri in un giorno, al più: manca.",
        "value=\"tanti\"",
    ];
    prova("/percorso", termini, 400, &segni).await;
    let termini = "azione=scadenze&scheda=2021-12-31&prefettureDal=2021-01-01&produzioneMinima=9&produzioneMassima=7\
                   &anticipoProveMesi=25&capienzaGiornaliera=0&preavvisoGiorni=2&contributo=2023-06-30";
    let segni = [
        "id=\"e-produzioneMassima\">I giorni di produzione al massimo non sono meno",
        "id=\"e-anticipoProveMesi\">L&#39;anticipo delle prove è al più di 24 mesi.",
        "id=\"e-capienzaGiornaliera\">In un giorno subentra almeno 1 Comune.",
    ];
    prova("/percorso", termini, 400, &segni).await;
    prova(
        "/percorso",
        "azione=comune&istat=12",
        400,
        &["id=\"e-istat\">", "value=\"12\""],
    )
    .await;
    prova(
        "/percorso",
        "azione=comune&istat=888010",
        409,
        &["id=\"e-istat\">"],
    )
    .await;
    let casa = "azione=software-house&nome=A-B&ragioneSociale=&password=x";
    let segni = [
        "id=\"e-nome\">",
        "id=\"e-ragioneSociale\">",
        "id=\"e-password\">",
        "value=\"A-B\"",
    ];
    prova("/percorso", casa, 400, &segni).await;
    let casa = "azione=software-house&nome=SWALFA&ragioneSociale=Altra&password=";
    prova("/percorso", casa, 409, &["id=\"e-nome\">", "value=\"Altra\""]).await;
    let uno = "/percorso/888010";
    let date = "azione=nuova-data&prima=01%2F01%2F2021&ultima=&preferita=x";
    let segni = [
        "id=\"e-prima\">La prima data non può precedere oggi",
        "id=\"e-ultima\">Indicare l&#39;ultima data possibile.",
        "id=\"e-preferita\">Data preferita: «x» non è una data",
        "value=\"01/01/2021\"",
    ];
    prova(uno, date, 400, &segni).await;
    prova(
        uno,
        "azione=inizio",
        400,
        &["id=\"e-conferma\">Manca la conferma"],
    )
    .await;
    // The windows and the clock read a day as Italians write it.
    let finestra = |inizio: &str, fine: &str| format!("ambiente=pre&inizio={inizio}&fine={fine}");
    let piano = "/comuni/888010/piano";
    let r = b
        .console(
            Method::POST,
            piano,
            &[MODULO],
            &finestra("08%2F04%2F2021", "9%2F4%2F2021"),
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    assert_eq!(
        vedi_api("/api/comuni/888010/piano?ambiente=pre").await,
        json!({"inizio": "2021-04-08", "fine": "2021-04-09"})
    );
    let segni = [
        "id=\"e-i-pre\">Inizio finestra: manca.",
        "id=\"e-f-pre\">Fine finestra: «x» non è",
    ];
    prova(piano, &finestra("", "x"), 400, &segni).await;
    let segni = [
        "id=\"e-f-pre\">La finestra finisce prima di cominciare.",
        "value=\"10/04/2021\"",
    ];
    prova(piano, &finestra("10%2F04%2F2021", "9%2F4%2F2021"), 400, &segni).await;
    let segni = [
        "id=\"e-oggi\">Data di oggi: «8 aprile»",
        "id=\"e-velocita\">Velocità: «x»",
    ];
    prova("/orologio", "oggi=8+aprile&velocita=x", 400, &segni).await;
    let r = b
        .console(
            Method::POST,
            "/orologio",
            &[MODULO],
            "oggi=08%2F04%2F2021&velocita=0",
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    assert_eq!(vedi_api("/api/orologio").await["oggi"], "2021-04-08");
    // What is of no field is told on a page that leads back.
    let segni = ["href=\"/percorso/888010\">Torna al modulo</a>"];
    prova(uno, "azione=contributo&esito=ACCOLTA", 409, &segni).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_out_of_order_is_told_at_its_fields() {
    let _turno = turno().await;
    let base = "/api/percorso/comuni/888061";
    ordina("/api/comuni", &json!({"istat": "888061"})).await;
    metti(&format!("{base}/software-house"), &json!({"nome": "SWALFA"})).await;
    let scheda = json!({"soluzione": "WS", "fineAdeguamento": "2021-06-30", "postazioni": 4, "inizioProve": "2022-06-01"});
    metti("/api/percorso/scadenze", &json!({"scheda": "2021-12-31"})).await;
    metti(&format!("{base}/scheda"), &scheda).await;
    let b = banco();
    let invia = async |campi: &str| {
        let campi = format!("azione=piano&{campi}");
        b.console(Method::POST, "/percorso/888061", &[MODULO], &campi)
            .await
    };
    let r = invia("invioPreliminare=10%2F04%2F2022&fineProve=2022-04-09&inizioSubentro=2022-04-01").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    banco::dovute(&r, "the plan");
    for segno in [
        "id=\"e-fineProve\">La fine delle prove viene dopo l&#39;invio del file preliminare.",
        "id=\"e-inizioSubentro\">L&#39;inizio del subentro viene dopo la fine delle prove.",
        "value=\"10/04/2022\"",
    ] {
        assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
    }
    let r = invia("invioPreliminare=&fineProve=x&inizioSubentro=2022-04-01").await;
    for segno in [
        "id=\"e-invioPreliminare\">Invio del file preliminare: manca.",
        "id=\"e-fineProve\">Fine delle prove: «x» non è una data",
    ] {
        assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
    }
    let r = invia("invioPreliminare=10%2F04%2F2022&fineProve=11-04-2022&inizioSubentro=2022-04-12").await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
}

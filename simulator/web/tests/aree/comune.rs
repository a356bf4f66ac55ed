//! The private area of a Comune: scheda, start of the tests, plan, censimento; and who has done it all.

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{SUB, cnsd, fatto, invia, nuovo_comune, posta, prefettura, scheda, turno, vedi};
use crate::banco::{
    api::{JSON, MODULO, chiama, metti, ordina, rifiuto, vedi_api},
    banco,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_scheda_is_sent_once_corrected_until_the_deadline_and_late_after_it() {
    let _turno = turno("2021-03-01").await;
    nuovo_comune("888011").await;
    let io = cnsd("888011").await;
    let dove = "/servizidemografici/scheda";
    // Each wrong field is named, first thing, with a way to it.
    let r = invia(&io, dove, "soluzione=WS&postazioni=0&inizioProve=2021-02-30").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    // A day that does not exist is told with the rest, by its name, beside its field, and stays to be read.
    for segno in [
        "href=\"#fineAdeguamento\"",
        "href=\"#postazioni\"",
        "href=\"#inizioProve\"",
        "<p class=\"errore\" id=\"e-inizioProve\">Disponibilità alle prove: «2021-02-30» non è una data del calendario.",
        "type=\"text\" value=\"2021-02-30\" aria-invalid=\"true\" aria-describedby=\"e-inizioProve n-inizio\"",
    ] {
        assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
    }
    let (stato, v) = chiama(
        Method::PUT,
        "/api/percorso/comuni/888011/scheda",
        &json!({"soluzione": "WS", "postazioni": "x", "inizioProve": "31/02/2021"}),
    )
    .await;
    assert_eq!(stato, StatusCode::BAD_REQUEST);
    let testo = v["errori"][0]["testo"].as_str().expect("a sentence");
    for segno in [
        "fineAdeguamento: Con WA integrata e WS serve la data",
        "postazioni: Postazioni: «x» non è un numero intero.",
        "inizioProve: Disponibilità alle prove: «31/02/2021» non è una data del calendario. Si scrive AAAA-MM-GG oppure \
         GG/MM/AAAA.",
    ] {
        assert!(testo.contains(segno), "{segno}: {testo}");
    }
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
        (409, "SIM012"),
        "termine del 31/12/2021",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_that_moves_makes_late_and_heals() {
    let _turno = turno("2021-03-01").await;
    metti("/api/percorso/scadenze", &json!({"scheda": "2021-02-28"})).await;
    nuovo_comune("888031").await;
    let io = cnsd("888031").await;
    metti("/api/percorso/comuni/888031/scheda", &scheda("2022-06-01")).await;
    let pref = prefettura("XX", "OPE").await;
    for (termine, tardi) in [
        ("2021-02-28", true),
        ("2021-03-01", false),
        ("2021-02-28", true),
        ("2021-12-31", false),
    ] {
        metti("/api/percorso/scadenze", &json!({"scheda": termine})).await;
        for dove in [
            "/api/percorso/comuni/888031/scheda",
            "/api/percorso/comuni/888031",
        ] {
            assert_eq!(vedi_api(dove).await["inRitardo"], tardi, "{dove}, {termine}");
        }
        let ricevuta = vedi(&io, "/servizidemografici/scheda/ricevuta").await.testo;
        assert_eq!(ricevuta.contains("in ritardo"), tardi, "{termine}");
        let fra_le_tardi = vedi(&pref, "/prefettura/schede?stato=INVIATA_IN_RITARDO")
            .await
            .testo;
        assert_eq!(fra_le_tardi.contains("888031"), tardi, "{termine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gestionale_is_tried_when_it_is_ready_and_a_sunday_is_said() {
    let _turno = turno("2021-03-01").await;
    nuovo_comune("888032").await;
    let io = cnsd("888032").await;
    let dove = "/servizidemografici/scheda";
    for soluzione in ["WS", "WA_INTEGRATA"] {
        let presto =
            format!("soluzione={soluzione}&fineAdeguamento=2022-05-29&postazioni=4&inizioProve=2022-05-28");
        let r = invia(&io, dove, &presto).await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST);
        assert!(
            r.testo.contains("href=\"#inizioProve\"")
                && r.testo.contains("non possono cominciare prima del 29/05/2022"),
            "{}",
            r.testo
        );
    }
    // Both Sundays: taken, with a word on the receipt and in the message.
    let domenica = "soluzione=WS&fineAdeguamento=2022-05-29&postazioni=4&inizioProve=2022-06-05";
    fatto(&invia(&io, dove, domenica).await);
    let ricevuta = vedi(&io, "/servizidemografici/scheda/ricevuta").await.testo;
    let pec = posta("888032", "Scheda di monitoraggio ricevuta").await;
    let pec = pec[0]["testo"].as_str().expect("text");
    for giorno in ["29/05/2022, è una domenica", "05/06/2022, è una domenica"] {
        assert!(
            ricevuta.contains(giorno) && pec.contains(giorno),
            "{giorno}: {ricevuta} {pec}"
        );
    }
    fatto(&invia(&io, dove, &domenica.replace("06-05", "06-06")).await);
    let ricevuta = vedi(&io, "/servizidemografici/scheda/ricevuta").await.testo;
    assert!(!ricevuta.contains("06/06/2022, è una domenica"), "{ricevuta}");
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_and_dates_that_no_scenario_can_keep_are_refused_by_name() {
    let _turno = turno("2021-03-01").await;
    let termini = "/api/percorso/scadenze";
    rifiuto(
        Method::PUT,
        termini,
        &json!({"capienzaGiornaliera": 0}),
        (400, "SIM010"),
        "capienzaGiornaliera: ",
    )
    .await;
    assert_eq!(
        metti(termini, &json!({"capienzaGiornaliera": 1})).await["capienzaGiornaliera"],
        1
    );
    metti(termini, &json!({"capienzaGiornaliera": 50})).await;
    for oggi in ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"] {
        rifiuto(
            Method::PUT,
            "/api/orologio",
            &json!({"oggi": oggi, "velocita": 7}),
            (400, "SIM010"),
            "oggi: la data dello scenario va dal 01/01/2000 al 31/12/2099.",
        )
        .await;
        let r = banco()
            .console(
                Method::POST,
                "/orologio",
                &[MODULO],
                &format!("oggi={oggi}&velocita=7"),
            )
            .await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{oggi}");
    }
    let o = vedi_api("/api/orologio").await;
    assert_eq!(
        (&o["oggi"], &o["velocita"]),
        (&json!("2021-03-01"), &json!(1)),
        "nothing moved"
    );
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
    // Before it there is nobody who could enter.
    assert_eq!(vedi_api("/api/comuni/888013/operatori").await, json!([]));
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
        "Da oggi, 17/03/2021, l'ambiente di test è aperto",
        "entro il 17/05/2021.",
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
    let passi = q["passi"].as_array().expect("steps").iter();
    let passo = passi.clone().find(|p| p["id"] == "M06").expect("the step")["testo"].clone();
    assert_eq!(
        passo,
        "Comunicato il 17/03/2021: da quel giorno si entra nell'ambiente di test, per inviare il file preliminare. Le prove \
         cominciano il 01/06/2021."
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
        (409, "SIM012"),
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
        (400, "SIM010"),
        "viene dopo l'invio",
    )
    .await;
    // Each date that cannot be read is named, and the plan stays.
    rifiuto(
        Method::PUT,
        dove,
        &json!({"invioPreliminare": "31/02/2022", "fineProve": "28/02/2022"}),
        (400, "SIM010"),
        "invioPreliminare: Invio del file preliminare: «31/02/2022» non è una data del calendario. Si scrive AAAA-MM-GG \
         oppure GG/MM/AAAA. inizioSubentro: Inizio del subentro: manca.",
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
    // By the API the same, an entry for each, by the names of the JSON.
    let invio = "/api/percorso/comuni/888019/censimento/invio";
    let (stato, v) = chiama(Method::POST, invio, &Value::Null).await;
    let errori = v["errori"][0]["campi"].as_array().expect("entries");
    let campi: Vec<&str> = errori.iter().filter_map(|e| e["campo"].as_str()).collect();
    let attesi = [
        "responsabile.nominativo",
        "responsabile.email",
        "pec",
        "postazioni",
        "indirizzi",
        "persone",
        "persone",
    ];
    assert_eq!(
        (stato, campi.as_slice()),
        (StatusCode::BAD_REQUEST, attesi.as_slice())
    );
    // The sentence for people has them all.
    let frasi: Vec<String> = errori
        .iter()
        .map(|e| {
            format!(
                "{}: {}",
                e["campo"].as_str().expect("field"),
                e["testo"].as_str().expect("text")
            )
        })
        .collect();
    assert_eq!(v["errori"][0]["testo"], json!(frasi.join(" ")));
    assert_eq!(v["errori"][0]["codice"], "SIM010");
    let inglese = [JSON, ("accept-language", "en")];
    let r = banco().console(Method::POST, invio, &inglese, "").await;
    assert!(
        r.testo.contains("pec: ") && !r.testo.contains("Indicare"),
        "field by field and as a whole: {}",
        r.testo
    );
    let dati = "azione=dati&responsabile=PROVA+ANNA&emailResponsabile=anna%40comune.example\
                &pec=protocollo%40comune.pec.example&postazioni=2&indirizzi=";
    // The addresses follow the rules of Amministrazione, each wrong one told; a PEC needs a domain with a dot.
    let storti = dati.replace("comune.pec.example", "comune");
    let r = invia(&io, dove, &format!("{storti}192.0.2.300%2C10.0.0.1")).await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    for segno in [
        "href=\"#indirizzi\"",
        "«192.0.2.300» non è un indirizzo IP",
        "«10.0.0.1» è un indirizzo privato",
        "aria-describedby=\"e-indirizzi n-ind\"",
        "id=\"e-pec\"",
        ">192.0.2.300,10.0.0.1</textarea>",
    ] {
        assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
    }
    fatto(
        &invia(
            &io,
            dove,
            &format!("{dati}192.0.2.0%2F24+127.0.0.1%0D%0A192.0.2.0%2F24"),
        )
        .await,
    );
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
    assert_eq!(
        (&q["caso"]["id"], &q["prossimo"]),
        (&json!("P01"), &json!("M01")),
        "its software house stays"
    );
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

//! The mailboxes through their doors: read state, search, parts of a message, archives, questions and answers.

mod banco;

use anagrafe::{Ambiente, CodiceIstat};
use banco::{
    Banco, Entrato,
    api::{JSON, MODULO},
    banco, dovute,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

fn istat(t: &str) -> CodiceIstat {
    CodiceIstat::parse(t).expect("code")
}

/// A delivery with anomalies, elaborated: its message has attachments.
async fn con_esito(b: &Banco, a: Ambiente, k: &str) -> (Entrato, String) {
    let s = b.entra(a, k).await;
    let richiesta = generatore::Richiesta {
        comune: istat(k),
        versione: 1,
        abitanti: 60,
        aire: 0,
        invii: None,
        max_invii: Some(1),
        seed: 3,
        oggi: anagrafe::leggi_data("2021-03-01").expect("date"),
        anomalie: generatore::leggi_anomalie("ES092=1,EC007=2").expect("plan"),
    };
    let (nome, byte) = generatore::in_memoria(&richiesta)
        .expect("delivery")
        .file
        .remove(0);
    let r = b.invia(a, &s.biscotto, Some(&s.csrf), &nome, &byte).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    b.stato_finale(a, &s.biscotto).await;
    let id = b.pec_di(k).pop().expect("a message");
    (s, id)
}

async fn scrivi(b: &Banco, a: Ambiente, s: &Entrato, dove: &str, corpo: &str) -> banco::Risposta {
    let testate = [MODULO, ("cookie", s.biscotto.as_str())];
    b.ambiente(a, Method::POST, dove, &testate, corpo).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_read_searched_marked_and_taken_away_with_its_parts() {
    let b = banco();
    let a = Ambiente::Pre;
    let (s, id) = con_esito(b, a, "888005").await;
    let pagina = async |dove: String| b.pagina(a, &dove, &s.biscotto).await;
    let lista = async |q: &str| {
        b.pagina(a, &format!("/combas/posta?{q}"), &s.biscotto)
            .await
            .testo
    };

    // To be read; searched by subject, by what only the text says, by nothing it has.
    assert!(lista("").await.contains("1 da leggere su 1"));
    for (q, trovato) in [
        ("testo=PROVA", true),
        ("testo=scartata", true),
        ("testo=zzzz", false),
        ("stato=da-leggere", true),
        ("stato=letti", false),
        ("cartella=inviati", false),
        // Another Comune cannot be asked for.
        ("comune=888002&ambiente=sub", true),
    ] {
        let html = lista(q).await;
        assert_eq!(html.contains(&format!("/combas/posta/{id}")), trovato, "{q}");
        assert!(!html.contains("888002"), "{q}");
    }

    // The page marks it, the form unmarks it, and only with its token.
    let messaggio = pagina(format!("/combas/posta/{id}")).await;
    dovute(&messaggio, "messaggio");
    assert!(lista("").await.contains("0 da leggere su 1"));
    let senza = scrivi(b, a, &s, &format!("/combas/posta/{id}"), "letta=no").await;
    assert_eq!(senza.stato, StatusCode::FORBIDDEN);
    let con = format!("csrf={}&letta=no", s.csrf);
    let r = scrivi(b, a, &s, &format!("/combas/posta/{id}"), &con).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
    assert!(lista("").await.contains("1 da leggere su 1"));

    // Receipts, as pages and as messages.
    for (n, tipo, oggetto) in [
        (0, "accettazione", "ACCETTAZIONE: "),
        (1, "avvenuta-consegna", "CONSEGNA: "),
    ] {
        let r = pagina(format!("/combas/posta/{id}/ricevute/{n}")).await;
        dovute(&r, tipo);
        assert!(r.testo.contains(oggetto) && r.testo.contains("posta-certificata@pec.anpr-sim.example"));
        let eml = pagina(format!("/combas/posta/{id}/ricevute/{n}/messaggio.eml")).await;
        assert_eq!(eml.testate["content-type"], "message/rfc822");
        assert!(
            eml.testo.contains(&format!("X-Ricevuta: {tipo}")),
            "{}",
            eml.testo
        );
        assert!(
            eml.testo
                .contains(&format!("X-Riferimento-Message-ID: <pre.{id}@anpr-sim.example>"))
        );
    }
    for dove in [
        "ricevute/2",
        "ricevute/x",
        "allegati/99",
        "allegati/-1",
        "ricevute/0/altro",
    ] {
        let r = pagina(format!("/combas/posta/{id}/{dove}")).await;
        assert_eq!(r.stato, StatusCode::NOT_FOUND, "{dove}");
    }

    // Archives hold the message as it is.
    let mbox = pagina("/combas/posta/archivio/mbox".to_owned()).await;
    assert_eq!(mbox.testate["content-type"], "application/mbox");
    assert!(
        mbox.testo.starts_with("From esiti@anpr-sim.example Mon Mar  1 "),
        "{}",
        mbox.testo
    );
    assert_eq!(mbox.testo.matches("\nMessage-ID: ").count(), 1);
    let zip = pagina("/combas/posta/archivio/zip?testo=zzzz".to_owned()).await;
    assert_eq!(
        zip.testate["content-disposition"],
        "attachment; filename=\"posta-simulatore.zip\""
    );
    assert!(zip.testo.starts_with("PK\u{5}\u{6}"), "an archive of nothing");
    assert_eq!(
        pagina("/combas/posta/archivio/tar".to_owned()).await.stato,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_goes_to_the_support_and_its_answer_comes_back() {
    let b = banco();
    let veleno = "<script>alert(1)</script>\r\nBcc: spia@altrove.example";
    let domanda = json!({"comune": "888006", "ambiente": "test", "oggetto": veleno, "testo": veleno});
    let r = b
        .console(Method::POST, "/api/pec", &[JSON], &domanda.to_string())
        .await;
    assert_eq!(r.stato, StatusCode::CREATED, "{}", r.testo);
    let d: Value = serde_json::from_str(&r.testo).expect("json");
    let id = d["id"].as_str().expect("id");
    assert_eq!(
        (d["natura"].as_str(), d["a"].as_str()),
        (Some("DOMANDA"), Some("assistenza@anpr-sim.example"))
    );
    let grezzo = d["grezzo"].as_str().expect("source");
    let testate = grezzo.split("\r\n\r\n").next().expect("headers");
    assert!(testate.split("\r\n").all(|r| !r.starts_with("Bcc")), "{testate}");

    // It is the support's to read: the Comune sees it as sent, and its own mailbox does not count it.
    let s = b.entra(Ambiente::Test, "888006").await;
    let inviati = b
        .pagina(Ambiente::Test, "/combas/posta?cartella=inviati", &s.biscotto)
        .await;
    assert!(inviati.testo.contains(&format!("/combas/posta/{id}")));
    assert!(!inviati.testo.contains("<script>alert") && inviati.testo.contains("&#60;script&#62;"));
    b.pagina(Ambiente::Test, &format!("/combas/posta/{id}"), &s.biscotto)
        .await;
    let conti = async || -> Value {
        serde_json::from_str(&b.console(Method::GET, "/api/pec/conti", &[], "").await.testo).expect("json")
    };
    let assistenza = |v: &Value| {
        let riga = v
            .as_array()
            .expect("rows")
            .iter()
            .find(|k| k["casella"] == "ASSISTENZA");
        riga.map_or(0, |k| k["daLeggere"].as_u64().expect("number"))
    };
    let prima = assistenza(&conti().await);
    assert!(prima >= 1, "its author does not mark it");
    let pagina = b.console(Method::GET, &format!("/posta/{id}"), &[], "").await;
    dovute(&pagina, "domanda");
    assert_eq!(assistenza(&conti().await), prima - 1, "the support does");

    // The answer lands in the Comune's mailbox and points back.
    let r = b
        .console(
            Method::POST,
            &format!("/posta/{id}/risposta"),
            &[MODULO],
            "testo=Riprovare+domani.",
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    let lista = b.pagina(Ambiente::Test, "/combas/posta", &s.biscotto).await.testo;
    assert!(
        lista.contains("R: &#60;script&#62;") && lista.contains("1 da leggere su 1"),
        "{lista}"
    );
    // Nobody answers an outcome or an answer.
    let risposta = b.pec_di("888006").pop().expect("the answer");
    let r = b
        .console(
            Method::POST,
            "/api/pec",
            &[JSON],
            &json!({"risponde": risposta, "testo": "x"}).to_string(),
        )
        .await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    for (corpo, stato) in [
        (
            json!({"risponde": "P999999", "testo": "x"}),
            StatusCode::NOT_FOUND,
        ),
        (
            json!({"comune": "888006", "ambiente": "test", "oggetto": " ", "testo": "x"}),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({"comune": "888006", "ambiente": "test", "oggetto": "x", "testo": "y".repeat(4001)}),
            StatusCode::BAD_REQUEST,
        ),
        (json!({"comune": "888006"}), StatusCode::BAD_REQUEST),
    ] {
        let r = b
            .console(Method::POST, "/api/pec", &[JSON], &corpo.to_string())
            .await;
        assert_eq!(r.stato, stato, "{corpo}");
    }

    // Another Comune sees nothing of it.
    let altro = b.entra(Ambiente::Test, "888007").await;
    for coda in [
        "",
        "/messaggio.eml",
        "/ricevute/0",
        "/ricevute/0/messaggio.eml",
        "/allegati/0",
    ] {
        let r = b
            .pagina(
                Ambiente::Test,
                &format!("/combas/posta/{id}{coda}"),
                &altro.biscotto,
            )
            .await;
        assert_eq!(r.stato, StatusCode::NOT_FOUND, "{coda}");
    }
    let r = scrivi(
        b,
        Ambiente::Test,
        &altro,
        &format!("/combas/posta/{id}"),
        &format!("csrf={}&letta=si", altro.csrf),
    )
    .await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_filters_marks_and_hands_out_what_the_pages_do() {
    let b = banco();
    let (_, id) = con_esito(b, Ambiente::Test, "888008").await;
    let leggi = async |dove: &str| -> Value {
        let r = b.console(Method::GET, dove, &[], "").await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}: {}", r.testo);
        serde_json::from_str(&r.testo).expect("json")
    };
    let quanti = async |q: &str| {
        leggi(&format!("/api/pec?comune=888008&{q}"))
            .await
            .as_array()
            .map_or(0, Vec::len)
    };
    for (q, attesi) in [
        ("", 1),
        ("ambiente=test", 1),
        ("ambiente=pre", 0),
        ("letta=no", 1),
        ("letta=si", 0),
        ("casella=ASSISTENZA", 0),
        ("testo=es092", 1),
        ("testo=zzzz", 0),
        ("di=PREFETTURA", 0),
    ] {
        assert_eq!(quanti(q).await, attesi, "{q}");
    }
    for (q, stato) in [("letta=forse", 400), ("casella=X", 400), ("ambiente=x", 400)] {
        assert_eq!(
            b.console(Method::GET, &format!("/api/pec?{q}"), &[], "")
                .await
                .stato,
            stato,
            "{q}"
        );
    }
    let uno = leggi(&format!("/api/pec/{id}")).await;
    assert_eq!(
        (&uno["inoltro"], &uno["id"]),
        (&Value::Null, &Value::from(id.as_str())),
        "no relay here"
    );
    let r = b
        .console(
            Method::PUT,
            &format!("/api/pec/{id}"),
            &[JSON],
            "{\"letta\":true}",
        )
        .await;
    assert_eq!(r.stato, StatusCode::OK);
    assert_eq!((quanti("letta=no").await, quanti("letta=si").await), (0, 1));
    assert_eq!(
        b.console(Method::PUT, &format!("/api/pec/{id}"), &[JSON], "{}")
            .await
            .stato,
        StatusCode::BAD_REQUEST
    );
    let ricevute = leggi(&format!("/api/pec/{id}/ricevute")).await;
    assert_eq!(ricevute[0]["tipo"], "accettazione");
    assert_eq!(ricevute[1]["tipo"], "avvenuta-consegna");
    assert!(
        ricevute[1]["grezzo"]
            .as_str()
            .expect("source")
            .contains("daticert.xml")
    );
    assert_eq!(leggi("/api/inoltro").await["verso"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_are_shown_with_their_size_and_downloaded_where_the_message_is() {
    let b = banco();
    let richiesta = generatore::Richiesta {
        comune: CodiceIstat::parse("888009").expect("code"),
        versione: 1,
        abitanti: 60,
        aire: 1,
        invii: Some(1),
        max_invii: None,
        seed: 1,
        oggi: anagrafe::leggi_data("2021-03-01").expect("date"),
        anomalie: [("ES092".to_owned(), 2), ("EC007".to_owned(), 1)].into(),
    };
    for (nome, byte) in generatore::in_memoria(&richiesta).expect("generated").file {
        let dove = format!("/api/forniture?ambiente=pre&comune=888009&nome={nome}");
        let tipo = [("content-type", "application/octet-stream")];
        let r = b
            .console_corpo(Method::POST, &dove, &tipo, servizi::http::corpo(byte))
            .await;
        assert_eq!(r.stato, StatusCode::CREATED, "{}", r.testo);
    }
    let tutte = b
        .console(Method::GET, "/api/pec?comune=888009&ambiente=pre", &[], "")
        .await;
    let tutte: serde_json::Value = serde_json::from_str(&tutte.testo).expect("JSON");
    let esito = tutte.as_array().expect("messages").last().expect("an outcome");
    let (id, nome) = (
        esito["id"].as_str().expect("id"),
        "888009RiepilogoAnomalie20210301.csv",
    );
    assert_eq!(esito["allegati"], json!([nome]));
    let s = b.entra(Ambiente::Pre, "888009").await;
    let pagina = b
        .pagina(Ambiente::Pre, &format!("/combas/posta/{id}"), &s.biscotto)
        .await;
    dovute(&pagina, "messaggio");
    let voce = format!("<a href=\"/combas/posta/{id}/allegati/0\" download>{nome}</a> <small>");
    assert!(pagina.testo.contains(&voce), "{}", pagina.testo);
    let file = b
        .pagina(
            Ambiente::Pre,
            &format!("/combas/posta/{id}/allegati/0"),
            &s.biscotto,
        )
        .await;
    assert_eq!(file.testate["content-type"], "text/csv; charset=windows-1252");
    assert_eq!(
        file.testate["content-disposition"],
        format!("attachment; filename=\"{nome}\"").as_str()
    );
    let righe: Vec<&str> = file.testo.split("\r\n").collect();
    // The accent is one byte of Windows-1252.
    assert_eq!(righe[0], "Codice;Gravit\u{fffd};Occorrenze;Descrizione");
    assert!(righe[1].starts_with("ES092;bloccante;2;"), "{righe:?}");
    assert!(righe[2].starts_with("EC007;non bloccante;1;"), "{righe:?}");
    assert_eq!((righe.len(), righe[3]), (4, ""));

    // The private area shows the same message and its file; nobody else does.
    let q = b
        .console(Method::GET, "/api/percorso/comuni/888009", &[], "")
        .await;
    let q: serde_json::Value = serde_json::from_str(&q.testo).expect("JSON");
    let cnsd = b
        .entra_in_area(
            "privata",
            q["areaPrivata"]["utente"].as_str().expect("user"),
            q["areaPrivata"]["password"].as_str().expect("password"),
        )
        .await;
    let sua = format!("/servizidemografici/posta/{id}");
    let pagina = b.pagina(Ambiente::Sub, &sua, &cnsd.biscotto).await;
    assert!(
        pagina
            .testo
            .contains(&format!("<a href=\"{sua}/allegati/0\" download>"))
    );
    let nella_privata = b
        .pagina(Ambiente::Sub, &format!("{sua}/allegati/0"), &cnsd.biscotto)
        .await;
    assert_eq!(nella_privata.testo, file.testo);
    for dove in [
        "allegati/1",
        "allegati/x",
        "allegati/..%2f..%2f0",
        "allegati/0%00",
    ] {
        let r = b
            .pagina(Ambiente::Sub, &format!("{sua}/{dove}"), &cnsd.biscotto)
            .await;
        assert_eq!(r.stato, StatusCode::NOT_FOUND, "{dove}");
    }
    let altro = b.entra(Ambiente::Pre, "888007").await;
    let r = b
        .pagina(
            Ambiente::Pre,
            &format!("/combas/posta/{id}/allegati/0"),
            &altro.biscotto,
        )
        .await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);

    // A receipt carries what it says for programs.
    for (base, r) in [
        (
            "/combas/posta",
            b.pagina(
                Ambiente::Pre,
                &format!("/combas/posta/{id}/ricevute/1/daticert.xml"),
                &s.biscotto,
            )
            .await,
        ),
        (
            "/posta",
            b.console(
                Method::GET,
                &format!("/posta/{id}/ricevute/1/daticert.xml"),
                &[],
                "",
            )
            .await,
        ),
    ] {
        assert_eq!(r.stato, StatusCode::OK, "{base}");
        assert_eq!(
            r.testate["content-disposition"],
            "attachment; filename=\"daticert.xml\""
        );
        assert!(
            r.testo.contains("<postacert tipo=\"avvenuta-consegna\""),
            "{}",
            r.testo
        );
    }
    let r = b
        .console(Method::GET, &format!("/posta/{id}/ricevute/1"), &[], "")
        .await;
    assert!(
        r.testo
            .contains("ricevute/1/daticert.xml\" download>daticert.xml</a> <small>")
    );
}

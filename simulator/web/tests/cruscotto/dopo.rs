//! After the subentro: notices, and the request of the contribution.

use anagrafe::{Ambiente, CodiceIstat};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{SUB, carica, da_pianificare, date, invia, pianificazione, posta, turno, tutti, vedi};
use crate::banco::{
    self, Entrato, Risposta,
    api::{metti, ordina, rifiuto, vedi_api},
    banco,
};

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

/// The document with the test signature, from page and API alike.
async fn p7m(chi: &Entrato) -> Vec<u8> {
    let r = vedi(chi, "/combas/contributo/firma-di-prova").await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.testo);
    assert_eq!(r.testate["content-type"], "application/pkcs7-mime");
    let prova = vedi_api("/api/percorso/comuni/888002/contributo/firma-di-prova").await;
    let byte = frontiera::security::base64(prova["base64"].as_str().expect("base64")).expect("base64");
    assert!(r.testo == String::from_utf8_lossy(&byte), "the same octets");
    byte
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
    // Before the subentro: why not yet, what comes first, until when; no form.
    let altro = con_carta("888009", "SINDACONOVE00000", "SINDACO").await;
    let r = vedi(&altro, dove).await;
    assert_eq!(r.stato, StatusCode::OK);
    banco::dovute(&r, "too early");
    for segno in ["Non ancora", "Prima viene", "31/12/2021"] {
        assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
    }
    for segno in ["name=\"iban\"", "name=\"file\"", "Invia la richiesta"] {
        assert!(!r.testo.contains(segno), "{segno}: {}", r.testo);
    }
    // And after the deadline.
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
        "aria-describedby=\"e-iban n-iban\"",
        "<p class=\"errore\" id=\"e-iban\">L&#39;IBAN non è valido",
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
    // Each step that fails is named, at the field of the file.
    let buono = p7m(&io).await;
    let mut cambiato = buono.clone();
    let posto = cambiato
        .windows(5)
        .position(|w| w == b"1700 ")
        .expect("the content stands inside");
    cambiato[posto] = b'9';
    let altra_firma = {
        let mut b = buono.clone();
        *b.last_mut().expect("octets") ^= 1;
        b
    };
    let gigante = vec![0; 2 * 1024 * 1024 + 1];
    let pdf = b"%PDF-1.7\n<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>".as_slice();
    for (nome, byte, atteso, passo) in [
        ("richiesta.p7m", b"hello".as_slice(), 400, "passo «formato»"),
        ("richiesta.p7m", b"", 400, "passo «formato»"),
        (
            "richiesta.p7m",
            documento.testo.as_bytes(),
            400,
            "passo «formato»",
        ),
        ("richiesta.p7m", &cambiato, 400, "passo «digest»"),
        ("richiesta.p7m", &altra_firma, 400, "passo «firma»"),
        ("richiesta.p7m", &gigante, 413, "byte"),
        (
            "richiesta.pdf",
            documento.testo.as_bytes(),
            400,
            "passo «formato»",
        ),
        ("richiesta.pdf", b"%PDF-1.7 vuoto", 400, "passo «firma»"),
        ("richiesta.txt", &buono, 400, "passo «nome»"),
        ("", &buono, 400, "Manca il file"),
    ] {
        let r = firma(&io, &io.csrf, nome, byte).await;
        assert_eq!(r.stato.as_u16(), atteso, "{nome}: {}", r.testo);
        let sotto = r
            .testo
            .split("id=\"e-file\">")
            .nth(1)
            .unwrap_or_else(|| panic!("{nome}: {}", r.testo));
        assert!(
            sotto.split("</p>").next().is_some_and(|t| t.contains(passo)),
            "{passo}: {sotto}"
        );
    }
    assert!(vedi_api(base).await["firmato"].is_null());
    // A PDF is taken by its shape, and the page says so.
    assert_eq!(
        firma(&io, &io.csrf, "a.pdf", pdf).await.stato,
        StatusCode::SEE_OTHER
    );
    let f = vedi_api(base).await["firmato"].clone();
    assert_eq!((&f["formato"], &f["firmatario"]), (&json!("PDF"), &Value::Null));
    let pagina = vedi(&io, dove).await;
    banco::dovute(&pagina, "signed by PDF");
    assert!(
        pagina.testo.contains("né il contenuto né chi ha firmato"),
        "{}",
        pagina.testo
    );
    // The test signature: a name without folders, and who signed.
    assert_eq!(
        firma(&io, &io.csrf, "../../<b>.p7m", &buono).await.stato,
        StatusCode::SEE_OTHER
    );
    let f = vedi_api(base).await["firmato"].clone();
    assert_eq!(
        (&f["nome"], &f["formato"], &f["firmatario"]["delSimulatore"]),
        (&json!("<b>.p7m"), &json!("P7M"), &json!(true))
    );
    let soggetto = f["firmatario"]["soggetto"].as_str().expect("subject");
    assert!(soggetto.contains("CN=SINDACODUE000000"), "{soggetto}");
    let pagina = vedi(&io, dove).await;
    banco::dovute(&pagina, "signed");
    for segno in [
        "&#60;b&#62;.p7m",
        "SINDACODUE000000",
        "certificato del simulatore",
    ] {
        assert!(pagina.testo.contains(segno), "{segno}: {}", pagina.testo);
    }
    assert!(!pagina.testo.contains("<b>.p7m"), "{}", pagina.testo);
    // Other data ask for another signature: the old one is of another document.
    invia(&io, dove, "azione=salva&tesoreria=0123456&dichiarazione=si").await;
    assert!(vedi_api(base).await["firmato"].is_null());
    let r = firma(&io, &io.csrf, "richiesta.p7m", &buono).await;
    assert!(
        r.stato == StatusCode::BAD_REQUEST && r.testo.contains("passo «contenuto»"),
        "{}",
        r.testo
    );
    let esito = format!("{base}/esito");
    rifiuto(
        Method::POST,
        &esito,
        &json!({"stato": "ACCOLTA"}),
        (409, "SIM012"),
        "dopo l'invio",
    )
    .await;
    let nuovo = p7m(&io).await;
    assert_eq!(
        firma(&io, &io.csrf, "richiesta.p7m", &nuovo).await.stato,
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
    rifiuto(
        Method::POST,
        &format!("{base}/firmato"),
        &json!({"nome": "a.p7m", "base64": "ZmlybWE="}),
        (400, "SIM010"),
        "passo «formato»",
    )
    .await;
    // What the test signature's call gives is what the other one takes.
    let prova = vedi_api(&format!("{base}/firma-di-prova")).await;
    assert_eq!(prova["nome"], "contributo-888002.txt.p7m");
    ordina(&format!("{base}/firmato"), &prova).await;
    let k = ordina(&format!("{base}/invio"), &Value::Null).await;
    assert_eq!(
        (&k["stato"], &k["firmato"]["nome"]),
        (&json!("INVIATA"), &prova["nome"])
    );
    rifiuto(
        Method::GET,
        &format!("{base}/firma-di-prova"),
        &Value::Null,
        (409, "SIM012"),
        "già stata inviata",
    )
    .await;
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

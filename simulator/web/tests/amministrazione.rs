//! Administration, support tools and support of an environment: the main path of each, its worst mistake, whose hands
//! may touch it.

mod banco;

use std::io::Write as _;

use anagrafe::{Ambiente, CodiceIstat};
use banco::{Banco, Entrato, Risposta, banco, dovute};
use flate2::{Compression, write::GzEncoder};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const MODULO: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");

async fn scrivi(b: &Banco, a: Ambiente, s: &Entrato, dove: &str, corpo: &str) -> Risposta {
    let corpo = format!("csrf={}&{corpo}", s.csrf);
    let testate = [MODULO, ("cookie", s.biscotto.as_str())];
    b.ambiente(a, Method::POST, dove, &testate, &corpo).await
}

/// An operator of a Comune with these roles, logged in.
async fn con_ruoli(b: &Banco, a: Ambiente, k: &str, nome: &str, ruoli: &[&str]) -> Entrato {
    let corpo = json!({"ruoli": ruoli, "funzioni": ["*"], "password": "parola-lunga"});
    let dove = format!("/api/comuni/{k}/operatori/{nome}");
    let r = b.console(Method::PUT, &dove, &[JSON], &corpo.to_string()).await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.testo);
    b.entra_come(a, nome, "parola-lunga").await
}

async fn api(b: &Banco, dove: &str) -> Value {
    let r = b.console(Method::GET, dove, &[], "").await;
    assert_eq!(r.stato, StatusCode::OK, "{dove}: {}", r.testo);
    serde_json::from_str(&r.testo).expect("json")
}

fn png(lato: u32) -> Vec<u8> {
    let mut fuori = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(lato, lato)
        .write_to(&mut fuori, image::ImageFormat::Png)
        .expect("png");
    fuori.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_part_is_changed_by_its_roles_and_by_no_other() {
    let b = banco();
    let (a, k) = (Ambiente::Pre, "888004");
    let als = con_ruoli(b, a, k, "ALSDIPROVA000001", &["ALS"]).await;
    let alp = con_ruoli(b, a, k, "ALPDIPROVA000001", &["ALP"]).await;
    let operatore = con_ruoli(b, a, k, "OPERDIPROVA00001", &["OPERATORE"]).await;
    let pagina = "/combas/amministrazione";
    for s in [&als, &alp, &operatore] {
        dovute(&b.pagina(a, pagina, &s.biscotto).await, pagina);
    }
    for (corpo, als_puo, alp_puo) in [
        ("voce=pec&pec=nuova%40pec.example", true, false),
        ("voce=diritti&bollo=AUT-1%2F2021&esente=si", true, false),
        (
            "voce=indirizzi&indirizzi=203.0.113.7%0D%0A198.51.100.0%2F24",
            false,
            true,
        ),
        ("voce=togli-logo", true, false),
    ] {
        for (s, puo) in [(&als, als_puo), (&alp, alp_puo), (&operatore, false)] {
            let r = scrivi(b, a, s, pagina, corpo).await;
            let atteso = if puo {
                StatusCode::SEE_OTHER
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(r.stato, atteso, "{corpo}: {}", r.testo);
        }
    }
    let comune = api(b, &format!("/api/comuni/{k}")).await;
    assert_eq!(comune["pec"], "nuova@pec.example");
    let conf = &comune["configurazione"];
    assert_eq!(conf["bolloVirtuale"], "AUT-1/2021");
    assert_eq!(conf["esenteDiritti"], true);
    assert_eq!(conf["indirizziIp"], json!(["203.0.113.7", "198.51.100.0/24"]));
    // In force from the day after.
    let indirizzi = api(b, &format!("/api/comuni/{k}/indirizzi")).await;
    assert_eq!(
        indirizzi[0],
        json!({"rete": "203.0.113.7", "richiesto": "2021-03-01", "attivo": false})
    );
    let html = b.pagina(a, pagina, &alp.biscotto).await.testo;
    assert!(
        html.contains("dal giorno dopo") && html.contains("filtro spento"),
        "{html}"
    );

    // Without the token, with a private address, with a command that is none: nothing changes.
    let testate = [MODULO, ("cookie", alp.biscotto.as_str())];
    let r = b
        .ambiente(a, Method::POST, pagina, &testate, "voce=indirizzi&indirizzi=")
        .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    for corpo in [
        "voce=indirizzi&indirizzi=203.0.113.7%0A192.168.1.1",
        "voce=indirizzi&indirizzi=%3Cscript%3E",
        "voce=tutto",
        "",
    ] {
        let r = scrivi(b, a, &alp, pagina, corpo).await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{corpo}");
        assert!(!r.testo.contains("<script>"), "{}", r.testo);
    }
    assert_eq!(
        api(b, &format!("/api/comuni/{k}")).await["configurazione"]["indirizziIp"],
        conf["indirizziIp"]
    );
    let r = b
        .console(
            Method::PUT,
            &format!("/api/comuni/{k}"),
            &[JSON],
            r#"{"configurazione":{"indirizziIp":["10.0.0.1"]}}"#,
        )
        .await;
    assert_eq!(
        r.stato,
        StatusCode::BAD_REQUEST,
        "the API follows the rules of the form"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_comes_back_as_an_image_and_only_to_its_comune() {
    let b = banco();
    let (a, k) = (Ambiente::Test, "888005");
    let s = con_ruoli(b, a, k, "ALSDIPROVA000002", &["ALS"]).await;
    let logo = "/combas/amministrazione/logo";
    let vedi = async |s: &Entrato| b.pagina(a, "/combas/amministrazione/logo.png", &s.biscotto).await;
    assert_eq!(vedi(&s).await.stato, StatusCode::NOT_FOUND);
    for (nome, byte, stato) in [
        (
            "logo.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            "logo.png",
            b"\x89PNG\r\n\x1a\n<script>".to_vec(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        ("logo.png", png(601), StatusCode::UNPROCESSABLE_ENTITY),
        ("logo.png", vec![0; 600 * 1024], StatusCode::PAYLOAD_TOO_LARGE),
        ("", png(20), StatusCode::BAD_REQUEST),
    ] {
        let r = b
            .carica(a, logo, &s.biscotto, &[("csrf", &s.csrf)], nome, &byte)
            .await;
        assert_eq!(r.stato, stato, "{nome} {}", r.testo);
        assert_eq!(vedi(&s).await.stato, StatusCode::NOT_FOUND, "{nome}");
    }
    let senza = b.carica(a, logo, &s.biscotto, &[], "logo.png", &png(20)).await;
    assert_eq!(senza.stato, StatusCode::FORBIDDEN);
    let operatore = con_ruoli(b, a, k, "OPERDIPROVA00002", &["OPERATORE"]).await;
    let r = b
        .carica(
            a,
            logo,
            &operatore.biscotto,
            &[("csrf", &operatore.csrf)],
            "logo.png",
            &png(20),
        )
        .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);

    let r = b
        .carica(
            a,
            logo,
            &s.biscotto,
            &[("csrf", &s.csrf)],
            "../../\"><script>.png",
            &png(20),
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    let r = vedi(&s).await;
    assert_eq!(
        (r.stato, r.testate["content-type"].to_str().expect("ascii")),
        (StatusCode::OK, "image/png")
    );
    assert_eq!(r.testate["x-content-type-options"], "nosniff");
    assert!(
        b.pagina(a, "/combas/amministrazione", &s.biscotto)
            .await
            .testo
            .contains("20 × 20 pixel")
    );
    let altro = b.entra(a, "888006").await;
    assert_eq!(
        vedi(&altro).await.stato,
        StatusCode::NOT_FOUND,
        "another Comune has its own"
    );
    assert_eq!(
        vedi(&Entrato {
            biscotto: String::new(),
            testata: String::new(),
            csrf: String::new()
        })
        .await
        .stato,
        StatusCode::UNAUTHORIZED
    );
    b.nessun_arrivo().await;

    // The API: same rules.
    let dove = format!("/api/comuni/{k}/logo");
    let r = b
        .console_corpo(Method::PUT, &dove, &[], servizi::http::corpo(b"GIF89a".to_vec()))
        .await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY);
    let r = b
        .console_corpo(Method::PUT, &dove, &[], servizi::http::corpo(png(32)))
        .await;
    assert_eq!(
        serde_json::from_str::<Value>(&r.testo).expect("json")["larghezza"],
        32
    );
    let r = b.console(Method::DELETE, &dove, &[], "").await;
    assert_eq!(r.testo, "{\"tolto\":true}");
    assert_eq!(
        b.console(Method::GET, &dove, &[], "").await.stato,
        StatusCode::NOT_FOUND
    );
}

fn consegna(k: &str, versione: u16, anomalie: &str) -> Vec<(String, Vec<u8>)> {
    let richiesta = generatore::Richiesta {
        comune: CodiceIstat::parse(k).expect("code"),
        versione,
        abitanti: 80,
        aire: 0,
        invii: None,
        max_invii: Some(1),
        seed: 9,
        oggi: anagrafe::leggi_data("2021-03-01").expect("date"),
        anomalie: generatore::leggi_anomalie(anomalie).expect("plan"),
    };
    generatore::in_memoria(&richiesta).expect("delivery").file
}

#[tokio::test(flavor = "multi_thread")]
async fn the_validator_says_what_check_says_and_keeps_nothing() {
    let b = banco();
    let (a, k) = (Ambiente::Pre, "888007");
    let s = b.entra(a, k).await;
    let dove = "/combas/strumenti/validatore";
    dovute(&b.pagina(a, dove, &s.biscotto).await, dove);
    let csrf = [("csrf", s.csrf.as_str())];
    let (nome, byte) = consegna(k, 1, "ES092=2,EC007=1").remove(0);
    let r = b.carica(a, dove, &s.biscotto, &csrf, &nome, &byte).await;
    dovute(&r, "esito");
    assert!(
        r.testo.contains("esito KO") && r.testo.contains("errori fatali 0, errori 2, segnalazioni 1"),
        "{}",
        r.testo
    );
    assert!(r.testo.contains("[[Scheda Individuale APR:"), "{}", r.testo);
    let pulito = consegna(k, 2, "").remove(0);
    let r = b.carica(a, dove, &s.biscotto, &csrf, &pulito.0, &pulito.1).await;
    assert!(
        r.testo.contains("esito OK") && r.testo.contains("errori 0"),
        "{}",
        r.testo
    );

    // What is no delivery at all, under a name that wants elsewhere.
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(b"<subentro><script>alert(1)</script></subentro>")
        .expect("gzip");
    let rotto = gz.finish().expect("gzip");
    for nome in [
        "../../../tmp/888007_SUBAPR_1_1_1.gz",
        "<script>alert(1)</script>.gz",
        "..",
        "888007_SUBAPR_1_1_1.gz",
    ] {
        let r = b.carica(a, dove, &s.biscotto, &csrf, nome, &rotto).await;
        assert!(r.stato.is_success(), "{nome}: {}", r.testo);
        assert!(
            r.testo.contains("esito KO") && !r.testo.contains("<script>alert"),
            "{nome}: {}",
            r.testo
        );
    }
    let senza = [("csrf", s.csrf.as_str()), ("senza_en009", "si")];
    let r = b
        .carica(a, dove, &s.biscotto, &senza, "888007_SUBAPR_1_1_1.gz", &rotto)
        .await;
    assert!(
        r.testo.contains("EN009 escluso") && r.testo.contains("errori fatali 0"),
        "{}",
        r.testo
    );
    assert_eq!(
        b.carica(a, dove, &s.biscotto, &[], &nome, &byte).await.stato,
        StatusCode::FORBIDDEN
    );
    b.nessun_arrivo().await;
    assert_eq!(
        b.sim
            .forniture(Some(a), CodiceIstat::parse(k).ok())
            .expect("deliveries")
            .len(),
        0
    );
    assert_eq!(b.pec_di(k).len(), 0);

    // The API gives the same.
    let dove = format!("/api/validatore?ambiente=pre&comune={k}&nome={nome}");
    let r = b
        .console_corpo(Method::POST, &dove, &[], servizi::http::corpo(byte))
        .await;
    let v: Value = serde_json::from_str(&r.testo).expect("json");
    assert_eq!(
        (v["esito"].as_str(), v["errori"].as_u64(), v["avvisi"].as_u64()),
        (Some("KO"), Some(2), Some(1))
    );
    assert_eq!(v["conteggi"], json!({"EC007": 1, "ES092": 2}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_delivery_is_bounded_and_passes_or_fails_as_asked() {
    let b = banco();
    let (a, k) = (Ambiente::Test, "888008");
    let s = b.entra(a, k).await;
    dovute(
        &b.pagina(a, "/combas/strumenti/file-di-prova", &s.biscotto).await,
        "modulo",
    );
    let zip = async |q: &str| {
        b.pagina(
            a,
            &format!("/combas/strumenti/file-di-prova.zip?{q}"),
            &s.biscotto,
        )
        .await
    };
    let r =
        zip("abitanti=50&aire=5&versione=3&seme=7&profilo=pulito&codice1=ES092&quanti1=2&codice2=&quanti2=1")
            .await;
    assert_eq!(
        (r.stato, r.testate["content-type"].to_str().expect("ascii")),
        (StatusCode::OK, "application/zip")
    );
    assert_eq!(
        r.testate["content-disposition"],
        "attachment; filename=\"888008-fornitura-di-prova-v3.zip\""
    );
    for nome in [
        "888008_SUBAPR_3_1_1.gz",
        "888008_SUBAIRE_3.gz",
        "888008_manifesto_3.json",
    ] {
        assert!(r.testo.contains(nome), "{nome}");
    }
    for q in [
        "abitanti=5001",
        "abitanti=0",
        "abitanti=x",
        "aire=1001",
        "versione=0",
        "versione=70000",
        "codice1=ES092&quanti1=201",
        "codice1=ES092&quanti1=18446744073709551615&codice2=ES092&quanti2=2",
        "codice1=XX999",
        "codice1=%3Cscript%3E",
    ] {
        let r = zip(q).await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{q}");
        assert!(!r.testo.contains("<script>"), "{q}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sendings_are_compared_and_no_other_comune_is() {
    let b = banco();
    let (a, k) = (Ambiente::Pre, "888009");
    let s = b.entra(a, k).await;
    let vuoto = b.pagina(a, "/combas/confronto", &s.biscotto).await;
    dovute(&vuoto, "vuoto");
    assert!(vuoto.testo.contains("Servono due forniture concluse"));
    for (versione, anomalie) in [(1, "ES092=3,EC007=2"), (2, "ES092=1,EC081=4")] {
        let (nome, byte) = consegna(k, versione, anomalie).remove(0);
        let r = b.invia(a, &s.biscotto, Some(&s.csrf), &nome, &byte).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
        b.stato_finale(a, &s.biscotto).await;
    }
    let pagina = b.pagina(a, "/combas/confronto", &s.biscotto).await;
    dovute(&pagina, "confronto");
    assert!(
        pagina.testo.contains("<svg") && pagina.testo.contains("EC081"),
        "{}",
        pagina.testo
    );
    let codice = CodiceIstat::parse(k).ok();
    let id: Vec<String> = b
        .sim
        .forniture(Some(a), codice)
        .expect("deliveries")
        .iter()
        .map(|f| f.id.to_string())
        .collect();
    let v = api(b, &format!("/api/forniture/{}/confronto?con={}", id[1], id[0])).await;
    let di = |c: &str| {
        let riga = v["codici"]
            .as_array()
            .expect("rows")
            .iter()
            .find(|r| r["codice"] == c);
        riga.map(|r| ["scomparse", "rimaste", "nuove"].map(|n| r[n].as_u64().expect("number")))
    };
    // Planted in the same people by the same seed or not, the sums are those of the two deliveries.
    for (codice, prima, dopo) in [("ES092", 3, 1), ("EC007", 2, 0), ("EC081", 0, 4)] {
        let [scomparse, rimaste, nuove] = di(codice).expect(codice);
        assert_eq!((scomparse + rimaste, rimaste + nuove), (prima, dopo), "{codice}");
    }
    assert_eq!(v["soloQuantita"], false);

    // A delivery of another Comune, or of another environment, does not exist here.
    let altro = b.entra(a, "888010").await;
    for q in [
        format!("prima={}&dopo={}", id[0], id[1]),
        "prima=F999999&dopo=..%2F..".to_owned(),
    ] {
        let r = b
            .pagina(a, &format!("/combas/confronto?{q}"), &altro.biscotto)
            .await;
        assert!(
            r.stato == StatusCode::NOT_FOUND || r.testo.contains("Servono due forniture"),
            "{q}: {}",
            r.stato
        );
        assert!(!r.testo.contains("EC081"), "{q}");
    }
    let r = b
        .console(
            Method::GET,
            &format!("/api/forniture/{}/confronto?con={}", id[0], id[0]),
            &[],
            "",
        )
        .await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);

    // The downloads of the Comune, and the monitor with its bars.
    let scarico = b.pagina(a, "/combas/download", &s.biscotto).await;
    dovute(&scarico, "download");
    assert!(
        scarico.testo.contains(&format!(
            "/combas/esiti/{}/liste/888009SchedeIndivErr20210301.csv",
            id[1]
        )),
        "{}",
        scarico.testo
    );
    let monitor = b.pagina(a, "/combas/anomalie", &s.biscotto).await;
    assert!(monitor.testo.contains("class=\"barretta\""), "{}", monitor.testo);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_support_unlocks_and_restores_in_test_environments_only() {
    let b = banco();
    let k = "888006";
    let dove = "/combas/assistenza";
    for a in Ambiente::TUTTI {
        let s = b.entra(a, k).await;
        dovute(&b.pagina(a, dove, &s.biscotto).await, dove);
    }
    // Half a delivery waits for ever; support ends it.
    let a = Ambiente::Pre;
    let s = b.entra(a, k).await;
    let (nome, byte) = consegna(k, 1, "").remove(0);
    let r = b.invia(a, &s.biscotto, Some(&s.csrf), &nome, &byte).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    let ferma = b.pagina(a, dove, &s.biscotto).await.testo;
    assert!(
        ferma.contains("Fai come l&#39;assistenza") || ferma.contains("Fai come l'assistenza"),
        "{ferma}"
    );
    let operatore = con_ruoli(b, a, k, "OPERDIPROVA00003", &["OPERATORE"]).await;
    assert_eq!(
        scrivi(b, a, &operatore, dove, "azione=sblocca").await.stato,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        scrivi(b, a, &s, dove, "azione=sblocca").await.stato,
        StatusCode::SEE_OTHER
    );
    let id = b.fornitura_di(a, k);
    assert_eq!(
        api(b, &format!("/api/forniture/{id}")).await["stato"],
        "CANCELLATA"
    );
    assert_eq!(
        scrivi(b, a, &s, dove, "azione=sblocca").await.stato,
        StatusCode::CONFLICT
    );
    let r = b.invia(a, &s.biscotto, Some(&s.csrf), &nome, &byte).await;
    assert_eq!(
        r.stato,
        StatusCode::SEE_OTHER,
        "the same file may be sent again: {}",
        r.testo
    );

    // A certificate deleted by mistake.
    let certificato = api(b, &format!("/api/certificati?comune={k}")).await[0]["improntaSha256"]
        .as_str()
        .expect("digest")
        .to_owned();
    let r = b
        .console(
            Method::DELETE,
            &format!("/api/certificati/{certificato}"),
            &[],
            "",
        )
        .await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.testo);
    assert!(b.pagina(a, dove, &s.biscotto).await.testo.contains("Ripristina"));
    let corpo = format!("azione=ripristina&certificato={certificato}");
    let altro = b.entra(a, "888007").await;
    assert_eq!(
        scrivi(b, a, &altro, dove, &corpo).await.stato,
        StatusCode::NOT_FOUND,
        "another Comune's"
    );
    assert_eq!(
        scrivi(b, a, &operatore, dove, &corpo).await.stato,
        StatusCode::FORBIDDEN
    );
    let sub = b.entra(Ambiente::Sub, k).await;
    for corpo in ["azione=sblocca", corpo.as_str()] {
        assert_eq!(
            scrivi(b, Ambiente::Sub, &sub, dove, corpo).await.stato,
            StatusCode::FORBIDDEN,
            "{corpo}"
        );
    }
    assert_eq!(scrivi(b, a, &s, dove, &corpo).await.stato, StatusCode::SEE_OTHER);
    assert_eq!(
        api(b, &format!("/api/certificati/{certificato}")).await["stato"],
        "attivo"
    );

    // The console may, everywhere.
    assert_eq!(
        api(b, &format!("/api/comuni/{k}/blocco?ambiente=pre")).await["blocco"],
        "FORNITURA_APERTA"
    );
    let r = b
        .console(
            Method::POST,
            &format!("/comuni/{k}/sblocco"),
            &[MODULO],
            "ambiente=pre",
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    assert_eq!(
        api(b, &format!("/api/comuni/{k}/blocco?ambiente=pre")).await["blocco"],
        Value::Null
    );

    // A question, from the page.
    let r = scrivi(
        b,
        a,
        &s,
        dove,
        "azione=domanda&oggetto=%3Cb%3EAiuto&testo=Che%20fare%3F",
    )
    .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
    let html = b.pagina(a, dove, &s.biscotto).await.testo;
    assert!(
        html.contains("&#60;b&#62;Aiuto") && !html.contains("<b>Aiuto"),
        "{html}"
    );
    assert_eq!(
        scrivi(b, a, &s, dove, "azione=domanda&oggetto=&testo=x")
            .await
            .stato,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subentro_wants_two_confirmations_and_says_what_is_known_before() {
    let b = banco();
    let (a, k) = (Ambiente::Sub, "888010");
    let s = b.entra(a, k).await;
    let pagina = b.pagina(a, "/combas/invio", &s.biscotto).await.testo;
    for detto in [
        "Nessuna prova di pre-subentro",
        "EN003",
        "dentro la finestra del piano",
        "Logo",
        "name=\"definitivo\"",
    ] {
        assert!(pagina.contains(detto), "{detto}: {pagina}");
    }
    assert!(
        !b.pagina(
            Ambiente::Pre,
            "/combas/invio",
            &b.entra(Ambiente::Pre, k).await.biscotto
        )
        .await
        .testo
        .contains("name=\"definitivo\"")
    );
    let (nome, byte) = consegna(k, 1, "").remove(0);
    let una = [("csrf", s.csrf.as_str()), ("tipo", "APR"), ("conferma", "si")];
    let r = b.invia_campi(a, &s.biscotto, &una, &nome, &byte).await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(r.testo.contains("Manca la seconda conferma"), "{}", r.testo);
    let due = [una[0], una[1], una[2], ("definitivo", "si")];
    let r = b.invia_campi(a, &s.biscotto, &due, &nome, &byte).await;
    assert!(r.testo.contains("EN003"), "the gates decide: {}", r.testo);
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_and_postazioni_are_searched_by_who_may() {
    let b = banco();
    let (a, k) = (Ambiente::Test, "888003");
    let als = con_ruoli(b, a, k, "ALSDIPROVA000003", &["ALS"]).await;
    let alp = con_ruoli(b, a, k, "ALPDIPROVA000003", &["ALP"]).await;
    let corpo = json!({"comune": k, "nameId": "ALSDIPROVA000003"}).to_string();
    assert_eq!(
        b.console(Method::POST, "/api/carte", &[JSON], &corpo).await.stato,
        StatusCode::CREATED
    );
    let carte = "/combas/sicurezza/carte";
    let html = b.pagina(a, carte, &als.biscotto).await;
    dovute(&html, carte);
    assert!(html.testo.contains("ALSDIPROVA000003"));
    assert!(
        b.pagina(a, &format!("{carte}?testo=zzzz"), &als.biscotto)
            .await
            .testo
            .contains("Nessuna carta con questi filtri")
    );
    assert_eq!(
        b.pagina(a, carte, &alp.biscotto).await.stato,
        StatusCode::FORBIDDEN
    );
    let postazioni = "/combas/sicurezza/postazioni";
    let html = b
        .pagina(
            a,
            &format!("{postazioni}?testo=co-0000&stato=attivo"),
            &alp.biscotto,
        )
        .await;
    dovute(&html, postazioni);
    assert!(html.testo.contains("888003-CO-0000"));
    assert!(
        b.pagina(a, &format!("{postazioni}?stato=scaduto"), &alp.biscotto)
            .await
            .testo
            .contains("Nessuna postazione con questi filtri")
    );
    assert_eq!(
        b.pagina(a, postazioni, &als.biscotto).await.stato,
        StatusCode::FORBIDDEN
    );
    let indice = b.pagina(a, "/combas/sicurezza", &alp.biscotto).await;
    dovute(&indice, "sicurezza");
    assert!(indice.testo.contains("ALSDIPROVA000003") && indice.testo.contains("Amministratori locali"));
}

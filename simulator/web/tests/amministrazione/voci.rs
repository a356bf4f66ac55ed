//! The parts of the Comune's own data, and the logo.

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::banco::{
    Entrato,
    api::{JSON, MODULO, vedi_api},
    banco, dovute,
};

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
    let als = b.con_ruoli(a, k, "ALSDIPROVA000001", &["ALS"]).await;
    let alp = b.con_ruoli(a, k, "ALPDIPROVA000001", &["ALP"]).await;
    let operatore = b.con_ruoli(a, k, "OPERDIPROVA00001", &["OPERATORE"]).await;
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
            let r = b.manda(a, s, pagina, corpo).await;
            let atteso = if puo {
                StatusCode::SEE_OTHER
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(r.stato, atteso, "{corpo}: {}", r.testo);
        }
    }
    let comune = vedi_api(&format!("/api/comuni/{k}")).await;
    assert_eq!(comune["pec"], "nuova@pec.example");
    let conf = &comune["configurazione"];
    assert_eq!(conf["bolloVirtuale"], "AUT-1/2021");
    assert_eq!(conf["esenteDiritti"], true);
    assert_eq!(conf["indirizziIp"], json!(["203.0.113.7", "198.51.100.0/24"]));
    // In force from the day after.
    let indirizzi = vedi_api(&format!("/api/comuni/{k}/indirizzi")).await;
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
        let r = b.manda(a, &alp, pagina, corpo).await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{corpo}");
        assert!(!r.testo.contains("<script>"), "{}", r.testo);
    }
    assert_eq!(
        vedi_api(&format!("/api/comuni/{k}")).await["configurazione"]["indirizziIp"],
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
async fn what_was_written_stays_with_its_error_beside_the_field() {
    let b = banco();
    let (a, k) = (Ambiente::Pre, "888007");
    let io = b.con_ruoli(a, k, "SINDACODIPROVA01", &["SINDACO"]).await;
    let pagina = "/combas/amministrazione";
    let prima = vedi_api(&format!("/api/comuni/{k}")).await;
    for (corpo, campo, nota, tenuto, frasi) in [
        (
            "voce=pec&pec=a%40b",
            "pec",
            "pec-nota",
            "value=\"a@b\"",
            vec!["«a@b» non è un indirizzo di posta valido"],
        ),
        (
            "voce=pec&pec=a%20b%40c.example",
            "pec",
            "pec-nota",
            "value=\"a b@c.example\"",
            vec!["«a b@c.example»"],
        ),
        (
            "voce=diritti&esente=si&bollo=AUTORIZZAZIONE+LUNGA+DAVVERO+TROPPO+PER+STARE+IN+UNA+RIGA+DI+SESSANTA",
            "bollo",
            "bollo-nota",
            "name=\"esente\" value=\"si\" checked",
            vec!["al massimo 60 caratteri"],
        ),
        // Every wrong address in one round; the good one stays in the list with them.
        (
            "voce=indirizzi&indirizzi=casa.example%0A203.0.113.7%2C+10.0.0.1",
            "indirizzi",
            "indirizzi-nota",
            ">casa.example\n203.0.113.7, 10.0.0.1</textarea>",
            vec![
                "«casa.example» non è un indirizzo IP",
                "«10.0.0.1» è un indirizzo privato",
            ],
        ),
    ] {
        let r = b.manda(a, &io, pagina, corpo).await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{corpo}");
        dovute(&r, corpo);
        let sotto = r
            .testo
            .split(&format!("<p class=\"errore\" id=\"e-{campo}\">"))
            .nth(1)
            .and_then(|t| t.split("</p>").next())
            .unwrap_or_else(|| panic!("{campo}: {}", r.testo));
        for frase in frasi {
            assert!(sotto.contains(frase), "{frase}: {sotto}");
        }
        for segno in [
            tenuto,
            &format!("href=\"#{campo}\""),
            &format!("id=\"{campo}\""),
            &format!("aria-invalid=\"true\" aria-describedby=\"e-{campo} {nota}\""),
        ] {
            assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
        }
    }
    let dopo = vedi_api(&format!("/api/comuni/{k}")).await;
    assert_eq!(prima, dopo, "nothing happened");
    // The logo too: the page comes back with the reason at its field.
    let r = b
        .carica(
            a,
            "/combas/amministrazione/logo",
            &io.biscotto,
            &[("csrf", &io.csrf)],
            "l.png",
            b"x",
        )
        .await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        r.testo.contains("id=\"e-logo\">Il logo deve essere"),
        "{}",
        r.testo
    );
    // Lines, blanks and commas alike.
    let r = b
        .manda(
            a,
            &io,
            pagina,
            "voce=indirizzi&indirizzi=203.0.113.7+203.0.113.8%2C203.0.113.9%0D%0A203.0.113.0%2F24",
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    let comune = vedi_api(&format!("/api/comuni/{k}")).await;
    assert_eq!(
        comune["configurazione"]["indirizziIp"],
        json!(["203.0.113.7", "203.0.113.8", "203.0.113.9", "203.0.113.0/24"])
    );
    // The same rule for the address, whoever asks.
    let r = b
        .console(
            Method::PUT,
            &format!("/api/comuni/{k}"),
            &[JSON],
            r#"{"pec":"a@b"}"#,
        )
        .await;
    assert!(
        r.stato == StatusCode::BAD_REQUEST && r.testo.contains("almeno un punto nel dominio"),
        "{}",
        r.testo
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_comes_back_as_an_image_and_only_to_its_comune() {
    let b = banco();
    let (a, k) = (Ambiente::Test, "888005");
    let s = b.con_ruoli(a, k, "ALSDIPROVA000002", &["ALS"]).await;
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
    let operatore = b.con_ruoli(a, k, "OPERDIPROVA00002", &["OPERATORE"]).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn cards_and_postazioni_are_searched_by_who_may() {
    let b = banco();
    let (a, k) = (Ambiente::Test, "888003");
    let als = b.con_ruoli(a, k, "ALSDIPROVA000003", &["ALS"]).await;
    let alp = b.con_ruoli(a, k, "ALPDIPROVA000003", &["ALP"]).await;
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

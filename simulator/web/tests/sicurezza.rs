//! The pages of the security administrators: who may do what, to whom, and that nobody reaches another Comune's.

mod banco;

use anagrafe::Ambiente;
use banco::{
    Entrato, Risposta,
    api::{MODULO, metti, ordina, vedi_api},
    banco,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const PRE: Ambiente = Ambiente::Pre;

/// Registers an operator with roles and a password, and logs him in.
async fn con_ruoli(istat: &str, nome: &str, ruoli: &[&str]) -> Entrato {
    banco().con_ruoli(PRE, istat, nome, ruoli).await
}

async fn invia(chi: &Entrato, dove: &str, campi: &str) -> Risposta {
    banco().manda(PRE, chi, dove, campi).await
}

async fn vedi(chi: &Entrato, dove: &str) -> Risposta {
    banco().pagina(PRE, dove, &chi.biscotto).await
}

async fn stato_di(istat: &str, nome: &str) -> Value {
    vedi_api(&format!("/api/comuni/{istat}/operatori/{nome}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_page_asks_for_its_role() {
    let solo = con_ruoli("888004", "SOLOPERATORE4000", &["OPERATORE"]).await;
    let als = con_ruoli("888004", "SOLOALS400000000", &["ALS"]).await;
    let alp = con_ruoli("888004", "SOLOALP400000000", &["ALP"]).await;
    let pagine = [
        ("/combas/sicurezza", [403, 200, 200]),
        ("/combas/sicurezza/operatori", [403, 200, 403]),
        ("/combas/sicurezza/operatori/SOLOALP400000000", [403, 200, 403]),
        ("/combas/sicurezza/postazioni", [403, 403, 200]),
        ("/combas/sicurezza/postazioni/888004-CO-0000", [403, 403, 200]),
        ("/combas/sicurezza/postazioni/888004-CO-0000/p12", [403, 403, 200]),
        ("/combas/sicurezza/postazioni/archivio", [403, 403, 200]),
    ];
    for (dove, attesi) in pagine {
        for (chi, atteso) in [&solo, &als, &alp].into_iter().zip(attesi) {
            assert_eq!(vedi(chi, dove).await.stato.as_u16(), atteso, "{dove}");
        }
    }
    for (dove, campi, chi) in [
        (
            "/combas/sicurezza/operatori",
            "name_id=NUOVO40000000000&ruolo=OPERATORE&funzioni=*&ambiente=pre",
            [&solo, &alp],
        ),
        (
            "/combas/sicurezza/operatori/SOLOPERATORE4000",
            "azione=blocca",
            [&solo, &alp],
        ),
        ("/combas/sicurezza/postazioni", "tipo=PC", [&solo, &als]),
        (
            "/combas/sicurezza/postazioni/888004-CO-0000",
            "azione=cancella&conferma=si",
            [&solo, &als],
        ),
    ] {
        for c in chi {
            assert_eq!(invia(c, dove, campi).await.stato, StatusCode::FORBIDDEN, "{dove}");
        }
        // With the role and without the token: no.
        for c in [&als, &alp] {
            let senza = Entrato {
                biscotto: c.biscotto.clone(),
                testata: String::new(),
                csrf: "0000".to_owned(),
            };
            assert_eq!(
                invia(&senza, dove, campi).await.stato,
                StatusCode::FORBIDDEN,
                "{dove}"
            );
        }
    }
    assert_eq!(stato_di("888004", "SOLOPERATORE4000").await["stato"], "attivo");
    let c = vedi_api("/api/certificati/888004-CO-0000").await;
    assert_eq!(c["stato"], "attivo");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_or_touches_a_role_above_his_own() {
    let als = con_ruoli("888005", "ALSCINQUE0000000", &["ALS", "OPERATORE"]).await;
    let sindaco = con_ruoli("888005", "SINDACOCINQUE000", &["SINDACO"]).await;
    con_ruoli("888005", "ALPCINQUE0000000", &["ALP"]).await;
    con_ruoli("888005", "OPERCINQUE000000", &["OPERATORE"]).await;
    let dove = "/combas/sicurezza/operatori";
    let tutti = "funzioni=*&ambiente=pre";

    // To give.
    for ruolo in ["ALS", "ALP", "SINDACO", "RE"] {
        let campi = format!("azione=profilo&ruolo={ruolo}&{tutti}");
        let r = invia(&als, &format!("{dove}/OPERCINQUE000000"), &campi).await;
        assert_eq!(r.stato, StatusCode::FORBIDDEN, "{ruolo}");
        let r = invia(
            &als,
            dove,
            &format!("name_id=ALTRO5{ruolo}&ruolo={ruolo}&{tutti}"),
        )
        .await;
        assert_eq!(r.stato, StatusCode::FORBIDDEN, "{ruolo}");
    }
    // To touch: passwords most of all.
    for nome in ["SINDACOCINQUE000", "ALPCINQUE0000000", "ALSCINQUE0000000"] {
        for campi in [
            "azione=password&password=presa-io",
            "azione=blocca",
            "azione=cancella&conferma=si",
            "azione=carta",
        ] {
            let r = invia(&als, &format!("{dove}/{nome}"), campi).await;
            assert_eq!(r.stato, StatusCode::FORBIDDEN, "{nome} {campi}");
        }
        let pagina = vedi(&als, &format!("{dove}/{nome}")).await;
        assert_eq!(pagina.stato, StatusCode::OK);
        assert!(!pagina.testo.contains("name=\"azione\""), "{nome}");
    }
    let ok = |r: Risposta| assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    ok(invia(
        &als,
        &format!("{dove}/OPERCINQUE000000"),
        &format!("azione=profilo&ruolo=SUPERVISORE&{tutti}"),
    )
    .await);
    ok(invia(&als, &format!("{dove}/OPERCINQUE000000"), "azione=blocca").await);
    assert_eq!(stato_di("888005", "OPERCINQUE000000").await["stato"], "bloccato");
    // The sindaco names ALS and ALP, not another sindaco.
    ok(invia(
        &sindaco,
        &format!("{dove}/ALPCINQUE0000000"),
        &format!("azione=profilo&ruolo=ALP&ruolo=ALS&{tutti}"),
    )
    .await);
    assert_eq!(
        stato_di("888005", "ALPCINQUE0000000").await["ruoli"],
        json!(["ALP", "ALS"])
    );
    let r = invia(
        &sindaco,
        &format!("{dove}/ALPCINQUE0000000"),
        &format!("azione=profilo&ruolo=SINDACO&{tutti}"),
    )
    .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_of_another_comune_does_not_exist() {
    let als = con_ruoli("888006", "ALSSEI0000000000", &["ALS", "ALP"]).await;
    con_ruoli("888007", "OPERSETTE0000000", &["OPERATORE"]).await;
    let carta = ordina(
        "/api/carte",
        &json!({"comune": "888007", "nameId": "OPERSETTE0000000"}),
    )
    .await;
    let carta = carta["id"].as_str().expect("id");
    let certificato = vedi_api("/api/certificati/888007-CO-0000").await;
    let impronta = certificato["improntaSha256"].as_str().expect("digest");
    for dove in [
        "/combas/sicurezza/operatori/OPERSETTE0000000".to_owned(),
        "/combas/sicurezza/postazioni/888007-CO-0000".to_owned(),
        format!("/combas/sicurezza/postazioni/{impronta}"),
        format!("/combas/sicurezza/postazioni/{impronta}/p12"),
        format!("/combas/sicurezza/carte/{carta}/p12"),
    ] {
        assert_eq!(vedi(&als, &dove).await.stato, StatusCode::NOT_FOUND, "{dove}");
    }
    for (dove, campi) in [
        (
            "/combas/sicurezza/operatori/OPERSETTE0000000".to_owned(),
            "azione=password&password=presa-io".to_owned(),
        ),
        (
            "/combas/sicurezza/operatori/OPERSETTE0000000".to_owned(),
            "azione=blocca".to_owned(),
        ),
        (
            format!("/combas/sicurezza/postazioni/{impronta}"),
            "azione=cancella&conferma=si".to_owned(),
        ),
        (
            format!("/combas/sicurezza/postazioni/{impronta}"),
            "azione=rinnova".to_owned(),
        ),
    ] {
        assert_eq!(
            invia(&als, &dove, &campi).await.stato,
            StatusCode::NOT_FOUND,
            "{dove} {campi}"
        );
    }
    // Nor through an operator of his own Comune.
    con_ruoli("888006", "OPERSEI000000000", &["OPERATORE"]).await;
    let r = invia(
        &als,
        "/combas/sicurezza/operatori/OPERSEI000000000",
        &format!("azione=revoca-carta&carta={carta}"),
    )
    .await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
    // Registering somebody of another Comune as his own would open that Comune to him.
    let campi = "name_id=OPERSETTE0000000&ruolo=OPERATORE&funzioni=*&ambiente=pre&password=presa-io";
    let r = invia(&als, "/combas/sicurezza/operatori", campi).await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    // Enabled for both by the support, he is still out of the reach of either.
    metti("/api/comuni/888006/operatori/OPERSETTE0000000", &json!({})).await;
    let r = invia(
        &als,
        "/combas/sicurezza/operatori/OPERSETTE0000000",
        "azione=password&password=presa-io",
    )
    .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    let carta_dopo = vedi_api(&format!("/api/carte/{carta}")).await;
    assert_eq!(carta_dopo["stato"], "attivo");
    assert_eq!(certificato["stato"], "attivo");
    assert_eq!(
        banco()
            .prova_password(PRE, "OPERSETTE0000000", "presa-io")
            .await
            .stato,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_owe_what_every_page_owes() {
    let b = banco();
    let chi = b.entra(PRE, "888008").await;
    for dove in [
        "/combas/sicurezza",
        "/combas/sicurezza/operatori",
        "/combas/sicurezza/postazioni",
        "/combas/sicurezza/postazioni/888008-CO-0000",
        "/combas/profilo",
        "/combas/comune",
    ] {
        let r = vedi(&chi, dove).await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        banco::dovute(&r, dove);
    }
    for dove in [
        "/certificati",
        "/certificati/888008-CO-0000",
        "/comuni/888008/operatori",
    ] {
        banco::dovute(&b.console(Method::GET, dove, &[], "").await, dove);
    }
    for dove in ["/", "/test/com", "/pre/com", "/altro/com"] {
        banco::dovute(&b.carta(dove).await, dove);
    }
    for dove in [
        "/certificati/..%2f..%2fx",
        "/certificati/888008-CO-0000/..%2fx",
        "/carte/..%2fx/p12",
    ] {
        assert_eq!(
            b.console(Method::GET, dove, &[], "").await.stato,
            StatusCode::NOT_FOUND,
            "{dove}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_ends_the_session_the_browser_had_and_never_takes_its_key() {
    let b = banco();
    let prima = b.entra(PRE, "888009").await;
    let pronto = b.sim.pronto().expect("ready");
    let o = &pronto["comuni"][8]["operatori"][0];
    let modulo = b.pagina(PRE, "/combas", "").await;
    let ingresso = modulo.testate["set-cookie"].to_str().expect("ascii");
    let ingresso = ingresso.split(';').next().unwrap_or_default();
    let csrf = ingresso.split('=').nth(1).unwrap_or_default();
    // The session cookie of before goes along, as a browser (or who planted it there) would send it.
    let biscotti = format!("{ingresso}; {}", prima.biscotto);
    let dentro = format!(
        "csrf={csrf}&name_id={}&password={}",
        o["nameId"].as_str().expect("name"),
        o["password"].as_str().expect("password")
    );
    let r = b
        .ambiente(
            PRE,
            Method::POST,
            "/combas/entra",
            &[MODULO, ("cookie", &biscotti)],
            &dentro,
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    let nuovo = r
        .testate
        .get_all("set-cookie")
        .iter()
        .filter_map(|v| v.to_str().ok()?.split(';').next())
        .find(|v| v.starts_with("__Host-anpr-pre="))
        .expect("a session")
        .to_owned();
    assert_ne!(nuovo, prima.biscotto);
    assert_eq!(
        b.pagina(PRE, "/combas/esiti", &prima.biscotto).await.stato,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(b.pagina(PRE, "/combas/esiti", &nuovo).await.stato, StatusCode::OK);
    // A key nobody gave out stays nobody's.
    let piantata = format!("__Host-anpr-pre={}", "0".repeat(64));
    assert_eq!(
        b.pagina(PRE, "/combas/esiti", &piantata).await.stato,
        StatusCode::UNAUTHORIZED
    );
}

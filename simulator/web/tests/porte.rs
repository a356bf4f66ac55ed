//! The pages, the console and the API over a real simulator in a temporary folder: who gets in, what comes out.

mod banco;

use anagrafe::Ambiente;
use banco::{banco, dovute};
use http::{Method, StatusCode};

const PAGINE: [&str; 19] = [
    "/combas",
    "/combas/invio",
    "/combas/esiti",
    "/combas/anomalie",
    "/combas/subentro",
    "/combas/persone",
    "/combas/cancellazione",
    "/combas/posta",
    "/combas/posta?cartella=inviati",
    "/combas/amministrazione",
    "/combas/download",
    "/combas/confronto",
    "/combas/strumenti",
    "/combas/strumenti/postazione",
    "/combas/strumenti/validatore",
    "/combas/strumenti/file-di-prova",
    "/combas/assistenza",
    "/combas/sicurezza/carte",
    "/combas/codici/ES092",
];
const CONSOLE: [&str; 10] = [
    "/",
    "/comuni/888001",
    "/forniture",
    "/registro",
    "/scambi",
    "/posta",
    "/catalogo",
    "/catalogo/ES092",
    "/catalogo/EC069",
    "/non-esiste",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_owes_the_banner_the_headers_and_labels() {
    let b = banco();
    for a in Ambiente::TUTTI {
        let s = b.entra(a, "888001").await;
        for dove in PAGINE {
            let r = b.pagina(a, dove, &s.biscotto).await;
            dovute(&r, dove);
            assert!(
                r.stato.is_success() || (a == Ambiente::Sub && dove.ends_with("cancellazione")),
                "{dove} {}",
                r.stato
            );
        }
        let invio = b.pagina(a, "/combas/invio", &s.biscotto).await.testo;
        assert!(invio.contains("Caricare solo dati fittizi"));
        assert_eq!(invio.contains("non si può annullare"), a == Ambiente::Sub);
        for dove in ["/", "/combas", "/non-esiste"] {
            dovute(&b.pagina(a, dove, "").await, dove);
        }
    }
    for dove in CONSOLE {
        dovute(&b.console(Method::GET, dove, &[], "").await, dove);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebound_name_and_a_foreign_page_get_nothing() {
    let b = banco();
    for dove in ["/", "/api/stato", "/metrics", "/statico/stile.css"] {
        let r = b
            .console(Method::GET, dove, &[("host", "malvagio.example")], "")
            .await;
        assert_eq!(r.stato, StatusCode::FORBIDDEN, "{dove}");
        let r = b
            .console(Method::GET, dove, &[("sec-fetch-site", "cross-site")], "")
            .await;
        assert_eq!(r.stato, StatusCode::FORBIDDEN, "{dove}");
    }
    for dove in ["/notte", "/orologio", "/reset", "/api/notte", "/api/reset"] {
        for testata in [
            ("origin", "https://malvagio.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
        ] {
            let r = b.console(Method::POST, dove, &[testata], "").await;
            assert_eq!(r.stato, StatusCode::FORBIDDEN, "{dove} {testata:?}");
        }
    }
    let r = b
        .ambiente(
            Ambiente::Test,
            Method::GET,
            "/combas",
            &[("host", "malvagio.example")],
            "",
        )
        .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    let r = b
        .ambiente(
            Ambiente::Test,
            Method::POST,
            "/combas/entra",
            &[("sec-fetch-site", "cross-site")],
            "",
        )
        .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_elsewhere_only_with_the_token() {
    let b = banco();
    for (testate, atteso) in [
        (vec![], StatusCode::UNAUTHORIZED),
        (
            vec![("authorization", "Bearer sbagliato")],
            StatusCode::UNAUTHORIZED,
        ),
        (vec![("authorization", "Bearer gettone-di-prova")], StatusCode::OK),
    ] {
        assert_eq!(
            b.da_fuori("/api/stato", &testate).await.stato,
            atteso,
            "{testate:?}"
        );
        assert_eq!(b.da_fuori("/", &testate).await.stato, atteso, "{testate:?}");
    }
    assert!(b.da_fuori("/", &[]).await.testo.contains("name=\"gettone\""));
    assert!(b.da_fuori("/api/stato", &[]).await.testo.contains("\"errori\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_in_sets_a_fresh_guarded_cookie() {
    let b = banco();
    let prima = b.entra(Ambiente::Pre, "888004").await;
    let dopo = b.entra(Ambiente::Pre, "888004").await;
    assert_ne!(prima.biscotto, dopo.biscotto, "a session key is never reused");
    let posato = dopo.testata;
    assert!(posato.starts_with("__Host-anpr-pre="), "{posato}");
    for marca in ["; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(posato.contains(marca), "{posato}");
    }
    assert!(!posato.contains("Domain"), "{posato}");

    // A session of one environment is nobody in another, whatever name the cookie is given.
    let spacciato = dopo.biscotto.replace("__Host-anpr-pre=", "__Host-anpr-sub=");
    assert_eq!(
        b.pagina(Ambiente::Sub, "/combas/esiti", &spacciato).await.stato,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        b.pagina(Ambiente::Pre, "/combas/esiti", &dopo.biscotto)
            .await
            .stato,
        StatusCode::OK
    );

    // Without the pair of cookie and hidden field, a login form of elsewhere is refused.
    let modulo = "name_id=x&password=y&csrf=zzz";
    let tipo = ("content-type", "application/x-www-form-urlencoded");
    let r = b
        .ambiente(Ambiente::Pre, Method::POST, "/combas/entra", &[tipo], modulo)
        .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_is_slowed_down() {
    let b = banco();
    let mut stati = Vec::new();
    for _ in 0..6 {
        stati.push(
            b.prova_password(Ambiente::Test, "indovina", "sbagliata")
                .await
                .stato,
        );
    }
    assert_eq!(stati[0], StatusCode::UNAUTHORIZED);
    assert!(stati.contains(&StatusCode::TOO_MANY_REQUESTS), "{stati:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_token_does_nothing() {
    let b = banco();
    let s = b.entra(Ambiente::Test, "888005").await;
    let tipo = ("content-type", "application/x-www-form-urlencoded");
    let biscotto = ("cookie", s.biscotto.as_str());
    for dove in ["/combas/esci", "/combas/cancellazione"] {
        for corpo in ["", "csrf=", "csrf=0000"] {
            let r = b
                .ambiente(Ambiente::Test, Method::POST, dove, &[tipo, biscotto], corpo)
                .await;
            assert_eq!(r.stato, StatusCode::FORBIDDEN, "{dove} {corpo}");
        }
    }
    for csrf in [None, Some("0000")] {
        let r = b
            .invia(Ambiente::Test, &s.biscotto, csrf, "888005_SUBAPR_1_1_1.gz", b"x")
            .await;
        assert_eq!(r.stato, StatusCode::FORBIDDEN);
    }
    b.nessun_arrivo().await;
    assert_eq!(
        b.pagina(Ambiente::Test, "/combas/esiti", &s.biscotto).await.stato,
        StatusCode::OK,
        "still in"
    );
    let r = b
        .ambiente(
            Ambiente::Test,
            Method::POST,
            "/combas/esci",
            &[tipo, biscotto],
            &format!("csrf={}", s.csrf),
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
    assert_eq!(
        b.pagina(Ambiente::Test, "/combas/esiti", &s.biscotto).await.stato,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_no_other_comune() {
    let b = banco();
    let altra = b.fornitura_di(Ambiente::Pre, "888002");
    let sua = b.entra(Ambiente::Pre, "888002").await;
    let mio = b.entra(Ambiente::Pre, "888001").await;
    for dove in [
        format!("/combas/esiti/{altra}"),
        format!("/combas/esiti/{altra}/liste/Subentrati_888002_SUBAPR_1_1_1.csv"),
        format!("/combas/anomalie?fornitura={altra}"),
    ] {
        assert_eq!(
            b.pagina(Ambiente::Pre, &dove, &mio.biscotto).await.stato,
            StatusCode::NOT_FOUND,
            "{dove}"
        );
    }
    let dove = format!("/combas/esiti/{altra}");
    assert_eq!(
        b.pagina(Ambiente::Pre, &dove, &sua.biscotto).await.stato,
        StatusCode::OK
    );
    // Nor in another environment of the same Comune.
    let sua_in_test = b.entra(Ambiente::Test, "888002").await;
    assert_eq!(
        b.pagina(Ambiente::Test, &dove, &sua_in_test.biscotto).await.stato,
        StatusCode::NOT_FOUND
    );
    // Asking for its cancellation is refused as well.
    let tipo = ("content-type", "application/x-www-form-urlencoded");
    let corpo = format!("csrf={}&fornitura={altra}", mio.csrf);
    let r = b
        .ambiente(
            Ambiente::Pre,
            Method::POST,
            "/combas/cancellazione",
            &[tipo, ("cookie", &mio.biscotto)],
            &corpo,
        )
        .await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
    for pec in b.pec_di("888002") {
        for dove in [
            format!("/combas/posta/{pec}"),
            format!("/combas/posta/{pec}/messaggio.eml"),
        ] {
            assert_eq!(
                b.pagina(Ambiente::Pre, &dove, &mio.biscotto).await.stato,
                StatusCode::NOT_FOUND,
                "{dove}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_from_outside_are_text_and_never_paths() {
    let b = banco();
    let s = b.entra(Ambiente::Test, "888006").await;
    for nome in [
        "<script>alert(1)</script>.gz",
        "../../etc/x.gz",
        "888006_SUBAPR_1_1_1.gz\u{0}",
    ] {
        let r = b
            .invia(Ambiente::Test, &s.biscotto, Some(&s.csrf), nome, b"x")
            .await;
        assert!(r.stato.is_client_error(), "{nome}: {}", r.stato);
        assert!(!r.testo.contains("<script>alert"), "{nome}");
        b.nessun_arrivo().await;
    }
    for dove in [
        "/statico/..%2f..%2fCargo.toml",
        "/statico/%2e%2e/x",
        "/postazioni/..%2f..%2fca-test/pem",
        "/postazioni/888001-CO-0000/..%2f",
        "/forniture/..%2f..",
        "/posta/%3Cscript%3Ealert(1)%3C%2fscript%3E",
    ] {
        let r = b.console(Method::GET, dove, &[], "").await;
        assert_eq!(r.stato, StatusCode::NOT_FOUND, "{dove}");
        assert!(!r.testo.contains("<script>alert"), "{dove}");
    }
    let altra = b.fornitura_di(Ambiente::Pre, "888002");
    for nome in ["..%2f..%2frilievi.jsonl", "%2fetc%2fpasswd", "x.csv"] {
        let r = b
            .console(Method::GET, &format!("/forniture/{altra}/liste/{nome}"), &[], "")
            .await;
        assert_eq!(r.stato, StatusCode::NOT_FOUND, "{nome}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postazione_can_be_taken_home() {
    let b = banco();
    for (dove, inizio) in [
        ("/ca.pem", "-----BEGIN CERTIFICATE-----"),
        ("/postazioni/888001-CO-0000/pem", "-----BEGIN CERTIFICATE-----"),
        ("/postazioni/888001-CO-0000/chiave", "-----BEGIN "),
    ] {
        let r = b.console(Method::GET, dove, &[], "").await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        assert!(r.testo.starts_with(inizio) || r.testo.contains(inizio), "{dove}");
        assert!(
            r.testate["content-disposition"]
                .to_str()
                .expect("ascii")
                .starts_with("attachment"),
            "{dove}"
        );
    }
    assert_eq!(
        b.console(Method::GET, "/postazioni/888001-CO-0000/p12", &[], "")
            .await
            .stato,
        StatusCode::OK
    );
}

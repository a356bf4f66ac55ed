//! What the pages of the areas refuse, and what each owes its reader.

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    SUB, cnsd, fatto, fino_al_censimento, invia, nuovo_comune, posta, prefettura, scheda, turno, vedi,
};
use crate::banco::{
    self, Entrato,
    api::{MODULO, metti, ordina, vedi_api},
    banco, codifica,
};

#[tokio::test(flavor = "multi_thread")]
async fn no_area_opens_another_and_nobody_sees_anothers_data() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    fino_al_censimento("888023").await;
    ordina("/api/comuni", &json!({"istat": "888024", "provincia": "QC"})).await;
    metti("/api/orologio", &json!({"oggi": "2021-03-10"})).await;
    let (io, qc) = (cnsd("888024").await, prefettura("QC", "ALS").await);
    // Another province's parcels and Comuni do not exist.
    assert_eq!(
        vedi(&qc, "/prefettura/plichi/888023-1").await.stato,
        StatusCode::NOT_FOUND
    );
    for campi in ["azione=registra", "azione=convoca&giorno=2021-03-12"] {
        let r = invia(&qc, "/prefettura/plichi/888023-1", campi).await;
        assert_eq!(r.stato, StatusCode::NOT_FOUND, "{campi}");
    }
    let carte = vedi_api("/api/percorso/comuni/888023/smart-card").await;
    assert_eq!(carte[0]["stato"], "IN_VIAGGIO");
    assert!(!vedi(&qc, "/prefettura/schede").await.testo.contains("888023"));
    // A responsabile has his Comune only, whatever he writes.
    for dove in [
        "/servizidemografici",
        "/servizidemografici/censimento",
        "/servizidemografici/carte",
    ] {
        let r = vedi(&io, &format!("{dove}?comune=888023&istat=888023")).await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        assert!(!r.testo.contains("888023"), "{dove}");
    }
    let altrui = &posta("888023", "Censimento ricevuto").await[0];
    let dove = format!("/servizidemografici/posta/{}", altrui["id"].as_str().expect("id"));
    assert_eq!(vedi(&io, &dove).await.stato, StatusCode::NOT_FOUND);
    assert_eq!(vedi(&cnsd("888023").await, &dove).await.stato, StatusCode::OK);
    // One area's key under the other's name, and under those of the web application.
    let chiave = |e: &Entrato| e.biscotto.split('=').nth(1).expect("a key").to_owned();
    for (biscotto, dove) in [
        (
            format!("__Host-anpr-prefettura={}", chiave(&io)),
            "/prefettura/plichi",
        ),
        (
            format!("__Host-anpr-privata={}", chiave(&qc)),
            "/servizidemografici/scheda",
        ),
        (format!("__Host-anpr-sub={}", chiave(&io)), "/combas/invio"),
        (format!("__Host-anpr-sub={}", chiave(&qc)), "/combas/invio"),
    ] {
        assert_eq!(
            b.pagina(SUB, dove, &biscotto).await.stato,
            StatusCode::UNAUTHORIZED,
            "{dove}"
        );
    }
    let wa = b.entra(SUB, "888004").await;
    for (nome, dove) in [
        ("privata", "/servizidemografici/scheda"),
        ("prefettura", "/prefettura/plichi"),
    ] {
        let biscotto = format!("__Host-anpr-{nome}={}", chiave(&wa));
        assert_eq!(
            b.pagina(SUB, dove, &biscotto).await.stato,
            StatusCode::UNAUTHORIZED,
            "{dove}"
        );
    }
    // The areas are at the subentro only.
    for a in [Ambiente::Test, Ambiente::Pre] {
        for dove in ["/servizidemografici", "/prefettura"] {
            assert_eq!(b.pagina(a, dove, "").await.stato, StatusCode::NOT_FOUND, "{dove}");
        }
    }
    // An operator enters the private area when the role is his, and only then.
    let nome = "RESPONSABILECNSD";
    let dove = format!("/api/comuni/888004/operatori/{nome}");
    metti(&dove, &json!({"password": "parola-sua", "ruoli": ["OPERATORE"]})).await;
    let r = b.prova_area("privata", nome, "parola-sua").await;
    assert_eq!(r.stato, StatusCode::UNAUTHORIZED);
    metti(&dove, &json!({"ruoli": ["RESPONSABILE_CNSD"]})).await;
    let suo = b.entra_in_area("privata", nome, "parola-sua").await;
    assert!(vedi(&suo, "/servizidemografici").await.testo.contains("888004"));
    metti(&dove, &json!({"ruoli": ["OPERATORE"]})).await;
    assert_eq!(
        vedi(&suo, "/servizidemografici/scheda").await.stato,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_delayed_a_key_is_new_and_forms_have_their_token() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    nuovo_comune("888025").await;
    let io = cnsd("888025").await;
    let prima = cnsd("888025").await;
    assert_ne!(io.biscotto, prima.biscotto, "each login makes its key");
    // Without the token, or with another's, nothing happens.
    let altro = cnsd("888004").await;
    for csrf in ["", altro.csrf.as_str()] {
        let falso = Entrato {
            biscotto: io.biscotto.clone(),
            testata: String::new(),
            csrf: csrf.to_owned(),
        };
        let campi = "soluzione=WA&postazioni=1&inizioProve=2022-06-01";
        let r = invia(&falso, "/servizidemografici/scheda", campi).await;
        assert_eq!(r.stato, StatusCode::FORBIDDEN);
    }
    assert!(vedi_api("/api/percorso/comuni/888025/scheda").await.is_null());
    // From a page of another site neither.
    let corpo = format!(
        "csrf={}&soluzione=WA&postazioni=1&inizioProve=2022-06-01",
        io.csrf
    );
    let testate = [
        MODULO,
        ("cookie", io.biscotto.as_str()),
        ("origin", "https://malvagio.example"),
    ];
    let r = b
        .ambiente(SUB, Method::POST, "/servizidemografici/scheda", &testate, &corpo)
        .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    // A planted key is nobody's.
    let piantata = format!("__Host-anpr-privata={}", "0".repeat(64));
    assert_eq!(
        b.pagina(SUB, "/servizidemografici/scheda", &piantata).await.stato,
        StatusCode::UNAUTHORIZED
    );
    // After some failures the name waits, in that area, and the good password waits too.
    for _ in 0..4 {
        let r = b.prova_area("privata", "CNSD888025", "sbagliata").await;
        assert_eq!(r.stato, StatusCode::UNAUTHORIZED);
    }
    let q = vedi_api("/api/percorso/comuni/888025").await;
    let giusta = q["areaPrivata"]["password"].as_str().expect("password");
    let r = b.prova_area("privata", "CNSD888025", giusta).await;
    assert_eq!(r.stato, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(vedi(&io, "/servizidemografici").await.stato, StatusCode::OK);
    // Out is out.
    fatto(&invia(&io, "/servizidemografici/esci", "").await);
    assert_eq!(
        vedi(&io, "/servizidemografici/scheda").await.stato,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_text_on_every_page() {
    let _turno = turno("2021-03-01").await;
    const CATTIVO: &str = "<script>alert(1)</script>";
    ordina(
        "/api/comuni",
        &json!({"istat": "888026", "nome": format!("\"{CATTIVO}"), "provincia": "QD"}),
    )
    .await;
    let base = "/api/percorso/comuni/888026";
    metti(&format!("{base}/scheda"), &scheda("2022-06-01")).await;
    ordina(&format!("{base}/censimento/esempio"), &Value::Null).await;
    let mut k = vedi_api(&format!("{base}/censimento")).await;
    k["persone"][0]["cognome"] = json!(CATTIVO);
    k["persone"][1]["nome"] = json!(format!("'\">{CATTIVO}"));
    k["responsabile"]["nominativo"] = json!(CATTIVO);
    metti(&format!("{base}/censimento"), &k).await;
    ordina(&format!("{base}/censimento/invio"), &Value::Null).await;
    metti("/api/orologio", &json!({"oggi": "2021-03-10"})).await;
    let (io, pref) = (cnsd("888026").await, prefettura("QD", "ALS").await);
    for (chi, dove) in [
        (&io, "/servizidemografici"),
        (&io, "/servizidemografici/censimento"),
        (&io, "/servizidemografici/carte"),
        (&io, "/servizidemografici/posta"),
        (&io, "/servizidemografici/scheda/ricevuta"),
        (&pref, "/prefettura"),
        (&pref, "/prefettura/schede"),
        (&pref, "/prefettura/plichi"),
        (&pref, "/prefettura/plichi/888026-1"),
        (&pref, "/prefettura/posta"),
    ] {
        let r = vedi(chi, dove).await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        banco::dovute(&r, dove);
        assert!(!r.testo.contains(CATTIVO), "{dove}");
    }
    let riga = vedi(&pref, "/prefettura/plichi/888026-1").await.testo;
    assert!(riga.contains("&#60;script&#62;"), "{riga}");
    for dove in ["/percorso", "/percorso/888026", "/comuni/888026"] {
        let r = banco().console(Method::GET, dove, &[], "").await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        banco::dovute(&r, dove);
        assert!(!r.testo.contains(CATTIVO), "{dove}");
    }
    let r = invia(
        &io,
        "/servizidemografici/censimento",
        &format!(
            "azione=aggiungi&codiceFiscale={}&cognome=A&nome=B&email=x",
            codifica(CATTIVO)
        ),
    )
    .await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(
        !r.testo.contains("<SCRIPT>") && !r.testo.contains(CATTIVO),
        "{}",
        r.testo
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_the_areas_owe_what_every_page_owes() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    nuovo_comune("888027").await;
    for dove in [
        "/servizidemografici",
        "/servizidemografici/attivazione",
        "/prefettura",
    ] {
        let r = b.pagina(SUB, dove, "").await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        banco::dovute(&r, dove);
    }
    let (io, pref) = (cnsd("888027").await, prefettura("XX", "ALS").await);
    for (chi, dove) in [
        (&io, "/servizidemografici"),
        (&io, "/servizidemografici/scheda"),
        (&io, "/servizidemografici/censimento"),
        (&io, "/servizidemografici/carte"),
        (&io, "/servizidemografici/posta"),
        (&pref, "/prefettura"),
        (&pref, "/prefettura/schede"),
        (&pref, "/prefettura/plichi"),
        (&pref, "/prefettura/utenti"),
        (&pref, "/prefettura/posta"),
    ] {
        let r = vedi(chi, dove).await;
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        banco::dovute(&r, dove);
        assert!(r.testo.contains("aria-current=\"page\""), "{dove}");
    }
    // A form gone wrong is a page like the others.
    let r = invia(&io, "/servizidemografici/scheda", "").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    banco::dovute(&r, "the wrong scheda");
    for dove in [
        "/servizidemografici/altro",
        "/prefettura/plichi/..%2f..%2fx",
        "/prefettura/plichi/888001-9",
    ] {
        let chi = if dove.starts_with("/prefettura") {
            &pref
        } else {
            &io
        };
        assert_eq!(vedi(chi, dove).await.stato, StatusCode::NOT_FOUND, "{dove}");
    }
    let wa = b.entra(SUB, "888004").await;
    let r = vedi(&wa, "/combas/sicurezza/smart-card").await;
    assert_eq!(r.stato, StatusCode::OK);
    banco::dovute(&r, "smart card");
    // The real host leads in; a page of the environment under that name is still there.
    let testate = [("host", "servizidemografici.interno.it")];
    let r = b.ambiente(SUB, Method::GET, "/", &testate, "").await;
    assert_eq!(r.testate["location"], "/servizidemografici");
    let r = b.ambiente(SUB, Method::GET, "/combas", &testate, "").await;
    assert_eq!(r.stato, StatusCode::OK);
}

//! The control API over a real simulator: every described call answers as described.

mod banco;

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use banco::{api::JSON, banco};
use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use servizi::http::ErroreCorpo;

fn leggi(testo: &str) -> Value {
    serde_json::from_str(testo).unwrap_or_else(|e| panic!("{e}: {testo}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_described_call_answers_and_what_is_not_built_says_so() {
    let b = banco();
    let d = leggi(&b.console(Method::GET, "/api/openapi.json", &[], "").await.testo);
    let mut annunciate = Vec::new();
    for (percorso, operazioni) in d["paths"].as_object().expect("paths") {
        for (metodo, o) in operazioni.as_object().expect("operations") {
            // Names that exist nowhere, and bodies that say nothing: no call may change anything here.
            let dove = percorso
                .replace("{istat}", "999999")
                .replace("{id}", "X")
                .replace("{n}", "0")
                .replace("{nameId}", "nessuno")
                .replace("{codice}", "XX000")
                .replace("{nome}", "x")
                .replace("{provincia}", "QQ")
                .replace("{numero}", "X");
            let metodo: Method = metodo.to_uppercase().parse().expect("method");
            if metodo == Method::POST && ["/api/reset", "/api/notte"].contains(&dove.as_str()) {
                continue;
            }
            let r = b.console(metodo.clone(), &dove, &[JSON], "[[]]").await;
            let descritto = o["responses"].get(r.stato.as_str()).is_some();
            assert!(
                descritto,
                "{metodo} {dove}: {} non è descritto\n{}",
                r.stato, r.testo
            );
            if o["x-stato"] == "non ancora" {
                assert_eq!(r.stato, StatusCode::NOT_IMPLEMENTED, "{dove}");
                annunciate.push(format!("{metodo} {percorso}"));
            }
            if !r.stato.is_success() {
                let testo = leggi(&r.testo);
                assert!(
                    testo["errori"][0]["testo"]
                        .as_str()
                        .is_some_and(|t| !t.is_empty()),
                    "{dove}: {testo}"
                );
                let codice = testo["errori"][0]["codice"].as_str().unwrap_or_default();
                assert!(codice.starts_with("SIM"), "{metodo} {dove}: {testo}");
                let spiegato = b
                    .console(Method::GET, &format!("/api/catalogo/{codice}"), &[], "")
                    .await;
                assert_eq!(spiegato.stato, StatusCode::OK, "{codice} is not in the catalogue");
            }
        }
    }
    annunciate.sort();
    assert_eq!(
        annunciate,
        [
            "DELETE /api/sandbox/{nome}",
            "POST /api/istantanee/{nome}",
            "POST /api/sandbox",
            "PUT /api/istantanee/{nome}",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_paths_methods_and_types_are_told_in_both_languages() {
    let b = banco();
    let r = b
        .console(
            Method::GET,
            "/api/nulla",
            &[("accept-language", "en-GB, it;q=0.5")],
            "",
        )
        .await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
    assert!(r.testo.contains("Unknown path"), "{}", r.testo);
    let r = b.console(Method::PUT, "/api/stato", &[], "").await;
    assert_eq!(
        (r.stato, r.testate["allow"].to_str().expect("ascii")),
        (StatusCode::METHOD_NOT_ALLOWED, "GET")
    );
    for tipo in [
        ("content-type", "text/plain"),
        ("content-type", "application/x-www-form-urlencoded"),
    ] {
        let r = b
            .console(Method::PUT, "/api/orologio", &[tipo], "{\"velocita\":0}")
            .await;
        assert_eq!(
            r.stato,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a form of another site could send {tipo:?}"
        );
    }
    let r = b.console(Method::PUT, "/api/orologio", &[JSON], "{").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    let troppo = format!("\"{}\"", "x".repeat(1024 * 1024));
    let r = b.console(Method::PUT, "/api/tributaria", &[JSON], &troppo).await;
    assert_eq!(r.stato, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_upload_lists_its_codes() {
    let b = banco();
    let dove = "/api/forniture?ambiente=pre&comune=888007&tipo=APR&nome=888007_SUBAPR_1_1_1.gz";
    let r = b.console(Method::POST, dove, &[], "non è gzip").await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY, "{}", r.testo);
    assert_eq!(leggi(&r.testo)["errori"][0]["codice"], "EN009", "{}", r.testo);
    let r = b
        .console(
            Method::POST,
            &dove.replace("nome=888007", "nome=888008"),
            &[],
            "x",
        )
        .await;
    assert_eq!(leggi(&r.testo)["errori"][0]["codice"], "EN039", "{}", r.testo);
    for storto in [
        "/api/forniture",
        "/api/forniture?ambiente=prova&comune=888007&nome=x",
        "/api/forniture?ambiente=pre&nome=x",
    ] {
        assert_eq!(
            b.console(Method::POST, storto, &[], "x").await.stato,
            StatusCode::BAD_REQUEST,
            "{storto}"
        );
    }
}

/// A body that breaks after some bytes.
struct Spezzato(u8);

impl http_body::Body for Spezzato {
    type Data = Bytes;
    type Error = ErroreCorpo;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ErroreCorpo>>> {
        self.0 += 1;
        Poll::Ready(Some(match self.0 {
            1 => Ok(Frame::data(Bytes::from_static(&[0x1f, 0x8b, 8]))),
            _ => Err("linea caduta".into()),
        }))
    }
}

/// More bytes than any upload may have, without end.
struct SenzaFine;

impl http_body::Body for SenzaFine {
    type Data = Bytes;
    type Error = ErroreCorpo;
    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ErroreCorpo>>> {
        static PEZZO: [u8; 1 << 20] = [0; 1 << 20];
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&PEZZO)))))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_upload_is_stopped_at_the_limit() {
    let b = banco();
    let dove = "/api/forniture?ambiente=pre&comune=888009&nome=888009_SUBAPR_1_1_1.gz";
    let r = b
        .console_corpo(Method::POST, dove, &[], SenzaFine.boxed_unsync())
        .await;
    assert_eq!(r.stato, StatusCode::PAYLOAD_TOO_LARGE, "{}", r.testo);
    assert!(
        leggi(&r.testo)["errori"][0]["testo"]
            .as_str()
            .is_some_and(|t| t.contains("67108864")),
        "{}",
        r.testo
    );
    b.nessun_arrivo().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_cut_half_way_leaves_nothing() {
    let b = banco();
    let forniture = || b.sim.forniture(None, None).expect("forniture").len();
    let quante = forniture();
    let dove = "/api/forniture?ambiente=pre&comune=888009&nome=888009_SUBAPR_1_1_1.gz";
    let r = b
        .console_corpo(Method::POST, dove, &[], Spezzato(0).boxed_unsync())
        .await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert_eq!(leggi(&r.testo)["errori"][0]["codice"], "SIM002", "{}", r.testo);
    b.nessun_arrivo().await;
    assert_eq!(forniture(), quante);
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_and_findings_speak_the_names_of_the_contract() {
    let b = banco();
    let tutte = leggi(
        &b.console(Method::GET, "/api/forniture?ambiente=pre&comune=888002", &[], "")
            .await
            .testo,
    );
    let f = &tutte[0];
    for nome in [
        "id", "ambiente", "comune", "stato", "versione", "file", "conteggi", "schede",
    ] {
        assert!(f.get(nome).is_some(), "{nome}: {f}");
    }
    assert_eq!(
        (&f["ambiente"], &f["comune"], &f["stato"]),
        (&json!("pre"), &json!("888002"), &json!("ELABORATA_OK"))
    );
    let id = f["id"].as_str().expect("id");
    let csv = b
        .console(
            Method::GET,
            &format!("/api/forniture/{id}/anomalie"),
            &[("accept", "text/csv")],
            "",
        )
        .await;
    assert!(
        csv.testo
            .starts_with("codice,gravita,tipoScheda,scheda,riga,colonna,testo,"),
        "{}",
        csv.testo
    );
    let r = b
        .console(
            Method::GET,
            &format!("/api/forniture/{id}/anomalie?limite=1"),
            &[],
            "",
        )
        .await;
    assert!(leggi(&r.testo).as_array().is_some_and(|a| a.len() <= 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_operators_pace_and_mail_keep_what_they_are_told() {
    let b = banco();
    let piano = "/api/comuni/888010/piano?ambiente=pre";
    let r = b
        .console(
            Method::PUT,
            piano,
            &[JSON],
            "{\"inizio\":\"2021-04-01\",\"fine\":\"2021-04-02\"}",
        )
        .await;
    assert_eq!(
        leggi(&r.testo),
        json!({"inizio": "2021-04-01", "fine": "2021-04-02"})
    );
    // The administration loads a row only where there is none; what is there stays.
    let riga = "{\"inizio\":\"2021-05-01\",\"fine\":\"2021-05-02\"}";
    let solo_nuovo = [JSON, ("if-none-match", "*")];
    let r = b.console(Method::PUT, piano, &solo_nuovo, riga).await;
    assert_eq!(leggi(&r.testo)["errori"][0]["codice"], "EN041", "{}", r.testo);
    let r = b.console(Method::GET, piano, &[], "").await;
    assert_eq!(leggi(&r.testo)["inizio"], "2021-04-01");
    assert_eq!(
        leggi(&b.console(Method::PUT, piano, &[JSON], "null").await.testo),
        Value::Null
    );
    let r = b.console(Method::PUT, piano, &solo_nuovo, riga).await;
    assert_eq!(leggi(&r.testo)["inizio"], "2021-05-01", "{}", r.testo);
    b.console(Method::PUT, piano, &[JSON], "null").await;
    let r = b
        .console(Method::PUT, "/api/comuni/888010", &[JSON], "{\"pec\":null}")
        .await;
    assert_eq!(leggi(&r.testo)["pec"], Value::Null);
    let o = b
        .console(
            Method::PUT,
            "/api/comuni/888010/operatori/PROVA10000000000",
            &[JSON],
            "{\"password\":\"una-parola-sua\"}",
        )
        .await;
    assert_eq!(o.stato, StatusCode::OK, "{}", o.testo);
    assert!(
        !o.testo.contains("argon2") && !o.testo.contains("password"),
        "{}",
        o.testo
    );
    let r = b
        .console(
            Method::POST,
            "/api/elaborazione",
            &[JSON],
            "{\"modo\":\"ritardata\",\"secondi\":1}",
        )
        .await;
    assert_eq!(leggi(&r.testo), json!({"modo": "ritardata", "secondi": 1}));
    b.console(
        Method::POST,
        "/api/elaborazione",
        &[JSON],
        "{\"modo\":\"istantanea\"}",
    )
    .await;

    let pec = leggi(&b.console(Method::GET, "/api/pec", &[], "").await.testo);
    if let Some(id) = pec[0]["id"].as_str() {
        let r = b
            .console(
                Method::GET,
                &format!("/api/pec/{id}"),
                &[("accept", "message/rfc822")],
                "",
            )
            .await;
        assert_eq!(r.testate["content-type"], "message/rfc822");
        assert!(r.testo.contains("\r\n\r\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_security_policy_is_read_changed_and_shown() {
    let b = banco();
    let dove = "/api/sicurezza?ambiente=pre";
    let letta = leggi(&b.console(Method::GET, dove, &[], "").await.testo);
    assert_eq!(letta["preset"], "faithful");
    assert!(
        letta["interruttori"]
            .as_array()
            .is_some_and(|i| i.iter().all(|i| i["diverso"] == false))
    );
    let r = b
        .console(Method::PUT, dove, &[JSON], "{\"tolleranza_futuro\": 60}")
        .await;
    assert_eq!(r.stato, StatusCode::OK);
    let cambiata = leggi(&r.testo);
    assert_eq!(cambiata["preset"], "modificata");
    let diversi: Vec<&Value> = cambiata["interruttori"]
        .as_array()
        .expect("switches")
        .iter()
        .filter(|i| i["diverso"] == true)
        .collect();
    assert_eq!(diversi.len(), 1);
    assert_eq!(
        (
            &diversi[0]["nome"],
            &diversi[0]["valore"],
            &diversi[0]["faithful"]
        ),
        (&json!("tolleranza_futuro"), &json!(60), &json!(5))
    );
    let pagina = b.console(Method::GET, "/sicurezza", &[], "").await.testo;
    assert!(
        pagina.contains("<code>tolleranza_futuro = 60</code> (faithful: <code>5</code>)"),
        "{pagina}"
    );
    assert!(pagina.contains("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
    let r = b.console(Method::PUT, dove, &[JSON], "{\"boh\": 1}").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(r.testo.contains("chiave sconosciuta «boh»") && r.testo.contains("controlla_operatore"));
    let r = b.console(Method::GET, "/api/sicurezza", &[], "").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    // The form of the page: one switch, then back.
    let modulo = ("content-type", "application/x-www-form-urlencoded");
    for (campi, atteso) in [
        (
            "ambiente=pre&nome=rete_indirizzi&valore=10.0.0.1,+10.1.0.0/16",
            "modificata",
        ),
        ("ambiente=pre&preset=faithful", "faithful"),
    ] {
        let r = b.console(Method::POST, "/sicurezza", &[modulo], campi).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
        let letta = leggi(&b.console(Method::GET, dove, &[], "").await.testo);
        assert_eq!(letta["preset"], atteso);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fault_plan_is_set_and_shown() {
    let b = banco();
    let piano = json!([{"ambiente": "sub", "tipo": "ritardo", "ms": 5, "volte": 2}, {"ambiente": "sub", "tipo": "F9"}]);
    let r = b
        .console(Method::PUT, "/api/guasti", &[JSON], &piano.to_string())
        .await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.testo);
    let letto = leggi(&b.console(Method::GET, "/api/guasti", &[], "").await.testo);
    assert_eq!(
        (&letto[0]["tipo"], &letto[0]["serviti"]),
        (&json!("ritardo"), &json!(0))
    );
    assert_eq!(letto[1]["volte"], Value::Null);
    for no in [
        json!([{"ambiente": "sub", "tipo": "F1"}]),
        json!([{"ambiente": "sub", "tipo": "F3", "volte": 0}]),
        json!({}),
    ] {
        let r = b
            .console(Method::PUT, "/api/guasti", &[JSON], &no.to_string())
            .await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{no}");
    }
    let pagina = b.console(Method::GET, "/guasti", &[], "").await.testo;
    assert!(pagina.contains("sempre") && pagina.contains("5 ms"), "{pagina}");
    let modulo = ("content-type", "application/x-www-form-urlencoded");
    let r = b
        .console(
            Method::POST,
            "/guasti",
            &[modulo],
            "ambiente=sub&tipo=taglio&volte=1&ms=&operazione=",
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    let letto = leggi(&b.console(Method::GET, "/api/guasti", &[], "").await.testo);
    assert_eq!(letto.as_array().map(Vec::len), Some(3));
    b.console(Method::POST, "/guasti", &[modulo], "svuota=si").await;
    assert_eq!(b.console(Method::GET, "/api/guasti", &[], "").await.testo, "[]");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_body_is_told_in_italian_with_a_code() {
    let b = banco();
    for (metodo, dove, corpo, atteso) in [
        (
            Method::PUT,
            "/api/orologio",
            "{\"oggi\":\"2021-13-01\"}",
            "Richiesta non valida: nel campo «oggi» serve una data AAAA-MM-GG.",
        ),
        (
            Method::PUT,
            "/api/orologio",
            "{\"velocita\":-1}",
            "nel campo «velocita» trovato il numero -1, serve un numero intero da 0 a 4294967295",
        ),
        (
            Method::PUT,
            "/api/orologio",
            "{\"ieri\":1}",
            "campo sconosciuto «ieri»: sono ammessi oggi, velocita",
        ),
        (
            Method::PUT,
            "/api/orologio",
            "{",
            "il JSON finisce prima del tempo",
        ),
        (
            Method::PUT,
            "/api/comuni/888010",
            "{\"soluzione\":\"X\"}",
            "valore sconosciuto «X»: sono ammessi WA, WA_INTEGRATA, WS",
        ),
        (Method::POST, "/api/comuni", "{}", "manca il campo «istat»"),
        // What a name cannot be is refused at the rim, wherever it comes in, and each field is named.
        (
            Method::POST,
            "/api/comuni",
            "{\"istat\":\"888077\",\"nome\":\"A\\r\\nB\\u0000C\",\"provincia\":\"QZ\"}",
            "nome: Il nome del Comune ha da 1 a 100 caratteri stampabili",
        ),
        (
            Method::POST,
            "/api/comuni",
            "{\"istat\":\"888077\",\"provincia\":\"QZ\\n\"}",
            "provincia: La sigla della provincia ha due lettere maiuscole",
        ),
        (
            Method::PUT,
            "/api/comuni/888010",
            "{\"nome\":\"\",\"provincia\":\"<script>\"}",
            "stampabili, su una riga. provincia: La sigla",
        ),
        (
            Method::PUT,
            "/api/comuni/888010/operatori/PRVPRV70A01Y001X",
            "{\"funzioni\":[\"3002\",\"9999\"]}",
            "Funzione «9999» non valida",
        ),
        (
            Method::PUT,
            "/api/tributaria",
            "{\"latenzaMs\":\"x\"}",
            "nel campo «latenzaMs» trovato il testo «x», serve un numero intero non negativo",
        ),
        (
            Method::PUT,
            "/api/tributaria",
            "[]",
            "Il corpo deve essere un oggetto JSON.",
        ),
    ] {
        let r = b.console(metodo, dove, &[JSON], corpo).await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{dove} {corpo}: {}", r.testo);
        let e = &leggi(&r.testo)["errori"][0];
        assert_eq!(e["codice"], "SIM010", "{corpo}: {e}");
        assert!(
            e["testo"].as_str().is_some_and(|t| t.contains(atteso)),
            "{corpo}: {e}"
        );
    }
    let r = b.console(Method::GET, "/api/catalogo", &[], "").await;
    let codici = leggi(&r.testo);
    let ultimo = codici.as_array().and_then(|c| c.last()).expect("codes");
    assert!(
        ultimo["codice"].as_str().is_some_and(|c| c.starts_with("SIM")),
        "{ultimo}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_does_not_say_that_one_may_send_who_gets_en003() {
    let b = banco();
    let casa = b.console(Method::GET, "/", &[], "").await.testo;
    assert!(casa.contains("prima serve un pre-subentro"), "{casa}");
    let pagina = b.console(Method::GET, "/comuni/888009", &[], "").await.testo;
    assert_eq!(
        pagina.matches("prima serve un pre-subentro").count(),
        1,
        "only in subentro: {pagina}"
    );
}

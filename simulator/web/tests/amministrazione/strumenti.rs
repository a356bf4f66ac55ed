//! Validator, test deliveries, comparison.

use std::io::Write as _;

use anagrafe::{Ambiente, CodiceIstat};
use flate2::{Compression, write::GzEncoder};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::consegna;
use crate::banco::{
    Entrato,
    api::{rifiuto, vedi_api},
    banco, dovute,
};

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

/// Each count leads to its list: page, CSV and API agree with it and with each other, and page on.
async fn which_ones_is_told(
    s: &Entrato,
    id: &[String],
    pagina: &str,
    di: &impl Fn(&str) -> Option<[u64; 3]>,
) {
    let (b, a) = (banco(), Ambiente::Pre);
    let api = format!("/api/forniture/{}/confronto/anomalie?con={}", id[1], id[0]);
    let query = format!("prima={}&dopo={}", id[0], id[1]);
    let mut tutte = 0;
    for codice in ["ES092", "EC007", "EC081"] {
        for (i, (quali, parola)) in [
            ("scomparse", "scomparsa"),
            ("rimaste", "rimasta"),
            ("nuove", "nuova"),
        ]
        .into_iter()
        .enumerate()
        {
            let attese = di(codice).expect(codice)[i];
            tutte += attese;
            let v = vedi_api(&format!("{api}&quali={quali}&codice={codice}")).await;
            let v = v.as_array().expect("a list");
            assert_eq!(v.len() as u64, attese, "{codice} {quali}");
            let filtri = format!("{query}&quali={quali}&codice={codice}");
            let link = format!("/combas/confronto/anomalie?{}", filtri.replace('&', "&amp;"));
            assert_eq!(pagina.contains(&link), attese > 0, "{link}");
            let elenco = b
                .pagina(a, &format!("/combas/confronto/anomalie?{filtri}"), &s.biscotto)
                .await;
            dovute(&elenco, &filtri);
            for r in v {
                assert_eq!((&r["novita"], &r["codice"]), (&json!(parola), &json!(codice)));
                let scheda = r["scheda"].as_str().expect("its scheda");
                assert!(!scheda.is_empty() && r["testo"].is_string(), "{r}");
                assert!(
                    elenco.testo.contains(&format!(">{scheda}<")),
                    "{scheda}: {}",
                    elenco.testo
                );
            }
        }
    }
    // Whatever the filter, page after page gives the same as all at once; nothing twice.
    let intero = vedi_api(&api).await;
    let intero = intero.as_array().expect("a list");
    assert!(
        intero.len() as u64 >= tutte && tutte >= 9,
        "{} {tutte}",
        intero.len()
    );
    let mut a_pezzi = Vec::new();
    let mut dove = format!("{api}&limite=4");
    loop {
        let r = b.console(Method::GET, &dove, &[], "").await;
        let pezzo: Vec<Value> = serde_json::from_str(&r.testo).expect("JSON");
        a_pezzi.extend(pezzo);
        let Some(link) = r.testate.get("link") else { break };
        let link = link.to_str().expect("ascii");
        link[1..link.find('>').expect("an address")].clone_into(&mut dove);
    }
    assert_eq!(&a_pezzi, intero);
    // The file: the same rows, told which is which.
    let csv = b
        .pagina(a, &format!("/combas/confronto/anomalie.csv?{query}"), &s.biscotto)
        .await;
    assert!(
        csv.testo.starts_with("novita,codice,gravita,tipoScheda,scheda,"),
        "{}",
        csv.testo
    );
    assert_eq!(csv.testo.lines().count(), intero.len() + 1);
    let dalla_api = b
        .console(
            Method::GET,
            &format!("{api}&limite=100000"),
            &[("accept", "text/csv")],
            "",
        )
        .await;
    assert_eq!(dalla_api.testo, csv.testo);
    // What is missing or wrong is named.
    for (dove, frase) in [
        (format!("/api/forniture/{}/confronto", id[1]), "«con»"),
        (format!("/api/forniture/{}/confronto/anomalie", id[1]), "«con»"),
        (format!("{api}&quali=boh"), "«quali»"),
    ] {
        rifiuto(Method::GET, &dove, &Value::Null, (400, "SIM010"), frase).await;
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
    let v = vedi_api(&format!("/api/forniture/{}/confronto?con={}", id[1], id[0])).await;
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
    which_ones_is_told(&s, &id, &pagina.testo, &di).await;

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
        for elenco in ["anomalie", "anomalie.csv"] {
            let dove = format!("/combas/confronto/{elenco}?{q}");
            let r = b.pagina(a, &dove, &altro.biscotto).await;
            assert_eq!(r.stato, StatusCode::NOT_FOUND, "{dove}");
        }
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

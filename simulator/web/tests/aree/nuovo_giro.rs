//! A round that ends takes along what the Comune sent, so that the next one can send it all again; and the days of a summons.

use anagrafe::{Ambiente, CodiceIstat};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{SUB, posta, turno};
use crate::banco::{
    api::{metti, ordina, rifiuto, vedi_api},
    banco,
};

/// The files of a small delivery.
fn fornitura(istat: &str, versione: u16) -> Vec<(String, Vec<u8>)> {
    let richiesta = generatore::Richiesta {
        comune: CodiceIstat::parse(istat).expect("code"),
        versione,
        abitanti: 40,
        aire: 2,
        invii: None,
        max_invii: None,
        seed: 5,
        oggi: anagrafe::leggi_data("2021-03-01").expect("date"),
        anomalie: std::collections::BTreeMap::new(),
    };
    generatore::in_memoria(&richiesta).expect("delivery").file
}

/// Sends a file; the code of the refusal when it is not taken.
async fn manda(a: Ambiente, istat: &str, (nome, byte): (String, Vec<u8>)) -> Result<(), Value> {
    let tipo = if nome.contains("AIRE") { "AIRE" } else { "APR" };
    let dove = format!(
        "/api/forniture?ambiente={}&comune={istat}&tipo={tipo}&nome={nome}",
        a.chiave()
    );
    let r = banco()
        .console_corpo(Method::POST, &dove, &[], servizi::http::corpo(byte))
        .await;
    let v: Value = serde_json::from_str(&r.testo).expect("JSON");
    if r.stato == StatusCode::CREATED {
        Ok(())
    } else {
        Err(v["errori"][0]["codice"].clone())
    }
}

/// The whole of it: test, pre-subentro, subentro.
async fn carica_ovunque(istat: &str) {
    let finestra = json!({"inizio": "2021-01-01", "fine": "2021-12-31"});
    metti(&format!("/api/comuni/{istat}/piano?ambiente=sub"), &finestra).await;
    for a in Ambiente::TUTTI {
        for file in fornitura(istat, 1) {
            manda(a, istat, file).await.expect("taken");
        }
        let f = forniture(a, istat).await;
        assert_eq!((f.len(), &f[0]["stato"]), (1, &json!("ELABORATA_OK")), "{a:?}");
    }
    let c = vedi_api(&format!("/api/comuni/{istat}")).await;
    assert_eq!(c["stato"], "SUBENTRATO");
}

async fn forniture(a: Ambiente, istat: &str) -> Vec<Value> {
    let dove = format!("/api/forniture?ambiente={}&comune={istat}", a.chiave());
    vedi_api(&dove).await.as_array().expect("a list").clone()
}

/// Schede in each register, and the public numbers.
async fn conti() -> (Vec<u64>, Vec<u64>) {
    let s = vedi_api("/api/stato").await;
    let v = vedi_api("/api/percorso/dashboard").await;
    let n = |v: &Value| v.as_u64().expect("a number");
    (
        Ambiente::TUTTI
            .iter()
            .map(|a| n(&s["ambienti"][a.chiave()]["schede"]))
            .collect(),
        ["inattivi", "attivi", "subentrati"]
            .iter()
            .map(|c| n(&v[c]["comuni"]))
            .collect(),
    )
}

async fn passi_fatti(istat: &str) -> Vec<String> {
    let q = vedi_api(&format!("/api/percorso/comuni/{istat}")).await;
    let passi = q["passi"].as_array().expect("steps").iter();
    passi
        .filter(|p| p["fatto"] == true)
        .map(|p| p["id"].as_str().expect("id").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_that_ends_takes_the_deliveries_along_and_a_whole_new_one_passes() {
    let _turno = turno("2021-03-01").await;
    let istat = "888035";
    let da_capo = json!({"stato": "INATTIVO_SENZA_CENSIMENTO"});
    let comune = format!("/api/comuni/{istat}");
    super::nuovo_comune(istat).await;
    let appena_nato = passi_fatti(istat).await;
    let (vuoto, inattivo) = conti().await;
    carica_ovunque(istat).await;
    let pieno = conti().await;
    assert!(
        pieno.0.iter().zip(&vuoto).all(|(p, v)| p > v),
        "{pieno:?} {vuoto:?}"
    );
    assert_eq!(
        pieno.1,
        [inattivo[0] - 1, inattivo[1], inattivo[2] + 1],
        "one more has migrated"
    );
    for a in Ambiente::TUTTI {
        let una = fornitura(istat, 2).swap_remove(0);
        assert_eq!(manda(a, istat, una).await, Err(json!("EN034")), "{a:?}");
    }
    // A cancellation that waits for the night goes too.
    let di_prova = forniture(Ambiente::Test, istat).await[0]["id"].clone();
    let di_prova = di_prova.as_str().expect("id");
    let chiesta = banco()
        .console(Method::DELETE, &format!("/api/forniture/{di_prova}"), &[], "")
        .await;
    assert!(chiesta.stato.is_success(), "{}", chiesta.testo);
    let posta_sua = posta(istat, "").await;
    let n031 = posta("888001", &format!("N031 – subentro del Comune {istat}")).await;
    assert_eq!(n031.len(), 1);

    let c = metti(&comune, &da_capo).await;
    assert_eq!((&c["stato"], &c["ambienti"]), (&da_capo["stato"], &json!({})));
    assert_eq!(conti().await, (vuoto.clone(), inattivo.clone()));
    assert_eq!(passi_fatti(istat).await, appena_nato);
    for a in Ambiente::TUTTI {
        assert_eq!(forniture(a, istat).await, Vec::<Value>::new(), "{a:?}");
    }
    let notte = ordina("/api/notte", &Value::Null).await;
    assert_eq!(notte, json!({"cancellate": []}));
    // What was written stays, but leads nowhere any more.
    assert_eq!(posta(istat, "").await, posta_sua);
    assert_eq!(
        posta("888001", &format!("N031 – subentro del Comune {istat}")).await,
        n031
    );
    let esito = posta_sua
        .iter()
        .find(|m| m["fornitura"] == di_prova)
        .expect("the outcome");
    let pagina = format!("/posta/{}", esito["id"].as_str().expect("id"));
    let pagina = banco().console(Method::GET, &pagina, &[], "").await;
    assert_eq!(pagina.stato, StatusCode::OK);
    assert!(!pagina.testo.contains(&format!("/forniture/{di_prova}")));

    // The next round, the same files under the same names.
    carica_ovunque(istat).await;
    assert_eq!(conti().await, pieno);
    assert_eq!(
        posta("888001", &format!("N031 – subentro del Comune {istat}"))
            .await
            .len(),
        2
    );
    metti(&comune, &da_capo).await;
    assert_eq!(conti().await, (vuoto, inattivo));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_does_not_end_under_a_delivery_that_is_being_elaborated() {
    let _turno = turno("2021-03-01").await;
    let istat = "888036";
    let comune = format!("/api/comuni/{istat}");
    let da_capo = json!({"stato": "INATTIVO_SENZA_CENSIMENTO"});
    super::nuovo_comune(istat).await;
    metti(
        &format!("{comune}/operatori/PRVPRV80A01Y036A"),
        &json!({"ruoli": ["OPERATORE"]}),
    )
    .await;
    ordina("/api/elaborazione", &json!({"modo": "sospesa"})).await;
    let mut file = fornitura(istat, 1).into_iter();
    manda(Ambiente::Pre, istat, file.next().expect("APR"))
        .await
        .expect("taken");
    let prima = (
        vedi_api(&comune).await,
        forniture(Ambiente::Pre, istat).await,
        vedi_api(&format!("{comune}/operatori")).await,
    );
    rifiuto(
        Method::PUT,
        &comune,
        &da_capo,
        (409, "SIM012"),
        "in elaborazione nell'ambiente di pre-subentro",
    )
    .await;
    let dopo = (
        vedi_api(&comune).await,
        forniture(Ambiente::Pre, istat).await,
        vedi_api(&format!("{comune}/operatori")).await,
    );
    assert_eq!(dopo, prima);
    ordina("/api/elaborazione", &json!({"modo": "istantanea"})).await;
    // It was looked at, and rests until the AIRE file comes: nothing is to be waited for.
    assert_eq!(
        forniture(Ambiente::Pre, istat).await[0]["stato"],
        "IN_ELABORAZIONE"
    );
    metti(&comune, &da_capo).await;
    assert_eq!(forniture(Ambiente::Pre, istat).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_comune_with_its_people_in_the_registers_begins_with_none() {
    let _turno = turno("2021-03-01").await;
    let comune = "/api/comuni/888003";
    let prima = conti().await;
    assert_eq!(forniture(SUB, "888003").await.len(), 1);
    metti(comune, &json!({"stato": "INATTIVO_SENZA_CENSIMENTO"})).await;
    for a in Ambiente::TUTTI {
        assert_eq!(forniture(a, "888003").await, Vec::<Value>::new(), "{a:?}");
    }
    let dopo = conti().await;
    assert!(
        dopo.0.iter().zip(&prima.0).all(|(d, p)| d < p),
        "{dopo:?} {prima:?}"
    );
    // Its software house stays; its operator has functions, but nobody was declared yet.
    assert_eq!(passi_fatti("888003").await, ["B09"]);
    carica_ovunque("888003").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summons_has_a_last_day_and_says_when_it_is_moved() {
    let _turno = turno("2021-03-01").await;
    super::fino_al_censimento("888037").await;
    metti("/api/orologio", &json!({"oggi": "2021-03-20"})).await;
    let plico = "/api/percorso/plichi/888037-1";
    ordina(&format!("{plico}/registrazione"), &Value::Null).await;
    let convoca = format!("{plico}/convocazione");
    // 90 days from the 20th of March.
    rifiuto(
        Method::POST,
        &convoca,
        &json!({"giorno": "2021-06-19"}),
        (400, "SIM010"),
        "giorno: il sindaco si convoca entro 90 giorni da oggi, cioè fino al 18/06/2021.",
    )
    .await;
    assert_eq!(posta("888037", "Convocazione").await, Vec::<Value>::new());
    for giorno in ["2021-06-18", "2021-04-11", "2021-04-11"] {
        ordina(&convoca, &json!({"giorno": giorno})).await;
    }
    let mut oggetti = Vec::new();
    for m in posta("888037", "Convocazione").await {
        let oggetto = m["oggetto"].as_str().expect("subject");
        let oggetto = oggetto.strip_prefix("[SIMULATORE – dati fittizi] ");
        oggetti.push(oggetto.expect("the mark").to_owned());
    }
    assert_eq!(
        oggetti,
        [
            "Convocazione del sindaco per il 18/06/2021",
            "Convocazione del sindaco spostata dal 18/06/2021 all'11/04/2021",
            "Convocazione del sindaco per l'11/04/2021",
        ]
    );
    let spostata = &posta("888037", "spostata").await[0]["testo"];
    assert!(
        spostata
            .as_str()
            .expect("text")
            .contains("La convocazione è spostata dal 18/06/2021 all'11/04/2021.\nIl sindaco è atteso"),
        "{spostata}"
    );
}
